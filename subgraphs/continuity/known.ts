// What is known of a record that somebody writes about, by whatever was read of it: what is kept, and what its system says
// now. What a restored copy says, or a system that is not believed yet, is no knowledge. Knows no system.
import type { Answer } from './definition.ts';
import type { Comparison, Target } from './mutation.ts';

/**
 * The record as it was kept, and as it is now, oldest first; neither where it was not there or could not be asked.
 * @param kept what is kept of it: looked at first, since a live answer takes its place.
 * @param live the record as any reader is given it.
 */
export async function knownValues<Value>(
  kept: () => Promise<Answer<Value>>,
  live: () => Promise<Answer<Value>>,
): Promise<NonNullable<Value>[]> {
  const known: NonNullable<Value>[] = [];
  for (const read of [kept, live]) {
    const [answer] = await Promise.allSettled([read()]);
    if (answer.status === 'rejected') continue; // Nothing is known by it then, and the write waits if nothing else is.
    const { value, provenance } = answer.value;
    if (value != null && (provenance.source === 'LIVE' || provenance.source === 'SNAPSHOT')) known.push(value);
  }
  return known;
}

/**
 * What a record is known by, out of all that is known of its number, oldest first: the latest. Where two are not of one record,
 * nobody can tell which of them is meant. Null: nothing is known.
 */
export function agreed<T extends Target>(known: readonly T[], compare: (one: T, other: T) => Comparison): T | null {
  const latest = known.at(-1);
  if (!latest) return null;
  const disputed = known.some((one) => known.some((other) => compare(one, other) === 'OTHER'));
  return disputed ? { ...latest, disputed } : latest;
}
