// Which of the generations of what is kept somebody means. After a silence a system's answers are kept in a new one,
// beside the old; a restored copy has a slot of its own, a negative generation.

/** `upTo`: the newest of those from 1 to this, copies excluded; `only`: of this alone. */
export type Generations = { upTo: number } | { only: number };

/** Whatever was read from the system itself. The largest number that a column of generations holds. */
export const everyGeneration: Generations = { upTo: 2_147_483_647 };

/** The lowest and the highest generation that is meant. */
export function boundsOf(generations: Generations): { low: number; high: number } {
  return 'only' in generations ? { low: generations.only, high: generations.only } : { low: 1, high: generations.upTo };
}

/** Whether one generation is among those meant. */
export function isAmong(generation: number, generations: Generations): boolean {
  const { low, high } = boundsOf(generations);
  return generation >= low && generation <= high;
}

/** Whether one version of a record goes before another: of a newer generation, or of the same and read later. */
export function isNewer(
  one: { generation: number; readAtMs: number },
  other: { generation: number; readAtMs: number },
): boolean {
  return one.generation === other.generation ? one.readAtMs > other.readAtMs : one.generation > other.generation;
}
