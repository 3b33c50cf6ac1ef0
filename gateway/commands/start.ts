// `lintel start`: everything in one process, with mocks for what is not configured.
import { systemClock } from '../../subgraphs/continuity/clock.ts';
import { systems } from '../../subgraphs/index.ts';
import { type Environment, readConfig } from '../config.ts';
import { type Demo, demo, demoFacts } from '../demo.ts';
import { clientManifest, createDocuments, readManifests } from '../documents.ts';
import { type Keeping, openKeeping } from '../keeping.ts';
import { startLintel } from '../lintel.ts';
import { createLog } from '../log.ts';
import { live } from '../pages/index.ts';
import { type DocumentFlags, documentsOf } from './options.ts';
import { onStop } from './process.ts';
import { paint, print, printJson, progress } from './terminal.ts';

/** Flags of the command itself. */
interface StartFlags extends DocumentFlags {
  mocks: boolean;
  port?: number;
  json?: boolean;
}

/** Flags of the made-up world, as they are passed on to the mocks. */
type WorldFlags = Partial<Record<'homes' | 'seed' | 'today' | 'latency', string | number>>;

function worldFlags(flags: WorldFlags): string[] {
  const names = ['homes', 'seed', 'today', 'latency'] as const;
  return names.flatMap((name) => (flags[name] === undefined ? [] : [`--${name}`, String(flags[name])]));
}

/** `lintel start`: everything; mocks for what is not configured, unless told not to. */
export async function start(given: Environment, flags: WorldFlags & StartFlags): Promise<void> {
  const processEnv = flags.port === undefined ? given : { ...given, PORT: String(flags.port) };
  const config = readConfig(processEnv);
  const log = createLog(config.logLevel);
  const { env, mocked, mocks, child } = flags.mocks
    ? await demo(systems, processEnv, config, worldFlags(flags)).finally(progress('Starting the mocks'))
    : { env: processEnv, mocked: [], mocks: null, child: null };
  const { files, only } = documentsOf(flags, config);
  let keeping: Keeping | null = null;
  try {
    keeping = await openKeeping(config, log, systemClock, allMocked(mocked) ? mocks?.world : undefined);
    const lintel = await startLintel({
      env,
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
    if (flags.json) {
      const { url } = lintel;
      printJson({ url, graphql: `${url}/graphql`, mocked, mocks: mocks && { pid: mocks.pid, port: config.mocksPort } });
    } else {
      print(welcome(lintel.url, mocked, mocks, Boolean(child)));
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

/** Whether mocks stand in for everything. */
function allMocked(mocked: readonly string[]): boolean {
  return mocked.length === systems.flatMap(({ backends }) => Object.keys(backends)).length;
}

/** What a newcomer sees first: where things are, what is made up, and something to try. */
function welcome(url: string, mocked: string[], mocks: Demo['mocks'], ours: boolean): string {
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
    '  npx lintel fault repairs down',
    '  npx lintel fault clear',
    '',
  ].join('\n');
}
