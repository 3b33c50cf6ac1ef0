// Forgets a person in everything that is kept: answers of the legacy systems, what finished writes say, Lintel's own records.
// Finds them by all terms that systems know the person by (their numbers, tenancies, applications, calls). Asks no system.
import DataLoader from 'dataloader';
import type { KeptReader, SystemDefinition } from './definition.ts';
import type { Intake } from './intake.ts';
import type { Stored } from './lookup.ts';
import type { OwnRecords } from './own.ts';
import type { Snapshots } from './snapshots.ts';
import { termsOf, valuesOf } from './terms.ts';

/** What of a system's definition matters here. Of its `KeptReader` only `findByTerm` gives anything. */
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
 * Asks every system what it knows the person by, until none knows more. Throws where the store fails: what is not
 * found would not be forgotten, and nobody would know.
 */
export async function termsOfPerson(
  personReference: string,
  systems: readonly Forgetting[],
  snapshots: Snapshots,
): Promise<string[]> {
  return [...(await furtherTermsOf(termsOf('person', [personReference]), systems, snapshots))];
}

/** Some terms, and all that they lead to in turn. Throws where the store fails. */
export async function furtherTermsOf(
  known: readonly string[],
  systems: readonly Forgetting[],
  snapshots: Pick<Snapshots, 'byTerms'>,
): Promise<Set<string>> {
  const terms = new Set(known);
  const readers = systems.map(({ name }) => readerOf(name, snapshots));
  for (let fresh = [...terms]; fresh.length > 0; ) {
    const asked = fresh;
    const further = await Promise.all(
      systems.map(async ({ furtherTerms }, index) => {
        const reader = readers[index];
        return (reader && (await furtherTerms?.(asked, reader))) ?? [];
      }),
    );
    fresh = [...new Set(further.flat())].filter((term) => !terms.has(term));
    for (const term of fresh) terms.add(term);
  }
  return terms;
}

/**
 * All that is kept of a system, whether anybody would be given it or not: an old number of somebody's leads to calls too. What
 * is asked for together is looked up together.
 */
function readerOf(system: string, snapshots: Pick<Snapshots, 'byTerms'>): KeptReader {
  const kinds = new Map<string, DataLoader<string, readonly Stored[]>>();
  return {
    find: async () => new Map(),
    wholeSince: async () => null,
    async findByTerm(kind, term) {
      const loader =
        kinds.get(kind) ??
        new DataLoader<string, readonly Stored[]>(
          async (terms) => {
            const found = await snapshots.byTerms(system, kind, terms);
            return terms.map((each) => found.get(each) ?? []);
          },
          { cache: false },
        );
      kinds.set(kind, loader);
      return loader.load(term);
    },
  };
}
