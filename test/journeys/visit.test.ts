// Journey 4 (writing): the scheduler is down and work orders are up. A repair is raised, its visit is not confirmed, slots say
// could not ask; when the scheduler is back the visit is booked once.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Keeper, startKeeper } from '../keeper.ts';

const orders = /* GraphQL */ `
  query Orders($property: ID!, $from: Date!, $to: Date!) {
    property(propertyReference: $property) {
      repairs {
        items {
          reference description
          appointment { confirmed window { start end } provenance { source } }
          pending { receipt { state mutation } }
          availableSlots(from: $from, to: $to) { items { availability } }
        }
        pending { receipt { state steps { title state message } } }
      }
    }
  }`;

describe('a repair is reported with a visit, while the scheduler is down', () => {
  let keeper: Keeper;
  let property: string;
  let variables: Record<string, unknown>;
  const description = 'The tap in the kitchen drips.';
  const start = new Date(Math.ceil(Date.now() / 86_400_000 + 3) * 86_400_000 + 9 * 3_600_000);
  const end = new Date(start.getTime() + 3 * 3_600_000);
  const window = { start: start.toISOString(), end: end.toISOString() };
  // biome-ignore lint/suspicious/noExplicitAny: an answer.
  const ours = (data: any) => data.property.repairs.items.find((each: any) => each.description === description);

  beforeAll(async () => {
    keeper = await startKeeper();
    property = keeper.mocks.world.cast.properties[5] as string;
    variables = { property, from: window.start.slice(0, 10), to: window.end.slice(0, 10) };
    await keeper.fall('repairs.scheduler');
  });
  afterAll(() => keeper.close());

  it('and is raised; what waits is the visit', async () => {
    const { data, errors } = await keeper.ask(
      `mutation($input: ReportRepairInput!) { reportRepair(input: $input) {
        receipt { state message made { id } steps { title state } }
      } }`,
      {
        input: {
          ...{ propertyReference: property, description, urgency: 'ROUTINE', channel: 'WEB', idempotencyKey: 'tap' },
          preferredWindow: window,
        },
      },
    );
    expect(errors).toEqual([]);
    expect(data.reportRepair.receipt.message).toContain('not confirmed');
    const raised = await keeper.until(orders, variables, (reply) => ours(reply.data) !== undefined);
    const [pending] = raised.data.property.repairs.pending;
    expect(pending.receipt.steps[0]).toMatchObject({ title: 'raise the work order', state: 'APPLIED' });
    expect(pending.receipt.state).not.toBe('APPLIED');
    expect(ours(raised.data).availableSlots).toBeNull();
    expect(raised.errors.some(({ path }) => path.includes('availableSlots'))).toBe(true);
  });

  it('and another time that is asked for shows as unconfirmed', async () => {
    const { data } = await keeper.ask(orders, variables);
    const later = { start: new Date(start.getTime() + 86_400_000), end: new Date(end.getTime() + 86_400_000) };
    const booked = await keeper.ask(
      'mutation($input: BookAppointmentInput!) { bookAppointment(input: $input) { receipt { state message } } }',
      {
        input: {
          workOrderReference: ours(data).reference,
          ...{ window: later, channel: 'WEB', idempotencyKey: 'tap-2' },
        },
      },
    );
    expect(booked.errors).toEqual([]);
    expect(booked.data.bookAppointment.receipt.state).not.toBe('APPLIED');
    const shown = await keeper.ask(orders, variables);
    const { appointment, pending } = ours(shown.data);
    expect(pending).toMatchObject([{ receipt: { mutation: 'bookAppointment' } }]);
    expect(appointment).toMatchObject({ confirmed: false, provenance: { source: 'INTAKE' } });
    expect(Date.parse(appointment.window.start)).toBe(later.start.getTime());
  });

  it('and is booked when the scheduler is back', async () => {
    await keeper.comeBack('repairs.scheduler');
    const booked = await keeper.until(orders, variables, ({ data }) => ours(data).appointment?.confirmed === true);
    expect(booked.data.property.repairs.pending).toEqual([]);
    expect(ours(booked.data).pending).toEqual([]);
  });
});
