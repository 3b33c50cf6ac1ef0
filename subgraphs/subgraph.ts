// SDL + resolvers + adapter -> one executable subgraph, with loaders for each request. Every system is put together
// here in the same way; none knows of the others.
import { readFileSync } from 'node:fs';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { type DocumentNode, type ExecutionResult, execute, type GraphQLSchema, parse, subscribe } from 'graphql';
import type { Asker } from './continuity/asker.ts';
import type { ResolverMap, SystemDefinition } from './continuity/definition.ts';
import type { Intake } from './continuity/intake.ts';
import { keptAlone, loadersOf } from './continuity/loaders.ts';
import { receiptResolvers } from './continuity/receipt.ts';
import { scalars } from './continuity/scalars.ts';
import type { Reader } from './continuity/system.ts';
import { type WritesAside, writesOf } from './continuity/writes.ts';

/** A subgraph that can be executed. */
export interface Subgraph {
  name: string;
  schema: GraphQLSchema;
  /** What resolvers get for one client request. */
  contextOf(asker: Asker): object;
  /** Executes one operation that is known to be valid. */
  execute(request: SubgraphRequest): Promise<ExecutionResult>;
  /** Executes one subscription that is known to be valid: its events, or a result that says why there are none. */
  subscribe(request: SubgraphRequest): Promise<ExecutionResult | AsyncIterable<ExecutionResult>>;
}

/** One operation for a subgraph. */
export interface SubgraphRequest {
  document: DocumentNode;
  variables?: Record<string, unknown> | undefined;
  operationName?: string | undefined;
  /** Whose request it is: operations of the same one share loaders, so that equal keys are read once. */
  asker: Asker;
}

/** The federation directives that the systems' schemas use. */
const federation = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.5",
  import: ["@key", "@shareable", "@external", "@requires"])\n`;

/** A subgraph's whole schema as it serves it: federation, what all share, its own. */
export function subgraphSdl(name: string): string {
  const file = (part: string) => readFileSync(new URL(`../schema/${part}.graphql`, import.meta.url), 'utf8');
  return federation + file('common') + file(name);
}

/** The subgraph of a running system. Its resolvers get the `Verbs` of its reads and its `Writes`; `intake` null: nothing can be written. */
export function systemSubgraph(
  { name, resolvers }: Pick<SystemDefinition, 'name' | 'resolvers'>,
  system: Reader,
  intake: Intake | null = null,
  aside?: WritesAside,
): Subgraph {
  const contextOf = (asker: Asker) => ({
    ...loadersOf(system, asker),
    kept: loadersOf(system, keptAlone),
    ...writesOf(name, intake, asker, aside),
  });
  return executable(name, resolvers, contextOf);
}

/**
 * An executable subgraph out of its schema file and resolvers.
 * @param contextOf what resolvers get as their context, made once for each client request.
 */
export function executable(name: string, resolvers: object, contextOf: (asker: Asker) => object): Subgraph {
  const schema = buildSubgraphSchema([
    {
      typeDefs: parse(subgraphSdl(name)),
      resolvers: { ...scalars, ...receiptResolvers, ...(resolvers as ResolverMap) },
    },
  ]);
  const contexts = new WeakMap<object, object>();
  const argsOf = ({ document, variables, operationName, asker }: SubgraphRequest) => {
    let contextValue = contexts.get(asker);
    if (!contextValue) {
      contextValue = contextOf(asker);
      contexts.set(asker, contextValue);
    }
    return {
      schema,
      document,
      contextValue,
      ...(variables && { variableValues: variables }),
      ...(operationName && { operationName }),
    };
  };
  return {
    name,
    schema,
    contextOf,
    execute: async (request) => execute(argsOf(request)),
    subscribe: async (request) => subscribe(argsOf(request)),
  };
}
