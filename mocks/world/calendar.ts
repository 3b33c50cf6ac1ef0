// Days and London wall-clock times as plain text. Knows no format of any system.
import type { Day, LocalTime } from '../world.ts';

const DAY_MS = 86_400_000;
const days = new Map<number, Day>();

/** Days since 1970-01-01. */
export function epochDay(day: Day): number {
  return Date.parse(day) / DAY_MS;
}

/** The day so many days after 1970-01-01. Kept, so that half a million dates share a few thousand texts. */
export function dayOf(epoch: number): Day {
  let day = days.get(epoch);
  if (day === undefined) {
    day = new Date(epoch * DAY_MS).toISOString().slice(0, 10);
    days.set(epoch, day);
  }
  return day;
}

/** The day `count` days after another; before it, where negative. */
export function addDays(day: Day, count: number): Day {
  return dayOf(epochDay(day) + count);
}

/** London's wall clock at an instant, to the second. */
export function londonTime(epochMs: number): LocalTime {
  const zoned = Temporal.Instant.fromEpochMilliseconds(epochMs).toZonedDateTimeISO('Europe/London');
  return zoned.toPlainDateTime().toString({ smallestUnit: 'second' });
}

/**
 * The wall clock inside a world: London's own time of day, on the world's today when the clock is made, and running
 * on from there. So a world of another day still has its open adverts open.
 */
export function worldClock(today: Day, nowMs: () => number): () => LocalTime {
  const shift = epochDay(today) - epochDay(londonTime(nowMs()).slice(0, 10));
  return () => {
    const time = londonTime(nowMs());
    return `${addDays(time.slice(0, 10), shift)}${time.slice(10)}`;
  };
}
