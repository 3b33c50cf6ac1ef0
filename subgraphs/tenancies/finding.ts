// Finding people and homes among what is kept: by surname, by postcode (through homes and their tenancies), by telephone
// number. Nobody can be searched for on a wire that is down, and by number on none. Knows kinds and terms; asks nothing.
import type { KeptReader } from '../continuity/definition.ts';
import type { Kept } from '../continuity/snapshots.ts';
import { foldedPostcode, foldedSurname, termOf, termsOf } from '../continuity/terms.ts';
import type { HouseholdRecord } from './adapter.ts';
import type { PeopleFound } from './people.ts';
import { householdOf, type PersonRecord, type PropertyRecord, type TenancyRecord } from './records.ts';

/** Who is looked for: all that is given must match. Blank is anybody. */
export interface Wanted {
  surname: string;
  postcode: string;
  /** In E.164. */
  telephone: string;
}

/** What was found, and as of when. */
export interface Found<Record> {
  items: Record[];
  /** The oldest part of what tells it, ms since 1970. */
  readAtMs: number;
}

type Dated<Record> = { record: Record; readAtMs: number };
/** By reference, each as it was last kept; null: it was not there any more. */
type Newest<Record> = Map<string, Dated<Record | null>>;

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
  const items: PersonRecord[] = [];
  let readAtMs = Number.POSITIVE_INFINITY;
  for (const [reference, { record, readAtMs: personMs }] of people) {
    const homeMs = lived && (lived.people.get(reference) ?? lived.households.get(householdOf(reference) ?? ''));
    if (!record || homeMs === undefined) continue;
    if (surname && foldedSurname(record.surname ?? '') !== foldedSurname(surname)) continue;
    if (telephone && !record.telephoneNumbers.includes(telephone)) continue;
    items.push(record);
    readAtMs = Math.min(readAtMs, personMs, homeMs ?? personMs);
  }
  if (items.length > 0) return { items: items.sort(byReference), readAtMs };
  const kinds = ['household', ...(postcode ? ['property', 'tenanciesOfProperty'] : [])];
  return nobody(await Promise.all(kinds.map((kind) => kept.wholeSince(kind))));
}

/** A page of what a search gives, out of what is kept. */
export function pageOfKept({ items, readAtMs }: Found<PersonRecord>, startRow: number, maxRows: number): Kept {
  const page = items.slice(startRow, startRow + maxRows);
  const hasMore = page.length > 0 && startRow + page.length < items.length;
  return { value: { items: page, totalCount: items.length, hasMore } satisfies PeopleFound, readAtMs };
}

/** Every home kept that has this postcode, in the order of their references. Null: none kept has, which tells nothing. */
export async function propertiesKept(postcode: string, kept: KeptReader): Promise<Found<PropertyRecord> | null> {
  const homes = await homesAt(postcode, kept);
  if (homes.length === 0) return nobody([await kept.wholeSince('property')]);
  const items = homes.map(({ record }) => record);
  items.sort((one, other) => compare(one.propertyReference, other.propertyReference));
  return { items, readAtMs: Math.min(...homes.map(({ readAtMs }) => readAtMs)) };
}

/** Nobody: since all that there is was read through, if it was. */
function nobody(wholeSince: (number | null)[]): { items: never[]; readAtMs: number } | null {
  const since = wholeSince.filter((ms) => ms !== null);
  return since.length === wholeSince.length ? { items: [], readAtMs: Math.min(...since) } : null;
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

/** Who lives at a postcode, and as of when that is known, in ms since 1970. */
interface Lived {
  /** By household reference. */
  households: Map<string, number>;
  /** By person reference: those whom the system itself once found by this postcode. */
  people: Map<string, number>;
}

async function homesOfPeople(postcode: string, kept: KeptReader): Promise<Lived> {
  const term = termOf('postcode', postcode) ?? '';
  const [homes, searches] = await Promise.all([homesAt(postcode, kept), kept.findByTerm('people', term)]);
  const households = new Map<string, number>();
  const references = homes.map(({ record }) => record.propertyReference);
  const lists = await kept.find('tenanciesOfProperty', references);
  await Promise.all(
    homes.map(async ({ record: { propertyReference }, readAtMs }) => {
      const tenancies: Newest<TenancyRecord> = new Map();
      const list = lists.get(propertyReference);
      const all = (
        await Promise.all(
          ['tenancy', 'tenanciesOfPerson'].map((kind) =>
            kept.findByTerm(kind, termOf('property', propertyReference) ?? ''),
          ),
        )
      ).flat();
      for (const { value, readAtMs: tenancyMs } of list ? [list, ...all] : all) {
        for (const tenancy of [value as TenancyRecord | TenancyRecord[] | null].flat()) {
          if (tenancy?.property?.propertyReference === propertyReference) {
            keepNewer(tenancies, tenancy.tenancyReference, tenancy, tenancyMs);
          }
        }
      }
      for (const { record, readAtMs: tenancyMs } of tenancies.values()) {
        if (!record?.householdReference || !(record.current ?? record.endDate === null)) continue;
        const ms = Math.min(readAtMs, tenancyMs);
        households.set(record.householdReference, Math.max(ms, households.get(record.householdReference) ?? 0));
      }
    }),
  );
  const people = new Map<string, number>();
  for (const { value, readAtMs } of searches) {
    for (const { personReference } of (value as PeopleFound).items) {
      people.set(personReference, Math.max(readAtMs, people.get(personReference) ?? 0));
    }
  }
  return { households, people };
}

async function homesAt(postcode: string, kept: KeptReader): Promise<Dated<PropertyRecord>[]> {
  const found = await kept.findByTerm('property', termOf('postcode', postcode) ?? '');
  return found
    .map(({ value, readAtMs }) => ({ record: value as PropertyRecord | null, readAtMs }))
    .filter(
      (home): home is Dated<PropertyRecord> => foldedPostcode(home.record?.postcode ?? '') === foldedPostcode(postcode),
    );
}

function keepNewer<Record>(newest: Newest<Record>, reference: string, record: Record | null, readAtMs: number): void {
  if (readAtMs >= (newest.get(reference)?.readAtMs ?? 0)) newest.set(reference, { record, readAtMs });
}

/** The order in which the system itself gives people: by household, then by number. */
function byReference(one: PersonRecord, other: PersonRecord): number {
  const households = compare(householdOf(one.personReference) ?? '', householdOf(other.personReference) ?? '');
  const numberOf = ({ personReference }: PersonRecord) => Number(/[^-]*$/.exec(personReference)?.[0]);
  return households || numberOf(one) - numberOf(other) || compare(one.personReference, other.personReference);
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
