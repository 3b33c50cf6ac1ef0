// When what waits may be tried next: back-off after what failed, by itself or for its backend, and one moment for all who wait
// for an hour.
import { expect, it } from 'vitest';
import type { Ending } from '../../../../subgraphs/continuity/intake/asking.ts';
import { createDue } from '../../../../subgraphs/continuity/intake/due.ts';
import { intakeNumbers } from '../../../../subgraphs/continuity/intake/numbers.ts';
import { createTestClock } from '../../../clock.ts';

const { firstBackOffMs, longestBackOffMs, quarantineMs } = intakeNumbers;

/** Chance always says the same: 1 is the longest that a back-off can be, 0 half of it. */
function start(chance = 1) {
  const clock = createTestClock();
  const due = createDue(clock, () => chance, intakeNumbers);
  return {
    clock,
    due,
    /** How long until a write may be tried. */
    waits(id: string, state: 'QUEUED' | 'AMBIGUOUS' = 'QUEUED', backend = 'desk', attempts = 1): number {
      return Math.max(0, due.ofMs({ id, state, backend, reference: `L-${id}`, attempts }) - clock.elapsed());
    },
  };
}

/** How long one waits after each of so many endings in a row. */
function after(ending: Ending, count: number, chance = 1): number[] {
  const { due, waits } = start(chance);
  return Array.from({ length: count }, () => {
    due.ended('one', 'desk', ending);
    return waits('one');
  });
}

it.each(['FAILED', 'WAITING', 'AWAY'] as const)(
  'waits twice as long after each that has %s, up to five minutes, scattered by half',
  (ending) => {
    const doubling = [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300].map((seconds) => seconds * 1_000);
    expect(after(ending, 11)).toEqual(doubling);
    expect(after(ending, 11, 0)).toEqual(doubling.map((ms) => ms / 2));
    expect([firstBackOffMs, longestBackOffMs]).toEqual([1_000, 300_000]);
  },
);

it.each(['FINISHED', 'DOUBT', 'TAKEN_OVER'] as const)('need wait for nothing after one that ended %s', (ending) => {
  expect(after(ending, 3)).toEqual([0, 0, 0]);
});

it('begins anew with what has ended well, for the write and for its backend', () => {
  const { due, waits } = start();
  for (const ending of ['FAILED', 'FAILED', 'AWAY', 'AWAY', 'FINISHED', 'FAILED', 'AWAY'] as const) {
    due.ended('one', 'desk', ending);
  }
  expect(waits('one')).toBe(1_000);
});

it('holds up all that wait for a backend that is away, until it may be back, and nobody else', () => {
  const { due, waits } = start();
  for (let times = 0; times < 5; times += 1) due.ended('one', 'desk', 'AWAY');
  expect([waits('one'), waits('two'), waits('three', 'QUEUED', 'other')]).toEqual([16_000, 16_000, 0]);
  due.opened('other');
  expect(waits('two')).toBe(16_000);
  due.opened('desk');
  expect([waits('one'), waits('two')]).toEqual([0, 0]);
});

it('holds up nobody else for what failed by itself, and does not let it go because its backend is back', () => {
  const { due, waits } = start();
  due.ended('one', 'desk', 'FAILED');
  due.opened('desk');
  expect([waits('one'), waits('two')]).toEqual([1_000, 0]);
});

it('looks at all who wait for an hour in the same moment', () => {
  const { clock, due, waits } = start();
  clock.leap(7_000 - (clock.elapsed() % 10_000));
  due.ended('one', 'desk', 'NOT_YET', 10_000);
  clock.leap(2_000);
  due.ended('two', 'desk', 'NOT_YET', 10_000);
  expect(waits('one')).toBe(waits('two'));
  expect(waits('one')).toBeGreaterThan(0);
  expect(waits('one')).toBeLessThanOrEqual(10_000);
});

it('counts a quarantine once for each attempt, and again for the next', () => {
  const { clock, due, waits } = start();
  expect(waits('one', 'AMBIGUOUS')).toBe(quarantineMs);
  clock.leap(quarantineMs - 1);
  due.only(new Set(['one']));
  expect(waits('one', 'AMBIGUOUS')).toBe(1);
  clock.leap(1);
  expect(waits('one', 'AMBIGUOUS')).toBe(0);
  expect(waits('one', 'AMBIGUOUS', 'desk', 2)).toBe(quarantineMs);
  // What was looked for in vain is looked for again only after its back-off.
  clock.leap(quarantineMs);
  due.ended('one', 'desk', 'WAITING');
  expect(waits('one', 'AMBIGUOUS', 'desk', 2)).toBe(1_000);
});

it('leaves a write alone for longer than any call can take', () => {
  expect(quarantineMs).toBe(120_000);
  expect(quarantineMs).toBeGreaterThan(intakeNumbers.longestCallMs);
});

it('remembers nothing of what waits no longer', () => {
  const { clock, due, waits } = start();
  due.ended('one', 'desk', 'FAILED');
  waits('two', 'AMBIGUOUS');
  clock.leap(quarantineMs);
  due.only(new Set(['three']));
  expect(waits('one')).toBe(0);
  expect(waits('two', 'AMBIGUOUS')).toBe(quarantineMs);
});
