// Reporting a repair: what must be given, what is done with it, what whoever reports it is told. Knows no wire; its steps are
// in steps.ts.
import type * as schema from '../../schema/generated/repairs.ts';
import { openForm, shapes, type Window } from '../continuity/form.ts';
import type { Mutation, PlannedStep } from '../continuity/mutation.ts';
import { termsOf } from '../continuity/terms.ts';
import { type HazardContent, ruleOf } from './hazards.ts';
import type { WorkOrderRecord } from './order.ts';
import { type RepairToRaise, repairLimits, type VisitToBook, type WorkDone } from './steps.ts';
import { compareWorkOrders, targetOf, targetOfReport } from './targets.ts';

/** A repair that was reported, checked. */
export interface Report {
  propertyReference: string;
  description: string;
  urgency: schema.Urgency;
  reportedBy: string | null;
  accessNotes: string | null;
  preferredWindow: Window | null;
  hazard: Pick<HazardContent, 'type' | 'severity' | 'tenancy'> | null;
  doneByHandAt: string | null;
}

/**
 * How long an emergency that is not done stays on the dispatch list, by its state, in ms: a day where the repairs system has it
 * (the landlord's own clock for an emergency, and the law's where it is a hazard), thirty where it has said no, since it must
 * not get lost with its day.
 */
export const listedMs = { APPLIED: 24 * 3_600_000, REFUSED: 30 * 24 * 3_600_000 };

/** Whether somebody must see to it now: an emergency that nobody has seen to yet. */
export function isEmergency({ urgency, doneByHandAt }: Report): boolean {
  return urgency === 'EMERGENCY' && doneByHandAt === null;
}

export const reportRepair: Mutation<Report> = {
  check(given, { now }) {
    const form = openForm(given, now());
    const hazard = form.value<Report['hazard']>('hazard');
    const urgency = form.value<schema.Urgency>('urgency') ?? 'ROUTINE';
    return form.filled<Report>({
      propertyReference: form.reference('propertyReference', shapes.property),
      description: form.text('description', repairLimits.description),
      // Whatever else was ticked: the law wants it seen to within a day.
      urgency: hazard?.severity === 'EMERGENCY' ? 'EMERGENCY' : urgency,
      reportedBy: form.optional('reportedBy', shapes.person),
      accessNotes: form.note('accessNotes', repairLimits.note),
      preferredWindow: form.window('preferredWindow'),
      hazard,
      doneByHandAt: form.past('doneByHandAt'),
    });
  },
  entity: ({ propertyReference }) => entityOf(propertyReference),
  terms: ({ propertyReference, reportedBy }) => [
    ...termsOf('property', [propertyReference]),
    ...termsOf('person', [reportedBy]),
  ],
  lane: (report) => (isEmergency(report) ? 'EMERGENCY' : 'ORDINARY'),
  steps(report) {
    const { doneByHandAt, preferredWindow, propertyReference } = report;
    const target: PlannedStep['target'] = ([raised = '']) => targetOfReport(propertyReference, raised);
    const steps: PlannedStep[] = [{ kind: 'raiseWorkOrder', title: 'raise the work order', input: toRaise(report) }];
    if (doneByHandAt) {
      const input: WorkDone = { workOrder: { before: true }, doneAtMs: Date.parse(doneByHandAt) };
      steps.push({ kind: 'completeWorkOrder', title: 'complete the work order', input, target });
    } else if (preferredWindow) {
      steps.push(...bookingSteps({ workOrder: { before: true }, window: preferredWindow }, target));
    }
    return steps;
  },
  whileDown: 'QUEUE',
  sentences: (report) => (isEmergency(report) ? emergencySentences : sentencesOf(report)),
  says({ description, urgency, accessNotes, preferredWindow, hazard, doneByHandAt }) {
    return {
      description,
      urgency: urgency === 'EMERGENCY' ? 'emergency' : 'routine',
      ...(accessNotes && { 'how to get in': accessNotes }),
      ...(preferredWindow && { 'visit asked for': spanOf(preferredWindow) }),
      ...(hazard && { hazard: hazard.type.toLowerCase().replaceAll('_', ' ') }),
      ...(doneByHandAt && { 'done by hand at': doneByHandAt }),
    };
  },
  clocks: ({ hazard }) => (hazard ? [ruleOf(hazard)] : []),
  workedFromMs: listedMs,
  made: madeWorkOrder,
  still: {
    read: 'workOrder',
    compare: ({ propertyReference }, [raised], record: WorkOrderRecord) =>
      compareWorkOrders(targetOfReport(propertyReference, raised?.reference ?? ''), targetOf(record)),
  },
};

/** What is about the same home keeps its order. */
export function entityOf(propertyReference: string): string {
  return `property/${propertyReference}`;
}

/** From when to when, as text. */
export function spanOf({ start, end }: Window): string {
  return `${start} to ${end}`;
}

/** What books a visit: the scheduler has to know the work order first. */
export function bookingSteps(visit: VisitToBook, target: PlannedStep['target']): PlannedStep[] {
  const before: VisitToBook = { ...visit, workOrder: { before: true } };
  return [
    { kind: 'findWorkOrder', title: 'look up the work order', input: { workOrder: visit.workOrder }, target },
    { kind: 'createOrder', title: 'tell the scheduler of it', input: {}, target },
    { kind: 'scheduleBooking', title: 'book the visit', input: before, target },
  ];
}

/** The work order that steps have made or were about, once it has a reference. */
export function madeWorkOrder(made: readonly unknown[]): { id: string; description: string }[] {
  const ids = made.flatMap((each) => (each as { workOrderReference?: string } | null)?.workOrderReference ?? []);
  return [...new Set(ids)].map((id) => ({ id, description: 'work order' }));
}

function toRaise({ propertyReference, description, urgency, accessNotes, doneByHandAt }: Report): RepairToRaise {
  return {
    propertyReference,
    description,
    urgency,
    ...(accessNotes && { accessNotes }),
    // It was told before it was done, and nobody wrote down when: no later than that.
    ...(doneByHandAt && { reportedAtMs: Date.parse(doneByHandAt) }),
  };
}

const emergencySentences = {
  QUEUED:
    'We have your emergency repair, and it is on our emergency list: somebody will see to it within 24 hours. You do not need to report it again. If anybody is in danger, call 999.',
  SENDING:
    'We have your emergency repair, and it is on our emergency list. You do not need to report it again. If anybody is in danger, call 999.',
  APPLIED:
    'Your emergency repair has been raised: somebody will see to it within 24 hours. If anybody is in danger, call 999.',
  REFUSED:
    'We have your emergency repair on our emergency list, and a colleague is seeing to it, since our repairs system has not taken it.',
  AMBIGUOUS:
    'We have your emergency repair, and it is on our emergency list. We are checking that our repairs system has it too: you do not need to report it again.',
  PARKED:
    'We have your emergency repair on our emergency list, and a colleague is seeing to it. You do not need to report it again.',
  CANCELLED: 'This emergency repair was taken back before it was raised.',
} as const;

function sentencesOf({ preferredWindow, doneByHandAt }: Report) {
  if (doneByHandAt) {
    return {
      QUEUED: 'We have noted that this repair is done. It will be put on record as soon as our repairs system is back.',
      APPLIED: 'This repair is on record, as done.',
      REFUSED: 'This repair could not be put on record.',
    };
  }
  // Raised already, perhaps, and the visit waits: what is said must hold either way.
  const visit = preferredWindow ? ' The visit that you asked for is not confirmed until we tell you so.' : '';
  const rest = preferredWindow
    ? 'and will do what our systems cannot do just now as soon as they can.'
    : 'and will raise it as soon as our repairs system is back.';
  return {
    QUEUED: `We have noted your repair, ${rest} You keep your place, and do not need to report it again.${visit}`,
    SENDING: `We have noted your repair, and are raising it now.${visit}`,
    APPLIED: preferredWindow
      ? 'Your repair has been raised, and the visit is booked.'
      : 'Your repair has been raised. We will be in touch about a visit.',
    REFUSED: 'Your repair could not be raised as it is.',
    AMBIGUOUS: `We have noted your repair, and are checking that our repairs system has it. You do not need to report it again.${visit}`,
    PARKED: 'We have noted your repair. A colleague is looking at it, and you do not need to report it again.',
    CANCELLED: 'This repair was taken back before it was raised.',
  };
}
