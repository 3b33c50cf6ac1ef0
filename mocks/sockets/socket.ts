// What lies below HTTP: a port that can refuse, and answers that are cut, reset or dripped on the way out.
// Knows sockets and bytes; knows no fault by name, no handler and no wire.
import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** A server's port. Refusing is a closed listening socket, so that `connect()` gets ECONNREFUSED. */
export interface Port {
  /** The number, the same after every `refuse` and `admit`. */
  readonly number: number;
  /** TCP connections accepted since the start or the last `resetCount`. */
  connections(): number;
  resetCount(): void;
  /** Closes the listening socket and destroys every live connection. */
  refuse(): Promise<void>;
  /** Listens again on the same number; does nothing where it listens. */
  admit(): Promise<void>;
}

/** Puts a server on a port; 0 is any free one. Rejects with a sentence for people where the port is taken. */
export async function openPort(server: Server, port: number, host: string): Promise<Port> {
  const sockets = new Set<Socket>();
  let count = 0;
  server.on('connection', (socket: Socket) => {
    count += 1;
    sockets.add(socket);
    // A caller that gives up resets the connection: that is its right, and 'close' follows.
    socket.on('error', () => sockets.delete(socket));
    socket.on('close', () => sockets.delete(socket));
  });
  await listen(server, port, host);
  const { port: number } = server.address() as AddressInfo;
  return {
    number,
    connections: () => count,
    resetCount: () => {
      count = 0;
    },
    refuse: async () => {
      if (!server.listening) return;
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    admit: async () => {
      if (!server.listening) await listen(server, number, host);
    },
  };
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException) => {
      const taken = `Port ${port} on ${host} is in use: end what listens there, or choose another base port.`;
      reject(error.code === 'EADDRINUSE' ? new Error(taken, { cause: error }) : error);
    };
    server.once('error', failed);
    server.listen(port, host, () => {
      server.off('error', failed);
      resolve();
    });
  });
}

/** An answer before it goes out. */
export interface Answer {
  readonly status: number;
  /** Name and value in turn; a name may come twice. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
}

/** Sends all of it. */
export function sendWhole(response: ServerResponse, answer: Answer): void {
  sendHead(response, answer, answer.body.length);
  response.end(answer.body);
}

/** Promises the whole body, sends its first half, and cuts the connection. */
export function sendHalf(response: ServerResponse, answer: Answer): void {
  // An empty body has no half: a promise of one byte that never comes is the same cut.
  sendHead(response, answer, Math.max(answer.body.length, 1));
  response.flushHeaders();
  const half = answer.body.subarray(0, Math.floor(answer.body.length / 2));
  // Ended only once the half is with the operating system, so that the caller does see it.
  if (half.length === 0) response.socket?.end();
  else response.write(half, () => response.socket?.end());
}

/** Sends the head at once and the body in pieces, evenly over `durationMs`, for as long as the connection lives. */
export function sendDripping(response: ServerResponse, answer: Answer, durationMs: number): void {
  if (response.destroyed) return;
  // At most 600 pieces: one a second at ten minutes, so that no timeout between two pieces ever strikes.
  const size = Math.max(1, Math.ceil(answer.body.length / 600));
  const pieces = Math.max(1, Math.ceil(answer.body.length / size));
  // A head that promises no body is a whole answer already: it has to wait instead.
  const empty = answer.body.length === 0;
  if (!empty) {
    sendHead(response, answer, answer.body.length);
    response.flushHeaders();
  }
  let sent = 0;
  const timer = setInterval(() => {
    if (!empty) response.write(answer.body.subarray(sent, sent + size));
    sent += size;
    if (sent < answer.body.length) return;
    clearInterval(timer);
    if (empty) sendWhole(response, answer);
    else response.end();
  }, durationMs / pieces);
  response.once('close', () => clearInterval(timer));
}

/** Resets the connection: the caller gets ECONNRESET, not an end. */
export function reset(socket: Socket | null): void {
  socket?.resetAndDestroy();
}

function sendHead(response: ServerResponse, answer: Answer, contentLength: number): void {
  response.statusCode = answer.status;
  for (const [name, value] of answer.headers) response.appendHeader(name, value);
  response.setHeader('content-length', contentLength);
}
