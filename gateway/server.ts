// Apollo Server around the gateway: which plugins, which errors, which answers. Knows neither HTTP sockets nor systems.
import { ApolloServer, type GraphQLResponse, HeaderMap } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { type DocumentNode, GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Logger } from 'pino';
import { createAsker, type GatheringAsker } from '../subgraphs/continuity/asker.ts';
import { createCache } from './engine/cache.ts';
import type { Answer } from './engine/index.ts';
import { limits, withinLimits } from './limits.ts';
import type { Asked, Executes } from './operation.ts';
import type { Answered } from './requests.ts';
import { type Gateway, onlyReady } from './supergraph.ts';
import { unwrapped, type Wording } from './wording.ts';

/** What the server needs besides the gateway. */
export interface ServerOptions {
  gateway: Gateway;
  log: Logger;
  wording: Wording;
  /** Told of every request that was answered, with the codes that the client is told. */
  onAnswered?: Answered | undefined;
}

/** Apollo Server, ready to start. */
export function createServer({ gateway, log, wording, onAnswered }: ServerOptions): ApolloServer<GatheringAsker> {
  return new ApolloServer<GatheringAsker>({
    gateway,
    // Open until access control is in: until then nothing listens beyond this machine.
    introspection: true,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    logger: log,
    parseOptions: { maxTokens: limits.tokens },
    validationRules: [withinLimits],
    documentStore: documentStore(),
    formatError: (formatted, error) => (tooDeep(formatted, error) ? deep : wording.error(error, formatted)),
    plugins: [
      // None of Apollo's reporting, tracing or cache hints is used; each costs time on every request.
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      {
        async requestDidStart() {
          const begunMs = performance.now();
          return {
            async responseForOperation({
              request,
              source,
              document,
              operation,
              queryHash: hash = source,
              contextValue,
            }) {
              if (!operation) return responseOf({ errors: [unresolved(request.operationName)] }, wording);
              const asked = { document, hash, operationName: operation.name?.value, variables: request.variables };
              try {
                return responseOf(await gateway.answer(asked, contextValue), wording);
              } catch (error) {
                return responseOf({ errors: [error] }, wording, 500);
              }
            },
            async willSendResponse({ response, contextValue }) {
              if (onlyReady in contextValue) return;
              const { body } = response;
              if (body.kind === 'single') body.singleResult = wording.result(body.singleResult, contextValue);
              // Who has hung up is told nothing.
              if (contextValue.signal?.aborted) return;
              const told = body.kind === 'single' ? body.singleResult : body.initialResult;
              onAnswered?.(
                performance.now() - begunMs,
                told.errors?.map(({ extensions }) => `${extensions?.code}`) ?? [],
              );
            },
          };
        },
      },
    ],
  });
}

const noHeaders = new HeaderMap();

/** An answer in Apollo Server's words, its errors in the client's. @param status of HTTP, where it is no usual one. */
function responseOf(
  { data, errors }: Pick<Answer, 'data'> & { errors?: readonly unknown[] | undefined },
  wording: Wording,
  status?: number,
): GraphQLResponse {
  const singleResult = {
    ...(data !== undefined && { data }),
    ...(errors && { errors: errors.map((error) => wording.error(error)) }),
  };
  return { body: { kind: 'single', singleResult }, http: { status, headers: noHeaders } };
}

/** Makes everything ready for an operation, and executes nothing. One that is no longer of this schema is left alone. */
export async function warm(
  server: Executes<GatheringAsker>,
  operation: Pick<Asked, 'query' | 'operationName'>,
): Promise<void> {
  const asker = createAsker(new AbortController().signal);
  await server.executeOperation(operation, { contextValue: Object.assign(asker, { [onlyReady]: true }) });
}

/** What is told of a document whose words are nested deeper than the parser can follow. */
const deep = {
  message: 'Syntax Error: the document is nested too deeply to be read.',
  extensions: { code: 'GRAPHQL_PARSE_FAILED' },
};

function tooDeep({ extensions }: GraphQLFormattedError, error: unknown): boolean {
  if (extensions?.code !== deep.extensions.code) return false;
  return unwrapped(error) instanceof RangeError;
}

/** How much is kept of documents that were read and found valid, in bytes: six hundred pages, or thousands of small ones. */
const documentBytes = 32 * 1024 * 1024;

/**
 * Documents by their hash. Apollo Server's own writes each out as JSON to learn how large it is, which takes longer than to
 * read it; in memory a document has some thirty times the bytes of its text.
 */
function documentStore() {
  const kept = createCache<DocumentNode>(documentBytes);
  return {
    get: async (key: string) => kept.get(key),
    set: async (key: string, document: DocumentNode) => kept.set(key, document, 1_024 + 32 * (document.loc?.end ?? 0)),
    delete: async (key: string) => kept.delete(key),
  };
}

/** Which of a document's operations is meant cannot be told. */
function unresolved(name: string | undefined): GraphQLError {
  const message = name
    ? `Unknown operation named "${name}".`
    : 'Must provide operation name if query contains multiple operations.';
  return new GraphQLError(message, { extensions: { code: 'OPERATION_RESOLUTION_FAILURE' } });
}
