// How fast what had to wait is sent: so many a second at most, and so many at once as have succeeded before: 1, 2, 4 ... A
// system that is just back is not run over. Pure but for its clock.
import type { Clock } from '../clock.ts';

/** A pace that grows while things go well. */
export interface Ramp {
  /** Resolves when one more may go: places for it to run in, and its turn by the second. */
  turn(): Promise<void>;
  /** One has ended: well, or badly, or (null) it was nothing. */
  ended(well: boolean | null): void;
  /** How many may go at once now. */
  width(): number;
  /** Nobody waits any more. */
  close(): void;
}

export function createRamp(clock: Clock, mostAtOnce: number, perSecond: () => number): Ramp {
  let width = 1;
  let running = 0;
  /** How many have gone well since the width last grew. */
  let well = 0;
  let nextAtMs = Number.NEGATIVE_INFINITY;
  const waiting: (() => void)[] = [];
  const stops = new Set<() => void>();
  let closed = false;

  function look(): void {
    while ((closed || running < width) && waiting.length > 0) {
      running += 1;
      waiting.shift()?.();
    }
  }

  return {
    async turn() {
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        look();
      });
      const waitMs = nextAtMs - clock.elapsed();
      nextAtMs = Math.max(nextAtMs, clock.elapsed()) + 1_000 / perSecond();
      if (waitMs <= 0 || closed) return;
      await new Promise<void>((resolve) => {
        stops.add(resolve);
        clock.after(waitMs, () => {
          stops.delete(resolve);
          resolve();
        });
      });
    },
    ended(went) {
      running -= 1;
      if (went === true) well += 1;
      if (went === false) {
        width = 1;
        well = 0;
      }
      if (well >= width && width < mostAtOnce) {
        width = Math.min(width * 2, mostAtOnce);
        well = 0;
      }
      look();
    },
    width: () => width,
    close() {
      closed = true;
      for (const stop of stops) stop();
      look();
    },
  };
}
