// A page with Apollo Client: what it shows healthy, and with a system down. Prints what it was given.
import { ApolloClient, CombinedGraphQLErrors, HttpLink, InMemoryCache } from '@apollo/client';
import { graphql } from './gql/index.js';

declare const process: { argv: string[] };
const [, , uri = '', person = '', property = ''] = process.argv;

const page = graphql(`
  query Page($person: ID!, $property: ID!) {
    person(personReference: $person) { personReference name }
    property(propertyReference: $property) {
      propertyReference
      address
      repairs { items { reference status } provenance { system source } }
    }
  }
`);

const client = new ApolloClient({ link: new HttpLink({ uri }), cache: new InMemoryCache() });
const { data, error } = await client.query({ query: page, variables: { person, property }, errorPolicy: 'all' });
const name: string | null | undefined = data?.person?.name;
const errors = CombinedGraphQLErrors.is(error) ? error.errors : [];
console.log(
  JSON.stringify({
    name,
    address: data?.property?.address,
    repairs: data?.property?.repairs?.items.length ?? null,
    source: data?.property?.repairs?.provenance.source ?? null,
    errors: errors.map(({ path, extensions }) => [path?.join('.'), extensions?.code, extensions?.system]),
    other: error && !errors.length ? String(error) : null,
  }),
);
client.stop();
