// London wall-clock time as the repairs systems keep it: text without an offset, moved about by plain arithmetic.
// Knows days and hours; knows no job and no wire.
import { addDays, dayOf, epochDay, londonTime, wallSeconds, wallTime } from '../world/calendar.ts';
import type { Day, LocalTime } from '../world.ts';

/** Milliseconds since the epoch: `Date.now`, or a clock that a test turns. */
export type Clock = () => number;

/** What these systems write for "no date". */
export const NO_DATE: LocalTime = '1900-01-01T00:00:00';

/**
 * Wall-clock time so many minutes after another. The systems add to the clock's hands and know nothing of summer time,
 * so that two hours after 23:30 on the last Saturday of March is 01:30, a time that never was.
 */
export function addMinutes(time: LocalTime, minutes: number): LocalTime {
  return wallTime(wallSeconds(time) + minutes * 60);
}

/** Saturday or Sunday. */
export function isWeekend(day: Day): boolean {
  return weekendAt(epochDay(day));
}

/** 1 January 1970 was a Thursday: Saturdays and Sundays leave 2 and 3. */
function weekendAt(epoch: number): boolean {
  const rest = epoch % 7;
  return rest === 2 || rest === 3;
}

/** The day so many weekdays after another; these systems do not know bank holidays. */
export function addWeekdays(day: Day, weekdays: number): Day {
  let at = epochDay(day);
  for (let left = weekdays; left > 0; ) {
    at += 1;
    if (!weekendAt(at)) left -= 1;
  }
  return dayOf(at);
}

/** The Saturday before the last change of the clocks that lies before `today`: the night with 23 or 25 hours. */
export function clockChangeEve(today: Day): Day {
  for (let back = 1; ; back += 1) {
    const sunday = addDays(today, -back);
    const month = sunday.slice(5, 7);
    // The last Sunday of March or October has a date past the 24th, in months of 31 days.
    if ((month === '03' || month === '10') && new Date(sunday).getUTCDay() === 0 && sunday.slice(8) > '24') {
      return addDays(sunday, -1);
    }
  }
}

/** Reads what a caller sent as a date-time, with or without an offset, as London time; undefined where it is none. */
export function localFrom(text: string): LocalTime | undefined {
  try {
    const zoned = /(Z|[+-]\d\d:?\d\d)$/i.test(text);
    if (zoned) return londonTime(Temporal.Instant.from(text).epochMilliseconds);
    return Temporal.PlainDateTime.from(text).toString({ smallestUnit: 'second' });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
