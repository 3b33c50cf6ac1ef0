import { describe, expect, it } from 'vitest';
import { SystemError, WireError } from '../../../subgraphs/continuity/errors.ts';
import { loadersOf } from '../../../subgraphs/continuity/loaders.ts';
import { createSystem, type Read, type SystemDefinition } from '../../../subgraphs/continuity/system.ts';
import { createTestClock, settled, type TestClock } from '../../clock.ts';

type Behaviour = (keys: readonly string[], signal: AbortSignal) => Promise<ReadonlyMap<string, string>>;

const found: Behaviour = async (keys) =>
  new Map(keys.filter((key) => key !== 'nobody').map((key) => [key, `<${key}>`]));
const never: Behaviour = () => new Promise(() => {});

/** A system with one backend and one kind, whose wire does as it is told. */
function setup(clock: TestClock = createTestClock()) {
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
    backends: { register: { variable: 'PEOPLE', credentials: 'PASSWORD' } },
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
    clock,
    random: () => 0,
    id: () => `call-${++ids}`,
    connections: {},
    onChange: (_system, _backend, { kind }) => changes.push(kind),
  });
  const read = (...keys: string[]) => system.read('name', keys);
  return { system, wire, clock, read, changes };
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

  it('loses only the call that failed', async () => {
    const { read, wire } = setup();
    wire.behave = (keys, signal) =>
      keys.includes('d') ? Promise.reject(new WireError('FAULT', '500')) : found(keys, signal);
    const answers = await read('a', 'b', 'c', 'd', 'e');
    expect(answers.map((answer) => answer instanceof SystemError)).toEqual([false, false, false, true, true]);
    expect(extensionsOf(answers[3]).failedCall).toBe(extensionsOf(answers[4]).failedCall);
  });

  it('waits no longer than its patience, and tells the circuit when the call itself ends', async () => {
    const { read, wire, clock, changes } = setup();
    wire.behave = never;
    const asked = Array.from({ length: 3 }, () => read('a'));
    await clock.advance(1_000);
    for (const [answer] of await Promise.all(asked)) expect(extensionsOf(answer).code).toBe('SYSTEM_TIMEOUT');
    expect(changes).toEqual([]);
    await clock.advance(1_000);
    expect(changes).toEqual(['OPEN']);
  });

  it.each([
    ['UNREACHABLE', 'SYSTEM_DOWN', true],
    ['UNAVAILABLE', 'SYSTEM_DOWN', true],
    ['FAULT', 'SYSTEM_DOWN', true],
    ['GARBLED', 'SYSTEM_GARBLED', true],
    ['BUSY', 'SYSTEM_OVERLOADED', true],
    ['REFUSAL', 'SYSTEM_REFUSED', false],
    ['CREDENTIALS', 'SYSTEM_DOWN', false],
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

  it('does not hold it against the system when whoever asked hangs up', async () => {
    const { system, wire, changes } = setup();
    wire.behave = never;
    for (let i = 0; i < 5; i++) {
      const hungUp = new AbortController();
      const asked = system.read('name', ['a'], hungUp.signal);
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
    const answers = await Promise.all(Array.from({ length: 31 }, (_, i) => read(`k${i}`)));
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

describe('loaders', () => {
  it('send one wave of keys down as one read, each key once', async () => {
    const { system, wire } = setup();
    const { name } = loadersOf(system);
    await Promise.all([name('a'), name('b'), Promise.resolve().then(() => name('a')), name('c')]);
    expect(wire.calls).toEqual([['a', 'b', 'c']]);
  });
});
