// Changes of the repairs system: work orders and visits, over its mocks and over answers written here.
import { describe, expect, it } from 'vitest';
import { repairs } from '../../../subgraphs/repairs/index.ts';
import { type Healthy, startMockedSteps, stepsConform } from '../writes.ts';

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

describe('over made-up repairs', () => {
  it('an emergency that was told during an outage stands there with the time at which it was told', async () => {
    const { mocks, apply, read } = await startMockedSteps(repairs);
    const { propertyReference } = mocks.world.cast.katy;
    const repair = { propertyReference, description: 'Ceiling is down', urgency: 'EMERGENCY' };
    await apply('raiseWorkOrder', repair, { acceptedAtMs: Date.parse('2026-08-29T23:40:00+01:00') });
    expect(await read('workOrderByExternalReference', 'LTL-1')).toMatchObject({
      status: 'OPEN',
      priority: 'EMERGENCY',
      raisedAt: '2026-08-29T23:40:00+01:00',
      targetAt: '2026-08-30T23:40:00+01:00',
      property: { propertyReference },
    });
  });

  it('one that people have done by hand is raised and complete, and open for nobody', async () => {
    const { mocks, apply, find, read } = await startMockedSteps(repairs);
    const { propertyReference } = mocks.world.cast.katy;
    const open = () => read('repairsOfProperty', { propertyReference, includeClosed: false });
    const before = await open();
    const raised = await apply('raiseWorkOrder', { propertyReference, description: 'Tap drips', urgency: 'ROUTINE' });
    const done = { workOrder: { before: true }, doneAtMs: Date.parse('2026-08-31T10:00:00+01:00') };
    const told = { reference: 'LTL-2', made: [raised] };
    expect(await apply('completeWorkOrder', done, told)).toEqual(raised);
    // Once more, by whatever mistake, it changes nothing.
    expect(await apply('completeWorkOrder', done, told)).toEqual(raised);
    expect(await find('completeWorkOrder', done, told)).toEqual(raised);
    expect(await open()).toEqual(before);
    expect(await read('workOrderByExternalReference', 'LTL-1')).toMatchObject({ status: 'COMPLETE' });
  });

  it('a visit is booked for a report, moved and cancelled, as both backends then show', async () => {
    const { mocks, apply, find, failure, read } = await startMockedSteps(repairs);
    const { propertyReference } = mocks.world.cast.katy;
    const before = { workOrder: { before: true } };
    const raised = await apply('raiseWorkOrder', { propertyReference, description: 'Tap drips', urgency: 'ROUTINE' });
    const found = await apply('findWorkOrder', before, { made: [raised] });
    const told = { made: [raised, found] };
    const { workOrderReference } = found as { workOrderReference: string };
    await apply('createOrder', {}, told);
    const appointment = () => read('appointment', workOrderReference);
    const [first, second] = ['2026-09-07', '2026-09-08'].map((day) => ({
      start: `${day}T12:00:00+01:00`,
      end: `${day}T17:00:00+01:00`,
    }));
    const taken = { start: '2026-09-06T12:00:00+01:00', end: '2026-09-06T17:00:00+01:00' };
    expect((await failure('scheduleBooking', { ...before, window: taken }, told)).reason).toMatch(
      /no longer be booked/,
    );
    for (const window of [first, second]) {
      await apply('scheduleBooking', { workOrder: { reference: workOrderReference }, window });
      expect(await appointment()).toMatchObject({ window });
    }
    expect(await find('scheduleBooking', { ...before, window: first }, told)).toBeUndefined();
    expect(await read('workOrder', workOrderReference)).toMatchObject({ status: 'SCHEDULED' });
    await apply('cancelBooking', { workOrder: { receipt: 'R1' } }, { madeBy: () => [raised] });
    expect(await appointment()).toBeNull();
    expect(await read('workOrder', workOrderReference)).toMatchObject({ status: 'OPEN' });
    expect((await failure('cancelBooking', before, told)).reason).toBe('No visit is booked for this work order.');
  });
});
