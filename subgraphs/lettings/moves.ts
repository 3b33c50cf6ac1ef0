// Accepting an offer and bidding for a home: what must be given, and what whoever does it is told. Knows no wire.
import { openForm, shapes } from '../continuity/form.ts';
import type { Mutation } from '../continuity/mutation.ts';
import { termsOf } from '../continuity/terms.ts';
import type { Bid, BidPlaced, OfferAcceptance } from './steps.ts';

export const acceptOffer: Mutation<OfferAcceptance> = {
  check(given, { now }) {
    const form = openForm(given, now());
    return form.filled<OfferAcceptance>({ offerNumber: form.reference('offerNumber', shapes.offer) });
  },
  entity: ({ offerNumber }) => `offer/${offerNumber}`,
  terms: ({ offerNumber }) => termsOf('offer', [offerNumber]),
  steps: (input) => [{ kind: 'acceptOffer', title: 'accept the offer', input }],
  whileDown: 'QUEUE',
  sentences: () => ({
    QUEUED:
      'We have noted that you accept the offer, with the time at which you told us. We will enter it as soon as our lettings system is back. Please do not give notice or book a removal before we have confirmed your date.',
    SENDING: 'We have noted that you accept the offer, and are entering it now.',
    APPLIED: 'Your acceptance of the offer is on record.',
    REFUSED: 'Your acceptance of the offer could not be entered.',
    AMBIGUOUS:
      'We have noted that you accept the offer, and are checking that it has been entered. You need not tell us again.',
  }),
  says: () => ({ offer: 'accepted' }),
};

export const placeBid: Mutation<Bid> = {
  check(given, { now }) {
    const form = openForm(given, now());
    return form.filled<Bid>({
      applicationReference: form.reference('applicationReference', shapes.application),
      advertNumber: form.reference('advertNumber', shapes.advert),
    });
  },
  entity: ({ applicationReference }) => `application/${applicationReference}`,
  terms: ({ applicationReference }) => termsOf('application', [applicationReference]),
  steps: (input) => [{ kind: 'placeBid', title: 'place the bid', input }],
  // A bid that comes in after the cycle has closed is worth nothing, and whoever bids must know where they stand.
  whileDown: {
    refuse:
      'We cannot take bids just now, because our lettings system is down. The bidding cycle will be extended, so that nobody loses their chance: please bid again when it is back.',
  },
  sentences: () => ({
    QUEUED: 'We are placing your bid.',
    SENDING: 'We are placing your bid.',
    APPLIED: 'Your bid has been placed.',
    REFUSED: 'Your bid has not been placed.',
    AMBIGUOUS: 'We are checking that your bid has been placed. You need not bid again for this home.',
  }),
  says: ({ advertNumber }) => ({ 'bid for advert': advertNumber }),
  made: (made) =>
    made.flatMap((each) => {
      const { bidNumber } = each as BidPlaced;
      return bidNumber === null ? [] : [{ id: bidNumber, description: 'bid' }];
    }),
};
