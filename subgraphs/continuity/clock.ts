// Time, passed in wherever it matters, so that ten weeks of outage can be played in a second.

/** Where the machinery gets its time and its timers. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Runs `work` once after `delayMs`; gives a function that calls it off. Never keeps the process alive by itself. */
  after(delayMs: number, work: () => void): () => void;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, work) {
    const timer = setTimeout(work, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** An instant of a clock as ISO 8601, in UTC, for people and programs. */
export function isoInstant(atMs: number): string {
  return new Date(atMs).toISOString();
}
