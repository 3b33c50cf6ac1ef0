// How long a reader waits for a system, and what they are given when it is late: of one key, of several, and in a request that has
// waited before.
import { describe, expect, it } from 'vitest';
import { type Consent, consentOf, defaultConsent } from '../../../subgraphs/continuity/consent.ts';
import type { Answer, Read, SystemDefinition } from '../../../subgraphs/continuity/definition.ts';
import { SystemError, WireError } from '../../../subgraphs/continuity/errors.ts';
import type { Kept, Snapshots } from '../../../subgraphs/continuity/snapshots.ts';
import { createSystem } from '../../../subgraphs/continuity/system.ts';
import { alone } from '../../alone.ts';
import { createTestClock } from '../../clock.ts';
import { nothingKept } from '../../nothingkept.ts';

/** How long each kind takes to answer, in ms; null: it never does. REFUSES: it says no, at once. */
type Takes = Record<string, number | 'REFUSES' | null>;

/** A diary with two backends; of orders and lists Ann's are kept, of four minutes ago. Readers wait 300 ms, or a second. */
function setup(takes: Takes, settings: Partial<Pick<SystemDefinition, 'patienceMs' | 'waitMs'>> = {}) {
  const clock = createTestClock();
  const memory = new Map<string, Kept>(
    ['order\nann', 'list\nann'].map((name) => [name, { value: 'kept', readAtMs: clock.now() }]),
  );
  clock.leap(240_000);
  const snapshots: Snapshots = {
    ...nothingKept,
    find: async (_system, kind, keys) =>
      new Map(
        keys.flatMap((key) => (memory.has(`${kind}\n${key}`) ? [[key, memory.get(`${kind}\n${key}`) as Kept]] : [])),
      ),
  };
  const read = (kind: string, backend: string, more: Partial<Read<string, string | null>> = {}) =>
    ({
      ...{ backend, limit: 10, absent: null, ...more },
      ask: (keys) =>
        new Promise((resolve, reject) => {
          const ms = takes[kind];
          if (ms === 'REFUSES') reject(new WireError('REFUSAL', 'no', { reason: 'It says no.' }));
          else if (ms != null) clock.after(ms, () => resolve(new Map(keys.map((key) => [key, 'live']))));
        }),
    }) as Read<string, string | null>;
  const reads = {
    order: read('order', 'orders'),
    list: read('list', 'orders', { patienceMs: 50, timeoutMs: 5_000 }),
    visit: read('visit', 'diary', { nothingKept: 'No visit is kept.' }),
  };
  const definition: SystemDefinition<typeof reads> = {
    name: 'repairs',
    backends: {
      orders: { variable: 'ORDERS', credentials: 'PASSWORD' },
      diary: { variable: 'DIARY', credentials: 'PASSWORD' },
    },
    adapter: () => ({ reads, probes: { orders: async () => {}, diary: async () => {} }, close: async () => {} }),
    resolvers: {},
    ...settings,
  };
  const system = createSystem(definition, {
    ...alone(clock),
    ...{ clock, random: () => 0, id: () => 'call', connections: {}, snapshots },
  });
  const late = new Set<string>();
  /** What is given, each as `value SOURCE` or the code of the error, and after how many ms. */
  async function given(
    kind: keyof typeof reads,
    keys: readonly string[],
    asker: { consent?: Consent; late?: Set<string>; signal?: AbortSignal } = {},
  ) {
    const fromMs = clock.now();
    let tookMs: number | null = null;
    const answering = system.read(kind, keys, asker).then((answers) => {
      tookMs = clock.now() - fromMs;
      return answers;
    });
    for (let waited = 0; waited < 8_000 && tookMs === null; waited += 10) await clock.advance(10);
    const answers = await answering;
    const said = answers.map((answer) => {
      if (answer instanceof SystemError) return answer.extensions.code;
      const { value, provenance } = answer as Answer<string>;
      return `${value} ${provenance.source}`;
    });
    return [...said, tookMs];
  }
  const messageOf = async (kind: keyof typeof reads, consent: Consent) => {
    const [answer] = await Promise.all([system.read(kind, ['ann'], { consent }), clock.advance(8_000)]);
    return (answer[0] as SystemError).message;
  };
  return { system, clock, given, late, messageOf };
}

describe('a system on a slow day', () => {
  it('is waited for 300 ms where all that is asked is kept, and a second where any of it is not', async () => {
    expect(await setup({ order: 700 }).given('order', ['ann'])).toEqual(['kept SNAPSHOT', 300]);
    // Nobody is told of an error that a little patience would have spared them, whatever else is asked beside it.
    for (const keys of [
      ['ann', 'ben'],
      ['ben', 'ann'],
    ]) {
      expect(await setup({ order: 700 }).given('order', keys)).toEqual(['live LIVE', 'live LIVE', 700]);
    }
  });

  it('gives, once a second has passed, what is kept, and of the rest that it did not answer in time', async () => {
    const { given } = setup({ order: null });
    expect(await given('order', ['ann', 'ben'])).toEqual(['kept SNAPSHOT', 'SYSTEM_TIMEOUT', 1_000]);
  });

  it('is waited for a second where what is kept is older than the reader takes, and as long as a call may take where they say so', async () => {
    const minute: Consent = { ...defaultConsent, oldestMs: 60_000 };
    expect(await setup({ order: 700 }).given('order', ['ann'], { consent: minute })).toEqual(['live LIVE', 700]);
    expect(await setup({ order: null }).given('order', ['ann'], { consent: minute })).toEqual([
      'STALER_THAN_ASKED',
      1_000,
    ]);
    const noCache = consentOf('no-cache');
    expect(await setup({ order: 1_900 }).given('order', ['ann'], { consent: noCache })).toEqual(['live LIVE', 1_900]);
    expect(await setup({ list: 4_900 }).given('list', ['ann'], { consent: noCache })).toEqual(['live LIVE', 4_900]);
    expect(await setup({ order: null }).given('order', ['ann'], { consent: noCache })).toEqual([
      'kept SNAPSHOT',
      2_000,
    ]);
  });

  it('is waited for as long as a kind or the system says itself', async () => {
    const slow = () => setup({ order: 550, list: 650 }, { patienceMs: 500, waitMs: 600 });
    expect(await slow().given('order', ['ann'])).toEqual(['kept SNAPSHOT', 500]);
    expect(await slow().given('order', ['ben'])).toEqual(['live LIVE', 550]);
    expect(await slow().given('list', ['ann'])).toEqual(['kept SNAPSHOT', 50]);
    expect(await slow().given('list', ['ben'])).toEqual(['SYSTEM_TIMEOUT', 600]);
  });
});

describe('a request that has waited in vain', () => {
  it('waits 100 ms for the same backend from then on, and 300 for another of the system; a new request waits as ever', async () => {
    const { given, late } = setup({ order: null, list: null, visit: 250 });
    expect(await given('order', ['ben'], { late })).toEqual(['SYSTEM_TIMEOUT', 1_000]);
    expect(await given('list', ['ben'], { late })).toEqual(['SYSTEM_TIMEOUT', 100]);
    expect(await given('order', ['ann'], { late })).toEqual(['kept SNAPSHOT', 100]);
    expect(await given('visit', ['ann'], { late })).toEqual(['live LIVE', 250]);
    const other = setup({ order: null, visit: null });
    await other.given('order', ['ben'], { late: other.late });
    expect(await other.given('visit', ['ann'], { late: other.late })).toEqual(['SYSTEM_TIMEOUT', 300]);
    expect(await other.given('visit', ['ben'])).toEqual(['SYSTEM_TIMEOUT', 1_000]);
  });

  it('has not waited in vain where it was given what is kept: it waits for the next as ever', async () => {
    const { given, late } = setup({ order: null, visit: 700 });
    expect(await given('order', ['ann'], { late })).toEqual(['kept SNAPSHOT', 300]);
    expect(await given('visit', ['ann'], { late })).toEqual(['live LIVE', 700]);
    expect([...late]).toEqual([]);
  });

  it('has waited in vain where it wanted live and was given what is kept, or a call ended for being too long', async () => {
    const wanted = setup({ order: null, visit: null });
    await wanted.given('order', ['ann'], { late: wanted.late, consent: consentOf('no-cache') });
    expect(await wanted.given('visit', ['ann'], { late: wanted.late })).toEqual(['SYSTEM_TIMEOUT', 300]);
    const ended = setup({ order: null, visit: null }, { waitMs: 3_000 });
    expect(await ended.given('order', ['ben'], { late: ended.late })).toEqual(['SYSTEM_TIMEOUT', 2_000]);
    expect([...ended.late].toSorted()).toEqual(['repairs', 'repairs.orders']);
  });

  it('counts once against the circuit, however often it waits', async () => {
    const { system, given, late } = setup({ order: null });
    for (const key of ['ben', 'cyd', 'dan', 'eve', 'fay']) await given('order', [key], { late });
    expect(system.status()[0]?.circuit).toMatchObject({ kind: 'CLOSED' });
  });
});

it('who hangs up is answered at once, and is given nothing that is kept instead', async () => {
  const { given } = setup({ order: null });
  const hungUp = new AbortController();
  const asked = given('order', ['ann'], { signal: hungUp.signal });
  hungUp.abort();
  expect(await asked).toEqual(['SYSTEM_TIMEOUT', 0]);
  expect(await given('order', ['ann'], { signal: hungUp.signal })).toEqual(['SYSTEM_TIMEOUT', 0]);
});

it('what a kind says of nothing kept is said where what is kept was looked for, and where it was not, not', async () => {
  const { messageOf } = setup({ visit: null });
  expect(await messageOf('visit', defaultConsent)).toBe('The repairs system did not answer in time. No visit is kept.');
  expect(await messageOf('visit', consentOf('no-cache, stale-if-error=0'))).toBe(
    'The repairs system did not answer in time.',
  );
  const { messageOf: refused } = setup({ visit: 'REFUSES' });
  expect(await refused('visit', defaultConsent)).toBe('It says no.');
});
