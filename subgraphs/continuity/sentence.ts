// The sentences that Lintel makes by itself about a system that is not well: what is affected, what can be done instead,
// when it is expected back. For residents and those who read them out: plain words, no blame, no way to us that is not known
// to work. Knows no system: a system's own words are declared by itself.

import type { SystemState } from './events.ts';
import { inWords, limitInWords } from './london.ts';
import { worst } from './standing.ts';

/**
 * The ways to the landlord that work now. Writing to it and coming to an office need no system. A form or an app on the web
 * needs Lintel alone: whoever reads this has it.
 */
export interface Ways {
  /** Whether a telephone call gets through, as far as is known. */
  phone: boolean;
}

/** What a system, or one of its backends, says of itself to residents. */
export interface Words {
  /** What residents would call it, after "our": `repairs system`. Default: its name and `system`. */
  called?: string;
  /** What residents cannot do or see while it cannot be asked, in a sentence. */
  affects?: string;
  /** What they can do meanwhile, sentence by sentence, and through which of the ways that work. They hold in every state. */
  instead?(ways: Ways): readonly string[];
  /** The way to the landlord that is lost to residents while it cannot be asked. */
  carries?: keyof Ways;
}

/** The words of a system and of its backends, where it has several: one may fail alone. */
export interface SystemWords extends Words {
  name: string;
  backends: Readonly<Record<string, Words>>;
}

/** How a system, or one backend, stands. Times in ms since 1970. */
export interface Condition {
  name: string;
  state: SystemState;
  sinceMs: number;
  expectedBackMs: number | null;
  restorePointMs: number | null;
}

/** States in which calls go through to it, if slowly. */
const reached: ReadonlySet<SystemState> = new Set(['OPERATIONAL', 'DEGRADED']);

/** Which ways work, by how all systems stand. A way that nothing here is known to carry is not counted on. */
export function waysOf(all: readonly { words: SystemWords; backends: readonly Pick<Condition, 'name' | 'state'>[] }[]) {
  const carriers = all.flatMap(({ words, backends }) =>
    backends.filter(({ name }) => words.backends[name]?.carries === 'phone'),
  );
  return { phone: carriers.length > 0 && carriers.every(({ state }) => reached.has(state)) } satisfies Ways;
}

/** How an emergency can be reported: the same sentences wherever they stand, so that a page can say them once. */
export function emergencies({ phone }: Ways): readonly string[] {
  return [
    phone
      ? 'Emergencies are always taken, day or night: ring us or report them online.'
      : 'Emergencies are always taken, day or night: report them online, or come to one of our offices while it is open.',
    'In danger to life call 999.',
  ];
}

/** Ways to tell the landlord what can wait, for the middle of a sentence. */
export function waysInWords({ phone }: Ways): string {
  return phone ? 'by phone, online or in writing' : 'online or in writing';
}

/**
 * What is told of a system whose backends stand so, sentence by sentence. Where not all of them are affected, or not alike,
 * it speaks of each that is. Empty: there is nothing to tell.
 */
export function sentences(words: SystemWords, backends: readonly Condition[], ways: Ways, nowMs: number): string[] {
  const affected = backends.filter(({ state }) => state !== 'OPERATIONAL');
  if (!affected.length) return [];
  const whole = affected.length === backends.length && affected.every(({ state }) => state === affected[0]?.state);
  const told: { own: Words; conditions: readonly Condition[] }[] = whole
    ? [{ own: words, conditions: affected }]
    : affected.map((one) => ({ own: { ...words, ...words.backends[one.name] }, conditions: [one] }));
  const parts = told.flatMap(({ own, conditions }) => {
    const condition = earliest(conditions);
    return [
      beginning(calledOf(own, words), condition, nowMs),
      outOfReach.has(condition.state) &&
        (own.affects ?? 'What we know from it is shown as it last was, or not at all.'),
    ];
  });
  const [only, ...others] = told;
  const instead = (others.length ? words.instead : only?.own.instead)?.(ways) ?? [];
  const about = others.length ? words : (only?.own ?? words);
  return once([...parts, ...instead, ending(calledOf(about, words), affected, nowMs)]);
}

/** The same as one text; null: there is nothing to tell. */
export function sentence(...of: Parameters<typeof sentences>): string | null {
  return sentences(...of).join(' ') || null;
}

/** `our repairs system` */
function calledOf(own: Words, { name }: SystemWords): string {
  return `our ${own.called ?? `${name} system`}`;
}

/** Each sentence once. */
function once(parts: readonly (string | false | null)[]): string[] {
  return [...new Set(parts.flatMap((part) => (part ? part.split(/(?<=[.!?]) (?=[A-Z])/) : [])))];
}

/** Of several that stand alike, since when the first has. */
function earliest(conditions: readonly Condition[]): Condition {
  return conditions.reduce((one, other) => (other.sinceMs < one.sinceMs ? other : one));
}

/** States in which it is not asked, or not believed. */
const outOfReach: ReadonlySet<SystemState> = new Set(['DOWN', 'ISOLATED', 'READ_ONLY', 'HELD']);

/** States in which it is there again, but not as it was. */
const comingBack: ReadonlySet<SystemState> = new Set(['READ_ONLY', 'HELD', 'RECONCILING']);

function beginning(called: string, { state, sinceMs, restorePointMs }: Condition, nowMs: number): string {
  const subject = called.charAt(0).toUpperCase() + called.slice(1);
  const since = inWords(sinceMs, nowMs);
  switch (state) {
    case 'ISOLATED':
      return `${subject} has been out of use since ${since}.`;
    case 'READ_ONLY':
      return restorePointMs === null
        ? `${subject} is being brought back, and is not complete yet.`
        : `${subject} is being brought back, and is only complete up to ${inWords(restorePointMs, nowMs)}.`;
    case 'HELD':
      return `${subject} is back after a break, and is being checked before we rely on it again.`;
    case 'RECONCILING':
      return `${subject} is being brought back. Changes from before the break may be missing from it, and newer ones may not show yet.`;
    case 'DEGRADED':
      return `${subject} is slow or does not answer at times. If something is missing, please try again in a few minutes.`;
    default:
      return `${subject} has not been working since ${since}.`;
  }
}

/** When it is expected back: the last of what is affected, where that is known of all. It names what it is about. */
function ending(called: string, affected: readonly Condition[], nowMs: number): string | null {
  const { state } = worst(affected);
  const of = affected.filter((one) => one.state === state || outOfReach.has(one.state));
  const expected = of.map(({ expectedBackMs }) => expectedBackMs);
  const expectedBackMs = expected.includes(null) ? null : Math.max(...(expected as number[]));
  const back = comingBack.has(state) ? 'ready' : 'back';
  if (expectedBackMs !== null && expectedBackMs > nowMs) {
    return `We expect ${called} to be ${back} by ${limitInWords(expectedBackMs, nowMs)}.`;
  }
  if (!outOfReach.has(state)) return null;
  const late = expectedBackMs === null ? 'We' : 'It is taking longer than we expected, and we';
  return `${late} do not know yet when ${called} will be ${back}.`;
}
