// /graphql/stream: GraphQL over server-sent events, by graphql-sse's protocol, one connection for each operation or one
// for all of a client's. Knows who may ask and how many at once; what an operation is, subscriber.ts knows.
import type { IncomingMessage } from 'node:http';
import { HeaderMap } from '@apollo/server';
import type { ExecutionResult } from 'graphql';
import { createHandler, type Request, type RequestParams, type Response, type ResponseHeaders } from 'graphql-sse';
import { addressOf, headersOf, largestRequest, plain, read } from './http.ts';
import type { Route } from './pages/page.ts';
import { relay } from './relay.ts';
import { createStream, type Stream, type StreamSurroundings } from './stream.ts';
import { type PerformOptions, perform } from './subscriber.ts';
import type { Events } from './supergraph.ts';

/** What subscriptions need. */
export interface SubscriptionOptions extends PerformOptions, StreamSurroundings {
  /** Tokens that nobody can guess. */
  id: () => string;
  /** Clients at once, and subscriptions at once. Default: see `usualMost`. */
  most?: number;
}

/** /graphql/stream. */
export interface Subscriptions {
  route: Route;
  /** Sends every client away. */
  close(): void;
}

/** Each costs a socket or a listener, and kilobytes: a thousand are megabytes. */
const usualMost = 1_000;

/** How long a stream that is announced (one connection for all) is waited for, in ms: its client opens it at once. */
const openWithinMs = 30_000;

const tokenHeader = 'x-graphql-event-stream-token';

const tooMany = 'As many are told of changes as this Lintel can tell. Come back later.';

/** What each request of the protocol comes with. */
interface Seat {
  stream: Stream;
  headers: HeaderMap;
}

/** Serves subscriptions and, as the protocol has it, queries and mutations. */
export function createSubscriptions(options: SubscriptionOptions): Subscriptions {
  const { id, clock, most = usualMost } = options;
  const streams = new Set<Stream>();
  /** Streams with a token: one connection for all of a client's operations. */
  const announced = new Map<string, Stream>();
  let subscriptions = 0;
  let stopping = false;

  const handle = createHandler<IncomingMessage | null, Seat>({
    authenticate({ method, context: { stream, headers }, url }) {
      if (method !== 'PUT') return tokenOf(headers, url);
      const token = id();
      hold(stream);
      announced.set(token, stream);
      stream.signal.addEventListener('abort', () => announced.delete(token), { once: true });
      clock.after(openWithinMs, () => forgotten(token, stream));
      return token;
    },
    onSubscribe: performed,
    // The next event is made only when the client has taken this one: what changes meanwhile is told once, as it then is.
    onNext: (_context, { context }) => context.stream.taken(),
  });

  function hold(stream: Stream): void {
    streams.add(stream);
    stream.signal.addEventListener('abort', () => streams.delete(stream), { once: true });
  }

  /** To open it is the protocol's only way to be rid of a stream that nobody has opened. */
  async function forgotten(token: string, stream: Stream): Promise<void> {
    if (stream.opened || stream.signal.aborted) return;
    const headers = new HeaderMap([
      [tokenHeader, token],
      ['accept', 'text/event-stream'],
    ]);
    const context: Seat = { stream, headers };
    const [events] = await handle({ method: 'GET', url: '/', headers, body: null, raw: null, context });
    if (events && typeof events !== 'string') await events.return(undefined);
    stream.close();
  }

  async function performed(request: Request<unknown, Seat>, params: RequestParams): Promise<Events | Response> {
    const { method, url, context } = request;
    const { stream, headers } = context;
    const { search } = addressOf({ url });
    const asked = { ...params, method, headers, search, signal: stream.signal };
    const done = await perform(options, asked);
    if ('result' in done) {
      const said = 'data' in done.result || headers.get('accept') === 'text/event-stream';
      return said ? only(done.result as ExecutionResult) : json(done.status, done.result);
    }
    if (subscriptions >= most) {
      await done.events[Symbol.asyncIterator]().return?.();
      return json(503, { errors: [{ message: tooMany }] });
    }
    subscriptions += 1;
    return relay(done.events, {
      each: (event) => event,
      ended() {
        subscriptions -= 1;
      },
    });
  }

  return {
    async route(request, response) {
      const wrong = refusal(request);
      if (wrong) return plain(response, 400, wrong);
      const { method = 'GET', url = '/' } = request;
      const headers = headersOf(request);
      // Clients of other protocols accept more than this besides; what answers is the same.
      const opens = headers.get('accept')?.includes('text/event-stream') ?? false;
      if (opens) headers.set('accept', 'text/event-stream');
      const token = tokenOf(headers, url);
      const known = announced.get(token ?? '');
      if (stopping || (!known && (opens || method === 'PUT') && streams.size >= most)) {
        response.setHeader('retry-after', '60');
        return plain(response, 503, stopping ? 'Lintel is stopping.\n' : `${tooMany}\n`);
      }
      if (!token && !opens && method !== 'PUT')
        return plain(
          response,
          406,
          'Answers here go on: ask with accept: text/event-stream. One answer is at /graphql.\n',
        );
      const body = method === 'POST' ? await read(request) : '';
      if (body === null) return plain(response, 413, `A request may have at most ${largestRequest} bytes.\n`);
      const stream = known ?? createStream(options);
      const [answer, init] = await handle({ method, url, headers, body, raw: request, context: { stream, headers } });
      response.writeHead(init.status, { ...heading(init.headers), 'cache-control': 'private, no-store, no-transform' });
      if (!answer || typeof answer === 'string') {
        response.end(answer ?? '');
        return;
      }
      if (!known) hold(stream);
      if (stopping) stream.close();
      await stream.pour(response, answer);
    },
    close() {
      stopping = true;
      for (const stream of [...streams]) stream.close();
    },
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

function tokenOf(headers: HeaderMap, url: string): string | null {
  return headers.get(tokenHeader) ?? addressOf({ url }).searchParams.get('token');
}

/** Headers that a page from elsewhere cannot send without leave (CORS), as at /graphql; and the browser's own word. */
const leave = ['x-apollo-operation-name', 'apollo-require-preflight', tokenHeader];

/** Why a request may come from a page elsewhere that makes a browser ask, or null. PUT and DELETE no such page can send. */
function refusal({ method, headers }: IncomingMessage): string | null {
  const json = headers['content-type']?.split(';')[0]?.trim().toLowerCase() === 'application/json';
  if (method === 'POST' && !json) return 'Send the operation as content-type: application/json.\n';
  if (method !== 'GET' || json || headers['sec-fetch-site'] === 'same-origin') return null;
  return leave.some((name) => headers[name])
    ? null
    : `Ask with POST and content-type: application/json; or with GET and one of the headers ${leave.join(', ')}.\n`;
}
