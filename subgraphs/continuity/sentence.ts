// The sentence that Lintel makes by itself about a system that is not well: what is affected, what can be done instead,
// when it is expected back. For residents and those who read it out to them: plain words, no blame. Knows no system: a
// system's own words are declared by itself.

import type { SystemState } from './events.ts';
import { inWords, limitInWords } from './london.ts';
import { worst } from './standing.ts';

/** What a system, or one of its backends, says of itself to residents. */
export interface Words {
  /** What residents would call it, after "our": `repairs system`. Default: its name and `system`. */
  called?: string;
  /** What residents cannot do or see while it cannot be asked, in a sentence. */
  affects?: string;
  /** What they can do meanwhile, and through which channel, in sentences that hold in every state. */
  instead?: string;
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

/**
 * What is told of a system whose backends stand so. Where not all of them are affected it speaks of those alone.
 * Null: there is nothing to tell.
 */
export function sentence(words: SystemWords, backends: readonly Condition[], nowMs: number): string | null {
  const affected = backends.filter(({ state }) => state !== 'OPERATIONAL');
  if (!affected.length) return null;
  const condition = worst(affected);
  const alike = affected.filter(({ state }) => state === condition.state);
  const whole = affected.length === backends.length;
  const own = whole ? words : { ...words, ...words.backends[condition.name] };
  const subject = `Our ${own.called ?? `${words.name} system`}`;
  const expected = alike.map(({ expectedBackMs }) => expectedBackMs);
  const parts = [
    beginning(subject, condition, nowMs),
    outOfReach.has(condition.state) && (own.affects ?? 'What we know from it is shown as it last was, or not at all.'),
    own.instead,
    ending(condition.state, expected.includes(null) ? null : Math.max(...(expected as number[])), nowMs),
  ];
  return parts.filter(Boolean).join(' ');
}

/** States in which it is not asked, or not believed. */
const outOfReach: ReadonlySet<SystemState> = new Set(['DOWN', 'ISOLATED', 'READ_ONLY', 'HELD']);

/** States in which it is there again, but not as it was. */
const comingBack: ReadonlySet<SystemState> = new Set(['READ_ONLY', 'HELD', 'RECONCILING']);

function beginning(subject: string, { state, sinceMs, restorePointMs }: Condition, nowMs: number): string {
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

function ending(state: SystemState, expectedBackMs: number | null, nowMs: number): string | null {
  const back = comingBack.has(state) ? 'ready' : 'back';
  if (expectedBackMs !== null && expectedBackMs > nowMs) {
    return `We expect it to be ${back} by ${limitInWords(expectedBackMs, nowMs)}.`;
  }
  if (!outOfReach.has(state)) return null;
  const late = expectedBackMs === null ? 'We' : 'It is taking longer than we expected, and we';
  return `${late} do not know yet when it will be ${back}.`;
}
