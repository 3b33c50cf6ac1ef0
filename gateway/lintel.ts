// Everything in one process: every system, its subgraph, the status subgraph, the gateway over them, the HTTP front.
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { createAsker } from '../subgraphs/continuity/asker.ts';
import { type Clock, systemClock } from '../subgraphs/continuity/clock.ts';
import type { SystemDefinition } from '../subgraphs/continuity/definition.ts';
import { scalars } from '../subgraphs/continuity/scalars.ts';
import type { Snapshots } from '../subgraphs/continuity/snapshots.ts';
import { createSystem, type Surroundings, type System } from '../subgraphs/continuity/system.ts';
import { systems as allSystems, statusOf, statusResolvers } from '../subgraphs/index.ts';
import { executable, subgraphSdl, systemSubgraph } from '../subgraphs/subgraph.ts';
import { type Environment, readConnections } from './config.ts';
import { type Listening, listen } from './http.ts';
import { type DemoFacts, pages } from './pages/index.ts';
import { createServer } from './server.ts';
import { createSubscriptions } from './subscriptions.ts';
import { compose, gatewayOf, type Part } from './supergraph.ts';
import { inProcess, type Transport } from './transport.ts';
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
export function surroundings(definition: SystemDefinition, env: Environment, log: Logger, clock: Clock): Surroundings {
  return {
    clock,
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
  };
}

/** A running Lintel. */
export interface Lintel extends Listening {
  systems: readonly System[];
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
  /** What is kept. Without it every answer is live, or an error. */
  snapshots?: Snapshots;
}

/** Starts everything and listens. `port` 0 takes any that is free. */
export async function startLintel({
  env,
  port,
  host,
  log,
  demo = null,
  clock = systemClock,
  snapshots,
}: LintelOptions): Promise<Lintel> {
  const systems: System[] = [];
  const listeners = new Set<(system: string) => void>();
  const events = {
    listen(listener: (system: string) => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  const transports = new Map<string, Transport>();
  for (const definition of allSystems) {
    const outside = surroundings(definition, env, log, clock);
    const system = createSystem(definition, {
      ...outside,
      onChange(name, backend, circuit) {
        outside.onChange?.(name, backend, circuit);
        for (const listener of [...listeners]) listener(name);
      },
      ...(snapshots && { snapshots }),
    });
    systems.push(system);
    transports.set(definition.name, inProcess(systemSubgraph(definition, system)));
  }
  transports.set('status', inProcess(executable('status', statusResolvers, () => ({ systems, events }))));
  const stateOf = (name: string) => {
    const system = systems.find((each) => each.name === name);
    return system && statusOf(system).state;
  };
  const { supergraphSdl, apiSdl } = compose(parts());
  const wording = createWording({ log, stateOf });
  const server = createServer({ gateway: gatewayOf(supergraphSdl, transports, scalars), log, wording });
  await server.start();
  const context = createAsker;
  const subscriptions = createSubscriptions({ server, wording, context, clock, random: Math.random, id: randomUUID });
  const readiness = () => {
    const states = Object.fromEntries(systems.map((system) => [system.name, statusOf(system).state]));
    return { degraded: Object.values(states).some((state) => state !== 'OPERATIONAL'), systems: states };
  };
  const front = { server, context, readiness, subscriptions };
  const ask = async (query: string) => {
    const { body } = await server.executeOperation({ query }, { contextValue: context(new AbortController().signal) });
    const { data, errors } = body.kind === 'single' ? body.singleResult : body.initialResult;
    if (!data) throw new Error(`Lintel cannot tell of its systems: ${errors?.[0]?.message}`);
    return data;
  };
  const shown = pages({
    apiSdl,
    parts: parts(),
    keeps: snapshots !== undefined,
    status: { ask, now: clock.now },
    demo,
  });
  const listening = await listen({ ...front, pages: shown }, port, host);
  return {
    ...listening,
    systems,
    async close(graceMs) {
      await listening.close(graceMs);
      await server.stop();
      await Promise.all(systems.map((system) => system.close()));
    },
  };
}
