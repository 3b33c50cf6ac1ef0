// How a visit is booked, moved and cancelled with the scheduler, and how that is known to have been done: its order is made
// known, then planned. Knows the operations; knows no session.
import { londonWallClock } from '../continuity/dirt.ts';
import { WireError } from '../continuity/errors.ts';
import type { Step } from '../continuity/mutation.ts';
import { checked } from '../continuity/wire.ts';
import { element } from '../continuity/xml.ts';
import { bare } from './booking.ts';
import { orderElement } from './diary.ts';
import type { RepairsLookUps } from './look-ups.ts';
import {
  bookedAs,
  bookingElement,
  hasBegun,
  instant,
  orderOf,
  type Plan,
  replacedBy,
  routineTarget,
  visitAt,
  visitToPlan,
  wirePlan,
} from './plan.ts';
import { type AskScheduler, OrderExists } from './scheduler.ts';
import { foundBefore, type RepairsSteps, referenceOf, type VisitBooked, type VisitToBook } from './steps.ts';

const backend = 'scheduler';
/** A session, a look at what is planned, the change: up to four calls one after the other, of some 350 ms each. In ms. */
const timeoutMs = 5_000;

/** Finds the scheduler's order of a work order with all its visits; undefined: there is none. Reads only. */
export function openPlans(ask: AskScheduler) {
  return async (reference: string, signal: AbortSignal): Promise<Plan | undefined> => {
    const content = (sessionId: string) =>
      element('includeCompletedBookings', true) + element('primaryOrderNumber', reference) + sessionId;
    const answer = await ask('selectOrder', content, signal);
    const orders = answer === null ? [] : checked(wirePlan, answer).theOrders;
    return (
      orders.find(({ primaryOrderNumber }) => primaryOrderNumber === reference) ??
      orders.find(({ primaryOrderNumber }) => bare(primaryOrderNumber ?? '') === bare(reference))
    );
  };
}

/** Planning visits. */
export function planningSteps(
  { ask, user }: { ask: AskScheduler; user: string },
  planOf: ReturnType<typeof openPlans>,
  lookUps: Pick<RepairsLookUps, 'scheduleBooking' | 'cancelBooking'>,
): Pick<RepairsSteps, 'createOrder' | 'scheduleBooking' | 'cancelBooking'> {
  const createOrder: RepairsSteps['createOrder'] = {
    backend,
    timeoutMs,
    repeat: 'KEY',
    noLookUp: 'An order is made known to the scheduler for a visit, and the visit is looked up.',
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
    timeoutMs,
    repeat: 'READ_BACK',
    lookUp: lookUps.scheduleBooking,
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
      return { ...bookedAs(visit, workOrderReference, input), replaced: replacedBy(visit) };
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
    timeoutMs,
    repeat: 'READ_BACK',
    lookUp: lookUps.cancelBooking,
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
      return { workOrderReference, replaced: replacedBy(visitToPlan(plan)) };
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

function unknownOrder(): WireError {
  return new WireError('REFUSAL', 'an order that is not there', {
    reason: 'The scheduler does not know this work order.',
  });
}
