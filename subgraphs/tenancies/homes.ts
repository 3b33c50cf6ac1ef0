// Which homes have a postcode, and who lives there, among what is kept: through homes, their tenancies and searches of
// old. Knows kinds and terms; asks nothing.
import type { KeptReader } from '../continuity/definition.ts';
import { foldedPostcode, termOf } from '../continuity/terms.ts';
import type { PeopleFound } from './people.ts';
import { householdOf, type PropertyRecord, type TenancyRecord } from './records.ts';

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
  /** By person reference: those whom the system itself once found by this postcode. */
  people: Map<string, number>;
}

/** As of when it is known that somebody lives there; null: they do not, as far as is known. */
export function livedSince({ households, people }: Lived, reference: string): number | null {
  const known = [people.get(reference), households.get(householdOf(reference) ?? '')].filter((ms) => ms !== undefined);
  return known.length > 0 ? Math.max(...known) : null;
}

/** Who lives at a postcode. */
export async function homesOfPeople(postcode: string, kept: KeptReader): Promise<Lived> {
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
