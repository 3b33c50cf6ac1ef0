// The dispatch list: emergencies that people work from while there is no repairs system. Out of receipts, which are there
// whatever is down; who sees to one is Lintel's own record. Knows no wire.
import type * as schema from '../../schema/generated/repairs.ts';
import { isoInstant } from '../continuity/clock.ts';
import type { Known } from '../continuity/fields.ts';
import { openForm, shapes } from '../continuity/form.ts';
import { InputRefused, type Receipt } from '../continuity/intake.ts';
import type { Mutation, ReceiptState } from '../continuity/mutation.ts';
import type { OwnKind, OwnRecord } from '../continuity/own.ts';
import { ownProvenance, receiptFields, written } from '../continuity/receipt.ts';
import type { Writes } from '../continuity/writes.ts';
import type { RepairsVerbs } from './adapter.ts';
import { type HazardContent, hazardFields } from './hazards.ts';
import type { Completion } from './progress.ts';
import { orderOf, type RaisedOrder } from './raised.ts';
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
  /** The receipt of who said so. */
  doneBy?: string | undefined;
  /** When such a word could not be put on record, ms since 1970: then nobody is known to have been there. */
  undoneAtMs?: number | undefined;
}

/** An emergency is due within so long, in ms. */
const dueMs = listedMs.APPLIED;
const open: readonly ReceiptState[] = ['QUEUED', 'SENDING', 'AMBIGUOUS', 'PARKED', 'LOST'];

export const emergencies: OwnKind<Mark> = {
  changedBy: ['takeEmergency', 'completeWorkOrder'],
  // Of a completion, those that name the report; any other is the work order's own.
  idOf: ({ input }) => (input as Taking | Completion).receipt,
  after(
    before = { taken: null, doneAtMs: null },
    { id, mutation, state, input, acceptedAtMs, receivedAtMs, changedAtMs },
  ) {
    if (mutation === 'completeWorkOrder') {
      const { doneAt } = input as Completion;
      if (state === 'REFUSED' || state === 'CANCELLED') {
        return before.doneBy === id ? { taken: before.taken, doneAtMs: null, undoneAtMs: changedAtMs } : before;
      }
      if (before.doneAtMs !== null) return before;
      return { ...before, doneAtMs: doneAt ? Date.parse(doneAt) : receivedAtMs, doneBy: id };
    }
    // Whoever said so last.
    if (before.taken && before.taken.atMs > acceptedAtMs) return before;
    const { takenBy, note } = input as Taking;
    return { ...before, taken: { by: takenBy, atMs: acceptedAtMs, note } };
  },
  filed: ({ doneAtMs, undoneAtMs }) =>
    doneAtMs === null && undoneAtMs !== undefined
      ? { state: 'UNDONE', place: -undoneAtMs }
      : { state: doneAtMs === null ? 'TAKEN' : 'DONE', place: doneAtMs ?? 0 },
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
  context.check('takeEmergency', input);
  const receipt = await context.receipt(input.receipt.trim());
  if (receipt?.mutation !== 'reportRepair' || receipt.lane !== 'EMERGENCY') {
    throw new InputRefused([{ field: 'receipt', message: 'is not the receipt of an emergency.' }]);
  }
  return written(context, 'takeEmergency', input, { receipt: receipt.id });
}

/** Emergencies that are not dealt with, oldest first. */
export async function dispatchList(context: RepairsVerbs & Writes) {
  const own = context.own();
  const nowMs = own.now();
  const found = await Promise.all([
    reports(context, open, Number.NEGATIVE_INFINITY),
    reports(context, ['REFUSED'], nowMs - listedMs.REFUSED),
    reports(context, ['APPLIED'], nowMs - dueMs),
    undone(context, nowMs - listedMs.REFUSED),
    // The repairs system came back without them: as good as refused.
    reports(context, ['APPLIED'], nowMs - listedMs.REFUSED, { lost: true }),
  ]);
  const each = new Map(found.flat().map((receipt) => [receipt.id, receipt]));
  const all = [...each.values()].filter(({ input }) => input !== null);
  const ids = all.map(({ id }) => id);
  const [marks, hazards] = await Promise.all([
    own.findAll<Mark>('emergency', ids),
    own.findAll<HazardContent>('hazard', ids),
  ]);
  const left = all.filter(({ id }) => marks.get(id)?.content.doneAtMs == null);
  const looked = await Promise.all(left.map(async (receipt) => ({ receipt, order: await orderOf(receipt, context) })));
  const items = looked
    .filter(({ order }) => !order.done)
    .sort((one, other) => one.receipt.acceptedAtMs - other.receipt.acceptedAtMs)
    .map(({ receipt, order }) =>
      emergencyFields(receipt, order, marks.get(receipt.id)?.content, hazards.get(receipt.id)),
    );
  return { items, provenance: ownProvenance('repairs', nowMs) };
}

/** Told whenever the list may be another. Gives a function that ends it. */
export function onDispatch({ listen }: Pick<Writes, 'listen'>, told: () => void): () => void {
  return listen(({ mutation, lane }) => {
    if (lane === 'EMERGENCY' || emergencies.changedBy.includes(mutation)) told();
  });
}

/** Every emergency in some states that was accepted since. */
async function reports(
  { receipts }: Writes,
  states: readonly ReceiptState[],
  sinceMs: number,
  more: { lost?: true } = {},
): Promise<Receipt[]> {
  const all: Receipt[] = [];
  const first = 500;
  for (let before: string | undefined; ; before = all.at(-1)?.id) {
    const filter = { mutations: ['reportRepair'], lane: 'EMERGENCY', states, first, ...more } as const;
    const some = await receipts({ ...filter, ...(before !== undefined && { before }) });
    all.push(...some);
    if (some.length < first || (some.at(-1)?.acceptedAtMs ?? 0) < sinceMs) break;
  }
  return all.filter(({ acceptedAtMs }) => acceptedAtMs >= sinceMs);
}

/** Emergencies of which somebody had said that they are done, and that could not be put on record. */
async function undone(context: Writes, sinceMs: number): Promise<Receipt[]> {
  const ids: string[] = [];
  const first = 500;
  // Page by page, the latest first: of many other repairs it may be said too, and they must not crowd an emergency out.
  for (let offset = 0; ; offset += first) {
    const { items } = await context.own().list<Mark>('emergency', { states: ['UNDONE'], first, offset });
    const since = items.filter(({ content }) => (content.undoneAtMs ?? 0) >= sinceMs);
    ids.push(...since.map(({ id }) => id));
    if (since.length < first) break;
  }
  const found = await Promise.all(ids.map((id) => context.receipt(id)));
  // Of other repairs it is said too that they are done.
  return found.filter((receipt): receipt is Receipt => receipt?.lane === 'EMERGENCY');
}

function stateOf({ state, steps }: Receipt, { lost }: RaisedOrder): schema.EmergencyState {
  // A visit that was asked for with it may be waiting still.
  const raising = steps[0]?.state ?? state;
  if (raising === 'APPLIED') return lost || steps[0]?.lost ? 'NOT_FOUND_IN_SYSTEM' : 'RAISED';
  // A person decides on it: it does not get there by itself.
  if (raising === 'LOST') return 'NOT_FOUND_IN_SYSTEM';
  if (raising === 'AMBIGUOUS') return 'PERHAPS_RAISED';
  return raising === 'REFUSED' || raising === 'PARKED' ? 'NOT_TAKEN_BY_SYSTEM' : 'NOT_RAISED';
}

function emergencyFields(
  receipt: Receipt,
  order: RaisedOrder,
  mark: Mark | undefined,
  hazard: OwnRecord<HazardContent> | undefined,
) {
  const { propertyReference, description, accessNotes, reportedBy } = receipt.input as Report;
  const { reference } = order;
  const taken = mark?.taken;
  return {
    receipt: receiptFields(receipt),
    state: stateOf(receipt, order),
    property: { propertyReference },
    ...{ description, accessNotes },
    reportedBy: reportedBy === null ? null : { personReference: reportedBy },
    reportedAt: isoInstant(receipt.receivedAtMs),
    channel: (receipt.channel || null) as schema.Channel | null,
    dueAt: isoInstant(receipt.receivedAtMs + dueMs),
    hazard: hazard ? hazardFields(hazard) : null,
    taken: taken ? { by: taken.by, at: isoInstant(taken.atMs), note: taken.note } : null,
    workOrder: reference === null ? null : { reference },
  } satisfies Known<schema.Emergency>;
}
