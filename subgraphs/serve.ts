// One subgraph as a process of its own: the GraphQL server that a gateway asks over HTTP.
import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { Subgraph } from './subgraph.ts';

/** A subgraph's server, ready to start. Its errors keep the mark of their failed call: the gateway collapses by it. */
export function subgraphServer(subgraph: Subgraph): ApolloServer<object> {
  return new ApolloServer<object>({
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
    ],
  });
}
