// Apollo Server with Hive's router runtime as its gateway, over undici.
import { ask } from './ask.ts';
import { peer, settings } from './settings.ts';

const { port, supergraphSdl, subgraphs } = settings();
const { unifiedGraphHandler } = await peer('@graphql-hive/router-runtime');
const { ApolloServer } = await peer('@apollo/server');
const { startStandaloneServer } = await peer('@apollo/server/standalone');
const { buildSchema, print } = await peer('graphql');

const asks = Object.fromEntries(
  await Promise.all(Object.entries(subgraphs).map(async ([name, url]) => [name, await ask(url)])),
);
const { unifiedGraph, executor } = await unifiedGraphHandler({
  unifiedGraph: buildSchema(supergraphSdl, { assumeValidSDL: true }),
  getUnifiedGraphSDL: () => supergraphSdl,
  onSubgraphExecute: (name: string, { document, variables, operationName }: Record<string, unknown>) =>
    asks[name.toLowerCase()](JSON.stringify({ query: print(document), variables, operationName })),
});

interface Asked {
  document: unknown;
  request: { variables?: unknown };
  operationName?: string | null;
  operation: { operation: string };
  context: unknown;
}
let load = (_schema: object) => {};
const gateway = {
  onSchemaLoadOrUpdate(listener: typeof load) {
    load = listener;
    return () => {};
  },
  async load() {
    load({ apiSchema: unifiedGraph, coreSupergraphSdl: supergraphSdl });
    return {
      executor: ({ document, request: { variables }, operationName, operation, context }: Asked) =>
        executor({
          document,
          variables,
          operationName: operationName ?? undefined,
          operationType: operation.operation,
          context,
        }),
    };
  },
  async stop() {},
};
const server = new ApolloServer({ gateway, introspection: true });
await startStandaloneServer(server, { listen: { host: '127.0.0.1', port } });
