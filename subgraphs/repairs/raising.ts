// How a repair is raised as a work order, with HACT's RaiseRepair, and how that is known to have been done; and what the
// scheduler has to know of a work order. Knows the messages; knows no connection.
import { z } from 'zod';
import { type Connection, settingOf } from '../continuity/definition.ts';
import { londonWallClock } from '../continuity/dirt.ts';
import { WireError } from '../continuity/errors.ts';
import type { Step, StepContext } from '../continuity/mutation.ts';
import { checked } from '../continuity/wire.ts';
import { workdayAfter } from '../continuity/workdays.ts';
import type { Desk } from './desk.ts';
import type { RepairsLookUps } from './look-ups.ts';
import { workOrderSettings } from './settings.ts';
import {
  type RepairsSteps,
  type RepairToRaise,
  referenceOf,
  type Urgency,
  unknownOrder,
  type WhichWorkOrder,
  type WorkOrderFound,
  type WorkOrderRaised,
} from './steps.ts';
import { compareWorkOrders, targetOf, targetOfReport, workOrderReading } from './targets.ts';

const raised = z.object({ id: z.union([z.string(), z.number()]).transform(String).pipe(z.string().trim().min(1)) });

const hourMs = 3_600_000;

interface Priority {
  /** HACT's WorkPriorityCode. */
  code: string;
  description: string;
  setting: keyof typeof workOrderSettings;
  /** Until when, for what was told at an instant (ms since 1970): London wall clock. */
  target(toldMs: number): string;
}

/** Of so many working days the last, at the hour at which it was told: no later than the system reckons it in any way. */
const workdays = (count: number) => (toldMs: number) => {
  const [day = '', time = ''] = londonWallClock(toldMs).split('T');
  return `${workdayAfter(Temporal.PlainDate.from(day), count)}T${time}`;
};
const hours = (count: number) => (toldMs: number) => londonWallClock(toldMs + count * hourMs);

/** The system's priorities I, E, U and N, with the time that each allows. */
const priorities: Record<Urgency, Priority> = {
  IMMEDIATE: { code: '1', description: 'Immediate', setting: 'SOR_IMMEDIATE', target: hours(2) },
  EMERGENCY: { code: '2', description: 'Emergency', setting: 'SOR_EMERGENCY', target: hours(24) },
  URGENT: { code: '3', description: 'Urgent', setting: 'SOR_URGENT', target: workdays(5) },
  ROUTINE: { code: '4', description: 'Normal', setting: 'SOR_ROUTINE', target: workdays(21) },
};

/** Raising work orders, and finding them again. */
export function raisingSteps(
  { post, orderOf, raisedAs }: Pick<Desk, 'post' | 'orderOf' | 'raisedAs'>,
  connection: Connection,
  lookUps: Pick<RepairsLookUps, 'raiseWorkOrder'>,
): Pick<RepairsSteps, 'raiseWorkOrder' | 'findWorkOrder'> {
  function messageOf(repair: RepairToRaise, step: StepContext): object {
    const { code, description, setting, target } = priorities[repair.urgency];
    const toldMs = Math.min(repair.reportedAtMs ?? step.receivedAtMs, step.receivedAtMs);
    const item = {
      customCode: settingOf(workOrderSettings, setting, connection),
      customName: `${description}: reported through Lintel`,
      quantity: { amount: [1] },
    };
    return {
      externalReference: step.reference,
      descriptionOfWork: repair.description,
      priority: { priorityCode: code, priorityDescription: description, requiredCompletionDateTime: target(toldMs) },
      workClass: { workClassCode: '0' },
      workElement: [{ rateScheduleItem: [item] }],
      sitePropertyUnit: [{ reference: [{ id: repair.propertyReference.trim() }] }],
      // Its time limits run from when it was told, not from when an outage was over.
      dateReported: londonWallClock(toldMs),
      ...(repair.accessNotes && { accessInformation: { description: repair.accessNotes } }),
    };
  }

  const raiseWorkOrder: Step<RepairToRaise, WorkOrderRaised> = {
    backend: 'workOrders',
    repeat: 'READ_BACK',
    lookUp: lookUps.raiseWorkOrder,
    async apply(repair, step, signal) {
      const answer = await post('/workOrders/raise', messageOf(repair, step), step, signal);
      return { workOrderReference: checked(raised, answer).id };
    },
    async find(repair, step, signal) {
      const orders = await raisedAs(step.reference, signal);
      const meant = targetOfReport(repair.propertyReference.trim(), step.reference);
      const ours = orders.find((order) => compareWorkOrders(meant, targetOf(order)) === 'SAME');
      if (ours) return { workOrderReference: ours.reference };
      if (orders.length === 0) return undefined;
      // Under our reference, but of another home: changed since, or not what was raised. Neither taken for done nor raised
      // again. A description that staff have edited is no other job.
      throw new WireError('REFUSAL', 'a work order under our reference that is of another home', {
        reason: 'The repairs system has a work order under the reference of this report that is of another home.',
      });
    },
  };

  const findWorkOrder: Step<{ workOrder: WhichWorkOrder }, WorkOrderFound> = {
    backend: 'workOrders',
    // What is found here is what the scheduler is told.
    target: workOrderReading({ orderOf }),
    // Nothing is changed by asking again.
    repeat: 'KEY',
    noLookUp: 'It changes nothing: it reads what the scheduler has to know.',
    async apply({ workOrder }, step, signal) {
      const order = await orderOf(referenceOf(workOrder, step), signal);
      if (!order) throw unknownOrder();
      const { reference, property, contractorReference, description, priorityCode, targetAt, tradeCode } = order;
      return {
        workOrderReference: reference,
        propertyReference: property?.propertyReference ?? null,
        contractorReference,
        description: description ?? null,
        priorityCode: priorityCode ?? null,
        targetAt: targetAt ?? null,
        tradeCode: tradeCode ?? null,
        items: (order.workElements ?? []).flatMap(({ code, name, quantity }) =>
          code ? [{ code, name: name ?? null, quantity: quantity ?? null }] : [],
        ),
      };
    },
  };
  return { raiseWorkOrder, findWorkOrder };
}
