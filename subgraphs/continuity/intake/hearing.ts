// Tells of every receipt that changes: what this process changes at once, what others change soon, each change once. Knows one
// query, by PostgreSQL's own clock; a SQLite store has no others.
import type { Clock } from '../clock.ts';
import type { Store } from '../store.ts';
import type { Book } from './book.ts';
import type { Entry } from './entry.ts';
import { databaseNow } from './now.ts';

/** A transaction that began before a look may end after it: what changed that long before is looked at again, in ms. */
const overlapMs = 15_000;

/** What tells. */
export interface Hearing {
  /** This process has changed one. */
  changed(entry: Entry, revision: number): void;
  listen(listener: (entry: Entry) => void): () => void;
  /** Resolves when what is under way has ended: nothing asks the store any more. */
  close(): Promise<void>;
}

/** Listens to the store while anybody listens to it. */
export function createHearing(
  store: Store,
  book: Pick<Book, 'entries'>,
  clock: Clock,
  everyMs: number,
  onFailure: (what: string, error: unknown) => void,
): Hearing {
  const listeners = new Set<(entry: Entry) => void>();
  /** The newest change of each that was told, while it may be met again; and when it was. */
  const told = new Map<string, { revision: number; atMs: number }>();
  let cancel: (() => void) | null = null;
  let fromMs: number | null = null;
  let looking: Promise<void> = Promise.resolve();
  let closed = false;

  function tell(entry: Entry, revision: number): void {
    if ((told.get(entry.id)?.revision ?? -1) >= revision) return;
    told.set(entry.id, { revision, atMs: clock.elapsed() });
    for (const listener of [...listeners]) {
      try {
        listener(entry);
      } catch (error) {
        onFailure('telling of a write', error);
      }
    }
  }

  async function look(): Promise<void> {
    const now = await store.db.selectNoFrom(databaseNow(store).as('now')).executeTakeFirstOrThrow();
    const rows = await store.db
      .selectFrom('receipt')
      .select(['id', 'revision'])
      .where('stamp', '>', (fromMs ?? now.now) - overlapMs)
      .orderBy('stamp')
      .execute();
    const fresh = rows.filter(({ id, revision }) => (told.get(id)?.revision ?? -1) < revision);
    const revisions = new Map(fresh.map(({ id, revision }) => [id, revision]));
    const entries = fresh.length > 0 ? await book.entries((from) => from.where('id', 'in', [...revisions.keys()])) : [];
    for (const entry of entries) tell(entry, revisions.get(entry.id) ?? 0);
    // By the clock that stamps them: should it be set back, what is stamped from now on is not missed.
    fromMs = now.now;
    for (const [id, { atMs }] of told) if (clock.elapsed() - atMs > 2 * overlapMs) told.delete(id);
  }

  function lookLater(): void {
    if (closed || store.engine === 'SQLITE' || listeners.size === 0) {
      cancel = null;
      fromMs = null;
      return;
    }
    cancel = clock.after(everyMs, () => {
      looking = look()
        .catch((error) => onFailure('hearing of writes', error))
        .finally(lookLater);
    });
  }

  return {
    changed(entry, revision) {
      if (listeners.size > 0) tell(entry, revision);
    },
    listen(listener) {
      listeners.add(listener);
      if (!cancel) lookLater();
      return () => void listeners.delete(listener);
    },
    async close() {
      closed = true;
      cancel?.();
      await looking;
    },
  };
}
