// How work goes on: nobody was let in, or it is done. Knows no wire.
import { openForm } from '../continuity/form.ts';
import type { Mutation } from '../continuity/mutation.ts';
import { aboutWorkOrder, type Which, whichOf, workOrderOf } from './follow.ts';
import { madeWorkOrder } from './report.ts';
import { type NoAccess, repairLimits, type WorkDone } from './steps.ts';

/** A visit at which nobody was let in, checked. */
export interface NoAccessReport extends Which {
  at: string | null;
  note: string | null;
}

/** Work that is done, checked. */
export interface Completion extends Which {
  doneAt: string | null;
  note: string | null;
}

export const reportNoAccess: Mutation<NoAccessReport> = {
  ...aboutWorkOrder,
  check(given, { now }) {
    const form = openForm(given, now());
    return form.filled<NoAccessReport>({
      ...whichOf(form),
      at: form.past('at'),
      note: form.note('note', repairLimits.note),
    });
  },
  steps(report) {
    const { at, note } = report;
    const input: NoAccess = {
      workOrder: workOrderOf(report),
      ...(at && { atMs: Date.parse(at) }),
      ...(note && { note }),
    };
    return [{ kind: 'noAccess', title: 'note that nobody was let in', input, target: report.target }];
  },
  sentences: () => ({
    QUEUED: 'We have noted that nobody was let in. It will be put on record as soon as our repairs system is back.',
    APPLIED: 'It is on record that nobody was let in.',
    REFUSED: 'It could not be put on record that nobody was let in.',
  }),
  says: ({ at, note }) => ({ 'no access': at ?? 'just now', ...(note && { note }) }),
  made: madeWorkOrder,
};

export const completeWorkOrder: Mutation<Completion> = {
  ...aboutWorkOrder,
  check(given, { now }) {
    const form = openForm(given, now());
    return form.filled<Completion>({
      ...whichOf(form),
      doneAt: form.past('doneAt'),
      note: form.note('note', repairLimits.note),
    });
  },
  steps(completion) {
    const { doneAt, note } = completion;
    const input: WorkDone = {
      workOrder: workOrderOf(completion),
      ...(doneAt && { doneAtMs: Date.parse(doneAt) }),
      ...(note && { note }),
    };
    return [{ kind: 'completeWorkOrder', title: 'complete the work order', input, target: completion.target }];
  },
  sentences: () => ({
    QUEUED: 'We have noted that the work is done. It will be put on record as soon as our repairs system is back.',
    APPLIED: 'The work is on record as done.',
    REFUSED: 'The work could not be put on record as done.',
  }),
  says: ({ doneAt, note }) => ({ done: doneAt ?? 'just now', ...(note && { note }) }),
  made: madeWorkOrder,
};
