// Which terms everything that is kept of one person has: their own, and those that systems know them by in turn (their
// numbers, their tenancies, their applications, their calls). What forgets by them is in snapshots.ts. Knows no system.
import type { SystemDefinition } from './definition.ts';
import { keptReader } from './fromkept.ts';
import type { Snapshots } from './snapshots.ts';
import { termsOf } from './terms.ts';

/** What of a system's definition matters here. */
type Forgetting = Pick<SystemDefinition, 'name' | 'furtherTerms'>;

/**
 * The terms by which to forget a person: give them to `Snapshots.forget`.
 * Asks every system what it knows the person by, until none knows more. Throws where the store fails meanwhile: what is
 * not found would not be forgotten, and nobody would know.
 */
export async function termsOfPerson(
  personReference: string,
  systems: readonly Forgetting[],
  snapshots: Snapshots,
): Promise<string[]> {
  const { failures } = snapshots.figures();
  const terms = new Set(termsOf('person', [personReference]));
  for (let fresh = [...terms]; fresh.length > 0; ) {
    const known = fresh;
    const further = await Promise.all(
      systems.map(async ({ name, furtherTerms }) => {
        return (await furtherTerms?.(known, keptReader({ system: name, reads: {} }, snapshots))) ?? [];
      }),
    );
    fresh = further.flat().filter((term) => !terms.has(term));
    for (const term of fresh) terms.add(term);
  }
  if (snapshots.figures().failures > failures) throw new Error('The store failed while it was searched. Try again.');
  return [...terms];
}
