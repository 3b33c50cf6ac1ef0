// How commands find the Lintel of this folder: each server writes a small file into the folder's .lintel, and whoever reads it
// asks that very process whether it is still there. Knows files and sockets; knows no command.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';

/** What a server says of itself. */
export interface Running {
  /** A Lintel, or mocks alone. */
  kind: 'lintel' | 'mocks';
  /** Unique to the process: what its port or socket says too, as long as it is the same. */
  instance: string;
  pid: number;
  /** Of a Lintel: where its endpoint is. */
  port: number | null;
  /** Where mocks are broken and mended; null: it has none. */
  mocksPort: number | null;
  /** Of a Lintel: its operator socket, the file of its store (null: a database), and its emergency journal. */
  operatorSocket: string | null;
  store: string | null;
  emergencyFile: string | null;
  /** Of a Lintel: the variables that mocks stand in for. */
  mocked: readonly string[];
}

/** Where they are, in the working directory. */
const folder = join('.lintel', 'running');
/** Whoever is there answers at once; a busy machine takes its time. In ms. */
const answerLimitMs = 5_000;

/**
 * Writes a server's file. Gives whether it could: where not, the server runs all the same, and commands need its port. The file
 * stays when the server ends: commands then find what it has kept.
 */
export function announce(running: Running): boolean {
  const file = join(folder, `${running.kind}-${running.port ?? running.mocksPort}.json`);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const name of names()) {
      const store = read(join(folder, name))?.store;
      if (store != null && !existsSync(store)) rmSync(join(folder, name), { force: true });
    }
    writeFileSync(`${file}.${running.pid}`, JSON.stringify(running), { mode: 0o600 });
    renameSync(`${file}.${running.pid}`, file);
    return true;
  } catch {
    return false;
  }
}

/** The servers that have run in this folder, and whether each is still there. */
export async function seenHere(): Promise<{ server: Running; alive: boolean }[]> {
  const found = names().flatMap((name) => read(join(folder, name)) ?? []);
  return Promise.all(found.map(async (server) => ({ server, alive: await isAlive(server) })));
}

/** Those that are. */
export async function runningHere(): Promise<Running[]> {
  return (await seenHere()).flatMap(({ server, alive }) => (alive ? [server] : []));
}

function names(): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.json'));
  } catch {
    return []; // No server has ever run here, or none that could write.
  }
}

function read(file: string): Running | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Running;
  } catch {
    return null; // Taken away or half written: whoever it was of is not there.
  }
}

/** Whether the process that wrote the file is there: one that was killed leaves its file behind, and another may have its port. */
async function isAlive({ kind, instance, mocksPort, operatorSocket }: Running): Promise<boolean> {
  if (kind === 'lintel') return operatorSocket !== null && (await instanceAt(operatorSocket, '/ready')) === instance;
  return mocksPort !== null && (await instanceAt(mocksPort, '/facts')) === instance;
}

/** What a server calls itself; null: none answers, or it says nothing of the kind. */
function instanceAt(at: string | number, path: string): Promise<string | null> {
  return new Promise((resolve) => {
    const where = typeof at === 'string' ? { socketPath: at } : { host: '127.0.0.1', port: at };
    const asked = request({ ...where, path, signal: AbortSignal.timeout(answerLimitMs) }, async (reply) => {
      try {
        let text = '';
        for await (const chunk of reply.setEncoding('utf8')) text += chunk;
        resolve((Object(JSON.parse(text)) as { instance?: string }).instance ?? null);
      } catch {
        resolve(null);
      }
    });
    asked.once('error', () => resolve(null));
    asked.end();
  });
}
