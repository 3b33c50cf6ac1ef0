// What the repairs system's two backends can be asked to change, what that makes, and the limits of both wires. Steps of one
// receipt build on each other: raise, find, create an order for the visit, book it; or raise and complete at once. Knows no URL.
import { WireError } from '../continuity/errors.ts';
import type { Step, StepContext } from '../continuity/mutation.ts';

/**
 * Which work order is meant: the one with a reference; the one that another receipt has raised; or the one that a step
 * before this one, of the same receipt, has raised or found.
 */
export type WhichWorkOrder = { reference: string } | { receipt: string } | { before: true };

/** How urgent a repair is, by the system's own letters: I, E, U, N. */
export type Urgency = 'IMMEDIATE' | 'EMERGENCY' | 'URGENT' | 'ROUTINE';

/** A repair to raise. */
export interface RepairToRaise {
  propertyReference: string;
  /** At most `repairLimits.description` characters, not blank. */
  description: string;
  urgency: Urgency;
  /** When it was told to us at the latest, ms since 1970, where that was before it was received. Its target runs from here. */
  reportedAtMs?: number;
  /** How to get in. */
  accessNotes?: string;
}

/** A work order that was raised. */
export interface WorkOrderRaised {
  workOrderReference: string;
}

/** A work order as far as the scheduler has to know it. */
export interface WorkOrderFound extends WorkOrderRaised {
  propertyReference: string | null;
  contractorReference: string | null;
  description: string | null;
  /** The system's letter. */
  priorityCode: string | null;
  /** An instant, ISO 8601. */
  targetAt: string | null;
  tradeCode: string | null;
  items: readonly { code: string; name: string | null; quantity: number | null }[];
}

/** Nobody was let in. */
export interface NoAccess {
  workOrder: WhichWorkOrder;
  /** When somebody stood at the door, ms since 1970; left out: when that was received. */
  atMs?: number;
  note?: string;
}

/** Work that is done. */
export interface WorkDone {
  workOrder: WhichWorkOrder;
  /** When it was done, ms since 1970; left out: when that was received. */
  doneAtMs?: number;
  note?: string;
}

/** A visit to book, or to move. Instants, ISO 8601. */
export interface VisitToBook {
  workOrder: WhichWorkOrder;
  window: { start: string; end: string };
  note?: string;
}

/** A visit that is booked. */
export interface VisitBooked extends WorkOrderRaised {
  window: { start: string; end: string };
  /** The scheduler's own; null where it gives none. */
  bookingReference: string | null;
  /** The visit that was moved. Null: there was none. Left out: booked before that was recorded. */
  replaced?: VisitReplaced | null;
}

/** A visit as it was before a change. */
export interface VisitReplaced {
  window: { start: string; end: string };
  bookingReference: string | null;
}

/** A visit that is cancelled. */
export interface VisitCancelled extends WorkOrderRaised {
  /** The visit that was taken out. Null: none with a time. Left out: cancelled before that was recorded. */
  replaced?: VisitReplaced | null;
}

/** Longest texts of both wires, in characters: what is longer is told to whoever writes it, before it is accepted. */
export const repairLimits = {
  /** The work orders' own limit. The scheduler's comments, 250, take every such description whole. */
  description: 230,
  /** Neither HACT nor the WSDL sets one for notes. A text of this length can be read at a door. */
  note: 200,
};

/** The changes by name. */
export type RepairsSteps = {
  /** Backend workOrders. Recognised by its reference in `externalReference`, with the same property. */
  raiseWorkOrder: Step<RepairToRaise, WorkOrderRaised>;
  /** Backend workOrders. Changes nothing: what the steps on the scheduler after it have to know. */
  findWorkOrder: Step<{ workOrder: WhichWorkOrder }, WorkOrderFound>;
  /** Backend workOrders. Recognised by the work order's status and when that was changed. */
  noAccess: Step<NoAccess, WorkOrderRaised>;
  /** Backend workOrders. Recognised by the work order's status: it can be done only once. */
  completeWorkOrder: Step<WorkDone, WorkOrderRaised>;
  /** Backend scheduler, after findWorkOrder: makes the work order known there, or finds that it is. Can be done only once. */
  createOrder: Step<Record<string, never>, WorkOrderRaised>;
  /** Backend scheduler; the order must be known there. Books the visit, or moves it. Recognised by its time. */
  scheduleBooking: Step<VisitToBook, VisitBooked>;
  /** Backend scheduler. Takes the visit, and the order that is for it, out of the diary. Recognised by their being gone. */
  cancelBooking: Step<{ workOrder: WhichWorkOrder }, VisitCancelled>;
};

/** The reference of the work order that is meant. Throws WireError REFUSAL where what it builds on has made none. */
export function referenceOf(which: WhichWorkOrder, step: StepContext): string {
  if ('reference' in which) return which.reference.trim();
  const made = 'receipt' in which ? step.madeBy(which.receipt) : step.made;
  const reference = made.filter(isRaised).at(-1)?.workOrderReference;
  if (reference) return reference;
  throw new WireError('REFUSAL', 'builds on what has made no work order', {
    reason: 'The report that this belongs to has made no work order.',
  });
}

/** There is no such work order. */
export function unknownOrder(): WireError {
  return new WireError('REFUSAL', 'a work order that is not there', {
    reason: 'The repairs system does not know this work order.',
  });
}

/** What the last findWorkOrder of the same receipt has found. */
export function foundBefore(step: StepContext): WorkOrderFound {
  const found = step.made.filter(isRaised).findLast((made): made is WorkOrderFound => 'items' in made);
  // The mutation has left a step out: nothing that anybody who writes could mend.
  if (!found) throw new Error('findWorkOrder must come before');
  return found;
}

function isRaised(made: unknown): made is WorkOrderRaised {
  return typeof made === 'object' && made !== null && 'workOrderReference' in made;
}
