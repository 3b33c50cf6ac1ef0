// Work orders raised, noted and completed, over answers written here: the messages by HACT, what a refusal means, and what
// counts as done.
import { describe, expect, it } from 'vitest';
import { repairs } from '../../../subgraphs/repairs/index.ts';
import type { Answering, Canned } from '../wire.ts';
import { startSteps, type Told } from '../writes.ts';
import { json, order, scheduler } from './wire.ts';

async function over(answer: Canned | Answering, settings?: Record<string, string>) {
  const wired = await startSteps(repairs, {
    workOrders: {
      answer: typeof answer === 'function' ? answer : () => answer,
      apiKey: 'key-1',
      ...(settings && { settings }),
    },
    scheduler: { answer: scheduler() },
  });
  const wire = wired.wires.workOrders;
  const sent = () => wire.asked.filter(({ method }) => method === 'POST').map(({ body }) => JSON.parse(body));
  return { ...wired, wire, sent };
}
const refused = (sentence = 'Bad request', status = 400): Canned => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body: sentence,
});
const at = (iso: string) => Date.parse(iso);

describe('raising a work order', () => {
  const repair = { propertyReference: '00000017', description: 'Ceiling is down', urgency: 'EMERGENCY' };
  const answered = json({ id: 10001234, statusCode: '10', externallyManagedAppointment: false });

  it('is a RaiseRepair message with everything that HACT and the system require', async () => {
    const { apply, sent, wire } = await over(answered);
    const made = await apply('raiseWorkOrder', { ...repair, accessNotes: 'Key at no. 5' });
    expect(made).toEqual({ workOrderReference: '10001234' });
    expect(wire.asked).toMatchObject([
      {
        method: 'POST',
        target: '/workOrders/raise',
        headers: { 'x-api-key': 'key-1', 'content-type': 'application/json' },
      },
    ]);
    expect(sent()).toEqual([
      {
        externalReference: 'LTL-1',
        descriptionOfWork: 'Ceiling is down',
        priority: {
          priorityCode: '2',
          priorityDescription: 'Emergency',
          requiredCompletionDateTime: '2022-06-28T09:00:00',
        },
        workClass: { workClassCode: '0' },
        workElement: [
          {
            rateScheduleItem: [
              {
                customCode: 'LINTEL-E',
                customName: 'Emergency: reported through Lintel',
                quantity: { amount: [1] },
              },
            ],
          },
        ],
        sitePropertyUnit: [{ reference: [{ id: '00000017' }] }],
        dateReported: '2022-06-27T09:00:00',
        accessInformation: { description: 'Key at no. 5' },
      },
    ]);
  });

  it.each([
    ['IMMEDIATE', '2022-06-27T08:00:00Z', '1', '2022-06-27T11:00:00'],
    ['EMERGENCY', '2022-06-25T22:15:00Z', '2', '2022-06-26T23:15:00'],
    // The clocks go back in between: 24 hours are 24 hours.
    ['EMERGENCY', '2022-10-29T22:15:00Z', '2', '2022-10-30T22:15:00'],
    ['URGENT', '2022-06-24T14:30:00Z', '3', '2022-07-01T15:30:00'],
    // Good Friday, Easter Monday and May Day are no working days.
    ['ROUTINE', '2022-04-11T09:00:00Z', '4', '2022-05-13T10:00:00'],
  ])('of urgency %s, accepted at %s, is of priority %s and due at %s', async (urgency, accepted, code, due) => {
    const { apply, sent } = await over(answered);
    await apply('raiseWorkOrder', { ...repair, urgency }, { acceptedAtMs: at(accepted) });
    expect(sent()[0].priority).toMatchObject({ priorityCode: code, requiredCompletionDateTime: due });
  });

  it('says when its letter was received, and is due from then, not from when it was typed in', async () => {
    const { apply, sent } = await over(answered);
    const received = { acceptedAtMs: at('2022-04-19T08:00:00Z'), receivedAtMs: at('2022-04-17T23:40:00Z') };
    await apply('raiseWorkOrder', repair, received);
    expect(sent()[0]).toMatchObject({
      dateReported: '2022-04-18T00:40:00',
      priority: { requiredCompletionDateTime: '2022-04-19T00:40:00' },
    });
    // It was told no later than it was done by hand, nor than its letter came.
    await apply('raiseWorkOrder', { ...repair, reportedAtMs: at('2022-04-18T12:00:00Z') }, received);
    expect(sent()[1]).toMatchObject({ dateReported: '2022-04-18T00:40:00' });
  });

  it('says when it was told, and is due from then, however late it is sent', async () => {
    const { apply, sent } = await over(answered);
    await apply('raiseWorkOrder', { ...repair, reportedAtMs: at('2022-04-17T23:40:00Z') });
    expect(sent()[0]).toMatchObject({
      dateReported: '2022-04-18T00:40:00',
      priority: { requiredCompletionDateTime: '2022-04-19T00:40:00' },
    });
  });

  it("goes by the site's own schedule of rates where one is set", async () => {
    const { apply, sent } = await over(answered, { SOR_EMERGENCY: '20110001' });
    await apply('raiseWorkOrder', repair);
    expect(sent()[0].workElement[0].rateScheduleItem[0].customCode).toBe('20110001');
  });

  it.each<[string, Canned, string, string | undefined]>([
    [
      'says no',
      refused('Property 00000017 is not known at SQLPROD02'),
      'REFUSAL',
      'The repairs system does not accept this.',
    ],
    [
      'knows no such address',
      { status: 404, headers: { 'content-type': 'text/html' }, body: '<html>' },
      'FAULT',
      undefined,
    ],
    [
      'is behind a gateway that gives up',
      { status: 504, headers: { 'content-type': 'text/html' } },
      'FAULT',
      undefined,
    ],
    ['has a gateway that says no', refused('Forbidden', 403), 'FAULT', undefined],
    ['does not take the key', refused('Access denied', 401), 'CREDENTIALS', undefined],
    ['fails', refused('NullReferenceException', 500), 'FAULT', undefined],
    ['is in its batch', refused('Overnight batch', 503), 'UNAVAILABLE', undefined],
    ['has too much to do', { status: 429, headers: { 'retry-after': '2' }, body: '' }, 'BUSY', undefined],
    [
      'answers with a page',
      { headers: { 'content-type': 'text/html' }, body: '<html>Log in</html>' },
      'GARBLED',
      undefined,
    ],
    ['gives no reference', json({ statusCode: '10' }), 'GARBLED', undefined],
    ['answers with nothing', '', 'GARBLED', undefined],
  ])('where the system %s has not been done', async (_how, answer, failed, reason) => {
    const { failure, sendings } = await over(answer);
    expect(await failure('raiseWorkOrder', repair)).toMatchObject({ failure: failed, reason });
    expect(sendings()).toBe(1);
  });

  const ours = { externalReference: 'LTL-1', propertyReference: '00000017   ', description: 'Ceiling is down' };
  it.each([
    ['it stands there', [order('7', ours)], '7'],
    ['it is complete by now', [order('7', { ...ours, statusCode: '50' })], '7'],
    ['staff have written more behind it', [order('7', { ...ours, description: 'CEILING  is down - make safe' })], '7'],
    ['it stands there twice', [order('8', { ...ours, dateRaised: '2022-06-27T09:10:00' }), order('7', ours)], '7'],
    ['nothing does', [], undefined],
    [
      'the filter is not minded, and others stand there',
      [order('7'), order('8', { ...ours, externalReference: 'LTL-11' })],
      undefined,
    ],
  ])('is recognised by its reference and home: %s', async (_what, orders, reference) => {
    const { find, wire } = await over(json(orders));
    expect(await find('raiseWorkOrder', repair)).toEqual(reference && { workOrderReference: reference });
    expect(Object.fromEntries(wire.asked[0]?.query ?? [])).toMatchObject({
      externalReference: 'LTL-1',
      includeClosed: 'true',
    });
  });

  it('is neither taken for done nor for missing where its reference stands by another home', async () => {
    const { find } = await over(json([order('7', { ...ours, propertyReference: '00000018' })]));
    await expect(find('raiseWorkOrder', repair)).rejects.toMatchObject({ failure: 'REFUSAL' });
  });

  it('is recognised though staff have written something else into its description', async () => {
    const { find } = await over(json([order('7', { ...ours, description: 'Attended, see notes' })]));
    expect(await find('raiseWorkOrder', repair)).toEqual({ workOrderReference: '7' });
  });
});

describe('what is told of a work order', () => {
  const raised: Told = { made: [{ workOrderReference: '0012' }] };
  const before = { workOrder: { before: true } };

  it.each([
    ['by its reference', { workOrder: { reference: ' 0012 ' } }, {}],
    ['as the one that a step before has raised', before, raised],
    [
      "as another receipt's",
      { workOrder: { receipt: 'R1' } },
      { madeBy: (id: string) => (id === 'R1' ? (raised.made ?? []) : []) },
    ],
  ])('names it %s', async (_how, which, told) => {
    const { apply, sent } = await over('');
    expect(await apply('completeWorkOrder', which, told)).toEqual({ workOrderReference: '0012' });
    expect(sent()[0].workOrderReference).toEqual({ id: '0012' });
  });

  it('is refused where there is none, and nothing is sent', async () => {
    const { failure, wire } = await over('');
    const none = await failure('noAccess', { workOrder: { receipt: 'R1' } });
    expect(none).toMatchObject({
      failure: 'REFUSAL',
      reason: 'The report that this belongs to has made no work order.',
    });
    expect(wire.asked).toEqual([]);
  });

  it('is a JobStatusUpdate that nobody was let in', async () => {
    const { apply, sent, wire } = await over('');
    await apply('noAccess', { ...before, atMs: at('2022-06-24T13:05:00Z'), note: 'Rang twice' }, raised);
    expect(wire.asked[0]?.target).toBe('/jobStatusUpdate');
    expect(sent()).toEqual([
      {
        reference: { id: 'LTL-1' },
        relatedWorkOrderReference: { id: '0012' },
        eventTime: '2022-06-24T14:05:00',
        typeCode: '0',
        otherType: 'noAccess',
        comments: 'Rang twice',
      },
    ]);
  });

  it('is a WorkOrderComplete with when it was done', async () => {
    const { apply, sent, wire } = await over('');
    await apply('completeWorkOrder', { ...before, doneAtMs: at('2022-06-20T13:05:00Z') }, raised);
    expect(wire.asked[0]?.target).toBe('/workOrderComplete');
    const update = {
      reference: { id: 'LTL-1' },
      eventTime: '2022-06-20T14:05:00',
      typeCode: '0',
      otherType: 'completed',
    };
    expect(sent()).toEqual([{ workOrderReference: { id: '0012' }, jobStatusUpdates: [update] }]);
  });

  /** Says no to every message, and shows the work order so. */
  const closedAs =
    (statusCode: string): Answering =>
    ({ method }) =>
      method === 'POST'
        ? refused(`Work order 0012 is closed (status ${statusCode})`)
        : json(order('0012', { statusCode }));

  it.each([
    ['noAccess', '50', 'This work order is complete: nothing can be added to it.'],
    ['noAccess', '30', 'This work order has been cancelled.'],
    ['completeWorkOrder', '30', 'This work order has been cancelled.'],
    ['completeWorkOrder', '80', /earlier system/],
    ['completeWorkOrder', '10', 'The repairs system does not accept this.'],
  ])('%s of one with status %s is refused, with why', async (kind, status, reason) => {
    const { failure } = await over(closedAs(status));
    const told = await failure(kind, before, raised);
    expect(told.failure).toBe('REFUSAL');
    expect(told.reason).toMatch(reason);
  });

  it('that it is done is done where it is complete already', async () => {
    const { apply } = await over(closedAs('50'));
    expect(await apply('completeWorkOrder', before, raised)).toEqual({ workOrderReference: '0012' });
  });

  it('stays refused where it cannot be seen why', async () => {
    const { failure } = await over(({ method }) => (method === 'POST' ? refused('closed') : { status: 500 }));
    expect(await failure('completeWorkOrder', before, raised)).toMatchObject({ failure: 'REFUSAL' });
  });

  it.each(['noAccess', 'completeWorkOrder'])('%s of one that the system does not know is refused', async (kind) => {
    const { failure } = await over(refused('Unable to locate', 404));
    const told = await failure(kind, before, raised);
    expect(told).toMatchObject({ failure: 'REFUSAL', reason: 'The repairs system does not know this work order.' });
  });

  const accepted = { ...raised, acceptedAtMs: at('2022-06-27T08:00:00Z') };
  const done = { workOrderReference: '0012' };
  it.each<[string, string, string, object | undefined | 'UNTOLD']>([
    ['noAccess', '1000', '2022-06-27T09:00:05', done],
    ['noAccess', '1000', '2022-07-30T09:00:05', done],
    ['noAccess', '1000', '2022-06-27T08:59:10', done],
    ['noAccess', '1000', '2022-06-20T09:00:00', undefined],
    ['noAccess', '10', '2022-06-27T09:00:05', undefined],
    ['noAccess', '90', '2022-06-20T09:00:00', undefined],
    ['noAccess', '90', '2022-06-27T09:30:00', 'UNTOLD'],
    ['noAccess', '50', '2022-06-27T09:30:00', 'UNTOLD'],
    ['noAccess', '1000', '1900-01-01', done],
    ['noAccess', '10', '1900-01-01', undefined],
    ['completeWorkOrder', '50', '2022-06-20T09:00:00', done],
    ['completeWorkOrder', '10', '2022-06-27T09:30:00', undefined],
    ['completeWorkOrder', '30', '2022-06-27T09:30:00', undefined],
    ['completeWorkOrder', '4711', '2022-06-27T09:30:00', undefined],
  ])('%s, of one with status %s changed at %s, is found so: %j', async (kind, statusCode, lastUpdated, found) => {
    const { find } = await over(json(order('0012', { statusCode, lastUpdated })));
    const looked = find(kind, before, accepted);
    if (found === 'UNTOLD') await expect(looked).rejects.toMatchObject({ failure: 'REFUSAL' });
    else expect(await looked).toEqual(found);
  });

  it('cannot be told where the work order is gone, or cannot be had', async () => {
    const gone = await over(refused('Unable to locate', 404));
    const down = await over(refused('down', 500));
    for (const kind of ['noAccess', 'completeWorkOrder']) {
      await expect(gone.find(kind, before, accepted)).rejects.toMatchObject({ failure: 'REFUSAL' });
      await expect(down.find(kind, before, accepted)).rejects.toMatchObject({ failure: 'FAULT' });
    }
  });
});

describe('finding a work order', () => {
  it('changes nothing, and gives what the scheduler has to know', async () => {
    const items = [{ customCode: '61010501', customName: 'LEAK', quantity: { amount: [2] } }];
    const record = order('0012', { contractorReference: 'H09', workElements: [{ rateScheduleItem: items }] });
    const { apply, wire, sendings } = await over(json(record));
    expect(await apply('findWorkOrder', { workOrder: { reference: '0012' } })).toEqual({
      workOrderReference: '0012',
      propertyReference: '00000017',
      contractorReference: 'H09',
      description: 'Tap drips',
      priorityCode: 'U',
      targetAt: '2022-06-27T17:00:00+01:00',
      tradeCode: 'PL',
      items: [{ code: '61010501', name: 'LEAK', quantity: 2 }],
    });
    expect(wire.asked).toMatchObject([{ method: 'GET', target: '/workOrders/0012' }]);
    expect(sendings()).toBe(0);
  });

  it.each(['0012', '..'])('is refused where %s is none', async (reference) => {
    const { failure } = await over(refused('Unable to locate', 404));
    expect(await failure('findWorkOrder', { workOrder: { reference } })).toMatchObject({ failure: 'REFUSAL' });
  });
});
