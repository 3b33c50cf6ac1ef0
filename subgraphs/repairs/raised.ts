// The work order that a report was raised as, looked up again: by its home, by its number, and by our own reference, which
// tells it from another job that was given its number. Asks the reads of one request; knows no wire.
import type { Provenance } from '../continuity/definition.ts';
import type { Receipt } from '../continuity/intake.ts';
import { receiptsOf } from '../continuity/receipt.ts';
import type { Writes } from '../continuity/writes.ts';
import type { RepairsVerbs } from './adapter.ts';
import type { Which } from './follow.ts';
import type { WorkOrderRecord } from './order.ts';
import type { Report } from './report.ts';
import { compareWorkOrders, targetOf, targetOfReport, type WorkOrderTarget } from './targets.ts';

/** How the work order of a report stands. */
export interface RaisedOrder {
  /** Its number; null: it has none, or the number is another job's by now. */
  reference: string | null;
  /** It was raised, and the repairs system does not show it any more. */
  lost: boolean;
  /** The repairs system, or a completion on its way there, says that it is done. */
  done: boolean;
}

/** Work orders of which nothing is left to do. */
const over: readonly (string | null | undefined)[] = ['COMPLETE', 'CANCELED'];

/** The work order of a report. Where nobody can tell how it stands, it is as it was when it was raised, and not done. */
export async function orderOf(receipt: Receipt, context: RepairsVerbs & Writes): Promise<RaisedOrder> {
  const [raise] = receipt.steps;
  const number = raise?.state === 'APPLIED' ? (receipt.made[0]?.id ?? null) : null;
  // What was looked up in vain has no number any more; by its home it may be known to be done.
  if (raise === undefined || (number === null && !raise.lost)) return { reference: null, lost: false, done: false };
  const { propertyReference } = receipt.input as Report;
  const meant = targetOfReport(propertyReference, raise.reference);
  const [orders, writes] = await Promise.allSettled([
    context.repairsOfProperty({ propertyReference, includeClosed: true }),
    receiptsOf(context, [number === null ? ['report', raise.reference] : ['workOrder', number]]),
  ]);
  const completed = writes.status === 'fulfilled' && writes.value.some((write) => completes(write, meant));
  const found = orders.status === 'fulfilled' ? (orders.value.value as readonly WorkOrderRecord[]) : [];
  const ours = found.find((order) => compareWorkOrders(meant, targetOf(order)) === 'SAME');
  if (ours) return { reference: ours.reference, lost: false, done: completed || over.includes(ours.status) };
  const lost = number === null || (await isLost(number, meant, context));
  return { reference: lost ? null : number, lost, done: completed };
}

/** Whether a write says of this work order, and of no other that had its number, that it is done. */
function completes({ mutation, state, input }: Receipt, meant: WorkOrderTarget): boolean {
  if (mutation !== 'completeWorkOrder' || state === 'REFUSED') return false;
  const target = (input as Which | null)?.target;
  return target != null && !target.disputed && compareWorkOrders(meant, target) === 'SAME';
}

/** Whether the number is known to be another job's, or nobody's. A list by home may not have what is new; the number has. */
async function isLost(number: string, meant: WorkOrderTarget, { workOrder }: RepairsVerbs): Promise<boolean> {
  const [answer] = await Promise.allSettled([workOrder(number)]);
  if (answer.status === 'rejected') return false;
  const { value, provenance }: { value: WorkOrderRecord | null; provenance: Provenance } = answer.value;
  if (value) return compareWorkOrders(meant, targetOf(value)) !== 'SAME';
  // What is kept may be of before it was raised.
  return provenance.source === 'LIVE';
}
