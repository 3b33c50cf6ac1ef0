// Days and London wall-clock times as plain text. Knows no format of any system.
import type { Day, LocalTime } from '../world.ts';

const DAY_MS = 86_400_000;
const DAY_SECONDS = 86_400;
const days = new Map<number, Day>();
/** 00 to 59. */
const DIGITS = Array.from({ length: 60 }, (_, count) => String(count).padStart(2, '0'));

const ZERO = '0'.charCodeAt(0);

/** The number that two digits of a text are. */
function two(text: string, at: number): number {
  return (text.charCodeAt(at) - ZERO) * 10 + text.charCodeAt(at + 1) - ZERO;
}

/** Days since 1970-01-01, of a day or a time that is well formed. */
export function epochDay(day: Day | LocalTime): number {
  return Date.UTC(two(day, 0) * 100 + two(day, 2), two(day, 5) - 1, two(day, 8)) / DAY_MS;
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

/**
 * Seconds of a wall clock since 1970's, for comparing, keeping and adding to; not an instant. Worked out by hand, here and
 * in `wallTime`: an estate has millions of times, and reading one with `Date` takes several times as long.
 */
export function wallSeconds(time: LocalTime): number {
  return epochDay(time) * DAY_SECONDS + two(time, 11) * 3_600 + two(time, 14) * 60 + two(time, 17);
}

/** The wall-clock time of such seconds; parts of a second are dropped. */
export function wallTime(seconds: number): LocalTime {
  const day = Math.floor(seconds / DAY_SECONDS);
  const rest = Math.floor(seconds - day * DAY_SECONDS);
  const [hours, minutes] = [Math.floor(rest / 3_600), Math.floor(rest / 60) % 60];
  return `${dayOf(day)}T${DIGITS[hours]}:${DIGITS[minutes]}:${DIGITS[rest % 60]}`;
}

/** The same time of day so many days before. */
export function daysBefore(time: LocalTime, count: number): LocalTime {
  return `${addDays(time.slice(0, 10), -count)}${time.slice(10)}`;
}

/** The last change up to an instant of a record that has changed since: some whole months earlier. In wall seconds. */
export function changeBefore(changed: number, to: number): number {
  // Thirty days keep the time of day, so that it stays in office hours, or in the night's batch.
  const month = 30 * DAY_SECONDS;
  return changed - Math.max(0, Math.ceil((changed - to) / month)) * month;
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
