// One store with the Lintels over it, each in a process of its own, and those who write to them: what a row of the matrix is
// played on. Knows how processes are started, stopped and killed; not what is broken.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'undici';
import type { StorePlace } from '../../../subgraphs/continuity/store.ts';
import type { Reply } from '../../estate.ts';
import { command, freePorts, project, type Run } from '../../process.ts';
import { chance } from './chance.ts';
import { type Notebook, openNotebook } from './notebook.ts';
import { type Stock, stockOf } from './sorts.ts';
import type { Town } from './town.ts';
import { createWriters, type Writers } from './writers.ts';

/** A change of a circuit, as a Lintel has logged it. */
export interface CircuitChange {
  backend: string;
  circuit: 'OPEN' | 'RAMPING' | 'CLOSED';
  atMs: number;
}

/** One Lintel. */
export interface Process {
  url: string;
  run: Run;
  circuits(): readonly CircuitChange[];
  /** Sets its clock so many ms on. */
  jump(ms: number): void;
  /** Asks or orders something as an operator. */
  order(who: string, query: string, variables?: object): Promise<Pick<Reply, 'data' | 'errors'>>;
  kill(signal?: NodeJS.Signals): Promise<void>;
}

/** What a row is played on. */
export interface Scene {
  engine: 'SQLITE' | 'POSTGRESQL';
  town: Town;
  /** How much had been done in the town before. */
  since: number;
  notebook: Notebook;
  stock: Stock;
  writers: Writers;
  /** Those that run, and are asked in turn. */
  readonly lintels: readonly Process[];
  /** The only one, or the first. */
  lintel(): Process;
  /** Starts one more. */
  start(): Promise<Process>;
  close(): Promise<void>;
}

/** How a scene is set. */
export interface Setting {
  town: Town;
  place: StorePlace;
  /** Lower-case letters of its own: its marks begin with them. */
  name: string;
  /** Where emergencies are written down beside the store. */
  folder?: string;
  since?: number;
}

/** Sets one, with no Lintel running yet. */
export function setScene({ town, place, name, folder, since = 0 }: Setting): Scene {
  const own = mkdtempSync(join(tmpdir(), 'lintel-writes-'));
  const key = randomBytes(32).toString('base64');
  const notebook = openNotebook(name);
  const stock = stockOf(town.world, chance(`${name} stock`));
  const lintels: Process[] = [];
  const slots = new Set<number>();
  let turn = 0;
  const url = () => {
    turn += 1;
    return lintels[turn % lintels.length]?.url ?? null;
  };
  const writers = createWriters({ notebook, stock, random: chance(`${name} writers`), url });

  async function start(): Promise<Process> {
    // One that takes another's place has its files.
    let slot = 0;
    while (slots.has(slot)) slot += 1;
    slots.add(slot);
    const operatorSocket = join(own, `${slot}.sock`);
    const run = command(
      process.execPath,
      [join(project, 'test/faults/writes/server.ts')],
      {
        ...town.env,
        // A soak asks for more in a row than a landlord's switchboard may ring.
        TELEPHONY_CALLBACKS_AN_HOUR: '10000',
        ...('file' in place ? { STORE_FILE: place.file } : { DATABASE_URL: place.url }),
        STORE_KEYS: `test:${key}`,
        EMERGENCY_FILE: join(folder ?? own, `emergencies-${slot}`),
        OPERATOR_SOCKET: operatorSocket,
        PORT: String(await freePorts(1)),
        LOG_LEVEL: 'info',
        KEEP_WARM: 'off',
      },
      project,
    );
    const [, at = ''] = await run.prints(/"url":"([^"]+)"/);
    const lintel: Process = {
      url: at,
      run,
      circuits: () => circuitsIn(run.output()),
      jump: (ms) => void run.child.stdin?.write(`${ms}\n`),
      order: (who, query, variables) => order(operatorSocket, who, query, variables),
      async kill(signal = 'SIGKILL') {
        lintels.splice(0, lintels.length, ...lintels.filter((each) => each !== lintel));
        run.child.kill(signal);
        await run.ended;
        slots.delete(slot);
      },
    };
    lintels.push(lintel);
    return lintel;
  }

  return {
    engine: 'file' in place ? 'SQLITE' : 'POSTGRESQL',
    town,
    since,
    notebook,
    stock,
    writers,
    lintels,
    lintel: () => lintels[0] as Process,
    start,
    async close() {
      await Promise.all([...lintels].map((each) => each.kill()));
      await writers.close();
      rmSync(own, { recursive: true });
    },
  };
}

/** Of a log, the changes of circuits. */
function circuitsIn(log: string): CircuitChange[] {
  return log.split('\n').flatMap((line) => {
    if (!line.includes('"circuit":')) return [];
    const { system, backend, circuit, time } = JSON.parse(line);
    return [{ backend: `${system}.${backend}`, circuit, atMs: time }];
  });
}

async function order(socketPath: string, who: string, query: string, variables = {}) {
  const client = new Client('http://localhost', { socketPath });
  try {
    const reply = await client.request({
      method: 'POST',
      path: '/graphql',
      headers: { 'content-type': 'application/json', 'lintel-operator': who },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors = [] } = (await reply.body.json()) as Reply;
    return { data, errors };
  } finally {
    await client.close();
  }
}
