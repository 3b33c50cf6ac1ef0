// Which field of the income schema asks which read. Knows neither the wire nor what happens when it is silent.
import type { Resolvers } from '../../schema/generated/income.ts';
import { listOf, ownedFields, rootEntity } from '../continuity/fields.ts';
import type { IncomeVerbs } from './adapter.ts';

export const resolvers: Resolvers<IncomeVerbs> = {
  Query: {
    incomeRecord: (_, { incomeReference }, reads) => rootEntity(reads.record(incomeReference), { incomeReference }),
  },
  Person: {
    __resolveReference: ({ personReference }) => ({ personReference }),
    incomeRecords: ({ personReference }, _, reads) => reads.recordsOfPerson(personReference).then(listOf),
  },
  IncomeRecord: {
    __resolveReference: ({ incomeReference }) => ({ incomeReference }),
    ...ownedFields(
      ['person', 'status', 'statusCode', 'openedOn', 'amount', 'references', 'provenance'],
      ({ incomeReference }: { incomeReference: string }, reads: IncomeVerbs) => reads.record(incomeReference),
    ),
  },
};
