// Subgraphs into one graph: composition, and the federated executor as Apollo Server's gateway. The only file that
// knows the composer, and for now the planner's runtime.
import type { GatewayExecutor, GatewayInterface } from '@apollo/server-gateway-interface';
import { unifiedGraphHandler } from '@graphql-hive/router-runtime';
import { composeServices } from '@theguild/federation-composition';
import { buildSchema, type ExecutionResult, execute, GraphQLError, type GraphQLScalarType, parse } from 'graphql';
import type { Asker } from '../subgraphs/continuity/asker.ts';
import type { SubgraphRequest } from '../subgraphs/subgraph.ts';
import { ask } from './bridge.ts';
import { relay } from './relay.ts';
import type { Transport } from './transport.ts';

/**
 * Without a log the runtime makes one of its own, which reads LOG_LEVEL from the environment, and fails every request
 * where that is one that it does not know: `silent` or `fatal`.
 */
const mute = {
  child: () => mute,
  ...Object.fromEntries(['trace', 'debug', 'info', 'warn', 'error', 'log'].map((level) => [level, () => {}])),
};

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
export interface Subscriber extends Asker {
  onEvents(events: Events): void;
  /** Whose request the next event is. */
  next(): Asker;
}

interface SubgraphOperation extends Pick<SubgraphRequest, 'document' | 'variables' | 'operationName'> {
  operationType?: string;
  /** Whose request it is just now. */
  context: { asker: Asker };
}

type Result = ExecutionResult<Record<string, unknown>>;

/** Why a subscription is not answered like a query. */
const oneAnswer =
  'A subscription has many answers, and this address gives one. Ask at /graphql/stream, with accept: text/event-stream.';

/**
 * Apollo Server's gateway over a supergraph, each subgraph reached by its transport (by its name).
 * @param scalars that the gateway itself checks, so that a bad value is refused before any system is asked.
 */
export function gatewayOf(
  supergraphSdl: string,
  transports: ReadonlyMap<string, Transport>,
  scalars: Readonly<Record<string, GraphQLScalarType>> = {},
): GatewayInterface {
  for (const { name } of subgraphsOf(supergraphSdl)) {
    if (!transports.has(name)) throw new Error(`No way is known to the subgraph ${name}.`);
  }
  const listeners = new Set<Parameters<GatewayInterface['onSchemaLoadOrUpdate']>[0]>();
  return {
    onSchemaLoadOrUpdate(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async load() {
      const { unifiedGraph, executor } = await unifiedGraphHandler({
        unifiedGraph: buildSchema(supergraphSdl, { assumeValidSDL: true }),
        getUnifiedGraphSDL: () => supergraphSdl,
        log: mute as never,
        onSubgraphExecute: (async (
          name: string,
          { document, variables, operationName, operationType, context: { asker } }: SubgraphOperation,
        ) => {
          const transport = transports.get(name);
          if (!transport) throw new Error(`The plan names a subgraph ${name} that the supergraph does not.`);
          const asked = { document, variables, operationName, asker };
          return ask(transport, operationType === 'subscription' ? 'subscribe' : 'execute', asked);
        }) as never,
      });
      if (!executor) throw new Error('The planner gave no executor for this supergraph.');
      for (const [name, { parseValue, parseLiteral }] of Object.entries(scalars)) {
        Object.assign(unifiedGraph.getType(name) ?? {}, { parseValue, parseLiteral });
      }
      for (const listener of listeners) listener({ apiSchema: unifiedGraph, coreSupergraphSdl: supergraphSdl });
      const execution: GatewayExecutor = async ({ document, request, operationName, operation, context }) => {
        const variables = request.variables ?? {};
        const named = operationName ? { operationName } : {};
        const operationType = operation.operation;
        const seat = { asker: context as Asker };
        const whole = async (result: Result): Promise<Result> => {
          if (result.data) return result;
          // The runtime leaves `data` out when no fetch gave any. What the client is owed is its fields, each null:
          // exactly what executing the operation over nothing gives.
          const empty = await execute({
            schema: unifiedGraph,
            document,
            variableValues: variables,
            ...named,
            rootValue: {},
          });
          return { ...result, data: empty.data ?? null };
        };
        const run = () => executor({ document, variables, ...named, operationType, context: seat });
        if (operationType !== 'subscription') return whole((await run()) as Result);

        const { onEvents, next } = context as Partial<Subscriber>;
        if (!onEvents || !next) {
          const extensions = { code: 'BAD_REQUEST', http: { status: 400 } };
          return { errors: [new GraphQLError(oneAnswer, { extensions })] };
        }
        const given = (await run()) as Result | AsyncIterable<Result>;
        if (!(Symbol.asyncIterator in given)) return given;
        onEvents(
          relay(given, {
            before: () => {
              seat.asker = next();
            },
            // The runtime gathers the errors of all events in one list: what has been told is taken out of it.
            each: ({ data = null, errors }) => ({
              data,
              ...(errors?.length && { errors: (errors as GraphQLError[]).splice(0) }),
            }),
          }),
        );
        return {};
      };
      return { executor: execution };
    },
    async stop() {
      await Promise.all([...transports.values()].map((transport) => transport.close()));
    },
  };
}
