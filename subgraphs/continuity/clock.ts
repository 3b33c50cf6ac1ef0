// Time, passed in wherever it matters, so that ten weeks of outage can be played in a second.

/** Where the machinery gets its time and its timers. */
export interface Clock {
  /** Milliseconds since 1970, by the machine's clock: what is written down. It can be set, and then jumps. */
  now(): number;
  /** Milliseconds since some moment: how long things take. Goes on evenly, whatever becomes of the machine's clock. */
  elapsed(): number;
  /** Runs `work` once after `delayMs`, never sooner by `elapsed`; gives a function that calls it off. Never keeps the process alive by itself. */
  after(delayMs: number, work: () => void): () => void;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after(delayMs, work) {
    const dueMs = performance.now() + delayMs;
    // Of one that is due already Node would warn on the console.
    let timer = setTimeout(fire, Math.max(0, delayMs)).unref();
    // A timer of whole milliseconds can come up to one too soon: who then looks whether it is time would wait for ever.
    function fire(): void {
      const leftMs = dueMs - performance.now();
      if (leftMs > 0) timer = setTimeout(fire, Math.ceil(leftMs)).unref();
      else work();
    }
    return () => clearTimeout(timer);
  },
};

/** The same clock for what only cares how long things take: its `now` never jumps, and says nothing of the day. */
export function steady({ elapsed, after }: Clock): Clock {
  return { now: elapsed, elapsed, after };
}

/** An instant of a clock as ISO 8601, in UTC, for people and programs. */
export function isoInstant(atMs: number): string {
  return new Date(atMs).toISOString();
}
