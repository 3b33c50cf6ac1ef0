// Working days of England and Wales: not Saturday, not Sunday, not a bank holiday (so SI 2025/1042 and SI 1994/133 mean it,
// and the Complaint Handling Code is read). Knows no rules and no time of day.
import { bankHolidays } from './holidays.ts';

/** Whether people are at work on a day. */
export function isWorkday(day: Temporal.PlainDate): boolean {
  return day.dayOfWeek < 6 && !bankHolidays(day.year).has(day.toString());
}

/** The `count`th working day after a day, which itself never counts. */
export function workdayAfter(day: Temporal.PlainDate, count: number): Temporal.PlainDate {
  let at = day;
  for (let left = count; left > 0; left -= isWorkday(at) ? 1 : 0) at = at.add({ days: 1 });
  return at;
}
