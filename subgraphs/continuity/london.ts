// Times as people here say and write them: London's, in words. Knows no system.

const zone = 'Europe/London';

/**
 * The time of day as GOV.UK writes it: `3:43pm`, `9am`, `midday`, `midnight`. The one format of a clock in all that people
 * read: pages, sentences, receipts, the command line.
 */
export function clockInWords(atMs: number): string {
  const { hour, minute } = london(atMs);
  if (!minute && hour % 12 === 0) return hour ? 'midday' : 'midnight';
  const minutes = minute ? `:${String(minute).padStart(2, '0')}` : '';
  return `${hour % 12 || 12}${minutes}${hour < 12 ? 'am' : 'pm'}`;
}

/** An instant in words that can be read out: `2pm on Thursday 2 July`, with its year where that is not the present one. */
export function inWords(atMs: number, nowMs: number): string {
  return `${clockInWords(atMs)} on ${dayInWords(london(atMs), nowMs)}`;
}

/** An instant in short, for tables: `Thu 2 Jul 2pm`. */
export function inShort(atMs: number, nowMs: number): string {
  const at = london(atMs);
  const day = at.toLocaleString('en-GB', { weekday: 'short', day: 'numeric', month: 'short' }).replace(',', '');
  const year = at.year === london(nowMs).year ? '' : ` ${at.year}`;
  return `${day}${year} ${clockInWords(atMs)}`;
}

/** A time limit in words: as above, but midnight is the end of the day before it, which nobody takes for another. */
export function limitInWords(atMs: number, nowMs: number): string {
  const at = london(atMs);
  if (at.hour || at.minute) return inWords(atMs, nowMs);
  return `the end of ${dayInWords(at.subtract({ days: 1 }), nowMs)}`;
}

/**
 * The instant that a text means, in ms since 1970: ISO 8601 with its offset, or a London time like `2026-11-24 14:00`.
 * Null: it is neither.
 */
export function readInstant(text: string): number | null {
  const written = text.trim().replace(/^(\d{4}-\d{2}-\d{2})[ T]+(?=\d)/, '$1T');
  try {
    if (/([+-]\d{2}(:?\d{2})?|Z)$/i.test(written)) return Temporal.Instant.from(written).epochMilliseconds;
    if (!/T\d{2}:\d{2}(:\d{2})?$/.test(written)) return null;
    return Temporal.PlainDateTime.from(written, { overflow: 'reject' }).toZonedDateTime(zone).epochMilliseconds;
  } catch {
    return null; // Said by its caller, who knows what the time was for.
  }
}

function london(atMs: number): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(zone);
}

function dayInWords(at: Temporal.ZonedDateTime, nowMs: number): string {
  const day = at.toLocaleString('en-GB', { weekday: 'long', day: 'numeric', month: 'long' }).replace(',', '');
  return at.year === london(nowMs).year ? day : `${day} ${at.year}`;
}
