// Forgets a person in everything that is kept: answers of the legacy systems, what finished writes say, Lintel's own records.
// Finds them by all terms that systems know the person by (their numbers, tenancies, applications, calls). Asks no system.
import type { SystemDefinition } from './definition.ts';
import { keptReader } from './fromkept.ts';
import type { Intake } from './intake.ts';
import type { OwnRecords } from './own.ts';
import type { Snapshots } from './snapshots.ts';
import { termsOf, valuesOf } from './terms.ts';

/** What of a system's definition matters here. */
type Forgetting = Pick<SystemDefinition, 'name' | 'furtherTerms'>;

/** What is kept, as far as a person can be forgotten in it. */
export interface ForgettingSurroundings {
  systems: readonly Forgetting[];
  snapshots: Snapshots;
  intake: Pick<Intake, 'forget'>;
  own: Pick<OwnRecords, 'about' | 'forget'>;
}

/** What was forgotten of a person. */
export interface Forgotten {
  /** Answers of legacy systems that were kept. */
  records: number;
  /** Lintel's own records: call-backs, welfare calls, questions about moves, hazards. */
  ownRecords: number;
  /** Finished writes: how they stand is kept, what they say is not. */
  writes: number;
  /** Writes that still have to be done, or that others build on which have to be: kept, with the own records they make. */
  openWrites: number;
  /** Telephone numbers that were known to be theirs. */
  telephoneNumbers: number;
}

/**
 * Forgets a person. Rejects where the store fails meanwhile; done again, it goes on where it was, since what leads to the
 * rest is forgotten last.
 */
export async function forgetPerson(
  personReference: string,
  { systems, snapshots, intake, own }: ForgettingSurroundings,
): Promise<Forgotten> {
  const terms = await termsOfPerson(personReference, systems, snapshots);
  const writes = await intake.forget(terms, await own.about(terms));
  const ownRecords = await own.forget({ terms, ids: writes.forgotten, except: writes.kept });
  const records = await snapshots.forget(terms);
  return {
    records,
    ownRecords,
    writes: writes.forgotten.length,
    openWrites: writes.kept.length,
    telephoneNumbers: valuesOf('telephone', terms).length,
  };
}

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
  return [...(await furtherTermsOf(termsOf('person', [personReference]), systems, snapshots))];
}

/** Beyond what any request looks for, so that a look-up may take its time (`sweepMs`): nobody waits for a page. */
const patiently = 10_001;

/** Some terms, and all that they lead to in turn. Throws as `termsOfPerson`. */
export async function furtherTermsOf(
  known: readonly string[],
  systems: readonly Forgetting[],
  snapshots: Snapshots,
): Promise<Set<string>> {
  const { failures } = snapshots.figures();
  const terms = new Set(known);
  for (let fresh = [...terms]; fresh.length > 0; ) {
    const asked = fresh;
    const further = await Promise.all(
      systems.map(async ({ name, furtherTerms }) => {
        const kept = keptReader({ system: name, reads: {} }, snapshots);
        const findByTerm = (kind: string, term: string) => kept.findByTerm(kind, term, patiently);
        return (await furtherTerms?.(asked, { ...kept, findByTerm })) ?? [];
      }),
    );
    fresh = [...new Set(further.flat())].filter((term) => !terms.has(term));
    for (const term of fresh) terms.add(term);
  }
  if (snapshots.figures().failures > failures) throw new Error('The store failed while it was searched. Try again.');
  return terms;
}
