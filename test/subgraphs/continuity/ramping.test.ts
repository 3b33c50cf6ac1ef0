// A circuit that lets back in, step by step; one that an operator cuts; and what holds of any, whatever befalls it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Outcome, Pass } from '../../../subgraphs/continuity/circuit.ts';
import { call, failure, opened, probeDueMs, setup, success } from './circuits.ts';

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

  it('opens again on the first failure, and backs off further; it could not be asked since it first fell', () => {
    const { circuit, time } = opened();
    const since = circuit.state.sinceMs;
    time.nowMs += 60_000;
    circuit.probed(success);
    expect(circuit.state).toMatchObject({ kind: 'RAMPING', sinceMs: since });
    call(circuit, failure('TIMEOUT'));
    expect(circuit.enter()).toBe('OPEN');
    expect(circuit.state).toMatchObject({ kind: 'OPEN', cause: 'TIMEOUT', sinceMs: since });
    expect(probeDueMs(circuit, time.nowMs)).toBe(2_000);
  });

  it('that few ask is let further in by what it refuses, and is not cut off by who has waited long', () => {
    const { circuit } = opened();
    circuit.probed(success);
    call(circuit, { kind: 'ANSWERED_NO' });
    expect(circuit.state).toMatchObject({ kind: 'RAMPING', limit: 2, passed: 0 });
    circuit.late();
    expect(circuit.state.kind).toBe('RAMPING');
  });

  it('tells whoever waits each time that there is room: when it begins, after each call, and when it closes', () => {
    const { circuit, seen } = opened();
    const told = (what: () => void) => {
      const before = seen.rooms;
      what();
      return seen.rooms - before;
    };
    expect(told(() => circuit.probed(success))).toBe(1);
    // A level passed by a call, by a probe, and a call on the way to the next.
    expect(told(() => call(circuit, success))).toBe(1);
    expect(told(() => circuit.probed(success))).toBe(1);
    expect(told(() => call(circuit, success))).toBe(1);
    expect(told(() => call(circuit, { kind: 'ABANDONED' }))).toBe(1);
    for (const level of [8, 16]) {
      circuit.probed(success);
      expect(circuit.state).toMatchObject({ kind: 'RAMPING', limit: level });
    }
    expect(told(() => circuit.probed(success))).toBe(1);
    expect(circuit.state.kind).toBe('CLOSED');
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
