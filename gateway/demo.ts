// The made-up landlord for those who have no legacy systems at hand: the mocks in a process of their own, so that
// they can be killed, stopped and started again while the gateway stands.
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { SystemDefinition } from '../subgraphs/continuity/definition.ts';
import { type Config, type Environment, hasRealSystem, variablesOf } from './config.ts';
import type { Cast } from './pages/examples.ts';
import type { DemoFacts } from './pages/index.ts';
import { seenHere } from './running.ts';

/** How long the mocks may take to come up, in ms; 125,000 homes take under twenty seconds. */
const startLimitMs = 60_000;

/** What running mocks say of themselves on their control port. */
export interface MocksFacts {
  pid: number;
  /** The folder that they were started in. */
  folder: string;
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

/** What mocks are to play, and how new ones are started. */
export interface DemoOptions {
  /** The variables of addresses that mocks may stand in for. */
  played: ReadonlySet<string>;
  /** For new mocks, as on the command line: `['--homes', '500']`; null: start none. */
  flags: readonly string[] | null;
}

/**
 * Points backends that have no URL, and may be played, at the mocks: those that already run, or new ones. Throws an error that
 * says what to do where the mocks that run are another folder's.
 */
export async function demo(
  systems: readonly SystemDefinition[],
  env: Environment,
  { mocksPort }: Config,
  { played, flags }: DemoOptions,
): Promise<Demo> {
  const missing = systems
    .flatMap((system) => [...variablesOf(system).values()])
    .filter(({ url }) => !env[url]?.trim() && played.has(url));
  const mocked = missing.map(({ url }) => url);
  if (!mocked.length) return { env, mocked, mocks: null, child: null };
  let child: ChildProcess | null = null;
  let mocks = await mocksAt(mocksPort);
  // Nobody has named that port: these are somebody else's.
  if (mocks && mocks.folder !== process.cwd() && !env.PORT?.trim() && !env.MOCKS_PORT?.trim()) {
    if (!flags) mocks = null;
    else {
      throw new Error(
        `Mocks of another folder (${mocks.folder}) run on port ${mocksPort}. Stop them, or choose another port for this Lintel, e.g. --port 5000.`,
      );
    }
  }
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
 * What a command that starts no Lintel lets mocks stand in for: everything, where no legacy system is configured; else what they
 * stand in for in the Lintel of this folder. A misspelt address gets no made-up answers.
 */
export async function playedHere(systems: readonly SystemDefinition[], env: Environment): Promise<ReadonlySet<string>> {
  const all = systems.flatMap((system) => [...variablesOf(system).values()].map(({ url }) => url));
  const seen = (await seenHere()).find(
    ({ server }) => server.port !== null && String(server.port) === env.PORT?.trim(),
  );
  if (seen) return new Set(hasRealSystem(env) && !seen.alive ? [] : seen.server.mocked);
  return new Set(hasRealSystem(env) ? [] : all);
}

/**
 * What `start` lets mocks play: with `--mocks` the systems and backends named; without it everything, or nothing once a real
 * system is configured. Throws an error that lists what is neither configured nor played.
 */
export function playedAtStart(
  systems: readonly SystemDefinition[],
  env: Environment,
  named: string | undefined,
): ReadonlySet<string> {
  const backends = systems.flatMap((system) =>
    [...variablesOf(system)].map(([backend, { url }]) => ({ system: system.name, backend, url })),
  );
  const missing = backends.filter(({ url }) => !env[url]?.trim());
  if (named === undefined && missing.length === backends.length) return new Set(missing.map(({ url }) => url));
  const targets = (named ?? '').split(',').flatMap((name) => name.trim() || []);
  const isOf = (target: string) => (each: (typeof backends)[number]) =>
    target === each.system || target === `${each.system}.${each.backend}`;
  for (const target of targets) {
    const meant = backends.filter(isOf(target));
    if (meant.length === 0) {
      const known = [...new Set(backends.flatMap(({ system, backend }) => [system, `${system}.${backend}`]))];
      throw new Error(
        `--mocks: there is no "${target}". There are: ${known.filter((name) => !/^(.*)\.\1$/.test(name)).join(', ')}.`,
      );
    }
    if (!meant.some((each) => missing.includes(each))) {
      const urls = meant.map(({ url }) => url).join(' and ');
      throw new Error(`--mocks names ${target}, and ${urls} is set: leave one of the two out.`);
    }
  }
  const played = missing.filter((each) => targets.some((target) => isOf(target)(each)));
  const left = missing.filter((each) => !played.includes(each));
  if (left.length === 0) return new Set(played.map(({ url }) => url));
  const lines = left.map(({ system, backend, url }) => {
    const target = system === backend ? system : `${system}.${backend}`;
    return `  ${url.padEnd(24)} is not set: the address of ${target}. To have it made up: --mocks ${target}`;
  });
  const why = named === undefined ? ', since a real system is configured' : '';
  throw new Error(
    `Mocks play nothing but what --mocks names${why}, and this is neither set nor named:\n${lines.join('\n')}`,
  );
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
