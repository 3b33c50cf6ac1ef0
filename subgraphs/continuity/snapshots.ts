// The last known good answer to every read, by system, kind and key, with the time it was read. Kept behind the
// request's back, in batches: a slow store never slows an answer. Knows no wire and no schema.
import type { Cipher } from './cipher.ts';
import { type Clock, isoInstant } from './clock.ts';
import type { Store } from './store.ts';

/** What was kept of one key. */
export interface Kept {
  /** Null and empty are answers too. */
  value: unknown;
  readAtMs: number;
}

/** Figures of what is kept. */
export interface SnapshotFigures {
  /** Reads answered from what is kept, and reads that found nothing. */
  hits: number;
  misses: number;
  /** Records waiting to be written. */
  queued: number;
  /** Records written, as new or changed. */
  written: number;
  /** Records dropped because the store could not keep up. */
  dropped: number;
  /** Writes or reads of the store that failed. */
  failures: number;
}

/** What is kept. */
export interface Snapshots {
  /** Keeps answers. Returns at once and never throws; what cannot be kept is counted. */
  keep(system: string, kind: string, answers: ReadonlyMap<string, unknown>, readAtMs: number): void;
  /** What is kept of some keys. A store that fails is the same as nothing kept, and is counted and told. */
  find(system: string, kind: string, keys: readonly string[]): Promise<ReadonlyMap<string, Kept>>;
  figures(): SnapshotFigures;
  /** Writes what is queued. */
  flush(): Promise<void>;
  /** Writes what is queued and ends. */
  close(): Promise<void>;
}

/** Numbers of what is kept. */
export interface SnapshotNumbers {
  /** How long an answer waits for company before it is written, in ms. */
  flushMs: number;
  /** Records a transaction: large enough that a disk's pace is no limit, small enough to be over in milliseconds. */
  batch: number;
  /** Records that may wait; beyond it the oldest is dropped. A record is a few kilobytes: this is tens of megabytes. */
  mostQueued: number;
  /** An unchanged record is only confirmed as read again when what is kept says it was read longer ago, in ms. */
  confirmMs: number;
}

/** The numbers that a server starts with. */
export const snapshotNumbers: SnapshotNumbers = { flushMs: 250, batch: 500, mostQueued: 20_000, confirmMs: 60_000 };

/** What snapshots need from outside. */
export interface SnapshotSurroundings {
  store: Store;
  cipher: Cipher;
  clock: Clock;
  numbers?: Partial<SnapshotNumbers>;
  /** Told when the store fails, for the log. */
  onFailure(what: string, error: unknown): void;
}

interface Queued {
  system: string;
  kind: string;
  key: string;
  value: unknown;
  readAtMs: number;
}

/** Until restorations begin, everything is of one generation. */
const generation = 1;
/** SQLite takes 32,766 parameters a statement; a find has one for each key and a few more. */
const mostNames = 1_000;

/** Opens what is kept in a store. */
export function createSnapshots({ store, cipher, clock, numbers, onFailure }: SnapshotSurroundings): Snapshots {
  const { flushMs, batch, mostQueued, confirmMs } = { ...snapshotNumbers, ...numbers };
  // In the order of arrival; the newest answer of a record takes the place of an older one that still waits.
  const queue = new Map<string, Queued>();
  const figures: SnapshotFigures = { hits: 0, misses: 0, queued: 0, written: 0, dropped: 0, failures: 0 };
  let cancel: (() => void) | null = null;
  let flushing: Promise<void> | null = null;

  const placeOf = (system: string, kind: string, name: string) => `${system}/${kind}/${name}`;
  const nameOf = (system: string, kind: string, key: string) => cipher.name(`${system}\n${kind}\n${key}`);

  function rowOf({ system, kind, key, value, readAtMs }: Queued) {
    const name = nameOf(system, kind, key);
    const text = JSON.stringify({ key, value });
    return {
      system,
      kind,
      name,
      generation,
      content: cipher.name(text),
      read_at: readAtMs,
      key_id: cipher.keyId,
      sealed: cipher.seal(text, placeOf(system, kind, name)),
    };
  }

  async function write(records: readonly Queued[]): Promise<void> {
    const result = await store.db
      .insertInto('snapshot')
      .values(records.map(rowOf))
      .onConflict((conflict) =>
        conflict
          .columns(['system', 'kind', 'name', 'generation'])
          .doUpdateSet(({ ref }) => ({
            content: ref('excluded.content'),
            read_at: ref('excluded.read_at'),
            key_id: ref('excluded.key_id'),
            sealed: ref('excluded.sealed'),
          }))
          // Unchanged and lately read: nothing to write. Never an older answer over a newer one.
          .where(({ eb, and, or, ref }) =>
            and([
              eb('snapshot.read_at', '<=', ref('excluded.read_at')),
              or([
                eb('snapshot.content', '<>', ref('excluded.content')),
                eb('snapshot.key_id', '<>', ref('excluded.key_id')),
                eb(eb('snapshot.read_at', '+', confirmMs), '<=', ref('excluded.read_at')),
              ]),
            ]),
          ),
      )
      .executeTakeFirst();
    figures.written += Number(result.numInsertedOrUpdatedRows ?? 0n);
  }

  async function flushAll(): Promise<void> {
    cancel?.();
    cancel = null;
    while (queue.size > 0) {
      const records = [...queue.entries()].slice(0, batch);
      try {
        await write(records.map(([, record]) => record));
      } catch (error) {
        figures.failures += 1;
        figures.dropped += records.length;
        onFailure('keeping what was read', error);
      }
      // Found in the queue until it is in the store; a newer answer that came meanwhile stays.
      for (const [id, record] of records) if (queue.get(id) === record) queue.delete(id);
    }
  }

  function flush(): Promise<void> {
    flushing ??= flushAll().finally(() => {
      flushing = null;
      if (queue.size > 0) schedule();
    });
    return flushing;
  }

  function schedule(): void {
    cancel ??= clock.after(flushMs, () => {
      cancel = null;
      void flush();
    });
  }

  async function look(system: string, kind: string, keys: readonly string[], found: Map<string, Kept>): Promise<void> {
    const keyOfName = new Map(keys.map((key) => [nameOf(system, kind, key), key]));
    const rows = await store.db
      .selectFrom('snapshot')
      .select(['name', 'generation', 'read_at', 'key_id', 'sealed'])
      .where('system', '=', system)
      .where('kind', '=', kind)
      .where('name', 'in', [...keyOfName.keys()])
      .execute();
    for (const { name, read_at, key_id, sealed } of rows) {
      const key = keyOfName.get(name);
      if (key === undefined) continue;
      const { value } = JSON.parse(cipher.open(Buffer.from(sealed), placeOf(system, kind, name), key_id));
      found.set(key, { value, readAtMs: Number(read_at) });
    }
  }

  return {
    keep(system, kind, answers, readAtMs) {
      for (const [key, value] of answers) {
        const id = `${system}\n${kind}\n${key}`;
        queue.delete(id);
        queue.set(id, { system, kind, key, value, readAtMs });
        if (queue.size <= mostQueued) continue;
        const [oldest] = queue.keys();
        queue.delete(oldest as string);
        figures.dropped += 1;
      }
      schedule();
    },
    async find(system, kind, keys) {
      const found = new Map<string, Kept>();
      // What still waits to be written is kept already.
      const elsewhere: string[] = [];
      for (const key of keys) {
        const waiting = queue.get(`${system}\n${kind}\n${key}`);
        if (waiting) found.set(key, { value: waiting.value, readAtMs: waiting.readAtMs });
        else elsewhere.push(key);
      }
      try {
        for (let start = 0; start < elsewhere.length; start += mostNames) {
          await look(system, kind, elsewhere.slice(start, start + mostNames), found);
        }
      } catch (error) {
        figures.failures += 1;
        onFailure('looking up what is kept', error);
      }
      figures.hits += found.size;
      figures.misses += keys.length - found.size;
      return found;
    },
    figures: () => ({ ...figures, queued: queue.size }),
    flush,
    async close() {
      await flush();
      cancel?.();
    },
  };
}

/** When something kept was read, as provenance says it. */
export function asOf({ readAtMs }: Kept): string {
  return isoInstant(readAtMs);
}

/** How much is kept of one kind. Times in ms since 1970. */
export interface Coverage {
  kind: string;
  count: number;
  oldestMs: number;
  newestMs: number;
}
