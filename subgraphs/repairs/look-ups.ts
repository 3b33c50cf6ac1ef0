// How applied changes of the repairs system are looked up again, in work orders and in the scheduler's diary: is each still
// there, is it older, is it another's? Reads only. Knows records; knows no URL and no session.
import { WireError } from '../continuity/errors.ts';
import type { AppliedStep, LookUp, Seen, Trace } from '../continuity/look-up.ts';
import type { Desk } from './desk.ts';
import type { WorkOrderRecord } from './order.ts';
import { instant, type Plan, visitAt } from './plan.ts';
import type {
  NoAccess,
  RepairToRaise,
  VisitBooked,
  VisitCancelled,
  VisitToBook,
  WhichWorkOrder,
  WorkDone,
  WorkOrderRaised,
} from './steps.ts';

import { compareWorkOrders, targetOf, type WorkOrderTarget } from './targets.ts';

/** The system's clock and ours differ by less, in ms. */
const clocksDifferMs = 120_000;

/** What looking up asks for. Each throws WireError where it cannot be had. */
export interface Looking extends Pick<Desk, 'orderOf' | 'raisedAs'> {
  /** The scheduler's order of a work order; undefined: it has none. */
  planOf(reference: string, signal: AbortSignal): Promise<Plan | undefined>;
}

/** The look-ups by step. */
export interface RepairsLookUps {
  raiseWorkOrder: LookUp<RepairToRaise, WorkOrderRaised>;
  noAccess: LookUp<NoAccess, WorkOrderRaised>;
  completeWorkOrder: LookUp<WorkDone, WorkOrderRaised>;
  scheduleBooking: LookUp<VisitToBook, VisitBooked>;
  cancelBooking: LookUp<{ workOrder: WhichWorkOrder }, VisitCancelled>;
}

/** The look-ups over both wires. */
export function repairsLookUps({ orderOf, raisedAs, planOf }: Looking): RepairsLookUps {
  async function raised(
    { input, made, reference, ...at }: AppliedStep<RepairToRaise, WorkOrderRaised>,
    signal: AbortSignal,
  ) {
    const ours = await raisedAs(reference, signal);
    const home = input.propertyReference.trim();
    if (ours.length > 0) return ours.some((order) => homeOf(order) === home) ? 'THERE' : 'CHANGED';
    // The search may be behind, or staff may have taken our reference out: then its number tells.
    const order = await orderOf(made.workOrderReference, signal);
    if (!order) return 'MISSING';
    const same = homeOf(order) === home && !order.externalReference && isFrom(order, { ...at, input });
    return same ? 'THERE' : 'REISSUED';
  }

  /** What was told of a work order: how it stands, and when that last changed. */
  async function told(
    { made, appliedAtMs, target }: AppliedStep<unknown, WorkOrderRaised>,
    there: readonly WorkOrderRecord['status'][],
    goneOn: readonly WorkOrderRecord['status'][],
    signal: AbortSignal,
  ): Promise<Trace> {
    const order = await orderOf(made.workOrderReference, signal);
    if (!order) return 'MISSING';
    if (target && compareWorkOrders(target as WorkOrderTarget, targetOf(order)) === 'OTHER') return 'REISSUED';
    // It was raised after somebody had been at its door.
    if (order.raisedAt && Date.parse(order.raisedAt) > appliedAtMs + clocksDifferMs) return 'REISSUED';
    if (there.includes(order.status)) return 'THERE';
    if (goneOn.includes(order.status)) return 'CHANGED';
    return changedSince(order, appliedAtMs) ? 'CHANGED' : 'OLDER';
  }

  async function booked(step: AppliedStep<VisitToBook, VisitBooked>, signal: AbortSignal): Promise<Seen> {
    const { input, made, superseded, appliedAtMs, wholeUntilMs } = step;
    if (superseded) return 'UNTOLD';
    const plan = await planOf(made.workOrderReference, signal);
    if (plan && visitAt(plan, input.window)) return 'THERE';
    if (plan && made.replaced && visitAt(plan, made.replaced.window)) return 'OLDER';
    if (plan && hasVisit(plan)) return 'CHANGED';
    try {
      const order = await orderOf(made.workOrderReference, signal);
      return explainsNoVisit(order, appliedAtMs, wholeUntilMs) ? 'CHANGED' : 'MISSING';
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      // What the work orders fail at is nothing against the scheduler; a fault of ours is told as one.
      if (!(error instanceof WireError)) throw error;
      return error.failure === 'REFUSAL' || error.failure === 'GARBLED' ? 'MISSING' : 'UNEXPLAINED';
    }
  }

  async function cancelled(
    { made, superseded }: AppliedStep<{ workOrder: WhichWorkOrder }, VisitCancelled>,
    signal: AbortSignal,
  ): Promise<Trace> {
    if (superseded) return 'UNTOLD';
    const plan = await planOf(made.workOrderReference, signal);
    if (!plan || !hasVisit(plan)) return 'THERE';
    // The very visit that was taken out is back; another one was booked since.
    const back = made.replaced && visitAt(plan, made.replaced.window);
    const same = back && (back.uniqueBookingId ?? back.bookingId) === made.replaced?.bookingReference;
    return same ? 'OLDER' : 'CHANGED';
  }

  const one = <Input, Made extends WorkOrderRaised>(
    look: (step: AppliedStep<Input, Made>, signal: AbortSignal) => Promise<Seen>,
  ): LookUp<Input, Made> => ({
    limit: 1,
    // A home may have several; and what a person has settled has made none.
    about: ({ made }) => made?.workOrderReference ?? '',
    look: (applied, signal) => Promise.all(applied.map((step) => look(step, signal))),
  });
  return {
    raiseWorkOrder: one(raised),
    noAccess: one((step, signal) => told(step, ['NO_ACCESS'], ['COMPLETE', 'CANCELED', 'LOCKED'], signal)),
    completeWorkOrder: one((step, signal) => told(step, ['COMPLETE'], ['CANCELED', 'LOCKED'], signal)),
    scheduleBooking: one(booked),
    cancelBooking: one(cancelled),
  };
}

/**
 * Whether a work order says why the scheduler has no visit for it, that had one at an instant (ms since 1970): it is over, or
 * was changed since to one without a visit. One that still counts on the visit explains nothing; nor does what we may have passed
 * on ourselves since the scheduler was surely whole: a scheduler that has the visit keeps it when somebody has been there, and a
 * visit that was lost before is no less lost.
 */
export function explainsNoVisit(
  order: WorkOrderRecord | null,
  sinceMs: number,
  wholeUntilMs = Number.POSITIVE_INFINITY,
): boolean {
  if (!order || order.status === 'SCHEDULED') return false;
  if (order.status === 'CANCELED' || order.status === 'LOCKED') return true;
  const canBeOurs = order.status === 'COMPLETE' || order.status === 'NO_ACCESS';
  if (canBeOurs && changedSince(order, wholeUntilMs)) return false;
  return order.status === 'COMPLETE' || changedSince(order, sinceMs);
}

function changedSince({ lastUpdatedAt }: WorkOrderRecord, atMs: number): boolean {
  return lastUpdatedAt != null && Date.parse(lastUpdatedAt) > atMs;
}

const homeOf = ({ property }: WorkOrderRecord) => property?.propertyReference;

/** Whether it was raised when ours was: between what was told and when that was passed on. */
function isFrom(
  { raisedAt }: WorkOrderRecord,
  { input, acceptedAtMs, appliedAtMs }: Pick<AppliedStep<RepairToRaise>, 'input' | 'acceptedAtMs' | 'appliedAtMs'>,
): boolean {
  const atMs = Date.parse(raisedAt ?? '');
  const fromMs = Math.min(input.reportedAtMs ?? acceptedAtMs, acceptedAtMs) - clocksDifferMs;
  return atMs >= fromMs && atMs <= appliedAtMs + clocksDifferMs;
}

const hasVisit = ({ theBookings }: Plan) =>
  theBookings.some(({ planningWindowStart }) => instant(planningWindowStart) !== null);
