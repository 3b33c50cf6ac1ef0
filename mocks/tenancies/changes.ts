// When each record was last touched: invented from its key, until a mock writes to it or comes back
// from an old backup. Knows no record's content.
import { book, copyAll, horizon, type Kept } from '../book.ts';
import { changeBefore, epochDay, wallSeconds, wallTime } from '../world/calendar.ts';
import { hash } from '../world/random.ts';
import type { Day, LocalTime, World } from '../world.ts';

const DAY_SECONDS = 86_400;
const BATCH_SECONDS = 2 * 3_600 + 10 * 60; // 02:10, when the overnight batch writes
const OPENING_SECONDS = 8 * 3_600;
const OFFICE_SECONDS = 10 * 3_600;
/** Times worked out before other requests get their turn: a few ms. */
const KEYS_A_BREATH = 5_000;

/** As `inventedChange`, in wall seconds. */
function inventedSeconds(seed: number, epochToday: number, key: string): number {
  const chance = hash(seed, `changed ${key}`);
  const detail = hash(seed, `changed at ${key}`);
  const reach = chance % 30 === 0 ? 7 : chance % 4 === 0 ? 365 : 2_190;
  const midnight = (epochToday - 1 - (detail % reach)) * DAY_SECONDS;
  if (detail % 10 < 3) return midnight + BATCH_SECONDS + (chance % 60);
  return midnight + OPENING_SECONDS + (chance % OFFICE_SECONDS);
}

/**
 * The London time at which a record was last touched before today: one in thirty within a week, one in four within a
 * year, the rest within six. Three in ten were touched by the overnight batch, the others in office hours.
 */
export function inventedChange(seed: number, today: Day, key: string): LocalTime {
  return wallTime(inventedSeconds(seed, epochDay(today), key));
}

/** The changes to one kind of record. */
export interface ChangeLog extends Kept {
  at(key: string): LocalTime;
  /** The same of the record as it was made up: before anybody wrote it, and before anybody went back. */
  madeAt(key: string): LocalTime;
  touch(key: string, time: LocalTime): void;
  /** Works out all times, a few thousand at a breath. */
  prepare(): Promise<void>;
  /** Up to `rows` records after `afterKey` in the order of keys, touched at `since` or later. */
  since(since: LocalTime, afterKey: string, rows: number): { key: string; at: LocalTime }[];
}

/**
 * A log over keys already in order. `isThere` tells which of them are on record now; `known` are times that a story
 * gives. Times are worked out at the first `since`: about 0.1 s for 300,000 keys.
 */
export function changeLog(
  keys: readonly string[],
  { seed, today }: Pick<World, 'seed' | 'today'>,
  isThere: (key: string) => boolean,
  known: ReadonlyMap<string, LocalTime> = new Map(),
): ChangeLog {
  const epochToday = epochDay(today);
  const touched = book<LocalTime>();
  const past = horizon();
  let times: Float64Array | undefined;
  let version = 0;
  const madeSeconds = (key: string) => {
    const told = known.get(key);
    return told === undefined ? inventedSeconds(seed, epochToday, key) : wallSeconds(told);
  };
  const secondsOf = (key: string) => {
    const time = touched.get(key);
    if (time !== undefined) return wallSeconds(time);
    const to = past.at();
    return to === null ? madeSeconds(key) : changeBefore(madeSeconds(key), wallSeconds(to));
  };

  // What is not there has a time that is never at or after any.
  const listed = (key: string) => (isThere(key) ? secondsOf(key) : Number.NaN);

  /** The place of the first key after this one. */
  const after = (key: string) => {
    let low = 0;
    let high = keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((keys[middle] as string) > key) high = middle;
      else low = middle + 1;
    }
    return low;
  };

  return {
    at: (key) => wallTime(secondsOf(key)),
    madeAt: (key) => wallTime(madeSeconds(key)),
    touch(key, time) {
      version++;
      touched.set(key, time, time);
      const place = after(key) - 1;
      if (times && keys[place] === key) times[place] = wallSeconds(time);
    },
    prepare: async () => {
      const ahead = new Float64Array(keys.length);
      const before = version;
      for (let place = 0; place < keys.length; place++) {
        if (place % KEYS_A_BREATH === 0) await new Promise((resolve) => setImmediate(resolve));
        ahead[place] = listed(keys[place] as string);
      }
      // Whoever wrote or went back meanwhile has made these times old.
      if (version === before) times ??= ahead;
    },
    since(since, afterKey, rows) {
      times ??= Float64Array.from(keys, listed);
      const from = wallSeconds(since);
      const found: { key: string; at: LocalTime }[] = [];
      for (let place = after(afterKey); place < keys.length && found.length < rows; place++) {
        const seconds = times[place] as number;
        if (seconds >= from) found.push({ key: keys[place] as string, at: wallTime(seconds) });
      }
      return found;
    },
    copy: () => {
      const putBack = copyAll([touched, past]);
      return () => {
        putBack();
        version++;
        times = undefined;
      };
    },
    goBack: (to) => {
      touched.goBack(to);
      past.goBack(to);
      version++;
      times = undefined;
    },
  };
}
