// The federated executor: plans operations over a supergraph, asks its subgraphs, and gives what the client asked for.
// Serves any Federation 2 supergraph; knows subgraphs by their transports alone.
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLScalarType,
  type GraphQLSchema,
  getOperationAST,
  getVariableValues,
  parse,
  print,
} from 'graphql';
import { type Answer, answerOf } from './answer.ts';
import { createCache } from './cache.ts';
import { conditionsOf, settled } from './conditions.ts';
import { checkFeatures } from './features.ts';
import type { Surroundings } from './fetch.ts';
import { keysOf } from './keys.ts';
import { kindsOf } from './kinds.ts';
import { type Plan, planOf } from './plan.ts';
import { plannerOf } from './planner.ts';
import { type Preparation, prepare } from './preparation.ts';
import { requirementsOf } from './requirements.ts';
import type { Run, Values } from './run.ts';
import { schemaOf } from './schema.ts';
import { createFlights } from './share.ts';
import type { SubgraphResult, Transport } from './transport.ts';

export type { Answer } from './answer.ts';

/** What an engine needs. */
export interface EngineOptions<Asker> {
  /** A Federation 2 supergraph. */
  supergraphSdl: string;
  /** The ways to its subgraphs, by their names. */
  transports: ReadonlyMap<string, Transport<Asker>>;
  /** Scalars whose values are checked before any subgraph is asked. */
  scalars?: Readonly<Record<string, GraphQLScalarType>>;
  /** In [0, 1): which share of requests goes by a progressive `@override`. */
  random: () => number;
  /** How much is kept of documents that were asked, in bytes. Default: see `usualBytes`. */
  mostBytes?: number;
}

/** An operation of a document. */
export interface Named {
  /** Valid by the engine's schema. */
  document: DocumentNode;
  /** The same for equal documents and no others. */
  hash: string;
  operationName?: string | undefined;
}

/** One operation of a client. */
export interface Asked<Asker> extends Named {
  variables?: Values | undefined;
  asker: Asker;
  /**
   * Equal queries with the same key, at the same time, are asked once: the key is of all that an answer depends on besides
   * the operation and its variables. Without one, nothing is shared; mutations never are.
   */
  share?: string | undefined;
}

/** Events of a subscription, and how each is answered: as a request of its own. */
export interface Subscribed<Asker> {
  events: AsyncIterable<SubgraphResult>;
  answer(event: SubgraphResult, asker: Asker): Promise<Answer>;
}

/** A federated executor. */
export interface Engine<Asker> {
  /** What clients see. */
  schema: GraphQLSchema;
  /** Makes an operation ready, and asks no subgraph. Throws where it cannot be answered. */
  prepare(asked: Omit<Asked<Asker>, 'asker'>): Promise<void>;
  /** Executes a query or a mutation. */
  execute(asked: Asked<Asker>): Promise<Answer>;
  /** Executes a subscription: its events, or an answer that says why there are none. */
  subscribe(asked: Asked<Asker>): Promise<Answer | Subscribed<Asker>>;
}

/** An execution that is ready to start. */
interface Begun<Asker> {
  ready: Preparation<Asker>;
  run: Run<Asker>;
}

/** Some thousand documents of a usual size. */
const usualBytes = 64 * 1024 * 1024;

/** Makes an engine. Throws where the text is no supergraph that the planner can take, or needs a feature that is not supported. */
export function createEngine<Asker>(options: EngineOptions<Asker>): Engine<Asker> {
  const { supergraphSdl, transports, scalars = {}, random, mostBytes = usualBytes } = options;
  const supergraph = parse(supergraphSdl, { noLocation: true });
  checkFeatures(supergraph);
  const planner = plannerOf(supergraphSdl);
  const schema = schemaOf(planner.consumerSchema, scalars);
  const keys = keysOf(supergraph);
  const kinds = kindsOf(supergraph);
  const surroundings: Surroundings<Asker> = {
    kinds,
    requirements: requirementsOf(supergraph, kinds),
    transport(subgraph) {
      const found = transports.get(subgraph);
      if (!found) throw new Error(`No way is known to the subgraph ${subgraph}.`);
      return found;
    },
  };
  const flights = createFlights();
  const prepared = createCache<Promise<Preparation<Asker>>>(mostBytes);

  /** The plan of a document; of none, there is nothing to fetch. */
  async function plan(
    document: DocumentNode | null,
    name: string | undefined,
    percentage: number,
  ): Promise<Plan<Asker>> {
    if (!document) return planOf(null, surroundings);
    return planOf(await planner.plan(print(document), name, percentage), surroundings);
  }

  function preparation({ document, hash, operationName }: Named, values: Values): Promise<Preparation<Asker>> {
    const percentage = planner.overridePercentages.length ? random() * 100 : 0;
    const overrides = planner.overridePercentages.filter((each) => percentage > each);
    let key = `${hash} ${operationName ?? ''} ${overrides.join()} `;
    for (const name of conditionsOf(document)) key += values[name] === true ? '1' : '0';
    let found = prepared.get(key);
    if (!found) {
      found = prepare(schema, keys, settled(document, values), operationName, (planned) =>
        plan(planned, operationName, percentage),
      );
      prepared.set(key, found, bytesOf(document));
      found.catch(() => prepared.delete(key));
    }
    return found;
  }

  /** Values of variables, with defaults; or what is wrong with them. */
  function valuesOf({ document, operationName }: Named, variables: Values) {
    const definitions = getOperationAST(document, operationName)?.variableDefinitions ?? [];
    return definitions.length ? getVariableValues(schema, definitions, variables) : { coerced: {} };
  }

  /** A run that is ready to start, or why it cannot. */
  async function begin(asked: Asked<Asker>): Promise<Begun<Asker> | Answer> {
    const { variables = {}, asker } = asked;
    const { coerced: values, errors } = valuesOf(asked, variables);
    if (!values) return { errors: errors.map(badInput) };
    try {
      const ready = await preparation(asked, values);
      return { ready, run: { asker, variables, data: {}, losses: [], values } };
    } catch (error) {
      const message = 'There is no way to answer this operation with these subgraphs.';
      return { data: null, errors: [new GraphQLError(message, { originalError: error as Error })] };
    }
  }

  async function execute(asked: Asked<Asker>): Promise<Answer> {
    const begun = await begin(asked);
    if (!('run' in begun)) return begun;
    const { ready, run } = begun;
    await ready.plan.step(run);
    if (ready.introspect) Object.assign(run.data, ready.introspect(run.variables));
    return answerOf(run, ready.shape);
  }

  return {
    schema,
    async prepare(asked) {
      const { coerced = {} } = valuesOf(asked, asked.variables ?? {});
      await preparation(asked, coerced);
    },
    execute(asked) {
      const { document, hash, operationName, variables = {}, share } = asked;
      const shared = share !== undefined && getOperationAST(document, operationName)?.operation === 'query';
      if (!shared) return execute(asked);
      return flights.join(JSON.stringify([share, hash, operationName, variables]), () => execute(asked));
    },
    async subscribe(asked) {
      const begun = await begin(asked);
      if (!('run' in begun)) return begun;
      const { ready, run } = begun;
      const { plan } = ready;
      const { events } = plan;
      if (!events) throw new Error('The plan of a subscription has no events.');
      const given = await events.subscribe(run);
      const answer = async (event: SubgraphResult, asker: Asker) => {
        const own = { ...run, asker, data: {}, losses: [] };
        events.receive(own, event);
        await plan.step(own);
        return answerOf(own, ready.shape);
      };
      return Symbol.asyncIterator in given ? { events: given, answer } : answer(given, asked.asker);
    },
  };
}

/** What a document takes in memory when it is prepared, about: its plan and what is compiled of both. */
function bytesOf({ loc }: DocumentNode): number {
  return 8_192 + 64 * (loc?.end ?? 0);
}

function badInput(error: GraphQLError): GraphQLError {
  return new GraphQLError(error.message, {
    ...(error.nodes && { nodes: error.nodes }),
    extensions: { code: 'BAD_USER_INPUT' },
  });
}
