// What stands over every backend, as all processes that share a store know it: kept there, so that it survives a restart,
// and changed one order at a time, so that operators who race are told of each other. Knows no system and no circuit.
import type { Selectable, Updateable } from 'kysely';
import type { Cipher } from './cipher.ts';
import type { Clock } from './clock.ts';
import {
  type By,
  doubted,
  type Findings,
  held,
  noWrites,
  type Order,
  OrderUnwritten,
  ordered,
  proven,
  type Standing,
  type StandingState,
  unattended,
  unproven,
} from './standing.ts';
import type { Store, Tables } from './store.ts';

/** Told of a backend over which something else stands than before. */
export type StandingListener = (system: string, backend: string, standing: Standing, before: Standing) => void;

/** What an order, or what came about, makes of what stands. */
type Step = (standing: Standing) => Standing;

/** What stands. */
export interface Standings {
  of(system: string, backend: string): Standing;
  /**
   * Sets what stands over some of a system's backends: all of them, or none.
   * @throws OrderRefused with a sentence; another Error where the store fails: then nothing has changed, but for an
   * isolation, which holds at once in this process all the same: OrderUnwritten.
   */
  order(system: string, backends: readonly string[], order: Order, by: By): Promise<void>;
  /** By itself: it may have been restored in its silence. Holds at once; kept behind the caller's back. */
  doubt(system: string, backend: string): void;
  /** By itself: it is being checked (no alarm), or an operator has to decide. */
  hold(system: string, backend: string, alarm: Findings | null): void;
  /** By itself: it has been checked and lacks nothing. What was found is told with it. */
  prove(system: string, backend: string, findings: Findings): void;
  /** It has just answered. */
  answered(system: string, backend: string): void;
  /** When it last answered anybody, ms since 1970; null: never, as far as is known. */
  lastAnsweredMs(system: string, backend: string): number | null;
  /** Reads what is in the store. Once at the start; from then on PostgreSQL, which others write too, is heard by itself. */
  hear(): Promise<void>;
  /** Told of every change, whoever made it; gives a function that ends it. */
  listen(listener: StandingListener): () => void;
  /** Waits until what came about by itself is in the store. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** What standings need from outside. */
export interface StandingSurroundings {
  /** Null: what is set holds for this process alone, while it runs. */
  store: Store | null;
  clock: Clock;
  /** Seals which records an alarm names: keys of people's records. Null: they are in memory alone. */
  cipher?: Cipher | null;
  /** Told when the store fails, for the log. */
  onFailure(what: string, error: unknown): void;
}

/** How long another process may take to hear of an order, in ms: containment is a matter of seconds, a table of ten rows of nothing. */
const hearAfterMs = 1_000;
/** How long after the store has failed it is tried again, in ms. */
const tryAgainMs = 2_000;
/** How often it is written that a backend has answered, in ms: a tenth of the silence after which one is doubted. */
const answeredEveryMs = 60_000;

/** Nothing stands until the store has been heard. */
export function createStandings({ store, clock, cipher = null, onFailure }: StandingSurroundings): Standings {
  const standings = new Map<string, Standing>();
  const answers = new Map<string, { atMs: number; writtenMs: number }>();
  const listeners = new Set<StandingListener>();
  /** What came about by itself and is not in the store yet, in its order. */
  const waiting = new Map<string, Step[]>();
  let turn: Promise<unknown> = Promise.resolve();
  let cancel = () => {};
  let closed = false;

  const idOf = (system: string, backend: string) => `${system}\n${backend}`;
  const of = (system: string, backend: string) => standings.get(idOf(system, backend)) ?? unattended;

  /** Holds from now on, and is told to whoever listens where it is another than before. */
  function set(system: string, backend: string, next: Standing): void {
    const before = of(system, backend);
    if (JSON.stringify(before) === JSON.stringify(next)) return;
    standings.set(idOf(system, backend), next);
    for (const listener of listeners) listener(system, backend, next, before);
  }

  /** Takes what the store says, with what is not in it yet on top. */
  function adopt(system: string, backend: string, stored: Standing): void {
    const steps = waiting.get(idOf(system, backend)) ?? [];
    set(
      system,
      backend,
      steps.reduce((standing, step) => step(standing), stored),
    );
  }

  /** What is in the store is read, changed and written in one transaction, whoever else does the same. */
  async function stored({ engine, db: whole }: Store, system: string, backends: readonly string[], step: Step) {
    return whole.transaction().execute(async (db) => {
      const query = db.selectFrom('standing').selectAll().where('system', '=', system).where('backend', 'in', backends);
      const rows = await (engine === 'POSTGRESQL' ? query.forUpdate() : query).execute();
      const changed = backends.map((backend) => {
        const row = rows.find((each) => each.backend === backend);
        return [backend, step(row ? fromRow(row, cipher) : unattended)] as const;
      });
      for (const [backend, standing] of changed) {
        const columns = toRow(system, backend, standing, cipher);
        await db
          .insertInto('standing')
          .values({ system, backend, ...columns })
          .onConflict((conflict) => conflict.columns(['system', 'backend']).doUpdateSet(columns))
          .execute();
      }
      return changed;
    });
  }

  /** One after another. */
  function change(system: string, backends: readonly string[], step: Step, done = () => {}): Promise<void> {
    const mine = turn.then(async () => {
      const all = store
        ? await stored(store, system, backends, step)
        : backends.map((backend) => [backend, step(of(system, backend))] as const);
      done();
      for (const [backend, standing] of all) adopt(system, backend, standing);
    });
    turn = mine.catch(() => 'told to whoever asked for the change');
    return mine;
  }

  /** Holds at once; is in the store as soon as that can be had, however often it takes. Rejects where the first try fails. */
  async function atOnce(system: string, backend: string, step: Step): Promise<void> {
    set(system, backend, step(of(system, backend)));
    if (!store) return;
    const id = idOf(system, backend);
    waiting.set(id, [...(waiting.get(id) ?? []), step]);
    const done = () => waiting.set(id, waiting.get(id)?.filter((each) => each !== step) ?? []);
    const again = () => {
      if (!closed) change(system, [backend], step, done).catch(() => clock.after(tryAgainMs, again));
    };
    try {
      await change(system, [backend], step, done);
    } catch (error) {
      clock.after(tryAgainMs, again);
      throw error;
    }
  }

  function byItself(system: string, backend: string, step: Step): void {
    atOnce(system, backend, step).catch((error) => onFailure('keeping how a system stands', error));
  }

  async function hear(): Promise<void> {
    if (!store) return;
    const rows = await store.db.selectFrom('standing').selectAll().execute();
    for (const row of rows) adopt(row.system, row.backend, fromRow(row, cipher));
    for (const { system, backend, at } of await store.db.selectFrom('answered').selectAll().execute()) {
      const known = answers.get(idOf(system, backend));
      if (!known || known.atMs < Number(at)) {
        answers.set(idOf(system, backend), { atMs: Number(at), writtenMs: Number(at) });
      }
    }
  }

  function hearAgain(): void {
    if (closed || store?.engine !== 'POSTGRESQL') return;
    cancel = clock.after(hearAfterMs, () => {
      turn = turn.then(() => hear()).catch((error) => onFailure('hearing how systems stand', error));
      void turn.then(hearAgain);
    });
  }

  hearAgain();

  return {
    of,
    async order(system, backends, order, by) {
      const nowMs = clock.now();
      const step: Step = (standing) => ordered(standing, order, by, nowMs);
      if (order.order !== 'ISOLATE') return change(system, backends, step);
      // Containment does not wait for a disk.
      const all = await Promise.allSettled(backends.map((backend) => atOnce(system, backend, step)));
      if (all.every(({ status }) => status === 'fulfilled')) return;
      throw new OrderUnwritten(
        `The ${system} system is cut off from now on, but that could not be written to the store: it will be as soon as ` +
          'the store can be written. Until then it does not survive a restart.',
      );
    },
    doubt(system, backend) {
      const nowMs = clock.now();
      byItself(system, backend, (standing) => (unproven(standing) ? standing : doubted(standing, nowMs)));
    },
    hold(system, backend, alarm) {
      const nowMs = clock.now();
      byItself(system, backend, (standing) => (mayBeHeld(standing) ? held(standing, alarm, nowMs) : standing));
    },
    prove(system, backend, findings) {
      const nowMs = clock.now();
      byItself(system, backend, (standing) => (mayBeHeld(standing) ? proven(standing, nowMs, findings) : standing));
    },
    answered(system, backend) {
      const atMs = clock.now();
      const known = answers.get(idOf(system, backend));
      const due = !known || atMs - known.writtenMs >= answeredEveryMs;
      answers.set(idOf(system, backend), { atMs, writtenMs: due ? atMs : known.writtenMs });
      if (!due || !store) return;
      turn = turn
        .then(() =>
          store.db
            .insertInto('answered')
            .values({ system, backend, at: atMs })
            .onConflict((conflict) => conflict.columns(['system', 'backend']).doUpdateSet({ at: atMs }))
            .execute(),
        )
        .catch((error) => onFailure('keeping when a system last answered', error));
    },
    lastAnsweredMs: (system, backend) => answers.get(idOf(system, backend))?.atMs ?? null,
    hear,
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async flush() {
      await turn;
    },
    async close() {
      closed = true;
      cancel();
      await turn;
    },
  };
}

/** Only what is in doubt is held and released by itself: an operator may have given another order meanwhile. */
function mayBeHeld(standing: Standing): boolean {
  return (standing.state === 'HELD' || standing.state === 'AUTOMATIC') && unproven(standing);
}

/** What an alarm names is bound to its place. */
const placeOf = (system: string, backend: string) => `standing/${system}/${backend}`;

/** What of a standing has no column. `items`: of the alarm, sealed; `keyId`: under which key. */
interface Detail {
  alarm?: (Omit<Findings, 'items'> & { items?: string; keyId?: string }) | null;
  last?: number;
}

function fromRow(row: Selectable<Tables['standing']>, cipher: Cipher | null): Standing {
  const { alarm = null, last = row.frozen } = JSON.parse(row.detail) as Detail;
  return {
    state: row.state as StandingState,
    sinceMs: row.since,
    who: row.who ?? '',
    why: row.why ?? '',
    expectedBackMs: row.expected_back,
    restorePointMs: row.restore_point,
    frozen: row.frozen,
    generation: row.generation,
    last,
    alarm: alarm && openedAlarm(alarm, placeOf(row.system, row.backend), cipher),
  };
}

/** One from before alarms named anything has no writes and no items; nor can items be told whose key is not configured. */
function openedAlarm(
  { items, keyId, ...counts }: NonNullable<Detail['alarm']>,
  place: string,
  cipher: Cipher | null,
): Findings {
  const known = { ...counts, seen: counts.seen ?? 'RETURN', writes: counts.writes ?? noWrites };
  if (!items || !keyId) return { ...known, items: [] };
  if (!cipher?.has(keyId)) return { ...known, items: [], sealed: { items, keyId } };
  return { ...known, items: JSON.parse(cipher.open(Buffer.from(items, 'base64'), place, keyId)) };
}

function toRow(
  system: string,
  backend: string,
  standing: Standing,
  cipher: Cipher | null,
): Required<Omit<Updateable<Tables['standing']>, 'system' | 'backend'>> {
  const { items = [], sealed, ...counts } = standing.alarm ?? {};
  const seal = () => cipher?.seal(JSON.stringify(items), placeOf(system, backend)).toString('base64');
  const alarm = standing.alarm && { ...counts, ...(sealed ?? { items: seal(), keyId: cipher?.keyId }) };
  return {
    state: standing.state,
    since: standing.sinceMs,
    who: standing.who || null,
    why: standing.why || null,
    expected_back: standing.expectedBackMs,
    restore_point: standing.restorePointMs,
    frozen: standing.frozen,
    generation: standing.generation,
    detail: JSON.stringify({ alarm, last: standing.last }),
  };
}
