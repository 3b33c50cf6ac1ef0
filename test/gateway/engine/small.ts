// A small graph of two subgraphs whose every reply a test says, and which remember what they were asked.
import { parse } from 'graphql';
import { type Answer, createEngine, type EngineOptions } from '../../../gateway/engine/index.ts';
import type { SubgraphResult, Transport } from '../../../gateway/engine/transport.ts';
import { compose } from '../../../gateway/supergraph.ts';

/** What each subgraph begins with. */
export const link =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@external", "@requires", "@override"])\n';

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
  /** Other subgraphs than cats and homes. */
  graph?: Readonly<Record<string, string>>;
  scalars?: EngineOptions<object>['scalars'];
  /** As over a network, or as in one process. Default `TEXT`. */
  takes?: 'TEXT' | 'VALUES';
}

/** What subgraphs reply. */
export type Replies = Record<string, (call: Call) => SubgraphResult | Promise<SubgraphResult>>;

/** The graph over these replies. */
export function small(
  replies: Replies,
  events: readonly SubgraphResult[] = [],
  { mostBytes, random = () => 0, graph = sdls, scalars, takes = 'TEXT' }: SmallOptions = {},
) {
  const calls: Call[] = [];
  const transports = new Map(
    Object.keys(graph).map((subgraph): [string, Transport<object>] => [
      subgraph,
      {
        takes,
        async execute({ operation: { query }, variables, variablesJson = '{}' }) {
          const call = { subgraph, query, variables: takes === 'TEXT' ? JSON.parse(variablesJson) : variables };
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
  const { supergraphSdl } = compose(
    Object.entries(graph).map(([name, sdl]) => ({ name, sdl, url: 'http://127.0.0.1:1' })),
  );
  const more = { ...(mostBytes && { mostBytes }), ...(scalars && { scalars }) };
  const engine = createEngine({ supergraphSdl, transports, random, ...more });
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
