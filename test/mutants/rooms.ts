// The rooms where a mistake hurts: which files each has, and the tests that are to notice. Of those, only what runs in one
// process counts: a mutant is not seen by the processes that a test starts.

/** A room. */
export interface Room {
  name: string;
  files: readonly string[];
  /** Names of tests' files, without `test/` and `.test.ts`; the more there are, the longer each survivor takes. */
  tests: readonly string[];
}

const continuity = (...names: string[]) => names.map((name) => `subgraphs/continuity/${name}.ts`);
const gateway = (...names: string[]) => names.map((name) => `gateway/${name}.ts`);
const of = (system: string, ...names: string[]) => names.map((name) => `subgraphs/${system}/${name}.ts`);
const ofContinuity = (...names: string[]) => names.map((name) => `subgraphs/continuity/${name}`);

/** All of them. */
export const rooms: readonly Room[] = [
  {
    name: 'answering from kept',
    files: continuity('answers', 'asker', 'derived', 'kept', 'fromkept', 'consent', 'generations'),
    tests: ofContinuity('answers', 'asker', 'derived', 'modes', 'outage', 'fromkept', 'consent', 'snapshots', 'calls'),
  },
  {
    name: 'operator modes',
    files: continuity('standing', 'standings', 'backends'),
    tests: [...ofContinuity('standing', 'standings', 'modes', 'backends', 'cut', 'silence'), 'subgraphs/status/orders'],
  },
  {
    name: 'check on return',
    files: continuity('returning', 'return-check', 'applied-check', 'applied-watch', 'silence', 'alarm-details'),
    tests: [
      ...ofContinuity('returning', 'silence', 'return-check', 'applied-check', 'applied-watch', 'alarm-details'),
      ...ofContinuity('intake/looking', 'intake/lookups'),
    ],
  },
  {
    name: 'circuit and limiter',
    files: continuity(
      'circuit',
      'limiter',
      'limit',
      'counter',
      'lane',
      'pace',
      'prober',
      'retries',
      'backend',
      'deadline',
    ),
    tests: ofContinuity(
      ...['circuit', 'ramping', 'limiter', 'counter', 'lane', 'pace', 'retries', 'backend', 'deadline', 'calls'],
    ),
  },
  {
    name: 'intake and replay',
    files: continuity(
      ...[
        'asking',
        'attempt',
        'decisions',
        'doubting',
        'due',
        'entry',
        'finding',
        'heads',
        'proving',
        'ramp',
        'replayer',
      ],
      ...['sending', 'stage', 'submitting', 'verdict', 'look-schedule', 'acceptance', 'aliases'],
    ).map((file) => file.replace('continuity/', 'continuity/intake/')),
    tests: ofContinuity(
      ...['intake/accepting', 'intake/deciding', 'intake/doubting', 'intake/proving', 'intake/ramp', 'intake/sending'],
      ...[
        'intake/stage',
        'intake/twins',
        'intake/receipts-of-keys',
        'intake/repeats',
        'intake/replaying',
        'intake/due',
      ],
      ...['intake/verdict', 'intake/admitting', 'intake/beside', 'intake/lookups'],
    ),
  },
  {
    name: 'dispatch list',
    files: [...of('repairs', 'dispatch'), ...gateway('pages/dispatch', 'pages/emergencies')],
    tests: ['subgraphs/repairs/dispatch', 'subgraphs/repairs/completions', 'gateway/pages/emergencies'],
  },
  {
    name: 'hazards and deadlines',
    files: [...of('repairs', 'hazards'), ...continuity('statutory', 'workdays', 'holidays', 'london')],
    tests: [...ofContinuity('statutory', 'holidays', 'london'), 'subgraphs/repairs/hazards'],
  },
  {
    name: 'call-backs and campaigns',
    files: of(
      ...[
        'telephony',
        'admission',
        'allowed-numbers',
        'call-limits',
        'callback-record',
        'callbacks',
        'calling',
        'campaign',
      ],
      ...['known-lines', 'line-advice', 'outcome', 'welfare'],
    ),
    tests: ['callback-record', 'admission', 'requests', 'welfare', 'campaign', 'refusals'].map(
      (test) => `subgraphs/telephony/${test}`,
    ),
  },
  {
    name: 'exchanges',
    files: of('lettings', 'exchanging', 'choosing', 'moves', 'targets', 'look-ups', 'steps'),
    tests: ['exchanging', 'enquiries', 'moves', 'targets', 'writes'].map((test) => `subgraphs/lettings/${test}`),
  },
  {
    name: 'forget',
    files: [...continuity('forgetting', 'unlinked', 'pruning', 'expiry'), ...continuity('intake/forgetting')],
    tests: ofContinuity('forgetting', 'expiry', 'own', 'outage', 'walk-runs'),
  },
  {
    name: "the engine's merge and plan cache",
    files: gateway(
      ...[
        'engine/merge',
        'engine/cache',
        'engine/index',
        'engine/keys',
        'engine/entities',
        'engine/entity',
        'engine/share',
      ],
      ...['engine/settle', 'engine/represent', 'limits', 'supergraph'],
    ),
    tests: [
      ...['engine', 'plan', 'planner', 'plan-cache', 'requires', 'merge', 'leaf'].map(
        (test) => `gateway/engine/${test}`,
      ),
      ...['gateway/limits', 'gateway/generations'],
    ],
  },
  {
    name: 'error contract',
    files: [...continuity('errors', 'sentence', 'store-failures'), ...gateway('errors')],
    tests: [...ofContinuity('errors', 'sentence'), 'gateway/errors', 'gateway/wording'],
  },
];
