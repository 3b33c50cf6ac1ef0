// How a visit is booked, moved and cancelled with the scheduler, and how that is known to have been done: its order is made
// known, then planned. Knows the operations; knows no session.
import { z } from 'zod';
import { londonTime, londonWallClock } from '../continuity/dirt.ts';
import { WireError } from '../continuity/errors.ts';
import type { Step, StepContext } from '../continuity/mutation.ts';
import { checked } from '../continuity/wire.ts';
import { workdayAfter } from '../continuity/workdays.ts';
import { element } from '../continuity/xml.ts';
import { bare, elements, text } from './booking.ts';
import { codeElements, type OrderToPlan, orderElement, type PlannedItem } from './diary.ts';
import { type AskScheduler, OrderExists } from './scheduler.ts';
import { foundBefore, type RepairsSteps, referenceOf, type VisitBooked, type VisitToBook } from './steps.ts';

const backend = 'scheduler';
/** A visit is planned with so much, in minutes, where the scheduler's own order does not say. */
const usualMinutes = 60;
/** Work with no target of its own is due when any routine work is, in working days. */
const routineWorkdays = 21;

const wireCode = z.object({ bookingCodeSORCode: text, bookingCodeDescription: text, quantity: text, trade: text });
const wireVisit = z.object({
  bookingId: text,
  uniqueBookingId: text,
  bookingLifeCycleStatus: text,
  bookingReason: text,
  duration: text,
  isEmergency: text,
  planningWindowStart: text,
  planningWindowEnd: text,
  theBookingCodes: elements(wireCode),
});
const wirePlan = z.object({
  theOrders: elements(
    z.object({
      primaryOrderNumber: text,
      contract: text,
      locationID: text,
      orderComments: text,
      orderId: text,
      priority: text,
      targetDate: text,
      theBookingCodes: elements(wireCode),
      theBookings: elements(wireVisit),
    }),
  ),
});
type Plan = z.output<typeof wirePlan>['theOrders'][number];
type Visit = z.output<typeof wireVisit>;

/** Somebody is at the door, or has been. */
const begun: ReadonlySet<string | null> = new Set(['ARRIVED', 'STARTED', 'COMPLETED']);

/** Planning visits. */
export function planningSteps({
  ask,
  user,
}: {
  ask: AskScheduler;
  user: string;
}): Pick<RepairsSteps, 'createOrder' | 'scheduleBooking' | 'cancelBooking'> {
  /** The order of a work order with all its visits; undefined: there is none. */
  async function planOf(reference: string, signal: AbortSignal): Promise<Plan | undefined> {
    const content = (sessionId: string) =>
      element('includeCompletedBookings', true) + element('primaryOrderNumber', reference) + sessionId;
    const answer = await ask('selectOrder', content, signal);
    const orders = answer === null ? [] : checked(wirePlan, answer).theOrders;
    return (
      orders.find(({ primaryOrderNumber }) => primaryOrderNumber === reference) ??
      orders.find(({ primaryOrderNumber }) => bare(primaryOrderNumber ?? '') === bare(reference))
    );
  }

  const createOrder: RepairsSteps['createOrder'] = {
    backend,
    repeat: 'KEY',
    async apply(_input, step, signal) {
      const { workOrderReference, targetAt, ...found } = foundBefore(step);
      const target = targetAt ? londonWallClock(Date.parse(targetAt)) : routineTarget(step);
      const order = orderElement({ ...found, reference: workOrderReference, target }, user);
      const answer = await ask('createOrder', (sessionId) => sessionId + order, signal, step.sending).catch(
        async (error: unknown) => {
          if (!(error instanceof OrderExists)) throw error;
          // After one of the two systems came back from a backup, a number may be that of another job.
          const plan = await planOf(workOrderReference, signal);
          const elsewhere = plan?.locationID && bare(plan.locationID) !== bare(found.propertyReference ?? '');
          if (!elsewhere) return 'there';
          throw new WireError('REFUSAL', 'an order of that number for another place', {
            reason: 'The scheduler has this work order’s number for another home: somebody has to look at it.',
          });
        },
      );
      if (answer === null) throw unknownOrder();
      return { workOrderReference };
    },
  };

  const scheduleBooking: Step<VisitToBook, VisitBooked> = {
    backend,
    repeat: 'READ_BACK',
    async apply(input, step, signal) {
      const workOrderReference = referenceOf(input.workOrder, step);
      const plan = await planOf(workOrderReference, signal);
      if (!plan) throw unknownOrder();
      const there = visitAt(plan, input.window);
      if (there) return bookedAs(there, workOrderReference, input);
      const visit = visitToPlan(plan);
      const booking = bookingElement(visit, plan, workOrderReference, input, user);
      const content = (sessionId: string) =>
        // Not forced: what the scheduler does not offer cannot be promised to anybody.
        element('force', false) + sessionId + booking + element('timeLock', false) + element('userId', user);
      const answer = await ask('scheduleBooking', content, signal, step.sending);
      if (answer === null) throw unknownOrder();
      return bookedAs(visit, workOrderReference, input);
    },
    async find(input, step, signal) {
      const workOrderReference = referenceOf(input.workOrder, step);
      const plan = await planOf(workOrderReference, signal);
      const visit = plan && visitAt(plan, input.window);
      return visit && bookedAs(visit, workOrderReference, input);
    },
  };

  const cancelBooking: RepairsSteps['cancelBooking'] = {
    backend,
    repeat: 'READ_BACK',
    async apply({ workOrder }, step, signal) {
      const workOrderReference = referenceOf(workOrder, step);
      const plan = await planOf(workOrderReference, signal);
      if (!plan) throw new WireError('REFUSAL', 'no order', { reason: 'No visit is booked for this work order.' });
      if (plan.theBookings.length > 0 && plan.theBookings.every(hasBegun)) {
        const reason = 'The visit has begun or is over, and can no longer be cancelled.';
        throw new WireError('REFUSAL', 'a visit that has begun', { reason });
      }
      const order = orderElement(orderOf(plan, workOrderReference, step), user);
      // Gone in between is gone.
      await ask('deleteOrder', (sessionId) => sessionId + order, signal, step.sending);
      return { workOrderReference };
    },
    async find({ workOrder }, step, signal) {
      const workOrderReference = referenceOf(workOrder, step);
      const plan = await planOf(workOrderReference, signal);
      return plan?.theBookings.some(({ planningWindowStart }) => instant(planningWindowStart))
        ? undefined
        : { workOrderReference };
    },
  };
  return { createOrder, scheduleBooking, cancelBooking };
}

/** By when work is due that has no target, London wall clock. */
function routineTarget({ acceptedAtMs }: StepContext): string {
  const day = Temporal.PlainDate.from(londonWallClock(acceptedAtMs).slice(0, 10));
  return `${workdayAfter(day, routineWorkdays)}T23:59:59`;
}

const hasBegun = ({ bookingLifeCycleStatus }: Visit) => begun.has(bookingLifeCycleStatus);

/** In ms since 1970; null where there is none. */
function instant(wallClock: string | null): number | null {
  const at = londonTime(wallClock);
  return at === null ? null : Date.parse(at);
}

/** The visit that is at this time. */
function visitAt({ theBookings }: Plan, { start, end }: VisitToBook['window']): Visit | undefined {
  return theBookings.find(
    ({ planningWindowStart, planningWindowEnd }) =>
      instant(planningWindowStart) === wall(start) && instant(planningWindowEnd) === wall(end),
  );
}

/** An instant as the wire can say it: of the hour that October has twice, the first. */
function wall(iso: string): number | null {
  return instant(londonWallClock(Date.parse(iso)));
}

/** The visit that is to have the time: the next that has not begun, else a new one. */
function visitToPlan({ theBookings }: Plan): Visit | undefined {
  const at = ({ planningWindowStart }: Visit) => instant(planningWindowStart) ?? 0;
  return theBookings.filter((visit) => !hasBegun(visit)).sort((one, other) => at(one) - at(other))[0];
}

/** `theBooking`, every element that the WSDL requires, in its order. */
function bookingElement(
  visit: Visit | undefined,
  plan: Plan,
  reference: string,
  { window: { start, end }, note }: VisitToBook,
  user: string,
): string {
  const orderId = plan.orderId ?? '0';
  const bookingId = visit?.bookingId ?? '0';
  const codes = visit && visit.theBookingCodes.length > 0 ? visit.theBookingCodes : plan.theBookingCodes;
  const items = codes.map(
    (each): PlannedItem => ({
      code: each.bookingCodeSORCode ?? '',
      name: each.bookingCodeDescription,
      quantity: each.quantity,
      trade: each.trade,
    }),
  );
  // The WSDL wants one.
  if (items.length === 0) items.push({ code: '', name: null, quantity: null, trade: null });
  return [
    '<theBooking>',
    element('bookingId', bookingId),
    element('bookingReason', visit?.bookingReason ?? 'first'),
    element('contract', plan.contract ?? ''),
    element('duration', visit?.duration ?? usualMinutes),
    element('isEmergency', visit?.isEmergency ?? false),
    element('isNextBooking', true),
    element('locationID', plan.locationID ?? ''),
    element('orderId', orderId),
    note ? element('plannerComments', note) : '',
    element('planningWindowEnd', londonWallClock(Date.parse(end))),
    element('planningWindowStart', londonWallClock(Date.parse(start))),
    element('primaryOrderNumber', reference),
    codeElements(items, reference, orderId, bookingId),
    element('userId', user),
    '</theBooking>',
  ].join('');
}

function bookedAs(visit: Visit | undefined, workOrderReference: string, { window }: VisitToBook): VisitBooked {
  return { workOrderReference, window, bookingReference: visit?.uniqueBookingId ?? visit?.bookingId ?? null };
}

/** An order as it is, to name it by. */
function orderOf(plan: Plan, reference: string, step: StepContext): OrderToPlan {
  return {
    reference,
    contractorReference: plan.contract,
    propertyReference: plan.locationID,
    description: plan.orderComments,
    priorityCode: plan.priority,
    target: plan.targetDate ?? routineTarget(step),
    items: [],
    tradeCode: null,
  };
}

function unknownOrder(): WireError {
  return new WireError('REFUSAL', 'an order that is not there', {
    reason: 'The scheduler does not know this work order.',
  });
}
