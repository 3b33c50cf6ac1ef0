// `lintel start`: everything in one process, with mocks for what is not configured.
import { systems } from '../../subgraphs/index.ts';
import { type Environment, readConfig } from '../config.ts';
import { type Demo, demo, demoFacts } from '../demo.ts';
import { startLintel } from '../lintel.ts';
import { createLog } from '../log.ts';
import { onStop, print } from './process.ts';

/** Flags of the made-up world, as they are passed on to the mocks. */
type WorldFlags = Partial<Record<'homes' | 'seed' | 'today' | 'latency', string | number>>;

function worldFlags(flags: WorldFlags): string[] {
  const names = ['homes', 'seed', 'today', 'latency'] as const;
  return names.flatMap((name) => (flags[name] === undefined ? [] : [`--${name}`, String(flags[name])]));
}

/** `lintel start`: everything; mocks for what is not configured, unless told not to. */
export async function start(processEnv: Environment, flags: WorldFlags & { mocks: boolean }): Promise<void> {
  const config = readConfig(processEnv);
  const log = createLog(config.logLevel);
  const { env, mocked, mocks, child } = flags.mocks
    ? await demo(systems, processEnv, config, worldFlags(flags))
    : { env: processEnv, mocked: [], mocks: null, child: null };
  try {
    const facts = mocks && demoFacts(mocks, mocked, `http://127.0.0.1:${config.mocksPort}`);
    const lintel = await startLintel({ env, port: config.port, host: config.host, log, demo: facts });
    child?.on('exit', () => {
      log.warn('the mocks have ended; start them again with: npx lintel mocks');
    });
    print(welcome(lintel.url, mocked, mocks, Boolean(child)));
    onStop(async () => {
      await lintel.close();
      child?.removeAllListeners('exit');
      child?.kill();
    });
  } catch (error) {
    child?.kill();
    throw error;
  }
}

/** What a newcomer sees first: where things are, what is made up, and something to try. */
function welcome(url: string, mocked: string[], mocks: Demo['mocks'], ours: boolean): string {
  const lines = [
    '',
    'Lintel is up.',
    '',
    `  GraphQL   ${url}/graphql`,
    `  Sandbox   ${url}/sandbox`,
    `  Schema    ${url}/docs`,
    `  Health    ${url}/health and ${url}/ready`,
  ];
  if (!mocks) return [...lines, ''].join('\n');
  const all = mocked.length === systems.flatMap(({ backends }) => Object.keys(backends)).length;
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
