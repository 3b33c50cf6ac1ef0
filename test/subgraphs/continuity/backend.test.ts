// A backend behind its guard, on a clock that is moved by hand. What the parts do by themselves is in their own tests.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Backend, type CallOptions, createBackend } from '../../../subgraphs/continuity/backend.ts';
import { circuitNumbers } from '../../../subgraphs/continuity/circuit.ts';
import { WireError, type WireFailure } from '../../../subgraphs/continuity/errors.ts';
import { limiterNumbers } from '../../../subgraphs/continuity/limiter.ts';
import type { CallClass } from '../../../subgraphs/continuity/queue.ts';
import { createTestClock, settled, type TestClock } from '../../clock.ts';

const failing = (failure: WireFailure) => () => Promise.reject(new WireError(failure, 'told to'));
const never = () => new Promise<never>(() => {});
const failureOf = (call: Promise<unknown>) =>
  call.then(
    () => 'ANSWER',
    (error: WireError) => error.failure,
  );

function setup(random = () => 0, clock: TestClock = createTestClock()) {
  const seen = { probes: 0, changes: [] as string[], wire: [] as string[] };
  const probe = { behave: (_signal: AbortSignal): Promise<void> => Promise.resolve() };
  const backend = createBackend({
    clock,
    random,
    numbers: circuitNumbers,
    limit: limiterNumbers,
    wire: { cut: () => seen.wire.push('cut'), mend: () => seen.wire.push('mend') },
    probe(signal) {
      seen.probes += 1;
      return probe.behave(signal);
    },
    probeTimeoutMs: 2_000,
    onChange: ({ kind }) => seen.changes.push(kind),
  });
  const call = (work: (signal: AbortSignal) => Promise<unknown>, options?: CallOptions, signal?: AbortSignal) =>
    failureOf(backend.call(work, 2_000, signal, options));
  return { backend, clock, seen, probe, call };
}

async function opened(failure: WireFailure = 'UNREACHABLE') {
  const parts = setup();
  parts.probe.behave = failing('UNREACHABLE');
  for (let i = 0; i < 3; i++) await parts.call(failing(failure));
  expect(parts.backend.circuit.kind).toBe('OPEN');
  return parts;
}

/** Work that takes so long. */
const taking = (clock: TestClock, ms: number) => () => new Promise<void>((resolve) => clock.after(ms, resolve));

describe('a backend', () => {
  it('has no more calls under way than it has places, and turns away who has waited half a second', async () => {
    const { backend, clock, call } = setup();
    for (let i = 0; i < 12; i++) void call(never);
    const waiting = call(never);
    const emergency = call(async () => 'sent', { class: 'EMERGENCY' });
    expect(backend.figures()).toMatchObject({ limit: 16, reserved: 4, inFlight: 13, waiting: 1, rejected: 0 });
    expect(await emergency).toBe('ANSWER');
    await clock.advance(500);
    expect(await waiting).toBe('BUSY');
    expect(backend.figures()).toMatchObject({ waiting: 0, rejected: 1 });
  });

  it('does not hold against the system what a call waits for a place', async () => {
    const { backend, clock, call } = setup();
    for (let i = 0; i < 12; i++) void call(taking(clock, 400));
    for (let i = 0; i < 12; i++) void call(taking(clock, 900));
    await clock.advance(2_000);
    // 1,300 ms in all, of which 900 were the system's.
    expect(backend.circuit).toMatchObject({ kind: 'CLOSED', buckets: [{ slow: 0 }, { slow: 0 }] });
  });

  it('lets who hangs up while waiting out of the queue', async () => {
    const { backend, call } = setup();
    for (let i = 0; i < 12; i++) void call(never);
    const hungUp = new AbortController();
    const waiting = call(never, {}, hungUp.signal);
    hungUp.abort();
    expect(await waiting).toBe('ABANDONED');
    expect(backend.figures()).toMatchObject({ waiting: 0, rejected: 0 });
  });

  it('turns away everybody who waits when its circuit opens', async () => {
    const { call } = setup();
    const ends: (() => void)[] = [];
    const held = (_signal: AbortSignal) =>
      new Promise<never>((_resolve, reject) => ends.push(() => reject(new WireError('UNREACHABLE', 'gone'))));
    for (let i = 0; i < 12; i++) void call(held);
    let out = 0;
    const waiting = Array.from({ length: 20 }, () => call(async () => out++));
    for (const end of ends.splice(0, 3)) end();
    const told = await Promise.all(waiting);
    // One for each of the first two that ended: with the third it was open.
    expect([out, told.filter((each) => each === 'UNAVAILABLE').length]).toEqual([2, 18]);
  });
});

describe('a backend that cannot be asked just now', () => {
  const refused = (backend: Backend) => backend.call(never, 2_000).catch((error: WireError) => error);

  it('says when to try again: a second later where there was no place, else when it is looked at next', async () => {
    const { backend, clock, call } = setup();
    for (let i = 0; i < 12; i++) void call(never);
    const busy = refused(backend);
    await clock.advance(500);
    expect(await busy).toMatchObject({ failure: 'BUSY', retryAfterMs: 1_000 });
    const down = await opened();
    await down.clock.advance(400);
    expect(await refused(down.backend)).toMatchObject({ failure: 'UNAVAILABLE', retryAfterMs: 600 });
  });

  it('says no time where only an operator can mend it', async () => {
    const { backend, call } = setup();
    await call(failing('CREDENTIALS'));
    expect(await refused(backend)).toMatchObject({ failure: 'CREDENTIALS', retryAfterMs: undefined });
    const cut = setup();
    cut.backend.cut();
    expect(await refused(cut.backend)).toMatchObject({ failure: 'ISOLATED', retryAfterMs: undefined });
  });

  it('lets nobody wait who has hung up already', async () => {
    const { backend, call } = setup();
    for (let i = 0; i < 12; i++) void call(never);
    expect(await call(never, {}, AbortSignal.abort())).toBe('ABANDONED');
    expect(backend.figures()).toMatchObject({ inFlight: 12, waiting: 0 });
  });

  it('has fewer places once somebody has waited for a call as long as anybody does', async () => {
    const { backend, clock, call } = setup();
    void call(never);
    await clock.advance(1_000);
    backend.late();
    expect(backend.figures().limit).toBe(12);
  });
});

describe('a backend that says no', () => {
  it.each(['LOCKED', 'REFUSAL', 'BUSY'] as const)(
    'answers everybody else, however often it says %s',
    async (failure) => {
      const { backend, call, seen } = setup();
      for (let i = 0; i < 40; i++) expect(await call(failing(failure))).toBe(failure);
      expect(backend.circuit.kind).toBe('CLOSED');
      expect(await call(async () => {})).toBe('ANSWER');
      expect(seen.changes).toEqual([]);
    },
  );

  it.each(['LOCKED', 'REFUSAL', 'BUSY'] as const)(
    'is let back in on a probe that it answers with %s: it is up',
    async (failure) => {
      const { clock, probe, call, seen } = await opened();
      probe.behave = failing(failure);
      await clock.advance(1_000);
      expect(seen.changes).toEqual(['OPEN', 'RAMPING']);
      expect(await call(async () => {})).toBe('ANSWER');
    },
  );
});

describe('a backend that is slow', () => {
  it('is left alone while its probes are as slow, and not let in and out again', async () => {
    const { clock, call, probe, seen } = setup();
    probe.behave = taking(clock, 1_500);
    for (let i = 0; i < 10; i++) {
      const slow = call(taking(clock, 1_001));
      await clock.advance(1_001);
      expect(await slow).toBe('ANSWER');
    }
    expect(seen.changes).toEqual(['OPEN']);
    await clock.advance(120_000);
    expect(seen.changes).toEqual(['OPEN']);
    expect(await call(never)).toBe('UNAVAILABLE');
    probe.behave = taking(clock, 100);
    await clock.advance(35_000);
    expect(seen.changes).toEqual(['OPEN', 'RAMPING', 'CLOSED']);
  });
});

describe('a read that finds no connection', () => {
  it('is made once more, after a back-off', async () => {
    const { backend, clock, call } = setup(() => 0.5);
    let tries = 0;
    const read = call(
      async () => {
        tries += 1;
        if (tries === 1) throw new WireError('UNREACHABLE', 'reset');
      },
      { retry: true },
    );
    await settled();
    expect(tries).toBe(1);
    await clock.advance(50);
    expect(await read).toBe('ANSWER');
    expect(backend.figures()).toMatchObject({ retries: 1, retryBudget: 2 });
  });

  it('is not made again where it is no read, nor for any other failure', async () => {
    let tries = 0;
    const counting = (failure: WireFailure) => () => {
      tries += 1;
      return failing(failure)();
    };
    await setup().call(counting('UNREACHABLE'));
    for (const failure of ['UNAVAILABLE', 'TIMEOUT', 'FAULT', 'GARBLED', 'CREDENTIALS', 'BUSY', 'REFUSAL'] as const)
      await setup().call(counting(failure), { retry: true });
    expect(tries).toBe(8);
  });

  it('is not made again when the circuit has opened', async () => {
    const { call, backend } = setup();
    let tries = 0;
    const work = () => {
      tries += 1;
      return failing('UNREACHABLE')();
    };
    expect(await call(work, { retry: true })).toBe('UNREACHABLE');
    expect(await call(work, { retry: true })).toBe('UNREACHABLE');
    expect(backend.circuit.kind).toBe('OPEN');
    expect(tries).toBe(3);
  });

  it('waits for a place among those of its class when it is made again', async () => {
    const { clock, call } = setup(() => 0.5);
    for (let i = 0; i < 3; i++) void call(never, { class: 'BACKGROUND' });
    let tries = 0;
    const work = () => {
      tries += 1;
      return failing('UNREACHABLE')();
    };
    const walk = call(work, { class: 'BACKGROUND', retry: true });
    await settled();
    // Its place is another's by now.
    void call(never, { class: 'BACKGROUND' });
    await clock.advance(1_000);
    expect([await walk, tries]).toEqual(['UNREACHABLE', 1]);
  });

  it('is told as it failed when the circuit opens, or no place comes, before it is made again', async () => {
    const { clock, call } = setup(() => 0.5);
    const read = call(failing('UNREACHABLE'), { retry: true });
    await settled();
    for (let i = 0; i < 2; i++) await call(failing('UNREACHABLE'));
    await clock.advance(50);
    expect(await read).toBe('UNREACHABLE');
  });

  it('has only what is left of its time, and is not made again where that is less than half', async () => {
    const { clock, call } = setup(() => 0.5);
    let tries = 0;
    const slowly = (ms: number) => async () => {
      tries += 1;
      await taking(clock, ms)();
      throw new WireError('UNREACHABLE', 'reset');
    };
    const slow = call(slowly(1_001), { retry: true });
    await clock.advance(1_001);
    expect(await slow).toBe('UNREACHABLE');
    expect(tries).toBe(1);
    const half = call(
      (signal) => {
        tries += 1;
        return tries === 2 ? slowly(1_000)() : new Promise((_, reject) => signal.addEventListener('abort', reject));
      },
      { retry: true },
    );
    // 1,000 ms, 50 ms of back-off, and what is left of 2,000.
    await clock.advance(1_999);
    expect(tries).toBe(4);
    await clock.advance(1);
    expect(await half).toBe('TIMEOUT');
  });

  it('costs 1,000 requests that fail 1,100 calls, and three', async () => {
    // A circuit that never opens, so that nothing but the budget holds back.
    const clock = createTestClock();
    const backend = createBackend({
      clock,
      random: () => 0,
      numbers: { ...circuitNumbers, inARow: Number.POSITIVE_INFINITY, minimumCalls: Number.POSITIVE_INFINITY },
      limit: limiterNumbers,
      probe: async () => {},
      probeTimeoutMs: 2_000,
      onChange: () => {},
    });
    let sent = 0;
    const work = () => {
      sent += 1;
      return failing('UNREACHABLE')();
    };
    for (let i = 0; i < 1_000; i++) await failureOf(backend.call(work, 2_000, undefined, { retry: true }));
    expect(sent).toBeGreaterThanOrEqual(1_100);
    expect(sent).toBeLessThanOrEqual(1_103);
    expect(backend.figures().retries).toBe(sent - 1_000);
  });
});

describe('a backend that is cut off', () => {
  it('ends what is under way and who waits at once, and refuses everybody', async () => {
    const { backend, call, seen } = setup();
    const signals: AbortSignal[] = [];
    const calls = Array.from({ length: 13 }, () =>
      call((signal) => {
        signals.push(signal);
        return never();
      }),
    );
    backend.cut();
    expect(signals.map(({ aborted }) => aborted)).toEqual(Array(12).fill(true));
    expect(seen.wire).toEqual(['cut']);
    expect(await Promise.all(calls)).toEqual(Array(13).fill('ISOLATED'));
    let sent = 0;
    const work = async () => sent++;
    expect(await call(work)).toBe('ISOLATED');
    expect(await call(work, { class: 'EMERGENCY', retry: true })).toBe('ISOLATED');
    expect(sent).toBe(0);
    expect(backend.circuit).toMatchObject({ kind: 'OPEN', cause: 'ISOLATED', probeAtMs: null });
  });

  it('gets no probe, not the one that is due, nor one asked for; and one under way is ended', async () => {
    const { backend, clock, seen, probe } = await opened();
    let signal: AbortSignal | undefined;
    probe.behave = (given) => {
      signal = given;
      return never();
    };
    await clock.advance(1_000);
    expect(seen.probes).toBe(1);
    backend.cut();
    expect(signal?.aborted).toBe(true);
    await backend.probeNow();
    await clock.advance(24 * 3_600_000);
    expect([seen.probes, backend.figures().probes]).toEqual([1, 1]);
    const due = await opened();
    due.backend.cut();
    await due.clock.advance(24 * 3_600_000);
    expect([due.seen.probes, due.backend.figures().probes]).toEqual([0, 0]);
  });

  it('is not asked again by a read that was about to try once more', async () => {
    const { backend, clock, call } = setup(() => 0.5);
    let tries = 0;
    const read = call(
      () => {
        tries += 1;
        return failing('UNREACHABLE')();
      },
      { retry: true },
    );
    await settled();
    backend.cut();
    expect(await read).toBe('ISOLATED');
    await clock.advance(1_000);
    expect(tries).toBe(1);
  });

  it('is looked at first when it is let back in, at once, and then let in step by step', async () => {
    const { backend, clock, call, seen } = setup();
    backend.cut();
    await clock.advance(3_600_000);
    // Said twice, it is the same.
    backend.cut();
    backend.mend();
    backend.mend();
    expect(seen.wire).toEqual(['cut', 'mend']);
    expect(await call(never)).toBe('UNAVAILABLE');
    await clock.advance(0);
    expect(seen.probes).toBe(1);
    expect(seen.changes).toEqual(['OPEN', 'RAMPING']);
    for (let i = 0; i < 31; i++) expect(await call(async () => {})).toBe('ANSWER');
    expect(seen.changes).toEqual(['OPEN', 'RAMPING', 'CLOSED']);
  });

  it('backs off like any other where it does not answer yet', async () => {
    const { backend, clock, seen, probe } = setup();
    probe.behave = failing('UNREACHABLE');
    backend.cut();
    backend.mend();
    await clock.advance(0);
    expect(backend.circuit).toMatchObject({ kind: 'OPEN', cause: 'UNREACHABLE' });
    await clock.advance(14_000);
    // At once, and after 2, 4 and 8 seconds.
    expect(seen.probes).toBe(4);
  });

  it('is told of a probe of before only by what comes after', async () => {
    const { backend, clock, seen, probe } = await opened();
    probe.behave = never;
    await clock.advance(1_000);
    probe.behave = async () => {};
    backend.cut();
    backend.mend();
    await clock.advance(0);
    expect(seen.probes).toBe(2);
    expect(backend.circuit.kind).toBe('RAMPING');
  });
});

describe('a probe that an operator asks for', () => {
  it('goes out though our credentials were refused, and lets calls in when it succeeds', async () => {
    const { backend, clock, call, seen, probe } = setup();
    await call(failing('CREDENTIALS'));
    await clock.advance(24 * 3_600_000);
    expect(seen.probes).toBe(0);
    probe.behave = failing('CREDENTIALS');
    await backend.probeNow();
    expect(backend.circuit).toMatchObject({ kind: 'OPEN', cause: 'CREDENTIALS', probeAtMs: null });
    probe.behave = async () => {};
    await backend.probeNow();
    expect(await call(async () => {})).toBe('ANSWER');
    expect(seen.probes).toBe(2);
  });

  it('is the one under way, where there is one, and none where the circuit is closed', async () => {
    const { backend, clock, seen, probe } = await opened();
    let answer = () => {};
    probe.behave = () =>
      new Promise((resolve) => {
        answer = resolve;
      });
    await clock.advance(1_000);
    const [one, other] = [backend.probeNow(), backend.probeNow()];
    answer();
    await Promise.all([one, other]);
    expect(seen.probes).toBe(1);
    expect(backend.circuit.kind).toBe('RAMPING');
    await setup().backend.probeNow();
    expect(backend.figures().probes).toBe(1);
  });
});

describe('a backend that is closed', () => {
  it('gets no probe any more, also not where calls under way fail only then', async () => {
    const { backend, clock, call, seen } = setup();
    const calls = [1, 2, 3].map(() => call(() => taking(clock, 100)().then(failing('UNREACHABLE')), { retry: true }));
    backend.close();
    await clock.advance(60_000);
    expect(await Promise.all(calls)).toEqual(Array(3).fill('UNREACHABLE'));
    expect(backend.circuit.kind).toBe('OPEN');
    expect([seen.probes, backend.figures().retries]).toEqual([0, 0]);
  });
});

describe('any backend', () => {
  const outcome = fc.constantFrom<'ANSWER' | 'NEVER' | WireFailure>(
    'ANSWER',
    'ANSWER',
    'ANSWER',
    'NEVER',
    'UNREACHABLE',
    'TIMEOUT',
    'FAULT',
    'BUSY',
    'CREDENTIALS',
  );
  const event = fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        do: fc.constant('call' as const),
        of: fc.constantFrom<CallClass>('EMERGENCY', 'USER', 'BACKGROUND'),
        retry: fc.boolean(),
        outcome,
        tookMs: fc.constantFrom(0, 50, 400, 1_500),
        times: fc.constantFrom(1, 1, 3, 20),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(0, 60, 400, 1_000, 20_000) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('probe' as const), outcome }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('hang up' as const) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        // Cut off or refused for most of a run, there would be little to see.
        do: fc.constantFrom('late' as const, 'cut' as const, 'mend' as const, 'mend' as const, 'try' as const),
      }),
    },
  );

  it('sends nothing where it may not, no probe but on schedule, and answers everybody', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(event, { maxLength: 40, size: 'max' }),
        fc.float({ min: 0, max: Math.fround(0.99), noNaN: true }),
        async (events, chance) => {
          const clock = createTestClock();
          const world = { backend: null as Backend | null, cut: false, probed: false, ordered: true };
          const count = { asked: 0, told: 0, sent: 0, probing: 0, retried: 0 };
          let sentNow = 0;
          let lastProbeMs = Number.NEGATIVE_INFINITY;
          let probeOutcome: 'ANSWER' | 'NEVER' | WireFailure = 'ANSWER';
          const coming = (what: typeof probeOutcome, ms: number, signal: AbortSignal) =>
            new Promise<void>((resolve, reject) => {
              signal.addEventListener('abort', () => reject(signal.reason));
              if (what === 'NEVER') return;
              const end = () => (what === 'ANSWER' ? resolve() : reject(new WireError(what, 'told to')));
              if (ms === 0) end();
              else clock.after(ms, end);
            });
          const backend = createBackend({
            clock,
            random: () => chance,
            numbers: circuitNumbers,
            limit: limiterNumbers,
            wire: { cut: () => {}, mend: () => {} },
            async probe(signal) {
              const { circuit } = backend;
              // What is thrown here would only be a failed probe.
              if (world.cut || circuit.kind === 'CLOSED' || count.probing > 0) wrong.push(`a probe: ${circuit.kind}`);
              // By itself, never sooner than the first delay less its jitter, and never before it is due.
              if (!world.ordered) {
                if (clock.now() - lastProbeMs < 750) wrong.push('a probe too soon after the last');
                const dueMs = circuit.kind === 'OPEN' ? (circuit.probeAtMs ?? Number.POSITIVE_INFINITY) : 0;
                if (clock.now() < dueMs) wrong.push('a probe before it is due');
              }
              world.ordered = false;
              world.probed = true;
              lastProbeMs = clock.now();
              count.probing += 1;
              await coming(probeOutcome, 30, signal).finally(() => {
                count.probing -= 1;
              });
            },
            probeTimeoutMs: 2_000,
            onChange: () => {},
          });
          world.probed = true;
          const wrong: string[] = [];
          const hangUps: AbortController[] = [];

          function ask({ of, retry, outcome, tookMs }: Extract<(typeof events)[number], { do: 'call' }>): void {
            const hangUp = new AbortController();
            hangUps.push(hangUp);
            count.asked += 1;
            if (retry) count.retried += 1;
            const askedMs = clock.now();
            const told = backend.call(
              async (signal) => {
                expect(backend.circuit.kind).not.toBe('OPEN');
                expect(world.cut).toBe(false);
                // After it was let back in, a probe came first.
                expect(world.probed).toBe(true);
                count.sent += 1;
                sentNow += 1;
                const { circuit } = backend;
                if (circuit.kind === 'RAMPING') {
                  expect(circuit.inFlight).toBeGreaterThan(0);
                  expect(circuit.inFlight).toBeLessThanOrEqual(circuit.limit);
                }
                const { inFlight, limit } = backend.figures();
                expect(inFlight).toBeLessThanOrEqual(limit);
                expect(sentNow).toBeLessThanOrEqual(limit);
                await coming(outcome, tookMs, signal).finally(() => {
                  sentNow -= 1;
                });
              },
              2_000,
              hangUp.signal,
              { class: of, retry },
            );
            failures.push(
              told.then(
                () => null,
                (error) => {
                  if (!(error instanceof WireError)) return error;
                  // A place, the call, a back-off, a place, and what is left of the call.
                  expect(clock.now() - askedMs).toBeLessThanOrEqual(500 + 2_000 + 100 + 500);
                  return null;
                },
              ),
            );
            void failures.at(-1)?.then(() => {
              count.told += 1;
            });
          }
          const failures: Promise<unknown>[] = [];

          for (const next of events) {
            if (next.do === 'wait') await clock.advance(next.ms);
            else if (next.do === 'probe') probeOutcome = next.outcome;
            else if (next.do === 'hang up') hangUps.shift()?.abort();
            else if (next.do === 'late') backend.late();
            else if (next.do === 'cut') {
              backend.cut();
              world.cut = true;
              expect(backend.circuit).toMatchObject({ kind: 'OPEN', cause: 'ISOLATED', probeAtMs: null });
              expect(backend.figures()).toMatchObject({ waiting: 0 });
              await settled();
              expect([sentNow, count.probing, count.asked - count.told]).toEqual([0, 0, 0]);
              expect(backend.figures().inFlight).toBe(0);
            } else if (next.do === 'mend') {
              world.ordered ||= world.cut;
              world.probed &&= !world.cut;
              world.cut = false;
              backend.mend();
            } else if (next.do === 'try') {
              world.ordered = true;
              void backend.probeNow();
              await settled();
              world.ordered = false;
            } else if (next.do === 'call') for (let i = 0; i < next.times; i++) ask(next);

            const figures = backend.figures();
            expect(figures.inFlight).toBeGreaterThanOrEqual(0);
            expect(figures.inFlight).toBeLessThanOrEqual(limiterNumbers.ceiling);
            if (backend.circuit.kind === 'OPEN') expect(figures.waiting).toBe(0);
            expect(figures.retries).toBeLessThanOrEqual(3 + count.retried / 10);
            expect(count.sent).toBeLessThanOrEqual(count.asked + figures.retries);
          }

          await clock.advance(10_000);
          expect(await Promise.all(failures)).toEqual(failures.map(() => null));
          expect(wrong).toEqual([]);
          expect(count.told).toBe(count.asked);
          expect(sentNow).toBe(0);
          expect(backend.figures()).toMatchObject({ inFlight: 0, waiting: 0 });
          backend.close();
        },
      ),
      { numRuns: 150 },
    );
  });
});
