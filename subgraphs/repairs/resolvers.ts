// Which field of repairs.graphql asks which read.
import type { Resolvers } from '../../schema/generated/repairs.ts';
import type { Answer, Provenance } from '../continuity/definition.ts';
import { londonWallClock } from '../continuity/dirt.ts';
import { badInput } from '../continuity/errors.ts';
import { connectionOf, listOf, ownedFields, pageRequest, rootEntity } from '../continuity/fields.ts';
import type { RepairsVerbs } from './adapter.ts';
import type { SlotsKey } from './diary.ts';
import type { WorkOrderRecord } from './order.ts';

export const resolvers: Resolvers<RepairsVerbs> = {
  Query: {
    workOrder: (_parent, { reference }, repairs) => rootEntity(repairs.workOrder(reference), { reference }),
    async workOrders(_parent, { contractorReference, ...args }, repairs) {
      const page = pageRequest(args, 50);
      return connectionOf(await repairs.workOrdersOfContractor({ contractorReference, ...page }), page);
    },
  },
  Property: {
    __resolveReference: (property) => property,
    repairs: async ({ propertyReference }, { includeClosed }, repairs) =>
      listOf(await repairs.repairsOfProperty({ propertyReference, includeClosed: includeClosed ?? false })),
  },
  WorkOrder: {
    __resolveReference: (workOrder) => workOrder,
    ...ownedFields(
      [
        'description',
        'status',
        'statusCode',
        'priority',
        'priorityCode',
        'raisedAt',
        'targetAt',
        'lastUpdatedAt',
        'raisedBy',
        'tradeCode',
        'workElements',
        'externalReference',
        'property',
        'references',
        'provenance',
      ],
      ({ reference }: { reference: string }, repairs: RepairsVerbs) => repairs.workOrder(reference),
    ),
    appointment: (parent, _args, repairs) => appointmentOf(parent, repairs),
    async availableSlots(parent, period, repairs) {
      checkPeriod(period);
      const { value } = await recordOf(parent, repairs);
      const slots = value && (await repairs.availableSlots(slotsKey(value, period)));
      return slots?.value ? listOf({ ...slots, value: slots.value }) : null;
    },
  },
};

/** The work order itself: the parent, where it came with the field; asked for where there is only its key. */
async function recordOf(parent: { reference: string }, repairs: RepairsVerbs): Promise<Answer<WorkOrderRecord | null>> {
  if (!('recordedAppointment' in parent)) return repairs.workOrder(parent.reference);
  const record = parent as WorkOrderRecord & { provenance: Provenance };
  return { value: record, provenance: record.provenance };
}

/**
 * When somebody comes. The scheduler knows, and its booking is the answer: confirmed when it says so now, not when that
 * is kept from earlier. Where it has none, or cannot be asked, what the work order itself says is given unconfirmed, with
 * the work order's own provenance; where that says nothing either, the scheduler's answer stands: nobody is booked, or
 * its error.
 */
async function appointmentOf(parent: { reference: string }, repairs: RepairsVerbs) {
  const [booking] = await Promise.allSettled([repairs.appointment(parent.reference)]);
  if (booking.status === 'fulfilled' && booking.value.value !== null) {
    const { value, provenance } = booking.value;
    return { ...value, confirmed: value.confirmed && provenance.source === 'LIVE', provenance };
  }
  const [record] = await Promise.allSettled([recordOf(parent, repairs)]);
  if (record.status === 'fulfilled' && record.value.value?.recordedAppointment) {
    const { window } = record.value.value.recordedAppointment;
    return { window, confirmed: false, provenance: record.value.provenance };
  }
  if (booking.status === 'rejected') throw booking.reason;
  // No booking, but an unconfirmed one may be written in the work order, which cannot be asked: not the same as none.
  if (record.status === 'rejected') throw record.reason;
  return null;
}

/** Times further off than this the scheduler has not planned. */
const longestPeriodDays = 31;

function checkPeriod({ from, to }: { from: string; to: string }): void {
  const { days } = Temporal.PlainDate.from(from).until(to, { largestUnit: 'days' });
  if (days < 0) throw badInput(`\`to\` is ${to}, before \`from\`; it must be the same day or later.`);
  if (days <= longestPeriodDays) return;
  throw badInput(`\`to\` is ${days} days after \`from\`; it must be at most ${longestPeriodDays} days later.`);
}

/** What the scheduler has to know of a work order. One with no target is due on the last day asked about. */
function slotsKey(record: WorkOrderRecord, { from, to }: { from: string; to: string }): SlotsKey {
  const { reference, contractorReference, description, priorityCode, tradeCode, workElements, targetAt } = record;
  return {
    reference,
    from,
    to,
    contractorReference,
    propertyReference: record.property?.propertyReference ?? null,
    description: description ?? null,
    priorityCode: priorityCode ?? null,
    target: targetAt ? londonWallClock(Date.parse(targetAt)) : `${to}T23:59:59`,
    items: (workElements ?? []).flatMap(({ code, name, quantity }) =>
      code ? [{ code, name: name ?? null, quantity: quantity ?? null }] : [],
    ),
    tradeCode: tradeCode ?? null,
  };
}
