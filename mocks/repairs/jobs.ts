// The made-up repairs of one home: work orders and their bookings, the truths that work orders and scheduler share.
// Same world, same home, same jobs; made when asked for. Knows no wire, and nothing that happens later (register.ts).
import { addDays } from '../world/calendar.ts';
import { between, pick, type Random } from '../world/random.ts';
import type { Day, Home, LocalTime, World } from '../world.ts';
import { addMinutes, addWeekdays, clockChangeEve, NO_DATE } from './clock.ts';
import {
  anyClosedStatus,
  anyOpenStatus,
  anyPriority,
  isClosed,
  LOCATION_ALERTS,
  OPERATIVES,
  PERSON_ALERTS,
  PRIORITIES,
  type Priority,
  RAISERS,
  STATUS,
  TRADES,
} from './trades.ts';

/** A visit in the scheduler's diary. */
export interface Booking {
  readonly bookingId: number;
  /** The window that the resident was told. Null: there is a booking to plan, but no window yet. */
  readonly window: { readonly start: LocalTime; readonly end: LocalTime } | null;
  /** When somebody is due at the door, within the window; null until the scheduler has settled it. */
  readonly assigned: { readonly start: LocalTime; readonly end: LocalTime } | null;
  /** The WSDL's own word for no state is `undefined`. */
  readonly lifeCycle: 'undefined' | 'PLANNED' | 'DESPATCHED' | 'COMPLETED';
  readonly operative: string;
}

/** An alert in HACT's words. */
export interface Alert {
  readonly type: string;
  readonly comments: string;
}

/** One work order. */
export interface Job {
  /** Eight digits; those taken over from an older system begin with zeros. */
  readonly reference: string;
  readonly propRef: string;
  readonly raisedAt: LocalTime;
  readonly updatedAt: LocalTime;
  readonly targetAt: LocalTime;
  /** The letter; empty where nobody set one. */
  readonly priority: string;
  readonly priorityCode: number;
  readonly statusCode: number;
  readonly description: string;
  readonly trade: string;
  readonly sor: { readonly code: string; readonly name: string; readonly amount: number };
  readonly contractor: string;
  readonly raisedBy: string;
  readonly externalReference: string | null;
  readonly booking: Booking | null;
  readonly personAlerts: readonly Alert[];
  readonly locationAlerts: readonly Alert[];
}

/** Numbers set aside for one home. More than any home has jobs, so that a number tells its home at once. */
export const NUMBERS_PER_HOME = 16;
/** References of the present system begin here; smaller numbers were taken over and keep their leading zeros. */
const FIRST_REFERENCE = 10_000_000;

/** The reference of a job by its running number; `migrated` ones are zero-filled and small. */
export function referenceOf(number: number, migrated: boolean): string {
  return migrated ? String(number).padStart(8, '0') : String(FIRST_REFERENCE + number);
}

/** The running number in a reference; undefined for text that was never one. */
export function numberOf(reference: string): number | undefined {
  if (!/^\d{8}$/.test(reference)) return undefined;
  return Number(reference) % FIRST_REFERENCE;
}

/** When work of a priority has to be done. Hours run on the clock's hands, days are weekdays at the same time of day. */
export function targetOf(raisedAt: LocalTime, { hours, weekdays = 0 }: Priority): LocalTime {
  if (hours !== undefined) return addMinutes(raisedAt, hours * 60);
  return `${addWeekdays(raisedAt.slice(0, 10), weekdays)}${raisedAt.slice(10)}`;
}

/** The windows that residents are offered, as wall-clock times. */
export const WINDOWS = [
  { name: 'AM', start: '08:00:00', end: '12:00:00' },
  { name: 'School run', start: '09:30:00', end: '14:30:00' },
  { name: 'PM', start: '12:00:00', end: '17:00:00' },
] as const;

/** Makes a home's jobs, given the home and its place in `world.homes`; what holds for the whole world is worked out once. */
export function jobsMaker(world: World): (home: Home, index: number) => Job[] {
  const cast = new Set(world.cast.properties);
  const eve = clockChangeEve(world.today);

  return (home, index) => {
    const random = world.random(`jobs:${home.propRef}`);
    const isKaty = home.propRef === world.cast.katy.propertyReference;
    const busy = cast.has(home.propRef) || isKaty;
    const closed = busy ? between(random, 3, 6) : between(random, 0, 6);
    const open = busy ? between(random, 2, 4) : between(random, 0, 3);
    const jobs: Job[] = [];
    // Closed ones first: numbers rise with the years.
    for (let k = 0; k < closed; k += 1) jobs.push(makeJob(home, index * NUMBERS_PER_HOME + k, random, false));
    for (let k = closed; k < closed + (isKaty ? 1 : open); k += 1) {
      const made = makeJob(home, index * NUMBERS_PER_HOME + k, random, true);
      jobs.push(isKaty ? scheduledForKaty(made, index * NUMBERS_PER_HOME + k, random) : made);
    }
    return jobs;
  };

  function makeJob(home: Home, number: number, random: Random, open: boolean): Job {
    const migrated = random() < 0.1;
    const trade = pick(random, TRADES);
    const atClockChange = !open && random() < 0.02;
    const priority: Priority = atClockChange ? PRIORITIES.I : anyPriority(random);
    const daysAgo = open ? between(random, 1, priority.weekdays ?? 2) : between(random, 40, 1_400);
    const minute = between(random, 7 * 60, 22 * 60);
    const raisedAt = atClockChange
      ? `${eve}T23:30:00`
      : addMinutes(`${addDays(world.today, -daysAgo)}T00:00:00`, minute);
    // Never later than yesterday evening, so that nothing made up lies after what a caller does today.
    const moved = addDays(raisedAt.slice(0, 10), open ? between(random, 0, daysAgo - 1) : between(random, 1, 30));
    const latest = moved < world.today ? moved : addDays(world.today, -1);
    const seconds = between(random, 22 * 3_600, 23 * 3_600 + 3_599);
    const updatedAt = addMinutes(`${latest}T00:00:00`, seconds / 60);
    const statusCode = open ? anyOpenStatus(random) : anyClosedStatus(random);
    // Records taken over as they were: nobody knows any more when they were due, nor always when they were raised.
    const undated = statusCode === STATUS.locked;
    return {
      reference: referenceOf(number, migrated || undated),
      propRef: home.propRef,
      raisedAt: undated && random() < 0.3 ? NO_DATE : raisedAt,
      updatedAt,
      targetAt: undated ? NO_DATE : targetOf(raisedAt, priority),
      priority: undated && random() < 0.2 ? '' : priority.letter,
      priorityCode: priority.code,
      statusCode,
      description: pick(random, trade.troubles),
      trade: trade.code,
      sor: { code: trade.sor, name: trade.sorName, amount: between(random, 1, 3) },
      contractor: trade.contractor,
      raisedBy: pick(random, RAISERS),
      externalReference: null,
      booking: bookingFor(number, statusCode, latest, random),
      personAlerts: random() < 0.15 ? [pick(random, PERSON_ALERTS)] : [],
      locationAlerts: random() < 0.07 ? [pick(random, LOCATION_ALERTS)] : [],
    };
  }

  function bookingFor(number: number, statusCode: number, updatedOn: Day, random: Random): Booking | null {
    const done = statusCode === STATUS.complete;
    // One scheduled order in twelve has lost its visit, and not every finished one ever had one.
    const has = (statusCode === STATUS.scheduled && random() < 0.92) || (done && random() < 0.6);
    if (!has) return null;
    const ahead = between(random, 0, 10);
    const visit = visitOn(done ? updatedOn : addWeekdays(world.today, ahead), number, random);
    if (done) return { ...visit, lifeCycle: 'COMPLETED' };
    return random() < 0.85 ? visit : { ...visit, assigned: null };
  }

  function visitOn(day: Day, number: number, random: Random): Booking {
    const window = pick(random, WINDOWS);
    const start = addMinutes(`${day}T${window.start}`, 30 * between(random, 0, 4));
    return {
      bookingId: number + 500_000,
      window: { start: `${day}T${window.start}`, end: `${day}T${window.end}` },
      assigned: { start, end: addMinutes(start, 90) },
      lifeCycle: day === world.today ? 'DESPATCHED' : 'PLANNED',
      operative: pick(random, OPERATIVES),
    };
  }

  /** Katy's one open repair: routine, with a visit in the coming days. */
  function scheduledForKaty(job: Job, number: number, random: Random): Job {
    const raisedAt = `${addDays(world.today, -6)}T10:12:00`;
    return {
      ...job,
      reference: referenceOf(number, false),
      raisedAt,
      updatedAt: `${addDays(world.today, -5)}T22:04:31`,
      targetAt: targetOf(raisedAt, PRIORITIES.N),
      priority: PRIORITIES.N.letter,
      priorityCode: PRIORITIES.N.code,
      statusCode: STATUS.scheduled,
      booking: visitOn(addWeekdays(world.today, 3), number, random),
    };
  }
}

/** Whether the scheduler has an order for a job that was made up: one that is scheduled, or was visited. */
export function isOrdered(job: Job): boolean {
  return job.booking !== null || job.statusCode === STATUS.scheduled;
}

/** What makes a job the same one, whatever becomes of it: its number alone may be given out twice. */
export function identityOf({ propRef, raisedAt, externalReference }: Job): string {
  return [propRef, raisedAt, externalReference].join(' ');
}

/** Whether a job still counts as work to do. */
export function isOpen(job: Job): boolean {
  return !isClosed(job.statusCode);
}
