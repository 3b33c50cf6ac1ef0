// A Lintel that keeps and writes, over the whole made-up landlord, on real sockets: for journeys in which systems fall and come
// back while people write. Its store outlasts it, so that it can be started anew.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { type Keeping, openKeeping } from '../gateway/keeping.ts';
import { type Lintel, startLintel } from '../gateway/lintel.ts';
import { type StartedMocks, startMocks } from '../mocks/index.ts';
import { systemClock } from '../subgraphs/continuity/clock.ts';
import { ask, type Reply } from './estate.ts';

/** A landlord whose systems can fall, and a Lintel over it. */
export interface Keeper {
  mocks: StartedMocks;
  lintel(): Lintel;
  /** With these set, commands find it, and its store where it does not run. */
  variables: Record<string, string>;
  keeping(): Keeping;
  ask(query: string, variables?: Record<string, unknown>): Promise<Reply>;
  /** As an operator, over the socket. */
  order(query: string, variables?: Record<string, unknown>): Promise<Reply>;
  /** Asks until the answer is as wanted; for what comes about by itself. Bounded by the test's time limit. */
  until(query: string, variables: Record<string, unknown>, wanted: (reply: Reply) => boolean): Promise<Reply>;
  fall(...targets: string[]): Promise<void>;
  comeBack(...targets: string[]): Promise<void>;
  /** Ends it. */
  end(): Promise<void>;
  /** Starts it, after it was ended. */
  start(): Promise<void>;
  /** Ends it and starts another over the same store. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** Starts both. `url`: a new database to keep in; else a file. */
export async function startKeeper(homes = 120, url?: string): Promise<Keeper> {
  const folder = mkdtempSync(join(tmpdir(), 'lintel-keeper-'));
  const key = randomBytes(32);
  const place = {
    store: url === undefined ? { file: join(folder, 'store') } : { url },
    storeKeys: new Map([['one', key]]),
    emergencyFile: join(folder, 'emergencies'),
  };
  const log = pino({ level: 'silent' });
  const operatorSocket = join(folder, 'socket');
  const mocks = await startMocks({ homes, seed: 7 });
  let keeping: Keeping;
  let lintel: Lintel;

  async function start() {
    keeping = await openKeeping(place, log, systemClock);
    lintel = await startLintel({ env: mocks.urls, port: 0, host: '127.0.0.1', log, keeping, operatorSocket });
  }
  async function end() {
    await lintel.close();
    await keeping.close();
  }
  await start();
  const asked = (query: string, variables?: Record<string, unknown>) => ask(lintel.url, query, variables);
  return {
    mocks,
    lintel: () => lintel,
    variables: {
      ...mocks.urls,
      ...(url === undefined ? { STORE_FILE: join(folder, 'store') } : { DATABASE_URL: url }),
      STORE_KEYS: `one:${key.toString('base64')}`,
      EMERGENCY_FILE: place.emergencyFile,
      OPERATOR_SOCKET: operatorSocket,
    },
    keeping: () => keeping,
    ask: asked,
    order: (query, variables) => over(operatorSocket, { query, variables }),
    async until(query, variables, wanted) {
      for (;;) {
        const reply = await asked(query, variables);
        if (wanted(reply)) return reply;
      }
    },
    async fall(...targets) {
      for (const target of targets) await mocks.setFault({ target, fault: 'down' });
    },
    async comeBack(...targets) {
      for (const target of targets) await mocks.clearFaults(target);
      for (const system of lintel.systems) system.tryAgain();
    },
    end,
    start,
    async restart() {
      await end();
      await start();
    },
    async close() {
      await end();
      await mocks.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Asks over a local socket, which fetch cannot. */
function over(socketPath: string, body: object): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    const call = request({ socketPath, path: '/graphql', method: 'POST', headers }, async (reply) => {
      let text = '';
      for await (const chunk of reply) text += chunk;
      const { data, errors = [], extensions = {} } = JSON.parse(text);
      resolve({ status: reply.statusCode ?? 0, data, errors, extensions, text });
    });
    call.on('error', reject);
    call.end(JSON.stringify(body));
  });
}
