// Visits: to book one, to move it, to cancel it. Until the scheduler has it, none is confirmed. Knows no wire.
import { openForm, type Window } from '../continuity/form.ts';
import type { Mutation } from '../continuity/mutation.ts';
import { aboutWorkOrder, type Which, whichOf, workOrderOf } from './follow.ts';
import { bookingSteps, madeWorkOrder, spanOf } from './report.ts';
import { repairLimits, type VisitToBook } from './steps.ts';

/** A visit that is asked for, checked. */
export interface Visit extends Which {
  window: Window;
  note: string | null;
}

/** A visit that is to be cancelled, checked. */
export interface VisitToCancel extends Which {
  reason: string | null;
}

/**
 * Visits to a home keep an order of their own: while the scheduler alone is down, what the home's work orders wait for is no visit.
 */
function entityOfVisit({ propertyReference, workOrderReference, receipt }: Which): string {
  return `visits/${propertyReference ?? workOrderReference ?? receipt}`;
}

const aVisit = {
  ...aboutWorkOrder,
  entity: entityOfVisit,
  check(given, { now }) {
    const form = openForm(given, now());
    return form.filled<Visit>({
      ...whichOf(form),
      window: form.window('window') ?? { start: '', end: '' },
      note: form.note('note', repairLimits.note),
    });
  },
  says: ({ window, note }) => ({ visit: spanOf(window), ...(note && { note }) }),
  made: madeWorkOrder,
} as const satisfies Partial<Mutation<Visit>>;

function visitOf(visit: Visit): VisitToBook {
  return { workOrder: workOrderOf(visit), window: visit.window, ...(visit.note && { note: visit.note }) };
}

export const bookAppointment: Mutation<Visit> = {
  ...aVisit,
  steps: (visit) => bookingSteps(visitOf(visit), visit.target),
  sentences: () => ({
    QUEUED:
      'We have noted the visit that you asked for. It is not confirmed: please do not stay in for it until we tell you that it is.',
    SENDING: 'We are booking the visit that you asked for. It is not confirmed yet.',
    APPLIED: 'Your visit is booked.',
    REFUSED: 'The visit that you asked for could not be booked.',
    AMBIGUOUS: 'We are checking that the visit that you asked for is booked. It is not confirmed yet.',
  }),
};

export const moveAppointment: Mutation<Visit> = {
  ...aVisit,
  steps: (visit) => [{ kind: 'scheduleBooking', title: 'move the visit', input: visitOf(visit), target: visit.target }],
  sentences: () => ({
    QUEUED:
      'We have noted the new time that you asked for. It is not confirmed: until we tell you that it is, somebody may still come at the old one.',
    SENDING: 'We are moving your visit to the time that you asked for. It is not confirmed yet.',
    APPLIED: 'Your visit has been moved.',
    REFUSED: 'Your visit could not be moved to that time.',
    AMBIGUOUS: 'We are checking that your visit has been moved. It is not confirmed yet.',
  }),
};

export const cancelAppointment: Mutation<VisitToCancel> = {
  ...aboutWorkOrder,
  entity: entityOfVisit,
  check(given, { now }) {
    const form = openForm(given, now());
    return form.filled<VisitToCancel>({ ...whichOf(form), reason: form.note('reason', repairLimits.note) });
  },
  steps: (visit) => [
    {
      kind: 'cancelBooking',
      title: 'cancel the visit',
      input: { workOrder: workOrderOf(visit) },
      target: visit.target,
    },
  ],
  sentences: () => ({
    QUEUED:
      'We have noted that you do not want the visit. Until we tell you that it is cancelled, somebody may still come.',
    SENDING: 'We are cancelling your visit.',
    APPLIED: 'Your visit is cancelled. The repair itself stays open.',
    REFUSED: 'Your visit could not be cancelled.',
    AMBIGUOUS: 'We are checking that your visit is cancelled. Until we tell you so, somebody may still come.',
  }),
  says: ({ reason }) => ({ visit: 'to be cancelled', ...(reason && { reason }) }),
  made: madeWorkOrder,
};
