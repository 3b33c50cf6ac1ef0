// A real PostgreSQL for tests: a cluster of its own in a temporary folder, gone afterwards. PGlite is no stand-in: it
// does not fsync.
import { execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from './process.ts';

/** A database server for one test file. */
export interface TestDatabase {
  /** A new, empty database on it. */
  fresh(): Promise<string>;
  /** Ends it at once, as a crash does: nothing is finished, nobody is told. */
  crash(): Promise<void>;
  /** Starts it again, on what is on the disk. */
  restart(): Promise<void>;
  /** Starts it again where it has ended by itself, as it does on a full disk. */
  revive(): Promise<void>;
  close(): Promise<void>;
}

/** Where PostgreSQL's programs are, or null. */
function binaries(): string | null {
  const candidates = [];
  try {
    candidates.push(
      execFileSync('pg_config', ['--bindir'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim(),
    );
  } catch {
    // No pg_config: Debian's layout is looked at next.
  }
  const debian = '/usr/lib/postgresql';
  if (existsSync(debian))
    candidates.push(
      ...readdirSync(debian)
        .sort()
        .reverse()
        .map((version) => join(debian, version, 'bin')),
    );
  return candidates.find((folder) => existsSync(join(folder, 'initdb'))) ?? null;
}

/** Why there can be no PostgreSQL here, for a test that has to skip; null where there can. */
export function whyNoDatabase(): string | null {
  if (binaries()) return null;
  const reason = 'PostgreSQL is not installed, so nothing is tested on it (Debian: apt-get install postgresql)';
  if (process.env.CI) throw new Error(reason);
  return reason;
}

/** The user that PostgreSQL runs as: it refuses to be root. */
function owner(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const id = (what: string) => Number(execFileSync('id', [what, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** Starts a server on the loopback address, with its data `within` a folder. */
export async function startDatabase({ within = tmpdir() } = {}): Promise<TestDatabase> {
  const folder = binaries();
  if (!folder) throw new Error('PostgreSQL is not installed.');
  const as = owner();
  const data = mkdtempSync(join(within, 'lintel-postgres-'));
  if (as.uid !== undefined && as.gid !== undefined) chownSync(data, as.uid, as.gid);
  execFileSync(join(folder, 'initdb'), ['-D', data, '-A', 'trust', '-U', 'lintel', '-E', 'UTF8'], {
    ...as,
    cwd: data,
    stdio: 'ignore',
  });
  const port = await freePorts(1);
  const start = async () => {
    const server = spawn(join(folder, 'postgres'), ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', data], {
      ...as,
      cwd: data,
    });
    const ended = new Promise((resolve) => server.once('exit', resolve));
    await new Promise<void>((resolve, reject) => {
      let said = '';
      server.stderr.on('data', (chunk) => {
        said += chunk;
        if (/ready to accept connections/.test(said)) resolve();
      });
      server.once('exit', () => reject(new Error(`PostgreSQL did not start:\n${said}`)));
    });
    return {
      async end(signal: NodeJS.Signals) {
        server.kill(signal);
        await ended;
      },
      over: () => server.exitCode !== null || server.signalCode !== null,
    };
  };
  let server = await start();
  let count = 0;
  return {
    async fresh() {
      const name = `store_${++count}`;
      execFileSync(join(folder, 'createdb'), ['-h', '127.0.0.1', '-p', String(port), '-U', 'lintel', name]);
      return `postgresql://lintel@127.0.0.1:${port}/${name}`;
    },
    crash: () => server.end('SIGQUIT'),
    async restart() {
      server = await start();
    },
    async revive() {
      if (server.over()) server = await start();
    },
    async close() {
      // Fast: ends sessions instead of waiting for them.
      await server.end('SIGINT');
      rmSync(data, { recursive: true });
    },
  };
}
