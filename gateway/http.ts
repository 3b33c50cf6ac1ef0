// The HTTP front: /graphql, /health, /ready, and the pages that it is given. Thin: one socket server, a table of paths,
// Apollo Server behind one of them.
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ApolloServer, HeaderMap } from '@apollo/server';
import { type Route, wantsPage } from './pages/page.ts';

/** What the front serves: a GraphQL server that is started, and how to tell whether it is well. */
export interface Front<Context extends object> {
  server: ApolloServer<Context>;
  /** What resolvers get for one request. `signal` ends when the client hangs up. */
  context(signal: AbortSignal, cacheControl: string | undefined, headers: IncomingHttpHeaders): Context;
  /** What /ready says besides whether this process takes requests; asked each time. */
  readiness?(): { degraded: boolean; [detail: string]: unknown };
  /** What else is served, by path. A browser that opens /graphql gets `/sandbox`. */
  pages?: ReadonlyMap<string, Route>;
  /** What is told as it happens, at /graphql/stream; sent away when the front closes, since it would not end by itself. */
  subscriptions?: { route: Route; close(): void };
}

/** A front that listens. */
export interface Listening {
  /** `http://127.0.0.1:4000` */
  url: string;
  /** Takes no more requests, finishes those that are under way (at most `graceMs`), and ends. */
  close(graceMs?: number): Promise<void>;
}

/** The largest request body, in bytes: a page's query and variables are a few thousand. */
export const largestRequest = 1024 * 1024;

/** How long requests under way may take at the end, in ms: longer than any of them can wait for a system. */
const defaultGraceMs = 10_000;

/** Starts to listen on a port. Throws an error that says what to do when it is taken. */
export async function listen<Context extends object>(
  front: Front<Context>,
  port: number,
  host: string,
): Promise<Listening> {
  return listenBy(front, async (http) => {
    await bound(http, port, host);
    return `http://${host}:${(http.address() as AddressInfo).port}`;
  });
}

/** Starts to listen wherever `bind` lets it; that gives the address. */
export async function listenBy<Context extends object>(
  front: Front<Context>,
  bind: (http: Server) => Promise<string>,
): Promise<Listening> {
  let stopping = false;
  const table = routes(front, () => stopping);
  const http = createServer((request, response) => {
    answer(table, request, response, stopping).catch((error: unknown) => {
      if (!response.headersSent) plain(response, 500, 'Lintel could not answer this. It is a fault of Lintel.');
      response.destroy(error instanceof Error ? error : undefined);
    });
  });
  const url = await bind(http);
  return {
    url,
    close: (graceMs = defaultGraceMs) => {
      stopping = true;
      front.subscriptions?.close();
      return new Promise((resolve) => {
        const force = setTimeout(() => http.closeAllConnections(), graceMs);
        http.close(() => {
          clearTimeout(force);
          resolve();
        });
        http.closeIdleConnections();
      });
    },
  };
}

function bound(http: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once('error', (error: NodeJS.ErrnoException) => {
      const sentences: Record<string, string> = {
        EADDRINUSE: `Port ${port} is already in use. Stop what uses it, or choose another, e.g. --port ${port + 100}.`,
        EACCES: `Port ${port} is not for this account to listen on. Choose one above 1023, e.g. --port 4000.`,
      };
      reject(error.code && error.code in sentences ? new Error(sentences[error.code], { cause: error }) : error);
    });
    http.listen(port, host, resolve);
  });
}

/** Every path there is. */
function routes<Context extends object>(front: Front<Context>, stopping: () => boolean): ReadonlyMap<string, Route> {
  const sandbox = front.pages?.get('/sandbox');
  return new Map<string, Route>([
    ...(front.pages ?? []),
    [
      '/graphql',
      (request, response) => {
        // Who takes nothing but events is answered with events here too: some clients know of one address alone.
        if (front.subscriptions && request.headers.accept === 'text/event-stream')
          return front.subscriptions.route(request, response);
        const { search, searchParams } = addressOf(request);
        const opened =
          ['GET', 'HEAD'].includes(request.method ?? '') && wantsPage(request) && !searchParams.has('query');
        return opened && sandbox ? sandbox(request, response) : graphql(front, request, response, search);
      },
    ],
    ...(front.subscriptions ? [['/graphql/stream', front.subscriptions.route] as const] : []),
    ['/health', (_request, response) => json(response, 200, { status: 'alive' })],
    [
      '/ready',
      (_request, response) => {
        if (stopping()) return json(response, 503, { status: 'stopping' });
        const { degraded, ...detail } = front.readiness?.() ?? { degraded: false };
        return json(response, 200, { status: degraded ? 'degraded' : 'ready', ...detail });
      },
    ],
  ]);
}

/** What a request asks for; of its host nothing is believed. */
export function addressOf({ url = '/' }: { url?: string | undefined }): URL {
  return new URL(url, 'http://localhost');
}

async function answer(
  table: ReadonlyMap<string, Route>,
  request: IncomingMessage,
  response: ServerResponse,
  stopping: boolean,
): Promise<void> {
  // An answer that ends a connection lets clients go elsewhere while this process stops.
  if (stopping) response.setHeader('connection', 'close');
  const { pathname } = addressOf(request);
  const route = table.get(pathname);
  if (route) return route(request, response);
  return plain(response, 404, `There is nothing at ${pathname}. GraphQL is at /graphql.\n`);
}

async function graphql<Context extends object>(
  { server, context }: Front<Context>,
  request: IncomingMessage,
  response: ServerResponse,
  search: string,
): Promise<void> {
  const body = request.method === 'POST' ? await read(request) : '';
  if (body === null) return plain(response, 413, `A request may have at most ${largestRequest} bytes.\n`);
  const headers = headersOf(request);
  const hungUp = new AbortController();
  response.once('close', () => {
    if (!response.writableEnded) hungUp.abort();
  });
  const result = await server.executeHTTPGraphQLRequest({
    httpGraphQLRequest: { method: request.method ?? 'GET', headers, search, body: parsed(body) },
    context: async () => context(hungUp.signal, request.headers['cache-control'], request.headers),
  });
  response.statusCode = result.status ?? 200;
  for (const [name, value] of result.headers) response.setHeader(name, value);
  // Personal data, or an error about it. There is no `Age` beside it: an answer is of many ages, which `provenance` and
  // `extensions.continuity` tell, and HTTP's header would give the oldest of them as if it were of all.
  response.setHeader('cache-control', 'private, no-store');
  if (result.body.kind === 'complete') {
    response.end(result.body.string);
    return;
  }
  for await (const chunk of result.body.asyncIterator) response.write(chunk);
  response.end();
}

/** A request's headers as Apollo Server wants them. */
export function headersOf({ headers: given }: IncomingMessage): HeaderMap {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return headers;
}

/** The whole body, or null where it is larger than is taken. */
export async function read(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largestRequest) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** A body as Apollo Server wants it: parsed; what is no JSON it refuses itself when given as text. */
function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
  response.end(`${JSON.stringify(value, null, 2)}\n`);
}

/** Answers with text. */
export function plain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(text);
}
