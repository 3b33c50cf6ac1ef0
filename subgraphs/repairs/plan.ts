// What the scheduler has planned for a work order, as it writes it, and the visit that it is to plan. Knows no session.
import { z } from 'zod';
import { londonTime, londonWallClock } from '../continuity/dirt.ts';
import type { StepContext } from '../continuity/mutation.ts';
import { workdayAfter } from '../continuity/workdays.ts';
import { element } from '../continuity/xml.ts';
import { elements, text } from './booking.ts';
import { codeElements, type OrderToPlan, type PlannedItem } from './diary.ts';
import type { VisitBooked, VisitReplaced, VisitToBook } from './steps.ts';

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
/** What selectOrder answers, with all that a visit is planned by. */
export const wirePlan = z.object({
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
/** An order with its visits. */
export type Plan = z.output<typeof wirePlan>['theOrders'][number];
/** One of them. */
export type Visit = z.output<typeof wireVisit>;

/** Somebody is at the door, or has been. */
const begun: ReadonlySet<string | null> = new Set(['ARRIVED', 'STARTED', 'COMPLETED']);

/** By when work is due that has no target, London wall clock. */
export function routineTarget({ acceptedAtMs }: StepContext): string {
  const day = Temporal.PlainDate.from(londonWallClock(acceptedAtMs).slice(0, 10));
  return `${workdayAfter(day, routineWorkdays)}T23:59:59`;
}

/** Whether somebody has come already. */
export const hasBegun = ({ bookingLifeCycleStatus }: Visit) => begun.has(bookingLifeCycleStatus);

/** In ms since 1970; null where there is none. */
export function instant(wallClock: string | null): number | null {
  const at = londonTime(wallClock);
  return at === null ? null : Date.parse(at);
}

/** The visit that is at this time. */
export function visitAt({ theBookings }: Plan, { start, end }: VisitToBook['window']): Visit | undefined {
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
export function visitToPlan({ theBookings }: Plan): Visit | undefined {
  const at = ({ planningWindowStart }: Visit) => instant(planningWindowStart) ?? 0;
  return theBookings.filter((visit) => !hasBegun(visit)).sort((one, other) => at(one) - at(other))[0];
}

/** `theBooking`, every element that the WSDL requires, in its order. */
export function bookingElement(
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

export function bookedAs(visit: Visit | undefined, workOrderReference: string, { window }: VisitToBook): VisitBooked {
  return { workOrderReference, window, bookingReference: referenceOfVisit(visit) };
}

/** A visit as it is before it is moved or taken out; null: there is none that has a time. */
export function replacedBy(visit: Visit | undefined): VisitReplaced | null {
  const [start, end] = [londonTime(visit?.planningWindowStart ?? null), londonTime(visit?.planningWindowEnd ?? null)];
  return start === null || end === null ? null : { window: { start, end }, bookingReference: referenceOfVisit(visit) };
}

function referenceOfVisit(visit: Visit | undefined): string | null {
  return visit?.uniqueBookingId ?? visit?.bookingId ?? null;
}

/** An order as it is, to name it by. */
export function orderOf(plan: Plan, reference: string, step: StepContext): OrderToPlan {
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
