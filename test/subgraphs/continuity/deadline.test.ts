import { describe, expect, it } from 'vitest';
import { limited, onPause, pause, timed } from '../../../subgraphs/continuity/deadline.ts';
import { WireError } from '../../../subgraphs/continuity/errors.ts';
import { createTestClock } from '../../clock.ts';

const never = () => new Promise<never>(() => {});

describe('work under a time limit', () => {
  it('gives what it comes to, and how long it took', async () => {
    const clock = createTestClock();
    const work = timed(clock, () => new Promise<string>((resolve) => clock.after(70, () => resolve('done'))), 100);
    await clock.advance(70);
    expect(await work).toEqual({ value: 'done', tookMs: 70 });
  });

  it('ends with the limit, though it does not heed its signal', async () => {
    const clock = createTestClock();
    const work = timed(clock, never, 100);
    await clock.advance(100);
    expect(await work).toMatchObject({ error: { failure: 'TIMEOUT' }, tookMs: 100 });
  });

  it('ends with any of those who asked, in their own words where they have some', async () => {
    const clock = createTestClock();
    const [one, other] = [new AbortController(), new AbortController()];
    const works = [timed(clock, never, 100, one.signal, other.signal), timed(clock, never, 100, one.signal)];
    other.abort(new WireError('ISOLATED', 'cut'));
    one.abort();
    expect(await Promise.all(works)).toMatchObject([
      { error: { failure: 'ISOLATED' } },
      { error: { failure: 'ABANDONED' } },
    ]);
  });

  it('is not begun when it is over before', async () => {
    let begun = false;
    const work = limited(
      createTestClock(),
      async () => {
        begun = true;
      },
      100,
      AbortSignal.abort(),
    );
    await expect(work).rejects.toMatchObject({ failure: 'ABANDONED' });
    expect(begun).toBe(false);
  });

  it('has its clock stand while it waits on our side, and tells whoever asked', async () => {
    const clock = createTestClock();
    const asked = new AbortController();
    let told = 0;
    onPause(asked.signal, () => {
      told += 1;
    });
    const wait = (ms: number) => new Promise<void>((resolve) => clock.after(ms, resolve));
    const work = timed(
      clock,
      async (signal) => {
        await wait(30);
        const [first, second] = [pause(signal), pause(signal)];
        await wait(500);
        first();
        await wait(500);
        second();
        await wait(40);
        return 'done';
      },
      100,
      asked.signal,
    );
    await clock.advance(1_070);
    expect(await work).toEqual({ value: 'done', tookMs: 70 });
    expect(told).toBeGreaterThan(0);
  });

  it('has what is left of its time once it goes on', async () => {
    const clock = createTestClock();
    let resume = () => {};
    const work = timed(
      clock,
      (signal) => {
        clock.after(30, () => {
          resume = pause(signal);
        });
        return never();
      },
      100,
    );
    await clock.advance(10_000);
    resume();
    await clock.advance(69);
    let ended = false;
    void work.then(() => {
      ended = true;
    });
    await clock.advance(0);
    expect(ended).toBe(false);
    await clock.advance(1);
    expect(await work).toMatchObject({ error: { failure: 'TIMEOUT' }, tookMs: 100 });
  });
});
