import { describe, expect, it } from 'vitest';
import { type Consent, consentOf } from '../../../subgraphs/continuity/consent.ts';
import type { Answer, Read, SystemDefinition } from '../../../subgraphs/continuity/definition.ts';
import { SystemError, WireError } from '../../../subgraphs/continuity/errors.ts';
import type { LimiterNumbers } from '../../../subgraphs/continuity/limiter.ts';
import { loadersOf } from '../../../subgraphs/continuity/loaders.ts';
import type { Kept, Snapshots } from '../../../subgraphs/continuity/snapshots.ts';
import { createSystem } from '../../../subgraphs/continuity/system.ts';
import { alone } from '../../alone.ts';
import { createTestClock, settled, type TestClock } from '../../clock.ts';
import { nothingKept } from '../../nothingkept.ts';

type Behaviour = (keys: readonly string[], signal: AbortSignal) => Promise<ReadonlyMap<string, string>>;

const found: Behaviour = async (keys) =>
  new Map(keys.filter((key) => key !== 'nobody').map((key) => [key, `<${key}>`]));
const never: Behaviour = () => new Promise(() => {});

/** A system with one backend and one kind, whose wire does as it is told. */
function setup(clock: TestClock = createTestClock(), snapshots?: Snapshots, limit?: Partial<LimiterNumbers>) {
  const wire = { behave: found, probe: async () => {}, calls: [] as string[][], probes: 0, inFlight: 0, most: 0 };
  const name: Read<string, string | null> = {
    backend: 'register',
    limit: 3,
    absent: null,
    async ask(keys, signal) {
      wire.calls.push([...keys]);
      wire.inFlight += 1;
      wire.most = Math.max(wire.most, wire.inFlight);
      try {
        return await wire.behave(keys, signal);
      } finally {
        wire.inFlight -= 1;
      }
    },
  };
  const definition: SystemDefinition<{ name: typeof name }> = {
    name: 'people',
    backends: { register: { variable: 'PEOPLE', credentials: 'PASSWORD', ...(limit && { limit }) } },
    adapter: () => ({
      reads: { name },
      probes: {
        register: async () => {
          wire.probes += 1;
          await wire.probe();
        },
      },
      close: async () => {},
    }),
    resolvers: {},
  };
  let ids = 0;
  const changes: string[] = [];
  const system = createSystem(definition, {
    ...alone(clock),
    clock,
    random: () => 0,
    id: () => `call-${++ids}`,
    connections: {},
    ...(snapshots && { snapshots }),
    onChange: (_system, _backend, { kind }) => changes.push(kind),
  });
  const read = (...keys: string[]) => system.read('name', keys);
  const readAs = (consent: Consent, ...keys: string[]) => system.read('name', keys, { consent });
  return { system, wire, clock, read, readAs, changes };
}

/** Breaks the wire and reads until the circuit is open. */
async function broken(failure: WireError = new WireError('UNREACHABLE', 'refused')) {
  const parts = setup();
  parts.wire.behave = () => Promise.reject(failure);
  parts.wire.probe = () => Promise.reject(failure);
  for (let i = 0; i < 3; i++) await parts.read('a');
  parts.wire.calls.length = 0;
  return parts;
}

const extensionsOf = (answer: unknown) => (answer as SystemError).extensions;

describe('a read', () => {
  it('answers every key in order, with its provenance, and null for what is not there', async () => {
    const { read } = setup();
    const provenance = { system: 'people', source: 'LIVE', asOf: '2022-06-27T08:00:00.000Z' };
    expect(await read('a', 'nobody', 'b')).toEqual([
      { value: '<a>', provenance },
      { value: null, provenance },
      { value: '<b>', provenance },
    ]);
  });

  it('asks in as few calls as the wire allows', async () => {
    const { read, wire } = setup();
    await read('a', 'b', 'c', 'd', 'e', 'f', 'g');
    expect(wire.calls).toEqual([['a', 'b', 'c'], ['d', 'e', 'f'], ['g']]);
  });

  it('does not wait as long again in a request that has waited in vain', async () => {
    const { system, wire, clock } = setup();
    wire.behave = never;
    const late = new Set<string>();
    const first = system.read('name', ['a'], { late });
    await clock.advance(1_000);
    expect(extensionsOf((await first)[0]).code).toBe('SYSTEM_TIMEOUT');
    const second = system.read('name', ['b'], { late });
    await clock.advance(100);
    expect(extensionsOf((await second)[0]).code).toBe('SYSTEM_TIMEOUT');
  });

  it('loses only the call that failed', async () => {
    const { read, wire } = setup();
    wire.behave = (keys, signal) =>
      keys.includes('d') ? Promise.reject(new WireError('FAULT', '500')) : found(keys, signal);
    const answers = await read('a', 'b', 'c', 'd', 'e');
    expect(answers.map((answer) => answer instanceof SystemError)).toEqual([false, false, false, true, true]);
    expect(extensionsOf(answers[3]).failedCall).toBe(extensionsOf(answers[4]).failedCall);
  });

  it('waits no longer than its patience; who has waited counts, however many wait for one call', async () => {
    const { read, wire, clock, changes } = setup();
    wire.behave = never;
    const asked = [read('a'), read('a')];
    await clock.advance(1_000);
    for (const [answer] of await Promise.all(asked)) expect(extensionsOf(answer).code).toBe('SYSTEM_TIMEOUT');
    expect(wire.calls).toEqual([['a']]);
    expect(changes).toEqual([]);
    // The call itself ends a second later, and is the third.
    await clock.advance(1_000);
    expect(changes).toEqual(['OPEN']);
  });

  it.each([
    ['UNREACHABLE', 'SYSTEM_DOWN', true],
    ['UNAVAILABLE', 'SYSTEM_DOWN', true],
    ['FAULT', 'SYSTEM_DOWN', true],
    ['GARBLED', 'SYSTEM_GARBLED', true],
    ['BUSY', 'SYSTEM_OVERLOADED', true],
    ['LOCKED', 'SYSTEM_OVERLOADED', true],
    ['REFUSAL', 'SYSTEM_REFUSED', false],
    ['CREDENTIALS', 'SYSTEM_DOWN', false],
    ['ISOLATED', 'SYSTEM_ISOLATED', false],
  ] as const)('tells a wire failure %s as %s', async (failure, code, retryable) => {
    const { read, wire } = setup();
    wire.behave = () => Promise.reject(new WireError(failure, 'http://10.0.0.1 said secret'));
    const [answer] = await read('a');
    expect(extensionsOf(answer)).toMatchObject({ code, retryable, system: 'people' });
    expect(JSON.stringify(answer)).not.toMatch(/10\.0\.0\.1|secret/);
  });

  it('counts what an adapter throws by mistake as garbled', async () => {
    const { read, wire } = setup();
    wire.behave = () => Promise.reject(new TypeError('x is undefined'));
    const [answer] = await read('a');
    expect(extensionsOf(answer).code).toBe('SYSTEM_GARBLED');
  });

  it('waits for a place, and what it waits there does not count against the system', async () => {
    const { system, read, wire, clock } = setup(createTestClock(), undefined, { floor: 1, ceiling: 1 });
    wire.behave = (keys) =>
      keys.includes('a') ? new Promise((answer) => clock.after(450, () => answer(new Map()))) : never(keys, signal);
    const { signal } = new AbortController();
    void read('a');
    const waiting = [read('b'), read('c'), read('b')];
    await clock.advance(1_000);
    for (const [answer] of await Promise.all(waiting)) expect(extensionsOf(answer).code).toBe('SYSTEM_TIMEOUT');
    // They waited a second, the system had half of it; and meanwhile they had become one call.
    expect(wire.calls).toEqual([['a'], ['b', 'c']]);
    expect(system.status()[0]?.circuit).toMatchObject({ timeoutsInARow: 0 });
    await clock.advance(450 + 1_000);
    expect(system.status()[0]?.circuit).toMatchObject({ timeoutsInARow: 1 });
    expect(system.status()[0]?.figures).toMatchObject({ limit: 1, inFlight: 0, waiting: 0, rejected: 0 });
  });

  it('does not hold it against the system when whoever asked hangs up', async () => {
    const { system, wire, changes } = setup();
    wire.behave = never;
    for (let i = 0; i < 5; i++) {
      const hungUp = new AbortController();
      const asked = system.read('name', ['a'], { signal: hungUp.signal });
      hungUp.abort();
      await asked;
    }
    expect(changes).toEqual([]);
  });
});

describe('a system whose circuit is open', () => {
  it('is not asked, and says so at once with since and when to try again', async () => {
    const { read, wire } = await broken();
    const [answer] = await read('a');
    expect(wire.calls).toEqual([]);
    expect(extensionsOf(answer)).toMatchObject({
      code: 'SYSTEM_DOWN',
      retryable: true,
      retryAfter: 1,
      since: '2022-06-27T08:00:00.000Z',
    });
  });

  it('is looked at in the background on schedule while nobody asks', async () => {
    const { wire, clock } = await broken();
    await clock.advance(60_000);
    // After 1, 2, 4, 8, 16 s (31 s in all), then 30 s more: the sixth falls due at 61 s.
    expect(wire.probes).toBe(5);
    await clock.advance(1_000);
    expect(wire.probes).toBe(6);
  });

  it('is let back in step by step, and nobody who waits is turned away while it answers', async () => {
    const { read, wire, clock, changes } = await broken();
    wire.probe = async () => {};
    wire.behave = found;
    await clock.advance(1_000);
    expect(changes).toEqual(['OPEN', 'RAMPING']);
    wire.most = 0;
    const answers = await Promise.all(Array.from({ length: 91 }, (_, i) => read(`k${i}`)));
    expect(answers.flat().filter((answer) => answer instanceof Error)).toEqual([]);
    expect(wire.most).toBeLessThanOrEqual(16);
    expect(changes).toEqual(['OPEN', 'RAMPING', 'CLOSED']);
  });

  it('is closed again by probes alone where nobody asks', async () => {
    const { wire, clock, changes } = await broken();
    wire.probe = async () => {};
    await clock.advance(7_000);
    expect(changes).toEqual(['OPEN', 'RAMPING', 'CLOSED']);
    const { probes } = wire;
    await clock.advance(60_000);
    expect(wire.probes).toBe(probes);
  });

  it('turns away who has waited 100 ms for a place while it is let back in', async () => {
    const { read, wire, clock } = await broken();
    wire.probe = async () => {};
    wire.behave = never;
    await clock.advance(1_000);
    void read('first');
    await settled();
    const second = read('second');
    await clock.advance(100);
    expect(extensionsOf((await second)[0]).code).toBe('SYSTEM_OVERLOADED');
    expect(wire.calls).toEqual([['first']]);
  });

  it('sends nothing more, not even a probe, once our credentials were refused', async () => {
    const { read, wire, clock } = setup();
    wire.behave = () => Promise.reject(new WireError('CREDENTIALS', '101'));
    await read('a');
    wire.calls.length = 0;
    await clock.advance(24 * 3_600_000);
    const [answer] = await read('a');
    expect(extensionsOf(answer)).toMatchObject({ code: 'SYSTEM_DOWN', retryable: false });
    expect([wire.calls.length, wire.probes]).toEqual([0, 0]);
  });
});

/** A system that has been read from, with what was read kept in memory: an hour old by now. */
async function kept() {
  const clock = createTestClock();
  const memory = new Map<string, Kept>();
  const snapshots: Snapshots = {
    ...nothingKept,
    keep: (_system, _kind, answers, readAtMs) => {
      for (const [key, value] of answers) memory.set(key, { value, readAtMs });
    },
    find: async (_system, _kind, keys) =>
      new Map(keys.flatMap((key) => (memory.has(key) ? [[key, memory.get(key) as Kept]] : []))),
  };
  const parts = setup(clock, snapshots);
  await parts.read('a', 'nobody');
  await clock.advance(3_600_000);
  parts.wire.calls.length = 0;
  return parts;
}

const asKept = (value: unknown) => ({
  value,
  provenance: { system: 'people', source: 'SNAPSHOT', asOf: '2022-06-27T08:00:00.000Z' },
});
const code = (answer: unknown) => (answer instanceof SystemError ? answer.extensions.code : 'ANSWER');

describe('a system of which something is kept', () => {
  it('gives it when it cannot be asked, null too, each with its time; and an error for what is not kept', async () => {
    const { read, wire } = await kept();
    wire.behave = () => Promise.reject(new WireError('UNREACHABLE', 'refused'));
    const [known, nobody, unknown] = await read('a', 'nobody', 'b');
    expect([known, nobody]).toEqual([asKept('<a>'), asKept(null)]);
    expect(code(unknown)).toBe('SYSTEM_DOWN');
  });

  it('gives it after its patience when it is slow, while the call runs on and renews what is kept', async () => {
    const { read, wire, clock } = await kept();
    let answer = (_: ReadonlyMap<string, string>) => {};
    wire.behave = () =>
      new Promise((resolve) => {
        answer = resolve;
      });
    const asked = read('a');
    await clock.advance(300);
    expect(await asked).toEqual([asKept('<a>')]);
    answer(new Map([['a', 'newer']]));
    await settled();
    wire.behave = () => Promise.reject(new WireError('FAULT', '500'));
    expect((await read('a'))[0]).toMatchObject({
      value: 'newer',
      provenance: { source: 'SNAPSHOT', asOf: '2022-06-27T09:00:00.300Z' },
    });
  });

  it('is waited for longer where nothing is kept', async () => {
    const { read, wire, clock } = await kept();
    wire.behave = never;
    let told = false;
    const asked = read('b').then((answers) => {
      told = true;
      return answers;
    });
    await clock.advance(999);
    expect(told).toBe(false);
    await clock.advance(1);
    expect(code((await asked)[0])).toBe('SYSTEM_TIMEOUT');
  });

  it('says no for itself: nothing kept stands in for a refusal', async () => {
    const { read, wire } = await kept();
    wire.behave = () => Promise.reject(new WireError('REFUSAL', '400', { reason: 'Locked.' }));
    expect(code((await read('a'))[0])).toBe('SYSTEM_REFUSED');
  });

  it('is waited for up to the end of the call by who sends no-cache, and only then is what is kept given', async () => {
    const { readAs, wire, clock } = await kept();
    wire.behave = never;
    let told = false;
    const asked = readAs(consentOf('no-cache'), 'a').then((answers) => {
      told = true;
      return answers;
    });
    await clock.advance(1_999);
    expect(told).toBe(false);
    await clock.advance(1);
    expect(await asked).toEqual([asKept('<a>')]);
  });

  it('gives live or an error to who takes nothing stale', async () => {
    const { readAs, wire } = await kept();
    wire.behave = () => Promise.reject(new WireError('UNREACHABLE', 'refused'));
    expect(code((await readAs(consentOf('no-cache, stale-if-error=0'), 'a'))[0])).toBe('SYSTEM_DOWN');
  });

  it('gives nothing older than the client takes, and says so', async () => {
    const { readAs, wire } = await kept();
    wire.behave = () => Promise.reject(new WireError('UNREACHABLE', 'refused'));
    const [tooOld] = await readAs(consentOf('max-stale=3599'), 'a');
    expect(code(tooOld)).toBe('STALER_THAN_ASKED');
    expect(await readAs(consentOf('max-stale=3600'), 'a')).toEqual([asKept('<a>')]);
  });

  it('is not asked at all for who sends only-if-cached', async () => {
    const { readAs, wire } = await kept();
    const [known, unknown] = await readAs(consentOf('only-if-cached'), 'a', 'b');
    expect(known).toEqual(asKept('<a>'));
    expect(code(unknown)).toBe('STALER_THAN_ASKED');
    expect(wire.calls).toEqual([]);
  });
});

describe('equal reads at the same time', () => {
  it('share one call across requests, and each gets the answer', async () => {
    const { read, wire } = setup();
    const answers = await Promise.all([read('a', 'b'), read('b', 'c'), read('a')]);
    expect(wire.calls).toEqual([['a', 'b'], ['c']]);
    expect(answers.flat().map((answer) => (answer as Answer<string>).value)).toEqual([
      '<a>',
      '<b>',
      '<b>',
      '<c>',
      '<a>',
    ]);
  });

  it('end their call only when everybody has hung up', async () => {
    const { system, wire } = setup();
    const ended: string[] = [];
    wire.behave = (keys, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          ended.push(keys.join());
          reject(signal.reason);
        });
      });
    const [one, other] = [new AbortController(), new AbortController()];
    const asked = [one, other].map(({ signal }) => system.read('name', ['a'], { signal }));
    await settled();
    one.abort();
    await asked[0];
    expect(ended).toEqual([]);
    other.abort();
    await asked[1];
    expect(ended).toEqual(['a']);
  });
});

describe('loaders', () => {
  it('send one wave of keys down as one read, each key once', async () => {
    const { system, wire } = setup();
    const { name } = loadersOf(system);
    await Promise.all([name('a'), name('b'), Promise.resolve().then(() => name('a')), name('c')]);
    expect(wire.calls).toEqual([['a', 'b', 'c']]);
  });
});
