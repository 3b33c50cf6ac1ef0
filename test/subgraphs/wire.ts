// Legacy servers of a few lines, on real sockets, for tests that say themselves what the wire answers, and a system
// over them. They write down what they are asked, answer as they are told, and end with the test that started them.

import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parse } from 'graphql';
import { onTestFinished } from 'vitest';
import type { Asker } from '../../subgraphs/continuity/asker.ts';
import type { Answer, Connection, Reads, SystemDefinition } from '../../subgraphs/continuity/definition.ts';
import type { SystemError } from '../../subgraphs/continuity/errors.ts';
import type { Snapshots } from '../../subgraphs/continuity/snapshots.ts';
import { createSystem, type System } from '../../subgraphs/continuity/system.ts';
import { systemSubgraph } from '../../subgraphs/subgraph.ts';
import { alone } from '../alone.ts';
import { createTestClock, type TestClock } from '../clock.ts';

/** One request as it arrived. */
export interface Asked {
  method: string;
  /** Path and query, as sent. */
  target: string;
  /** The path alone, as sent. */
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: string;
}

/** What to answer it with: a body with status 200, or more of it. `cut` sends half the body and breaks the connection. */
export type Canned = string | { status?: number; headers?: Record<string, string>; body?: string; cut?: boolean };

/** Answers a request; a promise that never settles is a system that hangs. */
export type Answering = (asked: Asked) => Canned | Promise<Canned>;

/** A server that tells what it was asked. */
export interface TestWire {
  url: string;
  asked: Asked[];
}

/** Listens on a free port until the test ends; or, where a suite shares it, until what `atEnd` is given is called. */
export async function serveWire(
  answer: Answering,
  atEnd: (close: () => Promise<void>) => void = onTestFinished,
): Promise<TestWire> {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    const { method = '', url: target = '', headers } = request;
    const query = new URL(target, 'http://wire').searchParams;
    const question = { method, target, path: target.replace(/\?.*/s, ''), query, headers, body };
    asked.push(question);
    reply(response, await answer(question));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  atEnd(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

function reply(response: ServerResponse, canned: Canned): void {
  const { status = 200, headers = {}, body = '', cut } = typeof canned === 'string' ? { body: canned } : canned;
  if (!cut) {
    response.writeHead(status, headers).end(body);
    return;
  }
  response.writeHead(status, { ...headers, 'content-length': String(Buffer.byteLength(body)) });
  response.write(body.slice(0, body.length / 2), () => response.destroy());
}

/** A system over such servers, one for each of its backends. */
export interface Wired<R extends Reads, Backend extends string> {
  wires: Record<Backend, TestWire>;
  clock: TestClock;
  system: System<R>;
  /** What is given for each key: the value, or the code of the error. */
  // biome-ignore lint/suspicious/noExplicitAny: values of any kind.
  values(kind: keyof R & string, keys: readonly unknown[]): Promise<any[]>;
  /** What is given for one key, likewise. */
  // biome-ignore lint/suspicious/noExplicitAny: a value of any kind.
  value(kind: keyof R & string, key: unknown): Promise<any>;
  /** The error that asking for one key comes to; throws where it comes to none. */
  error(kind: keyof R & string, key: unknown): Promise<SystemError>;
  /** Asks the system's own schema; gives plain objects, as they go over the network. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes.
  ask(question: string, variables?: Record<string, unknown>, asker?: Asker): Promise<any>;
}

/** How a backend answers, and the login that it is called with where a test cares. */
export type Backing = Partial<Omit<Connection, 'url'>> & { answer: Answering };

/** Starts them until the test ends. The clock stands at 27 June 2022, 09:00 in London. `keeping` opens what is kept. */
export async function startWired<R extends Reads, Backend extends string>(
  definition: SystemDefinition<R>,
  backends: Record<Backend, Backing>,
  keeping?: (clock: TestClock) => Promise<Snapshots>,
): Promise<Wired<R, Backend>> {
  const wires = {} as Record<Backend, TestWire>;
  const connections: Record<string, Connection> = {};
  for (const [backend, { answer, ...login }] of Object.entries(backends) as [Backend, Backing][]) {
    wires[backend] = await serveWire(answer);
    connections[backend] = { url: wires[backend].url, user: 'lintel', password: 'open sesame', apiKey: '', ...login };
  }
  const clock = createTestClock();
  const snapshots = await keeping?.(clock);
  const system = createSystem(definition, {
    ...alone(clock),
    clock,
    random: () => 0,
    id: () => 'call',
    connections,
    ...(snapshots && { snapshots }),
  });
  onTestFinished(() => system.close());
  const subgraph = systemSubgraph(definition, system as unknown as System);
  const values = async (kind: keyof R & string, keys: readonly unknown[]) =>
    (await system.read(kind, keys)).map((given) =>
      given instanceof Error ? (given as SystemError).extensions.code : (given as Answer<unknown>).value,
    );
  return {
    wires,
    clock,
    system,
    values,
    async value(kind, key) {
      return (await values(kind, [key]))[0];
    },
    async error(kind, key) {
      const [given] = await system.read(kind, [key]);
      if (!(given instanceof Error))
        throw new Error(`an answer, where an error was expected: ${JSON.stringify(given)}`);
      return given as SystemError;
    },
    async ask(question, variables, asker = {}) {
      const result = await subgraph.execute({ document: parse(question), variables, asker });
      return JSON.parse(JSON.stringify(result));
    },
  };
}

/** Turns of the event loop until something is so: what happens on sockets takes turns, never a fixed time. */
export async function until(so: () => boolean): Promise<void> {
  for (let turn = 0; !so(); turn++) {
    if (turn > 200_000) throw new Error(`waited in vain for: ${so}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
