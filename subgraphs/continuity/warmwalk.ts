// One walk through a system, from a place on: keys out of its stages, read in batches, kept by the way. Knows what to do
// with what cannot be read; knows no schedule and no table.
import { keyOf, type Reads } from './definition.ts';
import { WireError } from './errors.ts';
import type { System } from './system.ts';
import type { Gate } from './warmgate.ts';
import { type Chunk, createKeysAhead, gathered, sizeOf } from './warmkeys.ts';
import type { Source, WalkPlan } from './warmplan.ts';

/** How far a walk has come: it can go on from here. */
export interface Place {
  /** The stage, by its number, and where in it. */
  stage: number;
  from: string;
  /** Records read. */
  done: number;
  /** Kinds of which some could not be read: they are not whole after this walk. */
  missed: readonly string[];
}

/** Where every walk begins. */
export const beginning: Place = { stage: 0, from: '', done: 0, missed: [] };

/** What a walk needs from outside. */
export interface WalkSurroundings {
  system: Pick<System, 'fetch' | 'limitOf' | 'backendOf'>;
  plan: WalkPlan;
  source: Omit<Source<Reads>, 'ask'>;
  /** By backend. */
  gates: ReadonlyMap<string, Gate>;
  signal: AbortSignal;
  /** Told how many records have been read, and how many there are as far as is known. */
  onProgress(done: number, total: number): void;
  /** Everything up to here has been read: waits until that is kept, too. Rejects where it cannot be kept. */
  onReached(place: Place): Promise<void>;
}

/** Of kinds whose wire takes any number of keys: more at once would hold up requests while they are translated. */
const keysABatch = 100;
/** A record is tried so often by itself before it is passed over. */
const mostTries = 3;
/** So many passed over with none read in between are no odd records: something is wrong. */
const mostPassedOver = 20;
/** What records lead to in another backend is not waited for longer than this while that one is not well, in ms. */
const otherBackendMs = 60_000;

/** Thrown where a walk cannot go on; the message is a sentence for people. */
export class WalkFailed extends Error {}

/** Failures that may lie in what was asked for, and not in the system. */
const ofTheKeys = new Set<WireError['failure']>(['REFUSAL', 'GARBLED', 'FAULT', 'TIMEOUT']);

type Each = (kind: string, value: unknown) => void;

/** Walks on from a place to the end, and gives that. Rejects with WalkFailed, or the signal's reason. */
export async function walk(outside: WalkSurroundings, from: Place): Promise<Place> {
  const { system, plan, gates, signal } = outside;
  const failing = new AbortController();
  const running = AbortSignal.any([signal, failing.signal]);
  const extent = outside.source.sinceMs === null ? 'WHOLE' : 'CHANGES';
  let place = from;
  let [done, total] = [from.done, from.done];
  let passedOver = 0;

  function add(more: number): void {
    total += more;
    outside.onProgress(done, total);
  }

  function gateOf(kind: string): Gate {
    const gate = gates.get(system.backendOf(kind));
    if (!gate) throw new Error(`the plan does not say how gently ${system.backendOf(kind)} is walked`);
    return gate;
  }

  function inBatches(kind: string, keys: readonly unknown[]): (readonly unknown[])[] {
    const size = Math.min(system.limitOf(kind), keysABatch);
    return Array.from({ length: Math.ceil(keys.length / size) }, (_, i) => keys.slice(i * size, (i + 1) * size));
  }

  const fetch = (kind: string, keys: readonly unknown[], place?: 'AHEAD') =>
    gateOf(kind).pass(kind, () => system.fetch(kind, keys, running), running, place);

  const keysAhead = createKeysAhead({
    stages: plan.stages,
    source: {
      ...outside.source,
      async ask(kind: string, keys: readonly unknown[]) {
        const answers = inBatches(kind, keys).map(async (some) => {
          const values = await needed(kind, some);
          return some.map((key) => values.get(keyOf(key)));
        });
        return (await Promise.all(answers)).flat();
      },
    },
    from,
    signal: running,
    onFound: add,
  });

  /** What there is no going on without. */
  async function needed(kind: string, keys: readonly unknown[]): Promise<ReadonlyMap<string, unknown>> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await fetch(kind, keys, 'AHEAD');
      } catch (error) {
        running.throwIfAborted();
        if (!(error instanceof WireError)) throw error;
        if (ofTheKeys.has(error.failure) && tries >= mostTries) {
          throw new WalkFailed(`It does not say what there is to be kept (${kind}: ${error.failure}).`);
        }
      }
    }
  }

  /** Reads keys of one kind in one call; where that fails for their own sake, in ever smaller ones. */
  async function read(kind: string, keys: readonly unknown[], tries: number, each: Each): Promise<void> {
    try {
      const values = await fetch(kind, keys);
      passedOver = 0;
      done += keys.length;
      outside.onProgress(done, total);
      for (const value of values.values()) each(kind, value);
    } catch (error) {
      running.throwIfAborted();
      if (!(error instanceof WireError)) throw error;
      // The system's own state: the gate waits until it is well.
      if (!ofTheKeys.has(error.failure)) return read(kind, keys, tries, each);
      if (keys.length > 1) {
        const half = keys.length >> 1;
        await Promise.all([keys.slice(0, half), keys.slice(half)].map((some) => read(kind, some, 1, each)));
      } else if (tries < mostTries) await read(kind, keys, tries + 1, each);
      else passOver(kind);
    }
  }

  function passOver(kind: string): void {
    miss(kind);
    passedOver += 1;
    if (passedOver < mostPassedOver) return;
    throw new WalkFailed(`It could not be asked for ${passedOver} records in a row (${kind}).`);
  }

  function miss(kind: string): void {
    if (!place.missed.includes(kind)) place = { ...place, missed: [...place.missed, kind] };
  }

  async function readAll(keysByKind: ReadonlyMap<string, unknown[]>, each: Each): Promise<void> {
    await Promise.all(
      [...keysByKind].flatMap(([kind, keys]) => inBatches(kind, keys).map((some) => read(kind, some, 1, each))),
    );
  }

  /** Reads what records lead to, where the backend that knows it is well; then all of it is done. */
  async function finish(leads: ReadonlyMap<string, unknown[]>, stage: number, { keys, next }: Chunk): Promise<void> {
    const asked = new Map<string, unknown[]>();
    for (const [kind, some] of leads) {
      if (await gateOf(kind).well(otherBackendMs, running)) asked.set(kind, some);
      else {
        miss(kind);
        add(-some.length);
      }
    }
    await readAll(asked, () => {});
    const reached = next === null ? { stage: stage + 1, from: '' } : { stage, from: next };
    place = { ...place, ...reached, done: place.done + sizeOf(keys.values()) + sizeOf(asked.values()) };
    await outside.onReached(place);
  }

  async function readOn(): Promise<void> {
    let before: Promise<void> = Promise.resolve();
    for (const [index, stage] of plan.stages.entries()) {
      if (index < from.stage) continue;
      for (let chunk = await keysAhead.take(index); chunk; chunk = await keysAhead.take(index)) {
        const leads = gathered();
        await readAll(chunk.keys, (kind, value) => leads.add(stage.leadsTo?.(kind, value, extent) ?? {}));
        const all = leads.all();
        add(sizeOf(all.values()));
        // While one backend is asked for what these lead to, the other is asked for the next.
        await before;
        before = finish(all, index, chunk);
        before.catch((error: unknown) => failing.abort(error));
      }
    }
    await before;
  }

  // Whichever fails ends the other; why it failed is what is told.
  const parts = [keysAhead.find(), readOn()];
  for (const part of parts) part.catch((error: unknown) => failing.abort(error));
  await Promise.allSettled(parts);
  running.throwIfAborted();
  return place;
}
