// Chance that repeats itself: a small seeded generator, and the ways the mocks draw from it.
// Knows nothing of estates.

/** Draws a number in [0, 1). */
export type Random = () => number;

/** A 32-bit number of a text (FNV-1a, then murmur3's finaliser, so that near texts get far numbers). */
export function hash(seed: number, text: string): number {
  let h = 0x811c9dc5 ^ seed;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A generator of its own for one purpose (mulberry32): same seed and purpose, same numbers. */
export function stream(seed: number, purpose: string): Random {
  let state = hash(seed, purpose);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A whole number from `low` to `high`, both included. */
export function between(random: Random, low: number, high: number): number {
  return low + Math.floor(random() * (high - low + 1));
}

/** One of a list that is not empty. */
export function pick<T>(random: Random, list: readonly T[]): T {
  return list[Math.floor(random() * list.length)] as T;
}

/** A way to draw from a table of choices by their weights. Weights need not sum to anything. */
export function weighted<T>(table: readonly (readonly [T, number])[]): (random: Random) => T {
  const total = table.reduce((sum, [, weight]) => sum + weight, 0);
  return (random) => {
    let left = random() * total;
    for (const [choice, weight] of table) {
      left -= weight;
      if (left < 0) return choice;
    }
    return (table.at(-1) as readonly [T, number])[0];
  };
}
