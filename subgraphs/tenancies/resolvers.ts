// Which field of the tenancies schema asks which read. Knows neither the wire nor what happens when it is silent.
import type { RentAccount, Resolvers, Tenancy } from '../../schema/generated/tenancies.ts';
import type { Answer } from '../continuity/definition.ts';
import { badInput } from '../continuity/errors.ts';
import { type Known, listOf, ownedFields, pageOf, pageRequest, rootEntity, sourced } from '../continuity/fields.ts';
import { foundBy, pendingFields, receiptsOf, recordedFrom } from '../continuity/receipt.ts';
import type { HouseholdRecord, StatementKey, TenanciesVerbs } from './adapter.ts';
import { type ContactContext, changeContact, isAboutPerson } from './contact.ts';
import { householdOf, type TenancyRecord } from './records.ts';
import { people, properties } from './search.ts';

type Context = ContactContext;

export const resolvers: Resolvers<Context> = {
  Query: {
    property: (_, { propertyReference }, reads) => rootEntity(reads.property(propertyReference), { propertyReference }),
    properties: (_, args, reads) => properties(args, reads),
    person: (_, { personReference }, reads) => rootEntity(reads.person(personReference), { personReference }),
    people: (_, args, reads) => people(args, reads),
    tenancy: (_, { tenancyReference }, reads) => rootEntity(reads.tenancy(tenancyReference), { tenancyReference }),
  },
  Mutation: {
    updateContactDetails: (_, { input }, context) => changeContact(input, context),
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
      reads.household(householdOf(personReference.trim()) ?? '').then(householdWithMembers),
    tenancies: ({ personReference }, _, reads) => reads.tenanciesOfPerson(personReference).then(listOf),
    contactLog: ({ personReference }, _, reads) => reads.contactLog(personReference).then(listOf),
    async pending(person, _, context) {
      const from = await recordedFrom(person, () => context.person(person.personReference));
      const writes = await receiptsOf(context, [['person', person.personReference]], from);
      const found = await foundBy(() => context.person(person.personReference));
      return writes.filter(({ input }) => !found || isAboutPerson(input, found)).map(pendingFields);
    },
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
      if (!record.householdReference) return [];
      const household = await reads.household(record.householdReference).then(householdWithMembers);
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
