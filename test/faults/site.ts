// A landlord with a fault proxy in front of each system, a Lintel over it in this process, and readers that never stop.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { type Lintel, startLintel } from '../../gateway/lintel.ts';
import { makeWorld } from '../../mocks/world.ts';
import { createCipher } from '../../subgraphs/continuity/cipher.ts';
import { systemClock } from '../../subgraphs/continuity/clock.ts';
import { createSnapshots, type Snapshots } from '../../subgraphs/continuity/snapshots.ts';
import { openStore, type StorePlace } from '../../subgraphs/continuity/store.ts';
import { type Shot, startLoad } from '../bench/outage/load.ts';
import type { Stream } from '../bench/outage/streams.ts';
import { ask } from '../estate.ts';
import { freePorts, type Run, run } from '../process.ts';
import { type FaultProxy, startProxy } from '../proxy.ts';
import { idOf, judge, type Memory, newMemory, type Target, targetsOf } from './targets.ts';

/** Homes enough that hundreds of records can be asked for once each. */
const world = { homes: 400, seed: 7 };

/** Processes that play the landlord. Repairs is played by one of its own, so that it alone can be stopped. */
export interface Landlord {
  env: Record<string, string>;
  targets: readonly Target[];
  /** By system. */
  proxies: Record<string, FaultProxy>;
  /** The process that plays repairs. */
  repairsPid: number;
  /**
   * Another Lintel, over the same systems with nothing between: what its readers wait for at the same time is what a
   * machine makes everybody wait for.
   */
  controlUrl: string;
  close(): Promise<void>;
}

async function mocks(): Promise<{ run: Run; env: Record<string, string> }> {
  const flags = ['--port', String(await freePorts(8)), '--homes', `${world.homes}`, '--seed', `${world.seed}`];
  const started = run(['mocks', ...flags]);
  const [, controlUrl] = await started.prints(/control +(http\S+)/);
  const { environment } = (await (await fetch(`${controlUrl}/facts`)).json()) as {
    environment: Record<string, string>;
  };
  return { run: started, env: environment };
}

export async function openLandlord(): Promise<Landlord> {
  const [rest, repairs] = [await mocks(), await mocks()];
  const env: Record<string, string> = { ...rest.env, REPAIRS_URL: repairs.env.REPAIRS_URL as string };
  const { homes, applications } = makeWorld(world);
  const targets = targetsOf({
    tenancies: homes.filter(({ kind }) => kind === 'DWELLING').map(({ propRef }) => propRef),
    lettings: applications.map(({ appRef }) => appRef),
    repairs: await workOrders(
      env,
      homes.slice(0, 200).map(({ propRef }) => propRef),
    ),
    telephony: [''],
  });
  const folder = mkdtempSync(join(tmpdir(), 'lintel-faults-'));
  const variables = { ...env, PORT: String(await freePorts(1)), STORE_FILE: join(folder, 'store'), LOG_LEVEL: 'error' };
  const control = run(['start', '--no-mocks', '--json'], variables);
  const [, controlUrl = ''] = await control.prints(/"url":"([^"]+)"/);
  const proxies: Record<string, FaultProxy> = {};
  for (const { system, variable } of targets) {
    proxies[system] = await startProxy(env[variable] as string);
    env[variable] = (proxies[system] as FaultProxy).url;
  }
  return {
    env,
    targets,
    proxies,
    repairsPid: repairs.run.child.pid as number,
    controlUrl,
    async close() {
      for (const proxy of Object.values(proxies)) await proxy.close();
      const runs = [rest.run, repairs.run, control];
      for (const { child } of runs) child.kill('SIGKILL');
      await Promise.all(runs.map(({ ended }) => ended));
      rmSync(folder, { recursive: true });
    },
  };
}

/** References of work orders; the made-up world itself does not list them. */
async function workOrders(env: Record<string, string>, properties: string[]): Promise<string[]> {
  const lintel = await startLintel({ env, port: 0, host: '127.0.0.1', log: pino({ level: 'silent' }) });
  const query = `query All($ids: [ID!]!) { properties(propertyReferences: $ids) { repairs(includeClosed: true) { items { reference } } } }`;
  const { data } = await ask(lintel.url, query, { ids: properties });
  await lintel.close();
  return data.properties.flatMap((property: { repairs: { items: { reference: string }[] } }) =>
    property.repairs.items.map(({ reference }) => reference),
  );
}

/** A Lintel over a landlord, with something kept. */
export interface Site {
  landlord: Landlord;
  lintel: Lintel;
  snapshots: Snapshots;
  /** What the store has failed at. */
  failures: string[];
  /** How many fresh records of each target have been asked for: none twice. */
  freshTurns: Map<Target, number>;
  close(): Promise<void>;
}

export async function openSite(landlord: Landlord, place: StorePlace): Promise<Site> {
  const store = await openStore(place);
  const failures: string[] = [];
  const snapshots = createSnapshots({
    store,
    cipher: createCipher(new Map([['test', randomBytes(32)]])),
    clock: systemClock,
    onFailure: (what) => failures.push(what),
  });
  const log = pino({ level: 'silent' });
  const lintel = await startLintel({ env: landlord.env, port: 0, host: '127.0.0.1', log, snapshots });
  return {
    landlord,
    lintel,
    snapshots,
    failures,
    freshTurns: new Map(),
    async close() {
      await lintel.close();
      await snapshots.close();
      await store.close();
    },
  };
}

/** Readers of every system: of the one that is to be broken, records that are kept and others that never are. */
export interface Readers {
  readonly shots: readonly Shot[];
  /** Of the other Lintel: the other systems alone. */
  readonly control: readonly Shot[];
  memory: Memory;
  /** Waits until something is so; looked at whenever a request has ended. Bounded by the test's time limit. */
  until(so: () => boolean): Promise<void>;
  stop(): Promise<void>;
}

/** Few enough that each is asked for twice a second, and that they never fill a backend's places. */
export const keptKeys = 8;
/** Questions a second. Lettings allows twenty calls, from both Lintels. */
const pace = { kept: 12, fresh: 4, other: 14, lettings: 7 };

/** A system with fewer records than this is asked for kept ones alone: fresh ones would run out. */
const enoughFresh = 100;

/** Begins to read. */
export function read({ landlord, lintel, freshTurns }: Site, broken: string): Readers {
  const memory = newMemory();
  const waiting = new Set<() => void>();
  const inTurn =
    ({ keys }: Target) =>
    (turn: number) =>
      keys[turn % Math.min(keys.length, keptKeys)] as string;
  const others = (heard: Memory) =>
    landlord.targets
      .filter(({ system }) => system !== broken)
      .map((target) => {
        const perSecond = target.system === 'lettings' ? pace.lettings : pace.other;
        return streamOf('other', perSecond, target, inTurn(target), heard);
      });
  const target = landlord.targets.find(({ system }) => system === broken) as Target;
  const ofBroken = [streamOf('kept', pace.kept, target, inTurn(target), memory)];
  const first = freshTurns.get(target) ?? 0;
  const fresh = target.keys.slice(keptKeys);
  if (fresh.length >= enoughFresh) {
    const next = (turn: number) => {
      freshTurns.set(target, Math.max(freshTurns.get(target) ?? 0, first + turn + 1));
      return fresh[(first + turn) % fresh.length] as string;
    };
    ofBroken.push(streamOf('fresh', pace.fresh, target, next, memory));
  }
  const load = startLoad(lintel.url, [...ofBroken, ...others(memory)], () => {
    for (const look of [...waiting]) look();
  });
  const control = startLoad(landlord.controlUrl, others(newMemory()));
  let stopped: Promise<unknown> | null = null;
  return {
    shots: load.shots,
    control: control.shots,
    memory,
    until: (so) =>
      new Promise((resolve) => {
        const look = () => {
          if (!so()) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    async stop() {
      stopped ??= Promise.all([load.stop(), control.stop()]);

      await stopped;
    },
  };
}

function streamOf(
  name: string,
  perSecond: number,
  target: Target,
  keyOf: (turn: number) => string,
  memory: Memory,
): Stream {
  const asked = new Map<number, { key: string; seenMs: number }>();
  return {
    name,
    perSecond,
    body(turn) {
      const key = keyOf(turn);
      asked.set(turn, { key, seenMs: memory.liveAtMs.get(idOf(target, key)) ?? 0 });
      return JSON.stringify({ query: target.query, ...(key && { variables: { id: key } }) });
    },
    answerOf(reply, turn) {
      const { key, seenMs } = asked.get(turn) as { key: string; seenMs: number };
      asked.delete(turn);
      return judge(target, key, reply, memory, seenMs);
    },
  };
}
