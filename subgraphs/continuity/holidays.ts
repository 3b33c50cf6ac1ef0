// The bank holidays of England and Wales, reckoned from their rules, with what has been proclaimed beside them. Needs no
// network. It cannot know what is proclaimed after `announcedBy`: that has to be added to the table.
// Why not a package: those that fetch need a network when it may be gone; workingday-uk ships gov.uk's list, but only to
// 2020; date-holidays is well kept, but is 45 MB of packages for eight days a year, with data under CC BY-SA.

/**
 * Up to when announcements of one-off days have been looked at; every deadline in working days says so. A day added
 * later can only make a deadline given here too early; one that is moved could make it a day too late.
 */
export const announcedBy = '2026-09-21';

/**
 * What was proclaimed for one year alone, since the oldest rule in working days (1994). `instead` is the day that the
 * usual holiday was moved from. Source: Royal proclamations under the Banking and Financial Dealings Act 1971, as
 * gov.uk/bank-holidays lists them.
 */
const proclaimed: readonly { day: string; instead?: string; name: string }[] = [
  { day: '1995-05-08', instead: '1995-05-01', name: 'VE Day, 50 years on' },
  { day: '1999-12-31', name: 'Millennium' },
  { day: '2002-06-03', name: 'Golden Jubilee' },
  { day: '2002-06-04', instead: '2002-05-27', name: 'Spring bank holiday' },
  { day: '2011-04-29', name: 'Royal wedding' },
  { day: '2012-06-04', instead: '2012-05-28', name: 'Spring bank holiday' },
  { day: '2012-06-05', name: 'Diamond Jubilee' },
  { day: '2020-05-08', instead: '2020-05-04', name: 'Early May bank holiday (VE Day, 75 years on)' },
  { day: '2022-06-02', instead: '2022-05-30', name: 'Spring bank holiday' },
  { day: '2022-06-03', name: 'Platinum Jubilee' },
  { day: '2022-09-19', name: 'State Funeral of Queen Elizabeth II' },
  { day: '2023-05-08', name: 'Coronation of King Charles III' },
];

const known = new Map<number, ReadonlySet<string>>();

/**
 * The bank holidays of a year as gov.uk lists them, `YYYY-MM-DD`: a holiday at a weekend by its substitute day alone.
 * From 1994 on; for years not yet announced, as the rules alone have it.
 */
export function bankHolidays(year: number): ReadonlySet<string> {
  const days = known.get(year) ?? reckoned(year);
  known.set(year, days);
  return days;
}

/**
 * Good Friday and Christmas Day by common law; Easter Monday, the last Mondays of May and August and Boxing Day by the
 * Act's schedule 1; New Year's Day, the first Monday of May and some substitute days by proclamation each year, which
 * has gone by these rules since 1978 but where the table says otherwise.
 */
function reckoned(year: number): Set<string> {
  const easter = easterSunday(year);
  const day = (month: number, ofMonth: number) => Temporal.PlainDate.from({ year, month, day: ofMonth });
  const usual = [
    substituted(day(1, 1), { saturday: 2, sunday: 1 }),
    easter.subtract({ days: 2 }),
    easter.add({ days: 1 }),
    mondayFrom(day(5, 1)),
    mondayFrom(day(5, 25)),
    mondayFrom(day(8, 25)),
    // The Monday after a Sunday Christmas is Boxing Day, and after a Sunday Boxing Day it is Christmas's substitute:
    // both go on to Tuesday.
    substituted(day(12, 25), { saturday: 2, sunday: 2 }),
    substituted(day(12, 26), { saturday: 2, sunday: 2 }),
  ];
  const days = new Set(usual.map(String));
  for (const { day: ofTable, instead } of proclaimed) {
    if (!ofTable.startsWith(`${year}-`)) continue;
    if (instead) days.delete(instead);
    days.add(ofTable);
  }
  return days;
}

/** A holiday, or its substitute so many days later where it falls on a weekend. */
function substituted(day: Temporal.PlainDate, { saturday, sunday }: { saturday: number; sunday: number }) {
  if (day.dayOfWeek === 6) return day.add({ days: saturday });
  return day.dayOfWeek === 7 ? day.add({ days: sunday }) : day;
}

/** The first Monday on or after a day. */
function mondayFrom(day: Temporal.PlainDate): Temporal.PlainDate {
  return day.add({ days: (8 - day.dayOfWeek) % 7 });
}

/** Easter Sunday of the Gregorian calendar: the anonymous computus (Nature, 1876; Meeus, Astronomical Algorithms, ch. 8). */
function easterSunday(year: number): Temporal.PlainDate {
  const golden = year % 19;
  const century = Math.floor(year / 100);
  const ofCentury = year % 100;
  const leapCenturies = Math.floor(century / 4);
  const moonShift = Math.floor((century - Math.floor((century + 8) / 25) + 1) / 3);
  const epact = (19 * golden + century - leapCenturies - moonShift + 15) % 30;
  const toSunday = (32 + 2 * (century % 4) + 2 * Math.floor(ofCentury / 4) - epact - (ofCentury % 4)) % 7;
  const late = Math.floor((golden + 11 * epact + 22 * toSunday) / 451);
  const days = epact + toSunday - 7 * late + 114;
  return Temporal.PlainDate.from({ year, month: Math.floor(days / 31), day: (days % 31) + 1 });
}
