import { describe, expect, it } from 'vitest';
import { inShort, inWords, limitInWords, readInstant } from '../../../subgraphs/continuity/london.ts';

const nowMs = Date.UTC(2026, 6, 1);
const at = (iso: string) => Date.parse(iso);

describe("London's time", () => {
  it.each([
    ['2026-07-02T13:00:00Z', 'Thursday 2 July, 2 pm', 'Thu 2 Jul 14:00'],
    ['2026-07-02T08:05:00Z', 'Thursday 2 July, 9:05 am', 'Thu 2 Jul 09:05'],
    ['2026-07-02T11:00:00Z', 'Thursday 2 July, midday', 'Thu 2 Jul 12:00'],
    ['2026-12-24T14:00:00Z', 'Thursday 24 December, 2 pm', 'Thu 24 Dec 14:00'],
    ['2027-01-01T00:30:00Z', 'Friday 1 January 2027, 12:30 am', 'Fri 1 Jan 2027 00:30'],
  ])('says %s in words and in short, with the year where it is another', (iso, words, short) => {
    expect(inWords(at(iso), nowMs)).toBe(words);
    expect(inShort(at(iso), nowMs)).toBe(short);
  });

  it('never says midnight as a limit, which might be either end of the day', () => {
    expect(limitInWords(at('2026-07-01T23:00:00Z'), nowMs)).toBe('the end of Wednesday 1 July');
    expect(limitInWords(at('2026-07-01T23:01:00Z'), nowMs)).toBe('Thursday 2 July, 12:01 am');
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
