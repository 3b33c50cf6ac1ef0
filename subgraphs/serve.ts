// One subgraph as a process of its own: the GraphQL server that a gateway asks over HTTP.
import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { GatheringAsker } from './continuity/asker.ts';
import type { Subgraph } from './subgraph.ts';

/** What a request's resolvers get, and whose request it is. */
export interface SubgraphContext {
  asker: GatheringAsker;
}

/** A subgraph's server, ready to start. Its errors keep the mark of their failed call: the gateway collapses by it. */
export function subgraphServer(subgraph: Subgraph): ApolloServer<SubgraphContext> {
  return new ApolloServer<SubgraphContext>({
    schema: subgraph.schema,
    introspection: true,
    // A subgraph is asked by gateways, never by a browser's form.
    csrfPrevention: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      {
        async requestDidStart() {
          return {
            async willSendResponse({ response: { body }, contextValue }) {
              if (body.kind !== 'single') return;
              // A gateway adds this to what its other subgraphs have touched.
              const continuity = Object.fromEntries(contextValue.asker.touched);
              body.singleResult.extensions = { ...body.singleResult.extensions, continuity };
            },
          };
        },
      },
    ],
  });
}
