// What a caller of the tenancies system asks with: read from a request's elements, or refused by the system's own codes.
// Knows codes and formats; knows no record.
import { child, type Element, text, texts } from '../soap.ts';
import type { Day, LocalTime, Member } from '../world.ts';

/** The wire's own limit. */
const MOST_KEYS = 50;

/** The application's own no: HTTP 200, Success false, and a code. */
export class Refusal extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** Says no, by throwing a `Refusal`. */
export const refuse = (code: number, message: string): never => {
  throw new Refusal(code, message);
};

/** The keys asked for, each once; refused with 220 above fifty. */
export function keys(body: Element, list: string, name: string): string[] {
  const asked = texts(body, list, name);
  if (asked.length > MOST_KEYS) refuse(220, `Too many keys: ${asked.length}. The maximum is ${MOST_KEYS}.`);
  return [...new Set(asked)];
}

export function whole(body: Element, name: string, otherwise: number): number {
  const given = text(body, name);
  if (given === '') return otherwise;
  return /^\d{1,7}$/.test(given) ? Number(given) : refuse(210, `${name} is not a number.`);
}

/** Reads dd/MM/yyyy. */
export function ukDay(given: string): Day {
  const [, day, month, year] = /^(\d\d)\/(\d\d)\/(\d{4})$/.exec(given) ?? refuse(210, `Not a date: ${given}`);
  const iso = `${year}-${month}-${day}`;
  return isDay(iso) ? iso : refuse(210, `Not a date: ${given}`);
}

export function localTime(given: string): LocalTime {
  const well = /^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\d$/.test(given) && isDay(given.slice(0, 10));
  return well ? given : refuse(210, `Since is not a date and time: ${given}`);
}

/** Whether a well-formed day is in the calendar: JavaScript reads 31 February as 3 March. */
function isDay(iso: string): boolean {
  const at = Date.parse(iso);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(iso);
}

/** The new details, checked. An element that is missing leaves its field alone; an empty one empties it. */
export function contactDetails(body: Element): Partial<Member> {
  const details: Partial<Member> = {};
  if (child(body, 'Telephone')) details.telephone = text(body, 'Telephone');
  if (child(body, 'Email')) details.email = text(body, 'Email');
  if (child(body, 'PrefContact')) details.prefContact = text(body, 'PrefContact');
  if (details.email && !/^\S+@\S+$/.test(details.email)) refuse(210, 'Email is not valid.');
  if (details.prefContact && !/^[TELS]$/.test(details.prefContact)) refuse(210, 'PrefContact is not valid.');
  return details;
}
