// Which field of the lettings schema asks which read. Knows neither the wire nor what happens when it is silent.
import type { Resolvers } from '../../schema/generated/lettings.ts';
import { connectionOf, listOf, ownedFields, pageRequest, rootEntity } from '../continuity/fields.ts';
import { referenceIn, shapes } from '../continuity/form.ts';
import { ownPage } from '../continuity/ownlist.ts';
import { foundBy, pendingFields, pendingOf, receiptsOf, recordedFrom, written } from '../continuity/receipt.ts';
import type { LettingsVerbs } from './adapter.ts';
import { answer, enquiriesOf, enquiryOf, openEnquiries } from './enquiries.ts';
import { complete, decisionDeadline, isAboutExchange } from './exchanging.ts';
import { accept, bid, isAboutOffer, type MovesContext } from './moves.ts';

type Context = MovesContext;

export const resolvers: Resolvers<Context> = {
  Query: {
    application: (_, { applicationReference }, reads) =>
      rootEntity(reads.application(applicationReference), { applicationReference }),
    offer: (_, { offerNumber }, reads) => rootEntity(reads.offer(offerNumber), { offerNumber }),
    mutualExchange: (_, { exchangeReference }, reads) =>
      rootEntity(reads.mutualExchange(exchangeReference), { exchangeReference }),
    moveEnquiry: async (_, { id }, { own }) =>
      enquiryOf(await own().find('enquiry', referenceIn('id', id, shapes.own))),
    moveEnquiries: (_, { open, ...args }, { own }) => ownPage(own(), { ...openEnquiries(open), args }),
    async adverts(_, args, reads) {
      const page = pageRequest(args, 100);
      return connectionOf(await reads.adverts({ offset: page.offset, limit: page.first }), page);
    },
  },
  Mutation: {
    acceptOffer: (_, { input }, context) => accept(input, context),
    applyForExchange: (_, { input }, context) => written(context, 'applyForExchange', input),
    completeExchange: (_, { input }, context) => complete(input, context),
    placeBid: (_, { input }, context) => bid(input, context),
    enquireAboutMove: (_, { input }, context) => written(context, 'enquireAboutMove', input),
    answerMoveEnquiry: (_, { input }, context) => answer(input, context),
  },
  Person: {
    __resolveReference: ({ personReference }) => ({ personReference }),
    applications: ({ personReference }, _, reads) => reads.applicationsOfPerson(personReference).then(listOf),
    async exchanges({ personReference }, _, reads) {
      return { ...listOf(await reads.exchangesOfPerson(personReference)), personReference };
    },
    moveEnquiries: ({ personReference }, _, context) => enquiriesOf(personReference, context),
    pendingMoves: ({ personReference }, _, context) => pendingOf(context, [['person', personReference]]),
  },
  HousingApplications: {
    pending: ({ items, provenance }, _, context) =>
      pendingOf(
        context,
        items.map(({ applicationReference }) => ['application', applicationReference]),
        provenance,
      ),
  },
  MutualExchanges: {
    pending: (list, _, context) =>
      pendingOf(context, [['person', (list as { personReference?: string }).personReference]], list.provenance, [
        'applyForExchange',
      ]),
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
    async pending(offer, _, context) {
      const read = () => context.offer(offer.offerNumber);
      const writes = await receiptsOf(context, [['offer', offer.offerNumber]], await recordedFrom(offer, read));
      const found = await foundBy(read);
      return writes.filter(({ input }) => !found || isAboutOffer(input, found)).map(pendingFields);
    },
  },
  MutualExchange: {
    __resolveReference: ({ exchangeReference }) => ({ exchangeReference }),
    ...ownedFields(
      ['appliedOn', 'decisionDueOn', 'status', 'statusCode', 'legs', 'references', 'provenance'],
      ({ exchangeReference }: { exchangeReference: string }, reads: LettingsVerbs) =>
        reads.mutualExchange(exchangeReference),
    ),
    async decisionDeadline(exchange, _, reads) {
      const { exchangeReference } = exchange;
      const record = 'appliedOn' in exchange ? exchange : (await reads.mutualExchange(exchangeReference)).value;
      return record && decisionDeadline(record);
    },
    async pending(exchange, _, context) {
      const { exchangeReference } = exchange;
      const read = () => context.mutualExchange(exchangeReference);
      const writes = await receiptsOf(context, [['exchange', exchangeReference]], await recordedFrom(exchange, read));
      const found = await foundBy(read);
      return writes.filter(({ input }) => !found || isAboutExchange(input, found)).map(pendingFields);
    },
  },
};
