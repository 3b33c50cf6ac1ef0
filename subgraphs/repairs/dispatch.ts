// The dispatch list: emergencies that people work from while there is no repairs system. Out of receipts, which are there
// whatever is down; who sees to one is Lintel's own record. Knows no wire.
import type * as schema from '../../schema/generated/repairs.ts';
import { isoInstant } from '../continuity/clock.ts';
import type { Known } from '../continuity/fields.ts';
import { openForm, shapes } from '../continuity/form.ts';
import { InputRefused, type Receipt } from '../continuity/intake.ts';
import type { Mutation, ReceiptState } from '../continuity/mutation.ts';
import type { OwnKind, OwnRecord } from '../continuity/own.ts';
import { ownProvenance, receiptFields, receiptsOf, written } from '../continuity/receipt.ts';
import type { Writes } from '../continuity/writes.ts';
import type { RepairsVerbs } from './adapter.ts';
import { type HazardContent, hazardFields } from './hazards.ts';
import type { WorkOrderRecord } from './order.ts';
import type { Completion } from './progress.ts';
import { listedMs, type Report } from './report.ts';

/** Who sees to an emergency, checked. */
export interface Taking {
  receipt: string;
  takenBy: string;
  note: string | null;
}

/** What people have said of an emergency. */
interface Mark {
  taken: { by: string; atMs: number; note: string | null } | null;
  /** When it was done, by hand or not; null: it is not, as far as anybody has said. */
  doneAtMs: number | null;
}

/** An emergency is due within so long, in ms. */
const dueMs = listedMs.APPLIED;
const open: readonly ReceiptState[] = ['QUEUED', 'SENDING', 'AMBIGUOUS', 'PARKED', 'LOST'];
/** Work orders of which nothing is left to do. */
const over: readonly (string | null | undefined)[] = ['COMPLETE', 'CANCELED'];

export const emergencies: OwnKind<Mark> = {
  changedBy: ['takeEmergency', 'completeWorkOrder'],
  // Of a completion, those that name the report; any other is the work order's own.
  idOf: ({ input }) => (input as Taking | Completion).receipt,
  after(before = { taken: null, doneAtMs: null }, { mutation, input, acceptedAtMs }) {
    if (mutation === 'completeWorkOrder') {
      const { doneAt } = input as Completion;
      return { ...before, doneAtMs: before.doneAtMs ?? (doneAt ? Date.parse(doneAt) : acceptedAtMs) };
    }
    // Whoever said so last.
    if (before.taken && before.taken.atMs > acceptedAtMs) return before;
    const { takenBy, note } = input as Taking;
    return { ...before, taken: { by: takenBy, atMs: acceptedAtMs, note } };
  },
  filed: ({ doneAtMs }) => ({ state: doneAtMs === null ? 'TAKEN' : 'DONE', place: doneAtMs ?? 0 }),
};

export const takeEmergency: Mutation<Taking> = {
  check(given, { now }) {
    const form = openForm(given, now());
    return form.filled<Taking>({
      receipt: form.reference('receipt', shapes.own),
      takenBy: form.text('takenBy', 100),
      note: form.note('note', 500),
    });
  },
  entity: ({ receipt }) => `emergency/${receipt}`,
  terms: () => [],
  steps: () => [],
  whileDown: 'QUEUE',
  sentences: () => ({ QUEUED: 'This is noted.', APPLIED: 'It is noted who sees to it.' }),
  says: ({ takenBy, note }) => ({ 'seen to by': takenBy, ...(note && { note }) }),
};

/** Writes down who sees to an emergency. Throws InputRefused where the receipt is of none. */
export async function take(input: schema.TakeEmergencyInput, context: Writes) {
  const receipt = await context.receipt(input.receipt.trim());
  if (receipt?.mutation !== 'reportRepair' || receipt.lane !== 'EMERGENCY') {
    throw new InputRefused([{ field: 'receipt', message: 'is not the receipt of an emergency.' }]);
  }
  return written(context, 'takeEmergency', input);
}

/** Emergencies that are not dealt with, oldest first. */
export async function dispatchList(context: RepairsVerbs & Writes) {
  const own = context.own();
  const nowMs = own.now();
  const [waiting, refused, raised] = await Promise.all([
    reports(context, open, Number.NEGATIVE_INFINITY),
    reports(context, ['REFUSED'], nowMs - listedMs.REFUSED),
    reports(context, ['APPLIED'], nowMs - dueMs),
  ]);
  const all = [...waiting, ...refused, ...raised].filter(({ input }) => input !== null);
  const ids = all.map(({ id }) => id);
  const [marks, hazards] = await Promise.all([
    own.findAll<Mark>('emergency', ids),
    own.findAll<HazardContent>('hazard', ids),
  ]);
  const undone = all.filter(({ id }) => marks.get(id)?.content.doneAtMs == null);
  const done = await Promise.all(undone.map((receipt) => isDone(receipt, context)));
  const items = undone
    .filter((_receipt, index) => !done[index])
    .sort((one, other) => one.acceptedAtMs - other.acceptedAtMs)
    .map((receipt) => emergencyFields(receipt, marks.get(receipt.id)?.content, hazards.get(receipt.id)));
  return { items, provenance: ownProvenance('repairs', nowMs) };
}

/** Told whenever the list may be another. Gives a function that ends it. */
export function onDispatch({ listen }: Pick<Writes, 'listen'>, told: () => void): () => void {
  return listen(({ mutation, lane }) => {
    if (lane === 'EMERGENCY' || emergencies.changedBy.includes(mutation)) told();
  });
}

/** Every emergency in some states that was accepted since. */
async function reports({ receipts }: Writes, states: readonly ReceiptState[], sinceMs: number): Promise<Receipt[]> {
  const all: Receipt[] = [];
  const first = 500;
  for (let before: string | undefined; ; before = all.at(-1)?.id) {
    const filter = { mutations: ['reportRepair'], lane: 'EMERGENCY', states, first } as const;
    const some = await receipts({ ...filter, ...(before !== undefined && { before }) });
    all.push(...some);
    if (some.length < first || (some.at(-1)?.acceptedAtMs ?? 0) < sinceMs) break;
  }
  return all.filter(({ acceptedAtMs }) => acceptedAtMs >= sinceMs);
}

/** The reference of the work order that an emergency was raised as, if it was. */
function raisedAs({ steps, made }: Receipt): string | null {
  return steps[0]?.state === 'APPLIED' ? (made[0]?.id ?? null) : null;
}

/** Whether the repairs system, or a completion on its way there, says that it is done. Nobody can tell: it is not. */
async function isDone(receipt: Receipt, context: RepairsVerbs & Writes): Promise<boolean> {
  const reference = raisedAs(receipt);
  if (reference === null) return false;
  const { propertyReference } = receipt.input as Report;
  const [orders, pending] = await Promise.allSettled([
    context.repairsOfProperty({ propertyReference, includeClosed: true }),
    receiptsOf(context, [['workOrder', reference]]),
  ]);
  const completed = ({ mutation, state }: Receipt) => mutation === 'completeWorkOrder' && state !== 'REFUSED';
  if (pending.status === 'fulfilled' && pending.value.some(completed)) return true;
  const found = orders.status === 'fulfilled' ? (orders.value.value as readonly WorkOrderRecord[]) : [];
  return found.some((order) => order.reference === reference && over.includes(order.status));
}

function stateOf({ state, steps }: Receipt): schema.EmergencyState {
  // A visit that was asked for with it may be waiting still.
  const raising = steps[0]?.state ?? state;
  if (raising === 'APPLIED') return 'RAISED';
  if (raising === 'AMBIGUOUS') return 'PERHAPS_RAISED';
  return raising === 'REFUSED' || raising === 'PARKED' ? 'NOT_TAKEN_BY_SYSTEM' : 'NOT_RAISED';
}

function emergencyFields(receipt: Receipt, mark: Mark | undefined, hazard: OwnRecord<HazardContent> | undefined) {
  const { propertyReference, description, accessNotes, reportedBy } = receipt.input as Report;
  const reference = raisedAs(receipt);
  const taken = mark?.taken;
  return {
    receipt: receiptFields(receipt),
    state: stateOf(receipt),
    property: { propertyReference },
    ...{ description, accessNotes },
    reportedBy: reportedBy === null ? null : { personReference: reportedBy },
    reportedAt: isoInstant(receipt.acceptedAtMs),
    channel: (receipt.channel || null) as schema.Channel | null,
    dueAt: isoInstant(receipt.acceptedAtMs + dueMs),
    hazard: hazard ? hazardFields(hazard) : null,
    taken: taken ? { by: taken.by, at: isoInstant(taken.atMs), note: taken.note } : null,
    workOrder: reference === null ? null : { reference },
  } satisfies Known<schema.Emergency>;
}
