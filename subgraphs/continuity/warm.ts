// Keeps everything of every system warm, so that an outage finds all of it kept and not only what was lately read: walks
// through each of them once a day, and through what has changed every quarter of an hour. Knows who walks what; how one
// walk goes is in warmrun.ts, when one is due in warmschedule.ts.
import type { Clock } from './clock.ts';
import type { Snapshots } from './kept.ts';
import { OrderRefused } from './standing.ts';
import type { Store } from './store.ts';
import type { System } from './system.ts';
import { rest } from './warmgate.ts';
import type { WalkPlan } from './warmplan.ts';
import {
  type RunSurroundings,
  runChanges,
  runWhole,
  type Underway,
  underwayOf,
  WalkEnded,
  type Walked,
  wholeState,
} from './warmrun.ts';
import { warmNumbers, whatIsDue } from './warmschedule.ts';
import { createWarmStates, type Walk, WalkTaken } from './warmstate.ts';
import { WalkFailed } from './warmwalk.ts';

export type { Walk } from './warmstate.ts';

/** The walks of this process. */
export interface Walks {
  /** The last walk through everything of a system, or the one under way; null: there has been none. */
  of(system: string): Walk | null;
  /** Begins, or goes on. Throws OrderRefused with a sentence where it cannot. */
  start(system: string): Promise<void>;
  /** Stops it until it is started again: the schedule leaves it alone. Throws OrderRefused where there is nothing to stop. */
  stop(system: string): Promise<void>;
  /** Walks by itself from now on. */
  schedule(): void;
  /** Ends what is under way; it goes on where it was with the next process. */
  close(): Promise<void>;
}

/** A system, and how it is walked through. */
export interface Planned {
  name: string;
  plan?: WalkPlan | undefined;
  /** Where it runs in this process. */
  system?: System | undefined;
}

/** What keeping warm needs from outside. */
export interface WarmSurroundings {
  /** Every system that has a plan; those that run in other processes over the same store without their system. */
  systems: readonly Planned[];
  /** Where nothing is kept, nothing is kept warm. */
  snapshots: Snapshots | undefined;
  store: Store | null;
  clock: Clock;
  /** This process, by a name that no other has. */
  process: string;
  /** How much faster (2) or gentler (0.5) than the plans say. Default 1. */
  pace?: number | undefined;
  /** Told in a sentence of a walk that ended without reaching its end, for the log. */
  onEnded?(system: string, why: string): void;
  onFailure(what: string, error: unknown): void;
}

/** Keys of an entity a page, out of what is kept. */
const keysAPage = 500;
/** How long a system of another process is waited for that has never been walked, in ms: several begin at once. */
const firstWordMs = 5 * 60_000;
/** How often it is looked whether the walk that gives an entity's keys is there yet, in ms. */
const waitForMs = 1_000;

/** Walks of every system that has a plan. Loads how they stand; begins nothing by itself before `schedule`. */
export async function createWalks(outside: WarmSurroundings): Promise<Walks> {
  const { snapshots, store, clock } = outside;
  if (!snapshots || !store) return noWalks;
  const states = createWarmStates(store, clock, outside.process);
  const walked = new Map<string, Walked>();
  for (const { name, system, plan } of outside.systems) if (system && plan) walked.set(name, { system, plan });
  const underway = new Map<string, Underway & { over: Promise<void> }>();
  let cancel = () => {};
  let closed = false;
  await states.load();

  /** Out of what the walk of another system keeps; waits while that is on its way there. */
  const keysOf: RunSurroundings['keysOf'] = async (entity, after, signal, onWait) => {
    const giver = outside.systems.find(({ plan }) => plan?.entities?.[entity] !== undefined);
    const kind = giver?.plan?.entities?.[entity];
    if (!giver || kind === undefined) return null;
    const untilMs = clock.now() + firstWordMs;
    while (isComing(giver, kind, clock.now() < untilMs)) {
      onWait(`It waits for the walk through ${giver.name}, which finds out what there is.`);
      await rest(clock, waitForMs, signal);
      await states.load();
    }
    onWait(null);
    const { keys, next } = await snapshots.keys(giver.name, kind, after ?? '', keysAPage);
    return after === null && keys.length === 0 ? null : { keys, next };
  };

  const surroundings: RunSurroundings = { ...outside, snapshots, states, keysOf };

  /** Whether a walk will soon have read all of a kind: it goes, and its system can be asked, as far as is known here. */
  function isComing({ name, plan, system }: Planned, kind: string, isEarly: boolean): boolean {
    const state = states.of(name);
    // One of another process may be about to begin.
    if (!state && !system) return isEarly;
    const stage = plan?.stages.findIndex(({ whole }) => whole?.includes(kind)) ?? -1;
    const goes = underway.get(name)?.walk || states.taken(name);
    if (!goes || (state && state.place.stage > stage)) return false;
    return !system || system.status().every((backend) => backend.state === 'OPERATIONAL');
  }

  function run(system: string, mine: Underway, work: Promise<void>): void {
    const over = work
      .catch((error: unknown) => {
        if (error instanceof WalkTaken || error instanceof WalkFailed) outside.onEnded?.(system, error.message);
        else if (!(error instanceof WalkEnded)) outside.onFailure(`keeping ${system} warm`, error);
      })
      .finally(() => underway.delete(system));
    underway.set(system, Object.assign(mine, { over }));
  }

  function beginWhole(of: Walked): void {
    const mine = underwayOf(of, clock, outside.pace ?? 1);
    const state = wholeState(of, states.of(of.system.name), clock, outside.process);
    run(of.system.name, mine, runWhole(of, mine, state, surroundings));
  }

  function beginChanges(of: Walked, sinceMs: number): void {
    const mine = underwayOf(of, clock, outside.pace ?? 1);
    run(of.system.name, mine, runChanges(of, mine, sinceMs, surroundings));
  }

  /** Begins what is due. */
  async function look(): Promise<void> {
    await states.load();
    for (const [name, of] of walked) {
      if (closed || underway.has(name) || states.taken(name)) continue;
      const state = states.of(name);
      const due = state ? whatIsDue(state, clock.now()) : 'WHOLE';
      if (due === 'WHOLE') beginWhole(of);
      else if (due === 'CHANGES') beginChanges(of, state?.changesMs ?? 0);
    }
  }

  function again(ms: number): void {
    cancel = clock.after(ms, () => {
      look()
        .catch((error: unknown) => outside.onFailure('looking what is to be kept warm', error))
        .finally(() => {
          if (!closed) again(warmNumbers.lookMs);
        });
    });
  }

  return {
    of(system) {
      const { walk, gates, waits } = underway.get(system) ?? {};
      if (walk && gates) {
        const reason = [...gates.values()].map((gate) => gate.reason).find((why) => why !== null) ?? waits ?? null;
        return walk.state === 'RUNNING' && reason !== null ? { ...walk, state: 'WAITING', reason } : walk;
      }
      const written = states.of(system)?.walk ?? null;
      if (written?.state !== 'RUNNING' || states.taken(system)) return written;
      return {
        ...written,
        state: 'WAITING',
        reason: 'The process that walked has ended; it goes on with the next look.',
      };
    },
    async start(name) {
      const of = walked.get(name);
      if (!of) throw nothingIn(name);
      await states.load();
      if (states.taken(name)) throw new OrderRefused(`Another Lintel over the same store keeps ${name} warm already.`);
      const mine = underway.get(name);
      if (mine?.walk) return;
      // What has changed is part of everything.
      mine?.end.abort(new WalkEnded('INSTEAD'));
      await mine?.over;
      if (!underway.has(name)) beginWhole(of);
    },
    async stop(name) {
      if (!walked.has(name)) throw nothingIn(name);
      const mine = underway.get(name);
      mine?.end.abort(new WalkEnded('STOPPED'));
      await mine?.over;
      const state = states.of(name);
      if (!state || ['STOPPED', 'DONE'].includes(state.walk.state)) return;
      // One that an earlier process left behind, or that failed: left alone from now on.
      const walk: Walk = { ...state.walk, state: 'STOPPED', endedAtMs: clock.now(), reason: null };
      await states.save(name, { ...state, walk, holder: outside.process });
    },
    schedule: () => again(warmNumbers.firstMs),
    async close() {
      closed = true;
      cancel();
      for (const { end } of underway.values()) end.abort(new WalkEnded('CLOSED'));
      await Promise.all([...underway.values()].map(({ over }) => over));
    },
  };
}

function nothingIn(system: string): OrderRefused {
  return new OrderRefused(`The ${system} system has nothing that could be walked through.`);
}

/** Where nothing is kept. */
const noWalks: Walks = {
  of: () => null,
  start: () => Promise.reject(nothingKept()),
  stop: () => Promise.reject(nothingKept()),
  schedule() {},
  async close() {},
};

function nothingKept(): OrderRefused {
  return new OrderRefused('Nothing is kept here, so nothing can be kept warm: there is no store.');
}
