import { expect, it } from 'vitest';
import { createRamp } from '../../../../subgraphs/continuity/intake/ramp.ts';
import { createTestClock, settled } from '../../../clock.ts';

function start(perSecond = Number.POSITIVE_INFINITY, mostAtOnce = 8) {
  const clock = createTestClock();
  const ramp = createRamp(clock, mostAtOnce, () => perSecond);
  let went = 0;
  return {
    clock,
    ramp,
    went: () => went,
    /** So many want to go. */
    want(count: number) {
      for (let each = 0; each < count; each += 1) void ramp.turn().then(() => (went += 1));
      return settled();
    },
    async end(count: number, well: boolean | null) {
      for (let each = 0; each < count; each += 1) ramp.ended(well);
      await settled();
    },
  };
}

it('lets one go, then two, four and so on while they end well, and no more than the most', async () => {
  const { want, end, went, ramp } = start();
  await want(100);
  const widths: number[] = [];
  for (let before = 0; widths.length < 6; ) {
    const under = went() - before;
    widths.push(under);
    before = went();
    await end(under, true);
  }
  expect(widths).toEqual([1, 2, 4, 8, 8, 8]);
  expect(ramp.width()).toBe(8);
});

it('begins anew with one when something fails, and takes no notice of what was nothing', async () => {
  const { want, end, ramp } = start();
  await want(20);
  await end(1, true);
  await end(2, true);
  expect(ramp.width()).toBe(4);
  await end(1, null);
  expect(ramp.width()).toBe(4);
  await end(1, false);
  expect(ramp.width()).toBe(1);
});

it('lets no more go in a second than it is told, and all of those', async () => {
  const { want, end, went, clock, ramp } = start(10);
  await want(100);
  const counts: number[] = [];
  let ended = 0;
  for (let second = 1; second <= 3; second += 1) {
    for (let ms = 0; ms < 1_000; ms += 10) {
      await clock.advance(10);
      const over = went() - ended;
      ended += over;
      await end(over, true);
    }
    counts.push(went());
  }
  expect(ramp.width()).toBe(8);
  for (const [index, count] of counts.entries()) {
    expect(count).toBeLessThanOrEqual((index + 1) * 10 + 1);
    expect(count).toBeGreaterThanOrEqual((index + 1) * 10 - 3);
  }
});

it('keeps nobody waiting once it is closed', async () => {
  const { want, went, ramp } = start(0.001, 1);
  await want(5);
  expect(went()).toBe(1);
  ramp.close();
  await settled();
  expect(went()).toBe(5);
});
