// What the type checker must refuse: every line that ends in "refused", and no other.
import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client';
import { graphql } from './gql/index.js';

const query = graphql(`
  query PlannedMove($offerNumber: ID!) {
    offer(offerNumber: $offerNumber) { plannedMoveDate }
  }
`);

const client = new ApolloClient({
  link: new HttpLink({ uri: 'http://127.0.0.1/graphql' }),
  cache: new InMemoryCache(),
});
const { data } = await client.query({ query, variables: { offerNumber: '1' } });
export const asked: string | null | undefined = data?.offer?.plannedMoveDate;
export const notAsked = data?.offer?.actualMoveDate; // refused
await client.query({ query, variables: { offerNumber: 1 } }); // refused
