// One walk through a system, from a place on: keys out of its stages, read in batches, kept by the way. Finds keys ahead
// of reading them, so that it is soon known how many there are. Knows no schedule and no table.
import { keyOf, type Reads } from './definition.ts';
import { WireError } from './errors.ts';
import type { System } from './system.ts';
import type { Gate } from './warmgate.ts';
import type { KeyPage, KeysByKind, Source, WalkPlan } from './warmplan.ts';

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
  /** Told how many records there are, as far as is known. */
  onFound(total: number): void;
  /** Everything up to here has been read: waits until that is kept, too. Rejects where it cannot be kept. */
  onReached(place: Place): Promise<void>;
}

/** Keys that are read together, before the place is written down: some seconds of a walk, and what a stop costs. */
const keysAChunk = 1_000;
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

/** Keys as they come; `end` when there are no more. */
interface Found {
  pages: KeyPage<Reads>[];
  ended: boolean;
}

/** Walks on from a place to the end. Rejects with WalkFailed, or the signal's reason. Gives the place at the end. */
export async function walk(outside: WalkSurroundings, from: Place): Promise<Place> {
  const { system, plan, gates, signal } = outside;
  const ending = new AbortController();
  const running = AbortSignal.any([signal, ending.signal]);
  const found: Found[] = plan.stages.map(() => ({ pages: [], ended: false }));
  const extent = outside.source.sinceMs === null ? 'WHOLE' : 'CHANGES';
  let place = from;
  let known = from.done;
  let passedOver = 0;
  let changed = Promise.withResolvers<void>();

  function tell(): void {
    changed.resolve();
    changed = Promise.withResolvers();
  }

  function add(more: number): void {
    known += more;
    outside.onFound(known);
  }

  running.addEventListener('abort', tell, { once: true });

  const gateOf = (kind: string) => gates.get(system.backendOf(kind)) as Gate;
  const source: Source<Reads> = {
    ...outside.source,
    async ask(kind: string, keys: readonly unknown[]) {
      const values = await Promise.all(
        inBatches(kind, keys).map(async (some) => {
          const answers = await insistent(kind, () =>
            gateOf(kind).pass(kind, () => system.fetch(kind, some, running), running, 'AHEAD'),
          );
          return some.map((key) => answers.get(keyOf(key)));
        }),
      );
      return values.flat();
    },
  };

  function inBatches(kind: string, keys: readonly unknown[]): (readonly unknown[])[] {
    const size = Math.min(system.limitOf(kind), keysABatch);
    return Array.from({ length: Math.ceil(keys.length / size) }, (_, i) => keys.slice(i * size, (i + 1) * size));
  }

  /** A question without whose answer there is no going on. */
  async function insistent<T>(kind: string, ask: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await ask();
      } catch (error) {
        running.throwIfAborted();
        if (!(error instanceof WireError)) throw error;
        if (ofTheKeys.has(error.failure) && tries >= mostTries) {
          throw new WalkFailed(`It does not answer what a walk needs (${kind}: ${error.failure}).`);
        }
      }
    }
  }

  async function find(): Promise<void> {
    for (const [index, stage] of plan.stages.entries()) {
      if (index < from.stage) continue;
      const { pages } = found[index] as Found;
      let next: string | null = index === from.stage ? from.from : '';
      while (next !== null) {
        const page: KeyPage<Reads> = await stage.page(next, source);
        running.throwIfAborted();
        next = page.next;
        pages.push(page);
        add(count(page.keys));
        tell();
      }
      (found[index] as Found).ended = true;
      tell();
    }
  }

  /** Pages that make a chunk; null: the stage has no more. */
  async function take(stage: Found): Promise<Found['pages'] | null> {
    const { pages } = stage;
    for (;;) {
      let keys = 0;
      const enough = pages.findIndex((page) => {
        keys += count(page.keys);
        return keys >= keysAChunk;
      });
      if (enough >= 0) return pages.splice(0, enough + 1);
      if (stage.ended) return pages.length > 0 ? pages.splice(0) : null;
      await changed.promise;
      running.throwIfAborted();
    }
  }

  /** Reads keys of one kind in one call; where that fails for their own sake, in ever smaller ones. */
  async function read(kind: string, keys: readonly unknown[], tries: number, each: Each): Promise<void> {
    try {
      const values = await gateOf(kind).pass(kind, () => system.fetch(kind, keys, running), running);
      passedOver = 0;
      for (const value of values.values()) each(kind, value);
    } catch (error) {
      running.throwIfAborted();
      if (!(error instanceof WireError)) throw error;
      if (!ofTheKeys.has(error.failure)) return read(kind, keys, tries, each);
      if (keys.length > 1) {
        const half = keys.length >> 1;
        await Promise.all([read(kind, keys.slice(0, half), 1, each), read(kind, keys.slice(half), 1, each)]);
      } else if (tries < mostTries) await read(kind, keys, tries + 1, each);
      else passOver(kind);
    }
  }

  function passOver(kind: string): void {
    miss(kind);
    passedOver += 1;
    if (passedOver >= mostPassedOver) {
      throw new WalkFailed(`It could not be asked for ${passedOver} records in a row (${kind}).`);
    }
  }

  function miss(kind: string): void {
    if (!place.missed.includes(kind)) place = { ...place, missed: [...place.missed, kind] };
  }

  async function readAll(keysByKind: ReadonlyMap<string, unknown[]>, each: Each): Promise<void> {
    const batches = [...keysByKind].flatMap(([kind, keys]) =>
      inBatches(kind, keys).map((some) => read(kind, some, 1, each)),
    );
    await Promise.all(batches);
  }

  /** Reads what records lead to, where the backend that knows it is well; and writes down how far all of it has come. */
  async function finish(more: Map<string, unknown[]>, reached: Pick<Place, 'stage' | 'from'>, chunk: number) {
    for (const kind of [...more.keys()]) {
      if (await gateOf(kind).well(otherBackendMs, running)) continue;
      miss(kind);
      more.delete(kind);
    }
    await readAll(more, () => {});
    place = { ...place, ...reached, done: place.done + chunk + count(more) };
    await outside.onReached(place);
  }

  async function readOn(): Promise<void> {
    let before: Promise<void> = Promise.resolve();
    for (const [index, stage] of plan.stages.entries()) {
      if (index < from.stage) continue;
      const here = found[index] as Found;
      for (let chunk = await take(here); chunk; chunk = await take(here)) {
        const keys = merged(chunk.map((page) => page.keys));
        // One that several pages have is read once.
        add(count(keys) - chunk.reduce((sum, page) => sum + count(page.keys), 0));
        const more = new Map<string, Map<string, unknown>>();
        await readAll(keys, (kind, value) => {
          for (const [other, others] of Object.entries(stage.leadsTo?.(kind, value, extent) ?? {})) {
            const known = more.get(other) ?? new Map();
            more.set(other, known);
            for (const key of others as unknown[]) known.set(keyOf(key), key);
          }
        });
        const leads = new Map([...more].map(([kind, known]) => [kind, [...known.values()]]));
        add(count(leads));
        // While one backend is asked for what these lead to, the other is asked for the next.
        await before;
        const { next } = chunk.at(-1) as { next: string | null };
        const reached = next === null ? { stage: index + 1, from: '' } : { stage: index, from: next };
        before = finish(leads, reached, count(keys));
        before.catch((error: unknown) => ending.abort(error));
      }
    }
    await before;
  }

  // Whichever fails ends the other.
  const both = [find(), readOn()].map((part) =>
    part.catch((error: unknown) => {
      ending.abort(error);
      throw error;
    }),
  );
  const [one, other] = await Promise.allSettled(both);
  signal.throwIfAborted();
  for (const part of [one, other]) {
    if (part?.status === 'rejected') throw ending.signal.reason ?? part.reason;
  }
  return place;
}

type Each = (kind: string, value: unknown) => void;

function count(keys: KeysByKind<Reads> | ReadonlyMap<string, unknown[]>): number {
  const lists = keys instanceof Map ? [...keys.values()] : (Object.values(keys) as unknown[][]);
  return lists.reduce((sum, list) => sum + list.length, 0);
}

/** Keys of several pages by kind, each once. */
function merged(pages: readonly KeysByKind<Reads>[]): Map<string, unknown[]> {
  const byKind = new Map<string, Map<string, unknown>>();
  for (const page of pages) {
    for (const [kind, keys] of Object.entries(page) as [string, unknown[]][]) {
      const known = byKind.get(kind) ?? new Map();
      byKind.set(kind, known);
      for (const key of keys) known.set(keyOf(key), key);
    }
  }
  return new Map([...byKind].map(([kind, known]) => [kind, [...known.values()]]));
}
