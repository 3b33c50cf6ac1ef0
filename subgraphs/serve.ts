// One subgraph as a process of its own: the GraphQL server that a gateway asks over HTTP.
import { ApolloServer, HeaderMap } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { type ExecutionResult, GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { GatheringAsker } from './continuity/asker.ts';
import type { Subgraph } from './subgraph.ts';

/** What a request's resolvers get, and whose request it is. */
export interface SubgraphContext {
  asker: GatheringAsker;
  /** Takes the events of a subscription; absent where whoever asks takes one answer. */
  onEvents?: (events: AsyncIterable<ExecutionResult>) => void;
}

/** A result as it leaves: a gateway adds what it has touched to what its other subgraphs have. */
function withContinuity<R extends { extensions?: Record<string, unknown> }>(result: R, { asker }: SubgraphContext): R {
  return { ...result, extensions: { ...result.extensions, continuity: Object.fromEntries(asker.touched) } };
}

/** How a subgraph words the events of a subscription: as it does its answers. What may be told, the gateway decides. */
export const subgraphWording = {
  error: (error: unknown): GraphQLFormattedError =>
    error instanceof GraphQLError ? error.toJSON() : { message: 'The subgraph failed.' },
  result: withContinuity,
};

const oneAnswer = 'A subscription has many answers: ask with accept: text/event-stream.';

/** A subgraph's server, ready to start. Its errors keep the mark of their failed call: the gateway collapses by it. */
export function subgraphServer(subgraph: Pick<Subgraph, 'schema' | 'subscribe'>): ApolloServer<SubgraphContext> {
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
            // Apollo Server gives one answer: the events of a subscription are handed over beside it.
            async responseForOperation({ operation, document, request, contextValue }) {
              if (operation?.operation !== 'subscription') return null;
              const { asker, onEvents } = contextValue;
              const { variables, operationName } = request;
              const given = onEvents
                ? await subgraph.subscribe({ document, variables, operationName, asker })
                : { errors: [new GraphQLError(oneAnswer, { extensions: { code: 'BAD_REQUEST' } })] };
              const http = { status: undefined, headers: new HeaderMap() };
              if (!(Symbol.asyncIterator in given)) return { http, body: { kind: 'single', singleResult: given } };
              onEvents?.(given);
              return { http, body: { kind: 'single', singleResult: {} } };
            },
            async willSendResponse({ response: { body }, contextValue }) {
              if (body.kind === 'single') body.singleResult = withContinuity(body.singleResult, contextValue);
            },
          };
        },
      },
    ],
  });
}
