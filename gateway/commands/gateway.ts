// `lintel gateway`: any Federation 2 supergraph whose subgraphs speak HTTP. Knows nothing of housing.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createAsker } from '../../subgraphs/continuity/asker.ts';
import { systemClock } from '../../subgraphs/continuity/clock.ts';
import { systems } from '../../subgraphs/index.ts';
import { type Environment, readConfig } from '../config.ts';
import { createDocuments, readManifests } from '../documents.ts';
import { createGenerations } from '../generations.ts';
import { listen } from '../http.ts';
import { createLog } from '../log.ts';
import { unreadInWords } from '../misspelt.ts';
import { pages } from '../pages/index.ts';
import { createGatewayMetrics } from '../requests.ts';
import { createSubscriptions } from '../subscriptions.ts';
import { watch } from '../watch.ts';
import { createWording } from '../wording.ts';
import { type DocumentFlags, documentsOf } from './options.ts';
import { onStop } from './process.ts';
import { print, printJson, remark } from './terminal.ts';

/** `lintel gateway`: any Federation 2 supergraph over HTTP. */
export async function gateway(
  env: Environment,
  flags: DocumentFlags & { supergraph: string; port?: number; json?: boolean },
): Promise<void> {
  for (const sentence of unreadInWords(systems, env)) remark(`lintel: ${sentence}`);
  const config = readConfig(env);
  const log = createLog(config.logLevel);
  const { files, only } = documentsOf(flags, config);
  const documents = createDocuments(readManifests(files), only);
  const wording = createWording({ log, generic: true });
  const surroundings = { clock: systemClock, random: Math.random, id: randomUUID };
  const supergraphSdl = supergraphFile(flags.supergraph);
  const { answered: onAnswered, called: onCalled, route } = createGatewayMetrics();
  const server = await createGenerations(supergraphSdl, {
    ...surroundings,
    onAnswered,
    onCalled,
    timeoutMs: config.subgraphTimeoutMs,
    log,
    wording,
    known: documents.trusted,
    onRetired: () => subscriptions.dismiss(),
  });
  const { hosts, origins } = config;
  const shared = { server, context: createAsker, hosts, origins, documents };
  const subscriptions = createSubscriptions({ ...shared, ...surroundings, wording });
  const front = { ...shared, subscriptions, pages: new Map([...pages(null), ['/metrics', route]]) };
  const listening = await listen(front, flags.port ?? config.port, config.host);
  const unwatch = watch(
    flags.supergraph,
    supergraphSdl,
    async (next) => {
      try {
        await server.swap(next);
        log.info({ subgraphs: server.names }, 'the new supergraph is served');
      } catch (error) {
        refused(error as Error);
      }
    },
    refused,
  );
  function refused({ message }: Error): void {
    log.error(`The new supergraph is not taken, the former one is served on. ${message}`);
  }
  const { names } = server;
  if (flags.json) printJson({ graphql: `${listening.url}/graphql`, subgraphs: names });
  else print(`GraphQL at ${listening.url}/graphql over ${names.length} subgraphs: ${names.join(', ')}.`);
  onStop(async () => {
    unwatch();
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
