import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Cause,
  type Circuit,
  circuitNumbers,
  createCircuit,
  type Outcome,
  type Pass,
} from '../../../subgraphs/continuity/circuit.ts';

const success: Outcome = { kind: 'SUCCESS', tookMs: 10 };
const failure = (cause: Cause): Outcome => ({ kind: 'FAILURE', cause });

function setup(random = () => 0) {
  const time = { nowMs: 1_000_000 };
  const changes: string[] = [];
  const circuit = createCircuit(circuitNumbers, {
    now: () => time.nowMs,
    random,
    onChange: ({ kind }) => changes.push(kind),
    onRoom: () => {},
  });
  return { circuit, time, changes };
}

function call(circuit: Circuit, outcome: Outcome): void {
  const pass = circuit.enter();
  if (typeof pass === 'string') throw new Error(`the circuit lets nobody in: ${pass}`);
  pass.settle(outcome);
}

function opened(cause: Cause = 'UNREACHABLE') {
  const parts = setup();
  for (let i = 0; i < 3; i++) call(parts.circuit, failure(cause));
  return parts;
}

function probeDueMs(circuit: Circuit, nowMs: number): number {
  if (circuit.state.kind !== 'OPEN' || circuit.state.probeAtMs === null) throw new Error('no probe is due');
  return circuit.state.probeAtMs - nowMs;
}

describe('a closed circuit', () => {
  it.each<Cause>(['UNREACHABLE', 'UNAVAILABLE', 'TIMEOUT'])('opens on three of %s in a row', (cause) => {
    const { circuit } = setup();
    call(circuit, failure(cause));
    call(circuit, failure(cause));
    expect(circuit.state.kind).toBe('CLOSED');
    call(circuit, failure(cause));
    expect(circuit.state).toMatchObject({ kind: 'OPEN', cause });
  });

  it('opens when three have waited in vain, before any call has ended', () => {
    const { circuit } = setup();
    circuit.enter();
    for (let i = 0; i < 3; i++) circuit.late();
    expect(circuit.state).toMatchObject({ kind: 'OPEN', cause: 'TIMEOUT' });
  });

  it('does not open on refused connections with answers in between, below half', () => {
    const { circuit } = setup();
    for (let i = 0; i < 20; i++) {
      for (let j = 0; j < 3; j++) call(circuit, success);
      call(circuit, failure('UNREACHABLE'));
      call(circuit, failure('UNREACHABLE'));
    }
    expect(circuit.state.kind).toBe('CLOSED');
  });

  it('opens at half failures of ten calls, not at half of nine', () => {
    const { circuit } = setup();
    for (let i = 0; i < 4; i++) call(circuit, success);
    for (let i = 0; i < 5; i++) call(circuit, failure('FAULT'));
    expect(circuit.state.kind).toBe('CLOSED');
    call(circuit, failure('FAULT'));
    expect(circuit.state).toMatchObject({ kind: 'OPEN', cause: 'FAULT' });
  });

  it('forgets what is more than ten seconds ago', () => {
    const { circuit, time } = setup();
    for (let i = 0; i < 9; i++) call(circuit, failure('GARBLED'));
    time.nowMs += 10_000;
    for (let i = 0; i < 9; i++) call(circuit, success);
    call(circuit, failure('GARBLED'));
    expect(circuit.state.kind).toBe('CLOSED');
  });

  it('opens on slow answers at a threshold of their own', () => {
    const { circuit } = setup();
    const slow: Outcome = { kind: 'SUCCESS', tookMs: circuitNumbers.slowMs + 1 };
    for (let i = 0; i < 3; i++) call(circuit, success);
    for (let i = 0; i < 11; i++) call(circuit, slow);
    expect(circuit.state.kind).toBe('CLOSED');
    call(circuit, slow);
    expect(circuit.state).toMatchObject({ kind: 'OPEN', cause: 'SLOW' });
  });

  it('is not moved by refusals or by clients that hang up', () => {
    const { circuit } = setup();
    for (let i = 0; i < 50; i++) call(circuit, { kind: i % 2 ? 'ANSWERED_NO' : 'ABANDONED' });
    expect(circuit.state.kind).toBe('CLOSED');
  });

  it('opens at once, and for good, when our credentials are refused', () => {
    const { circuit } = setup();
    call(circuit, failure('CREDENTIALS'));
    expect(circuit.state).toMatchObject({ kind: 'OPEN', cause: 'CREDENTIALS', probeAtMs: null });
  });
});

describe('an open circuit', () => {
  it('lets nobody through', () => {
    expect(opened().circuit.enter()).toBe('OPEN');
  });

  it('looks again after 1 s, 2 s, 4 s ... and never later than 30 s', () => {
    const { circuit, time } = opened();
    const delays = [];
    for (let i = 0; i < 7; i++) {
      delays.push(probeDueMs(circuit, time.nowMs));
      time.nowMs += delays.at(-1) ?? 0;
      circuit.probed(failure('UNREACHABLE'));
    }
    expect(delays).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  });

  it('spreads its probes by chance, never beyond the delay', () => {
    const parts = setup(() => 0.999);
    for (let i = 0; i < 3; i++) call(parts.circuit, failure('TIMEOUT'));
    const due = probeDueMs(parts.circuit, parts.time.nowMs);
    expect(due).toBeGreaterThan(700);
    expect(due).toBeLessThan(1_000);
  });

  it('keeps since when it is open while probes fail', () => {
    const { circuit, time } = opened();
    const since = circuit.state.sinceMs;
    time.nowMs += 60_000;
    circuit.probed(failure('TIMEOUT'));
    expect(circuit.state).toMatchObject({ kind: 'OPEN', sinceMs: since, cause: 'TIMEOUT' });
  });

  it('ignores calls that began before it opened', () => {
    const { circuit } = setup();
    const late = circuit.enter() as Pass;
    for (let i = 0; i < 3; i++) call(circuit, failure('TIMEOUT'));
    late.settle(success);
    expect(circuit.state.kind).toBe('OPEN');
  });
});

describe('a circuit that an operator cuts', () => {
  it('is open at once, whatever it was, with no probe due', () => {
    const ramping = opened();
    ramping.circuit.probed(success);
    for (const { circuit } of [setup(), opened(), ramping]) {
      circuit.isolate();
      expect(circuit.state).toMatchObject({ kind: 'OPEN', cause: 'ISOLATED', probeAtMs: null });
      expect([circuit.enter(), circuit.room()]).toEqual(['OPEN', 0]);
    }
  });

  it('keeps since when it could not be asked before', () => {
    const { circuit, time } = opened();
    const since = circuit.state.sinceMs;
    time.nowMs += 60_000;
    circuit.isolate();
    expect(circuit.state.sinceMs).toBe(since);
  });

  it('stays open when it is let back in, with a probe due at once', () => {
    const { circuit, time } = setup();
    circuit.isolate();
    circuit.look();
    expect(circuit.state).toMatchObject({ kind: 'OPEN', cause: 'ISOLATED', probeAtMs: time.nowMs });
    circuit.probed(success);
    expect(circuit.state).toMatchObject({ kind: 'RAMPING', limit: 1 });
  });
});

describe('a ramping circuit', () => {
  it('lets 1, 2, 4, 8, 16 calls through at a time as long as they succeed, and then closes', () => {
    const { circuit, changes } = opened();
    circuit.probed(success);
    const sizes = [];
    while (circuit.state.kind === 'RAMPING') {
      const passes: Pass[] = [];
      for (let pass = circuit.enter(); typeof pass !== 'string'; pass = circuit.enter()) passes.push(pass);
      sizes.push(passes.length);
      for (const pass of passes) pass.settle(success);
    }
    expect(sizes).toEqual([1, 2, 4, 8, 16]);
    expect(changes).toEqual(['OPEN', 'RAMPING', 'CLOSED']);
  });

  it('opens again on the first failure, and backs off further', () => {
    const { circuit, time } = opened();
    circuit.probed(success);
    call(circuit, failure('TIMEOUT'));
    expect(circuit.enter()).toBe('OPEN');
    expect(probeDueMs(circuit, time.nowMs)).toBe(2_000);
  });

  it('closes by probes alone where nobody asks, a level for each', () => {
    const { circuit } = opened();
    circuit.probed(success);
    for (let i = 0; i < 4; i++) circuit.probed(success);
    expect(circuit.state).toMatchObject({ kind: 'RAMPING', limit: 16 });
    circuit.probed(success);
    expect(circuit.state.kind).toBe('CLOSED');
  });

  it('gives a place back when a client hangs up, without counting it as a success', () => {
    const { circuit } = opened();
    circuit.probed(success);
    call(circuit, { kind: 'ABANDONED' });
    expect(circuit.state).toMatchObject({ kind: 'RAMPING', limit: 1, inFlight: 0, passed: 0 });
  });
});

describe('any circuit', () => {
  const event = fc.oneof(
    fc.record({ do: fc.constant('enter' as const) }),
    fc.record({
      do: fc.constant('settle' as const),
      outcome: fc.oneof(
        fc.record({ kind: fc.constant('SUCCESS' as const), tookMs: fc.nat(2_000) }),
        fc.constantFrom<Outcome>({ kind: 'ANSWERED_NO' }, { kind: 'ABANDONED' }, failure('TIMEOUT'), failure('FAULT')),
      ),
    }),
    fc.record({ do: fc.constant('probe' as const), outcome: fc.constantFrom(success, failure('TIMEOUT')) }),
    fc.record({ do: fc.constant('wait' as const), ms: fc.nat(40_000) }),
    fc.record({ do: fc.constantFrom('isolate' as const, 'look' as const) }),
  );

  it('never lets a call through while open, never more than its limit while ramping, never probes early', () => {
    fc.assert(
      fc.property(
        fc.array(event, { maxLength: 200, size: 'max' }),
        fc.float({ min: 0, max: Math.fround(0.99), noNaN: true }),
        (events, chance) => {
          const { circuit, time } = setup(() => chance);
          const inFlight: Pass[] = [];
          for (const next of events) {
            const before = circuit.state;
            if (next.do === 'wait') time.nowMs += next.ms;
            else if (next.do === 'isolate') circuit.isolate();
            else if (next.do === 'look') circuit.look();
            else if (next.do === 'probe') {
              if (before.kind === 'OPEN' && (before.probeAtMs === null || before.probeAtMs > time.nowMs)) continue;
              circuit.probed(next.outcome);
            } else if (next.do === 'settle') inFlight.shift()?.settle(next.outcome);
            else {
              const pass = circuit.enter();
              if (before.kind === 'OPEN') expect(pass).toBe('OPEN');
              if (before.kind === 'CLOSED') expect(pass).toBeTypeOf('object');
              if (typeof pass !== 'string') inFlight.push(pass);
            }
            const { state } = circuit;
            expect(circuit.room() > 0).toBe(
              state.kind === 'CLOSED' || (state.kind === 'RAMPING' && state.inFlight < state.limit),
            );
            if (state.kind === 'RAMPING') {
              expect(state.inFlight).toBeGreaterThanOrEqual(0);
              expect(state.inFlight).toBeLessThanOrEqual(state.limit);
              expect([1, 2, 4, 8, 16]).toContain(state.limit);
            }
            if (next.do === 'isolate') expect(state).toMatchObject({ kind: 'OPEN', probeAtMs: null });
            else if (next.do === 'look') expect(before.kind === 'OPEN').toBe(state.kind === 'OPEN');
            else if (state.kind === 'OPEN' && before !== state) {
              const delay = probeDueMs(circuit, time.nowMs);
              expect(delay).toBeGreaterThanOrEqual(750);
              expect(delay).toBeLessThanOrEqual(30_000);
            }
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
