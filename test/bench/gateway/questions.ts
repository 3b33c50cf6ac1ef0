// What gateways are asked: from one field of one subgraph to a page of fifty people. Knows nobody who is asked.

/** A question in its variants: as many bodies of requests. */
export interface Question {
  name: string;
  /** What it is, in a few words. */
  what: string;
  query: string;
  variables: Record<string, unknown>[];
}

const everyone = Array.from({ length: 200 }, (_, index) => ({ id: `p${index}` }));

/** From the smallest to the largest. */
export const questions: readonly Question[] = [
  {
    name: 'Field',
    what: 'a person, of one subgraph',
    query: 'query Field($id: ID!) { person(id: $id) { id name phone } }',
    variables: everyone,
  },
  {
    name: 'Page',
    what: "a person's page: five calls in three waves",
    query: `query Page($id: ID!) { person(id: $id) {
      name tenancies { id property { address } repairs { id status call { id at agent } } } calls { id at seconds agent }
    } }`.replace(/\s+/g, ' '),
    variables: everyone,
  },
  {
    name: 'List',
    what: 'fifty people with three tenancies each: three calls in two waves',
    query: `query List($first: Int!, $after: Int) { people(first: $first, after: $after) {
      id name phone email
      tenancies(first: 3) { id since rent property { id address postcode bedrooms } repairs { id status title } }
    } }`.replace(/\s+/g, ' '),
    variables: Array.from({ length: 20 }, (_, index) => ({ first: 50, after: index * 50 })),
  },
];

/** The bodies of a question's requests. */
export function bodiesOf({ name, query, variables }: Question): string[] {
  return variables.map((each) => JSON.stringify({ query, variables: each, operationName: name }));
}
