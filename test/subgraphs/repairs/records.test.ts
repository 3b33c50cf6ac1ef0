// Work orders as the repairs system keeps them: padding, 1900s, codes, London times, appointments in any shape.
import { describe, expect, it } from 'vitest';
import { recordedAppointmentOf } from '../../../subgraphs/repairs/order.ts';
import { json, order, run } from './wire.ts';

describe('a work order', () => {
  it('loses its padding, its 1900s and its codes', async () => {
    const dirty = order('0010001234  ', {
      statusCode: 1010,
      priority: 'E ',
      lastUpdated: '1900-01-01T00:00:00',
      description: 'Ceiling down        ',
      workElements: [
        { rateScheduleItem: [{ customCode: '4896830H ', customName: 'Make safe', quantity: { amount: [1.5] } }] },
        { rateScheduleItem: { customCode: 'X', quantity: { amount: 2 } } },
      ],
      externalReference: 'L-7',
      somethingNew: { nobody: 'knows' },
    });
    const { ask, orders } = await run(() => json(dirty));
    const { data, errors } = await ask(`{ workOrder(reference: "0010001234") {
      reference description status statusCode priority priorityCode raisedAt targetAt lastUpdatedAt raisedBy tradeCode
      workElements { code name quantity } externalReference property { propertyReference }
      references { id allocatedBy } provenance { system source } } }`);
    expect(errors).toBeUndefined();
    expect(data.workOrder).toEqual({
      reference: '0010001234',
      description: 'Ceiling down',
      status: 'PENDING_MATERIAL',
      statusCode: '1010',
      priority: 'EMERGENCY',
      priorityCode: 'E',
      raisedAt: '2022-06-20T09:30:00+01:00',
      targetAt: '2022-06-27T17:00:00+01:00',
      lastUpdatedAt: null,
      raisedBy: 'LINTEL',
      tradeCode: 'PL',
      workElements: [
        { code: '4896830H', name: 'Make safe', quantity: 1.5 },
        { code: 'X', name: null, quantity: 2 },
      ],
      externalReference: 'L-7',
      property: { propertyReference: '00000017' },
      references: [
        { id: '0010001234', allocatedBy: 'repairs' },
        { id: 'L-7', allocatedBy: null },
      ],
      provenance: { system: 'repairs', source: 'LIVE' },
    });
    expect(orders.asked.map(({ path, headers }) => [path, headers['x-api-key']])).toEqual([
      ['/workOrders/0010001234', 'key-1'],
    ]);
  });

  it('keeps a code that nobody knows, as UNKNOWN', async () => {
    const { value } = await run(() => json(order('1', { statusCode: '77', priority: 'Z' })));
    const answer = await value('workOrder', '1');
    expect(answer).toMatchObject({
      status: 'UNKNOWN',
      statusCode: '77',
      priority: 'UNKNOWN',
      priorityCode: 'Z',
    });
  });

  it('has London times, whatever the clocks do', async () => {
    const { value } = await run(() =>
      json(order('1', { dateRaised: '2026-10-25T01:30:00', target: '2026-03-29T01:30:00', lastUpdated: '2026-12-01' })),
    );
    const answer = await value('workOrder', '1');
    expect(answer).toMatchObject({
      raisedAt: '2026-10-25T01:30:00+01:00',
      targetAt: '2026-03-29T02:30:00+01:00',
      lastUpdatedAt: '2026-12-01T00:00:00+00:00',
    });
  });

  it('is null where there is none, and its reference never becomes another path', async () => {
    const { ask, orders } = await run(() => ({ status: 404, headers: { 'content-type': 'text/plain' }, body: 'No.' }));
    const query = 'query ($reference: ID!) { workOrder(reference: $reference) { description } }';
    for (const reference of ['A/1?b=c&d', '..']) {
      expect(await ask(query, { reference })).toEqual({ data: { workOrder: null } });
    }
    for (const reference of ['', ' ', '\ud800', 'x'.repeat(10_000)]) {
      const { data, errors } = await ask(query, { reference });
      expect(data).toEqual({ workOrder: null });
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    }
    expect(orders.asked.map(({ path }) => path)).toEqual(['/workOrders/A%2F1%3Fb%3Dc%26d']);
  });
});

describe('the appointment that a work order carries', () => {
  const carried = { date: '2022-07-05', timeOfDay: { earliestArrivalTime: '08:00', latestArrivalTime: '12:00' } };

  it.each<[string, unknown, unknown]>([
    ['HACT', carried, { window: { start: '2022-07-05T08:00:00+01:00', end: '2022-07-05T12:00:00+01:00' } }],
    [
      'HACT until completed',
      { date: '2022-07-05T00:00:00', timeOfDay: { earliestArrivalTime: '08:00:00', latestCompletionTime: '17:00:00' } },
      { window: { start: '2022-07-05T08:00:00+01:00', end: '2022-07-05T17:00:00+01:00' } },
    ],
    [
      'a day and hours',
      { date: '2022-12-05', start: '08:00', end: '12:00' },
      { window: { start: '2022-12-05T08:00:00+00:00', end: '2022-12-05T12:00:00+00:00' } },
    ],
    [
      'two moments',
      { start: '2022-07-05T08:00:00', end: '2022-07-05 12:00:00' },
      { window: { start: '2022-07-05T08:00:00+01:00', end: '2022-07-05T12:00:00+01:00' } },
    ],
    ['a sentence', 'Tuesday morning', { window: null }],
    ['no hours', { date: '2022-07-05' }, { window: null }],
    ['hours that are none', { date: '2022-07-05', start: 'AM', end: 'PM' }, { window: null }],
    ['numbers', { date: 20220705, start: 8, end: 12 }, { window: null }],
    ['nothing', null, null],
    ['an empty object', {}, null],
    ['an empty text', '', null],
  ])('is read where it is said as %s', (_shape, appointment, expected) => {
    expect(recordedAppointmentOf(appointment)).toEqual(expected);
  });
});
