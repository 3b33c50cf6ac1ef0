// What can be ordered while no Lintel runs on this machine: the same questions and orders, over the store alone. What is
// set there holds when one starts. Asks no legacy system, and knows of none how it is.
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { parse } from 'graphql';
import { explainAlarm, waitingBehind } from '../../subgraphs/continuity/alarm-details.ts';
import type { BackendFigures } from '../../subgraphs/continuity/backend.ts';
import type { CircuitState } from '../../subgraphs/continuity/circuit.ts';
import { type Clock, systemClock } from '../../subgraphs/continuity/clock.ts';
import type { SystemDefinition } from '../../subgraphs/continuity/definition.ts';
import { createEvents } from '../../subgraphs/continuity/events.ts';
import { createNotices } from '../../subgraphs/continuity/notices.ts';
import { concerned, OrderRefused, stateOf } from '../../subgraphs/continuity/standing.ts';
import { createStandings } from '../../subgraphs/continuity/standings.ts';
import { openStore } from '../../subgraphs/continuity/store.ts';
import { systems as definitions, type StatusContext, statusResolvers } from '../../subgraphs/index.ts';
import { executable } from '../../subgraphs/subgraph.ts';
import type { Config } from '../config.ts';
import { type Keeping, openKeeping } from '../keeping.ts';
import { createLog } from '../log.ts';
import { personDataOf } from '../person-data.ts';
import { given, type Operator } from './operator.ts';
import { remark } from './terminal.ts';

/** Somebody who takes orders until closed. */
export interface Asleep extends Operator {
  close(): Promise<void>;
}

/** Takes orders over the store. Throws an error that says what to do where there is none, or another process has it. */
export async function openAsleep(config: Config, who: string, writes = false): Promise<Asleep> {
  mustHaveStore(config);
  const clock = systemClock;
  const onFailure = (what: string, error: unknown) => remark(`lintel: the store failed at ${what}: ${error}`);
  const keeping = await (writes
    ? openKeeping(config, createLog(config.logLevel), clock)
    : openUnread(config, onFailure));
  const { standings, events, notices, intake } = keeping;
  standings.listen((system, backend, { state, who: by, why }, before) => {
    // What a released system is, nobody knows before Lintel runs.
    if (state === 'AUTOMATIC' || state === before.state) return;
    events.record({ system, backend, atMs: clock.now(), state, cause: null, who: by, why });
  });
  const systems = definitions.map((definition) => attended(definition, keeping, clock));
  // Notices are unwatched: what is well nobody knows, so that none ends.
  const context: StatusContext = {
    systems,
    words: new Map(definitions.map((definition) => [definition.name, definition])),
    events,
    notices,
    // No system is served: what was written is looked at and decided on, and nothing is sent.
    intake,
    replays: null,
    personData: personDataOf(definitions, keeping, clock.now),
    walks: { of: () => null, start: notRunning, stop: notRunning },
    coverage: async () => [],
    now: clock.now,
    onFailure,
    operator: who,
  };
  const { execute } = executable('status', statusResolvers, () => context);
  return {
    async ask(query, variables) {
      return given(JSON.stringify(await execute({ document: parse(query), variables, asker: {} })));
    },
    close: keeping.close,
  };
}

/** Throws an error that says what to do where neither a Lintel runs here nor there is a store of one. */
export function mustHaveStore({ store: place, operatorSocket }: Config): void {
  if (!('file' in place) || existsSync(place.file)) return;
  throw new Error(
    `No Lintel runs here: nothing listens at ${operatorSocket}, and there is no store ${place.file}. Do this in the folder of the Lintel that you mean, or with its settings (PORT, STORE_FILE, DATABASE_URL, OPERATOR_SOCKET).`,
  );
}

/** What cannot be had without the keys to the store. */
const nothing = { snapshots: undefined, intake: null, own: null } as const;

/** What stands over systems, without the keys to what was read and written. */
async function openUnread(
  { store: place }: Config,
  onFailure: (what: string, error: unknown) => void,
): Promise<Pick<Keeping, 'standings' | 'events' | 'notices' | 'close'> & typeof nothing> {
  const outside = { store: await openStore(place), clock: systemClock, onFailure };
  const standings = createStandings(outside);
  const events = createEvents({ ...outside, process: `${hostname()}:${process.pid}` });
  const notices = createNotices({ ...outside, events });
  await Promise.all([standings.hear(), notices.hear()]);
  return {
    standings,
    events,
    notices,
    ...nothing,
    async close() {
      await Promise.all([events.close(), notices.close(), standings.close()]);
      await outside.store.close();
    },
  };
}

async function notRunning(): Promise<void> {
  throw new OrderRefused('Lintel does not run here: start it first.');
}

/** No calls are made. */
const figures: BackendFigures = {
  limit: 0,
  reserved: 0,
  background: 0,
  inFlight: 0,
  waiting: 0,
  rejected: 0,
  retries: 0,
  retryBudget: 0,
  probes: 0,
};

/** A system of which only is known what stands over it. */
function attended(
  definition: SystemDefinition,
  { standings, snapshots, intake }: Pick<Keeping, 'standings'> & Partial<Pick<Keeping, 'snapshots' | 'intake'>>,
  clock: Clock,
): StatusContext['systems'][number] {
  const { name } = definition;
  const applied = intake?.applied ?? null;
  const backends = Object.keys(definition.backends);
  const standingsNow = () => new Map(backends.map((backend) => [backend, standings.of(name, backend)]));
  const circuitNow = (sinceMs: number): CircuitState => ({
    kind: 'CLOSED',
    sinceMs,
    buckets: [],
    unreachableInARow: 0,
    timeoutsInARow: 0,
  });
  return {
    name,
    status: () =>
      [...standingsNow()].map(([backend, standing]) => {
        const sinceMs = standing.sinceMs || clock.now();
        const circuit = circuitNow(sinceMs);
        return { name: backend, circuit, standing, state: stateOf(circuit, standing), sinceMs, figures };
      }),
    async order(backend, order, by) {
      const about = standingsNow();
      const ordered = backend === null ? concerned(order, about) : [backend];
      if (order.order === 'RELEASE') {
        // Taken as it is: what is known to be lost is no reason to hold it again.
        for (const each of ordered) if (about.get(each)?.state === 'HELD') await applied?.accept(name, each);
      }
      await standings.order(name, ordered, order, by);
    },
    explain: (backend) => explainAlarm(name, standings.of(name, backend), snapshots),
    waiting: (backend) => waitingBehind(name, backend, standings.of(name, backend), applied),
    tryAgain() {
      throw new OrderRefused('Lintel does not run here. When it starts, it looks by itself.');
    },
  };
}
