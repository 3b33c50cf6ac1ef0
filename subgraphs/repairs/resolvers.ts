// Which field of repairs.graphql asks which read.
import type { Resolvers } from '../../schema/generated/repairs.ts';
import { changes } from '../continuity/changes.ts';
import type { Answer, Provenance } from '../continuity/definition.ts';
import { londonWallClock } from '../continuity/dirt.ts';
import { badInput } from '../continuity/errors.ts';
import { connectionOf, listOf, ownedFields, pageRequest, rootEntity } from '../continuity/fields.ts';
import { referenceIn, shapes } from '../continuity/form.ts';
import type { Receipt } from '../continuity/intake.ts';
import { ownPage } from '../continuity/ownlist.ts';
import { pendingFields, pendingOf, receiptsOf, written } from '../continuity/receipt.ts';
import type { RepairsVerbs } from './adapter.ts';
import type { SlotsKey } from './diary.ts';
import { dispatchList, onDispatch, take } from './dispatch.ts';
import { type FollowContext, following, isAbout, type Which } from './follow.ts';
import { advance, hazardOf, hazardsOfProperty, openHazards, reportOf } from './hazards.ts';
import type { WorkOrderRecord } from './order.ts';
import type { Visit } from './visits.ts';

type Context = FollowContext;

export const resolvers: Resolvers<Context> = {
  Query: {
    dispatchList: (_parent, _args, context) => dispatchList(context),
    hazards: (_parent, { open, ...args }, { own }) => ownPage(own(), { ...openHazards(open), args }),
    hazard: async (_parent, { id }, { own }) => hazardOf(await own().find('hazard', referenceIn('id', id, shapes.own))),
    workOrder: (_parent, { reference }, repairs) => rootEntity(repairs.workOrder(reference), { reference }),
    async workOrders(_parent, { contractorReference, ...args }, repairs) {
      const page = pageRequest(args, 50);
      return connectionOf(await repairs.workOrdersOfContractor({ contractorReference, ...page }), page);
    },
  },
  Mutation: {
    reportRepair: (_parent, { input }, context) => written(context, 'reportRepair', input),
    bookAppointment: (_parent, { input }, context) => following('bookAppointment', input, context),
    moveAppointment: (_parent, { input }, context) => following('moveAppointment', input, context),
    cancelAppointment: (_parent, { input }, context) => following('cancelAppointment', input, context),
    reportNoAccess: (_parent, { input }, context) => following('reportNoAccess', input, context),
    completeWorkOrder: (_parent, { input }, context) => following('completeWorkOrder', input, context),
    takeEmergency: (_parent, { input }, context) => take(input, context),
    advanceHazard: (_parent, { input }, context) => advance(input, context),
  },
  Subscription: {
    dispatchListChanged: {
      subscribe: (_parent, _args, context) =>
        changes(['all'], { listen: (listener) => onDispatch(context, () => listener('all')) }, () => ({
          dispatchListChanged: dispatchList(context),
        })),
    },
  },
  Property: {
    __resolveReference: (property) => property,
    async repairs({ propertyReference }, { includeClosed }, repairs) {
      const found = await repairs.repairsOfProperty({ propertyReference, includeClosed: includeClosed ?? false });
      return { ...listOf(found), propertyReference };
    },
    pendingRepairs: ({ propertyReference }, _args, context) => pendingOf(context, [['property', propertyReference]]),
    hazards: ({ propertyReference }, _args, context) => hazardsOfProperty(propertyReference, context),
  },
  WorkOrders: {
    pending: (list, _args, context) =>
      pendingOf(context, [['property', (list as { propertyReference?: string }).propertyReference]], list.provenance),
  },
  Hazard: {
    receipt: ({ id }, _args, context) => reportOf(id, context),
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
    appointment: (parent, _args, context) => appointmentOf(parent, context),
    pending: async (parent, _args, context) => (await writesAbout(parent, context)).map(pendingFields),
    async availableSlots(parent, period, repairs) {
      checkPeriod(period);
      const { value } = await recordOf(parent, repairs);
      const slots = value && (await repairs.availableSlots(slotsKey(value, period)));
      return slots?.value ? listOf({ ...slots, value: slots.value }) : null;
    },
  },
};

/**
 * What is on its way about a work order: by its reference, and by that of the report which it came of. What was about another
 * one that had its number is left out, and so is what cannot be told: that waits for a person.
 */
async function writesAbout(parent: { reference: string }, context: Context): Promise<Receipt[]> {
  const { reference } = parent;
  const [record] = await Promise.allSettled([recordOf(parent, context)]);
  const known = record.status === 'fulfilled' ? record.value : null;
  const writes = await receiptsOf(
    context,
    [
      ['workOrder', reference],
      ['report', known?.value?.externalReference],
    ],
    known?.provenance,
  );
  const found = known?.value;
  return found ? writes.filter(({ input }) => isAbout(input as Which | null, found)) : writes;
}

/** The work order itself: the parent, where it came with the field; asked for where there is only its key. */
async function recordOf(parent: { reference: string }, repairs: RepairsVerbs): Promise<Answer<WorkOrderRecord | null>> {
  if (!('recordedAppointment' in parent)) return repairs.workOrder(parent.reference);
  const record = parent as WorkOrderRecord & { provenance: Provenance };
  return { value: record, provenance: record.provenance };
}

/**
 * When somebody comes. The scheduler knows, and its booking is the answer: confirmed when it says so now, not when that
 * is kept from earlier, nor while another time was asked for. Where it has none, or cannot be asked, what was asked for
 * through Lintel, or else what the work order itself says, is given unconfirmed, with its own provenance; where neither
 * says anything, the scheduler's answer stands: nobody is booked, or its error.
 */
async function appointmentOf(parent: { reference: string }, repairs: Context) {
  const [[booking], asked] = await Promise.all([
    Promise.allSettled([repairs.appointment(parent.reference)]),
    visitAskedFor(parent, repairs),
  ]);
  if (booking.status === 'fulfilled' && booking.value.value !== null) {
    const { value, provenance } = booking.value;
    return { ...value, confirmed: value.confirmed && provenance.source === 'LIVE' && !asked, provenance };
  }
  if (asked) return asked;
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

/** The visit that was asked for last and that the scheduler has not got; null: none, or that cannot be told. */
async function visitAskedFor(parent: { reference: string }, context: Context) {
  const [writes] = await Promise.allSettled([writesAbout(parent, context)]);
  // Not lost: the field `pending` asks for the same and says why it cannot be told.
  if (writes.status === 'rejected') return null;
  const last = writes.value.findLast(({ mutation }) => /^(book|move|cancel)Appointment$/.test(mutation));
  if (!last || last.state === 'APPLIED' || last.state === 'REFUSED' || last.mutation === 'cancelAppointment')
    return null;
  const { window } = last.input as Visit;
  return { window, confirmed: false, provenance: pendingFields(last).provenance };
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
