// Keys of a walk, found ahead of what is read, so that it is soon known how many there are; given in chunks, each key of a
// chunk once. Knows stages; reads nothing.
import { keyOf, type Reads } from './definition.ts';
import type { KeyPage, KeysByKind, Source, Stage } from './warmplan.ts';

/** Keys that are read together, by kind, and where to go on after them; null: the stage has no more. */
export interface Chunk {
  keys: ReadonlyMap<string, unknown[]>;
  next: string | null;
}

/** Keys of a walk. */
export interface KeysAhead {
  /** Finds them, from one stage to the next. Rejects as a stage does. */
  find(): Promise<void>;
  /** A stage's next chunk, as soon as it is found; null: it has no more. Rejects with the signal's reason. */
  take(stage: number): Promise<Chunk | null>;
}

/** What finding keys needs. */
export interface KeysSurroundings {
  stages: readonly Stage<Reads>[];
  source: Source<Reads>;
  /** Where the walk goes on. */
  from: { stage: number; from: string };
  signal: AbortSignal;
  /** Told how many more there are; less than none where some came twice. */
  onFound(more: number): void;
}

/** Keys a chunk, at least: some seconds of a walk, and what it costs to stop it in the middle. */
const keysAChunk = 1_000;

/** Keys of a walk from a place on. */
export function createKeysAhead({ stages, source, from, signal, onFound }: KeysSurroundings): KeysAhead {
  const found = stages.map(() => ({ pages: [] as KeyPage<Reads>[], ended: false }));
  let changed = Promise.withResolvers<void>();

  function tell(): void {
    changed.resolve();
    changed = Promise.withResolvers();
  }
  signal.addEventListener('abort', tell, { once: true });

  return {
    async find() {
      for (const [index, stage] of stages.entries()) {
        const here = found[index];
        if (!here || index < from.stage) continue;
        let next: string | null = index === from.stage ? from.from : '';
        while (next !== null) {
          const page: KeyPage<Reads> = await stage.page(next, source);
          signal.throwIfAborted();
          next = page.next;
          here.pages.push(page);
          onFound(sizeOf(Object.values(page.keys)));
          tell();
        }
        here.ended = true;
        tell();
      }
    },
    async take(stage) {
      const here = found[stage];
      while (here) {
        let keys = 0;
        const enough = here.pages.findIndex((page) => {
          keys += sizeOf(Object.values(page.keys));
          return keys >= keysAChunk;
        });
        if (enough >= 0 || here.ended) {
          const pages = here.pages.splice(0, enough >= 0 ? enough + 1 : here.pages.length);
          if (pages.length === 0) return null;
          const chunk = chunkOf(pages);
          onFound(sizeOf(chunk.keys.values()) - keys);
          return chunk;
        }
        await changed.promise;
        signal.throwIfAborted();
      }
      return null;
    },
  };
}

/** How many keys there are in some lists of them. */
export function sizeOf(lists: Iterable<readonly unknown[] | undefined>): number {
  let size = 0;
  for (const list of lists) size += list?.length ?? 0;
  return size;
}

/** Keys that come bit by bit, each once. */
export function gathered() {
  const byKind = new Map<string, Map<string, unknown>>();
  return {
    add(keys: KeysByKind<Reads>): void {
      for (const [kind, some = []] of Object.entries(keys)) {
        const known = byKind.get(kind) ?? new Map();
        byKind.set(kind, known);
        for (const key of some) known.set(keyOf(key), key);
      }
    },
    all: () => new Map([...byKind].map(([kind, known]) => [kind, [...known.values()]])),
  };
}

function chunkOf(pages: readonly KeyPage<Reads>[]): Chunk {
  const keys = gathered();
  for (const page of pages) keys.add(page.keys);
  return { keys: keys.all(), next: pages.at(-1)?.next ?? null };
}
