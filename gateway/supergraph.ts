// Subgraphs into one graph: composition, and the federated executor as Apollo Server's gateway. The only file that
// knows the composer, and for now the planner's runtime.
import type { GatewayExecutor, GatewayInterface } from '@apollo/server-gateway-interface';
import { unifiedGraphHandler } from '@graphql-hive/router-runtime';
import { composeServices } from '@theguild/federation-composition';
import { buildSchema, type ExecutionResult, execute, type GraphQLScalarType, parse } from 'graphql';
import type { Asker } from '../subgraphs/continuity/asker.ts';
import type { SubgraphRequest } from '../subgraphs/subgraph.ts';
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

interface SubgraphOperation extends Pick<SubgraphRequest, 'document' | 'variables' | 'operationName'> {
  /** The client's request. */
  context?: Asker;
}

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
        onSubgraphExecute: (async (
          name: string,
          { document, variables, operationName, context = {} }: SubgraphOperation,
        ) => {
          const transport = transports.get(name);
          if (!transport) throw new Error(`The plan names a subgraph ${name} that the supergraph does not.`);
          return transport.execute({ document, variables, operationName, asker: context });
        }) as never,
      });
      if (!executor) throw new Error('The planner gave no executor for this supergraph.');
      for (const [name, { parseValue, parseLiteral }] of Object.entries(scalars)) {
        Object.assign(unifiedGraph.getType(name) ?? {}, { parseValue, parseLiteral });
      }
      for (const listener of listeners) listener({ apiSchema: unifiedGraph, coreSupergraphSdl: supergraphSdl });
      const run: GatewayExecutor = async ({ document, request, operationName, operation, context }) => {
        const variables = request.variables ?? {};
        const named = operationName ? { operationName } : {};
        const operationType = operation.operation;
        const result = (await executor({ document, variables, ...named, operationType, context })) as ExecutionResult<
          Record<string, unknown>
        >;
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
      return { executor: run };
    },
    async stop() {
      await Promise.all([...transports.values()].map((transport) => transport.close()));
    },
  };
}
