// Statutory clocks: by when a rule wants each of its steps done, how that was reckoned, and how much time is left. Pure:
// nothing is kept, so a deadline is always by the table and the calendar of today. Instants are ms since 1970, as Clock
// has them; the calendar is London's. Knows no system.
import { londonTimeOfEpoch } from './dirt.ts';
import { announcedBy } from './holidays.ts';
import { type ClockStart, type Period, type Rule, type RuleId, rules } from './rules.ts';
import { workdayAfter } from './workdays.ts';

const zone = 'Europe/London';
const hourMs = 3_600_000;

/** One clock of a step. */
export interface Reading {
  /** What starts the clock, in words. */
  startedBy: string;
  startsMs: number;
  /**
   * The first instant that is too late. For days of any kind it is midnight in London, the end of the last day
   * (`limitInWords` says it so).
   */
  dueMs: number;
  /**
   * The clock starts with an earlier step, which is not done: this is how it runs if that is done at its last moment in
   * time. Done sooner, this comes sooner.
   */
  projected: boolean;
}

/** By when a step of a rule is to be done. Its clock is the strictest reading of the rule. */
export interface Deadline extends Reading {
  rule: RuleId;
  /** The rule's name. */
  name: string;
  step: string;
  stepName: string;
  /** Which days or hours were counted. */
  calendar: string;
  source: string;
  /** When the step was done; null: it is not, as far as we know. */
  doneMs: number | null;
  /** The rule as others read it, where sources differ. */
  otherReadings: Reading[];
}

const calendars: Record<Period['unit'], string> = {
  hours: 'every hour, day and night',
  days: 'every day, London time',
  weeks: 'every day, London time',
  months: 'every day, London time',
  workingDays: `working days of England and Wales (bank holidays as announced by ${announcedBy})`,
};

/**
 * The deadlines of a rule whose clock started at `startedMs`, in the order of its steps. None where the rule was not yet
 * in force on that day.
 * @param done when steps were done, by their ids: a step's clock may start at the end of an earlier one.
 */
export function deadlinesOf(
  rule: RuleId,
  startedMs: number,
  done: Readonly<Record<string, number | undefined>> = {},
): Deadline[] {
  const { name, source, since, steps }: Rule = rules[rule];
  if (dayOf(startedMs).toString() < since) return [];
  /** When each step so far ended, or ends if it is done at its last moment. */
  const ends = new Map<string, { startsMs: number; projected: boolean }>();

  function reading({ when, after }: ClockStart, within: Period): Reading {
    const start = ends.get(after ?? '') ?? { startsMs: startedMs, projected: false };
    return { startedBy: when, ...start, dueMs: endOf(within, start.startsMs) };
  }

  return steps.map(({ id, name: stepName, within, clocks: [clock, ...others] }) => {
    const [strictest = reading(clock, within), ...otherReadings] = [clock, ...others]
      .map((each) => reading(each, within))
      .sort((one, other) => one.dueMs - other.dueMs);
    const doneMs = done[id] ?? null;
    // Of a day, a moment that is still that day.
    const lastMs = within.unit === 'hours' ? strictest.dueMs : strictest.dueMs - 1;
    ends.set(id, { startsMs: doneMs ?? lastMs, projected: doneMs === null });
    const calendar = `${calendars[within.unit]}${within.beginningWith ? ', beginning with the day of receipt' : ''}`;
    return { rule, name, step: id, stepName, ...strictest, calendar, source, doneMs, otherReadings };
  });
}

/**
 * The first instant after a period that starts at an instant.
 *
 * Hours are elapsed hours: 24 hours are 24 hours also on the nights when the clocks change, and over a weekend.
 *
 * The day on which a clock starts does not count, at whatever hour that was, and the last day counts to its midnight: the
 * law knows no parts of a day and no office hours (Lester v Garland (1808); Dodds v Walker [1981] UKHL). So "within 5
 * working days" ends with the fifth working day after it; a month ends on the day of the same number, or the month's last
 * where it has none. Where the rule says "beginning with", the day on which the clock starts is the first: 42 days
 * beginning with 28 November end with 8 January (Trow v Ind Coope (West Midlands) Ltd [1967] 2 QB 899).
 */
function endOf({ count, unit, beginningWith }: Period, startMs: number): number {
  if (unit === 'hours') return startMs + count * hourMs;
  const start = dayOf(startMs);
  const days = beginningWith ? count - 1 : count;
  const last = unit === 'workingDays' ? workdayAfter(start, count) : start.add({ [unit]: days });
  return last.add({ days: 1 }).toZonedDateTime(zone).epochMilliseconds;
}

function dayOf(atMs: number): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(zone).toPlainDate();
}

/** How a deadline stands: how much time is left, by how much it has passed, or that its step is done and how late. */
export type Countdown =
  | { state: 'RUNNING'; leftMs: number }
  | { state: 'OVERDUE'; overdueMs: number }
  | { state: 'DONE'; lateMs: number };

/** How a deadline stands at `nowMs`. In elapsed time: it says nothing of working hours that are left. */
export function countdown({ dueMs, doneMs }: Deadline, nowMs: number): Countdown {
  if (doneMs !== null) return { state: 'DONE', lateMs: Math.max(0, doneMs - dueMs) };
  return nowMs < dueMs ? { state: 'RUNNING', leftMs: dueMs - nowMs } : { state: 'OVERDUE', overdueMs: nowMs - dueMs };
}

/** A deadline in the schema's words: `Deadline` of schema/common.graphql. */
export function deadlineFields(deadline: Deadline) {
  const { rule, name, step, stepName, calendar, source, doneMs, otherReadings } = deadline;
  return {
    ...{ rule, name, step, stepName, calendar, source, ...readingFields(deadline) },
    doneAt: doneMs === null ? null : londonTimeOfEpoch(doneMs / 1000),
    otherReadings: otherReadings.map(readingFields),
  };
}

function readingFields({ startedBy, startsMs, dueMs, projected }: Reading) {
  return { startedBy, projected, startsAt: londonTimeOfEpoch(startsMs / 1000), dueAt: londonTimeOfEpoch(dueMs / 1000) };
}
