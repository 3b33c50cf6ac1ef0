// What the lettings system can be asked to change, and its limits. Knows no calls.
import type { Step } from '../continuity/mutation.ts';

/** An offer to accept. */
export interface OfferAcceptance {
  offerNumber: string;
}

/** An exchange to apply for. */
export interface ExchangeApplication {
  /** From `exchangeLegs.fewest` to `exchangeLegs.most`, every one of the chain. */
  legs: readonly {
    personReference: string;
    fromPropertyReference: string;
    toPropertyReference: string;
    /** Whether they have agreed already. */
    agreed: boolean;
  }[];
}

/** A bid to place. */
export interface Bid {
  applicationReference: string;
  advertNumber: string;
}

/** A bid that was placed. Null: it was placed before, and the system does not say again. */
export interface BidPlaced {
  bidNumber: string | null;
  /** Place among those who bid, from 1. */
  position: number | null;
}

/** How many move in one exchange: the wire's own limits. */
export const exchangeLegs = { fewest: 2, most: 5 };

/** The changes by name. Each is recognised by the system itself. */
export type LettingsSteps = {
  acceptOffer: Step<OfferAcceptance, { offerNumber: string }>;
  applyForExchange: Step<ExchangeApplication, { exchangeReference: string }>;
  placeBid: Step<Bid, BidPlaced>;
};
