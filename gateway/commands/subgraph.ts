// `lintel subgraph`: one system as a process of its own.
import { randomUUID } from 'node:crypto';
import { createAsker } from '../../subgraphs/continuity/asker.ts';
import { systemClock } from '../../subgraphs/continuity/clock.ts';
import { createSystem } from '../../subgraphs/continuity/system.ts';
import { statusOf, systems } from '../../subgraphs/index.ts';
import { subgraphServer, subgraphWording } from '../../subgraphs/serve.ts';
import { systemSubgraph } from '../../subgraphs/subgraph.ts';
import { type Environment, readConfig } from '../config.ts';
import { demo, playedHere } from '../demo.ts';
import { startExpiry } from '../expiring.ts';
import { listen } from '../http.ts';
import { createKeeping, openKeeping } from '../keeping.ts';
import { asideOf, followReceipts, surroundings } from '../lintel.ts';
import { createLog } from '../log.ts';
import { unreadInWords } from '../misspelt.ts';
import { neighboursOf } from '../neighbours.ts';
import { createSubscriptions } from '../subscriptions.ts';
import { startWalks } from '../walking.ts';
import { systemNamed } from './named.ts';
import { onStop } from './process.ts';
import { print, printJson, remark } from './terminal.ts';

/** `lintel subgraph`: one system by itself. */
export async function subgraph(
  processEnv: Environment,
  name: string,
  flags: { port: number; json?: boolean },
): Promise<void> {
  const definition = systemNamed(name);
  for (const sentence of unreadInWords(systems, processEnv)) remark(`lintel: ${sentence}`);
  const config = readConfig(processEnv);
  const log = createLog(config.logLevel);
  const { env, mocks } = await demo([definition], processEnv, config, {
    played: await playedHere(systems, processEnv),
    flags: null,
  });
  // Of several subgraphs on one machine each has an emergency journal of its own.
  const ofThisSystem = { ...config, emergencyFile: `${config.emergencyFile}.${name}` };
  // A file would be this process's alone, and there are other subgraphs: only what was set is opened.
  const keeping = config.storeSet
    ? await openKeeping(ofThisSystem, log, systemClock)
    : createKeeping(null, log, systemClock);
  const system = createSystem(definition, surroundings(definition, env, log, systemClock, keeping));
  const walks = await startWalks([system], keeping, config.keepWarm, log, systemClock);
  const stopExpiry = startExpiry([system], keeping, config.keepMs, log, systemClock);
  const neighbours = neighboursOf(systems, keeping.snapshots);
  const parts = systemSubgraph(definition, system, keeping.intake, asideOf(definition, keeping, neighbours, log));
  followReceipts(keeping, log);
  const server = subgraphServer(parts);
  await server.start();
  const readiness = () => {
    const { state } = statusOf(system);
    return { degraded: state !== 'OPERATIONAL', systems: { [name]: state } };
  };
  const context = (signal: AbortSignal, cacheControl: string | undefined) => {
    const asker = createAsker(signal, cacheControl);
    return { ...parts.contextOf(asker), asker };
  };
  const outside = { clock: systemClock, random: Math.random, id: randomUUID };
  const subscriptions = createSubscriptions({ server, context, wording: subgraphWording, ...outside });
  const front = { server, context, readiness, subscriptions, hosts: config.hosts };
  const listening = await listen(front, flags.port, config.host);
  if (flags.json) printJson({ system: name, graphql: `${listening.url}/graphql`, mocked: mocks !== null });
  else print(`The ${name} subgraph is at ${listening.url}/graphql${mocks ? ' (over mocks)' : ''}.`);
  onStop(async () => {
    await listening.close();
    await server.stop();
    stopExpiry();
    await walks.close();
    await system.close();
    await keeping.close();
  });
}
