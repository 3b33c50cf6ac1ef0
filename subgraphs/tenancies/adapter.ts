// The tenancies system's wire: SOAP 1.1, many references a call. Which operation answers which read; the envelope and
// its error codes are in envelope.ts, the records and their words in records.ts.
import type { Clock } from '../continuity/clock.ts';
import { type Adapter, type Connection, keyOf, type Recorded } from '../continuity/definition.ts';
import { listOfKept, recordOfKept, toldBy } from '../continuity/derived.ts';
import { londonWallClock } from '../continuity/dirt.ts';
import { shapes } from '../continuity/form.ts';
import { readByReference, readKept, readOne } from '../continuity/keys.ts';
import type { Verbs } from '../continuity/loaders.ts';
import type { Kept } from '../continuity/snapshots.ts';
import { termsOf } from '../continuity/terms.ts';
import { openWire } from '../continuity/wire.ts';
import { element } from '../continuity/xml.ts';
import { tenanciesSteps } from './details.ts';
import { type Ask, openEnvelope } from './envelope.ts';
import { pageOfKept, peopleKept, type Wanted } from './finding.ts';
import { propertiesKept } from './homes.ts';
import { type PeopleFound, type PeopleSearch, searchPeople } from './people.ts';
import {
  type Change,
  type ContactLogEntryRecord,
  changes,
  entries,
  householdOf,
  members,
  type PersonRecord,
  type PropertyRecord,
  properties,
  type RentTransactionRecord,
  type TenancyRecord,
  tenancies,
  transactions,
} from './records.ts';
import { termsOfPeople, termsOfProperty, termsOfTenancies } from './terms.ts';

/** The one backend. */
const backend = 'tenancies';
/** Keys a call, at most: one more is error 220. */
const limit = 50;
/**
 * How long a search is waited for, in ms, before what is kept answers it: as long as anybody waits for anything. Kept
 * answers find only whom Lintel has kept, and the first search of a process takes three calls.
 */
const searchPatienceMs = 1_000;
const notNobody = 'That does not mean that there is nobody.';
/** Said where a search by number finds nobody. */
export const nobodyWithNumber = `The tenancies system cannot be searched by telephone number, and nobody who matches is kept. ${notNobody}`;
/** Said where a search by postcode finds no home. */
export const noHomeWithPostcode =
  'The tenancies system cannot be asked which homes have a postcode, and none that has this one is kept. ' +
  'That does not mean that there is none.';
/** An hour in ms. */
const hourMs = 3_600_000;

/** The people under one household reference. */
export interface HouseholdRecord {
  householdReference: string;
  members: PersonRecord[];
}

/** Which part of a rent account: both days included, `YYYY-MM-DD`. */
export interface StatementKey {
  tenancyReference: string;
  from: string;
  to: string;
}

/** What has changed, in the order of its keys: for whoever keeps records warm. */
export interface ChangesKey {
  entity: 'TENANCY' | 'PROPERTY' | 'MEMBER';
  /** An instant, ISO 8601. */
  since: string;
  /** The last key of the page before; blank for the first. */
  afterKey: string;
  maxRows: number;
}

export type TenanciesReads = ReturnType<typeof readsOf>;
export type TenanciesVerbs = Verbs<TenanciesReads>;

/** Opens the wire. */
export function tenanciesAdapter(connections: Record<string, Connection>, clock: Clock): Adapter<TenanciesReads> {
  const connection = connections[backend];
  if (!connection) throw new Error(`no connection for ${backend}`);
  const wire = openWire(connection.url);
  const ask = openEnvelope(wire, connection, clock);
  return {
    reads: readsOf(ask),
    probes: {
      // One home by its key is the lightest question that reaches the database, so that a dead database is no recovery;
      // and there is none called 0, so that nobody's data is fetched for it.
      [backend]: async (signal) => {
        await ask('GetProperties', list('PropRefs', 'PropRef', ['0']), signal);
      },
    },
    steps: tenanciesSteps(backend, ask),
    wires: { [backend]: wire },
    close: () => wire.close(),
  };
}

function readsOf(ask: Ask) {
  const search = searchPeople((question, signal) => ask('SearchPeople', question, signal));
  return {
    property: readByReference<PropertyRecord | null>({
      backend,
      limit,
      shape: shapes.property,
      absent: null,
      records: ({ propertyReference, uprn, address, postcode }) => [
        { reference: propertyReference, identity: uprn ?? `${address} ${postcode}` },
      ],
      terms: (property, key) => [...termsOf('property', [key]), ...termsOfProperty(property)],
      async ask(references, signal) {
        const found = properties(await ask('GetProperties', list('PropRefs', 'PropRef', references), signal));
        return new Map(found.map((property) => [property.propertyReference, property]));
      },
    }),
    tenancy: readByReference<TenancyRecord | null>({
      backend,
      limit,
      shape: shapes.tenancy,
      absent: null,
      records: (tenancy) => [recorded(tenancy)],
      terms: (tenancy, key) => [...termsOf('tenancy', [key]), ...termsOfTenancies(tenancy ? [tenancy] : [])],
      fromKept: recordOfKept<TenancyRecord>(
        ['tenanciesOfProperty', 'tenanciesOfPerson'],
        'tenancy',
        ({ tenancyReference }) => tenancyReference,
      ),
      async ask(references, signal) {
        const found = tenancies(await ask('GetTenancies', list('TagRefs', 'TagRef', references), signal));
        return new Map(found.map((tenancy) => [tenancy.tenancyReference, tenancy]));
      },
    }),
    tenanciesOfProperty: readByReference<TenancyRecord[]>({
      backend,
      limit,
      shape: shapes.property,
      absent: [],
      records: (found) => found.map(recorded),
      terms: (found, key) => [...termsOf('property', [key]), ...termsOfTenancies(found)],
      fromKept: listOfKept<TenancyRecord>({
        kind: 'tenancy',
        term: 'property',
        belongs: ({ property }, reference) => property?.propertyReference === reference,
      }),
      async ask(references, signal) {
        const result = await ask('GetTenanciesByProperty', list('PropRefs', 'PropRef', references), signal);
        return Map.groupBy(eachOnce(tenancies(result)), ({ property }) => property?.propertyReference ?? '');
      },
    }),
    tenanciesOfPerson: readByReference<TenancyRecord[]>({
      backend,
      limit,
      shape: shapes.person,
      absent: [],
      records: (found) => found.map(recorded),
      terms: (found, key) => [...termsOf('person', [key]), ...termsOfTenancies(found)],
      fromKept: listOfKept<TenancyRecord>({
        kind: 'tenancy',
        term: 'household',
        ownerOf: (person) => householdOf(person.trim()),
        belongs: ({ householdReference }, household) => householdReference === household,
      }),
      async ask(references, signal) {
        const people = references.filter(householdOf);
        if (people.length === 0) return new Map();
        const result = await ask('GetTenanciesByPerson', list('PersonRefs', 'PersonRef', people), signal);
        // The rows do not say for whom they are: all of a household have the household's.
        const found = Map.groupBy(eachOnce(tenancies(result)), ({ householdReference }) => householdReference);
        return new Map(people.map((person) => [person, found.get(householdOf(person)) ?? []]));
      },
    }),
    person: readByReference<PersonRecord | null>({
      backend,
      limit,
      shape: shapes.person,
      absent: null,
      records: (person) => [recordedPerson(person)],
      terms: (person, key) => [...termsOf('person', [key]), ...termsOfPeople(person ? [person] : [])],
      fromKept: toldBy<string, HouseholdRecord | null, PersonRecord | null>(
        'household',
        (person) => householdOf(person.trim()),
        (household, person) =>
          household?.members.find(({ personReference }) => personReference === person.trim()) ?? null,
      ),
      async ask(references, signal) {
        const households = new Set(references.map(householdOf).filter((household) => household !== null));
        if (households.size === 0) return new Map();
        const found = members(await ask('GetHousehold', list('HouseRefs', 'HouseRef', households), signal));
        return new Map(found.map((person) => [person.personReference, person]));
      },
    }),
    household: readByReference<HouseholdRecord | null>({
      backend,
      limit,
      shape: shapes.household,
      absent: null,
      records: (household) => household.members.map(recordedPerson),
      terms: (household, key) => [...termsOf('household', [key]), ...termsOfPeople(household?.members ?? [])],
      async ask(references, signal) {
        const found = members(await ask('GetHousehold', list('HouseRefs', 'HouseRef', references), signal));
        const households = Map.groupBy(found, ({ personReference }) => householdOf(personReference) ?? '');
        return new Map(
          [...households].map(([householdReference, people]) => [
            householdReference,
            { householdReference, members: people },
          ]),
        );
      },
    }),
    people: readOne<PeopleSearch, PeopleFound>(backend, { items: [], totalCount: 0, hasMore: false }, search, {
      patienceMs: searchPatienceMs,
      // People leave a search by marriage and by moving house.
      records: ({ items }) =>
        items.map((person) => ({
          ...recordedPerson(person),
          elsewhere: { kind: 'person', key: person.personReference },
        })),
      // Those whom the system found by a postcode live there: their records do not say.
      terms: ({ items }, key) => [
        ...termsOf('postcode', items.length > 0 ? [(JSON.parse(key) as PeopleSearch).postcode] : []),
        ...termsOfPeople(items),
      ],
      fromKept: async (searches, kept) => {
        const found = new Map<string, Kept>();
        for (const wanted of searches) {
          const people = await peopleKept({ ...wanted, telephone: '' }, kept);
          if (people) found.set(keyOf(wanted), pageOfKept(people, wanted.startRow, wanted.maxRows));
        }
        return found;
      },
      nothingKept: `Nobody who matches is kept either. ${notNobody}`,
    }),
    peopleByTelephone: readKept<Wanted, PersonRecord[]>(backend, [], {
      find: peopleKept,
      nothingKept: nobodyWithNumber,
    }),
    propertiesByPostcode: readKept<string, PropertyRecord[]>(backend, [], {
      find: propertiesKept,
      nothingKept: noHomeWithPostcode,
    }),
    rentStatement: readOne<StatementKey, RentTransactionRecord[]>(
      backend,
      [],
      async ({ tenancyReference, from, to }, signal) => {
        // The wire does not say whether a time on the last day is still before `To`: ask a day more, keep what was meant.
        const dayAfter = Temporal.PlainDate.from(to).add({ days: 1 }).toString();
        const question =
          element('TagRef', tenancyReference.trim()) +
          element('From', ddMMyyyy(from)) +
          element('To', ddMMyyyy(dayAfter));
        return transactions(await ask('GetRentStatement', question, signal))
          .filter(({ postedOn }) => postedOn === null || (from <= postedOn && postedOn <= to))
          .sort((one, other) => (one.postedOn ?? '').localeCompare(other.postedOn ?? ''));
      },
      {
        terms: (_lines, key) => termsOf('tenancy', [(JSON.parse(key) as StatementKey).tenancyReference]),
        reference: { shape: shapes.tenancy, of: ({ tenancyReference }) => tenancyReference },
        // What was posted is corrected by posting more.
        records: (lines) =>
          lines.map(({ postedOn, typeCode, amount }) => ({
            reference: `${postedOn} ${typeCode} ${amount.pence}`,
            identity: '',
          })),
      },
    ),
    contactLog: readByReference<ContactLogEntryRecord[]>({
      backend,
      limit: 1,
      shape: shapes.person,
      absent: [],
      terms: (_entries, key) => termsOf('person', [key]),
      records: (found) =>
        found.map(({ loggedAt, type, externalReference }) => ({
          reference: `${loggedAt} ${type} ${externalReference}`,
          identity: '',
          updatedAt: loggedAt,
        })),
      async ask([person = ''], signal) {
        const found = entries(await ask('GetContactLog', element('PersonRef', person), signal));
        const atMs = (entry: ContactLogEntryRecord) => (entry.loggedAt === null ? 0 : Date.parse(entry.loggedAt));
        return new Map([[person, found.sort((one, other) => atMs(one) - atMs(other))]]);
      },
    }),
    changedSince: readOne<ChangesKey, Change[]>(
      backend,
      [],
      async ({ entity, since, afterKey, maxRows }, signal) => {
        // An hour earlier: in October the clock shows the hour from one to two twice, and a change made in the second of
        // them must not be passed over for a `since` in the first.
        const sinceLocal = londonWallClock(Date.parse(since) - hourMs);
        const question =
          element('Entity', entity) +
          element('Since', sinceLocal) +
          element('AfterKey', afterKey) +
          element('MaxRows', maxRows);
        return changes(await ask('ChangedSince', question, signal));
      },
      { kept: false },
    ),
  };
}

function list(name: string, item: string, references: Iterable<string>): string {
  return `<${name}>${[...references].map((reference) => element(item, reference)).join('')}</${name}>`;
}

/** Names change by marriage and deed; the day of birth stays. */
function recordedPerson({ personReference, dateOfBirth }: PersonRecord): Recorded {
  return { reference: personReference, identity: dateOfBirth ?? '' };
}

/** A tenancy stays that of its home and household. */
function recorded({ tenancyReference, property, householdReference, lastUpdatedAt }: TenancyRecord): Recorded {
  const identity = `${property?.propertyReference} ${householdReference}`;
  return { reference: tenancyReference, identity, updatedAt: lastUpdatedAt };
}

/** A tenancy comes once for each person or property that it was found by. */
function eachOnce(found: TenancyRecord[]): TenancyRecord[] {
  return [...new Map(found.map((tenancy) => [tenancy.tenancyReference, tenancy])).values()];
}

function ddMMyyyy(isoDay: string): string {
  return isoDay.split('-').reverse().join('/');
}
