import { describe, expect, it } from 'vitest';
import {
  day,
  flag,
  londonTime,
  londonWallClock,
  pence,
  phoneNumbers,
  trimmed,
  wholeNumber,
  word,
} from '../../../subgraphs/continuity/dirt.ts';

const garbled = expect.objectContaining({ failure: 'GARBLED' });

describe('text', () => {
  it('loses its padding, and is null where there was nothing else', () => {
    expect(['SEC       ', '  x ', '', '    ', null, undefined].map(trimmed)).toEqual([
      'SEC',
      'x',
      null,
      null,
      null,
      null,
    ]);
  });

  it('is a flag where it is one', () => {
    expect(['Y', 'n ', 'true', 'FALSE', '1', '0', '', 'X', null].map(flag)).toEqual([
      true,
      false,
      true,
      false,
      true,
      false,
      null,
      null,
      null,
    ]);
  });

  it('is the schema word for its code, UNKNOWN for a new one, null for none', () => {
    const table = { HB: 'HOUSING_BENEFIT' } as const;
    expect(['HB ', 'XYZ', '   ', null].map((code) => word(table, code))).toEqual([
      'HOUSING_BENEFIT',
      'UNKNOWN',
      null,
      null,
    ]);
    expect(word(table, 'constructor')).toBe('UNKNOWN');
  });
});

describe('numbers', () => {
  it('are whole, also where written as decimals', () => {
    expect(['3', ' 03 ', '2.0', '-4', '', null].map(wholeNumber)).toEqual([3, 3, 2, -4, null, null]);
    for (const text of ['2.5', 'two', '1e3', '2+1']) expect(() => wholeNumber(text)).toThrow(garbled);
  });

  it.each([
    ['10.10', 1010],
    ['0.29', 29],
    ['1,234.5', 123450],
    ['-12.00', -1200],
    ['+7', 700],
    ['.5', 50],
    ['102.1950', 10220],
    ['102.1949', 10219],
    ['-0.0050', -1],
    ['-0.00', 0],
    ['90071992547409.91', 9007199254740991],
    ['   ', null],
  ])('are pence where they are pounds: %s', (text, expected) => {
    expect(pence(text)).toBe(expected);
  });

  it('are no money where they are none', () => {
    for (const text of ['.', '-', '12.3.4', 'N/A', '1e5']) expect(() => pence(text)).toThrow(garbled);
  });
});

describe('days', () => {
  it.each([
    ['2026-07-02', '2026-07-02'],
    ['2026-07-02T00:00:00', '2026-07-02'],
    ['2026-07-02 23:59:00.000', '2026-07-02'],
    ['02/07/2026', '2026-07-02'],
    ['2024-02-29', '2024-02-29'],
    ['1900-01-01', null],
    ['1900-01-01T00:00:00', null],
    ['01/01/1900', null],
    ['  ', null],
  ])('%s is %s', (text, expected) => {
    expect(day(text)).toBe(expected);
  });

  it.each(['2023-02-29', '2026-13-01', '31/04/2026', 'soon', '20260702'])('%s is none', (text) => {
    expect(() => day(text)).toThrow(garbled);
  });
});

describe('London times', () => {
  it.each([
    ['2026-07-02T14:00:00', '2026-07-02T14:00:00+01:00'],
    ['2026-01-02 14:00', '2026-01-02T14:00:00+00:00'],
    // The clock goes forward at one: from one to two there is no such time, and it is moved past.
    ['2026-03-29T00:59:59', '2026-03-29T00:59:59+00:00'],
    ['2026-03-29T01:30:00', '2026-03-29T02:30:00+01:00'],
    ['2026-03-29T02:00:00', '2026-03-29T02:00:00+01:00'],
    // The clock goes back at two: the hour from one comes twice, and the first is meant.
    ['2026-10-25T00:59:59', '2026-10-25T00:59:59+01:00'],
    ['2026-10-25T01:30:00', '2026-10-25T01:30:00+01:00'],
    ['2026-10-25T02:00:00', '2026-10-25T02:00:00+00:00'],
    ['2026-10-25T01:30:00+0000', '2026-10-25T01:30:00+00:00'],
    ['2026-10-25T00:30:00Z', '2026-10-25T01:30:00+01:00'],
    ['1900-01-01T00:00:00', null],
    ['', null],
  ])('%s is %s', (text, expected) => {
    expect(londonTime(text)).toBe(expected);
  });

  it.each(['25:00', '2026-02-30T10:00:00', 'tomorrow', '0x0000000012AB34CD'])('%s is none', (text) => {
    expect(() => londonTime(text)).toThrow(garbled);
  });

  it('are written by the clock on the wall', () => {
    expect(londonWallClock(Date.parse('2026-07-02T13:00:00Z'))).toBe('2026-07-02T14:00:00');
    expect(londonWallClock(Date.parse('2026-10-25T01:30:00Z'))).toBe('2026-10-25T01:30:00');
  });
});

describe('telephone numbers as people typed them', () => {
  it.each([
    ['07700 900123', ['+447700900123']],
    ['020 1234 1234', ['+442012341234']],
    ['00 44 7700 900123', ['+447700900123']],
    ['+44 (0)7700 900123', ['+447700900123']],
    ['(01632) 960-123', ['+441632960123']],
    ['07700 900123 / 01632 960123 (wife)', ['+447700900123', '+441632960123']],
    ['07700900123,07700900124', ['+447700900123', '+447700900124']],
    ['H: 01632 960123 M: 07700 900123 after 6pm', ['+441632960123', '+447700900123']],
    // Nothing but a space between two: as many words as make a number are one.
    ['07700900123 01632960123', ['+447700900123', '+441632960123']],
    ['020 7946 0018 020 7946 0019', ['+442079460018', '+442079460019']],
    ['07700 900123 01632 960123 07700 900124', ['+447700900123', '+441632960123', '+447700900124']],
    ['+447700900123 07700 900123', ['+447700900123']],
    ['ex-directory', []],
    ['none, see file 12', []],
    ['   ', []],
    [null, []],
  ])('%s', (text, expected) => {
    expect(phoneNumbers(text)).toEqual(expected);
  });

  it('are read in time that grows with the text, not with its square', () => {
    expect(phoneNumbers('1 '.repeat(4_000)).length).toBe(1);
  });
});
