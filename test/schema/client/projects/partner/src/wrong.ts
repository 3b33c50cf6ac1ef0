// What the type checker must refuse: every line that ends in "refused", and no other.
import { createClient } from 'lintel-client';
import { graphql } from './gql/index.js';

const plannedMove = graphql(`
  query PlannedMove($offerNumber: ID!) {
    offer(offerNumber: $offerNumber) { plannedMoveDate }
  }
`);

const lintel = createClient({ url: 'http://127.0.0.1/graphql' });
const { data } = await lintel.request(plannedMove, { offerNumber: '1' });
export const asked: string | null | undefined = data?.offer?.plannedMoveDate;
export const notAsked = data?.offer?.actualMoveDate; // refused
await lintel.request(plannedMove, { offer: '1' }); // refused
await lintel.request(plannedMove); // refused
