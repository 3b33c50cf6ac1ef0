// The emergency lane: an emergency is written down in the store or, where that does not take it at once, in the journal; and
// what is in the journal goes to the store as soon as it takes writes again. Knows neither tables nor what a write says.
import type { Clock } from './clock.ts';
import type { Acceptance, Accepted, EmergencyLane, Taken } from './intake/accepted.ts';
import { type Journal, JournalFailed } from './journal.ts';

/** What the lane needs from outside. */
export interface LaneSurroundings {
  journal: Journal;
  clock: Clock;
  store: Acceptance & {
    /**
     * The same emergency stands under another id, which an earlier version of Lintel gave it, and both were acknowledged:
     * from here on both ids answer as one.
     */
    alias(id: string, receipt: string): Promise<void>;
  };
  onFailure(what: string, error: unknown): void;
}

/** Who reports an emergency is told in 100 ms. A store that is well commits in a few; half is left for the journal. */
const storeMs = 50;
/** An honest disk takes tens of ms. Past this whoever reports it is told that it is not accepted, while they are there. */
const longestWriteMs = 2_000;
/** What is in the journal is offered to the store so often. */
const againMs = 1_000;
/** A store that has stopped in the middle of an answer is asked anew after this. */
const longestTakeMs = 30_000;
/** That many refused one after another: it is the store, and not what they say. */
const mostRefusals = 3;
/** Four times what the journal has room for: who has not heard an answer sends again within minutes, not after so many others. */
const mostRemembered = 4_096;

/**
 * The lane over a journal; what was left in that from before is brought to the store at once. The journal is closed by who
 * opened it.
 *
 * Its `take` rejects with JournalFull or JournalFailed where the journal does not take an emergency, and the store has not
 * either. Then nobody is told that it is accepted; what a hung disk takes after all is brought to the store, where the same
 * key finds it.
 */
export function createLane({ journal, clock, store, onFailure }: LaneSurroundings): EmergencyLane {
  let bringing: Promise<void> | null = null;
  let cancel = () => {};
  let closed = false;
  let told = '';
  /** By key: sent again while it is being written down, it is the same, and never one in the store and another in the journal. */
  const taking = new Map<string, Promise<Taken>>();
  /** By key, what was acknowledged lately: known again while the store gives no answer, and not written down once more. */
  const remembered = new Map<string, Taken>();

  /** Once for the same trouble, not each second. */
  function tell(error: Error): void {
    if (error.message !== told) onFailure('bringing emergencies from the journal to the store', error);
    told = error.message;
  }

  function within<T>(ms: number, work: Promise<T>, late: Error): Promise<T> {
    return new Promise((resolve, reject) => {
      const cancelLate = clock.after(ms, () => reject(late));
      work.then(resolve, reject).finally(cancelLate);
    });
  }

  async function bring(accepted: Accepted): Promise<void> {
    const first = await store.take(accepted);
    if (first.id === accepted.id) return;
    if (first.content === accepted.content) return store.alias(accepted.id, first.id);
    // Its key had been used for another emergency. It was acknowledged: it is one, under a key that nobody else has.
    await store.take({ ...accepted, key: accepted.id });
  }

  /** Offers the store all there is. */
  async function pass(): Promise<void> {
    const brought: string[] = [];
    let refusals = 0;
    for (const accepted of journal.entries()) {
      if (closed || refusals === mostRefusals) break;
      try {
        await within(longestTakeMs, bring(accepted), new StoreLate());
        brought.push(accepted.id);
        refusals = 0;
      } catch (error) {
        tell(error as Error);
        refusals = error instanceof StoreLate ? mostRefusals : refusals + 1;
      }
    }
    await journal.done(brought).catch(tell);
    if (!journal.entries().length) told = '';
  }

  /** Until the journal is empty; one pass at a time. */
  function bringAll(afterMs: number): void {
    if (bringing || closed) return;
    bringing = new Promise((resolve) => {
      cancel = () => resolve();
      clock.after(afterMs, () => resolve(closed ? undefined : pass()));
    });
    void bringing.then(() => {
      bringing = null;
      if (journal.entries().length) bringAll(againMs);
    });
  }

  async function written(accepted: Accepted): Promise<Taken> {
    const entry = await journal.append(accepted);
    bringAll(againMs);
    return { id: entry.id, content: entry.content, fresh: entry === accepted };
  }

  function remember({ key, id, content }: Accepted): void {
    remembered.delete(key);
    remembered.set(key, { id, content, fresh: false });
    const [oldest] = remembered.keys();
    if (oldest !== undefined && remembered.size > mostRemembered) remembered.delete(oldest);
  }

  if (journal.entries().length) bringAll(0);

  async function takeOne(accepted: Accepted): Promise<Taken> {
    // What comes while others wait there waits behind them: in their order, and not for a store that is known to be away.
    const atOnce = journal.entries().length ? null : store.take(accepted);
    try {
      if (atOnce) return await within(storeMs, atOnce, new StoreLate());
    } catch (error) {
      onFailure('taking an emergency: it goes to the journal', error);
    }
    const before = remembered.get(accepted.key);
    if (before) return before;
    try {
      return await within(
        longestWriteMs,
        written(accepted),
        new JournalFailed('The disk of the journal gives no answer.'),
      );
    } catch (error) {
      onFailure('writing an emergency to the journal', error);
      // Slow is better than not at all.
      return within(longestWriteMs, atOnce ?? store.take(accepted), new StoreLate()).catch(() => Promise.reject(error));
    }
  }

  return {
    take(accepted) {
      const { key } = accepted;
      const joined = taking.get(key);
      if (joined) return joined.then((taken) => ({ ...taken, fresh: false }));
      const one = takeOne(accepted)
        .then((taken) => {
          if (taken.id === accepted.id) remember(accepted);
          return taken;
        })
        .finally(() => taking.delete(key));
      taking.set(key, one);
      return one;
    },
    waiting: () => journal.entries(),
    async close() {
      closed = true;
      cancel();
      await bringing;
    },
  };
}

/** It may have taken what it was given. */
class StoreLate extends Error {
  constructor() {
    super('The store gives no answer.');
  }
}
