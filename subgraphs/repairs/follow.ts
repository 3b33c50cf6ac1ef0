// Writes about a work order that names a reference or, where there is none yet, the receipt of the report that makes it. Knows
// no wire.
import { type Form, shapes } from '../continuity/form.ts';
import { InputRefused } from '../continuity/intake.ts';
import type { Mutation } from '../continuity/mutation.ts';
import { termsOf } from '../continuity/terms.ts';
import type { Writes } from '../continuity/writes.ts';
import { entityOf, type Report } from './report.ts';
import type { WhichWorkOrder } from './steps.ts';

/** The work order that is meant. */
export interface Which {
  workOrderReference: string | null;
  receipt: string | null;
  /** What the report says that the receipt is of. */
  report: { propertyReference: string; reference: string } | null;
}

/** What a client gives to say which. */
interface GivenWhich {
  workOrderReference?: string | null;
  receipt?: string | null;
}

/**
 * What a client gives, with what is known of the report that it names.
 * @throws InputRefused where that is no receipt of a report.
 */
export async function following<Given extends GivenWhich>(given: Given, context: Writes) {
  const id = given.receipt?.trim();
  if (!id || given.workOrderReference) return { ...given, report: null };
  const receipt = await context.receipt(id);
  if (receipt?.mutation !== 'reportRepair' || !receipt.input) {
    throw new InputRefused([{ field: 'receipt', message: 'is not the receipt of a repair that was reported.' }]);
  }
  const { propertyReference } = receipt.input as Report;
  return { ...given, report: { propertyReference, reference: receipt.steps[0]?.reference ?? id } };
}

/** Checks which work order is meant. */
export function whichOf(form: Form): Which {
  form.either(['workOrderReference', shapes.workOrder], ['receipt', shapes.own]);
  return {
    workOrderReference: form.value<string>('workOrderReference')?.trim() || null,
    receipt: form.value<string>('receipt')?.trim() || null,
    report: form.value<Which['report']>('report'),
  };
}

/** Which work order, in the words of steps. */
export function workOrderOf({ workOrderReference, receipt }: Which): WhichWorkOrder {
  return workOrderReference === null ? { receipt: receipt ?? '' } : { reference: workOrderReference };
}

/** What every such write has in common: its order, what it waits for, and beside what it is shown. */
export const aboutWorkOrder = {
  entity: ({ workOrderReference, report }) =>
    report ? entityOf(report.propertyReference) : `workOrder/${workOrderReference}`,
  follows: ({ receipt }) => receipt,
  terms: ({ workOrderReference, report }) => [
    ...termsOf('workOrder', [workOrderReference]),
    ...termsOf('property', [report?.propertyReference]),
    // The work order that comes of the report has this as its external reference.
    ...termsOf('report', [report?.reference]),
  ],
  whileDown: 'QUEUE',
} as const satisfies Pick<Mutation<Which>, 'entity' | 'follows' | 'terms' | 'whileDown'>;
