// A TCP proxy that plays the faults of a network between Lintel and one backend, on connections that are there already
// too. Knows bytes, and where one question ends and the next begins; knows no wire.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** What is wrong with the way. Bytes are counted from the beginning of a reply, its headers included. */
export type ProxyFault =
  /** The port is closed, and so is every connection. */
  | { kind: 'REFUSE' }
  /** Takes questions, and answers nothing; or the first bytes of the answer and no more. Lifted, what it held goes on. */
  | { kind: 'HANG'; afterBytes?: number }
  /** Resets every connection, and each new one when a question comes over it. */
  | { kind: 'RESET' }
  /** Ends the connection after so many bytes of the answer. */
  | { kind: 'CUT'; afterBytes: number }
  /** The answer begins so much later. */
  | { kind: 'DELAY'; ms: number }
  /** The answer comes in pieces. */
  | { kind: 'DRIP'; bytes: number; everyMs: number }
  /** Every second question is reset, the first one included: half of them. */
  | { kind: 'FLAP' };

/** One question as it came by. Instants in ms since 1970. */
export interface Question {
  atMs: number;
  /** When the last of its answer went by, or its connection ended; null: neither yet. */
  overAtMs: number | null;
  /** Its first bytes as text: method, path, headers, the beginning of the body. */
  text: string;
}

/** A proxy in front of one backend. */
export interface FaultProxy {
  /** The backend's base URL, by way of the proxy. */
  readonly url: string;
  /** Breaks the way, or mends it with null. In force once it resolves. */
  set(fault: ProxyFault | null): Promise<void>;
  /** Every question since the start or the last `reset`. */
  questions(): readonly Question[];
  /** Connections accepted and bytes come in from Lintel's side, likewise: 0 and 0 is "not one packet". */
  traffic(): { connections: number; bytes: number };
  reset(): void;
  close(): Promise<void>;
}

/** As much of a question as tells which it is. */
const keptText = 4_096;

/** A pair of sockets: Lintel's and the backend's. */
interface Pair {
  client: Socket;
  upstream: Socket;
  question: Question | null;
  /** Whether the backend has begun to answer: what comes from the client then is the next question. */
  answering: boolean;
  /** Bytes of this answer passed on. */
  passed: number;
  delayed: boolean;
}

/** Puts a proxy on a free port of the loopback address, in front of a base URL. */
export async function startProxy(target: string): Promise<FaultProxy> {
  const { hostname, port, pathname } = new URL(target);
  const pairs = new Set<Pair>();
  let fault: ProxyFault | null = null;
  let changed = Promise.withResolvers<void>();
  let log: Question[] = [];
  let connections = 0;
  let bytes = 0;
  let turn = 0;

  const server = createServer({ noDelay: true }, (client) => {
    connections += 1;
    const upstream = connect({ host: hostname, port: Number(port), noDelay: true });
    const pair: Pair = { client, upstream, question: null, answering: false, passed: 0, delayed: false };
    pairs.add(pair);
    client.once('close', () => {
      upstream.destroy();
      pairs.delete(pair);
      over(pair);
    });
    // Told by the loops below; unheard, an error would end the process.
    for (const socket of [client, upstream]) socket.on('error', () => {});
    run(pair, questions(pair));
    run(pair, answers(pair));
  });

  /** A side that breaks takes the other with it, as a broken way does. */
  function run({ client }: Pair, loop: Promise<void>): void {
    loop.catch(() => client.resetAndDestroy());
  }

  async function questions(pair: Pair): Promise<void> {
    for await (const chunk of pair.client as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (!pair.question || pair.answering) begin(pair);
      if (pair.question && pair.question.text.length < keptText) pair.question.text += chunk.toString('latin1');
      while (fault?.kind === 'HANG' && fault.afterBytes === undefined) await changed.promise;
      pair.upstream.write(chunk);
    }
    pair.upstream.end();
  }

  function begin(pair: Pair): void {
    over(pair);
    pair.question = { atMs: Date.now(), overAtMs: null, text: '' };
    log.push(pair.question);
    Object.assign(pair, { answering: false, passed: 0, delayed: false });
    if (fault?.kind === 'RESET' || (fault?.kind === 'FLAP' && turn++ % 2 === 0)) pair.client.resetAndDestroy();
  }

  function over({ question }: Pair): void {
    if (question) question.overAtMs ??= Date.now();
  }

  async function answers(pair: Pair): Promise<void> {
    for await (const chunk of pair.upstream as AsyncIterable<Buffer>) {
      pair.answering = true;
      for (let rest = chunk; rest.length > 0 && !pair.client.destroyed; ) rest = await pass(pair, rest);
      // The last part of it to come through is its end.
      if (pair.question) pair.question.overAtMs = Date.now();
    }
    pair.client.end();
  }

  /** Passes on as much of an answer as the fault that stands now lets through; gives the rest. */
  async function pass(pair: Pair, chunk: Buffer): Promise<Buffer> {
    const now = fault;
    if (now?.kind === 'DELAY' && !pair.delayed) {
      pair.delayed = true;
      await pause(now.ms);
      return chunk;
    }
    let count = chunk.length;
    if (now?.kind === 'HANG' || now?.kind === 'CUT') count = Math.min(count, (now.afterBytes ?? 0) - pair.passed);
    if (now?.kind === 'DRIP') count = Math.min(count, now.bytes);
    if (count > 0) {
      pair.client.write(chunk.subarray(0, count));
      pair.passed += count;
      if (now?.kind === 'DRIP') await pause(now.everyMs);
    } else if (now?.kind === 'CUT') {
      pair.client.end();
      pair.upstream.destroy();
      return Buffer.alloc(0);
    } else await changed.promise;
    return chunk.subarray(Math.max(0, count));
  }

  /** Waits so long, or until something else is wrong. */
  async function pause(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    await Promise.race([promise, changed.promise]);
    clearTimeout(timer);
  }

  async function refuse(): Promise<void> {
    for (const { client } of pairs) client.resetAndDestroy();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  }

  await listen(server, 0);
  const number = (server.address() as AddressInfo).port;
  return {
    url: `http://127.0.0.1:${number}${pathname.replace(/\/+$/, '')}`,
    async set(next) {
      fault = next;
      turn = 0;
      changed.resolve();
      changed = Promise.withResolvers();
      if (next?.kind === 'RESET') for (const { client } of pairs) client.resetAndDestroy();
      if (next?.kind === 'REFUSE') await refuse();
      else if (!server.listening) await listen(server, number);
    },
    questions: () => log,
    traffic: () => ({ connections, bytes }),
    reset() {
      log = [];
      connections = 0;
      bytes = 0;
    },
    async close() {
      await refuse();
      changed.resolve();
    },
  };
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
}
