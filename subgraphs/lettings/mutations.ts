// What can be written in lettings: each by the name of its mutation in the schema.
import type { Mutations } from '../continuity/mutation.ts';
import type { OwnKinds } from '../continuity/own.ts';
import { answerMoveEnquiry, enquireAboutMove, enquiries } from './enquiries.ts';
import { applyForExchange, completeExchange } from './exchanging.ts';
import { acceptOffer, placeBid } from './moves.ts';

export const mutations: Mutations = {
  acceptOffer,
  applyForExchange,
  completeExchange,
  placeBid,
  enquireAboutMove,
  answerMoveEnquiry,
};

/** Lintel's own records of this system, by kind. */
export const ownKinds: OwnKinds = { enquiry: enquiries };
