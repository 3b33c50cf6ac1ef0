// What is told of a work order: that nobody was let in, and that the work is done, with HACT's JobStatusUpdate and
// WorkOrderComplete; and how that is known to have been told. Knows the messages; knows no connection.
import { londonWallClock } from '../continuity/dirt.ts';
import { WireError } from '../continuity/errors.ts';
import type { Step } from '../continuity/mutation.ts';
import type { Desk } from './desk.ts';
import type { RepairsLookUps } from './look-ups.ts';
import type { WorkOrderRecord } from './order.ts';
import {
  type NoAccess,
  type RepairsSteps,
  referenceOf,
  unknownOrder,
  type WorkDone,
  type WorkOrderRaised,
} from './steps.ts';
import { workOrderReading } from './targets.ts';

/** The system's clock and ours differ by less, in ms. */
const clocksDifferMs = 120_000;

/** Telling what became of a work order. */
export function closingSteps(
  { post, orderOf }: Pick<Desk, 'post' | 'orderOf'>,
  lookUps: Pick<RepairsLookUps, 'noAccess' | 'completeWorkOrder'>,
): Pick<RepairsSteps, 'noAccess' | 'completeWorkOrder'> {
  const target = workOrderReading({ orderOf });
  const noAccess: Step<NoAccess, WorkOrderRaised> = {
    backend: 'workOrders',
    target,
    // Told twice, it would count as two visits in vain.
    repeat: 'READ_BACK',
    lookUp: lookUps.noAccess,
    async apply({ workOrder, atMs, note }, step, signal) {
      const workOrderReference = referenceOf(workOrder, step);
      const message = {
        reference: { id: step.reference },
        relatedWorkOrderReference: { id: workOrderReference },
        eventTime: londonWallClock(atMs ?? step.receivedAtMs),
        typeCode: '0',
        otherType: 'noAccess',
        ...(note && { comments: note }),
      };
      await post('/jobStatusUpdate', message, step, signal).catch(whyNot(workOrderReference, signal));
      return { workOrderReference };
    },
    async find({ workOrder }, step, signal) {
      const workOrderReference = referenceOf(workOrder, step);
      const order = await orderOf(workOrderReference, signal);
      if (!order) throw unknownOrder();
      const changedMs = order.lastUpdatedAt ? Date.parse(order.lastUpdatedAt) : step.acceptedAtMs;
      const sinceMs = changedMs - step.acceptedAtMs;
      if (order.status === 'NO_ACCESS') {
        // One that stood so long before was of an earlier visit.
        return sinceMs >= -clocksDifferMs ? { workOrderReference } : undefined;
      }
      if (sinceMs <= clocksDifferMs) return undefined;
      // It may have stood so, and have gone on since.
      throw new WireError('REFUSAL', 'a work order that was changed since', {
        reason: 'The work order was changed since, and does not show whether this visit was noted.',
      });
    },
  };

  const completeWorkOrder: Step<WorkDone, WorkOrderRaised> = {
    backend: 'workOrders',
    target,
    repeat: 'READ_BACK',
    lookUp: lookUps.completeWorkOrder,
    async apply({ workOrder, doneAtMs, note }, step, signal) {
      const workOrderReference = referenceOf(workOrder, step);
      const update = {
        reference: { id: step.reference },
        eventTime: londonWallClock(doneAtMs ?? step.receivedAtMs),
        typeCode: '0',
        otherType: 'completed',
        ...(note && { comments: note }),
      };
      const message = { workOrderReference: { id: workOrderReference }, jobStatusUpdates: [update] };
      // Complete by whoever's word: there is nothing left to tell.
      const alreadyDone = (status: WorkOrderRecord['status']) => status === 'COMPLETE';
      await post('/workOrderComplete', message, step, signal).catch(whyNot(workOrderReference, signal, alreadyDone));
      return { workOrderReference };
    },
    async find({ workOrder }, step, signal) {
      const workOrderReference = referenceOf(workOrder, step);
      const order = await orderOf(workOrderReference, signal);
      if (!order) throw unknownOrder();
      return order.status === 'COMPLETE' ? { workOrderReference } : undefined;
    },
  };

  /** What is told of a refusal, which says no more than that the order is closed: how the work order stands. */
  function whyNot(
    reference: string,
    signal: AbortSignal,
    done: (status: WorkOrderRecord['status']) => boolean = () => false,
  ) {
    return async (error: unknown): Promise<void> => {
      if (!(error instanceof WireError) || error.failure !== 'REFUSAL') throw error;
      // Where that cannot be had, the refusal stands by itself.
      const order = await orderOf(reference, signal).catch(() => null);
      if (order && done(order.status)) return;
      const reason = order?.status ? closed[order.status] : undefined;
      throw reason ? new WireError('REFUSAL', error.message, { reason }) : error;
    };
  }

  return { noAccess, completeWorkOrder };
}

const closed: Partial<Record<NonNullable<WorkOrderRecord['status']>, string>> = {
  COMPLETE: 'This work order is complete: nothing can be added to it.',
  CANCELED: 'This work order has been cancelled.',
  LOCKED: 'This work order came over from an earlier system, where it was closed, and cannot be changed.',
};
