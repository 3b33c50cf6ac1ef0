// A work order as the repairs system writes it, in HACT's words, and in the schema's. Knows no URL.
import { z } from 'zod';
import type { Priority, TimeWindow, WorkElement, WorkOrder, WorkOrderStatus } from '../../schema/generated/repairs.ts';
import { londonTime, trimmed, word } from '../continuity/dirt.ts';
import type { Known } from '../continuity/fields.ts';

// --- The wire's own types. Codes and references come as text or as numbers, single things bare or in a list.

const text = z
  .union([z.string(), z.number()])
  .nullish()
  .transform((value) => trimmed(value == null ? null : String(value)));
const listOf = <T extends z.ZodType>(item: T) =>
  z
    .union([z.array(item), item])
    .nullish()
    .transform((value) => (value == null ? [] : [value].flat()) as z.output<T>[]);
const amount = z.union([z.number(), z.string()]).nullable();

/** A work order, as it arrives. */
export const wireOrder = z.object({
  reference: text.pipe(z.string()),
  dateRaised: text,
  lastUpdated: text,
  priority: text,
  priorityCode: text,
  statusCode: text,
  description: text,
  propertyReference: text,
  contractorReference: text,
  tradeCode: text,
  workElements: listOf(
    z.object({
      rateScheduleItem: listOf(
        z.object({ customCode: text, customName: text, quantity: z.object({ amount: listOf(amount) }).nullish() }),
      ),
    }),
  ),
  target: text,
  raisedBy: text,
  externalReference: text,
  // The page promises no shape for it: whatever it is, or if it is left out, it must not cost the work order.
  appointment: z.unknown().optional(),
});
export type WireOrder = z.output<typeof wireOrder>;

/** One line of the feed of changes, as it arrives. */
export const wireChange = z.object({ reference: text.pipe(z.string()), lastUpdated: text });

// --- Translators.

/** What the work order itself says of a visit; the scheduler knows better. No window where it cannot be read. */
export interface RecordedAppointment {
  window: TimeWindow | null;
}

/** A work order in the schema's words, and what the scheduler has to be told to find times for it. */
export type WorkOrderRecord = Known<WorkOrder> & {
  recordedAppointment: RecordedAppointment | null;
  contractorReference: string | null;
};

const statuses: Record<string, WorkOrderStatus> = {
  '10': 'OPEN',
  '30': 'CANCELED',
  '50': 'COMPLETE',
  '80': 'LOCKED',
  '90': 'SCHEDULED',
  '1000': 'NO_ACCESS',
  '1010': 'PENDING_MATERIAL',
  '1090': 'HOLD',
};

const priorities: Record<string, Priority> = { I: 'IMMEDIATE', E: 'EMERGENCY', U: 'URGENT', N: 'NORMAL' };

/** A work order in the schema's words. Throws WireError GARBLED for a date that is none. */
export function workOrderOf(order: WireOrder): WorkOrderRecord {
  const { reference, propertyReference, externalReference } = order;
  return {
    reference,
    description: order.description,
    status: word(statuses, order.statusCode),
    statusCode: order.statusCode,
    priority: word(priorities, order.priority),
    priorityCode: order.priority,
    raisedAt: londonTime(order.dateRaised),
    targetAt: londonTime(order.target),
    lastUpdatedAt: londonTime(order.lastUpdated),
    raisedBy: order.raisedBy,
    tradeCode: order.tradeCode,
    workElements: order.workElements.flatMap(({ rateScheduleItem }) => rateScheduleItem.map(workElementOf)),
    externalReference,
    property: propertyReference === null ? null : { propertyReference },
    references: [
      { id: reference, description: 'work order reference', allocatedBy: 'repairs' },
      // Given by whoever raised it, who is not known: no allocator is made up.
      ...(externalReference ? [{ id: externalReference, description: 'external reference', allocatedBy: null }] : []),
    ],
    recordedAppointment: recordedAppointmentOf(order.appointment),
    contractorReference: order.contractorReference,
  };
}

type WireItem = WireOrder['workElements'][number]['rateScheduleItem'][number];

function workElementOf({ customCode, customName, quantity }: WireItem): Known<WorkElement> {
  // HACT's amount is a list; of one, in practice.
  const value = Number(quantity?.amount[0] ?? Number.NaN);
  return { code: customCode, name: customName, quantity: Number.isFinite(value) ? value : null };
}

const dated = z.object({
  date: z.string().optional(),
  start: z.string().optional(),
  end: z.string().optional(),
  timeOfDay: z
    .object({
      earliestArrivalTime: z.string().nullish(),
      latestArrivalTime: z.string().nullish(),
      latestCompletionTime: z.string().nullish(),
    })
    .optional(),
});

/**
 * Reads HACT's `{ date, timeOfDay }`, `{ date, start, end }`, and `{ start, end }` as whole date-times. Null where there
 * is no appointment; no window where there is one in a shape of its own.
 */
export function recordedAppointmentOf(appointment: unknown): RecordedAppointment | null {
  if (appointment == null || appointment === '') return null;
  if (typeof appointment === 'object' && Object.values(appointment).every((value) => value == null)) return null;
  const { success, data } = dated.safeParse(appointment);
  if (!success) return { window: null };
  // No date, as everywhere.
  if ((data.date ?? data.start)?.trim().startsWith('1900-01-01')) return null;
  const start = moment(data.date, data.timeOfDay?.earliestArrivalTime ?? data.start);
  const end = moment(data.date, data.timeOfDay?.latestArrivalTime ?? data.timeOfDay?.latestCompletionTime ?? data.end);
  return { window: start && end && Date.parse(start) <= Date.parse(end) ? { start, end } : null };
}

function moment(date: string | undefined, time: string | null | undefined): string | null {
  if (!time) return null;
  const whole = /^\d{4}-\d{2}-\d{2}/.test(time.trim()) ? time : `${date?.trim().slice(0, 10)}T${time.trim()}`;
  try {
    return londonTime(whole);
  } catch {
    // Said, but not readable: no window. The scheduler is asked for the true one.
    return null;
  }
}
