// Checks and tidies what a client gives with a write, field by field, before it is accepted: a 231st character is told now
// and not in ten weeks. Gathers every problem, each in a sentence that says what is allowed. Knows no system.
import { phoneNumber } from './dirt.ts';
import { badInput } from './errors.ts';
import type { FieldProblem } from './mutation.ts';

/** What a kind of reference looks like, in any system: wide enough for what sites really have. */
export interface Shape {
  pattern: RegExp;
  /** What it is, for the sentence that says what is wrong: `a property reference, e.g. ...`. */
  like: string;
}

/** References by what they are of. Widths are the wires' own columns, where those tell. */
export const shapes = {
  property: { pattern: /^[!-+\--~]{1,12}$/, like: 'a property reference of at most 12 characters, without spaces' },
  household: {
    pattern: /^[!-+\--~]{1,10}$/,
    like: 'the reference of a household of at most 10 characters, e.g. `0000104`',
  },
  tenancy: {
    pattern: /^[!-+\--~]{1,11}$/,
    like: 'the reference of a tenancy of at most 11 characters, e.g. `000017/01`',
  },
  contractor: { pattern: /^[!-+\--~]{1,20}$/, like: 'the reference of a contractor, e.g. `H09`' },
  person: {
    pattern: /^[!-+\--~]{1,10}-\d{1,4}$/,
    like: "a person's reference: the household's, a hyphen and a number, e.g. `0000104-2`",
  },
  workOrder: { pattern: /^[!-+\--~]{1,20}$/, like: 'the reference of a work order, e.g. `10001234`' },
  offer: { pattern: /^[!-+\--~]{1,20}$/, like: 'the number of an offer' },
  application: { pattern: /^[!-+\--~]{1,20}$/, like: 'the reference of an application, e.g. `APP/0012345`' },
  exchange: { pattern: /^[!-+\--~]{1,20}$/, like: 'the reference of an exchange, e.g. `MEX-2022-00071`' },
  advert: { pattern: /^[!-+\--~]{1,20}$/, like: 'the number of an advert' },
  external: { pattern: /^[ -~]{1,40}$/, like: 'a reference of at most 40 characters that an earlier write gave' },
  own: { pattern: /^[0-9A-Za-z.]{1,60}$/, like: 'an id that Lintel gave' },
} as const satisfies Record<string, Shape>;

/** Hyphens and dashes that are none on a keyboard: what a word processor makes of the `-` in a reference. */
const dashes = /[\u00ad\u2010-\u2015\u2212\ufe58\ufe63\uff0d]/;

/**
 * What is wrong with a text that is to be a reference, for the end of a sentence; null: nothing. What was given is not said
 * again: it may be anything, and anybody's.
 */
export function misshapen(text: string, { pattern, like }: Shape): string | null {
  if (pattern.test(text)) return null;
  return `must be ${like}.${dashes.test(text) ? ' It has a dash that is no hyphen (`-`).' : ''}`;
}

/**
 * A reference that a question names, trimmed.
 * @throws GraphQLError BAD_USER_INPUT where it cannot be one: that is not the same as "not there".
 */
export function referenceIn(field: string, text: string, shape: Shape): string {
  const trimmed = text.trim();
  const problem = misshapen(trimmed, shape);
  if (problem) throw badInput(`\`${field}\` ${problem}`);
  return trimmed;
}

/** Between when and when, ISO 8601. */
export interface Window {
  start: string;
  end: string;
}

/** What was given, as it is checked. Fields are read by their names; a problem names them as the client wrote them. */
export interface Form {
  /** A text that must be there: white space in one piece, at most so many characters. Blank where it is wrong. */
  text(field: string, most: number): string;
  /** A text that may be left out. */
  note(field: string, most: number): string | null;
  reference(field: string, shape: Shape): string;
  optional(field: string, shape: Shape): string | null;
  /** One of two references, and not both. */
  either(one: [field: string, Shape], other: [field: string, Shape]): void;
  /** An instant that lies behind us, or nothing: now. At most a year ago. */
  past(field: string): string | null;
  /** A time that is still to come. */
  window(field: string): Window | null;
  /** A telephone number in E.164; null where none was given. */
  telephone(field: string): string | null;
  email(field: string): string | null;
  /** What is wrong with the input itself, whatever time it is and whatever is kept. */
  wrong(field: string, message: string): void;
  /** What is wrong with it now, and may not have been when the same came before. */
  problem(field: string, message: string): void;
  /** The value of a field as the schema has checked it already: a number, a word of an enumeration. */
  value<Value>(field: string): Value | null;
  /** Forms for the objects of a list, each with its own fields. */
  each(field: string): Form[];
  /** What was filled in; or every problem, if there is one. */
  filled<Input>(input: Input): Input | { problems: readonly FieldProblem[] };
}

/** Further off than this no visit is planned and nothing is remembered to the minute: a slip of the pen in the year. */
const farthestMs = 366 * 24 * 3_600_000;
/** A visit does not last longer. */
const longestWindowMs = 24 * 3_600_000;
/** Clocks of clients differ by this. */
const leewayMs = 5 * 60_000;
/** RFC 5321's limit on a path, less its brackets. */
const longestEmail = 254;

/** Opens what a client gave, for its fields to be checked at `nowMs`. */
export function openForm(given: unknown, nowMs: number): Form {
  return formOf(given as Record<string, unknown>, nowMs, '', []);
}

function formOf(given: Record<string, unknown>, nowMs: number, place: string, problems: FieldProblem[]): Form {
  const problem = (field: string, message: string) => {
    problems.push({ field: place + field, message });
  };
  const wrong = (field: string, message: string) => {
    problems.push({ field: place + field, message, lasting: true });
  };
  const tidied = (field: string) => {
    const value = given[field];
    return typeof value === 'string' ? value.replace(/[\s\p{Cc}]+/gu, ' ').trim() : '';
  };

  function note(field: string, most: number): string | null {
    const text = tidied(field);
    if (text.length > most) wrong(field, `has ${text.length} characters; at most ${most} are taken.`);
    return text || null;
  }

  function optional(field: string, shape: Shape): string | null {
    const text = tidied(field);
    const problem = text ? misshapen(text, shape) : null;
    if (problem) wrong(field, problem);
    return text || null;
  }

  function instant(field: string, value: unknown): number | null {
    if (value == null) return null;
    try {
      return Temporal.Instant.from(String(value)).epochMilliseconds;
    } catch {
      wrong(field, 'must be a time with its offset, e.g. `2026-07-02T14:00:00+01:00`.');
      return null;
    }
  }

  return {
    problem,
    wrong,
    note,
    optional,
    text(field, most) {
      const text = note(field, most);
      if (!text) wrong(field, 'is blank.');
      return text ?? '';
    },
    reference(field, shape) {
      const text = optional(field, shape);
      if (!text) wrong(field, `is blank; it must be ${shape.like}.`);
      return text ?? '';
    },
    either([one, shape], [other, another]) {
      const given = [optional(one, shape), optional(other, another)].filter((text) => text !== null).length;
      if (given === 2) wrong(other, `is one too many: give \`${one}\` or \`${other}\`, not both.`);
      if (given === 0) wrong(one, `is missing: give it, or \`${other}\`.`);
    },
    past(field) {
      const atMs = instant(field, given[field]);
      if (atMs === null) return null;
      if (atMs > nowMs + leewayMs) problem(field, 'is still to come; it must be a time that has been.');
      else if (atMs < nowMs - farthestMs) problem(field, 'is more than a year ago.');
      return String(given[field]);
    },
    window(field) {
      const window = given[field] as Window | null | undefined;
      if (window == null) return null;
      const startMs = instant(`${field}.start`, window.start);
      const endMs = instant(`${field}.end`, window.end);
      if (startMs === null || endMs === null) return null;
      if (startMs <= nowMs) problem(`${field}.start`, 'has passed; it must be a time that is still to come.');
      else if (startMs > nowMs + farthestMs) problem(`${field}.start`, 'is more than a year away.');
      if (endMs <= startMs) wrong(`${field}.end`, 'must be after `start`.');
      else if (endMs - startMs > longestWindowMs) wrong(`${field}.end`, 'must be within 24 hours of `start`.');
      return { start: window.start, end: window.end };
    },
    telephone(field) {
      const text = tidied(field);
      if (!text) return null;
      const number = phoneNumber(text);
      if (!number) wrong(field, 'must be a telephone number, e.g. `01632 960123` or `+441632960123`.');
      return number;
    },
    email(field) {
      const text = note(field, longestEmail);
      // No more than that: whoever owns the address knows it better than any pattern.
      if (text && !/^[^\s@<>"]+@[^\s@<>"]+\.[^\s@<>".]+$/.test(text)) wrong(field, 'must be an e-mail address.');
      return text;
    },
    value: <Value>(field: string) => (given[field] ?? null) as Value | null,
    each: (field) =>
      ((given[field] ?? []) as Record<string, unknown>[]).map((item, index) =>
        formOf(item, nowMs, `${place}${field}.${index}.`, problems),
      ),
    filled: (input) => (problems.length > 0 ? { problems } : input),
  };
}
