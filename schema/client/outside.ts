// Time, chance and the network as the machine has them: the one place of the client that reaches for them.

/** What a client needs from outside; passed in, so that a test can play a long outage at once. */
export interface Outside {
  fetch: typeof fetch;
  /** Milliseconds, from any beginning. */
  now(): number;
  /** Runs `work` once after so many ms; gives a function that calls it off. */
  after(ms: number, work: () => void): () => void;
  /** From 0 up to, not including, 1. */
  random(): number;
}

/** The machine's own. */
export const outside: Outside = {
  // Looked up at each call: applications that replace fetch (to trace, to mock) mean this one too.
  fetch: (...sent) => globalThis.fetch(...sent),
  now: () => performance.now(),
  after(ms, work) {
    const timer = setTimeout(work, ms);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
};
