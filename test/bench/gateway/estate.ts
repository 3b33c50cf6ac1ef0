// A made-up landlord: four subgraphs that hold a part of it each, and the whole in one schema. All that either answers is in
// memory, so that a gateway between them is what is measured.
import { buildSubgraphSchema } from '@apollo/subgraph';
import { buildSchema, type GraphQLSchema, parse } from 'graphql';

/** Entities as Federation 1 has them too: one of those who are measured knows no other. */
export const subgraphs = {
  people: `
    extend type Query { person(id: ID!): Person people(first: Int!, after: Int): [Person!]! }
    type Person @key(fields: "id") { id: ID! name: String! phone: String email: String tenancies(first: Int): [Tenancy!]! }
    type Tenancy @key(fields: "id") { id: ID! since: String rent: Int property: Property }
    extend type Property @key(fields: "id") { id: ID! @external }`,
  lettings: `
    extend type Query { property(id: ID!): Property }
    type Property @key(fields: "id") { id: ID! address: String! postcode: String bedrooms: Int }`,
  repairs: `
    extend type Query { repair(id: ID!): Repair }
    extend type Tenancy @key(fields: "id") { id: ID! @external repairs: [Repair!]! }
    type Repair { id: ID! status: String! title: String call: Call }
    extend type Call @key(fields: "id") { id: ID! @external }`,
  telephony: `
    extend type Query { call(id: ID!): Call }
    extend type Person @key(fields: "id") { id: ID! @external calls: [Call!]! }
    type Call @key(fields: "id") { id: ID! at: String seconds: Int agent: String }`,
} as const;

/** The name of a subgraph. */
export type Name = keyof typeof subgraphs;

export const names = Object.keys(subgraphs) as Name[];

const whole = `
  type Query { person(id: ID!): Person people(first: Int!, after: Int): [Person!]! }
  type Person {
    id: ID! name: String! phone: String email: String tenancies(first: Int): [Tenancy!]! calls: [Call!]!
  }
  type Tenancy { id: ID! since: String rent: Int property: Property repairs: [Repair!]! }
  type Property { id: ID! address: String! postcode: String bedrooms: Int }
  type Repair { id: ID! status: String! title: String call: Call }
  type Call { id: ID! at: String seconds: Int agent: String }`;

/** More than are asked for: 200 pages and 1,000 in lists. */
const count = 2_000;
const indexes = (many: number) => Array.from({ length: many }, (_, index) => index);
const of = <T>(list: readonly T[], index: number) => list[index % list.length] as T;

const first = ['Amina', 'Brian', 'Chloe', 'Dev', 'Ewa', 'Farid', 'Grace', 'Hugh', 'Ines', 'Jamal'];
const last = ['Okafor', 'Smith', 'Patel', 'Jones', 'Kowalska', 'Hussain', 'Evans', 'Brown'];
const streets = ['Albert Road', 'Mill Lane', 'Station Street', 'Church Walk', 'Queen Street', 'Canal Side'];
const statuses = ['RAISED', 'APPOINTED', 'COMPLETED', 'CANCELLED'];
const titles = ['Leaking kitchen tap', 'Boiler pressure low'];

const calls = (person: number) =>
  indexes(5).map((call) => ({
    __typename: 'Call',
    id: `c${person}-${call}`,
    at: `2026-0${1 + call}-1${person % 9}T09:3${call}:00Z`,
    seconds: 30 + ((person * 7 + call * 13) % 600),
    agent: `agent ${(person + call) % 12}`,
  }));

const tenancies = (person: number) =>
  indexes(5).map((tenancy) => ({
    __typename: 'Tenancy',
    id: `t${person}-${tenancy}`,
    since: `20${10 + tenancy}-0${1 + (person % 9)}-01`,
    rent: 9_000 + ((person * 37 + tenancy * 101) % 5_000),
    property: {
      __typename: 'Property',
      id: `h${person * 5 + tenancy}`,
      address: `${1 + ((person * 3 + tenancy) % 180)} ${of(streets, person + tenancy)}, Flat ${tenancy + 1}`,
      postcode: `LS${1 + (person % 28)} ${1 + (tenancy % 9)}AB`,
      bedrooms: 1 + ((person + tenancy) % 4),
    },
    repairs: indexes(2).map((repair) => ({
      id: `r${person}-${tenancy}-${repair}`,
      status: of(statuses, person + tenancy + repair),
      title: of(titles, repair),
      call: of(calls(person), tenancy + repair),
    })),
  }));

const people = indexes(count).map((index) => {
  const own = tenancies(index);
  return {
    __typename: 'Person',
    id: `p${index}`,
    name: `${of(first, index)} ${of(last, index)}`,
    phone: `07700${900_000 + index}`,
    email: `tenant${index}@example.test`,
    tenancies: ({ first: most = own.length }: { first?: number }) => own.slice(0, most),
    calls: calls(index),
  };
});

type Entity = { __typename: string; id: string };

const everything = people.flatMap((person): Entity[] => {
  const own = person.tenancies({});
  return [person, ...person.calls, ...own, ...own.map(({ property }) => property)];
});
const byId = new Map(everything.map((entity) => [entity.id, entity]));

/** What every query begins with, whichever schema it is asked of. */
export const root = {
  person: ({ id }: { id: string }) => byId.get(id) ?? null,
  people: ({ first: most, after = 0 }: { first: number; after?: number }) => people.slice(after, after + most),
};

/** All of it in one schema. */
export const wholeSchema = (): GraphQLSchema => buildSchema(whole);

/** What one subgraph has of it. */
export function subgraphSchema(name: Name): GraphQLSchema {
  const reference = { __resolveReference: ({ id }: Entity) => byId.get(id) ?? null };
  const types = ['Person', 'Tenancy', 'Property', 'Call'].filter((type) =>
    new RegExp(`^\\s*(extend )?type ${type} @key`, 'm').test(subgraphs[name]),
  );
  const resolvers = Object.fromEntries(types.map((type) => [type, reference]));
  return buildSubgraphSchema([{ typeDefs: parse(subgraphs[name]), resolvers }]);
}
