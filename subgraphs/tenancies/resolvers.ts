// Which field of the tenancies schema asks which read. Knows neither the wire nor what happens when it is silent.
import type { RentAccount, Resolvers, Tenancy } from '../../schema/generated/tenancies.ts';
import type { Answer } from '../continuity/definition.ts';
import { badInput } from '../continuity/errors.ts';
import {
  connectionOf,
  type Known,
  listOf,
  ownedFields,
  pageOf,
  pageRequest,
  rootEntity,
  sourced,
} from '../continuity/fields.ts';
import type { HouseholdRecord, StatementKey, TenanciesVerbs } from './adapter.ts';
import { householdOf, type TenancyRecord } from './records.ts';

/** References in one question, at most: ten calls to the system. */
const mostProperties = 500;

/** More than twice the columns that are searched: more is no name, and a search that the system would choke on. */
const longestName = 50;

export const resolvers: Resolvers<TenanciesVerbs> = {
  Query: {
    property: (_, { propertyReference }, reads) => rootEntity(reads.property(propertyReference), { propertyReference }),
    properties(_, { propertyReferences }, reads) {
      if (propertyReferences.length > mostProperties) {
        throw badInput(
          `\`propertyReferences\` holds ${propertyReferences.length} references; at most ${mostProperties} are allowed.`,
        );
      }
      return Promise.all(
        propertyReferences.map((propertyReference) =>
          rootEntity(reads.property(propertyReference), { propertyReference }),
        ),
      );
    },
    person: (_, { personReference }, reads) => rootEntity(reads.person(personReference), { personReference }),
    async people(_, args, reads) {
      const page = pageRequest(args, 100);
      const [surname, postcode] = [args.surname?.trim() ?? '', args.postcode?.trim() ?? ''];
      if (!surname && !postcode) throw badInput('Give `surname`, `postcode` or both: at least one of them.');
      if (Math.max(surname.length, postcode.length) > longestName) {
        throw badInput(`\`surname\` and \`postcode\` may have at most ${longestName} characters.`);
      }
      return connectionOf(await reads.people({ surname, postcode, startRow: page.offset, maxRows: page.first }), page);
    },
    tenancy: (_, { tenancyReference }, reads) => rootEntity(reads.tenancy(tenancyReference), { tenancyReference }),
  },
  Property: {
    __resolveReference: ({ propertyReference }) => ({ propertyReference }),
    ...ownedFields(
      [
        'uprn',
        'address',
        'postcode',
        'level',
        'levelCode',
        'category',
        'bedrooms',
        'hasLift',
        'gasSafetyExpiresOn',
        'references',
        'provenance',
      ],
      ({ propertyReference }: { propertyReference: string }, reads: TenanciesVerbs) =>
        reads.property(propertyReference),
    ),
    tenancies: ({ propertyReference }, _, reads) => reads.tenanciesOfProperty(propertyReference).then(listOf),
  },
  Person: {
    __resolveReference: ({ personReference }) => ({ personReference }),
    ...ownedFields(
      [
        'name',
        'title',
        'forename',
        'surname',
        'dateOfBirth',
        'telephoneNumbers',
        'telephoneAsRecorded',
        'email',
        'preferredContact',
        'preferredContactCode',
        'responsible',
        'alerts',
        'provenance',
      ],
      ({ personReference }: { personReference: string }, reads: TenanciesVerbs) => reads.person(personReference),
      // Other systems join by these: nobody there has no number, and only null says that it could not be asked.
      { telephoneNumbers: [] },
    ),
    household: ({ personReference }, _, reads) =>
      reads.household(householdOf(personReference) ?? '').then(householdWithMembers),
    tenancies: ({ personReference }, _, reads) => reads.tenanciesOfPerson(personReference).then(listOf),
    contactLog: ({ personReference }, _, reads) => reads.contactLog(personReference).then(listOf),
  },
  Tenancy: {
    __resolveReference: ({ tenancyReference }) => ({ tenancyReference }),
    ...ownedFields(
      [
        'tenure',
        'tenureCode',
        'startDate',
        'endDate',
        'current',
        'terminated',
        'property',
        'rentAccount',
        'lastUpdatedAt',
        'references',
        'provenance',
      ],
      ({ tenancyReference }: { tenancyReference: string }, reads: TenanciesVerbs) => reads.tenancy(tenancyReference),
    ),
    async members(tenancy, _, reads) {
      const record = await recordOf(tenancy, reads);
      if (record === null) return null;
      const household = await reads.household(record.householdReference ?? '').then(householdWithMembers);
      return household?.members ?? [];
    },
  },
  RentAccount: {
    async statement(account, args, reads) {
      const page = pageRequest(args, 500);
      const { tenancyReference } = account as Known<RentAccount> & { tenancyReference: string };
      return pageOf(await reads.rentStatement(statementKey(tenancyReference, args)), page);
    },
  },
};

/** The tenancy as the system has it: what the parent is already, unless it is a key stub. */
async function recordOf(tenancy: Known<Tenancy>, reads: TenanciesVerbs): Promise<TenancyRecord | null> {
  if ('householdReference' in tenancy) return tenancy as TenancyRecord;
  return (await reads.tenancy(tenancy.tenancyReference)).value;
}

/** A household whose members carry the provenance of the read that filled it. */
function householdWithMembers(answer: Answer<HouseholdRecord | null>) {
  const household = sourced(answer);
  const withProvenance = (member: HouseholdRecord['members'][number]) => ({ ...member, provenance: answer.provenance });
  return household && { ...household, members: household.members.map(withProvenance) };
}

/** Date columns of databases as old as this one begin in 1900 (which means "no date") and end in June 2079. */
function statementKey(tenancyReference: string, { from, to }: Omit<StatementKey, 'tenancyReference'>): StatementKey {
  if (from > to) throw badInput(`\`from\` is ${from}, after \`to\`, ${to}; give the earlier day first.`);
  if (from < '1901' || to >= '2079') throw badInput('`from` and `to` must lie between 1901-01-01 and 2078-12-31.');
  return { tenancyReference, from, to };
}
