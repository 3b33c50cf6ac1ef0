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
  /** A text's SHA-256 in hexadecimal; null where it cannot be had, as in a page without https. */
  sha256(text: string): Promise<string | null>;
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
  async sha256(text) {
    const digest = await globalThis.crypto?.subtle?.digest('SHA-256', new TextEncoder().encode(text));
    return digest ? Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('') : null;
  },
};
