// Journey 4 (writing): the scheduler is down and work orders are up. A repair is raised, its visit is not confirmed, slots say
// could not ask; when the scheduler is back the visit is booked once.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Keeper, startKeeper } from '../keeper.ts';

const report = /* GraphQL */ `
  mutation Report($input: ReportRepairInput!) {
    reportRepair(input: $input) { receipt { state message made { id } steps { title state } } }
  }`;
const orders = /* GraphQL */ `
  query Orders($property: ID!, $from: Date!, $to: Date!) {
    property(propertyReference: $property) {
      repairs {
        items {
          reference description
          appointment { confirmed window { start end } provenance { source } }
          pending { receipt { state mutation } }
          availableSlots(from: $from, to: $to) { items { availability window { start end } } }
        }
        pending { receipt { state mutation steps { title state } } }
      }
    }
  }`;

interface Slot {
  availability: string;
  window: { start: string; end: string };
}

describe('visits while the scheduler is down', { timeout: 30_000 }, () => {
  let keeper: Keeper;
  let variables: { property: string; from: string; to: string };
  let free: Slot[];
  let reference: string;
  const dayMs = 86_400_000;
  const tap = 'The tap in the kitchen drips.';
  const lamp = 'The lamp in the hall flickers.';
  // biome-ignore lint/suspicious/noExplicitAny: an answer.
  const order = (data: any, description: string) =>
    data.property.repairs.items.find((each: { description: string }) => each.description === description);
  const raise = (description: string, more: object) =>
    keeper.ask(report, {
      input: {
        ...{ propertyReference: variables.property, description, urgency: 'ROUTINE', channel: 'WEB' },
        ...{ idempotencyKey: description, ...more },
      },
    });

  beforeAll(async () => {
    keeper = await startKeeper();
    const day = (days: number) => new Date(Date.now() + days * dayMs).toISOString().slice(0, 10);
    variables = { property: keeper.mocks.world.cast.properties[5] as string, from: day(2), to: day(20) };
    await raise(tap, {});
    const raised = await keeper.until(
      orders,
      variables,
      ({ data }) => order(data, tap)?.availableSlots?.items.length > 0,
    );
    const ours = order(raised.data, tap);
    reference = ours.reference;
    free = ours.availableSlots.items.filter(({ availability }: Slot) => availability === 'YES');
    expect(free.length).toBeGreaterThan(1);
    await keeper.fall('repairs.scheduler');
  });
  afterAll(() => keeper.close());

  it('a visit that is booked shows as unconfirmed, and slots say that they could not be asked', async () => {
    const [slot] = free as [Slot];
    const booked = await keeper.ask(
      'mutation($input: BookAppointmentInput!) { bookAppointment(input: $input) { receipt { state message } } }',
      { input: { workOrderReference: reference, window: slot.window, channel: 'WEB', idempotencyKey: 'book' } },
    );
    expect(booked.errors).toEqual([]);
    expect(booked.data.bookAppointment.receipt).toMatchObject({ message: expect.stringContaining('not confirmed') });
    const { data, errors } = await keeper.ask(orders, variables);
    const { appointment, pending, availableSlots } = order(data, tap);
    expect(pending).toMatchObject([{ receipt: { mutation: 'bookAppointment' } }]);
    expect(appointment).toMatchObject({ confirmed: false, provenance: { source: 'INTAKE' } });
    expect(Date.parse(appointment.window.start)).toBe(Date.parse(slot.window.start));
    expect(availableSlots).toBeNull();
    expect(errors.some(({ path }) => path.includes('availableSlots'))).toBe(true);
  });

  it('a repair that is reported with a visit is raised all the same; what waits is the visit', async () => {
    const { data, errors } = await raise(lamp, { preferredWindow: free[1]?.window });
    expect(errors).toEqual([]);
    expect(data.reportRepair.receipt.message).toContain('not confirmed');
    const raised = await keeper.until(orders, variables, (reply) => order(reply.data, lamp) !== undefined);
    const [pending] = raised.data.property.repairs.pending;
    expect(pending.receipt).toMatchObject({ mutation: 'reportRepair', steps: { length: 4 } });
    expect(pending.receipt.steps.map(({ state }: { state: string }) => state === 'APPLIED')).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('each is booked once when the scheduler is back', async () => {
    await keeper.comeBack('repairs.scheduler');
    // What the scheduler has booked is read a moment before its receipt knows of it.
    const both = await keeper.until(
      orders,
      variables,
      ({ data }) =>
        [tap, lamp].every(
          (each) => order(data, each)?.appointment?.confirmed && order(data, each).appointment.window,
        ) && [data.property.repairs, order(data, tap), order(data, lamp)].every(({ pending }) => pending.length === 0),
    );
    for (const [each, slot] of [
      [tap, free[0]],
      [lamp, free[1]],
    ] as const) {
      const { appointment } = order(both.data, each);
      expect(Date.parse(appointment.window.start)).toBe(Date.parse(slot?.window.start ?? ''));
    }
  });
});
