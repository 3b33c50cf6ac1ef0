// The repairs service's own staff: the call centre raises work orders and notes how they stand, planners move visits. Knows
// what such people do in a day; knows no wire.
import type { Changed } from '../mock.ts';
import { addDays } from '../world/calendar.ts';
import { between, pick, type Random } from '../world/random.ts';
import type { World } from '../world.ts';
import type { Diary } from './diary.ts';
import { isOpen, type Job } from './jobs.ts';
import type { Register } from './register.ts';
import { anyPriority, RAISERS, STATUS, TRADES } from './trades.ts';

/** A home with nothing to be done about it is passed over and another one looked for, so often for each change at most. */
const TRIES = 20;
/** The share of what they do that is a new report. */
const NEW = 0.4;

/** Raises work orders and moves others on, so many in all, each of them once. */
export function takeReports(world: World, register: Register, count: number, random: Random): Changed[] {
  return collect(count, (isNew) => {
    const home = pick(random, world.homes);
    if (random() < NEW) return raise(register, home.propRef, random);
    const open = register.ofProperty(home.propRef).filter((job) => isOpen(job) && isNew(job.reference));
    return open.length > 0 ? moveOn(register, pick(random, open), random) : undefined;
  });
}

/** Types in new work orders, so many. */
export function typeIn(world: World, register: Register, count: number, random: Random): Changed[] {
  return Array.from({ length: count }, () => raise(register, pick(random, world.homes).propRef, random));
}

/** Corrects one work order: its words, how it stands, or that it is not to be done at all. */
export function correctJob(register: Register, reference: string, random: Random): Changed | undefined {
  const job = register.byReference(reference);
  if (!job || !isOpen(job)) return undefined;
  const chance = random();
  if (chance < 0.5) return moveOn(register, job, random);
  if (chance < 0.75) {
    register.change(reference, { statusCode: STATUS.cancelled, booking: null });
    return { reference, what: 'cancelled' };
  }
  register.change(reference, { description: `${job.description.slice(0, 180)}. Rang again, see notes` });
  return { reference, what: 'described anew' };
}

function raise(register: Register, propRef: string, random: Random): Changed {
  const trade = pick(random, TRADES);
  const { reference } = register.raise({
    propRef,
    description: pick(random, trade.troubles),
    sor: { code: trade.sor, name: trade.sorName, amount: between(random, 1, 3) },
    trade: trade.code,
    externalReference: null,
    priorityCode: anyPriority(random).code,
    raisedAt: null,
    targetAt: null,
    raisedBy: pick(random, RAISERS),
    personAlerts: [],
    locationAlerts: [],
  });
  return { reference, what: 'raised' };
}

function moveOn(register: Register, job: Job, random: Random): Changed | undefined {
  const statusCode = pick(random, [
    STATUS.complete,
    STATUS.complete,
    STATUS.noAccess,
    STATUS.pendingMaterial,
    STATUS.hold,
  ]);
  if (statusCode === job.statusCode) return undefined;
  const done = statusCode === STATUS.complete && job.booking;
  register.change(job.reference, { statusCode, ...(done && { booking: { ...done, lifeCycle: 'COMPLETED' } }) });
  return { reference: job.reference, what: `status ${statusCode}` };
}

/** Moves visits to other windows, so many, each of them once. */
export function moveVisits(world: World, register: Register, diary: Diary, count: number, random: Random): Changed[] {
  return collect(count, (isNew) => {
    const jobs = register.ofProperty(pick(random, world.homes).propRef);
    const open = jobs.filter((job) => isOpen(job) && job.booking && isNew(job.reference));
    const order = open[0] && diary.order(open[0].reference);
    const booking = order?.bookings[0];
    if (!order || !booking) return undefined;
    const from = addDays(register.now().slice(0, 10), between(random, 1, 14));
    const slots = diary.days(from, addDays(from, 4), order.contract).flatMap((day) => day.slots);
    const slot = slots.find(({ available, start }) => available !== 'NO' && start !== booking.window?.start);
    if (!slot || diary.book(order, booking, slot, false) !== null) return undefined;
    return { reference: order.number, what: `visit on ${slot.start.slice(0, 10)}` };
  });
}

function collect(count: number, once: (isNew: (reference: string) => boolean) => Changed | undefined): Changed[] {
  const changed: Changed[] = [];
  const isNew = (reference: string) => !changed.some((one) => one.reference === reference);
  for (let tries = 0; changed.length < count && tries < count * TRIES; tries += 1) {
    const one = once(isNew);
    if (one) changed.push(one);
  }
  return changed;
}
