// Changes of the repairs system: work orders and visits, over its mocks and over answers written here.
import { describe, expect, it } from 'vitest';
import { repairs } from '../../../subgraphs/repairs/index.ts';
import { type Healthy, stepsConform } from '../writes.ts';

const before = { workOrder: { before: true } };

/** A new work order, and what the scheduler has to know of it. */
async function raised({ world, turn, apply }: Healthy): Promise<unknown[]> {
  const { propertyReference } = world.cast.katy;
  const repair = { propertyReference, description: `Tap drips, no. ${turn}`, urgency: 'ROUTINE' };
  const order = await apply('raiseWorkOrder', repair);
  return [order, await apply('findWorkOrder', before, [order])];
}

/** A time that is free, another each turn. */
async function freeTime({ read, turn }: Healthy, [, found]: unknown[]) {
  const { workOrderReference, contractorReference } = found as Record<string, string>;
  const blank = { propertyReference: null, description: null, priorityCode: null, items: [], tradeCode: null };
  const [from, to] = ['2026-09-02', '2026-10-02'];
  const key = { reference: workOrderReference, from, to, contractorReference, ...blank, target: `${to}T12:00:00` };
  const slots: { availability: string; window: { start: string; end: string } }[] = await read('availableSlots', key);
  const free = slots.filter(({ availability }) => availability === 'YES');
  return (free[turn % free.length] as (typeof free)[number]).window;
}

stepsConform(repairs, {
  raiseWorkOrder: {
    operation: 'raise',
    change({ world, turn, read }) {
      const { propertyReference } = world.cast.david;
      const all = () => read('repairsOfProperty', { propertyReference, includeClosed: true });
      return {
        input: { propertyReference, description: `Ceiling has come down, no. ${turn}`, urgency: 'EMERGENCY' },
        times: async (reference) =>
          (await all()).filter((order: { externalReference: string | null }) => order.externalReference === reference)
            .length,
      };
    },
  },
  findWorkOrder: {
    change: async (healthy) => ({ input: before, made: (await raised(healthy)).slice(0, 1) }),
  },
  noAccess: {
    operation: 'jobStatusUpdate',
    change: async (healthy) => ({ input: { ...before, note: 'Nobody in' }, made: await raised(healthy) }),
  },
  completeWorkOrder: {
    operation: 'workOrderComplete',
    change: async (healthy) => ({ input: { ...before, note: 'New washer' }, made: await raised(healthy) }),
  },
  createOrder: {
    operation: 'createOrder',
    change: async (healthy) => ({ input: {}, made: await raised(healthy) }),
  },
  scheduleBooking: {
    operation: 'scheduleBooking',
    async change(healthy) {
      const made = await raised(healthy);
      made.push(await healthy.apply('createOrder', {}, made));
      return { input: { ...before, window: await freeTime(healthy, made) }, made };
    },
  },
  cancelBooking: {
    operation: 'deleteOrder',
    async change(healthy) {
      const made = await raised(healthy);
      made.push(await healthy.apply('createOrder', {}, made));
      const window = await freeTime(healthy, made);
      made.push(await healthy.apply('scheduleBooking', { ...before, window }, made));
      return { input: before, made };
    },
  },
});
