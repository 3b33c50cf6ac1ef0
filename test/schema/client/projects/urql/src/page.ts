// A page with urql: what it shows healthy, and with a system down. Prints what it was given.
import { Client, fetchExchange } from '@urql/core';
import { graphql } from './gql/index.js';

declare const process: { argv: string[] };
const [, , url = '', person = '', property = ''] = process.argv;

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

// GET is urql's own choice for queries; a person's reference has no place in a URL.
const client = new Client({ url, exchanges: [fetchExchange], preferGetMethod: false });
const { data, error } = await client.query(page, { person, property }).toPromise();
const name: string | null | undefined = data?.person?.name;
const errors = error?.graphQLErrors ?? [];
console.log(
  JSON.stringify({
    name,
    address: data?.property?.address,
    repairs: data?.property?.repairs?.items.length ?? null,
    source: data?.property?.repairs?.provenance.source ?? null,
    errors: errors.map(({ path, extensions }) => [path?.join('.'), extensions.code, extensions.system]),
    other: error?.networkError ? String(error.networkError) : null,
  }),
);
