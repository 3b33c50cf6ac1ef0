// One operation of a client through every step of Apollo Server: the answer, or, where the client can take more than one,
// the events of a subscription, each worded as an answer is. Knows neither sockets nor the protocols over them.
import { type GraphQLRequest, type GraphQLResponse, HeaderMap } from '@apollo/server';
import { type ExecutionResult, type GraphQLFormattedError, getOperationAST, parse } from 'graphql';
import type { Parameters } from './http/parameters.ts';
import { relay } from './relay.ts';
import type { Events, Subscriber } from './supergraph.ts';
import type { Result } from './wording.ts';

/** A GraphQL server that is started, as far as operations need it. */
export interface Executes<Context extends object> {
  executeOperation(request: GraphQLRequest, options: { contextValue: Context }): Promise<GraphQLResponse>;
}

/** What a client asks. Over GET the server takes queries alone, so that no link changes anything. */
export interface Asked extends Omit<Parameters, 'documentId'> {
  method: 'GET' | 'POST';
}

/** One result, with the HTTP status and headers that it would have by itself. */
export interface Answer {
  result: Result;
  status: number;
  headers: Iterable<[string, string]>;
}

/**
 * What the server is told of HTTP: the method. An Accept that is there and empty spares it the choice of a type of
 * incremental delivery, a thirtieth of all that it does for a request.
 */
const headers = new HeaderMap([['accept', '']]);
const heads = {
  GET: { method: 'GET', headers, search: '', body: null },
  POST: { method: 'POST', headers, search: '', body: null },
};

/** Performs one operation that has one answer. */
export async function perform<Context extends object>(
  server: Executes<Context>,
  contextValue: Context,
  { method, ...request }: Asked,
): Promise<Answer> {
  const { body, http } = await server.executeOperation({ ...request, http: heads[method] }, { contextValue });
  const result = body.kind === 'single' ? body.singleResult : body.initialResult;
  return { result, status: http.status ?? 200, headers: http.headers };
}

/** What operations with many answers are performed with. */
export interface SubscribeOptions<Context extends object> {
  server: Executes<Context>;
  /** What becomes of each event, as of any answer, before it leaves. */
  wording: {
    error(error: unknown): GraphQLFormattedError;
    result(result: Result, context: Context): Result;
  };
  /** What resolvers get for one client request, and anew for each event. */
  context(signal: AbortSignal, cacheControl: string | undefined): Context;
}

/** Whose request it is: their words on what they take, and what ends when they hang up. */
export interface Whose {
  cacheControl: string | undefined;
  signal: AbortSignal;
}

/** Performs any operation: events where it is a subscription, else its one answer. */
export async function subscribe<Context extends object>(
  { server, wording, context }: SubscribeOptions<Context>,
  asked: Asked,
  { signal, cacheControl }: Whose,
): Promise<Answer | { events: Events }> {
  const ask = () => context(signal, cacheControl);
  const given: { events?: Events } = {};
  let current = ask();
  const subscriber: Context & Subscriber<Context> = {
    ...current,
    onEvents(events) {
      given.events = events;
    },
    next() {
      current = ask();
      return current;
    },
  };
  // To be told of something changes nothing.
  const method = asked.method === 'GET' && isSubscription(asked) ? 'POST' : asked.method;
  const answer = await perform(server, subscriber, { ...asked, method });
  if (!given.events) return answer;
  const events = relay(given.events, {
    each: ({ data = null, errors }): Result =>
      wording.result({ data, ...(errors && { errors: errors.map((error) => wording.error(error)) }) }, current),
    failed: (error): Result => ({ data: null, errors: [wording.error(error)] }),
  });
  return { events: events as AsyncGenerator<ExecutionResult> };
}

function isSubscription({ query = '', operationName }: Asked): boolean {
  try {
    return getOperationAST(parse(query), operationName)?.operation === 'subscription';
  } catch {
    return false; // It is no GraphQL, which the server says in its own words.
  }
}
