// Which changes of a backend that flaps are kept, on a clock under the test's control.
import { describe, expect, it } from 'vitest';
import type { StateChange } from '../../../subgraphs/continuity/events.ts';
import { createFlapping } from '../../../subgraphs/continuity/flapping.ts';
import { createTestClock } from '../../clock.ts';

const minuteMs = 60_000;

function setup() {
  const clock = createTestClock();
  const passed: string[] = [];
  const flapping = createFlapping(clock, ({ why }) => passed.push(why as string));
  const take = (why: string, more: Partial<StateChange> = {}) =>
    flapping.take({
      ...{
        system: 'repairs',
        backend: 'scheduler',
        atMs: clock.now(),
        state: 'DOWN',
        cause: null,
        who: null,
        why,
        ...more,
      },
    });
  const some = (count: number, of: string) => {
    for (let number = 1; number <= count; number += 1) take(`${of}${number}`);
  };
  return { clock, passed, flapping, take, some };
}

const heldBy = ({ flapping }: ReturnType<typeof setup>) => flapping.held().map(({ why }) => why);

describe('changes of a backend that flaps', () => {
  it('are all kept up to twenty; then the last of each minute, once that is over', async () => {
    const all = setup();
    const { clock, passed, some } = all;
    some(23, 'a');
    expect(passed).toHaveLength(20);
    expect(heldBy(all)).toEqual(['a23']);
    await clock.advance(minuteMs - 1);
    expect(passed).toHaveLength(20);
    await clock.advance(1);
    expect(passed.slice(20)).toEqual(['a23']);
    expect(heldBy(all)).toEqual([]);
    // That was the minute's: what comes now waits for the next.
    some(2, 'b');
    expect(passed).toHaveLength(21);
    await clock.advance(minuteMs);
    expect(passed.slice(21)).toEqual(['b2']);
  });

  it('are kept again at once after a calm, one for each minute of it, and no more than twenty', async () => {
    const { clock, passed, some } = setup();
    some(20, 'a');
    await clock.advance(3 * minuteMs);
    some(5, 'b');
    expect(passed.slice(20)).toEqual(['b1', 'b2', 'b3']);
    await clock.advance(24 * 60 * minuteMs);
    const before = passed.length;
    some(30, 'c');
    expect(passed.length - before).toBe(20);
  });

  it('that an operator made are always kept, after what was held before them', () => {
    const all = setup();
    const { passed, some, take } = all;
    some(22, 'a');
    take('isolated', { who: 'Anna' });
    take('released', { who: 'Anna' });
    expect(passed.slice(20)).toEqual(['a22', 'isolated', 'released']);
    expect(heldBy(all)).toEqual([]);
  });

  it('do not count against another backend, or another system', () => {
    const { passed, some, take } = setup();
    some(25, 'a');
    take('orders', { backend: 'workOrders' });
    take('lettings', { system: 'lettings' });
    expect(passed.slice(20)).toEqual(['orders', 'lettings']);
  });

  it('that are held can be passed on at once, and are passed on once', async () => {
    const all = setup();
    const { clock, passed, some, flapping } = all;
    some(21, 'a');
    flapping.release();
    flapping.release();
    expect(passed.slice(20)).toEqual(['a21']);
    await clock.advance(2 * minuteMs);
    expect(passed).toHaveLength(21);
  });
});
