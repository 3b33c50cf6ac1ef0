// What the type checker must refuse: every line that ends in "refused", and no other.
import { Client, fetchExchange } from '@urql/core';
import { graphql } from './gql/index.js';

const plannedMove = graphql(`
  query PlannedMove($offerNumber: ID!) {
    offer(offerNumber: $offerNumber) { plannedMoveDate }
  }
`);

const client = new Client({ url: 'http://127.0.0.1/graphql', exchanges: [fetchExchange] });
const { data } = await client.query(plannedMove, { offerNumber: '1' }).toPromise();
export const asked: string | null | undefined = data?.offer?.plannedMoveDate;
export const notAsked = data?.offer?.actualMoveDate; // refused
await client.query(plannedMove, { offerNumber: 1 }).toPromise(); // refused
