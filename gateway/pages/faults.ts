// What the sandbox's fault panel talks to, in the demo alone: passes on to the mocks' control port what a page of ours
// asks for. Knows who may ask; what a fault is, the mocks know.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Route } from './page.ts';

/** What there is to break: mocks that stand in for a backend, and how they can be broken. */
export interface Breakable {
  /** Where the mocks are controlled, e.g. `http://127.0.0.1:4010`. */
  controlUrl: string;
  /** `tenancies`, `repairs`, `repairs.scheduler` ... */
  targets: readonly string[];
  /** What each kind of fault does, by its name. */
  kinds: Readonly<Record<string, string>>;
}

/** The largest wish, in bytes: a target, a kind and two numbers are under two hundred. */
const largestWish = 4096;

/** How long the mocks may take, in ms: they are on this machine, and busy at most for moments. */
const patienceMs = 5_000;

/** Serves GET (what is broken), POST (break) and DELETE (mend). */
export function faultsRoute({ controlUrl }: Breakable): Route {
  return async (request, response) => {
    const { method = 'GET' } = request;
    if (!['GET', 'POST', 'DELETE'].includes(method)) {
      response.setHeader('allow', 'GET, POST, DELETE');
      return answer(response, 405, { error: 'Ask with GET, POST or DELETE.' });
    }
    const refusal = method === 'GET' ? null : refused(request);
    if (refusal) return answer(response, 403, { error: refusal });
    const body = method === 'POST' ? await read(request) : undefined;
    if (body === null) return answer(response, 413, { error: `A fault takes at most ${largestWish} bytes to say.` });
    const target = new URL(request.url ?? '/', 'http://localhost').searchParams.get('target');
    const query = target === null ? '' : `?${new URLSearchParams({ target })}`;
    try {
      const reply = await fetch(`${controlUrl}/faults${query}`, {
        method,
        ...(body !== undefined && { body, headers: { 'content-type': 'application/json' } }),
        signal: AbortSignal.timeout(patienceMs),
      });
      return answer(response, reply.status, await reply.json());
    } catch {
      // Whatever went wrong between here and the mocks, what helps is the same.
      return answer(response, 503, { error: 'The mocks do not answer. Start them again with: npx lintel mocks' });
    }
  };
}

/**
 * Why a change is refused, or null. Only a page of this very server may ask: a page from elsewhere cannot send JSON here
 * without leave (CORS), names itself in `Origin`, and one that made its own name point at this machine has that name in
 * `Host`.
 */
function refused({ headers }: IncomingMessage): string | null {
  const { host = '', origin, 'content-type': type = '', 'sec-fetch-site': site = 'same-origin' } = headers;
  if (type.split(';')[0]?.trim() !== 'application/json') return 'Ask with content-type: application/json.';
  const loopback = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(host);
  const same = site === 'same-origin' && (origin === undefined || origin === `http://${host}`);
  return loopback && same ? null : 'Only the sandbox of this Lintel may break or mend its mocks.';
}

async function read(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largestWish) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function answer(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
  response.end(JSON.stringify(value));
}
