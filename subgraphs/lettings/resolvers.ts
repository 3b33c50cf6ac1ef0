// Which field of the lettings schema asks which read. Knows neither the wire nor what happens when it is silent.
import type { Resolvers } from '../../schema/generated/lettings.ts';
import { connectionOf, listOf, ownedFields, pageRequest, rootEntity } from '../continuity/fields.ts';
import type { LettingsVerbs } from './adapter.ts';

export const resolvers: Resolvers<LettingsVerbs> = {
  Query: {
    application: (_, { applicationReference }, reads) =>
      rootEntity(reads.application(applicationReference), { applicationReference }),
    offer: (_, { offerNumber }, reads) => rootEntity(reads.offer(offerNumber), { offerNumber }),
    mutualExchange: (_, { exchangeReference }, reads) =>
      rootEntity(reads.mutualExchange(exchangeReference), { exchangeReference }),
    async adverts(_, args, reads) {
      const page = pageRequest(args, 100);
      return connectionOf(await reads.adverts({ offset: page.offset, limit: page.first }), page);
    },
  },
  Person: {
    __resolveReference: ({ personReference }) => ({ personReference }),
    applications: ({ personReference }, _, reads) => reads.applicationsOfPerson(personReference).then(listOf),
    exchanges: ({ personReference }, _, reads) => reads.exchangesOfPerson(personReference).then(listOf),
  },
  HousingApplication: {
    __resolveReference: ({ applicationReference }) => ({ applicationReference }),
    ...ownedFields(
      [
        'person',
        'band',
        'bandCode',
        'bandReason',
        'status',
        'statusCode',
        'bedroomNeed',
        'priorityDate',
        'biddingNumber',
        'references',
        'provenance',
      ],
      ({ applicationReference }: { applicationReference: string }, reads: LettingsVerbs) =>
        reads.application(applicationReference),
    ),
    offers: ({ applicationReference }, _, reads) => reads.offersOfApplication(applicationReference).then(listOf),
  },
  Offer: {
    __resolveReference: ({ offerNumber }) => ({ offerNumber }),
    ...ownedFields(
      [
        'application',
        'property',
        'status',
        'statusCode',
        'viewingAt',
        'contractStatus',
        'contractStatusCode',
        'signUpDate',
        'plannedMoveDate',
        'actualMoveDate',
        'references',
        'provenance',
      ],
      ({ offerNumber }: { offerNumber: string }, reads: LettingsVerbs) => reads.offer(offerNumber),
    ),
  },
  MutualExchange: {
    __resolveReference: ({ exchangeReference }) => ({ exchangeReference }),
    ...ownedFields(
      ['appliedOn', 'decisionDueOn', 'status', 'statusCode', 'legs', 'references', 'provenance'],
      ({ exchangeReference }: { exchangeReference: string }, reads: LettingsVerbs) =>
        reads.mutualExchange(exchangeReference),
    ),
  },
};
