import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WireError } from '../../../subgraphs/continuity/errors.ts';
import { createPace } from '../../../subgraphs/continuity/pace.ts';
import { createTestClock, settled } from '../../clock.ts';

const { signal } = new AbortController();

describe('a pace', () => {
  it('lets calls go at once while the last second has room, and then makes them wait their turn', async () => {
    const clock = createTestClock();
    const { turn } = createPace(3, clock);
    const went: number[] = [];
    const startMs = clock.now();
    await clock.advance(500);
    for (let i = 0; i < 3; i++) await turn(signal);
    await clock.advance(500);
    for (let i = 0; i < 3; i++) void turn(signal).then(() => went.push(clock.now() - startMs));
    await clock.advance(100);
    expect(went).toEqual([]);
    await clock.advance(1_000);
    expect(went).toEqual([1_550, 1_550, 1_550]);
  });

  it('says at once how long it would take when that is longer than anybody waits', async () => {
    const clock = createTestClock();
    const { turn } = createPace(1, clock);
    await turn(signal);
    await expect(turn(signal)).rejects.toMatchObject({ failure: 'BUSY', retryAfterMs: 1_050 });
  });

  it("keeps its pace when somebody sets the machine's clock back an hour", async () => {
    const clock = createTestClock();
    const { turn } = createPace(1, clock);
    await turn(signal);
    clock.jump(-3_600_000);
    await clock.advance(1_050);
    await turn(signal);
  });

  it('lets nobody go while the system itself has asked for that', async () => {
    const clock = createTestClock();
    const { turn, hold } = createPace(5, clock);
    hold(2_000);
    await expect(turn(signal)).rejects.toMatchObject({ failure: 'BUSY', retryAfterMs: 2_000 });
    await clock.advance(2_000);
    await turn(signal);
  });

  it('ends the wait of whoever hangs up', async () => {
    const clock = createTestClock();
    const { turn } = createPace(1, clock);
    await turn(signal);
    await clock.advance(600);
    const hungUp = new AbortController();
    const waiting = turn(hungUp.signal);
    hungUp.abort(new WireError('ABANDONED', 'gone'));
    await expect(waiting).rejects.toMatchObject({ failure: 'ABANDONED' });
  });

  it('never lets more calls go in any second than it may', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(400), { minLength: 1, maxLength: 60, size: 'max' }), async (pauses) => {
        const clock = createTestClock();
        const { turn } = createPace(4, clock);
        const went: number[] = [];
        for (const pauseMs of pauses) {
          turn(signal).then(
            () => went.push(clock.now()),
            (error) => expect(error).toMatchObject({ failure: 'BUSY' }),
          );
          await settled();
          await clock.advance(pauseMs);
        }
        await clock.advance(2_000);
        for (const [index, atMs] of went.entries()) {
          const within = went.slice(index).filter((otherMs) => otherMs - atMs < 1_000);
          expect(within.length).toBeLessThanOrEqual(4);
        }
      }),
      { numRuns: 50 },
    );
  });
});
