// Finding people among what is kept: by surname, by the postcode of where they live, by telephone number. Nobody can be
// searched for on a wire that is down, and by number on none. Knows kinds and terms; asks nothing.
import type { KeptReader } from '../continuity/definition.ts';
import type { Kept } from '../continuity/snapshots.ts';
import { foldedSurname, termsOf } from '../continuity/terms.ts';
import type { HouseholdRecord } from './adapter.ts';
import { compare, type Found, homesOfPeople, keepNewer, type Lived, livedSince, type Newest, nobody } from './homes.ts';
import type { PeopleFound } from './people.ts';
import { householdOf, type PersonRecord } from './records.ts';

/** Who is looked for: all that is given must match. Blank is anybody. */
export interface Wanted {
  surname: string;
  postcode: string;
  /** In E.164. */
  telephone: string;
}

/**
 * Everybody kept who matches, in the order of their references. Surnames match as a whole, whatever their case, accents,
 * apostrophes and hyphens. Null: nobody kept does, which tells nothing; unless everybody is kept, then nobody did.
 */
export async function peopleKept(
  { surname, postcode, telephone }: Wanted,
  kept: KeptReader,
): Promise<Found<PersonRecord> | null> {
  const lived = postcode ? await homesOfPeople(postcode, kept) : null;
  const people = await candidates({ surname, telephone }, lived, kept);
  const folded = foldedSurname(surname);
  const items: PersonRecord[] = [];
  let readAtMs = Number.POSITIVE_INFINITY;
  for (const [reference, { record, readAtMs: personMs }] of people) {
    const homeMs = lived ? livedSince(lived, reference) : personMs;
    if (!record || homeMs === null) continue;
    if (surname && foldedSurname(record.surname ?? '') !== folded) continue;
    if (telephone && !record.telephoneNumbers.includes(telephone)) continue;
    items.push(record);
    readAtMs = Math.min(readAtMs, personMs, homeMs);
  }
  if (items.length > 0) return { items: inOrder(items), readAtMs };
  const kinds = ['household', ...(postcode ? ['property', 'tenancy'] : [])];
  return nobody(await Promise.all(kinds.map((kind) => kept.wholeSince(kind))));
}

/** A page of what a search gives, out of what is kept. */
export function pageOfKept({ items, readAtMs }: Found<PersonRecord>, startRow: number, maxRows: number): Kept {
  const page = items.slice(startRow, startRow + maxRows);
  const hasMore = page.length > 0 && startRow + page.length < items.length;
  return { value: { items: page, totalCount: items.length, hasMore } satisfies PeopleFound, readAtMs };
}

/** Who may match, each as they were last kept, under whichever kind that was. */
async function candidates(
  { surname, telephone }: Pick<Wanted, 'surname' | 'telephone'>,
  lived: Lived | null,
  kept: KeptReader,
): Promise<Newest<PersonRecord>> {
  const newest: Newest<PersonRecord> = new Map();
  // Keys of what was looked at: it need not be looked at again.
  const read = new Set<string>();
  const put = (person: PersonRecord, readAtMs: number) => keepNewer(newest, person.personReference, person, readAtMs);

  async function byTerms(terms: readonly string[]): Promise<void> {
    await Promise.all(
      terms.map(async (term) => {
        const [households = [], people = [], searches = []] = await Promise.all(
          ['household', 'person', 'people'].map((kind) => kept.findByTerm(kind, term)),
        );
        for (const { key, value, readAtMs } of households) {
          read.add(key);
          for (const member of (value as HouseholdRecord | null)?.members ?? []) put(member, readAtMs);
        }
        for (const { key, value, readAtMs } of people) {
          read.add(key);
          if (value) put(value as PersonRecord, readAtMs);
        }
        for (const { value, readAtMs } of searches) {
          for (const person of (value as PeopleFound).items) put(person, readAtMs);
        }
      }),
    );
  }

  // By what finds the fewest: a number is a few people's, a postcode dozens', a surname hundreds'.
  if (telephone) await byTerms(termsOf('telephone', [telephone]));
  else if (lived) {
    for (const { record, readAtMs } of lived.people.values()) put(record, readAtMs);
    const households = await kept.find('household', [...lived.households.keys()]);
    for (const [key, { value, readAtMs }] of households) {
      read.add(key);
      for (const member of (value as HouseholdRecord | null)?.members ?? []) put(member, readAtMs);
    }
    // Of a household that was never read as a whole, some may have been.
    await byTerms(
      termsOf(
        'household',
        lived.households.keys().filter((key) => !households.has(key)),
      ),
    );
  } else await byTerms(termsOf('surname', [surname]));

  // Whoever was found as they once were may have been read since, and not have that name or number any more.
  const references = [...newest.keys()];
  const unread = new Set(references.map((reference) => householdOf(reference) ?? ''));
  const [people, homes] = await Promise.all(
    [['person', references] as const, ['household', [...unread]] as const].map(([kind, keys]) =>
      kept.find(
        kind,
        keys.filter((key) => !read.has(key)),
      ),
    ),
  );
  for (const [reference, { value, readAtMs }] of people ?? []) {
    keepNewer(newest, reference, value as PersonRecord | null, readAtMs);
  }
  for (const reference of references) {
    const home = homes?.get(householdOf(reference) ?? '');
    if (!home) continue;
    const members = (home.value as HouseholdRecord | null)?.members ?? [];
    const member = members.find(({ personReference }) => personReference === reference);
    keepNewer(newest, reference, member ?? null, home.readAtMs);
  }
  return newest;
}

/** In the order in which the system itself gives people: by household, then by number. */
function inOrder(people: readonly PersonRecord[]): PersonRecord[] {
  const placed = people.map((person) => {
    return { person, place: person.personReference.replace(/\d+$/, (number) => number.padStart(6, '0')) };
  });
  return placed.sort((one, other) => compare(one.place, other.place)).map(({ person }) => person);
}
