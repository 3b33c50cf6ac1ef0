// The work orders mock, quirk by quirk as its wire describes them. No sockets: requests go straight to its handlers.
import { getResponse } from 'msw';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Mock } from '../../mocks/mock.ts';
import { registerOf } from '../../mocks/repairs/register.ts';
import { workOrdersMock } from '../../mocks/repairs.ts';
import { makeWorld, type World } from '../../mocks/world.ts';

const LOCAL = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/;
let world: World;
let mock: Mock;
let nowMs: number;
beforeEach(() => {
  // A world of its own for each test: what one raises, another must not find.
  world = makeWorld({ homes: 200, today: '2026-11-23' });
  nowMs = Date.parse('2026-11-23T09:30:15Z');
  mock = workOrdersMock(world, () => nowMs);
});

interface WorkOrder {
  reference: string;
  dateRaised: string;
  lastUpdated: string;
  priority: string;
  priorityCode: number;
  statusCode: number;
  description: string;
  propertyReference: string;
  workElements: { rateScheduleItem: { customCode: string; quantity: { amount: number[] } }[] }[];
  target: string;
  appointment: { date: string; timeOfDay: Record<string, string> } | null;
  externalReference: string | null;
  contractorReference: string;
  personAlert: { type: string }[];
  locationAlert: { type: string }[];
}

async function send(path: string, body?: unknown, key = mock.credentials.REPAIRS_API_KEY): Promise<Response> {
  const headers = { ...(key && { 'x-api-key': key }), 'content-type': 'application/json' };
  const content = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  const request = new Request(`http://repairs.example${mock.basePath}${path}`, { headers, ...content });
  const response = await getResponse([...mock.handlers], request);
  if (!response) throw new Error(`nothing at ${path}`);
  return response;
}
async function list(query: Record<string, string | string[]>): Promise<WorkOrder[]> {
  const parameters = Object.entries(query).flatMap(([name, values]) =>
    [values].flat().map((value): [string, string] => [name, value]),
  );
  const response = await send(`/workOrders?${new URLSearchParams(parameters)}`);
  expect(response.status).toBe(200);
  return (await response.json()) as WorkOrder[];
}
const one = async (reference: string) => (await (await send(`/workOrders/${reference}`)).json()) as WorkOrder;

/** Refusals are sentences in plain text. */
async function refusal(pending: Promise<Response>): Promise<[status: number, sentence: string]> {
  const response = await pending;
  expect(response.headers.get('content-type')).toMatch(/^text\/plain/);
  return [response.status, await response.text()];
}

function repair(change: Record<string, unknown> = {}) {
  return {
    descriptionOfWork: 'Tap drips',
    priority: { priorityCode: '4', priorityDescription: 'Normal', requiredCompletionDateTime: '2026-12-22T09:00:00' },
    workClass: { workClassCode: '0' },
    workElement: [{ rateScheduleItem: [{ customCode: '61010501', customName: 'LEAK', quantity: { amount: [1] } }] }],
    sitePropertyUnit: [{ reference: [{ id: world.cast.katy.propertyReference }] }],
    externalReference: 'LNT-1',
    ...change,
  };
}
async function raise(change?: Record<string, unknown>): Promise<string> {
  const response = await send('/workOrders/raise', repair(change));
  expect(response.status).toBe(200);
  return ((await response.json()) as { id: string }).id;
}

describe('work orders', () => {
  it('need the key', async () => {
    expect((await refusal(send('/workOrders', undefined, 'wrong')))[0]).toBe(401);
    expect((await refusal(send('/workOrders', undefined, '')))[0]).toBe(401);
    expect((await refusal(send('/changes?since=2026-11-01T00:00:00', undefined, 'wrong')))[0]).toBe(401);
  });

  it('are listed by property, the closed ones only when asked for', async () => {
    const [first = '', second = ''] = world.cast.properties.slice(2);
    const open = await list({ propertyReference: [first, second] });
    const all = await list({ propertyReference: [first, second], includeClosed: 'true' });
    expect(new Set(open.map((job) => job.propertyReference.trim()))).toEqual(new Set([first, second]));
    expect(open.some((job) => [30, 50, 80].includes(job.statusCode))).toBe(false);
    const openOfAll = all.filter((job) => ![30, 50, 80].includes(job.statusCode));
    expect(openOfAll.map((job) => job.reference)).toEqual(open.map((job) => job.reference));
    expect(all.length).toBeGreaterThan(open.length);
  });

  it('are there, several open and closed, for every property of the cast', async () => {
    for (const propertyReference of world.cast.properties) {
      const all = await list({ propertyReference, includeClosed: 'true' });
      const open = all.filter((job) => ![30, 50, 80].includes(job.statusCode)).length;
      if (propertyReference !== world.cast.katy.propertyReference) expect(open).toBeGreaterThan(1);
      expect(all.length - open).toBeGreaterThan(2);
      expect(new Set(all.map((job) => job.reference)).size).toBe(all.length);
    }
  });

  it('include one for Katy that is open, scheduled and has a visit ahead', async () => {
    const jobs = await list({ propertyReference: world.cast.katy.propertyReference });
    expect(jobs).toHaveLength(1);
    expect(jobs[0]).toMatchObject({ statusCode: 90, priorityCode: 4 });
    expect(jobs[0]?.appointment?.date).toBe('2026-11-26');
    expect(jobs[0]?.appointment?.timeOfDay.earliestArrivalTime).toMatch(/^\d\d:\d\d:\d\d$/);
  });

  it('are the same for the same world, and found again by their reference', async () => {
    const [job] = await list({ propertyReference: world.cast.katy.propertyReference });
    const again = workOrdersMock(makeWorld({ homes: 200, today: '2026-11-23' }));
    mock = again;
    expect(await one(job?.reference ?? '')).toEqual(job);
    expect(await refusal(send('/workOrders/99999999'))).toEqual([404, 'Unable to locate work order 99999999']);
  });

  it('keep the leading zeros of their references: without them there is none', async () => {
    const jobs = await list({ propertyReference: world.cast.properties.slice(0, 25), includeClosed: 'true' });
    const old = jobs.find((job) => job.reference.startsWith('0'))?.reference ?? '';
    expect(old).toMatch(/^0\d{7}$/);
    expect((await one(old)).reference).toBe(old);
    expect((await send(`/workOrders/${Number(old)}`)).status).toBe(404);
    expect((await send(`/workOrders/${10_000_000 + Number(old)}`)).status).toBe(404);
  });

  it('take at most 25 properties in a call', async () => {
    const properties = world.cast.properties;
    expect(
      await refusal(
        send(
          `/workOrders?${properties
            .slice(0, 26)
            .map((ref) => `propertyReference=${ref}`)
            .join('&')}`,
        ),
      ),
    ).toEqual([400, 'At most 25 property references in a call, there were 26']);
    expect((await list({ propertyReference: properties.slice(0, 25) })).length).toBeGreaterThan(25);
  });

  it('come in pages, the last one short', async () => {
    const query = { propertyReference: world.cast.properties.slice(0, 25), includeClosed: 'true', pageSize: '30' };
    const seen: string[] = [];
    for (let pageNumber = 1; ; pageNumber += 1) {
      const page = await list({ ...query, pageNumber: String(pageNumber) });
      seen.push(...page.map((job) => job.reference));
      if (page.length < 30) break;
    }
    const whole = await list({ ...query, pageSize: '500' });
    expect(seen).toEqual(whole.map((job) => job.reference));
    expect(seen.length).toBeGreaterThan(30);
    expect(await list({ ...query, pageSize: '30', pageNumber: '1000' })).toEqual([]);
    expect((await refusal(send('/workOrders?pageNumber=0')))[0]).toBe(400);
    expect((await refusal(send('/workOrders?pageSize=501')))[0]).toBe(400);
  });

  it('are listed by contractor over the whole estate', async () => {
    const register = registerOf(world, () => nowMs);
    const wanted = world.homes
      .flatMap((home) => register.ofProperty(home.propRef))
      .filter((job) => job.contractor === 'H09' && ![30, 50, 80].includes(job.statusCode));
    const found = await list({ contractorReference: 'H09', pageSize: '500' });
    expect(found.map((job) => job.reference)).toEqual(wanted.map((job) => job.reference).slice(0, 500));
    expect(new Set(found.map((job) => job.contractorReference))).toEqual(new Set(['H09']));
    expect(await list({ contractorReference: 'H99' })).toEqual([]);
  });

  it('speak in local times, padded columns, dates that are none and codes that nobody explains', async () => {
    const all = await list({ includeClosed: 'true', pageSize: '500' });
    for (const job of all) {
      for (const time of [job.dateRaised, job.lastUpdated, job.target]) expect(time).toMatch(LOCAL);
      expect(job.propertyReference).toHaveLength(12);
      expect(job.priority).toHaveLength(3);
      expect(job.description.length).toBeLessThanOrEqual(230);
      expect(job.workElements[0]?.rateScheduleItem[0]?.quantity.amount[0]).toBeGreaterThan(0);
      expect(job).toHaveProperty('uh_rowstamp');
    }
    expect(all.some((job) => job.statusCode === 80 && job.target === '1900-01-01T00:00:00')).toBe(true);
    expect(all.some((job) => !['I', 'E', 'U', 'N'].includes(job.priority.trim()))).toBe(true);
    expect(all.some((job) => [95, 1110].includes(job.statusCode))).toBe(true);
    expect(all.some((job) => job.personAlert.length > 0)).toBe(true);
    expect(all.some((job) => job.locationAlert.length > 0)).toBe(true);
    // Two hours on the clock's hands in the night when the clocks changed.
    expect(all.some((job) => job.dateRaised === '2026-10-24T23:30:00' && job.target === '2026-10-25T01:30:00')).toBe(
      true,
    );
  });

  it('are never dated after the present', async () => {
    const all = await list({ includeClosed: 'true', pageSize: '500' });
    expect(all.filter((job) => job.dateRaised > '2026-11-23' || job.lastUpdated > '2026-11-23')).toEqual([]);
  });
});

describe('raising', () => {
  it('makes a work order that can be read back at once', async () => {
    const response = await send('/workOrders/raise', repair());
    const made = (await response.json()) as Record<string, unknown>;
    expect(made).toEqual({
      id: expect.stringMatching(/^\d{8}$/),
      statusCode: 10,
      statusCodeDescription: 'Open',
      externallyManagedAppointment: true,
    });
    expect(await one(String(made.id))).toMatchObject({
      dateRaised: '2026-11-23T09:30:15',
      lastUpdated: '2026-11-23T09:30:15',
      target: '2026-12-22T09:00:00',
      priority: 'N  ',
      statusCode: 10,
      description: 'Tap drips',
      appointment: null,
      externalReference: 'LNT-1',
    });
    const listed = await list({ propertyReference: world.cast.katy.propertyReference });
    expect(listed.map((job) => job.reference)).toContain(made.id);
  });

  it('is not idempotent, but what was made is found by the external reference', async () => {
    const references = [await raise(), await raise()];
    expect(new Set(references).size).toBe(2);
    const found = await list({ externalReference: 'LNT-1' });
    expect(found.map((job) => job.reference)).toEqual(references);
    expect(await list({ externalReference: 'LNT-2' })).toEqual([]);
    expect((await list({ contractorReference: 'H09', pageSize: '500' })).slice(-2).map((job) => job.reference)).toEqual(
      references,
    );
  });

  it('reads times with an offset as London times, and keeps when it was reported', async () => {
    const reference = await raise({
      priority: { priorityCode: 1, requiredCompletionDateTime: '2026-07-01T10:00:00Z' },
      dateReported: '2026-07-01T08:00:00Z',
    });
    expect(await one(reference)).toMatchObject({
      dateRaised: '2026-07-01T09:00:00',
      target: '2026-07-01T11:00:00',
      priority: 'I  ',
    });
  });

  it('takes 230 characters and not one more', async () => {
    await raise({ descriptionOfWork: 'x'.repeat(230) });
    expect(await refusal(send('/workOrders/raise', repair({ descriptionOfWork: 'x'.repeat(231) })))).toEqual([
      400,
      'Bad request: descriptionOfWork: is longer than 230 characters',
    ]);
  });

  it.each([
    ['descriptionOfWork', undefined],
    ['priority', { priorityCode: '4' }],
    ['priority', { priorityCode: '9', requiredCompletionDateTime: '2026-12-22T09:00:00' }],
    ['priority', { priorityCode: '4', requiredCompletionDateTime: 'soon' }],
    ['workClass', {}],
    ['workElement', []],
    ['workElement', [{ rateScheduleItem: [] }]],
    ['sitePropertyUnit', undefined],
    ['externalReference', 'longer than the column'],
  ])('refuses a message whose %s is %j', async (field, value) => {
    const [status, sentence] = await refusal(send('/workOrders/raise', repair({ [field]: value })));
    expect(status).toBe(400);
    expect(sentence).toContain(field);
  });

  it('refuses a property that is not there', async () => {
    const sitePropertyUnit = [{ reference: [{ id: '99999999' }] }];
    const refused = await refusal(send('/workOrders/raise', repair({ sitePropertyUnit })));
    expect(refused).toEqual([400, 'Property 99999999 is not known']);
  });
});

describe('updates', () => {
  const update = (id: string, typeCode: string | number, otherType?: string, more: object = {}) =>
    send('/jobStatusUpdate', { relatedWorkOrderReference: { id }, typeCode, otherType, ...more });

  it.each([
    ['no access', '0', 'noAccess', 1000],
    ['a note', '0', undefined, 10],
    ['operatives assigned', '10', undefined, 10],
    ['incomplete', '120', undefined, 1090],
    ['materials needed', '120-20', undefined, 1010],
  ])('record %s', async (_, typeCode, otherType, statusCode) => {
    const reference = await raise();
    nowMs += 60_000;
    const response = await update(reference, typeCode, otherType);
    expect([response.status, await response.text()]).toEqual([200, '']);
    expect(await one(reference)).toMatchObject({ statusCode, lastUpdated: '2026-11-23T09:31:15' });
  });

  it('put a more specific item in place', async () => {
    const reference = await raise();
    const moreSpecificSORCode = { rateScheduleItem: [{ customCode: '62020103', quantity: { amount: [2] } }] };
    expect((await update(reference, 80, undefined, { moreSpecificSORCode })).status).toBe(200);
    const [item] = (await one(reference)).workElements[0]?.rateScheduleItem ?? [];
    expect(item).toMatchObject({ customCode: '62020103', quantity: { amount: [2] } });
  });

  it('are refused for codes without an effect, orders that are not there, and closed ones', async () => {
    const reference = await raise();
    expect(await refusal(update(reference, '30'))).toEqual([400, 'Job status update type 30 is not supported']);
    expect((await refusal(update('99999999', '0')))[0]).toBe(404);
    await send('/workOrderComplete', { workOrderReference: { id: reference } });
    expect(await refusal(update(reference, '0'))).toEqual([400, `Work order ${reference} is closed (status 50)`]);
  });

  it('complete a work order once', async () => {
    const [job] = await list({ propertyReference: world.cast.katy.propertyReference });
    const complete = () => send('/workOrderComplete', { workOrderReference: { id: job?.reference } });
    expect((await complete()).status).toBe(200);
    expect(await one(job?.reference ?? '')).toMatchObject({ statusCode: 50 });
    expect(await list({ propertyReference: world.cast.katy.propertyReference })).toEqual([]);
    expect((await refusal(complete()))[0]).toBe(400);
  });

  it('cancel one where the completion says so', async () => {
    const id = await raise();
    const jobStatusUpdates = [{ typeCode: '0', otherType: 'cancelled' }];
    await send('/workOrderComplete', { workOrderReference: { id }, jobStatusUpdates });
    expect((await one(id)).statusCode).toBe(30);
  });
});

describe('changes', () => {
  interface Changed {
    reference: string;
    lastUpdated: string;
  }
  const changes = async (since: string) =>
    (await (await send(`/changes?since=${encodeURIComponent(since)}`)).json()) as Changed[];

  it('are given oldest first, 500 at most, and lead through everything', async () => {
    const register = registerOf(world, () => nowMs);
    const all = world.homes.flatMap((home) => register.ofProperty(home.propRef));
    const seen = new Map<string, string>();
    for (let since = '1900-01-01T00:00:00'; ; ) {
      const page = await changes(since);
      expect(page.map((job) => job.lastUpdated)).toEqual(page.map((job) => job.lastUpdated).toSorted());
      for (const job of page) seen.set(job.reference, job.lastUpdated);
      const last = page.at(-1)?.lastUpdated ?? since;
      if (page.length < 500 || last === since) break;
      since = last;
    }
    expect(seen).toEqual(new Map(all.map((job) => [job.reference, job.updatedAt])));
    expect(all.length).toBeGreaterThan(500);
  });

  it('show what was raised and changed, each order once, with its latest time', async () => {
    const [job] = await list({ propertyReference: world.cast.katy.propertyReference });
    const id = job?.reference ?? '';
    await send('/jobStatusUpdate', { relatedWorkOrderReference: { id }, typeCode: '120' });
    nowMs += 60_000;
    const raised = await raise();
    expect(await changes('2026-11-23T00:00:00')).toEqual([
      { reference: id, lastUpdated: '2026-11-23T09:30:15' },
      { reference: raised, lastUpdated: '2026-11-23T09:31:15' },
    ]);
    expect((await changes(job?.lastUpdated ?? '')).filter((one) => one.reference === id)).toHaveLength(1);
  });

  it('are asked for with or without an offset, but with a time', async () => {
    await raise();
    expect(await changes('2026-11-23T09:30:15Z')).toHaveLength(1);
    expect(await changes('2026-11-23T09:30:16+00:00')).toEqual([]);
    expect((await refusal(send('/changes?since=yesterday')))[0]).toBe(400);
    expect((await refusal(send('/changes')))[0]).toBe(400);
  });
});

describe('for faults', () => {
  it('operations are first path words, and raise', () => {
    const operation = (path: string, method = 'GET') =>
      mock.operationOf(new Request(`http://repairs.example/api/v2${path}`, { method }));
    expect(operation('/workOrders?propertyReference=1')).toBe('workOrders');
    expect(operation('/workOrders/10000001')).toBe('workOrders');
    expect(operation('/workOrders/raise', 'POST')).toBe('raise');
    expect(operation('/changes')).toBe('changes');
    expect(operation('/')).toBe('unknown');
  });

  it('the overnight batch answers 503 in plain text', async () => {
    expect((await refusal(Promise.resolve(mock.duringBatch(new Request('http://repairs.example')))))[0]).toBe(503);
  });
});
