// /graphql: GraphQL over HTTP, one operation and one answer. What is well-formed is performed; which type and status the
// answer has, is decided here alone. Knows nothing of what an operation does.
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { GraphQLError } from 'graphql';
import type { Documents } from '../documents.ts';
import { type Answer, type Executes, perform } from '../operation.ts';
import type { Route } from '../pages/page.ts';
import type { Subscriptions } from '../subscriptions.ts';
import { read } from './body.ts';
import { encode } from './encoding.ts';
import { graphqlResponse, json, takenBy } from './media.ts';
import { forged, type Origins } from './origin.ts';
import { type Parameters, parametersOfBody, parametersOfSearch } from './parameters.ts';
import { Refusal, resultOf } from './refusal.ts';
import { searchOf } from './target.ts';

/** What answers. */
export interface GraphqlOptions<Context extends object> {
  server: Executes<Context>;
  /** What resolvers get for one request. `signal` ends when the client hangs up. */
  context(signal: AbortSignal, cacheControl: string | undefined, headers: IncomingHttpHeaders): Context;
  /** Whose pages may ask. */
  origins: Origins;
  documents: Documents;
  /** What tells events; without it, subscriptions are answered with what says so. */
  subscriptions?: Pick<Subscriptions, 'parts'> | undefined;
}

/** The methods that there are here. */
export const methods = 'GET, HEAD, POST, OPTIONS';

/** Serves GraphQL over HTTP. */
export function graphqlRoute<Context extends object>({
  server,
  context,
  origins,
  documents,
  subscriptions,
}: GraphqlOptions<Context>): Route {
  async function answered(
    request: IncomingMessage,
    response: ServerResponse,
    parameters: Parameters,
    method: 'GET' | 'POST',
  ): Promise<Answer> {
    const hungUp = new AbortController();
    response.once('close', () => {
      if (!response.writableEnded) hungUp.abort();
    });
    let contextValue: Context;
    try {
      contextValue = context(hungUp.signal, request.headers['cache-control'], request.headers);
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      return saying(error);
    }
    return perform(server, contextValue, { ...parameters, method });
  }

  return async (request, response) => {
    const { single, parts } = takenBy(request.headers.accept);
    try {
      const method = methodOf(request);
      const parameters = method === 'POST' ? parametersOfBody(await read(request)) : parametersIn(request, origins);
      const inParts = parts && method === 'POST' && subscriptions;
      if (!single && !inParts) throw new Refusal(406, `What answers is ${json} or ${graphqlResponse}.`);
      const asked = documents.resolve(parameters);
      const answer = inParts
        ? await subscriptions.parts(request, response, asked)
        : await answered(request, response, asked, method);
      const type = single ?? json;
      if (answer) await send(request, response, type, statusOf(answer, type), answer);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { status, headers } = error;
      // No request was taken: by the specification the answer is then not of its own type.
      const refused = { result: resultOf(error), status, headers: Object.entries(headers) };
      await send(request, response, json, status, refused);
    }
  };
}

/** GET for HEAD: HTTP leaves the body out by itself. */
function methodOf({ method }: IncomingMessage): 'GET' | 'POST' {
  if (method === 'POST') return method;
  if (method === 'GET' || method === 'HEAD') return 'GET';
  throw new Refusal(405, 'Ask with POST; or, for queries, with GET.', { allow: methods });
}

function parametersIn(request: IncomingMessage, origins: Origins): Parameters {
  const wrong = forged(request.headers, origins);
  if (wrong) throw new Refusal(400, wrong);
  return parametersOfSearch(searchOf(request.url));
}

/** An error that was thrown before anything was performed. */
function saying({ message, extensions: { http, ...extensions } }: GraphQLError): Answer {
  const { status = 500 } = (http ?? {}) as { status?: number };
  return { result: { errors: [{ message, extensions }] }, status, headers: [] };
}

/**
 * The status of an answer. 294 (partial success) and the statuses of what is no GraphQL, or not of this schema, are for
 * who takes the type that explains them; with plain JSON, which clients read only when it is 200, they are 200.
 */
function statusOf({ result, status }: Answer, single: string): number {
  const strict = single === graphqlResponse;
  if (result.data !== undefined) return strict && result.errors?.length ? 294 : 200;
  if (strict) return status >= 400 ? status : 400;
  return status === 400 ? 200 : status;
}

async function send(
  request: IncomingMessage,
  response: ServerResponse,
  type: string,
  status: number,
  { result: { errors, data, extensions }, headers }: Answer,
): Promise<void> {
  const text = `${JSON.stringify({ errors, data, extensions })}\n`;
  const packed = await encode(text, request.headers['accept-encoding']);
  for (const [name, value] of headers) response.setHeader(name, value);
  if (packed) response.setHeader('content-encoding', packed.encoding);
  if (status === 294) response.statusMessage = 'Partial Success';
  response.writeHead(status, {
    'content-type': type,
    'content-length': packed ? packed.body.length : Buffer.byteLength(text),
    // Personal data, or an error about it. There is no `Age` beside it: an answer is of many ages, which `provenance` and
    // `extensions.continuity` tell, and HTTP's header would give the oldest of them as if it were of all.
    'cache-control': 'private, no-store',
  });
  response.end(packed ? packed.body : text);
}
