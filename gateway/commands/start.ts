// `lintel start`: everything in one process, with mocks where nothing is configured, or for what is named.
import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { systemClock } from '../../subgraphs/continuity/clock.ts';
import { systems } from '../../subgraphs/index.ts';
import { type Config, type Environment, portOfFile, readConfig } from '../config.ts';
import { type Demo, demo, demoFacts, type MocksFacts, playedAtStart } from '../demo.ts';
import { clientManifest, createDocuments, readManifests } from '../documents.ts';
import { type Keeping, mustBeWritable, openKeeping } from '../keeping.ts';
import { startLintel } from '../lintel.ts';
import { createLog } from '../log.ts';
import { unreadInWords } from '../misspelt.ts';
import { live } from '../pages/index.ts';
import { announce, runningHere } from '../running.ts';
import { type DocumentFlags, documentsOf } from './options.ts';
import { onStop } from './process.ts';
import { paint, print, printJson, progress, remark } from './terminal.ts';

/** Flags of the command itself. */
interface StartFlags extends DocumentFlags {
  /** Names of what mocks play; false: nothing; left out: everything, where no real system is configured. */
  mocks?: string | false;
  port?: number;
  json?: boolean;
}

/** Flags of the made-up world, as they are passed on to the mocks. */
type WorldFlags = Partial<Record<'homes' | 'seed' | 'today' | 'latency', string | number>>;

function worldFlags(flags: WorldFlags): string[] {
  const names = ['homes', 'seed', 'today', 'latency'] as const;
  return names.flatMap((name) => (flags[name] === undefined ? [] : [`--${name}`, String(flags[name])]));
}

/** `lintel start`: everything. Where nothing is configured mocks play all of it; else what they are told to play. */
export async function start(given: Environment, flags: WorldFlags & StartFlags): Promise<void> {
  const processEnv = flags.port === undefined ? given : { ...given, PORT: String(flags.port) };
  for (const sentence of unreadInWords(systems, given)) remark(`lintel: ${sentence}`);
  const config = readConfig(processEnv);
  mustBeWritable(config.store);
  const log = createLog(config.logLevel);
  const played = flags.mocks === false ? null : playedAtStart(systems, processEnv, flags.mocks);
  const { env, mocked, mocks, child } = played
    ? await demo(systems, processEnv, config, { played, flags: worldFlags(flags) }).finally(
        progress('Starting the mocks'),
      )
    : { env: processEnv, mocked: [], mocks: null, child: null };
  const { files, only } = documentsOf(flags, config);
  let keeping: Keeping | null = null;
  try {
    keeping = await openKeeping(config, log, systemClock, allMocked(mocked) ? mocks?.world : undefined);
    const instance = randomUUID();
    const lintel = await startLintel({
      env,
      instance,
      port: config.port,
      host: config.host,
      log,
      demo: mocks && demoFacts(mocks, mocked, `http://127.0.0.1:${config.mocksPort}`),
      keeping,
      operatorSocket: config.operatorSocket,
      keepWarm: config.keepWarm,
      hosts: config.hosts,
      origins: config.origins,
      documents: createDocuments(readManifests([clientManifest, ...files]), only, live),
      keepMs: config.keepMs,
    });
    child?.on('exit', () => {
      log.warn('the mocks have ended; start them again with: npx lintel mocks');
    });
    const others = (await runningHere()).filter(({ kind }) => kind === 'lintel');
    const announced = announce({
      kind: 'lintel',
      instance,
      pid: process.pid,
      port: Number(new URL(lintel.url).port),
      mocksPort: mocks && config.mocksPort,
      operatorSocket: config.operatorSocket,
      store: 'file' in config.store ? resolve(config.store.file) : null,
      emergencyFile: config.emergencyFile,
      mocked,
    });
    if (flags.json) {
      const { url } = lintel;
      printJson({ url, graphql: `${url}/graphql`, mocked, mocks: mocks && { pid: mocks.pid, port: config.mocksPort } });
    } else {
      const found = announced && others.length === 0;
      print(welcome(lintel.url, mocked, mocks, Boolean(child), commandOf(config, found)));
    }
    onStop(async () => {
      await lintel.close();
      await keeping?.close();
      child?.removeAllListeners('exit');
      child?.kill();
    });
  } catch (error) {
    child?.kill();
    await keeping?.close();
    throw error;
  }
}

/**
 * How a command reaches this Lintel that is typed in another terminal, in the same folder: without more where it is found there
 * alone, and no .env file there says otherwise; else with its port.
 */
function commandOf({ port, mocksPort }: Config, found: boolean): string {
  const told = portOfFile();
  if (found && (told === null || told === String(port))) return 'npx lintel';
  return `PORT=${port} ${mocksPort === port + 10 ? '' : `MOCKS_PORT=${mocksPort} `}npx lintel`;
}

/** Whether mocks stand in for everything. */
function allMocked(mocked: readonly string[]): boolean {
  return mocked.length === systems.flatMap(({ backends }) => Object.keys(backends)).length;
}

/** What a newcomer sees first: where things are, what is made up, and something to try. */
function welcome(url: string, mocked: string[], mocks: Demo['mocks'], ours: boolean, lintel: string): string {
  const lines = [
    '',
    paint('good', 'Lintel is up.'),
    '',
    `  GraphQL   ${url}/graphql`,
    `  Sandbox   ${url}/sandbox`,
    `  Schema    ${url}/docs`,
    `  Health    ${url}/health and ${url}/ready`,
  ];
  if (!mocks) return [...lines, ''].join('\n');
  const all = allMocked(mocked);
  const { katy } = mocks.cast;
  const query = `{
    person(personReference: "${katy.personReference}") {
      name
      tenancies { items { property { address repairs { items { description appointment { window { start } } } } } } }
      applications { items { offers { items { plannedMoveDate } } } }
      calls { items { startedAt disposition } }
    }
    systems { name state }
  }`;
  // What is not made up cannot be broken.
  const target = mocked.some((name) => name.startsWith('REPAIRS_')) ? 'repairs' : brokenFirst(mocks, mocked);
  return [
    ...lines,
    `  Mocks     ${all ? 'every legacy system is played by a mock' : `mocks stand in for ${mocked.join(', ')}`}` +
      ` (process ${mocks.pid}${ours ? '' : ', already running'})`,
    '',
    'Katy waits for a move date. What is known of her, out of four systems:',
    '',
    `  curl -s ${url}/graphql -H 'content-type: application/json' -d @- <<'END'`,
    `  ${JSON.stringify({ query: query.replace(/\s+/g, ' ') })}`,
    '  END',
    '',
    'Then pull the plug on one of them, and ask again (or do both in the sandbox):',
    '',
    `  ${lintel} fault ${target} down`,
    `  ${lintel} fault clear`,
    '',
  ].join('\n');
}

/** A system that can be broken, since mocks play it. */
function brokenFirst({ backends }: MocksFacts, mocked: readonly string[]): string {
  return backends.find(({ variable }) => mocked.includes(variable))?.system ?? 'repairs';
}
