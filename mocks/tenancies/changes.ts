// When each record was last touched: invented from its key, until a mock writes to it. Knows no record's content.
import { epochDay, wallSeconds, wallTime } from '../world/calendar.ts';
import { hash } from '../world/random.ts';
import type { Day, LocalTime } from '../world.ts';

const DAY_SECONDS = 86_400;
const BATCH_SECONDS = 2 * 3_600 + 10 * 60; // 02:10, when the overnight batch writes
const OPENING_SECONDS = 8 * 3_600;
const OFFICE_SECONDS = 10 * 3_600;

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
export interface ChangeLog {
  at(key: string): LocalTime;
  touch(key: string, time: LocalTime): void;
  /** Up to `rows` records after `afterKey` in the order of keys, touched at `since` or later. */
  since(since: LocalTime, afterKey: string, rows: number): { key: string; at: LocalTime }[];
}

/** A log over keys already in order. Times are worked out at the first `since`: about 0.1 s for 300,000 keys. */
export function changeLog(keys: readonly string[], seed: number, today: Day): ChangeLog {
  const epochToday = epochDay(today);
  const touched = new Map<string, LocalTime>();
  let times: Float64Array | undefined;
  const secondsOf = (key: string) => {
    const time = touched.get(key);
    return time === undefined ? inventedSeconds(seed, epochToday, key) : wallSeconds(time);
  };
  const at = (key: string) => wallTime(secondsOf(key));

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
    at,
    touch(key, time) {
      touched.set(key, time);
      const place = after(key) - 1;
      if (times && keys[place] === key) times[place] = wallSeconds(time);
    },
    since(since, afterKey, rows) {
      times ??= Float64Array.from(keys, secondsOf);
      const from = wallSeconds(since);
      const found: { key: string; at: LocalTime }[] = [];
      for (let place = after(afterKey); place < keys.length && found.length < rows; place++) {
        const key = keys[place] as string;
        if ((times[place] as number) >= from) found.push({ key, at: at(key) });
      }
      return found;
    },
  };
}
