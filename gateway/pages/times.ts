// Instants and spans as a person says them, on London's clocks. Knows the time zone; knows nothing of systems.
import { clockInWords } from '../../subgraphs/continuity/london.ts';

const zone = 'Europe/London';
const format = (options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat('en-GB', { timeZone: zone, ...options });
const day = format({ weekday: 'long', day: 'numeric', month: 'long' });
const dayWithYear = format({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
const date = format({ year: 'numeric', month: '2-digit', day: '2-digit' });

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** A calendar day in London as a number that grows by one each day. */
function dayNumber(atMs: number): number {
  const [dayOfMonth = 0, month = 0, year = 0] = date.format(atMs).split('/').map(Number);
  return Date.UTC(year, month - 1, dayOfMonth) / dayMs;
}

const plain = (text: string) => text.replaceAll(',', '');

/** `2:05pm today`, `2:05pm yesterday`, `2:05pm on Monday 23 November`, with its year where that is another. */
export function moment(atMs: number, nowMs: number): string {
  const time = clockInWords(atMs);
  const away = dayNumber(atMs) - dayNumber(nowMs);
  const near = { [-1]: 'yesterday', 0: 'today', 1: 'tomorrow' }[away];
  if (near) return `${time} ${near}`;
  const year = (ms: number) => date.format(ms).slice(-4);
  return `${time} on ${plain((year(atMs) === year(nowMs) ? day : dayWithYear).format(atMs))}`;
}

/** `2:05pm on Monday 23 November`: what is printed is read on another day. */
export function dated(atMs: number): string {
  return `${clockInWords(atMs)} on ${plain(day.format(atMs))}`;
}

/** A time limit, as above: but midnight is the end of the day before it, which nobody takes for another. */
export function limit(atMs: number): string {
  return clockInWords(atMs) === 'midnight' ? `the end of ${plain(day.format(atMs - minuteMs))}` : dated(atMs);
}

/** `12:14am on Tuesday 24 November 2026`. */
export function instant(atMs: number): string {
  return `${clockInWords(atMs)} on ${plain(dayWithYear.format(atMs))}`;
}

const few = (count: number, unit: string) => `${count} ${unit}${count === 1 ? '' : 's'}`;

/** `2 hours`: whole and rounded down. Weeks from two on, since `10 weeks` says more than `70 days`. */
export function span(ms: number): string {
  if (ms < minuteMs) return 'less than a minute';
  if (ms < hourMs) return few(Math.floor(ms / minuteMs), 'minute');
  if (ms < 2 * dayMs) return few(Math.floor(ms / hourMs), 'hour');
  if (ms < 14 * dayMs) return few(Math.floor(ms / dayMs), 'day');
  return few(Math.floor(ms / (7 * dayMs)), 'week');
}
