// The made-up landlord for those who have no legacy systems at hand: the mocks in a process of their own, so that
// they can be killed, stopped and started again while the gateway stands.
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { SystemDefinition } from '../subgraphs/continuity/definition.ts';
import { type Config, type Environment, variablesOf } from './config.ts';
import type { Cast } from './pages/examples.ts';
import type { DemoFacts } from './pages/index.ts';

/** How long the mocks may take to come up, in ms; 125,000 homes take under twenty seconds. */
const startLimitMs = 60_000;

/** What running mocks say of themselves on their control port. */
export interface MocksFacts {
  pid: number;
  /** Which made-up landlord it is: another seed, size or day is another. */
  world: string;
  /** Addresses and credentials, as Lintel's own variables. */
  environment: Environment;
  /** The references of the journeys' people. */
  cast: Cast;
  /** Each backend that is played, by the variable that holds its address. */
  backends: readonly { system: string; target: string; variable: string }[];
  /** What each kind of fault does, by its name. */
  faults: Readonly<Record<string, string>>;
}

/** What the demo found or started. */
export interface Demo {
  /** The environment, with an address and credentials for every backend that had none. */
  env: Environment;
  /** The variables that mocks stand in for; empty: everything is configured. */
  mocked: string[];
  /** The mocks that stand in, if any do. */
  mocks: MocksFacts | null;
  /** Their process, where this one started it. */
  child: ChildProcess | null;
}

/** What the mocks on a control port say of themselves, or null where none listen. */
async function mocksAt(port: number): Promise<MocksFacts | null> {
  try {
    const reply = await fetch(`http://127.0.0.1:${port}/facts`, { signal: AbortSignal.timeout(2_000) });
    return reply.ok ? ((await reply.json()) as MocksFacts) : null;
  } catch {
    return null; // Nothing listens there, or nothing of ours: either way there are no mocks to use.
  }
}

/**
 * Points every backend that has no URL at the mocks: those that already run, or new ones.
 * @param flags for new mocks, as on the command line: `['--homes', '500']`; null: start none.
 */
export async function demo(
  systems: readonly SystemDefinition[],
  env: Environment,
  { mocksPort }: Config,
  flags: readonly string[] | null,
): Promise<Demo> {
  const missing = systems.flatMap((system) => [...variablesOf(system).values()]).filter(({ url }) => !env[url]?.trim());
  const mocked = missing.map(({ url }) => url);
  if (!mocked.length) return { env, mocked, mocks: null, child: null };
  let child: ChildProcess | null = null;
  let mocks = await mocksAt(mocksPort);
  if (!mocks && flags) {
    child = await spawnMocks(mocksPort, flags);
    mocks = await mocksAt(mocksPort);
    if (!mocks) throw new Error(`The mocks started, but do not answer on port ${mocksPort}.`);
  }
  // Address and login together: a mock's login is nothing to send to a real system, nor the other way about.
  const fromMocks = missing.flatMap((names) => Object.values(names).map((name) => [name, mocks?.environment[name]]));
  return { env: mocks ? { ...env, ...Object.fromEntries(fromMocks) } : env, mocked, mocks, child };
}

/**
 * What the sandbox shows of mocks: who lives there, and which of them can be broken, that is those that stand in for a
 * backend, one by one and as a whole system.
 */
export function demoFacts(mocks: MocksFacts, mocked: readonly string[], controlUrl: string): DemoFacts {
  const { cast, faults, backends } = mocks;
  const targets = backends
    .filter(({ variable }) => mocked.includes(variable))
    .flatMap(({ system, target }) => [system, target]);
  return { cast, breakable: { controlUrl, targets: [...new Set(targets)], kinds: faults } };
}

/** Starts the mocks' process and waits until it says that it listens. */
function spawnMocks(port: number, flags: readonly string[]): Promise<ChildProcess> {
  const cli = fileURLToPath(new URL('cli.ts', import.meta.url));
  const child = spawn(process.execPath, [cli, 'mocks', '--port', String(port), ...flags], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  return new Promise((resolve, reject) => {
    const tooLong = setTimeout(() => {
      child.kill();
      reject(new Error(`The mocks did not start within ${startLimitMs / 1000} seconds.`));
    }, startLimitMs);
    child.once('message', () => {
      clearTimeout(tooLong);
      child.removeAllListeners('exit');
      // Nothing more is said: without the channel, either process may end without the other.
      child.disconnect();
      resolve(child);
    });
    child.once('exit', (code) => {
      clearTimeout(tooLong);
      reject(new Error(`The mocks could not start (exit code ${code}); why, they have said above.`));
    });
  });
}
