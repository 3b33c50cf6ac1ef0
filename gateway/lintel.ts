// Everything in one process: every system, its subgraph, the status subgraph, the gateway over them, the HTTP front.
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { type Asker, createAsker } from '../subgraphs/continuity/asker.ts';
import { type Clock, systemClock } from '../subgraphs/continuity/clock.ts';
import type { SystemDefinition } from '../subgraphs/continuity/definition.ts';
import type { Neighbours } from '../subgraphs/continuity/neighbours.ts';
import { scalars } from '../subgraphs/continuity/scalars.ts';
import { createSystem, type Surroundings, type System } from '../subgraphs/continuity/system.ts';
import type { Walks } from '../subgraphs/continuity/warm.ts';
import type { WritesAside } from '../subgraphs/continuity/writes.ts';
import {
  systems as allSystems,
  createReplays,
  type StatusContext,
  statusOf,
  statusResolvers,
} from '../subgraphs/index.ts';
import { executable, subgraphSdl, systemSubgraph } from '../subgraphs/subgraph.ts';
import { type Config, type Environment, readConnections } from './config.ts';
import { clientManifest, createDocuments, type Documents, readManifests } from './documents.ts';
import { startExpiry } from './expiring.ts';
import type { Hosts } from './http/host.ts';
import type { Origins } from './http/origin.ts';
import { type Listening, listen } from './http.ts';
import { journalled } from './journalled.ts';
import { createKeeping, type Keeping } from './keeping.ts';
import { createMetrics } from './metrics.ts';
import { neighboursOf } from './neighbours.ts';
import { forbidden, listenForOperators, operatorContext } from './operator.ts';
import { type DemoFacts, pages } from './pages/index.ts';
import { personDataOf } from './person-data.ts';
import { createServer, warm } from './server.ts';
import { createSubscriptions } from './subscriptions.ts';
import { compose, gatewayOf, type Part } from './supergraph.ts';
import { inProcess, type Transport } from './transport.ts';
import { startWalks } from './walking.ts';
import { createWording } from './wording.ts';

/** Where each subgraph serves when it runs alone; written into schema/supergraph.graphql. */
const firstSubgraphPort = 4101;

/** Every subgraph as composition sees it. */
export function parts(): Part[] {
  const names = [...allSystems.map(({ name }) => name), 'status'];
  return names.map((name, index) => ({
    name,
    sdl: subgraphSdl(name),
    url: `http://127.0.0.1:${firstSubgraphPort + index}/graphql`,
  }));
}

/** What a system that runs needs, with a log of what its circuits do. */
export function surroundings(
  definition: SystemDefinition,
  env: Environment,
  log: Logger,
  clock: Clock,
  { snapshots, standings, events, intake, own }: Keeping,
): Surroundings {
  return {
    clock,
    ...(snapshots && { snapshots }),
    ...(intake && { intake }),
    ...(own && { own: own.of(definition.name, definition.ownKinds ?? {}) }),
    standings,
    events,
    random: Math.random,
    id: randomUUID,
    connections: readConnections(definition, env),
    onChange(system, backend, circuit) {
      const cause = circuit.kind === 'CLOSED' ? undefined : circuit.cause;
      const level = circuit.kind === 'OPEN' ? 'warn' : 'info';
      log[level](
        { system, backend, circuit: circuit.kind, cause },
        `${backend}: circuit ${circuit.kind.toLowerCase()}`,
      );
    },
    onFailure(system, backend, kind, { failure, message }) {
      log.debug({ system, backend, kind, failure, reason: message }, 'a read failed');
    },
    onStoreFailure: (what, error) => log.error({ err: error }, `the store failed at ${what}`),
  };
}

/** What a system's resolvers get beside its reads and the intake. */
export function asideOf(
  { name, ownKinds = {} }: SystemDefinition,
  { own }: Keeping,
  neighbours: Neighbours,
  log: Logger,
): WritesAside {
  const onFailure = (what: string, error: unknown) => log.error({ err: error }, `the store failed at ${what}`);
  return { own: own?.of(name, ownKinds), neighbours, forbidden, onFailure };
}

/** From here on receipts change Lintel's own records, and first those that an earlier process may not have got to. */
export function followReceipts({ own, intake }: Keeping, log: Logger): void {
  if (!own || !intake) return;
  own
    .follow(intake)
    .catch((error) => log.error({ err: error }, 'the store failed at looking for what is not filed yet'));
}

/** A running Lintel. */
export interface Lintel extends Listening {
  systems: readonly System[];
  /** What keeps everything warm. */
  walks: Pick<Walks, 'of' | 'start' | 'stop'>;
}

/** What a running Lintel needs from outside. */
export interface LintelOptions {
  env: Environment;
  port: number;
  host: string;
  log: Logger;
  /** Where mocks stand in for systems: what the sandbox shows of them. */
  demo?: DemoFacts | null;
  clock?: Clock;
  /** What is kept. Without it nothing is: every answer is live, or an error, and what operators set goes with the process. */
  keeping?: Keeping;
  /** Reads what takes long before anybody asks; and keeps everything warm, by itself or when asked to. Without it, only when asked to. */
  keepWarm?: Config['keepWarm'];
  /** How long what nobody has read again is kept, in ms; without it, for ever. */
  keepMs?: number;
  /** The Unix socket over which operators give orders; without it nobody can. */
  operatorSocket?: string;
  /** For which hosts it answers besides the loopback ones. */
  hosts?: Hosts;
  /** What this start is called: the operator socket tells it, so that commands know whom they have found. */
  instance?: string;
  /** Whose pages may ask, and which documents are known by a name. */
  origins?: Origins;
  documents?: Documents;
}

/** Starts everything and listens. `port` 0 takes any that is free. */
export async function startLintel({
  env,
  port,
  host,
  log,
  demo = null,
  clock = systemClock,
  keeping = createKeeping(null, log, clock),
  keepWarm,
  keepMs,
  operatorSocket,
  hosts = new Set<string>(),
  instance,
  origins = new Set<string>(),
  documents = createDocuments(readManifests([clientManifest])),
}: LintelOptions): Promise<Lintel> {
  const { snapshots, events, notices } = keeping;
  const systems: System[] = [];
  const stateOf = (name: string) => {
    const system = systems.find((each) => each.name === name);
    return system && statusOf(system).state;
  };
  const neighbours = neighboursOf(allSystems, snapshots, stateOf);
  const transports = new Map<string, Transport>();
  for (const definition of allSystems) {
    const system = createSystem(definition, surroundings(definition, env, log, clock, keeping));
    systems.push(system);
    const aside = asideOf(definition, keeping, neighbours, log);
    transports.set(definition.name, inProcess(systemSubgraph(definition, system, keeping.intake, aside)));
  }
  followReceipts(keeping, log);
  notices.watch(stateOf);
  const walks = await startWalks(systems, keeping, keepWarm, log, clock);
  const stopExpiry = startExpiry(systems, keeping, keepMs, log, clock);
  const failed = (what: string, error: unknown) => log.error({ err: error }, `Lintel failed at ${what}`);
  const told: Omit<StatusContext, 'operator'> = {
    systems,
    words: new Map(allSystems.map((definition) => [definition.name, definition])),
    events,
    notices,
    walks,
    intake: keeping.intake,
    replays: keeping.intake && createReplays({ intake: keeping.intake, now: clock.now, onFailure: failed }),
    personData: personDataOf(allSystems, keeping, clock.now),
    coverage: async (name) => (await snapshots?.coverage(name)) ?? [],
    now: clock.now,
    onFailure: failed,
  };
  const contextOf = ({ operator }: Asker): StatusContext => ({ ...told, operator: operator ?? forbidden });
  transports.set('status', inProcess(executable('status', statusResolvers, contextOf)));
  const { supergraphSdl, apiSdl } = compose(parts());
  const wording = createWording({ log, stateOf });
  const metrics = createMetrics({ systems, snapshots, intake: keeping.intake });
  const server = createServer({
    gateway: gatewayOf(supergraphSdl, transports, scalars),
    log,
    wording,
    onAnswered: metrics.answered,
  });
  await server.start();
  for (const query of documents.trusted) await warm(server, { query });
  const context = createAsker;
  const shared = { server, context, hosts, origins, documents };
  const subscriptions = createSubscriptions({ ...shared, wording, clock, random: Math.random, id: randomUUID });
  const readiness = () => {
    const states = Object.fromEntries(systems.map((system) => [system.name, statusOf(system).state]));
    return { degraded: Object.values(states).some((state) => state !== 'OPERATIONAL'), systems: states };
  };
  const front = { ...shared, readiness, subscriptions };
  const ask = async (query: string, variables?: Record<string, unknown>) => {
    const { body } = await server.executeOperation(
      { query, variables },
      { contextValue: context(new AbortController().signal) },
    );
    const { data, errors } = body.kind === 'single' ? body.singleResult : body.initialResult;
    if (!data) throw new Error(`Lintel cannot tell of its systems: ${errors?.[0]?.message}`);
    return data;
  };
  const shown = pages({
    apiSdl,
    parts: parts(),
    keeps: snapshots !== undefined,
    status: { ask, now: clock.now },
    dispatch: { ask, journal: () => journalled(keeping.journal?.entries() ?? []), now: clock.now },
    demo,
  });
  const listening = await listen({ ...front, pages: new Map([...shown, ['/metrics', metrics.route]]) }, port, host);
  const operators = operatorSocket
    ? await listenForOperators(
        { server, readiness: () => ({ ...readiness(), instance }), context: operatorContext },
        operatorSocket,
      ).catch(async (error) => {
        await listening.close(0);
        throw error;
      })
    : null;
  return {
    ...listening,
    systems,
    walks,
    async close(graceMs) {
      await Promise.all([listening.close(graceMs), operators?.close(graceMs)]);
      await server.stop();
      stopExpiry();
      await walks.close();
      await Promise.all(systems.map((system) => system.close()));
    },
  };
}
