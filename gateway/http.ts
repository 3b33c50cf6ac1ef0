// The HTTP front: /graphql, /health, /ready, and the pages that it is given. Thin: one socket server, a table of paths,
// Apollo Server behind one of them.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createDocuments, type Documents } from './documents.ts';
import { type GraphqlOptions, graphqlRoute, methods } from './http/graphql.ts';
import { type Hosts, hostRefusal } from './http/host.ts';
import { crossOrigin, type Origins } from './http/origin.ts';
import { Refusal, resultOf } from './http/refusal.ts';
import { json, plain } from './http/response.ts';
import { searchOf, targetOf } from './http/target.ts';
import { type Route, wantsPage } from './pages/page.ts';
import type { Subscriptions } from './subscriptions.ts';

/** What the front serves: a GraphQL server that is started, and how to tell whether it is well. */
export interface Front<Context extends object>
  extends Omit<GraphqlOptions<Context>, 'origins' | 'documents' | 'subscriptions'> {
  /** Hosts that it answers for besides the loopback ones; none where it is left out. */
  hosts?: Hosts;
  /** Whose pages may ask; none where it is left out. */
  origins?: Origins;
  /** Which documents are known by a name; none where it is left out. */
  documents?: Documents;
  /** What /ready says besides whether this process takes requests; asked each time. */
  readiness?(): { degraded: boolean; [detail: string]: unknown };
  /** What else is served, by path. A browser that opens /graphql gets `/sandbox`. */
  pages?: ReadonlyMap<string, Route>;
  /** What is told as it happens, at /graphql/stream; sent away when the front closes, since it would not end by itself. */
  subscriptions?: Subscriptions;
}

/** A front that listens. */
export interface Listening {
  /** `http://127.0.0.1:4000` */
  url: string;
  /** Takes no more requests, finishes those that are under way (at most `graceMs`), and ends. */
  close(graceMs?: number): Promise<void>;
}

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
    // An answer that ends a connection lets clients go elsewhere while this process stops.
    if (stopping) response.setHeader('connection', 'close');
    answer(table, request, response, front.hosts ?? new Set()).catch((error: unknown) => {
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
  const {
    subscriptions,
    origins = new Set<string>(),
    documents = createDocuments(),
    pages = new Map<string, Route>(),
  } = front;
  const sandbox = pages.get('/sandbox');
  const graphql = graphqlRoute({ ...front, origins, documents });
  const chosen: Route = (request, response) => {
    const { accept } = request.headers;
    // Who takes nothing but events is answered with events here too: some clients know of one address alone.
    if (subscriptions && accept === 'text/event-stream') return subscriptions.route(request, response);
    const opened = sandbox && ['GET', 'HEAD'].includes(request.method ?? '') && wantsPage(request);
    if (opened && !searchOf(request.url).has('query')) return sandbox(request, response);
    return graphql(request, response);
  };
  return new Map<string, Route>([
    ...pages,
    ['/graphql', crossOrigin(origins, methods, chosen)],
    ...(subscriptions
      ? [['/graphql/stream', crossOrigin(origins, 'GET, POST, PUT, DELETE, OPTIONS', subscriptions.route)] as const]
      : []),
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

/** What a request that has no place here is told. */
const noTarget = new Refusal(
  400,
  'The target of a request is a path in its plainest form, like /graphql, and perhaps a query.',
);

async function answer(
  table: ReadonlyMap<string, Route>,
  request: IncomingMessage,
  response: ServerResponse,
  hosts: Hosts,
): Promise<void> {
  const { url = '' } = request;
  // Most are asked for as they stand here; only others are worth taking apart.
  const target = table.has(url) ? { path: url, search: '' } : targetOf(url);
  const refusal = target ? hostRefusal(request.rawHeaders, hosts) : noTarget;
  if (!target || refusal) return refuse(response, refusal ?? noTarget, target?.path);
  const { path, search } = target;
  // Whoever reads it from here on reads what it was routed by.
  request.url = `${path}${search}`;
  const route = table.get(path);
  if (route) return route(request, response);
  return plain(response, 404, `There is nothing at ${path}. GraphQL is at /graphql.\n`);
}

/** Tells why, in the form that is told at that place. Of what is malformed nothing more is read. */
function refuse(response: ServerResponse, refusal: Refusal, path: string | undefined): void {
  const { status, message } = refusal;
  if (status === 400) response.setHeader('connection', 'close');
  if (path === '/graphql') json(response, status, resultOf(refusal));
  else plain(response, status, `${message}\n`);
}
