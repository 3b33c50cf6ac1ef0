// Accepting an offer and bidding for a home: what must be given, and what whoever does it is told. Knows no wire.
import type * as schema from '../../schema/generated/lettings.ts';
import { openForm, shapes } from '../continuity/form.ts';
import { agreed, knownValues } from '../continuity/known.ts';
import type { KeptVerbs } from '../continuity/loaders.ts';
import type { Mutation } from '../continuity/mutation.ts';
import { written } from '../continuity/receipt.ts';
import { termsOf } from '../continuity/terms.ts';
import type { Writes } from '../continuity/writes.ts';
import type { LettingsVerbs } from './adapter.ts';
import type { ApplicationRecord, OfferRecord } from './records.ts';
import type { Bid, BidPlaced, OfferAcceptance } from './steps.ts';
import {
  type ApplicationTarget,
  compareApplications,
  compareOffers,
  type OfferTarget,
  targetOfApplication,
  targetOfOffer,
} from './targets.ts';

/** An acceptance, checked, with what is known of the offer. */
interface Acceptance extends OfferAcceptance {
  target: OfferTarget | null;
}

/** A bid, checked, with what is known of the application. */
interface BidToPlace extends Bid {
  target: ApplicationTarget | null;
}

export const acceptOffer: Mutation<Acceptance> = {
  check(given, { now }) {
    const form = openForm(given, now());
    return form.filled<Acceptance>({
      offerNumber: form.reference('offerNumber', shapes.offer),
      target: form.value<OfferTarget>('target'),
    });
  },
  entity: ({ offerNumber }) => `offer/${offerNumber}`,
  terms: ({ offerNumber }) => termsOf('offer', [offerNumber]),
  steps: ({ offerNumber, target }) => [
    { kind: 'acceptOffer', title: 'accept the offer', input: { offerNumber }, target },
  ],
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

export const placeBid: Mutation<BidToPlace> = {
  check(given, { now }) {
    const form = openForm(given, now());
    return form.filled<BidToPlace>({
      applicationReference: form.reference('applicationReference', shapes.application),
      advertNumber: form.reference('advertNumber', shapes.advert),
      target: form.value<ApplicationTarget>('target'),
    });
  },
  entity: ({ applicationReference }) => `application/${applicationReference}`,
  terms: ({ applicationReference }) => termsOf('application', [applicationReference]),
  steps: ({ applicationReference, advertNumber, target }) => [
    { kind: 'placeBid', title: 'place the bid', input: { applicationReference, advertNumber }, target },
  ],
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

/** What resolvers of moves have: reads, what is kept, the intake. */
export type MovesContext = LettingsVerbs & KeptVerbs<LettingsVerbs> & Writes;

/** Accepts an offer, with what is known of it. */
export async function accept(input: schema.AcceptOfferInput, context: MovesContext) {
  const number = input.offerNumber.trim();
  const offers = await knownValues<OfferRecord | null>(
    () => context.kept.offer(number),
    () => context.offer(number),
  );
  const targets: OfferTarget[] = [];
  for (const offer of offers) {
    const reference = offer.application?.applicationReference;
    const applicants = reference ? await applicationsKnown(reference, context) : [];
    targets.push(...(applicants.length > 0 ? applicants : [null]).map((applicant) => targetOfOffer(offer, applicant)));
  }
  return written(context, 'acceptOffer', input, { target: agreed(targets, compareOffers) });
}

/** Places a bid, with what is known of the application. */
export async function bid(input: schema.PlaceBidInput, context: MovesContext) {
  const known = await applicationsKnown(input.applicationReference.trim(), context);
  const target = agreed(known.map(targetOfApplication), compareApplications);
  return written(context, 'placeBid', input, { target });
}

function applicationsKnown(reference: string, context: MovesContext): Promise<ApplicationRecord[]> {
  return knownValues<ApplicationRecord | null>(
    () => context.kept.application(reference),
    () => context.application(reference),
  );
}

/** Whether an acceptance is of this offer, and not of another one that has had its number. */
export function isAboutOffer(acceptance: unknown, record: OfferRecord): boolean {
  const target = (acceptance as Acceptance | null)?.target;
  return target != null && !target.disputed && compareOffers(target, targetOfOffer(record, null)) !== 'OTHER';
}
