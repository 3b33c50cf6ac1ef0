// What a work order is known again by after the repairs system has come back from a backup: a restored number sequence gives
// tomorrow's job yesterday's number. Pure but for the one question that is asked before a write.
import type { Comparison, Target, TargetReading } from '../continuity/mutation.ts';
import type { Desk } from './desk.ts';
import type { WorkOrderRecord } from './order.ts';
import { referenceOf, unknownOrder, type WhichWorkOrder } from './steps.ts';

/** A work order as it is known again. A description may be edited, and is still that of the same job. */
export interface WorkOrderTarget extends Target {
  propertyReference: string | null;
  /** When it was raised, ISO 8601, as it was read; null: it was never read. */
  raisedAt: string | null;
  externalReference: string | null;
  /** Whether the external reference is a step's of ours: then it alone decides. */
  ours: boolean;
  /** Whether the number is known to have been given to more than one work order. */
  disputed?: boolean;
}

/** A work order as it was read. */
export function targetOf({ property, raisedAt, externalReference }: WorkOrderRecord): WorkOrderTarget {
  return {
    propertyReference: property?.propertyReference ?? null,
    raisedAt: raisedAt ?? null,
    externalReference: externalReference ?? null,
    ours: false,
  };
}

/** A work order that a report makes. `reference`: of the step that raises it. */
export function targetOfReport(propertyReference: string | null, reference: string): WorkOrderTarget {
  return { propertyReference, raisedAt: null, externalReference: reference, ours: true };
}

/** Whether two are of the same work order. `meant` is what was known of it earlier. */
export function compareWorkOrders(meant: WorkOrderTarget, found: WorkOrderTarget): Comparison {
  if (meant.disputed) return 'UNKNOWN';
  if (differ(meant.propertyReference, found.propertyReference)) return 'OTHER';
  // Under our own reference we have raised one job and no other; columns do not lose it.
  if (meant.externalReference !== null && meant.externalReference !== found.externalReference) return 'OTHER';
  if (meant.ours) return 'SAME';
  // What other channels write there may be the same each time, and then proves nothing.
  if (differ(meant.raisedAt, found.raisedAt)) return meant.externalReference === null ? 'OTHER' : 'UNKNOWN';
  const known = [meant.propertyReference, found.propertyReference, meant.raisedAt, found.raisedAt];
  return known.includes(null) ? 'UNKNOWN' : 'SAME';
}

/** Whether both are known, and are not the same. */
function differ(one: string | null, other: string | null): boolean {
  return one !== null && other !== null && one.trim() !== other.trim();
}

/** How steps about a work order see that it is still the one that was meant, whichever backend they change. */
export function workOrderReading({
  orderOf,
}: Pick<Desk, 'orderOf'>): TargetReading<{ workOrder?: WhichWorkOrder | undefined }> {
  return {
    backend: 'workOrders',
    async read({ workOrder = { before: true } }, step, signal) {
      const order = await orderOf(referenceOf(workOrder, step), signal);
      if (!order) throw unknownOrder();
      return targetOf(order);
    },
    compare: (meant, found) => compareWorkOrders(meant as WorkOrderTarget, found as WorkOrderTarget),
    another:
      'The number of this work order belongs to another job by now, so nothing was changed. This happens where the repairs system has come back from a backup: look the job up by its address.',
    unknown:
      'It cannot be proved that the number of this work order still belongs to the job that was meant. Look at the job that has the number now: if it is the one, have this sent again; if not, settle it.',
  };
}
