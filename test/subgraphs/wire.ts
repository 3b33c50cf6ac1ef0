// A legacy server of a few lines, for tests that say themselves what the wire answers: it writes down what it is asked
// and answers as it is told, on a real socket.
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SystemError } from '../../subgraphs/continuity/errors.ts';
import {
  type Answer,
  createSystem,
  type Reads,
  type System,
  type SystemDefinition,
} from '../../subgraphs/continuity/system.ts';
import { createTestClock, type TestClock } from '../clock.ts';

/** One request as it arrived. */
export interface Asked {
  method: string;
  /** Path and query, as sent. */
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** What to answer it with. */
export interface Canned {
  status?: number;
  headers?: Record<string, string>;
  body: string;
}

/** A server that tells what it was asked. */
export interface TestWire {
  url: string;
  asked: Asked[];
  close(): Promise<void>;
}

/** Listens on a free port. */
export async function serveWire(answer: (asked: Asked) => Canned | Promise<Canned>): Promise<TestWire> {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method = '', url: path = '', headers } = request;
    const question = { method, path, headers, body: Buffer.concat(chunks).toString() };
    asked.push(question);
    const { status = 200, headers: told = {}, body } = await answer(question);
    response.writeHead(status, told).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A system over such a server. */
export interface Wired<R extends Reads> {
  wire: TestWire;
  clock: TestClock;
  system: System<R>;
  /** What is given for each key: the value, or the code of the error. */
  values(kind: keyof R & string, keys: readonly unknown[]): Promise<unknown[]>;
  close(): Promise<void>;
}

/** Starts both; the system has one backend, called as itself. */
export async function startWired<R extends Reads>(
  definition: SystemDefinition<R>,
  answer: (asked: Asked) => Canned | Promise<Canned>,
  login = { user: 'lintel', password: 'open sesame' },
): Promise<Wired<R>> {
  const wire = await serveWire(answer);
  const clock = createTestClock();
  const connection = { url: wire.url, ...login, apiKey: '' };
  const connections = { [definition.name]: connection };
  const system = createSystem(definition, { clock, random: () => 0, id: () => 'call', connections });
  return {
    wire,
    clock,
    system,
    async values(kind, keys) {
      const answers = await system.read(kind, keys);
      return answers.map((given) =>
        given instanceof Error ? (given as SystemError).extensions.code : (given as Answer<unknown>).value,
      );
    },
    async close() {
      await system.close();
      await wire.close();
    },
  };
}

/** Turns of the event loop until something is so: what happens on sockets takes turns, never a fixed time. */
export async function until(so: () => boolean): Promise<void> {
  while (!so()) await new Promise((resolve) => setImmediate(resolve));
}
