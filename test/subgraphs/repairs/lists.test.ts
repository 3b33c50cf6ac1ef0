// Lists of work orders: page by page to their end, each to its own property, found by what others call them.
import { describe, expect, it } from 'vitest';
import { json, order, pageOf, run } from './wire.ts';

describe("a property's repairs", () => {
  it('come 25 properties a call, page by page, newest first, each to its own property', async () => {
    const stock = Array.from({ length: 60 }, (_, i) =>
      order(String(100 + i), {
        propertyReference: i < 55 ? 'P1      ' : 'P30',
        dateRaised: `2022-06-${String(1 + (i % 28)).padStart(2, '0')}T08:00:00`,
      }),
    );
    const { values, orders } = await run((asked) => {
      const wanted = asked.query.getAll('propertyReference');
      const found = stock.filter(({ propertyReference }) => wanted.includes(propertyReference.trim()));
      return json(pageOf(found, asked));
    });
    const keys = Array.from({ length: 30 }, (_, i) => ({ propertyReference: `P${i + 1}`, includeClosed: false }));
    const lists: { raisedAt: string }[][] = await values('repairsOfProperty', keys);
    expect(lists.map((list) => list.length)).toEqual([55, ...Array(28).fill(0), 5]);
    const raised = lists[0]?.map(({ raisedAt }) => raisedAt) ?? [];
    expect(raised).toEqual(raised.toSorted().toReversed());
    const asked = orders.asked.map(({ query }) => [query.getAll('propertyReference').length, query.get('pageNumber')]);
    expect(asked.sort()).toEqual([
      [25, '1'],
      [25, '2'],
      [5, '1'],
    ]);
  });

  it('are asked for with and without closed ones apart', async () => {
    const { ask, orders } = await run(({ query }) =>
      json(query.get('includeClosed') === 'true' ? [order('1'), order('2', { statusCode: '50' })] : [order('1')]),
    );
    const { data } =
      await ask(`{ _entities(representations: [{ __typename: "Property", propertyReference: "00000017" }]) {
      ... on Property { open: repairs { items { reference } } all: repairs(includeClosed: true) { items { status } } } } }`);
    expect(data._entities[0].open.items).toEqual([{ reference: '1' }]);
    expect(data._entities[0].all.items.map(({ status }: { status: string }) => status).sort()).toEqual([
      'COMPLETE',
      'OPEN',
    ]);
    expect(orders.asked).toHaveLength(2);
  });

  it('end, even where the wire gives the whole list as every page', async () => {
    const all = Array.from({ length: 70 }, (_, i) => order(String(i)));
    const { value, orders } = await run(() => json(all));
    const answer = await value('repairsOfProperty', { propertyReference: '00000017', includeClosed: true });
    expect(answer).toHaveLength(70);
    expect(orders.asked).toHaveLength(2);
  });

  it('of nothing at all are not every repair there is', async () => {
    const { value, orders } = await run(() => json([order('1', { propertyReference: '' })]));
    const answer = await value('repairsOfProperty', { propertyReference: ' ', includeClosed: true });
    expect(answer).toBe('BAD_USER_INPUT');
    expect(orders.asked).toHaveLength(0);
  });
});

describe('what an earlier attempt made', () => {
  it('is found by its external reference: the first of several, and nothing that only resembles it', async () => {
    const { values } = await run(() =>
      json([
        order('3', { externalReference: 'L-10', dateRaised: '2022-06-01T00:00:00' }),
        order('2', { externalReference: 'L-1 ', dateRaised: '2022-06-03T00:00:00' }),
        order('1', { externalReference: 'L-1', dateRaised: '2022-06-02T00:00:00' }),
      ]),
    );
    const [found, missing] = await values('workOrderByExternalReference', ['L-1', 'L-2']);
    expect(found).toMatchObject({ reference: '1' });
    expect(missing).toBeNull();
  });
});

describe('the feed of changes', () => {
  it('is asked in London time', async () => {
    const { value, orders } = await run(() => json([{ reference: '1 ', lastUpdated: '2022-06-27T09:10:00' }]));
    const answer = await value('workOrderChanges', { since: '2022-06-27T08:00:00Z' });
    expect(answer).toEqual([{ reference: '1', lastUpdatedAt: '2022-06-27T09:10:00+01:00' }]);
    expect(orders.asked[0]?.query.get('since')).toBe('2022-06-27T09:00:00');
  });
});
