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
  const kinds = ['household', ...(postcode ? ['property', 'tenanciesOfProperty'] : [])];
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
  // The narrowest: a number is a few people's, a postcode dozens', a surname hundreds'.
  const terms = telephone
    ? termsOf('telephone', [telephone])
    : lived
      ? [...termsOf('household', lived.households.keys()), ...termsOf('person', lived.people.keys())]
      : termsOf('surname', [surname]);
  const found = await Promise.all(
    ['household', 'person', 'people'].map(async (kind) => {
      return (await Promise.all(terms.map((term) => kept.findByTerm(kind, term)))).flat();
    }),
  );
  const [households = [], people = [], searches = []] = found;
  const newest: Newest<PersonRecord> = new Map();
  const put = (person: PersonRecord, readAtMs: number) => keepNewer(newest, person.personReference, person, readAtMs);
  for (const { value, readAtMs } of households) {
    for (const member of (value as HouseholdRecord | null)?.members ?? []) put(member, readAtMs);
  }
  for (const { value, readAtMs } of people) if (value) put(value as PersonRecord, readAtMs);
  for (const { value, readAtMs } of searches) {
    for (const person of (value as PeopleFound).items) put(person, readAtMs);
  }

  // Whoever was found as they once were may have been read since, and not have that name or number any more.
  const read = new Set([...households, ...people].map(({ key }) => key));
  const references = [...newest.keys()];
  const unread = new Set(references.map((reference) => householdOf(reference) ?? '').filter((key) => !read.has(key)));
  const [again, homes] = await Promise.all([
    kept.find(
      'person',
      references.filter((key) => !read.has(key)),
    ),
    kept.find('household', [...unread]),
  ]);
  for (const [reference, { value, readAtMs }] of again)
    keepNewer(newest, reference, value as PersonRecord | null, readAtMs);
  for (const reference of references) {
    const home = homes.get(householdOf(reference) ?? '');
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
