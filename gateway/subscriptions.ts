// /graphql/stream: GraphQL over server-sent events, by graphql-sse's protocol, one connection for each operation or one
// for all of a client's. Knows who may ask and how many at once; what an operation is, operation.ts knows.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ExecutionResult } from 'graphql';
import { createHandler, type Request, type Response, type ResponseHeaders } from 'graphql-sse';
import { type CrowdOptions, createCrowd } from './crowd.ts';
import { createDocuments, type Documents } from './documents.ts';
import { read } from './http/body.ts';
import { partsFarewell, partsOf, partsType } from './http/multipart.ts';
import { forged, type Origins } from './http/origin.ts';
import { type Parameters, parametersOfBody, parametersOfSearch } from './http/parameters.ts';
import { Refusal, resultOf } from './http/refusal.ts';
import { plain } from './http/response.ts';
import { searchOf } from './http/target.ts';
import type { Answer } from './operation.ts';
import type { Route } from './pages/page.ts';
import { createStream, type Stream, type StreamSurroundings } from './stream.ts';
import type { Events } from './supergraph.ts';

/** What subscriptions need. */
export interface SubscriptionOptions<Context extends object> extends CrowdOptions<Context>, StreamSurroundings {
  /** Tokens that nobody can guess. */
  id: () => string;
  /** Whose pages may ask; none where it is left out. */
  origins?: Origins;
  /** Which documents are known by a name; none where it is left out. */
  documents?: Documents;
}

/** /graphql/stream. */
export interface Subscriptions {
  route: Route;
  /**
   * Performs an operation of a client that takes events as parts of the reply. Gives its one answer; or, where it is a
   * subscription, sends the events, and gives null. Throws a Refusal where there is no room.
   */
  parts(request: IncomingMessage, response: ServerResponse, parameters: Parameters): Promise<Answer | null>;
  /** Sends every client away. */
  close(): void;
  /** Sends those away who subscribe, to come back. */
  dismiss(): void;
}

/** How long a stream that is announced (one connection for all) is waited for, in ms: its client opens it at once. */
const openWithinMs = 30_000;

const tokenHeader = 'x-graphql-event-stream-token';

/** What each request of the protocol comes with. */
interface Seat {
  stream: Stream;
  headers: Headers;
  parameters: Parameters;
}

/** Serves subscriptions and, as the protocol has it, queries and mutations. */
export function createSubscriptions<Context extends object>(options: SubscriptionOptions<Context>): Subscriptions {
  const { id, clock, origins = new Set<string>(), documents = createDocuments() } = options;
  const crowd = createCrowd(options);
  /** Streams with a token: one connection for all of a client's operations. */
  const announced = new Map<string, Stream>();

  const handle = createHandler<IncomingMessage | null, Seat>({
    authenticate({ method, context: { stream, headers }, url }) {
      if (method !== 'PUT') return tokenOf(headers, url);
      const token = id();
      crowd.hold(stream);
      announced.set(token, stream);
      stream.signal.addEventListener('abort', () => announced.delete(token), { once: true });
      clock.after(openWithinMs, () => forgotten(token, stream));
      return token;
    },
    onSubscribe: sent,
    // The next event is made only when the client has taken this one: what changes meanwhile is told once, as it then is.
    onNext: (_context, { context }) => context.stream.taken(),
  });

  /** To open it is the protocol's only way to be rid of a stream that nobody has opened. */
  async function forgotten(token: string, stream: Stream): Promise<void> {
    if (stream.opened || stream.signal.aborted) return;
    const headers = new Headers([
      [tokenHeader, token],
      ['accept', 'text/event-stream'],
    ]);
    const context: Seat = { stream, headers, parameters: {} };
    const [events] = await handle({ method: 'GET', url: '/', headers, body: null, raw: null, context });
    if (events && typeof events !== 'string') await events.return(undefined);
    stream.close();
  }

  async function sent({ method, context }: Request<unknown, Seat>): Promise<Events | Response> {
    const { stream, headers, parameters } = context;
    const whose = { signal: stream.signal, cacheControl: headers.get('cache-control') ?? undefined };
    const done = await taken(parameters, (asked) =>
      crowd.perform({ ...asked, method: method === 'GET' ? method : 'POST' }, whose, stream),
    );
    if (!done) return json(503, { errors: [{ message: crowd.full().message }] });
    if ('events' in done) return done.events;
    const said = 'data' in done.result || headers.get('accept') === 'text/event-stream';
    return said ? only(done.result as ExecutionResult) : json(done.status, done.result);
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/' } = request;
    const headers = headersOf(request);
    // Clients of other protocols accept more than this besides; what answers is the same.
    const opens = headers.get('accept')?.includes('text/event-stream') ?? false;
    if (opens) headers.set('accept', 'text/event-stream');
    const token = tokenOf(headers, url);
    const known = announced.get(token ?? '');
    const wrong = method === 'GET' ? forged(request.headers, origins) : null;
    if (wrong) throw new Refusal(400, wrong);
    if (crowd.stopping || (!known && (opens || method === 'PUT'))) crowd.admit();
    const parameters = method === 'POST' ? parametersOfBody(await read(request)) : parametersOfSearch(searchOf(url));
    if (!token && !opens && method !== 'PUT') {
      throw new Refusal(406, 'Answers here go on: ask with accept: text/event-stream. One answer is at /graphql.');
    }
    const stream = known ?? createStream(options);
    // The protocol's handler wants a text to be there; what is asked, `sent` finds by itself.
    const [given, init] = await handle({
      method,
      url: `${url}${url.includes('?') ? '&' : '?'}query=`,
      headers,
      body: { ...parameters, query: parameters.query ?? '' },
      raw: request,
      context: { stream, headers, parameters },
    });
    response.writeHead(init.status, { ...heading(init.headers), 'cache-control': 'private, no-store, no-transform' });
    if (!given || typeof given === 'string') {
      response.end(given ?? '');
      return;
    }
    if (!known) crowd.hold(stream);
    if (crowd.stopping) stream.close();
    await stream.pour(response, given);
  }

  /** What a request comes to; where it is not taken, that it is not. */
  async function taken<T>(parameters: Parameters, work: (asked: Parameters) => Promise<T>) {
    try {
      return await work(documents.resolve(parameters));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { result: resultOf(error), status: error.status };
    }
  }

  return {
    async parts(request, response, parameters) {
      crowd.admit();
      const stream = createStream(options, () => partsFarewell);
      const gone = () => stream.close();
      response.once('close', gone);
      crowd.hold(stream);
      const whose = { signal: stream.signal, cacheControl: request.headers['cache-control'] };
      const done = await crowd.perform({ ...parameters, method: 'POST' }, whose, stream);
      if (!done || !('events' in done)) {
        response.off('close', gone);
        crowd.letGo(stream);
        if (!done) throw crowd.full();
        return done;
      }
      const { events } = done;
      stream.signal.addEventListener('abort', () => events.return(undefined), { once: true });
      response.writeHead(200, {
        'content-type': partsType,
        'cache-control': 'private, no-store, no-transform',
        'x-content-type-options': 'nosniff',
        'x-accel-buffering': 'no',
      });
      await stream.pour(response, partsOf(events, clock, stream.signal));
      return null;
    },
    async route(request, response) {
      try {
        await answer(request, response);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        plain(response, error.status, `${error.message}\n`, error.headers);
      }
    },
    dismiss: crowd.dismiss,
    close: crowd.close,
  };
}

/** A result that is all there is. */
async function* only(result: ExecutionResult): AsyncGenerator<ExecutionResult> {
  yield result;
}

function json(status: number, value: object): Response {
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  return [JSON.stringify(value), { status, statusText: '', headers }];
}

/** The protocol's headers but for those that are HTTP's own business: `content-encoding: none` is no encoding there is. */
function heading({ connection: _hop, 'content-encoding': _none, ...headers }: ResponseHeaders = {}) {
  return { ...headers, 'x-content-type-options': 'nosniff', 'x-accel-buffering': 'no' };
}

function tokenOf(headers: Headers, url: string): string | null {
  return headers.get(tokenHeader) ?? searchOf(url).get('token');
}

/** A request's headers as the protocol's handler wants them. */
function headersOf({ headers: given }: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(given)) if (value !== undefined) headers.set(name, String(value));
  return headers;
}
