// How applied changes of the lettings system are looked up again: it has no look-up by our own reference, so the offer's
// status tells, and the exchange's reference and legs. Reads only. Knows records; knows no session.
import { keyOf } from '../continuity/definition.ts';
import type { AppliedStep, LookUp, Trace } from '../continuity/look-up.ts';
import type { ExchangeRecord, OfferRecord } from './records.ts';
import type { ExchangeApplication, OfferAcceptance } from './steps.ts';
import { compareOffers, type OfferTarget, targetOfOffer } from './targets.ts';

/** Asks for many records by their references; gives those that are there, by `keyOf` of the reference. Throws WireError. */
type Ask<Item> = (references: readonly string[], signal: AbortSignal) => Promise<ReadonlyMap<string, Item | null>>;

/** The look-ups by step. */
export interface LettingsLookUps {
  acceptOffer: LookUp<OfferAcceptance, { offerNumber: string }>;
  applyForExchange: LookUp<ExchangeApplication, { exchangeReference: string }>;
}

/** The look-ups, with as many references a call as the wire takes. */
export function lettingsLookUps(
  limit: number,
  offers: Ask<OfferRecord>,
  exchanges: Ask<ExchangeRecord>,
): LettingsLookUps {
  return {
    acceptOffer: {
      limit,
      async look(applied, signal) {
        const numbers = applied.map(({ input }) => input.offerNumber.trim());
        const found = await offers(numbers, signal);
        return applied.map((step, index) => accepted(step, found.get(keyOf(numbers[index])) ?? null));
      },
    },
    applyForExchange: {
      limit,
      async look(applied, signal) {
        const found = await exchanges(
          applied.map(({ made }) => made.exchangeReference),
          signal,
        );
        return applied.map((step) => appliedFor(step, found.get(keyOf(step.made.exchangeReference)) ?? null));
      },
    },
  };
}

/** Accepted, and whatever comes after that. Withdrawn or refused is people's doing: an offer that was never accepted can be both too. */
function accepted({ target }: AppliedStep<OfferAcceptance>, offer: OfferRecord | null): Trace {
  if (!offer) return 'MISSING';
  if (target && compareOffers(target as OfferTarget, targetOfOffer(offer, null)) === 'OTHER') return 'REISSUED';
  if (offer.status === 'ACCEPTED' || offer.status === 'SIGNED_UP') return 'THERE';
  return offer.status === 'MADE' || offer.status === 'VIEWING_BOOKED' ? 'OLDER' : 'CHANGED';
}

/** People may leave a chain and others come; one in which nobody is left of those who applied is another one. */
function appliedFor(
  { input }: AppliedStep<ExchangeApplication, { exchangeReference: string }>,
  exchange: ExchangeRecord | null,
): Trace {
  if (!exchange) return 'MISSING';
  const there = new Set(exchange.legs.map(({ person }) => person?.personReference));
  const stayed = input.legs.filter(({ personReference }) => there.has(personReference.trim())).length;
  if (stayed === input.legs.length) return 'THERE';
  return stayed > 0 ? 'CHANGED' : 'REISSUED';
}
