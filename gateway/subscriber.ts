// One operation of a client that can take more than one answer: through every step of Apollo Server that one at /graphql
// goes through, and then its events, each worded as an answer is. Knows neither sockets nor the protocol over them.
import type { ApolloServer, HeaderMap } from '@apollo/server';
import type { ExecutionResult } from 'graphql';
import { getOperationAST, parse } from 'graphql';
import type { GatheringAsker } from '../subgraphs/continuity/asker.ts';
import { relay } from './relay.ts';
import type { Events, Subscriber } from './supergraph.ts';
import type { Result, Wording } from './wording.ts';

/** What operations are performed with. */
export interface PerformOptions {
  /** Started. */
  server: ApolloServer<GatheringAsker>;
  wording: Wording;
  /** What resolvers get for one client request, and anew for each event. */
  context(signal: AbortSignal, cacheControl: string | undefined): GatheringAsker;
}

/** What a client asks. */
export interface Asked {
  query: string;
  variables?: Record<string, unknown> | undefined;
  operationName?: string | undefined;
  extensions?: Record<string, unknown> | undefined;
  method: string;
  headers: HeaderMap;
  search: string;
  /** Ends when the client hangs up. */
  signal: AbortSignal;
}

/** What came of it: events, or one result with the HTTP status that it would have by itself. */
export type Performed = { events: Events } | { result: Result; status: number };

/** Performs one operation. */
export async function perform({ server, wording, context }: PerformOptions, asked: Asked): Promise<Performed> {
  const { query, variables, operationName, extensions, method, headers, search, signal } = asked;
  const ask = () => context(signal, headers.get('cache-control'));
  const given: { events?: Events } = {};
  let asker = ask();
  const subscriber: GatheringAsker & Subscriber = {
    ...asker,
    onEvents(events) {
      given.events = events;
    },
    next() {
      asker = ask();
      return asker;
    },
  };
  const request = {
    query,
    ...(variables && { variables }),
    ...(operationName && { operationName }),
    ...(extensions && { extensions }),
    // Over GET the server takes queries alone, so that no link changes anything. To be told of something changes nothing.
    http: { method: isSubscription(asked) ? 'POST' : method, headers, search, body: null },
  };
  const { body, http } = await server.executeOperation(request, { contextValue: subscriber });
  if (!given.events) {
    const result = body.kind === 'single' ? body.singleResult : body.initialResult;
    return { result, status: http.status ?? 200 };
  }
  const events = relay(given.events, {
    each: ({ data = null, errors }): Result =>
      wording.result({ data, ...(errors && { errors: errors.map((error) => wording.error(error)) }) }, asker),
    failed: (error): Result => ({ data: null, errors: [wording.error(error)] }),
  });
  return { events: events as AsyncGenerator<ExecutionResult> };
}

function isSubscription({ query, operationName }: Asked): boolean {
  try {
    return getOperationAST(parse(query), operationName)?.operation === 'subscription';
  } catch {
    return false; // It is no GraphQL, which the server says in its own words.
  }
}
