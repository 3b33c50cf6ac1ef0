import { describe, expect, it } from 'vitest';
import { inShort, inWords, limitInWords, readInstant } from '../../../subgraphs/continuity/london.ts';

const nowMs = Date.UTC(2026, 6, 1);
const at = (iso: string) => Date.parse(iso);

describe("London's time", () => {
  it.each([
    ['2026-07-02T13:00:00Z', '2pm on Thursday 2 July', 'Thu 2 Jul 2pm'],
    ['2026-11-28T15:43:00Z', '3:43pm on Saturday 28 November', 'Sat 28 Nov 3:43pm'],
    ['2026-07-02T08:05:00Z', '9:05am on Thursday 2 July', 'Thu 2 Jul 9:05am'],
    ['2026-07-02T11:00:00Z', 'midday on Thursday 2 July', 'Thu 2 Jul midday'],
    ['2026-07-02T23:00:00Z', 'midnight on Friday 3 July', 'Fri 3 Jul midnight'],
    ['2026-12-24T14:00:00Z', '2pm on Thursday 24 December', 'Thu 24 Dec 2pm'],
    ['2027-01-01T00:30:00Z', '12:30am on Friday 1 January 2027', 'Fri 1 Jan 2027 12:30am'],
  ])('says %s in words and in short, with the year where it is another', (iso, words, short) => {
    expect(inWords(at(iso), nowMs)).toBe(words);
    expect(inShort(at(iso), nowMs)).toBe(short);
  });

  it('never says midnight as a limit, which might be either end of the day', () => {
    expect(limitInWords(at('2026-07-01T23:00:00Z'), nowMs)).toBe('the end of Wednesday 1 July');
    expect(limitInWords(at('2026-07-01T23:01:00Z'), nowMs)).toBe('12:01am on Thursday 2 July');
  });

  it.each([
    ['2026-07-02 14:00', '2026-07-02T13:00:00.000Z'],
    ['2026-07-02T14:00', '2026-07-02T13:00:00.000Z'],
    ['2026-11-24 14:00:30', '2026-11-24T14:00:30.000Z'],
    ['2026-07-02T14:00:00+01:00', '2026-07-02T13:00:00.000Z'],
    ['2026-07-02 14:00Z', '2026-07-02T14:00:00.000Z'],
    // The hour that there is twice: the first of them.
    ['2026-10-25 01:30', '2026-10-25T00:30:00.000Z'],
  ])('reads %s', (text, iso) => {
    expect(new Date(readInstant(text) ?? Number.NaN).toISOString()).toBe(iso);
  });

  it.each(['2026-07-02', '14:00', 'tomorrow', '2026-02-30 10:00', '2026-07-02 25:00', ''])(
    'does not read %j',
    (text) => {
      expect(readInstant(text)).toBeNull();
    },
  );
});
