// How great somebody's need of a call is, by what is kept of them: an order in which to ring people, no judgement on anybody. The
// numbers are decisions, each with its reason; whoever runs a campaign can change them here.
import type * as schema from '../../schema/generated/telephony.ts';
import type { InNeed } from '../continuity/neighbours.ts';

/** By the reason for which somebody is recorded as vulnerable. */
const points: Readonly<Record<schema.WelfareReason, number>> = {
  // Cannot leave a home that has lost heat, water or its lift.
  MOBILITY: 80,
  // May depend on contact that has stopped, and on what the landlord alone knows; rung with care for who else may answer.
  DOMESTIC_ABUSE: 75,
  // An outage of weeks unsettles; a crisis seldom announces itself.
  MENTAL_HEALTH: 70,
  // May not have understood what is down, and whom to ask instead.
  LEARNING_DISABILITY: 65,
  // Notices and letters do not reach them.
  SIGHT: 60,
  OVER_75: 60,
  // A call reaches them least; but who cannot be rung has to be called on, and that takes longest.
  HEARING: 55,
  // Somebody had a reason that this code does not tell.
  VULNERABLE: 50,
  UNKNOWN: 50,
};
/** Nobody else in the home would notice. */
const alonePoints = 20;
/** The older, the less time there is: whatever the reason on record. */
const oldPoints = 15;
const oldYears = 75;

/** The schema's word for a reason. */
export function reasonOf(reason: string): schema.WelfareReason {
  return Object.hasOwn(points, reason) ? (reason as schema.WelfareReason) : 'UNKNOWN';
}

/** How great the need is at a time; greater is rung sooner. */
export function needOf({ reasons, alone, dateOfBirth }: InNeed, nowMs: number): number {
  const most = Math.max(0, ...reasons.map((reason) => points[reasonOf(reason)]));
  return most + (alone ? alonePoints : 0) + (isOld(dateOfBirth, nowMs) ? oldPoints : 0);
}

function isOld(dateOfBirth: string | null, nowMs: number): boolean {
  if (dateOfBirth === null) return false;
  const today = Temporal.Instant.fromEpochMilliseconds(nowMs).toZonedDateTimeISO('Europe/London').toPlainDate();
  return Temporal.PlainDate.from(dateOfBirth).until(today, { largestUnit: 'years' }).years >= oldYears;
}
