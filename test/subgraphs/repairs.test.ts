// The repairs system as its schema shows it, over answers written here as its two wires give them.
import { describe, expect, it } from 'vitest';
import { repairs } from '../../subgraphs/repairs/index.ts';
import { conforms } from './conformance.ts';
import { booked, booking, json, operationIn, order, pageOf, run, scheduler } from './repairs/wire.ts';
import type { Asked, Canned } from './wire.ts';

describe('a work order', () => {
  it('as an entity asks nothing until one of its own fields is wanted, and then once', async () => {
    const { ask, orders } = await run(() => json(order('1')));
    const query = (fields: string) =>
      `{ _entities(representations: [{ __typename: "WorkOrder", reference: "1" }]) { ... on WorkOrder { ${fields} } } }`;
    expect((await ask(query('reference'))).data._entities).toEqual([{ reference: '1' }]);
    expect(orders.asked).toHaveLength(0);
    const { data } = await ask(query('description status targetAt'));
    expect(data._entities).toEqual([
      { description: 'Tap drips', status: 'OPEN', targetAt: '2022-06-27T17:00:00+01:00' },
    ]);
    expect(orders.asked).toHaveLength(1);
  });
});

describe("a contractor's work orders", () => {
  const stock = Array.from({ length: 103 }, (_, i) => order(String(1000 + i)));
  const paged = (asked: Asked) => json(asked.query.get('contractorReference') === 'H09' ? pageOf(stock, asked) : []);

  it('can be walked in pages of any size, each once', async () => {
    for (const first of [7, 25, 50]) {
      const { ask } = await run(paged);
      const walked: string[] = [];
      let after: string | null = null;
      do {
        const { data } = await ask(
          `query ($first: Int, $after: String) { workOrders(contractorReference: "H09", first: $first, after: $after) {
            edges { node { reference } } pageInfo { hasNextPage endCursor } } }`,
          { first, after },
        );
        const { edges, pageInfo } = data.workOrders;
        walked.push(...edges.map(({ node }: { node: { reference: string } }) => node.reference));
        after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
      } while (after);
      expect(walked).toEqual(stock.map(({ reference }) => reference));
    }
  });

  it('are refused in pages that are too large', async () => {
    const { ask, orders } = await run(paged);
    const { errors } = await ask('{ workOrders(contractorReference: "H09", first: 51) { edges { cursor } } }');
    expect(errors[0].extensions.code).toBe('BAD_USER_INPUT');
    expect(orders.asked).toHaveLength(0);
  });
});

describe('the appointment of a work order', () => {
  const carried = { date: '2022-07-05', timeOfDay: { earliestArrivalTime: '08:00', latestArrivalTime: '12:00' } };
  const query =
    '{ workOrder(reference: "1") { reference appointment { window { start } confirmed provenance { asOf } } } }';
  const down = (): Canned => ({ status: 500 });

  it('is the booking of the scheduler', async () => {
    const { ask } = await run(
      () => json(order('1', { appointment: carried })),
      scheduler(() => booked('1', booking('2022-07-02T08:00:00'))),
    );
    const { data } = await ask(query);
    expect(data.workOrder.appointment).toMatchObject({
      window: { start: '2022-07-02T08:00:00+01:00' },
      confirmed: true,
    });
  });

  it.each([
    ['cannot be asked', down],
    ['has no booking', scheduler()],
  ])('is what the work order says, unconfirmed, where the scheduler %s', async (_why, diary) => {
    const { ask } = await run(() => json(order('1', { appointment: carried })), diary);
    const { data, errors } = await ask(query);
    expect(errors).toBeUndefined();
    expect(data.workOrder.appointment).toEqual({
      window: { start: '2022-07-05T08:00:00+01:00' },
      confirmed: false,
      provenance: { asOf: '2022-06-27T08:00:00.000Z' },
    });
  });

  it("is the scheduler's error where it cannot be asked and the work order says nothing", async () => {
    const { ask } = await run(() => json(order('1')), down);
    const { data, errors } = await ask(query);
    expect(data.workOrder).toEqual({ reference: '1', appointment: null });
    expect(errors).toMatchObject([{ path: ['workOrder', 'appointment'], extensions: { code: 'SYSTEM_DOWN' } }]);
  });

  it('is null where nobody is booked', async () => {
    const { ask } = await run(() => json(order('1')));
    expect(await ask(query)).toEqual({ data: { workOrder: { reference: '1', appointment: null } } });
  });

  it('is not null where there is no booking but the work order cannot be asked', async () => {
    const { ask } = await run(down);
    const { data, errors } = await ask(query);
    expect(data.workOrder).toEqual({ reference: '1', appointment: null });
    expect(errors).toHaveLength(1);
  });

  it('costs one question for a whole list', async () => {
    const { ask, diary } = await run(() => json(Array.from({ length: 40 }, (_, i) => order(String(i + 1)))));
    await ask(`{ _entities(representations: [{ __typename: "Property", propertyReference: "00000017" }]) {
      ... on Property { repairs { items { appointment { confirmed } } } } } }`);
    expect(diary.asked.map(operationIn)).toEqual(['openSession', 'selectOrder']);
  });
});

conforms(repairs, async ({ cast: { katy, properties }, today }, look) => {
  const to = Temporal.PlainDate.from(today).add({ days: 7 }).toString();
  const { propertyReference } = katy;
  const [{ reference, description, priorityCode, tradeCode, contractorReference }] = await look('repairsOfProperty', {
    propertyReference,
    includeClosed: false,
  });
  const { items } = await look('workOrdersOfContractor', { contractorReference, offset: 0, first: 10 });
  return {
    workOrder: { there: items.map((item: { reference: string }) => item.reference), missing: '99999999' },
    repairsOfProperty: {
      there: [
        ...properties.map((property) => ({ propertyReference: property, includeClosed: false })),
        { propertyReference, includeClosed: true },
      ],
      missing: { propertyReference: 'NOWHERE', includeClosed: true },
    },
    workOrdersOfContractor: { there: [{ contractorReference, offset: 0, first: 10 }] },
    // Nobody has raised anything through Lintel in this world: a work order's own number is nobody's external reference.
    workOrderByExternalReference: { there: [reference], nothingYet: true },
    workOrderChanges: { there: [{ since: '2000-01-01T00:00:00Z' }] },
    appointment: { there: [reference], missing: '99999999' },
    availableSlots: {
      byReference: false,
      there: [
        {
          reference,
          from: today,
          to,
          contractorReference,
          propertyReference,
          description,
          priorityCode,
          target: `${to}T12:00:00`,
          items: [],
          tradeCode,
        },
      ],
    },
  };
});
