// One system's walks: what they are given, what is written down on their way, and what is proven at their end. Knows how
// walks and what is kept fit together; knows no schedule.
import type { Clock } from './clock.ts';
import type { Reads } from './definition.ts';
import type { Snapshots } from './kept.ts';
import type { System } from './system.ts';
import { createGate, type Gate, rest } from './warmgate.ts';
import type { Source, WalkPlan } from './warmplan.ts';
import { type Walk, WalkTaken, type WarmState, type WarmStates } from './warmstate.ts';
import { beginning, type Place, WalkFailed, walk } from './warmwalk.ts';

/** A system that is walked. */
export interface Walked {
  system: System;
  plan: WalkPlan;
}

/** Why a walk ends before its end: an operator stops it, another takes its place, or the process ends. */
export class WalkEnded extends Error {
  readonly why: 'STOPPED' | 'INSTEAD' | 'CLOSED';

  constructor(why: WalkEnded['why']) {
    super(`the walk is ended: ${why}`);
    this.why = why;
  }
}

/** A walk that this process makes. */
export interface Underway {
  end: AbortController;
  gates: ReadonlyMap<string, Gate>;
  /** How it stands, where it is one through everything; what is written down is a little behind. */
  walk: Walk | null;
  /** Why it waits, in a sentence, where no gate does. */
  waits: string | null;
}

/** What a system's walks need from outside. */
export interface RunSurroundings {
  snapshots: Snapshots;
  states: WarmStates;
  clock: Clock;
  process: string;
  /** Keys of an entity; see Source. Told what it waits for, and null when it goes on. */
  keysOf(
    entity: string,
    after: string | null,
    signal: AbortSignal,
    onWait: (why: string | null) => void,
  ): ReturnType<Source<Reads>['keysOf']>;
  onFailure(what: string, error: unknown): void;
}

/** How often it is written down that a walk still goes, in ms: also while it waits. */
const beatMs = 60_000;

/** A walk that is about to begin. `pace`: how much faster than the plan says. */
export function underwayOf({ system, plan }: Walked, clock: Clock, pace: number): Underway {
  const gates = Object.entries(plan.gentleness).map(([backend, { atOnce, callsASecond }]): [string, Gate] => {
    const gentleness = { atOnce: Math.max(1, Math.round(atOnce * pace)), callsASecond: callsASecond * pace };
    return [backend, createGate({ clock, gentleness, status: () => statusOf(system, backend) })];
  });
  return { end: new AbortController(), gates: new Map(gates), walk: null, waits: null };
}

/** What one of a system's backends says of itself. */
export function statusOf(system: Pick<System, 'name' | 'status'>, backend: string) {
  const found = system.status().find(({ name }) => name === backend);
  if (!found) throw new Error(`${system.name} has no backend ${backend}`);
  return found;
}

/** A walk through everything that has not begun; or what goes on of one that has not ended. */
export function wholeState({ system }: Walked, before: WarmState | null, clock: Clock, process: string): WarmState {
  if (before && before.walk.state !== 'DONE') return before;
  const walk: Walk = {
    state: 'RUNNING',
    done: 0,
    total: null,
    startedAtMs: clock.now(),
    endedAtMs: null,
    reason: null,
  };
  const { wholeMs = null, changesMs = null } = before ?? {};
  return { walk, place: beginning, generations: generationsOf(system), wholeMs, changesMs, holder: process };
}

/** Walks through everything, or on to its end. Rejects with WalkTaken, or what nobody has foreseen. */
export async function runWhole(
  { system, plan }: Walked,
  mine: Underway,
  begun: WarmState,
  outside: RunSurroundings,
): Promise<void> {
  const { snapshots, states, clock } = outside;
  const { signal } = mine.end;
  let state = begun;
  const set = (change: Partial<Walk>, place: Place = state.place) => {
    state = { ...state, walk: { ...state.walk, ...change }, place, holder: outside.process };
    mine.walk = state.walk;
  };
  // One after the other: each has to know what the one before has written.
  let saving: Promise<void> = Promise.resolve();
  const save = () => {
    const mySave = saving.then(() => states.save(system.name, state));
    saving = mySave.catch(() => {});
    return mySave;
  };
  set({ state: 'RUNNING', endedAtMs: null, reason: null });
  await save();
  const stopBeating = beat(save, outside);
  try {
    const reached = await walk(
      {
        system,
        plan,
        source: sourceOf(null, mine, outside),
        gates: mine.gates,
        signal,
        onProgress: (done, total) => set({ done, total }),
        async onReached(place) {
          await snapshots.flush();
          set({}, place);
          await save();
        },
      },
      state.place,
    );
    prove({ system, plan }, state, reached, snapshots);
    await snapshots.flush();
    const { startedAtMs } = state.walk;
    state = { ...state, wholeMs: startedAtMs, changesMs: startedAtMs };
    const reason = reached.missed.length > 0 ? missedSentence(reached.missed) : null;
    set({ state: 'DONE', done: reached.done, total: reached.done, endedAtMs: clock.now(), reason }, reached);
    await save();
  } catch (error) {
    if (error instanceof WalkTaken) throw error;
    // One that ends with the process is found RUNNING by the next, and goes on.
    if (error instanceof WalkEnded && error.why === 'CLOSED') return;
    const stopped = error instanceof WalkEnded;
    const failed = error instanceof WalkFailed ? error.message : 'Something went wrong here; the log says what.';
    set({ state: stopped ? 'STOPPED' : 'FAILED', endedAtMs: clock.now(), reason: stopped ? null : failed });
    await save();
    if (!stopped) throw error;
  } finally {
    stopBeating();
  }
}

/** Walks through what has changed since the last walk. Rejects with WalkFailed, or the signal's reason. */
export async function runChanges(
  { system, plan }: Walked,
  mine: Underway,
  sinceMs: number,
  outside: RunSurroundings,
): Promise<void> {
  const { snapshots, states, clock } = outside;
  const { signal } = mine.end;
  const startedAtMs = clock.now();
  const { missed } = await walk(
    {
      system,
      plan,
      source: sourceOf(sinceMs, mine, outside),
      gates: mine.gates,
      signal,
      onProgress() {},
      onReached: () => snapshots.flush(),
    },
    beginning,
  );
  const state = states.of(system.name);
  // What could not be read is asked for again.
  if (missed.length > 0 || !state) return;
  await states.save(system.name, { ...state, changesMs: startedAtMs, holder: outside.process });
}

function sourceOf(sinceMs: number | null, mine: Underway, { keysOf }: RunSurroundings): Omit<Source<Reads>, 'ask'> {
  const onWait = (why: string | null) => {
    mine.waits = why;
  };
  return { sinceMs, keysOf: (entity, after) => keysOf(entity, after, mine.end.signal, onWait) };
}

/** What is not kept of the kinds that were walked through as a whole was not there when the walk began. */
function prove({ system, plan }: Walked, state: WarmState, { missed }: Place, snapshots: Snapshots): void {
  const now = generationsOf(system);
  for (const kind of plan.stages.flatMap(({ whole = [] }) => whole)) {
    const backend = system.backendOf(kind);
    const generation = now[backend];
    if (generation === undefined || generation !== state.generations[backend] || missed.includes(kind)) continue;
    snapshots.complete(system.name, kind, state.walk.startedAtMs, generation);
  }
}

function generationsOf(system: System): Record<string, number> {
  return Object.fromEntries(system.status().map(({ name, standing }) => [name, standing.generation]));
}

function beat(save: () => Promise<void>, { clock, onFailure }: RunSurroundings): () => void {
  const end = new AbortController();
  const next = async () => {
    for (;;) {
      await rest(clock, beatMs, end.signal);
      await save().catch((error: unknown) => onFailure('writing down how far a walk has come', error));
    }
  };
  next().catch(() => 'it is over');
  return () => end.abort(new Error('the walk is over'));
}

function missedSentence(kinds: readonly string[]): string {
  return `Some could not be read (${kinds.join(', ')}): the next walk tries them again.`;
}
