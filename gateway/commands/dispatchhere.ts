// The dispatch list in the process of a command, over the store that a Lintel would have: where none runs. Nothing is sent, and
// nothing is kept warm; systems that answer are asked for addresses, and mocks that run stand in for what is not configured.
import { systemClock } from '../../subgraphs/continuity/clock.ts';
import { systems as allSystems } from '../../subgraphs/index.ts';
import { type Environment, readConfig, variablesOf } from '../config.ts';
import { demo, playedHere } from '../demo.ts';
import { openKeeping } from '../keeping.ts';
import { startLintel } from '../lintel.ts';
import { createLog } from '../log.ts';
import { mustHaveStore } from './asleep.ts';
import { asked, type Source } from './dispatch.ts';
import { given } from './operator.ts';
import { remark } from './terminal.ts';

/** Nothing listens there: a system that is not configured cannot be asked, and what is kept of it is given. */
const nowhere = 'http://127.0.0.1:1';

/** Opens what is kept. Throws an error that says what to do where that cannot be. */
export async function listHere(processEnv: Environment): Promise<Source> {
  const config = readConfig(processEnv);
  mustHaveStore(config);
  const log = createLog(config.logLevel);
  remark('No Lintel runs here. This is what stands in its store.');
  const { env: set } = await demo(allSystems, processEnv, config, {
    played: await playedHere(allSystems, processEnv),
    flags: null,
  });
  const urls = allSystems.flatMap((system) => [...variablesOf(system).values()].map(({ url }) => url));
  const env = { ...Object.fromEntries(urls.map((url) => [url, nowhere])), ...set };
  const keeping = await openKeeping(config, log, systemClock);
  const { intake } = keeping;
  const idle = { ...keeping, intake: intake && { ...intake, serve: () => async () => {} } };
  // A port of its own that nobody knows, for as long as it takes to ask.
  const lintel = await startLintel({ env, port: 0, host: config.host, log, keeping: idle });
  return {
    ask: asked(async (query, variables) => {
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify({ query, variables });
      return given(await (await fetch(`${lintel.url}/graphql`, { method: 'POST', headers, body })).text());
    }),
    async close() {
      await lintel.close(0);
      await keeping.close();
    },
  };
}
