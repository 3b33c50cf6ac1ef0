// Readers who wait at the same time for the same kind of record go together: what they ask for, as far as the wire's
// limit goes, becomes one call when its turn comes. Knows no wire.
import { WireError } from './errors.ts';
import { ended } from './session.ts';

/**
 * Asks for references. `take` gives them and closes the batch: to be called at the last moment, when the call goes out,
 * so that whoever comes until then comes along. Called again, for a second page, it gives the same.
 */
export type BatchAsk<Value> = (take: () => string[], signal: AbortSignal) => Promise<ReadonlyMap<string, Value>>;

/** A call that has not ended, and how many wait for it. */
interface Batch<Value> {
  references: Set<string>;
  found: Promise<ReadonlyMap<string, Value>>;
  askers: number;
  /** Called when nobody waits for it any more. */
  abandon(): void;
}

/**
 * Makes a question that is asked in batches of at most `limit` references. Every asker is given all that the batch found.
 * The call's signal ends when the last of its askers has gone, not with whoever came first.
 */
export function inBatches<Value>(limit: number, ask: BatchAsk<Value>) {
  /** The one that has not gone out. */
  let open: Batch<Value> | null = null;

  function begun(): Batch<Value> {
    const controller = new AbortController();
    const close = () => {
      if (open === batch) open = null;
    };
    const take = () => {
      close();
      return [...batch.references];
    };
    const batch: Batch<Value> = {
      references: new Set(),
      // Not before the first asker's references are in.
      found: Promise.resolve()
        .then(() => ask(take, controller.signal))
        .finally(close),
      askers: 0,
      abandon() {
        close();
        controller.abort(new WireError('ABANDONED', 'nobody waits for the batch'));
      },
    };
    return batch;
  }

  return async (references: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Value>> => {
    // One that is full goes out as it is.
    if (open && open.references.union(new Set(references)).size > limit) open = null;
    open ??= begun();
    const batch = open;
    for (const reference of references) batch.references.add(reference);
    batch.askers += 1;
    try {
      return await ended(batch.found, signal);
    } finally {
      batch.askers -= 1;
      if (batch.askers === 0) batch.abandon();
    }
  };
}
