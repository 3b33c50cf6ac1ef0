// The rooms where a mistake hurts: which files each has, and the tests that are to notice. Of those, only what runs in one
// process counts: a mutant is not seen by the processes that a test starts.

/** A room. */
export interface Room {
  name: string;
  /** Paths. */
  files: readonly string[];
  /** Paths; the more there are, the longer each survivor takes. */
  tests: readonly string[];
}

/** Files of a folder, by their names in a line. */
const of = (folder: string, names: string) => split(names).map((name) => `${folder}/${name}.ts`);
const testsOf = (folder: string, names: string) => split(names).map((name) => `test/${folder}/${name}.test.ts`);
const split = (names: string) => names.trim().split(/\s+/);

const continuity = 'subgraphs/continuity';
const intake = 'subgraphs/continuity/intake';

/** All of them. */
export const rooms: readonly Room[] = [
  {
    name: 'answering from kept',
    files: of(continuity, 'answers asker derived kept fromkept consent generations'),
    tests: testsOf(continuity, 'answers asker derived modes outage fromkept consent snapshots calls'),
  },
  {
    name: 'operator modes',
    files: of(continuity, 'standing standings backends'),
    tests: [
      ...testsOf(continuity, 'standing standings modes backends cut silence'),
      ...testsOf('subgraphs/status', 'orders'),
    ],
  },
  {
    name: 'check on return',
    files: of(continuity, 'returning return-check applied-check applied-watch silence alarm-details'),
    tests: [
      ...testsOf(continuity, 'returning silence return-check applied-check applied-watch alarm-details'),
      ...testsOf(intake, 'looking'),
    ],
  },
  {
    name: 'circuit and limiter',
    files: of(continuity, 'circuit limiter limit counter lane pace prober retries backend deadline'),
    tests: testsOf(continuity, 'circuit ramping limiter counter lane pace retries backend deadline calls'),
  },
  {
    name: 'intake and replay',
    files: of(
      intake,
      `asking attempt decisions doubting due entry finding heads proving ramp replayer sending stage submitting verdict
      look-schedule acceptance aliases`,
    ),
    tests: testsOf(
      intake,
      `accepting deciding doubting proving ramp sending stage twins receipts-of-keys repeats replaying due verdict admitting
      beside looking`,
    ),
  },
  {
    name: 'dispatch list',
    files: [...of('subgraphs/repairs', 'dispatch'), ...of('gateway/pages', 'dispatch emergencies')],
    tests: [...testsOf('subgraphs/repairs', 'dispatch completions'), ...testsOf('gateway/pages', 'emergencies')],
  },
  {
    name: 'hazards and deadlines',
    files: [...of('subgraphs/repairs', 'hazards'), ...of(continuity, 'statutory workdays holidays london')],
    tests: [...testsOf('subgraphs/repairs', 'hazards'), ...testsOf(continuity, 'statutory holidays london')],
  },
  {
    name: 'call-backs and campaigns',
    files: of(
      'subgraphs/telephony',
      `admission allowed-numbers call-limits callback-record callbacks calling campaign known-lines line-advice outcome
      welfare`,
    ),
    tests: testsOf('subgraphs/telephony', 'callback-record admission requests welfare campaign refusals'),
  },
  {
    name: 'exchanges',
    files: of('subgraphs/lettings', 'exchanging choosing moves targets look-ups steps'),
    tests: testsOf('subgraphs/lettings', 'exchanging enquiries moves targets writes'),
  },
  {
    name: 'forget',
    files: [...of(continuity, 'forgetting unlinked pruning expiry'), ...of(intake, 'forgetting')],
    tests: testsOf(continuity, 'forgetting expiry own outage walk-runs'),
  },
  {
    name: "the engine's merge and plan cache",
    files: [
      ...of('gateway/engine', 'merge cache index keys entities entity share settle represent'),
      ...of('gateway', 'limits supergraph'),
    ],
    tests: [
      ...testsOf('gateway/engine', 'engine plan planner plan-cache requires merge leaf'),
      ...testsOf('gateway', 'limits generations'),
    ],
  },
  {
    name: 'error contract',
    files: [...of(continuity, 'errors sentence store-failures'), ...of('gateway', 'errors')],
    tests: [...testsOf(continuity, 'errors sentence'), ...testsOf('gateway', 'errors wording')],
  },
];
