// A small graph of two subgraphs whose every reply a test says, and which remember what they were asked.
import { parse } from 'graphql';
import { type Answer, createEngine } from '../../../gateway/engine/index.ts';
import type { SubgraphResult, Transport } from '../../../gateway/engine/transport.ts';
import { compose } from '../../../gateway/supergraph.ts';

const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@shareable"])\n';

const sdls = {
  cats: `${link} type Query { cat(id: ID!): Cat cats: [Cat!]! size: Int! mood: Mood pet: Pet }
    type Mutation { feed(name: String!): Cat }
    type Subscription { fed: Cat }
    enum Mood { CALM WILD }
    union Pet = Cat | Dog
    type Cat @key(fields: "id") { id: ID! name: String age: Int }
    type Dog { id: ID! }`,
  homes: `${link} type Query { homes: Int }
    type Cat @key(fields: "id") { id: ID! street: String town: String! }`,
};

/** What was asked of a subgraph. */
export interface Call {
  subgraph: string;
  query: string;
  variables: Record<string, unknown>;
}

/** What a test may want otherwise. */
export interface SmallOptions {
  mostBytes?: number;
  random?: () => number;
  changed?: (supergraphSdl: string) => string;
}

/** What subgraphs reply. */
export type Replies = Record<string, (call: Call) => SubgraphResult | Promise<SubgraphResult>>;

/** The graph over these replies. @param changed what else its supergraph says. */
export function small(
  replies: Replies,
  events: readonly SubgraphResult[] = [],
  { mostBytes, random = () => 0, changed = (sdl) => sdl }: SmallOptions = {},
) {
  const calls: Call[] = [];
  const names = Object.keys(sdls) as (keyof typeof sdls)[];
  const transports = new Map(
    names.map((subgraph): [string, Transport<object>] => [
      subgraph,
      {
        takes: 'TEXT',
        async execute({ operation: { query }, variablesJson = '{}' }) {
          const call = { subgraph, query, variables: JSON.parse(variablesJson) };
          calls.push(call);
          return (await replies[subgraph]?.(call)) ?? { data: {} };
        },
        async subscribe() {
          return (async function* () {
            yield* structuredClone(events);
          })();
        },
        close: async () => {},
      },
    ]),
  );
  const { supergraphSdl } = compose(names.map((name) => ({ name, sdl: sdls[name], url: 'http://127.0.0.1:1' })));
  const sdl = changed(supergraphSdl);
  const engine = createEngine({ supergraphSdl: sdl, transports, random, ...(mostBytes && { mostBytes }) });
  const asked = (query: string, variables: Record<string, unknown> = {}, operationName?: string) => ({
    document: parse(query),
    hash: query,
    operationName,
    variables,
    asker: {},
  });
  return {
    engine,
    calls,
    asked,
    ask: (...all: Parameters<typeof asked>): Promise<Answer> => engine.execute(asked(...all)),
  };
}

/** Where an answer has errors, and what they say. */
export function errorsOf({ errors = [] }: Answer): [place: string, message: string][] {
  return errors.map(({ path = [], message }) => [path.join('.'), message]);
}
