// A mock that only counts, and a caller that sees what happens to a connection: what the tests of sockets need.
import { type Agent, type IncomingHttpHeaders, request } from 'node:http';
import { HttpResponse, http } from 'msw';
import type { Mock } from '../../mocks/mock.ts';

/** A backend with POST /add (an effect that can be seen), GET /total and GET /nothing. */
export interface Tally extends Mock {
  /** How often /add took effect. */
  total(): number;
  sessionsLost(): number;
  /** Resolves once a request of that operation has come in. */
  arrival(operation: string): Promise<void>;
}

/** Makes a tally; its session ends as soon as it is lost and begins again with POST /login. */
export function tally(system: string, backend = system): Tally {
  let total = 0;
  let lost = 0;
  let loggedIn = true;
  const waiting: { operation: string; done: () => void }[] = [];
  return {
    system,
    backend,
    credentials: { [`${system.toUpperCase()}_KEY`]: 'key' },
    urlVariable: `${backend.toUpperCase()}_URL`,
    basePath: '/api',
    latencyMs: 0,
    handlers: [
      http.post('*/add', () => {
        total += 1;
        return HttpResponse.json({ total, words: 'long enough to be cut in two' });
      }),
      http.get('*/total', () => HttpResponse.json({ total })),
      http.post('*/echo', async ({ request }) => {
        const headers = { 'content-type': 'text/plain', 'x-method': request.method };
        return new HttpResponse(`${request.headers.get('x-word')} ${await request.text()}`, { headers });
      }),
      http.get('*/nothing', () => new HttpResponse(null, { status: 204 })),
      http.get('*/broken', () => {
        throw new Error('a bug in a handler');
      }),
      http.post('*/login', () => {
        loggedIn = true;
        return HttpResponse.json({});
      }),
      http.get('*/member', () => new HttpResponse(null, { status: loggedIn ? 200 : 401 })),
    ],
    operationOf: (incoming) => {
      const operation = new URL(incoming.url).pathname.split('/')[2] ?? 'unknown';
      for (const one of waiting) if (one.operation === operation) one.done();
      return operation;
    },
    duringBatch: () => new HttpResponse('overnight batch', { status: 503 }),
    loseSessions: () => {
      lost += 1;
      loggedIn = false;
    },
    upgrade: (_, socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: tally\r\n\r\n');
    },
    total: () => total,
    sessionsLost: () => lost,
    arrival: (operation) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.push({ operation, done: resolve });
      return promise;
    },
  };
}

/** A reply, body read to its end. */
export interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** What a caller may give. */
export interface CallOptions {
  method?: string;
  body?: string;
  headers?: Record<string, string>;
  agent?: Agent;
  signal?: AbortSignal;
}

/** One call over a connection of its own unless an agent is given. Rejects with the socket's error, body cut included. */
export function call(url: string, options: CallOptions = {}): Promise<Reply> {
  const { body, ...rest } = options;
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { agent: false, ...rest }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const text = Buffer.concat(chunks).toString('latin1');
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: text });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** The error code that a call fails with; `none` where it does not fail. */
export async function failureOf(pending: Promise<unknown>): Promise<string> {
  try {
    await pending;
    return 'none';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}
