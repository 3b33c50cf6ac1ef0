// Writes about a work order that names a reference or, where there is none yet, the receipt of the report that makes it. Knows
// no wire.
import { type Form, shapes } from '../continuity/form.ts';
import { InputRefused } from '../continuity/intake.ts';
import { agreed, knownValues } from '../continuity/known.ts';
import type { KeptVerbs } from '../continuity/loaders.ts';
import type { Comparison, Mutation, Target } from '../continuity/mutation.ts';
import { receiptsMade, type Written, written } from '../continuity/receipt.ts';
import { termsOf } from '../continuity/terms.ts';
import type { Writes } from '../continuity/writes.ts';
import type { RepairsVerbs } from './adapter.ts';
import type { WorkOrderRecord } from './order.ts';
import { entityOf, type Report } from './report.ts';
import type { WhichWorkOrder } from './steps.ts';
import { compareWorkOrders, targetOf, targetOfReport, type WorkOrderTarget } from './targets.ts';

/** The work order that is meant. */
export interface Which {
  workOrderReference: string | null;
  receipt: string | null;
  /** Where that is, as far as it is known: what is about the same home keeps its order. */
  propertyReference: string | null;
  /** Of the report that the receipt is of: what the repairs system knows it by. */
  reportReference: string | null;
  /** What the work order is known by, to be compared before anything is sent. Null: nothing is known of it. */
  target: WorkOrderTarget | null;
}

/** What resolvers of writes about work orders have: reads, what is kept, what was written before. */
export type FollowContext = RepairsVerbs & KeptVerbs<RepairsVerbs> & Writes;

/** What a client gives to say which. */
interface GivenWhich {
  workOrderReference?: string | null;
  receipt?: string | null;
}

/**
 * Accepts a write about a work order, with what is known of that.
 * @throws InputRefused where it names a receipt that is of no report.
 */
export async function following(
  mutation: string,
  given: Written & GivenWhich,
  context: FollowContext,
): ReturnType<typeof written> {
  context.check(mutation, given);
  const id = given.receipt?.trim();
  const reference = given.workOrderReference?.trim();
  const known = reference ? await homeOf(reference, context) : id ? await reportOf(id, context) : {};
  return written(context, mutation, given, known);
}

async function reportOf(id: string, { receipt }: Writes) {
  const report = await receipt(id);
  if (report?.mutation !== 'reportRepair') {
    throw new InputRefused([{ field: 'receipt', message: 'is not the receipt of a repair that was reported.' }]);
  }
  // Null once it is forgotten.
  const { propertyReference = null } = (report.input ?? {}) as Partial<Report>;
  const reportReference = report.steps[0]?.reference ?? null;
  const target = reportReference === null ? null : targetOfReport(propertyReference, reportReference);
  // By the id that stands: the one that was given may be another of the same report.
  return { receipt: report.id, propertyReference, reportReference, target };
}

/**
 * What is known of a work order, and so where it is: by what is kept, by what the repairs system says now, and by the reports
 * that were given its number. Where these are not of one job, nobody can tell which is meant: then it is a matter by itself.
 */
async function homeOf(reference: string, context: FollowContext) {
  const [records, reports] = await Promise.all([
    knownValues(
      () => context.kept.workOrder(reference),
      () => context.workOrder(reference),
    ),
    receiptsMade(context, reference, 'reportRepair'),
  ]);
  const raised = reports.map(({ input, steps: [raise] }) =>
    targetOfReport((input as Report | null)?.propertyReference ?? null, raise?.reference ?? ''),
  );
  const target = agreed([...raised, ...records.map(targetOf)], compareWorkOrders);
  return { propertyReference: target && !target.disputed ? target.propertyReference : null, target };
}

/** Checks which work order is meant. */
export function whichOf(form: Form): Which {
  form.either(['workOrderReference', shapes.workOrder], ['receipt', shapes.own]);
  return {
    workOrderReference: form.value<string>('workOrderReference')?.trim() || null,
    receipt: form.value<string>('receipt')?.trim() || null,
    propertyReference: form.value<string>('propertyReference'),
    reportReference: form.value<string>('reportReference'),
    target: form.value<WorkOrderTarget>('target'),
  };
}

/** Which work order, in the words of steps. */
export function workOrderOf({ workOrderReference, receipt }: Which): WhichWorkOrder {
  return workOrderReference === null ? { receipt: receipt ?? '' } : { reference: workOrderReference };
}

/** What every such write has in common: its order, what it waits for, and beside what it is shown. */
export const aboutWorkOrder = {
  entity: ({ workOrderReference, receipt, propertyReference }) =>
    propertyReference === null ? `workOrder/${workOrderReference ?? receipt}` : entityOf(propertyReference),
  follows: ({ receipt }) => receipt,
  terms: ({ workOrderReference, propertyReference, reportReference }) => [
    ...termsOf('workOrder', [workOrderReference]),
    // With a reference it is shown with the work order; without one there is none yet, and it is shown with the home's.
    ...(workOrderReference === null ? termsOf('property', [propertyReference]) : []),
    // The work order that comes of the report has this as its external reference.
    ...termsOf('report', [reportReference]),
  ],
  whileDown: 'QUEUE',
  still: { read: 'workOrder', compare: (_input, steps, record) => compareWith(steps.at(-1)?.target, record) },
} as const satisfies Pick<Mutation<Which>, 'entity' | 'follows' | 'terms' | 'whileDown' | 'still'>;

/** Whether a write is about this work order, and not about another one that has had its number. */
export function isAbout(which: Which | null, record: WorkOrderRecord): boolean {
  if (!which) return false;
  const { target, propertyReference, reportReference } = which;
  // Of before targets were kept, those that name a receipt say as much.
  const meant = target ?? (reportReference ? targetOfReport(propertyReference, reportReference) : null);
  return meant !== null && compareWorkOrders(meant, targetOf(record)) === 'SAME';
}

/** Whether a record is what a write is about, by what was known when it was accepted. */
function compareWith(target: Target | undefined, record: WorkOrderRecord): Comparison {
  return target ? compareWorkOrders(target as WorkOrderTarget, targetOf(record)) : 'UNKNOWN';
}
