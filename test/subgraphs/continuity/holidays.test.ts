import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bankHolidays } from '../../../subgraphs/continuity/holidays.ts';
import { isWorkday, workdayAfter } from '../../../subgraphs/continuity/workdays.ts';
import { dayByLooking, holidaysByLooking, workedByLooking } from './calendar.ts';

const day = (text: string) => Temporal.PlainDate.from(text);

/**
 * England and Wales, substitute days in the place of holidays at weekends. The first two years are what gov.uk published, by
 * its own data; those after them were written by hand, and stand against a slip in the rules, not against gov.uk.
 */
const written: Record<number, string> = {
  2019: '01-01 04-19 04-22 05-06 05-27 08-26 12-25 12-26',
  2020: '01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-28',
  2021: '01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28',
  2022: '01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27',
  2023: '01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26',
  2024: '01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26',
  2025: '01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26',
  2026: '01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28',
  2027: '01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28',
  2028: '01-03 04-14 04-17 05-01 05-29 08-28 12-25 12-26',
};

describe('the bank holidays of England and Wales', () => {
  it.each(Object.entries(written))('are in %s what is written down', (year, days) => {
    const known = days.split(' ').map((monthDay) => `${year}-${monthDay}`);
    expect([...bankHolidays(Number(year))].sort()).toEqual(known);
  });

  it('are from 2018 to 2040 those of a calendar that looks at every day', () => {
    const reckoned = Array.from({ length: 23 }, (_, index) => [...bankHolidays(2018 + index)]).flat();
    expect(reckoned.sort()).toEqual([...holidaysByLooking].sort());
  });

  // The earliest and the latest that are near, and the years in which the moon would have it a week later.
  it.each(['2008-03-24', '2038-04-26', '2049-04-19', '2076-04-20'])('have Easter Monday on %s', (monday) => {
    expect(bankHolidays(day(monday).year)).toContain(monday);
  });

  it('know what was proclaimed since the oldest rule in working days', () => {
    for (const one of [
      '1995-05-08',
      '1999-12-31',
      '2002-06-03',
      '2002-06-04',
      '2011-04-29',
      '2012-06-04',
      '2012-06-05',
    ]) {
      expect(isWorkday(day(one)), one).toBe(false);
    }
    for (const usual of ['1995-05-01', '2002-05-27', '2012-05-28', '2020-05-04', '2022-05-30']) {
      expect(isWorkday(day(usual)), usual).toBe(true);
    }
  });
});

describe('a working day', () => {
  const days = fc
    .integer({ min: 0, max: 8_200 })
    .map((days) => day('2018-01-01').add({ days }))
    .map(String);

  it('is one that neither a weekend nor a bank holiday takes, on every day from 2018 to mid-2040', () => {
    const wrong: string[] = [];
    for (let at = day('2018-01-01'); at.year < 2040 || at.month < 7; at = at.add({ days: 1 })) {
      if (isWorkday(at) !== workedByLooking(at.toString())) wrong.push(at.toString());
    }
    expect(wrong).toEqual([]);
  });

  it('is counted as one counts with a finger on the calendar', () => {
    fc.assert(
      fc.property(days, fc.integer({ min: 1, max: 25 }), (from, count) => {
        expect(workdayAfter(day(from), count).toString()).toBe(dayByLooking(from, count, workedByLooking));
      }),
      { numRuns: 500 },
    );
  });

  it('is never the day that one counts from, and the next one is one more', () => {
    fc.assert(
      fc.property(days, fc.integer({ min: 1, max: 25 }), (from, count) => {
        const nth = workdayAfter(day(from), count);
        expect(isWorkday(nth)).toBe(true);
        expect(Temporal.PlainDate.compare(nth, day(from))).toBe(1);
        expect(workdayAfter(nth, 1).toString()).toBe(workdayAfter(day(from), count + 1).toString());
      }),
    );
  });
});
