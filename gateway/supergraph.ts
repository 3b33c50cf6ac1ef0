// Subgraphs into one graph: composition, and the federated executor as Apollo Server's gateway. The only file that
// knows the composer.
import type { GatewayInterface } from '@apollo/server-gateway-interface';
import { composeServices } from '@theguild/federation-composition';
import { type ExecutionResult, GraphQLError, type GraphQLScalarType, getOperationAST, parse } from 'graphql';
import type { GatheringAsker } from '../subgraphs/continuity/asker.ts';
import { type Answer, type Asked, createEngine, type Engine } from './engine/index.ts';
import { relay } from './relay.ts';
import type { Transport } from './transport.ts';

/** A subgraph as composition sees it. */
export interface Part {
  name: string;
  sdl: string;
  /** Where it serves, written into the supergraph for routers that go there; ours go by the transport they are given. */
  url: string;
}

/** What composition gives. */
export interface Composition {
  /** For routers. */
  supergraphSdl: string;
  /** What clients see. */
  apiSdl: string;
}

/** Puts subgraphs together. Throws an error that names every reason why they do not fit. */
export function compose(parts: readonly Part[]): Composition {
  const result = composeServices(parts.map(({ name, sdl, url }) => ({ name, typeDefs: parse(sdl), url })));
  if (result.errors) {
    throw new Error(`The subgraphs do not compose:\n${result.errors.map(({ message }) => `- ${message}`).join('\n')}`);
  }
  return { supergraphSdl: result.supergraphSdl, apiSdl: result.publicSdl };
}

/** A subgraph as a supergraph names it. */
export interface NamedSubgraph {
  name: string;
  url: string;
}

/** The subgraphs of a supergraph. Throws where the text is no Federation 2 supergraph. */
export function subgraphsOf(supergraphSdl: string): NamedSubgraph[] {
  const found: NamedSubgraph[] = [];
  for (const definition of parse(supergraphSdl).definitions) {
    if (definition.kind !== 'EnumTypeDefinition' || definition.name.value !== 'join__Graph') continue;
    for (const value of definition.values ?? []) {
      const join = value.directives?.find((directive) => directive.name.value === 'join__graph');
      const argument = (name: string) => {
        const node = join?.arguments?.find((given) => given.name.value === name)?.value;
        return node?.kind === 'StringValue' ? node.value : '';
      };
      found.push({ name: argument('name'), url: argument('url') });
    }
  }
  if (!found.length)
    throw new Error('This is no Federation 2 supergraph: it has no `enum join__Graph` with subgraphs.');
  return found;
}

/** Events of a subscription, or why there are none. */
export type Events = AsyncIterable<ExecutionResult>;

/**
 * A request that can take more than one answer. Apollo Server gives one, after all its steps: the executor hands the
 * events over here instead. Each event is a request of its own, so that nothing read for one is given for the next.
 */
export interface Subscriber<Context> {
  onEvents(events: Events): void;
  /** Whose request the next event is. */
  next(): Context;
}

/** Marks a request that is only made ready for others like it, and not executed. */
export const onlyReady = Symbol('only ready');

/** Why a subscription is not answered like a query. */
const oneAnswer =
  'A subscription has many answers, and this address gives one. Ask at /graphql/stream, with accept: text/event-stream.';

/** One operation of a client, as Apollo Server has read it and found it valid. */
export type Operation = Omit<Asked<GatheringAsker>, 'asker' | 'share'>;

/** Apollo Server's gateway, and what answers in its place. */
export interface Gateway extends GatewayInterface {
  /**
   * Answers an operation. Asked by a plugin (`responseForOperation`) and not as Apollo Server's executor: what an executor
   * is given is made anew for each request, with accessors of its own, and the garbage collector takes much of that for
   * alive. So asked, Apollo Server takes 4 microseconds for a request of a known document; as an executor, 14.
   */
  answer(operation: Operation, context: GatheringAsker): Promise<Answer>;
}

/**
 * A gateway over a supergraph, each subgraph reached by its transport (by its name).
 * @param scalars that the gateway itself checks, so that a bad value is refused before any system is asked.
 * @param random in [0, 1), for overrides that are in force for a share of requests.
 */
export function gatewayOf(
  supergraphSdl: string,
  transports: ReadonlyMap<string, Transport>,
  scalars: Readonly<Record<string, GraphQLScalarType>> = {},
  random: () => number = Math.random,
): Gateway {
  for (const { name } of subgraphsOf(supergraphSdl)) {
    if (!transports.has(name)) throw new Error(`No way is known to the subgraph ${name}.`);
  }
  const engine = createEngine({ supergraphSdl, transports, scalars, random });
  const listeners = new Set<Parameters<GatewayInterface['onSchemaLoadOrUpdate']>[0]>();
  return {
    onSchemaLoadOrUpdate(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async load() {
      for (const listener of listeners) listener({ apiSchema: engine.schema, coreSupergraphSdl: supergraphSdl });
      return {
        executor: () => Promise.reject(new Error('This gateway answers by its own `answer`, and has no executor.')),
      };
    },
    answer: (operation, context) => answered(engine, operation, context),
    async stop() {
      await Promise.all([...transports.values()].map((transport) => transport.close()));
    },
  };
}

async function answered(
  engine: Engine<GatheringAsker>,
  operation: Operation,
  context: GatheringAsker,
): Promise<Answer> {
  if (onlyReady in context) {
    await engine.prepare(operation);
    return {};
  }
  const { document, operationName } = operation;
  if (getOperationAST(document, operationName)?.operation !== 'subscription')
    return engine.execute({ ...operation, asker: context });

  const { onEvents, next } = context as Partial<Subscriber<GatheringAsker>>;
  if (!onEvents || !next) return { errors: [new GraphQLError(oneAnswer, { extensions: { code: 'BAD_REQUEST' } })] };
  let asker = context;
  const given = await engine.subscribe({ ...operation, asker });
  if (!('events' in given)) return given;
  onEvents(
    relay(given.events, {
      before: () => {
        asker = next();
      },
      each: (event) => given.answer(event, asker),
    }),
  );
  return {};
}
