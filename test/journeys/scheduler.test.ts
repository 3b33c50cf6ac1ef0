// Journey 4 (reading): the scheduler is down, work orders are up.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Estate, startEstate } from '../estate.ts';

const visit = /* GraphQL */ `
  query Visit($property: ID!, $from: Date!, $to: Date!) {
    property(propertyReference: $property) {
      repairs {
        items {
          reference description status
          appointment { window { start end } confirmed bookingReference provenance { system } }
          availableSlots(from: $from, to: $to) { items { window { start } availability } provenance { source } }
        }
      }
    }
  }`;

describe('somebody asks when the plumber comes', () => {
  let estate: Estate;
  const ask = () => {
    const today = Temporal.PlainDate.from(estate.mocks.world.today);
    return estate.ask(visit, {
      property: estate.mocks.world.cast.katy.propertyReference,
      from: today.toString(),
      to: today.add({ days: 7 }).toString(),
    });
  };

  beforeAll(async () => {
    estate = await startEstate();
  });
  afterAll(() => estate.close());

  it('and is told the confirmed window and what else is free', async () => {
    const { data, errors } = await ask();
    expect(errors).toEqual([]);
    const [order] = data.property.repairs.items;
    expect(order.appointment).toMatchObject({ confirmed: true, bookingReference: expect.any(String) });
    expect(order.availableSlots.items.length).toBeGreaterThan(0);
  });

  it('while the scheduler is down: the work order shows, its appointment is unconfirmed, its slots could not be asked for', async () => {
    const before = (await ask()).data.property.repairs.items[0];
    await estate.mocks.setFault({ target: 'repairs.scheduler', fault: 'down' });
    const { data, errors } = await ask();
    const order = data.property.repairs.items.find(
      ({ reference }: { reference: string }) => reference === before.reference,
    );
    expect(order).toMatchObject({ description: before.description, status: before.status });
    expect(order.appointment).toMatchObject({ confirmed: false, window: before.appointment.window });
    expect(order.availableSlots).toBeNull();
    const slots = errors.filter(({ path }) => path.at(-1) === 'availableSlots');
    expect(slots.length).toBeGreaterThan(0);
    for (const { extensions } of slots) expect(extensions).toMatchObject({ code: 'SYSTEM_DOWN', system: 'repairs' });
  });
});
