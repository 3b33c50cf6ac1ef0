// Which homes have a postcode, and who lives there, among what is kept: through homes, their tenancies and searches of
// old. Knows kinds and terms; asks nothing.
import type { KeptReader } from '../continuity/definition.ts';
import type { Kept } from '../continuity/snapshots.ts';
import { foldedPostcode, termsOf } from '../continuity/terms.ts';
import type { PeopleFound } from './people.ts';
import { householdOf, type PersonRecord, type PropertyRecord, type TenancyRecord } from './records.ts';

/** What was found, and as of when. */
export interface Found<Record> {
  items: Record[];
  /** The oldest part of what tells it, ms since 1970. */
  readAtMs: number;
}

/** A record, and when it was read. */
type Dated<Record> = { record: Record; readAtMs: number };
/** By reference, each as it was last kept; null: it was not there any more. */
export type Newest<Record> = Map<string, Dated<Record | null>>;

/** Every home kept that has this postcode, in the order of their references. Null: none kept has, which tells nothing. */
export async function propertiesKept(postcode: string, kept: KeptReader): Promise<Found<PropertyRecord> | null> {
  const homes = await homesAt(postcode, kept);
  if (homes.length === 0) return nobody([await kept.wholeSince('property')]);
  const items = homes.map(({ record }) => record);
  items.sort((one, other) => compare(one.propertyReference, other.propertyReference));
  return { items, readAtMs: Math.min(...homes.map(({ readAtMs }) => readAtMs)) };
}

/** Nobody: since all that there is was read through, if it was. */
export function nobody(wholeSince: (number | null)[]): { items: never[]; readAtMs: number } | null {
  const since = wholeSince.filter((ms) => ms !== null);
  return since.length === wholeSince.length ? { items: [], readAtMs: Math.min(...since) } : null;
}

/** Who lives at a postcode, and as of when that is known, in ms since 1970. */
export interface Lived {
  /** By household reference. */
  households: Map<string, number>;
  /** By person reference: those whom the system itself once found by this postcode, as it found them. */
  people: Map<string, Dated<PersonRecord>>;
}

/** As of when it is known that somebody lives there; null: they do not, as far as is known. */
export function livedSince({ households, people }: Lived, reference: string): number | null {
  const known = [people.get(reference)?.readAtMs, households.get(householdOf(reference) ?? '')];
  const times = known.filter((ms) => ms !== undefined);
  return times.length > 0 ? Math.max(...times) : null;
}

/** Who lives at a postcode. */
export async function homesOfPeople(postcode: string, kept: KeptReader): Promise<Lived> {
  const [term = ''] = termsOf('postcode', [postcode]);
  const [homes, searches] = await Promise.all([homesAt(postcode, kept), kept.findByTerm('people', term)]);
  const households = new Map<string, number>();
  const references = homes.map(({ record }) => record.propertyReference);
  const lists = await kept.find('tenanciesOfProperty', references);
  await Promise.all(
    homes.map(async ({ record: { propertyReference }, readAtMs }) => {
      const tenancies: Newest<TenancyRecord> = new Map();
      const list = lists.get(propertyReference);
      for (const { value, readAtMs: tenancyMs } of list ? [list] : await tenanciesAt(propertyReference, kept)) {
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
  const people: Lived['people'] = new Map();
  for (const { value, readAtMs } of searches) {
    for (const person of (value as PeopleFound).items) {
      if (readAtMs >= (people.get(person.personReference)?.readAtMs ?? 0)) {
        people.set(person.personReference, { record: person, readAtMs });
      }
    }
  }
  return { households, people };
}

/** Tenancies of a home whose list was never read, out of what was read of them otherwise. */
async function tenanciesAt(propertyReference: string, kept: KeptReader): Promise<Kept[]> {
  const [term = ''] = termsOf('property', [propertyReference]);
  return (await Promise.all(['tenancy', 'tenanciesOfPerson'].map((kind) => kept.findByTerm(kind, term)))).flat();
}

async function homesAt(postcode: string, kept: KeptReader): Promise<Dated<PropertyRecord>[]> {
  const [term = ''] = termsOf('postcode', [postcode]);
  const found = await kept.findByTerm('property', term);
  return found
    .map(({ value, readAtMs }) => ({ record: value as PropertyRecord | null, readAtMs }))
    .filter(
      (home): home is Dated<PropertyRecord> => foldedPostcode(home.record?.postcode ?? '') === foldedPostcode(postcode),
    );
}

/** Puts a record in place of an older one. */
export function keepNewer<Record>(
  newest: Newest<Record>,
  reference: string,
  record: Record | null,
  readAtMs: number,
): void {
  if (readAtMs >= (newest.get(reference)?.readAtMs ?? 0)) newest.set(reference, { record, readAtMs });
}

/** In the order of their characters. */
export function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
