// Writes about a work order that names a reference or, where there is none yet, the receipt of the report that makes it. Knows
// no wire.
import { type Form, shapes } from '../continuity/form.ts';
import { InputRefused } from '../continuity/intake.ts';
import type { Mutation } from '../continuity/mutation.ts';
import { type Written, written } from '../continuity/receipt.ts';
import { termsOf } from '../continuity/terms.ts';
import type { Writes } from '../continuity/writes.ts';
import type { RepairsVerbs } from './adapter.ts';
import { entityOf, type Report } from './report.ts';
import type { WhichWorkOrder } from './steps.ts';

/** The work order that is meant. */
export interface Which {
  workOrderReference: string | null;
  receipt: string | null;
  /** Where that is, as far as it is known: what is about the same home keeps its order. */
  propertyReference: string | null;
  /** Of the report that the receipt is of: what the repairs system knows it by. */
  reportReference: string | null;
}

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
  context: RepairsVerbs & Writes,
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
  // By the id that stands: the one that was given may be another of the same report.
  return { receipt: report.id, propertyReference, reportReference: report.steps[0]?.reference ?? null };
}

/** Where a work order is; nobody can tell: then it is a matter by itself. */
async function homeOf(reference: string, { workOrder }: RepairsVerbs) {
  const [answer] = await Promise.allSettled([workOrder(reference)]);
  const found = answer.status === 'fulfilled' ? answer.value.value : null;
  return { propertyReference: found?.property?.propertyReference ?? null };
}

/** Checks which work order is meant. */
export function whichOf(form: Form): Which {
  form.either(['workOrderReference', shapes.workOrder], ['receipt', shapes.own]);
  return {
    workOrderReference: form.value<string>('workOrderReference')?.trim() || null,
    receipt: form.value<string>('receipt')?.trim() || null,
    propertyReference: form.value<string>('propertyReference'),
    reportReference: form.value<string>('reportReference'),
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
} as const satisfies Pick<Mutation<Which>, 'entity' | 'follows' | 'terms' | 'whileDown'>;
