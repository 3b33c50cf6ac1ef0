// A calendar of England and Wales found by looking at one day after another, in UTC and without the product's code: what
// the reckoned one is compared with. Easter is a table; a holiday at a weekend goes to the next day that is free.
const dayMs = 86_400_000;

/** Easter Sundays, as the Church of England's calendar has them. */
const easters = [
  ...['2018-04-01', '2019-04-21', '2020-04-12', '2021-04-04', '2022-04-17', '2023-04-09', '2024-03-31', '2025-04-20'],
  ...['2026-04-05', '2027-03-28', '2028-04-16', '2029-04-01', '2030-04-21', '2031-04-13', '2032-03-28', '2033-04-17'],
  ...['2034-04-09', '2035-03-25', '2036-04-13', '2037-04-05', '2038-04-25', '2039-04-10', '2040-04-01'],
];

const moved: Record<string, string> = { '2020-05-04': '2020-05-08', '2022-05-30': '2022-06-02' };
const extra = ['2022-06-03', '2022-09-19', '2023-05-08'];

const textOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);
const weekday = (ms: number) => new Date(ms).getUTCDay();
const isWeekend = (ms: number) => weekday(ms) === 0 || weekday(ms) === 6;

/** Every bank holiday from 2018 to 2040. */
export const holidaysByLooking: ReadonlySet<string> = new Set(
  easters.flatMap((easter) => {
    const year = Number(easter.slice(0, 4));
    const ofYear: number[] = [Date.parse(easter) - 2 * dayMs, Date.parse(easter) + dayMs];
    const mondays = (month: number) =>
      Array.from({ length: 31 }, (_, index) => Date.UTC(year, month, index + 1)).filter((ms) => weekday(ms) === 1);
    for (const monday of [mondays(4)[0], mondays(4).at(-1), mondays(7).at(-1)]) ofYear.push(monday ?? Number.NaN);
    // Those on a weekday keep their day; then each of the others takes the next free one, the earlier one first.
    const fixed = [Date.UTC(year, 0, 1), Date.UTC(year, 11, 25), Date.UTC(year, 11, 26)];
    ofYear.push(...fixed.filter((ms) => !isWeekend(ms)));
    for (const holiday of fixed.filter(isWeekend)) {
      let substitute = holiday;
      while (isWeekend(substitute) || ofYear.includes(substitute)) substitute += dayMs;
      ofYear.push(substitute);
    }
    return [
      ...ofYear.map((ms) => moved[textOf(ms)] ?? textOf(ms)),
      ...extra.filter((day) => day.startsWith(`${year}`)),
    ];
  }),
);

const london = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/London', dateStyle: 'short' });

/** The day that it is in London, `YYYY-MM-DD`. */
export function londonDay(atMs: number): string {
  return london.format(atMs);
}

/** The day after, so many times, of days that count. */
export function dayByLooking(from: string, count: number, counts: (day: string) => boolean): string {
  let ms = Date.parse(from);
  for (let left = count; left > 0; ) {
    ms += dayMs;
    if (counts(textOf(ms))) left -= 1;
  }
  return textOf(ms);
}

/** Whether a day is worked, by the calendar above. */
export function workedByLooking(day: string): boolean {
  return !isWeekend(Date.parse(day)) && !holidaysByLooking.has(day);
}

/** The midnight in London that ends a day: the first whole hour at which it is another day there. */
export function endByLooking(day: string): number {
  let ms = Date.parse(day);
  while (londonDay(ms) <= day) ms += 3_600_000;
  return ms;
}
