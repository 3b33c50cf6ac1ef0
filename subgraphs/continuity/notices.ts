// Sentences that operators write about systems: kept in the store, heard by every process that shares it, and ended when
// what they were written about is over. Knows no system; the sentence that Lintel makes by itself is in sentence.ts.
import type { Clock } from './clock.ts';
import type { Events, SystemState } from './events.ts';
import type { Store } from './store.ts';

/** Sentences that operators write about systems. */
export interface Notices {
  /** What an operator has written about a system and has not taken back. Null where there is none, or it is over. */
  of(system: string): { text: string; atMs: number } | null;
  /** Rejects where the store fails: then nothing has changed. */
  set(system: string, text: string, who: string): Promise<void>;
  clear(system: string): Promise<void>;
  /** From now on looks how systems are: a notice ends with the outage that it was written in. */
  watch(stateOf: (system: string) => SystemState | undefined): void;
  /** Reads what is in the store. Once at the start; from then on PostgreSQL, which others write too, is heard by itself. */
  hear(): Promise<void>;
  close(): Promise<void>;
}

/** What notices need from outside. */
export interface NoticeSurroundings {
  /** Null: they stand while this process runs. */
  store: Store | null;
  clock: Clock;
  events: Pick<Events, 'listen' | 'touch' | 'history'>;
  /** Told when the store fails, for the log. */
  onFailure(what: string, error: unknown): void;
}

/** How long another process may take to hear of a notice, in ms. */
const hearAfterMs = 1_000;
/**
 * How long a system is well before a notice about its outage is gone for good, in ms. It is not shown from the first
 * moment on; but a system that falls again meanwhile is still in the same outage, and nobody writes it twice.
 */
const endAfterMs = 10 * 60_000;
/** How far back is looked for the outage that a notice was written in, in changes of state. */
const lookBack = 500;

interface Notice {
  text: string;
  atMs: number;
  /** Whether the system was not well while it stood. One about what is planned has seen no outage yet, and stands. */
  outage: boolean;
}

/** Nothing is known until the store has been heard. */
export function createNotices({ store, clock, events, onFailure }: NoticeSurroundings): Notices {
  const notices = new Map<string, Notice>();
  /** By system that is well again: calls off its notice's end. */
  const endings = new Map<string, () => void>();
  let hearing: Promise<void> = Promise.resolve();
  let cancel = () => {};
  let closed = false;
  let stateOf: Parameters<Notices['watch']>[0] = () => undefined;

  const isWell = (system: string) => stateOf(system) === 'OPERATIONAL';

  /** Looks whether a notice's outage begins, or is over. */
  function attend(system: string): void {
    const notice = notices.get(system);
    if (!notice || stateOf(system) === undefined) return;
    if (!isWell(system)) {
      notice.outage = true;
      endings.get(system)?.();
      endings.delete(system);
    } else if (notice.outage && !endings.has(system)) {
      endings.set(
        system,
        clock.after(endAfterMs, () => void end(system, notice)),
      );
    }
  }

  async function end(system: string, notice: Notice): Promise<void> {
    endings.delete(system);
    if (closed || notices.get(system) !== notice) return;
    try {
      // Only this one: another process may have been given a new one.
      await store?.db.deleteFrom('notice').where('system', '=', system).where('at', '=', notice.atMs).execute();
      if (notices.get(system) === notice) notices.delete(system);
    } catch (error) {
      onFailure('ending a notice', error);
      attend(system);
    }
  }

  function put(system: string, notice: Notice | null): void {
    endings.get(system)?.();
    endings.delete(system);
    if (notice) notices.set(system, notice);
    else notices.delete(system);
    attend(system);
    events.touch(system);
  }

  /** Whether a system was not well at a time or since, by what is recorded of it. */
  async function outageSince(system: string, atMs: number): Promise<boolean> {
    const before = new Set<string>();
    for (const change of await events.history(system, lookBack)) {
      const latest = change.atMs >= atMs || !before.has(change.backend);
      if (change.atMs < atMs) before.add(change.backend);
      if (latest && change.state !== 'OPERATIONAL') return true;
    }
    return false;
  }

  async function hear(): Promise<void> {
    if (!store) return;
    const rows = await store.db.selectFrom('notice').select(['system', 'text', 'at']).execute();
    for (const { system, text, at } of rows) {
      const atMs = Number(at);
      const known = notices.get(system);
      if (known?.atMs === atMs && known.text === text) continue;
      put(system, { text, atMs, outage: await outageSince(system, atMs) });
    }
    const there = new Set(rows.map(({ system }) => system));
    for (const system of notices.keys()) if (!there.has(system)) put(system, null);
  }

  /** One after another, so that what is heard is never older than what has been set. */
  function inTurn(work: () => Promise<void>): Promise<void> {
    const mine = hearing.then(work);
    hearing = mine.catch(() => {
      // Told to whoever asked for it.
    });
    return mine;
  }

  function hearAgain(): void {
    if (closed || store?.engine !== 'POSTGRESQL') return;
    cancel = clock.after(hearAfterMs, () => {
      inTurn(hear)
        .catch((error) => onFailure('hearing what notices there are', error))
        .then(hearAgain);
    });
  }

  const stopListening = events.listen(attend);
  hearAgain();

  return {
    of(system) {
      const notice = notices.get(system);
      return notice && !(notice.outage && isWell(system)) ? { text: notice.text, atMs: notice.atMs } : null;
    },
    set: (system, text, who) =>
      inTurn(async () => {
        const atMs = clock.now();
        await store?.db
          .insertInto('notice')
          .values({ system, text, who, at: atMs })
          .onConflict((conflict) => conflict.column('system').doUpdateSet({ text, who, at: atMs }))
          .execute();
        put(system, { text, atMs, outage: false });
      }),
    clear: (system) =>
      inTurn(async () => {
        await store?.db.deleteFrom('notice').where('system', '=', system).execute();
        put(system, null);
      }),
    watch(given) {
      stateOf = given;
      for (const system of notices.keys()) attend(system);
    },
    hear: () => inTurn(hear),
    async close() {
      closed = true;
      cancel();
      stopListening();
      for (const callOff of endings.values()) callOff();
      await hearing;
    },
  };
}
