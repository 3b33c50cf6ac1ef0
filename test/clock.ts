// A clock that moves only when told: ten weeks of outage in a second.
import type { Clock } from '../subgraphs/continuity/clock.ts';

/** A clock under a test's control. */
export interface TestClock extends Clock {
  /** Moves time on, running what falls due in its order, and lets promises settle in between. */
  advance(ms: number): Promise<void>;
  /** Moves time on as for a machine that sleeps: nothing runs meanwhile. */
  leap(ms: number): void;
  /** Sets the machine's clock otherwise: nothing takes longer or shorter for it. */
  jump(ms: number): void;
}

/**
 * A clock that stands at a fixed instant: 2022-06-27 08:00 UTC.
 * @param quiet what is waited for between two timers; where stores or sockets are used, until these have answered.
 */
export function createTestClock(startMs = Date.UTC(2022, 5, 27, 8), quiet: () => Promise<void> = settled): TestClock {
  let nowMs = startMs;
  let jumpedMs = 0;
  let timers: { atMs: number; work: () => void }[] = [];
  return {
    now: () => nowMs + jumpedMs,
    elapsed: () => nowMs,
    after(delayMs, work) {
      const timer = { atMs: nowMs + Math.max(0, delayMs), work };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    leap(ms) {
      nowMs += ms;
    },
    jump(ms) {
      jumpedMs += ms;
    },
    async advance(ms) {
      const untilMs = nowMs + ms;
      await quiet();
      for (;;) {
        const next = timers.filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0];
        if (!next) break;
        nowMs = Math.max(nowMs, next.atMs);
        timers = timers.filter((other) => other !== next);
        next.work();
        await quiet();
      }
      nowMs = untilMs;
    },
  };
}

/** Lets every promise that can settle do so. */
export async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
