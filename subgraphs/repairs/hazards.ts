// Hazards (Awaab's Law): Lintel's own record, since no wire carries them. One comes about with the report of a repair, at
// whatever hour and whatever is down, and goes on as people say what is done. Its deadlines are reckoned when asked for.
import type * as schema from '../../schema/generated/repairs.ts';
import { isoInstant } from '../continuity/clock.ts';
import type { Known } from '../continuity/fields.ts';
import { openForm, shapes } from '../continuity/form.ts';
import { InputRefused } from '../continuity/intake.ts';
import type { Mutation } from '../continuity/mutation.ts';
import type { OwnKind, OwnRecord } from '../continuity/own.ts';
import { receiptFields, written } from '../continuity/receipt.ts';
import { hazardRule, type RuleId } from '../continuity/rules.ts';
import { type Deadline, deadlineFields, deadlinesOf } from '../continuity/statutory.ts';
import { termsOf } from '../continuity/terms.ts';
import type { Writes } from '../continuity/writes.ts';
import type { Report } from './report.ts';

/** A hazard as it is kept. */
export interface HazardContent {
  type: schema.HazardType;
  severity: schema.HazardSeverity;
  /** Null: nobody has said; undefined: it was kept before anybody was asked. */
  tenancy?: schema.HazardTenancy | null;
  description: string;
  propertyReference: string;
  reportedBy: string | null;
  /** When the landlord became aware of it, ms since 1970. */
  awareAtMs: number;
  /** What is done, by the step: when, and what was found. */
  done: Partial<Record<schema.HazardStep, { atMs: number; note: string | null }>>;
}

/** A step of a hazard that is done, checked. */
export interface HazardProgress {
  hazard: string;
  step: schema.HazardStep;
  doneAt: string | null;
  note: string | null;
  /** Of the hazard: nothing was done before that. */
  awareAtMs: number;
}

/** The rule by which its clocks run. */
export function ruleOf({ type, severity, tenancy }: Pick<HazardContent, 'type' | 'severity' | 'tenancy'>): RuleId {
  return hazardRule(severity, type === 'DAMP_AND_MOULD', tenancy);
}

/** Its deadlines, by what is done. */
export function deadlinesOfHazard({ awareAtMs, done, ...hazard }: HazardContent): Deadline[] {
  const at = Object.fromEntries(Object.entries(done).map(([step, { atMs }]) => [step, atMs]));
  // Further work that has begun in time need not begin again.
  return deadlinesOf(ruleOf(hazard), awareAtMs, { ...at, BEGIN_FURTHER_WORK_LATEST: at.BEGIN_FURTHER_WORK });
}

/** The soonest that is not met; none of a hazard that is closed. */
function nextOf(content: HazardContent): Deadline | null {
  if (content.done.CLOSE) return null;
  const open = deadlinesOfHazard(content).filter(({ doneMs }) => doneMs === null);
  return open.sort((one, other) => one.dueMs - other.dueMs)[0] ?? null;
}

export const hazards: OwnKind<HazardContent> = {
  changedBy: ['reportRepair', 'advanceHazard'],
  idOf({ id, mutation, input }) {
    if (mutation === 'advanceHazard') return (input as HazardProgress).hazard;
    return (input as Report).hazard ? id : null;
  },
  after(before, { mutation, input, acceptedAtMs, receivedAtMs }) {
    if (mutation === 'reportRepair') return before ?? begun(input as Report, receivedAtMs);
    const { step, doneAt, note } = input as HazardProgress;
    // Said twice, the first word counts: a clock that has stopped does not start again.
    if (!before || before.done[step]) return before;
    const atMs = doneAt ? Date.parse(doneAt) : acceptedAtMs;
    return { ...before, done: { ...before.done, [step]: { atMs, note } } };
  },
  filed: (content) => ({
    state: content.done.CLOSE ? 'CLOSED' : 'OPEN',
    place: nextOf(content)?.dueMs ?? content.awareAtMs,
    terms: [...termsOf('property', [content.propertyReference]), ...termsOf('person', [content.reportedBy])],
  }),
  // Its clocks run for whoever lives there; what was told is the person's.
  forgotten({ done, ...content }) {
    if (done.CLOSE) return undefined;
    const bare = Object.entries(done).map(([step, { atMs }]) => [step, { atMs, note: null }]);
    return { ...content, description: 'What was told is forgotten.', reportedBy: null, done: Object.fromEntries(bare) };
  },
};

function begun({ hazard, description, propertyReference, reportedBy }: Report, awareAtMs: number) {
  return hazard ? { ...hazard, description, propertyReference, reportedBy, awareAtMs, done: {} } : undefined;
}

export const advanceHazard: Mutation<HazardProgress> = {
  check(given, { now }) {
    const form = openForm(given, now());
    const doneAt = form.past('doneAt');
    const awareAtMs = form.value<number>('awareAtMs') ?? 0;
    if (doneAt && Date.parse(doneAt) < awareAtMs) form.problem('doneAt', 'is before the landlord was aware of it.');
    const step = form.value<schema.HazardStep>('step') ?? 'CLOSE';
    const note = form.note('note', 500);
    if (step === 'CLOSE' && !note) form.wrong('note', 'is blank; say why nothing is left to do.');
    return form.filled<HazardProgress>({
      hazard: form.reference('hazard', shapes.own),
      step,
      doneAt,
      note,
      awareAtMs,
    });
  },
  entity: ({ hazard }) => `hazard/${hazard}`,
  terms: () => [],
  steps: () => [],
  whileDown: 'QUEUE',
  sentences: () => ({ QUEUED: 'This is noted.', APPLIED: 'This is noted, and its clock has stopped.' }),
  says: ({ step, doneAt, note }) => ({ [step]: doneAt ?? 'just now', ...(note && { note }) }),
};

/** Writes down that a step is done. Throws InputRefused where there is no such hazard. */
export async function advance(input: schema.AdvanceHazardInput, context: Writes) {
  context.check('advanceHazard', input);
  const hazard = await context.own().find<HazardContent>('hazard', input.hazard.trim());
  if (!hazard) throw new InputRefused([{ field: 'hazard', message: 'is not the id of a hazard.' }]);
  return written(context, 'advanceHazard', input, { awareAtMs: hazard.content.awareAtMs });
}

/** A hazard in the schema's words, as far as it says of itself. */
export function hazardFields({ id, content }: OwnRecord<HazardContent>) {
  const { type, severity, tenancy = null, description, propertyReference, awareAtMs, done } = content;
  const next = nextOf(content);
  const steps = Object.entries(done) as [schema.HazardStep, { atMs: number; note: string | null }][];
  return {
    ...{ id, type, severity, tenancy, description, property: { propertyReference } },
    awareAt: isoInstant(awareAtMs),
    open: !done.CLOSE,
    deadlines: deadlinesOfHazard(content).map(deadlineFields),
    nextDeadline: next && deadlineFields(next),
    done: steps
      .sort(([, one], [, other]) => one.atMs - other.atMs)
      .map(([step, { atMs, note }]) => ({ step, at: isoInstant(atMs), note })),
  } satisfies Known<schema.Hazard>;
}

/** A hazard, or null where there is none. */
export function hazardOf(record: OwnRecord<HazardContent> | null) {
  return record && hazardFields(record);
}

/** Those that are open, or all of them, as a list is made of them. */
export function openHazards(open: boolean | null | undefined) {
  const filter = open === false ? {} : { states: ['OPEN'] };
  return { kind: 'hazard', filter, system: 'repairs', fields: hazardFields };
}

/** Hazards of a home, newest first. */
export async function hazardsOfProperty(propertyReference: string, { own }: Writes) {
  const [term] = termsOf('property', [propertyReference]);
  const found = term ? await own().findByTerm<HazardContent>('hazard', term) : [];
  return found.sort((one, other) => other.content.awareAtMs - one.content.awareAtMs).map(hazardFields);
}

/** The report that a hazard came with. */
export async function reportOf(id: string, { receipt }: Writes) {
  const found = await receipt(id);
  return found && receiptFields(found);
}
