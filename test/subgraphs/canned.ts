// A wire in a test: a real socket on 127.0.0.1 that answers what the test says, and remembers what it was asked.
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it came in. */
export interface Seen {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: string;
}

/** An answer: a body with status 200, or more of it. `cut` sends half the body and breaks the connection. */
export type Canned = string | { status?: number; headers?: Record<string, string>; body?: string; cut?: boolean };

/** A wire that is up. */
export interface CannedWire {
  url: string;
  seen: Seen[];
  close(): Promise<void>;
}

/** Answers every request by `answer`; a promise that never settles is a system that hangs. */
export async function serveCanned(answer: (seen: Seen) => Canned | Promise<Canned>): Promise<CannedWire> {
  const seen: Seen[] = [];
  const server = createServer(async (incoming, outgoing) => {
    let body = '';
    for await (const chunk of incoming.setEncoding('utf8')) body += chunk;
    const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://wire');
    const { method = '', headers } = incoming;
    const request = { method, path: pathname, query: searchParams, headers, body };
    seen.push(request);
    reply(outgoing, await answer(request));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function reply(outgoing: ServerResponse, canned: Canned): void {
  const { status = 200, headers = {}, body = '', cut } = typeof canned === 'string' ? { body: canned } : canned;
  if (!cut) {
    outgoing.writeHead(status, headers).end(body);
    return;
  }
  outgoing.writeHead(status, { ...headers, 'content-length': String(Buffer.byteLength(body)) });
  outgoing.write(body.slice(0, body.length / 2), () => outgoing.destroy());
}
