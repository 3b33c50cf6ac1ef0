// The emergency lane: an emergency is written down in the store or, where that does not take it at once, in the journal; and
// what is in the journal goes to the store as soon as it takes writes again. Knows neither tables nor what a write says.
import type { Clock } from './clock.ts';
import { type Entry, type Journal, JournalFailed } from './journal.ts';

/** Where emergencies are written down. */
export interface Lane<Taken> {
  /**
   * Writes one down; it is safe when this resolves. `taken`: what the store says of it. `entry`: it is in the journal, as
   * this or, where there is one with the same key, as that.
   * @throws JournalFull, or JournalFailed where the disk fails or gives no answer. Then nobody is told that it is accepted; what
   *   a hung disk takes after all is brought to the store, where the same key sent again finds it.
   */
  accept(entry: Entry): Promise<{ taken: Taken } | { entry: Entry }>;
  /** Ends bringing them to the store; the journal itself is closed by who opened it. */
  close(): void;
}

/** What the lane needs from outside. */
export interface LaneSurroundings<Taken> {
  journal: Journal;
  clock: Clock;
  /**
   * Takes a write into the store for good. One whose id is there already changes nothing. Rejects only where the store failed.
   * @param acknowledged somebody was told that it is accepted: it has to be kept, whatever stands against it.
   */
  take(entry: Entry, acknowledged: boolean): Promise<Taken>;
  onFailure(what: string, error: unknown): void;
}

/** What is told an emergency is told in 100 ms; a store that is well commits in a few, and half is left for the journal. */
const storeMs = 50;
/** What is in the journal is offered to the store so often. */
const againMs = 1_000;
/** An honest disk takes tens of ms. Past this whoever reports an emergency is told that it is not accepted, while they are there. */
const longestWriteMs = 2_000;
/** A database that has stopped in the middle of a question is asked anew after this. */
const longestTakeMs = 30_000;
/** The store refuses that many one after another: it is the store, and not what they say. */
const mostRefusals = 3;

/** The lane over a journal; what was left in it from before is brought to the store at once. */
export function createLane<Taken>({ journal, clock, take, onFailure }: LaneSurroundings<Taken>): Lane<Taken> {
  let bringing = false;
  let closed = false;
  let said = '';

  /** Told once for the same trouble, not each second. */
  function tell(error: unknown): void {
    const message = String((error as Error)?.message ?? error);
    if (message !== said) onFailure('bringing emergencies from the journal to the store', error);
    said = message;
  }

  function within<T>(ms: number, work: Promise<T>, late: Error): Promise<T> {
    return new Promise((resolve, reject) => {
      const cancel = clock.after(ms, () => reject(late));
      work.then(resolve, reject).finally(cancel);
    });
  }

  async function pass(): Promise<void> {
    const stored: string[] = [];
    let refusals = 0;
    for (const entry of journal.entries()) {
      if (closed || refusals === mostRefusals) break;
      try {
        await within(longestTakeMs, take(entry, true), new StoreLate());
        stored.push(entry.id);
        refusals = 0;
      } catch (error) {
        tell(error);
        refusals = error instanceof StoreLate ? mostRefusals : refusals + 1;
      }
    }
    await journal.done(stored).catch(tell);
    if (!journal.entries().length) said = '';
  }

  /** Until the journal is empty. One at a time. */
  function bring(afterMs: number): void {
    if (bringing || closed) return;
    bringing = true;
    clock.after(afterMs, async () => {
      await pass();
      bringing = false;
      if (journal.entries().length) bring(againMs);
    });
  }

  if (journal.entries().length) bring(0);

  return {
    async accept(entry) {
      // What comes while others wait there waits behind them: in their order, and not for a store that is known to be away.
      if (!journal.entries().length) {
        try {
          return { taken: await within(storeMs, take(entry, false), new StoreLate()) };
        } catch (error) {
          onFailure('taking an emergency, which goes to the journal', error);
        }
      }
      const writing = journal.append(entry);
      writing.then(
        () => bring(againMs),
        () => 'told to whoever waits for it',
      );
      const late = new JournalFailed('The disk of the emergency journal gives no answer.');
      return { entry: await within(longestWriteMs, writing, late) };
    },
    close() {
      closed = true;
    },
  };
}

/** The store did not answer in time. It may have taken what it was given. */
class StoreLate extends Error {
  constructor() {
    super('The store gives no answer.');
  }
}
