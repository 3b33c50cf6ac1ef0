// One mock on one port: a node request becomes a WHATWG one, meets the fault that stands, and is answered by the handlers.
// Knows what each fault does to a call; knows no wire and not how faults are set.
import { createServer, type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { getResponse } from 'msw';
import { type Fault, type Faults, faultOf, targetName } from '../faults.ts';
import type { Mock } from '../mock.ts';
import { refusedBy } from './host.ts';
import { type Answer, openPort, reset, sendDripping, sendHalf, sendWhole } from './socket.ts';

/** What came in on one backend since the start or the last reset. */
export interface Traffic {
  /** TCP connections accepted. */
  connections: number;
  /** Requests by operation, faulty ones included; refused connections leave no trace. */
  operations: Record<string, number>;
}

/** A mock that listens. */
export interface Backend {
  readonly mock: Mock;
  /** What faults and counters call it: `tenancies`, `repairs.scheduler`. */
  readonly name: string;
  /** With the mock's base path. */
  readonly url: string;
  readonly port: number;
  traffic(): Traffic;
  resetTraffic(): void;
  /** Brings the port and the held calls in line with the faults that stand now. */
  settle(): Promise<void>;
  /** Ends at once, hung connections included. */
  close(): Promise<void>;
}

/** What a backend asks of the one who keeps the faults. */
export interface FaultBoard {
  /** The faults that stand. */
  standing(): Faults;
  /** The fault that a call meets now, and which call it is under that fault, from 0. Counts it off. */
  meet(mock: Mock, operation: string): { fault: Fault; turn: number } | undefined;
}

/** Keeps idle connections for a minute, longer than clients' pools do, so that no reuse races with our closing. */
const KEEP_ALIVE_MS = 60_000;
/** No wire's language: a NUL, bytes that are not UTF-8, and the start of a PDF, as a confused proxy once sent. */
const GARBAGE = Buffer.from([0x00, 0xff, 0xfe, 0xc3, 0x28, ...Buffer.from('%PDF-1.4 <<{"]>')]);

const plainText: Answer['headers'] = [['content-type', 'text/plain; charset=utf-8']];

/** Puts a mock on a port. `latency` multiplies the mock's own `latencyMs`. */
export async function serveBackend(
  mock: Mock,
  board: FaultBoard,
  { port, host, hosts, latency }: { port: number; host: string; hosts: ReadonlySet<string>; latency: number },
): Promise<Backend> {
  let operations: Record<string, number> = {};
  const closing = new AbortController();
  const held = new Set<{ fault: Fault; release: () => void }>();

  function count(operation: string): ReturnType<FaultBoard['meet']> {
    operations[operation] = (operations[operation] ?? 0) + 1;
    return board.meet(mock, operation);
  }

  /** Holds a call until its fault is lifted; then cuts it, or carries it out after all. */
  function hold(fault: Fault, cut: () => void, carryOut: () => void): void {
    held.add({ fault, release: fault.options.late ? carryOut : cut });
  }

  async function wait(ms: number): Promise<void> {
    if (ms > 0) await pause(ms, undefined, { signal: closing.signal });
  }

  async function handle(request: Request): Promise<Answer> {
    await wait(mock.latencyMs * latency);
    const response = await getResponse([...mock.handlers], request);
    return answerFrom(response ?? new Response(`Nothing at ${new URL(request.url).pathname}\n`, { status: 404 }));
  }

  async function take(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const refused = refusedBy(incoming, hosts);
    if (refused)
      return sendWhole(response, { status: refused.status, headers: plainText, body: Buffer.from(`${refused.why}\n`) });
    const request = requestFrom(incoming, await bytesOf(incoming));
    const met = count(await mock.operationOf(request.clone()));
    if (!met) return sendWhole(response, await handle(request));
    const { fault, turn } = met;
    const cut = () => reset(incoming.socket);
    const { ms = 0, every = 0 } = fault.options;
    switch (fault.fault) {
      case 'down':
        return cut();
      case 'hung':
        return hold(fault, cut, () =>
          guard(
            handle(request).then((answer) => sendWhole(response, answer)),
            response,
          ),
        );
      case 'flapping':
        return turn % every === 0 ? cut() : sendWhole(response, await handle(request));
      case 'slow':
        await wait(ms);
        return sendWhole(response, await handle(request));
      case 'garbled':
        return sendWhole(response, { ...(await handle(request)), status: 200, body: GARBAGE });
      case 'truncated':
        return sendHalf(response, await handle(request));
      case 'drip':
        return sendDripping(response, await handle(request), ms);
      case 'lost-acknowledgement':
        await handle(request);
        return cut();
      case 'session-lost':
        if (every > 0 && turn % every === every - 1) mock.loseSessions();
        return sendWhole(response, await handle(request));
      case 'overnight-batch':
        return sendWhole(response, await answerFrom(mock.duringBatch(request)));
    }
  }

  /** A WebSocket is one call: taken, held, cut or garbled as a whole; what is sent over it later is left alone. */
  async function upgrade(incoming: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const refused = refusedBy(incoming, hosts);
    if (refused) {
      const status = `${refused.status} ${STATUS_CODES[refused.status]}`;
      return void socket.end(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
    }
    const accept = () => {
      if (mock.upgrade) mock.upgrade(incoming, socket, head);
      else socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
    };
    const met = count(await mock.operationOf(requestFrom(incoming)));
    const { fault, options } = met?.fault ?? { fault: undefined, options: {} };
    const cut = () => reset(incoming.socket);
    if (fault === 'slow') await wait(options.ms ?? 0);
    if (met && (fault === 'hung' || fault === 'drip')) hold(met.fault, cut, accept);
    else if (met && fault === 'flapping' && met.turn % (options.every ?? 1) === 0) cut();
    else if (fault === 'down' || fault === 'truncated' || fault === 'lost-acknowledgement') cut();
    else if (fault === 'garbled' || fault === 'overnight-batch') socket.end(GARBAGE);
    else accept();
  }

  /** Nobody is left to answer after a close or a caller's hanging up; anything else is a broken mock, and is said. */
  function guard(work: Promise<void>, response?: ServerResponse, socket?: Duplex): void {
    work.catch((error: unknown) => {
      if (closing.signal.aborted || response?.destroyed || response?.headersSent) return response?.destroy();
      if (!response) return socket?.destroy(error as Error);
      const body = Buffer.from(`The mock itself broke: ${(error as Error).stack ?? error}\n`);
      sendWhole(response, { status: 500, headers: plainText, body });
    });
  }

  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (incoming, response) => {
    guard(take(incoming, response), response);
  });
  server.on('upgrade', (incoming, socket, head) => guard(upgrade(incoming, socket, head), undefined, socket));
  const door = await openPort(server, port, host);

  return {
    mock,
    name: targetName(mock),
    url: `http://${host}:${door.number}${mock.basePath}`,
    port: door.number,
    traffic: () => ({ connections: door.connections(), operations: { ...operations } }),
    resetTraffic: () => {
      operations = {};
      door.resetCount();
    },
    settle: async () => {
      const faults = board.standing();
      for (const call of held) {
        if (faults.some((one) => one.target === call.fault.target && one.fault === call.fault.fault)) continue;
        held.delete(call);
        call.release();
      }
      const level = { system: mock.system, backend: mock.backend };
      if (faultOf(faults, level)?.fault === 'down') await door.refuse();
      else await door.admit();
    },
    close: async () => {
      closing.abort();
      mock.close?.();
      await door.refuse();
    },
  };
}

async function bytesOf(incoming: IncomingMessage): Promise<Buffer<ArrayBuffer>> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Handlers match any host, so that a caller's own Host header cannot spoil the address. */
function requestFrom(incoming: IncomingMessage, body?: Buffer<ArrayBuffer>): Request {
  const { method = 'GET', url = '/', headersDistinct } = incoming;
  const headers = Object.entries(headersDistinct).flatMap(([name, values = []]) =>
    values.map((value): [string, string] => [name, value]),
  );
  const bare = method === 'GET' || method === 'HEAD' || !body;
  return new Request(`http://127.0.0.1${url}`, { method, headers, body: bare ? null : body });
}

async function answerFrom(response: Response): Promise<Answer> {
  const body = Buffer.from(await response.arrayBuffer());
  return { status: response.status, headers: [...response.headers], body };
}
