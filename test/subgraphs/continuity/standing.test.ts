import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CircuitState } from '../../../subgraphs/continuity/circuit.ts';
import {
  doubted,
  type Findings,
  held,
  noWrites,
  type Order,
  OrderRefused,
  ordered,
  proven,
  type Standing,
  stateOf,
  unattended,
  unproven,
} from '../../../subgraphs/continuity/standing.ts';

const by = { who: 'ann', why: 'a restored backup', expectedBackMs: null };
const nowMs = 1_000_000;
const give = (standing: Standing, order: Order) => ordered(standing, order, by, nowMs);
const isolated = give(unattended, { order: 'ISOLATE' });
const readOnly = give(unattended, { order: 'READ_ONLY', restorePointMs: 900_000 });
const reconciling = give(readOnly, { order: 'RECONCILE' });
const doubt = doubted(unattended, nowMs);
const alarm: Findings = {
  seen: 'RETURN',
  compared: 9,
  ...{ missing: 1, older: 0, reissued: 0, changed: 0 },
  writes: noWrites,
  items: [],
  provenMs: null,
  atMs: nowMs,
};

describe('what stands over a backend', () => {
  it('carries who, why and since; set again, it keeps since when', () => {
    expect(isolated).toMatchObject({ state: 'ISOLATED', who: 'ann', why: 'a restored backup', sinceMs: nowMs });
    const amended = ordered(isolated, { order: 'ISOLATE' }, { who: 'bob', why: 'still', expectedBackMs: 5 }, 2_000_000);
    expect(amended).toMatchObject({ who: 'bob', why: 'still', expectedBackMs: 5, sinceMs: nowMs });
  });

  it('is in doubt after it was isolated or read-only, and believed once an operator ends what was held or reconciled', () => {
    for (const standing of [isolated, readOnly]) {
      const released = give(standing, { order: 'RELEASE' });
      expect(released).toMatchObject({ state: 'AUTOMATIC', frozen: 1 });
      expect(released.generation).toBeGreaterThan(1);
      expect(unproven(released)).toBe(true);
    }
    for (const standing of [held(doubt, alarm, nowMs), reconciling]) {
      expect(unproven(give(standing, { order: 'RELEASE' }))).toBe(false);
    }
  });

  it('keeps what is read in doubt apart until it is proven, and then goes on from there', () => {
    expect(doubt).toMatchObject({ frozen: 1, generation: 2 });
    expect(proven(held(doubt, null, nowMs), nowMs)).toMatchObject({ state: 'AUTOMATIC', frozen: 2, generation: 2 });
  });

  it('keeps a restored copy in a slot of its own, and each other copy in another', () => {
    expect(readOnly.generation).toBeLessThan(0);
    expect(give(readOnly, { order: 'READ_ONLY', restorePointMs: 900_000 }).generation).toBe(readOnly.generation);
    expect(give(readOnly, { order: 'READ_ONLY', restorePointMs: 800_000 }).generation).toBeLessThan(
      readOnly.generation,
    );
    expect(reconciling).toMatchObject({ generation: readOnly.generation, restorePointMs: 900_000 });
  });

  it.each([
    ['AUTOMATIC', unattended, 'RECONCILE', /READ_ONLY with its restore point first/],
    ['ISOLATED', isolated, 'RECONCILE', /READ_ONLY with its restore point first/],
    ['HELD', held(doubt, alarm, nowMs), 'RECONCILE', /or release it as it is/],
    ['RECONCILING', reconciling, 'RECONCILE', /already/],
    ['AUTOMATIC', unattended, 'RELEASE', /follows its circuit/],
  ] as const)('refuses what does not fit: over %s no %s', (_state, standing, order, sentence) => {
    expect(() => give(standing, { order })).toThrow(OrderRefused);
    expect(() => give(standing, { order })).toThrow(sentence);
  });

  it('refuses a restore point in the future', () => {
    expect(() => give(unattended, { order: 'READ_ONLY', restorePointMs: nowMs + 1 })).toThrow(/in the past/);
  });

  it('says DOWN of one that is held and cannot be asked, and follows the circuit where nothing stands', () => {
    const open: CircuitState = { kind: 'OPEN', sinceMs: 0, cause: 'TIMEOUT', probes: 0, probeAtMs: 0 };
    const closed: CircuitState = {
      kind: 'CLOSED',
      sinceMs: 0,
      buckets: [],
      unreachableInARow: 0,
      timeoutsInARow: 0,
    };
    expect(stateOf(open, held(doubt, null, nowMs))).toBe('DOWN');
    expect(stateOf(closed, held(doubt, null, nowMs))).toBe('HELD');
    expect(stateOf(open, isolated)).toBe('ISOLATED');
    expect(stateOf(open, unattended)).toBe('DOWN');
    expect(stateOf(closed, unattended)).toBe('OPERATIONAL');
  });

  it('holds its promises whatever comes, in whatever order', () => {
    const order: fc.Arbitrary<Order> = fc.oneof(
      fc.constantFrom<Order>({ order: 'ISOLATE' }, { order: 'RECONCILE' }, { order: 'RELEASE' }, { order: 'EXPECT' }),
      fc.integer({ min: 0, max: nowMs }).map((restorePointMs): Order => ({ order: 'READ_ONLY', restorePointMs })),
    );
    const event = fc.oneof(
      { weight: 3, arbitrary: order },
      { weight: 2, arbitrary: fc.constantFrom('DOUBT', 'HOLD', 'ALARM', 'PROVE') },
    );
    const byItself = (standing: Standing, what: string): Standing => {
      if (what === 'DOUBT') return unproven(standing) ? standing : doubted(standing, nowMs);
      const mayBeHeld = (standing.state === 'AUTOMATIC' || standing.state === 'HELD') && unproven(standing);
      if (!mayBeHeld) return standing;
      return what === 'PROVE' ? proven(standing, nowMs) : held(standing, what === 'ALARM' ? alarm : null, nowMs);
    };
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (events) => {
        let standing = unattended;
        const seen = new Set([unattended.generation]);
        for (const each of events) {
          const before = standing;
          const ours = typeof each === 'string';
          try {
            standing = ours ? byItself(standing, each) : give(standing, each);
          } catch (error) {
            expect(error).toBeInstanceOf(OrderRefused);
          }
          // No number is given twice.
          if (standing.generation !== before.generation) {
            expect(seen).not.toContain(Math.abs(standing.generation));
            seen.add(Math.abs(standing.generation));
          }
          // What is proven stays so; nothing is read into it while it is in doubt, isolated, or out of a copy.
          expect(standing.frozen).toBeGreaterThanOrEqual(before.frozen);
          if (['HELD', 'READ_ONLY', 'RECONCILING'].includes(standing.state)) {
            expect(standing.generation).not.toBe(standing.frozen);
          }
          // A copy's slot is no generation that anything else is ever read from.
          expect(standing.generation < 0).toBe(standing.restorePointMs !== null);
          // An operator's states end by an operator alone.
          const operators = ['ISOLATED', 'READ_ONLY', 'RECONCILING'];
          if (ours && operators.includes(before.state)) expect(standing).toEqual(before);
          if (standing.state === 'RECONCILING') expect(['READ_ONLY', 'RECONCILING']).toContain(before.state);
        }
      }),
    );
  });
});
