// `lintel gateway`: any Federation 2 supergraph whose subgraphs speak HTTP. Knows nothing of housing.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createAsker } from '../../subgraphs/continuity/asker.ts';
import { systemClock } from '../../subgraphs/continuity/clock.ts';
import { type Environment, readConfig } from '../config.ts';
import { listen } from '../http.ts';
import { createLog } from '../log.ts';
import { pages } from '../pages/index.ts';
import { createServer } from '../server.ts';
import { gatewayOf, subgraphsOf } from '../supergraph.ts';
import { remote } from '../transport.ts';
import { createWording } from '../wording.ts';
import { onStop } from './process.ts';
import { print, printJson } from './terminal.ts';

/** `lintel gateway`: any Federation 2 supergraph over HTTP. */
export async function gateway(
  env: Environment,
  flags: { supergraph: string; port?: number; json?: boolean },
): Promise<void> {
  const config = readConfig(env);
  const log = createLog(config.logLevel);
  const sdl = supergraphFile(flags.supergraph);
  const graphs = subgraphsOf(sdl);
  const options = { timeoutMs: config.subgraphTimeoutMs, clock: systemClock, random: Math.random, id: randomUUID };
  const transports = new Map(graphs.map(({ name, url }) => [name, remote(name, url, options)]));
  const server = createServer({
    gateway: gatewayOf(sdl, transports),
    log,
    wording: createWording({ log, generic: true }),
  });
  await server.start();
  const front = { server, context: createAsker, pages: pages(null) };
  const listening = await listen(front, flags.port ?? config.port, config.host);
  const names = graphs.map(({ name }) => name);
  if (flags.json) printJson({ graphql: `${listening.url}/graphql`, subgraphs: names });
  else print(`GraphQL at ${listening.url}/graphql over ${names.length} subgraphs: ${names.join(', ')}.`);
  onStop(async () => {
    await listening.close();
    await server.stop();
  });
}

function supergraphFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`The supergraph ${file} cannot be read: ${(error as Error).message}.`);
  }
}
