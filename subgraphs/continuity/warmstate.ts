// How the walk of each system stands, written down so that it outlasts the process: at most one process walks a system.
// Knows the table; knows no wire and no schedule.
import type { Clock } from './clock.ts';
import type { Store } from './store.ts';
import type { Place } from './warmwalk.ts';

/** How a walk that keeps everything of a system stands. Times in ms since 1970. */
export interface Walk {
  state: 'RUNNING' | 'WAITING' | 'STOPPED' | 'DONE' | 'FAILED';
  done: number;
  total: number | null;
  startedAtMs: number;
  endedAtMs: number | null;
  reason: string | null;
}

/** What is written down of a system's walks. Times in ms since 1970. */
export interface WarmState {
  /** The last walk through everything, or the one under way. */
  walk: Walk;
  /** How far it has come. */
  place: Place;
  /** The generation that it is kept in, by backend: a walk that is kept in two proves nothing about either. */
  generations: Readonly<Record<string, number>>;
  /** When the last walk through everything that came to its end began; null: none has. */
  wholeMs: number | null;
  /** What changed since then has not been looked at. */
  changesMs: number | null;
  /** The process that walks or walked last. */
  holder: string;
}

/** The states of all systems. */
export interface WarmStates {
  /** As it was last seen. */
  of(system: string): WarmState | null;
  /** Reads all of them anew. */
  load(): Promise<void>;
  /** Whether another process seems to be walking it just now. */
  taken(system: string): boolean;
  /** Writes one down. Throws WalkTaken where another process has written meanwhile. */
  save(system: string, state: WarmState): Promise<void>;
}

/** Another process walks the same system. */
export class WalkTaken extends Error {}

/** A walk of another process that has not been heard of for so long is over: it writes at least every minute. In ms. */
const silentMs = 180_000;

/** The states in a store, of this process. */
export function createWarmStates({ db, engine }: Store, clock: Clock, process: string): WarmStates {
  const known = new Map<string, { state: WarmState; updatedAtMs: number }>();
  return {
    of: (system) => known.get(system)?.state ?? null,
    async load() {
      for (const { system, detail, updated_at } of await db.selectFrom('warm').selectAll().execute()) {
        if ((known.get(system)?.updatedAtMs ?? 0) >= updated_at) continue;
        known.set(system, { state: JSON.parse(detail), updatedAtMs: updated_at });
      }
    },
    taken(system) {
      const found = known.get(system);
      // A file has one process: whoever wrote it before is gone.
      if (!found || engine === 'SQLITE' || found.state.holder === process) return false;
      const walking = found.state.walk.state === 'RUNNING' || found.state.walk.state === 'WAITING';
      return walking && clock.now() - found.updatedAtMs < silentMs;
    },
    async save(system, state) {
      const before = known.get(system)?.updatedAtMs ?? null;
      // Always later than the one before, so that whoever has not seen this one cannot write over it.
      const updatedAtMs = Math.max(clock.now(), (before ?? 0) + 1);
      const row = { detail: JSON.stringify(state), updated_at: updatedAtMs };
      const { affected } =
        before === null
          ? await db
              .insertInto('warm')
              .values({ system, ...row })
              .onConflict((conflict) => conflict.doNothing())
              .executeTakeFirst()
              .then(({ numInsertedOrUpdatedRows }) => ({ affected: numInsertedOrUpdatedRows ?? 0n }))
          : await db
              .updateTable('warm')
              .set(row)
              .where('system', '=', system)
              .where('updated_at', '=', before)
              .executeTakeFirst()
              .then(({ numUpdatedRows }) => ({ affected: numUpdatedRows }));
      if (affected === 0n) throw new WalkTaken(`Another Lintel over the same store keeps ${system} warm.`);
      known.set(system, { state, updatedAtMs });
    },
  };
}
