// The dirt that all legacy wires share, and how it comes off: padding, 1900 for "no date", Y/N, London times with no
// offset, decimal pounds, telephone numbers as people typed them, codes that nobody documented.
import { parsePhoneNumberFromString } from 'libphonenumber-js/min';
import { WireError } from './errors.ts';

/** Time zone of every local time on the wires. */
const london = 'Europe/London';

/** A text without its padding; null where there is nothing else. */
export function trimmed(value: string | null | undefined): string | null {
  const text = value?.trim();
  return text ? text : null;
}

/** Y or N as a boolean (also true/false, 1/0, as some fields have); null for anything else. */
export function flag(value: string | null | undefined): boolean | null {
  const text = value?.trim().toUpperCase();
  if (text === 'Y' || text === 'TRUE' || text === '1') return true;
  if (text === 'N' || text === 'FALSE' || text === '0') return false;
  return null;
}

/** A whole number; null for blank. Throws WireError GARBLED for anything else. */
export function wholeNumber(value: string | null | undefined): number | null {
  const text = trimmed(value);
  if (text === null) return null;
  // Some wires write counts as decimals: `2.0`.
  if (!/^[+-]?\d+(\.0+)?$/.test(text)) throw new WireError('GARBLED', 'a whole number that is none');
  return Number.parseInt(text, 10);
}

/** Decimal pounds (`1234.5`, `-12.00`) as whole pence, without going through binary fractions; null for blank. */
export function pence(value: string | null | undefined): number | null {
  const text = trimmed(value)?.replaceAll(',', '');
  if (!text) return null;
  const parts = /^([+-]?)(\d*)(?:\.(\d*))?$/.exec(text);
  if (!parts || !(parts[2] || parts[3])) throw new WireError('GARBLED', 'an amount of money that is none');
  const [, sign, pounds = '', fraction = ''] = parts;
  // Four decimals appear (SQL's money type): the third decides the rounding, half away from zero.
  const up = Number(fraction[2] ?? '0') >= 5 ? 1 : 0;
  const whole = Number(pounds || '0') * 100 + Number(fraction.slice(0, 2).padEnd(2, '0')) + up;
  return sign === '-' && whole !== 0 ? -whole : whole;
}

/** An ISO day out of `yyyy-MM-dd` or `dd/MM/yyyy`, with or without a time behind it; null for blank and for 1900-01-01. */
export function day(value: string | null | undefined): string | null {
  const text = trimmed(value)?.replace(/^(\d{2})\/(\d{2})\/(\d{4})/, '$3-$2-$1');
  if (!text) return null;
  const found = /^\d{4}-\d{2}-\d{2}/.exec(text)?.[0];
  if (!found) throw new WireError('GARBLED', 'a date that is none');
  return realDay(found);
}

/** An ISO day out of its parts, checked against the calendar; null for 1900-01-01. */
export function realDay(text: string): string | null {
  if (text === '1900-01-01') return null;
  try {
    return Temporal.PlainDate.from(text).toString();
  } catch {
    throw new WireError('GARBLED', 'a date that is not in the calendar');
  }
}

/**
 * A London wall-clock time (`2026-03-29T01:30:00`, or with a space) as an instant with its offset; null for blank and
 * for 1900-01-01. A time that already has an offset keeps its instant.
 * Of the hour that comes twice in October the first is meant, and a time in the hour that March skips is moved past
 * it (Temporal's "compatible", RFC 5545): the wire cannot say which, and an hour early is the safer mistake for a visit.
 */
export function londonTime(value: string | null | undefined): string | null {
  const text = trimmed(value)?.replace(' ', 'T');
  if (!text || text.startsWith('1900-01-01')) return null;
  try {
    // `+0000` without a colon is Asterisk's and Java's way.
    const offset = /(?:Z|[+-]\d{2}:?\d{2})$/i.exec(text.slice(10))?.[0];
    if (offset) return written(Temporal.Instant.from(text).toZonedDateTimeISO(london));
    return written(Temporal.PlainDateTime.from(text).toZonedDateTime(london, { disambiguation: 'compatible' }));
  } catch {
    throw new WireError('GARBLED', 'a time that is none');
  }
}

/** Seconds since 1970 as an instant with London's offset. */
export function londonTimeOfEpoch(seconds: number): string {
  return written(Temporal.Instant.fromEpochMilliseconds(Math.round(seconds * 1000)).toZonedDateTimeISO(london));
}

/** London's wall clock at an instant, `yyyy-MM-ddTHH:mm:ss`: how the wires want times. */
export function londonWallClock(instantMs: number): string {
  return Temporal.Instant.fromEpochMilliseconds(instantMs)
    .toZonedDateTimeISO(london)
    .toPlainDateTime()
    .toString({ smallestUnit: 'second' });
}

function written(time: Temporal.ZonedDateTime): string {
  return time.toString({ timeZoneName: 'never', smallestUnit: 'second' });
}

/** One telephone number in E.164, read as from Great Britain; null where it cannot be one. */
export function phoneNumber(value: string | null | undefined): string | null {
  const text = trimmed(value)?.replace(/^00\s*/, '+');
  if (!text) return null;
  const number = parsePhoneNumberFromString(text, 'GB');
  // Possible, not valid: the tables of issued numbers lag behind, and Ofcom's numbers for drama are not in them.
  return number?.isPossible() ? number.number : null;
}

/** Every telephone number in a text that people have typed over the years, in E.164, each once. */
export function phoneNumbers(value: string | null | undefined): string[] {
  const found = new Set<string>();
  for (const digits of value?.match(/[+(\d][\d\s().+-]{5,}\d/g) ?? []) {
    // Only spaces may part two numbers, as they do the groups of one: from each word on, as many as make a number.
    const words = digits.trim().split(/\s+/);
    for (let start = 0; start < words.length; ) {
      // E.164 has at most 15 digits, so a number has at most that many words.
      let end = Math.min(words.length, start + 15);
      let number: string | null = null;
      while (end > start && !number) number = phoneNumber(words.slice(start, end--).join(' '));
      if (number) found.add(number);
      start = number ? end + 1 : start + 1;
    }
  }
  return [...found];
}

/**
 * The schema's word for a wire's code. A code that is not in the table is UNKNOWN, never an error: new ones appear.
 * @returns null where the wire has no code.
 */
export function word<Word extends string>(
  table: Readonly<Record<string, Word>>,
  code: string | null | undefined,
): Word | 'UNKNOWN' | null {
  const text = trimmed(code);
  if (text === null) return null;
  return Object.hasOwn(table, text) ? (table[text] as Word) : 'UNKNOWN';
}
