// Keeps everything of every system warm, so that an outage finds all of it kept and not only what was lately read: walks
// through each of them once a day, and through what has changed every quarter of an hour. Knows schedules, and who walks
// what; how one walk goes is in warmwalk.ts.
import type { Clock } from './clock.ts';
import type { Reads } from './definition.ts';
import { londonWallClock } from './dirt.ts';
import type { Snapshots } from './kept.ts';
import type { Store } from './store.ts';
import type { System } from './system.ts';
import { createGate, type Gate } from './warmgate.ts';
import type { Gentleness, Source, WalkPlan } from './warmplan.ts';
import { createWarmStates, type Walk, WalkTaken, type WarmState } from './warmstate.ts';
import { beginning, type Place, WalkFailed, walk } from './warmwalk.ts';

export type { Walk } from './warmstate.ts';

/** The walks of this process. */
export interface Walks {
  /** The last walk through everything of a system, or the one under way; null: there has been none. */
  of(system: string): Walk | null;
  /** Begins, or goes on. Throws an Error with a sentence where the system has nothing to walk through. */
  start(system: string): Promise<void>;
  /** Stops it until it is started again, by whoever: the schedule leaves it alone. */
  stop(system: string): Promise<void>;
  /** Walks by itself from now on. */
  schedule(): void;
  /** Ends what is under way; it goes on where it was with the next process. */
  close(): Promise<void>;
}

/** Numbers of the schedule, in ms. */
export const warmNumbers = {
  /** After the start, the first minute is left to whoever has waited for it, and to circuits to find out what is down. */
  firstMs: 60_000,
  /** How often it is looked what is due, and written down that a walk still goes. */
  lookMs: 60_000,
  /** What has changed is read anew so often: kept answers are a quarter of an hour old at most where feeds tell. */
  changesMs: 15 * 60_000,
  /** Everything is read anew once a day, in the evening: few ask then, and the systems' own batches begin at two. */
  wholeMs: 20 * 3_600_000,
  evening: { from: 21, to: 24 },
  /** At any hour where that long has passed: a process that never runs in the evening. */
  overdueMs: 44 * 3_600_000,
  /** One that has failed goes on after this. */
  failedMs: 30 * 60_000,
};

/** What keeping warm needs from outside. */
export interface WarmSurroundings {
  systems: readonly { system: System; plan?: WalkPlan | undefined }[];
  snapshots: Snapshots;
  store: Store;
  clock: Clock;
  /** This process, by a name that no other has. */
  process: string;
  /** How much faster (2) or gentler (0.5) than the plans say. Default 1. */
  pace?: number;
  /** Told how walks begin and end, in a sentence, for the log. */
  onWalk?(system: string, what: string): void;
  onFailure(what: string, error: unknown): void;
}

/** Keys of an entity a page, out of what is kept. */
const keysAPage = 500;
/** How often it is looked whether the walk that gives an entity's keys is there yet, in ms. */
const waitForMs = 1_000;

/** Why a walk ends before its end: an operator stops it, another takes its place, or the process ends. */
class WalkEnded extends Error {
  readonly why: 'STOPPED' | 'INSTEAD' | 'CLOSED';

  constructor(why: WalkEnded['why']) {
    super(`the walk is ended: ${why}`);
    this.why = why;
  }
}

/** A walk that this process makes. */
interface Underway {
  end: AbortController;
  /** Through everything, or only what has changed. */
  whole: boolean;
  gates: ReadonlyMap<string, Gate>;
  /** How it stands; what is written down is a little behind. */
  walk: Walk | null;
  over: Promise<void>;
}

/** Walks of every system that has a plan. Loads how they stand; begins nothing by itself before `schedule`. */
export async function createWalks(outside: WarmSurroundings): Promise<Walks> {
  const { snapshots, clock } = outside;
  const states = createWarmStates(outside.store, clock, outside.process);
  const underway = new Map<string, Underway>();
  let cancel = () => {};
  let closed = false;
  await states.load();

  const entry = (system: string) => outside.systems.find(({ system: { name } }) => name === system);
  const generationsOf = (system: System) =>
    Object.fromEntries(system.status().map(({ name, standing }) => [name, standing.generation]));

  function gatesOf(system: System, plan: WalkPlan): ReadonlyMap<string, Gate> {
    const pace = outside.pace ?? 1;
    return new Map(
      Object.entries(plan.gentleness).map(([backend, { atOnce, callsASecond }]) => {
        const gentleness: Gentleness = {
          atOnce: Math.max(1, Math.round(atOnce * pace)),
          callsASecond: callsASecond * pace,
        };
        const status = () => {
          const found = system.status().find(({ name }) => name === backend);
          if (!found) throw new Error(`${system.name} has no backend ${backend}`);
          return found;
        };
        return [backend, createGate({ clock, gentleness, status })];
      }),
    );
  }

  function pause(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = () => {
        stop();
        reject(signal.reason);
      };
      const stop = clock.after(ms, () => {
        signal.removeEventListener('abort', end);
        resolve();
      });
      if (signal.aborted) end();
      else signal.addEventListener('abort', end, { once: true });
    });
  }

  /** Whether a walk on its way to a kind will be there soon: it goes, and its system can be asked. */
  function isComing(giver: { system: System; plan?: WalkPlan | undefined }, kind: string): boolean {
    const state = states.of(giver.system.name);
    const stage = giver.plan?.stages.findIndex(({ whole }) => whole?.includes(kind)) ?? -1;
    if (!underway.get(giver.system.name)?.whole && !states.taken(giver.system.name)) return false;
    if (state && state.place.stage > stage) return false;
    return giver.system.status().every((backend) => backend.state === 'OPERATIONAL');
  }

  function sourceOf(sinceMs: number | null, signal: AbortSignal): Omit<Source<Reads>, 'ask'> {
    return {
      sinceMs,
      async keysOf(entity, after) {
        const giver = outside.systems.find(({ plan }) => plan?.entities?.[entity] !== undefined);
        const kind = giver?.plan?.entities?.[entity];
        if (!giver || kind === undefined) return null;
        while (isComing(giver, kind)) {
          await pause(waitForMs, signal);
          await states.load();
        }
        const { keys, next } = await snapshots.keys(giver.system.name, kind, after ?? '', keysAPage);
        return after === null && keys.length === 0 ? null : { keys, next };
      },
    };
  }

  /** How a walk stands: also why it waits, if it does. */
  function looked(system: string, written: Walk): Walk {
    const { walk: mine = null, gates } = underway.get(system) ?? {};
    if (mine && gates) {
      const reason = [...gates.values()].map((gate) => gate.reason).find((why) => why !== null) ?? null;
      return mine.state !== 'RUNNING' || reason === null ? mine : { ...mine, state: 'WAITING', reason };
    }
    if (written.state !== 'RUNNING' || states.taken(system)) return written;
    return { ...written, state: 'WAITING', reason: 'The process that walked has ended; it goes on soon.' };
  }

  async function wholeWalk(system: System, plan: WalkPlan, mine: Underway, begun: WarmState): Promise<void> {
    const { name } = system;
    let state = begun;
    const save = (change: Partial<Walk>, place: Place = state.place) => {
      state = { ...state, walk: { ...state.walk, ...change }, place, holder: outside.process };
      mine.walk = state.walk;
      return states.save(name, state);
    };
    await save({ state: 'RUNNING', endedAtMs: null, reason: null });
    const cancelBeat = beat(() => save({}), mine.end.signal);
    try {
      const reached = await walk(
        {
          system,
          plan,
          source: sourceOf(null, mine.end.signal),
          gates: mine.gates,
          signal: mine.end.signal,
          onFound(total) {
            state = { ...state, walk: { ...state.walk, total } };
            mine.walk = state.walk;
          },
          async onReached(place) {
            await snapshots.flush();
            await save({ done: place.done }, place);
          },
        },
        state.place,
      );
      cancelBeat();
      proven(system, plan, state, reached);
      await snapshots.flush();
      state = { ...state, wholeMs: state.walk.startedAtMs, changesMs: state.walk.startedAtMs };
      const reason = reached.missed.length > 0 ? missedSentence(reached.missed) : null;
      await save({ state: 'DONE', endedAtMs: clock.now(), total: reached.done, reason }, reached);
    } catch (error) {
      cancelBeat();
      if (error instanceof WalkTaken) throw error;
      const stopped = mine.end.signal.aborted;
      // One that ends with the process is found RUNNING by the next, and goes on.
      if (stopped && (mine.end.signal.reason as WalkEnded).why === 'CLOSED') return;
      const reason = error instanceof WalkFailed ? error.message : 'Something went wrong here; the log says what.';
      await save({ state: stopped ? 'STOPPED' : 'FAILED', endedAtMs: clock.now(), reason: stopped ? null : reason });
      if (!stopped && !(error instanceof WalkFailed)) throw error;
    }
  }

  /** What is not kept of the kinds that were walked through as a whole was not there when the walk began. */
  function proven(system: System, plan: WalkPlan, state: WarmState, { missed }: Place): void {
    const now = generationsOf(system);
    for (const kind of plan.stages.flatMap(({ whole = [] }) => whole)) {
      const generation = now[system.backendOf(kind)];
      const same = generation !== undefined && generation === state.generations[system.backendOf(kind)];
      if (same && !missed.includes(kind)) snapshots.complete(system.name, kind, state.walk.startedAtMs, generation);
    }
  }

  async function changesWalk(system: System, plan: WalkPlan, mine: Underway, state: WarmState): Promise<void> {
    const startedAtMs = clock.now();
    const { missed } = await walk(
      {
        system,
        plan,
        source: sourceOf(state.changesMs, mine.end.signal),
        gates: mine.gates,
        signal: mine.end.signal,
        onFound() {},
        onReached: () => snapshots.flush(),
      },
      beginning,
    );
    if (missed.length > 0) return;
    const latest = states.of(system.name) ?? state;
    await states.save(system.name, { ...latest, changesMs: startedAtMs, holder: outside.process });
  }

  /** Writes down now and then that a walk still goes, also while it waits. */
  function beat(work: () => Promise<void>, signal: AbortSignal): () => void {
    let stop = () => {};
    const next = () => {
      stop = clock.after(warmNumbers.lookMs, () => {
        if (signal.aborted) return;
        work().then(next, (error: unknown) => outside.onFailure('writing down how far a walk has come', error));
      });
    };
    next();
    return () => stop();
  }

  function run(system: System, plan: WalkPlan, whole: boolean, what: (mine: Underway) => Promise<void>): Promise<void> {
    const mine: Underway = {
      end: new AbortController(),
      whole,
      gates: gatesOf(system, plan),
      walk: null,
      over: Promise.resolve(),
    };
    underway.set(system.name, mine);
    mine.over = what(mine)
      .catch((error: unknown) => {
        if (mine.end.signal.aborted) return;
        if (error instanceof WalkTaken || error instanceof WalkFailed) outside.onWalk?.(system.name, error.message);
        else outside.onFailure(`keeping ${system.name} warm`, error);
      })
      .finally(() => {
        if (underway.get(system.name) === mine) underway.delete(system.name);
      });
    return mine.over;
  }

  function beginWhole(system: System, plan: WalkPlan): void {
    const before = states.of(system.name);
    const goesOn = before && before.walk.state !== 'DONE';
    const fresh: Walk = {
      state: 'RUNNING',
      done: 0,
      total: null,
      startedAtMs: clock.now(),
      endedAtMs: null,
      reason: null,
    };
    const state: WarmState = goesOn
      ? before
      : {
          walk: fresh,
          place: beginning,
          generations: generationsOf(system),
          wholeMs: before?.wholeMs ?? null,
          changesMs: before?.changesMs ?? null,
          holder: outside.process,
        };
    void run(system, plan, true, (mine) => wholeWalk(system, plan, mine, state));
  }

  function isDue(system: string): 'WHOLE' | 'CHANGES' | null {
    const state = states.of(system);
    if (!state) return 'WHOLE';
    const { walk: last, wholeMs, changesMs } = state;
    const now = clock.now();
    if (last.state === 'STOPPED') return null;
    if (last.state === 'RUNNING' || last.state === 'WAITING') return 'WHOLE';
    if (last.state === 'FAILED') return now - (last.endedAtMs ?? 0) >= warmNumbers.failedMs ? 'WHOLE' : null;
    const hour = Number(londonWallClock(now).slice(11, 13));
    const evening = hour >= warmNumbers.evening.from && hour < warmNumbers.evening.to;
    const sinceMs = now - (wholeMs ?? 0);
    if (sinceMs >= warmNumbers.overdueMs || (evening && sinceMs >= warmNumbers.wholeMs)) return 'WHOLE';
    return now - (changesMs ?? 0) >= warmNumbers.changesMs ? 'CHANGES' : null;
  }

  async function look(): Promise<void> {
    await states.load();
    for (const { system, plan } of outside.systems) {
      if (closed || !plan || underway.has(system.name) || states.taken(system.name)) continue;
      const due = isDue(system.name);
      if (due === 'WHOLE') beginWhole(system, plan);
      const state = states.of(system.name);
      if (due === 'CHANGES' && state) void run(system, plan, false, (mine) => changesWalk(system, plan, mine, state));
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
      const state = states.of(system);
      return state && looked(system, state.walk);
    },
    async start(name) {
      const { system, plan } = entry(name) ?? {};
      if (!system || !plan) throw new Error(`There is nothing to walk through in ${name}.`);
      await states.load();
      if (states.taken(name)) throw new Error(`Another Lintel over the same store keeps ${name} warm already.`);
      const mine = underway.get(name);
      if (mine?.whole) return;
      // What has changed is part of everything.
      mine?.end.abort(new WalkEnded('INSTEAD'));
      await mine?.over;
      beginWhole(system, plan);
    },
    async stop(name) {
      const mine = underway.get(name);
      mine?.end.abort(new WalkEnded('STOPPED'));
      await mine?.over;
      const state = states.of(name);
      if (!state || ['STOPPED', 'DONE'].includes(state.walk.state)) return;
      // One that another process left behind, or that failed: it is left alone from now on.
      await states.save(name, {
        ...state,
        walk: { ...state.walk, state: 'STOPPED', endedAtMs: clock.now(), reason: null },
        holder: outside.process,
      });
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

function missedSentence(kinds: readonly string[]): string {
  return `Some could not be read (${kinds.join(', ')}): the next walk tries them again.`;
}

/** Reads what a plan wants read at the start, once its system is well; tries again until it is. Gives what ends it. */
export function atStart(
  systems: readonly { system: System; plan?: WalkPlan | undefined }[],
  clock: Clock,
): { over: Promise<void>; end(): void } {
  const end = new AbortController();
  const all = systems.map(async ({ system, plan }) => {
    const wanted = plan?.atStart;
    if (!wanted) return;
    const backend = system.backendOf(wanted.kind);
    const status = () => {
      const found = system.status().find(({ name }) => name === backend);
      if (!found) throw new Error(`${system.name} has no backend ${backend}`);
      return found;
    };
    const gate = createGate({ clock, gentleness: { atOnce: 1, callsASecond: 1 }, status });
    for (;;) {
      try {
        await gate.pass(wanted.kind, () => system.fetch(wanted.kind, [wanted.key], end.signal), end.signal);
        return;
      } catch {
        // Told to the log by the system itself; the gate waits longer each time.
        if (end.signal.aborted) return;
      }
    }
  });
  return { over: Promise.all(all).then(() => {}), end: () => end.abort(new Error('The process ends.')) };
}
