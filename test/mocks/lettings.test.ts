// The lettings mock, quirk by quirk as its wire describes them. No sockets: requests go straight to its handlers.
import { getResponse } from 'msw';
import { beforeEach, describe, expect, it } from 'vitest';
import { lettingsMock } from '../../mocks/lettings.ts';
import type { Mock } from '../../mocks/mock.ts';
import { stream } from '../../mocks/world/random.ts';
import { type Advert, makeWorld, type Offer } from '../../mocks/world.ts';

const world = makeWorld({ today: '2026-11-23' });
const { katy, david } = world.cast;
const START_MS = Date.parse('2026-11-23T09:30:00Z');
let nowMs = START_MS;
let mock: Mock;
let token = '';

/** Sends, half a second after the last call, so that the limit on calls a second stays out of the way. */
async function send(method: string, path: string, body?: unknown, authorization = `Bearer ${token}`) {
  nowMs += 500;
  const init: RequestInit = { method, headers: { authorization, 'content-type': 'application/json' } };
  if (body !== undefined) init.body = typeof body === 'string' ? body : JSON.stringify(body);
  const response = (await getResponse(
    [...mock.handlers],
    new Request(`http://127.0.0.1:4102${path}`, init),
  )) as Response;
  // biome-ignore lint/suspicious/noExplicitAny: a wire's answer, looked at by the tests
  return { status: response.status, headers: response.headers, body: (await response.json()) as any };
}
const get = (path: string) => send('GET', path);
const post = (path: string, body: unknown) => send('POST', path, body);
const login = (password = mock.credentials.LETTINGS_PASSWORD) =>
  post('/session', { username: mock.credentials.LETTINGS_USER, password });

beforeEach(async () => {
  nowMs = START_MS;
  mock = lettingsMock(world, () => nowMs);
  token = (await login()).body.token;
});

const offerWith = (...statuses: number[]) => world.offers.find((one) => statuses.includes(one.status)) as Offer;

describe('a session', () => {
  it('lives twenty minutes from its login, used or not', async () => {
    expect((await login()).body).toEqual({ token: expect.any(String), expiresIn: 1200 });
    nowMs = START_MS + 1_190_000;
    expect((await get('/adverts?cycle=open')).status).toBe(200);
    nowMs = START_MS + 1_201_000;
    const { status, body } = await get('/adverts?cycle=open');
    expect([status, body.code]).toEqual([401, 'SESSION_EXPIRED']);
  });

  it('is forgotten when the system restarts', async () => {
    mock.loseSessions();
    expect((await get('/adverts')).body.code).toBe('SESSION_EXPIRED');
    token = (await login()).body.token;
    expect((await get('/adverts')).status).toBe(200);
  });

  it('is needed by every call but ping and swagger', async () => {
    for (const path of ['/applications?refs=A', '/offers?refs=1', '/exchanges?refs=M', '/adverts', '/changes']) {
      expect((await send('GET', path, undefined, '')).status).toBe(401);
    }
    expect((await send('GET', '/ping', undefined, '')).body).toEqual({ ok: true });
    expect((await send('GET', '/swagger.json', undefined, '')).status).toBe(200);
  });

  it('is refused for good after six wrong passwords, with the right one too', async () => {
    for (let tried = 0; tried < 6; tried++) expect((await login('guess')).status).toBe(401);
    expect((await login()).status).toBe(423);
    mock.loseSessions();
    expect((await login()).status).toBe(423);
  });

  it('is given after five wrong ones, which are then forgotten', async () => {
    for (let tried = 0; tried < 5; tried++) await login('guess');
    expect((await login()).status).toBe(200);
    for (let tried = 0; tried < 5; tried++) await login('guess');
    expect((await login()).status).toBe(200);
  });
});

describe('limits', () => {
  it('answers the twenty-first call of a second with 429 and when to come back', async () => {
    const quick = () =>
      getResponse(
        [...mock.handlers],
        new Request('http://127.0.0.1:4102/adverts', { headers: { authorization: `Bearer ${token}` } }),
      ) as Promise<Response>;
    nowMs = START_MS + 10_000;
    const statuses: number[] = [];
    for (let called = 0; called < 20; called++) statuses.push((await quick()).status);
    expect(statuses).toEqual(Array(20).fill(200));
    const refused = await quick();
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(await refused.json()).toMatchObject({ code: 'TOO_MANY_REQUESTS' });
    nowMs += 1_000;
    expect((await quick()).status).toBe(200);
  });

  it('takes forty references and no more, and no page above a hundred', async () => {
    const refs = world.applications.slice(0, 41).map((one) => one.appRef);
    expect((await get(`/applications?limit=100&refs=${refs.slice(0, 40)}`)).body.results).toHaveLength(40);
    expect((await get(`/applications?limit=100&refs=${refs}`)).body.code).toBe('TOO_MANY_REFS');
    expect((await get('/adverts?limit=101')).status).toBe(400);
    expect((await get('/adverts?offset=-1')).status).toBe(400);
    expect((await get('/applications')).status).toBe(400);
  });

  it('cuts a list into pages, and counts all of them', async () => {
    const first = await get('/adverts?offset=0&limit=10');
    const second = await get('/adverts?offset=10&limit=10');
    expect(first.body.metadata).toEqual({ resultset: { count: world.adverts.length, offset: 0, limit: 10 } });
    const numbers = [...first.body.results, ...second.body.results].map((one: Advert) => one.advertNo);
    expect(numbers).toEqual(world.adverts.slice(0, 20).map((one) => one.advertNo));
    expect((await get('/adverts')).body.metadata.resultset.limit).toBe(25);
  });

  it('shows an HTML page with 503 during maintenance', async () => {
    const response = mock.duringBatch(new Request('http://127.0.0.1:4102/offers'));
    expect(response.status).toBe(503);
    expect(response.headers.get('content-type')).toMatch(/^text\/html/);
    expect(await response.text()).toMatch(/^<!DOCTYPE html>/);
  });
});

describe('reading', () => {
  it('gives an application by reference and by person, with eight-digit dates and padded keys', async () => {
    const truth = world.applications.find((one) => one.personRef === katy.personReference);
    const { body } = await get(`/applications?refs=${encodeURIComponent(truth?.appRef ?? '')},APP/9999999`);
    expect(body.results).toHaveLength(1);
    const [year, month, day] = truth?.priorityDate.split('-') ?? [];
    expect(body.results[0]).toMatchObject({
      appRef: truth?.appRef.padEnd(12),
      personRef: katy.personReference.padEnd(13),
      band: 'PRY',
      status: 800,
      bedroomNeed: '2    ',
      priorityDate: `${day}${month}${year}`,
      localConnection: 'Y', // nobody listed it
    });
    const byPerson = await get(`/applications?person=${katy.personReference},${david.personReference}`);
    expect(byPerson.body.results[0]).toEqual(body.results[0]);
  });

  it('gives Katy’s offer: a time for the viewing, a day planned, and 1900 for what never happened', async () => {
    const truth = world.offers.find((one) => one.offerNo === katy.offerNumber);
    const { body } = await get(`/offers?refs=${katy.offerNumber}`);
    expect(body.results[0]).toMatchObject({ offerNo: katy.offerNumber, status: 30, contractStatus: 'S' });
    expect(body.results[0].viewDate).toBe('03/11/2026 10:30');
    expect(body.results[0].plannedStart).toBe('02122026');
    expect(body.results[0].signupDate).toMatch(/^(01011900|01\/01\/1900 00:00)$/);
    expect(body.results[0].actualStart).toMatch(/^(01011900|01\/01\/1900 00:00)$/);
    expect((await get(`/offers?app=${truth?.appRef}`)).body.results).toEqual(body.results);
  });

  it('writes the 1900 date with a time and without', async () => {
    const { body } = await get(`/offers?limit=100&refs=${world.offers.slice(0, 40).map((one) => one.offerNo)}`);
    const starts = new Set(body.results.map((one: { actualStart: string }) => one.actualStart));
    expect(starts).toContain('01011900');
    expect(starts).toContain('01/01/1900 00:00');
  });

  it('gives an exchange to each person in its chain', async () => {
    const truth = world.exchanges.find((one) => one.exchRef === david.exchangeReference);
    const [exchange] = (await get(`/exchanges?refs=${david.exchangeReference}`)).body.results;
    expect(exchange.legs.map((leg: { agreed: string }) => leg.agreed)).toEqual(['Y', 'Y', 'Y']);
    expect(exchange.legs[0].personRef).toBe(david.personReference.padEnd(13));
    expect(exchange.applied).toMatch(/^\d{8}$/);
    for (const { personRef } of truth?.legs ?? []) {
      const { results } = (await get(`/exchanges?person=${personRef}`)).body;
      expect(results.map((one: { exchRef: string }) => one.exchRef)).toContain(david.exchangeReference);
    }
  });

  it('gives the adverts of the open cycle only, when asked', async () => {
    const open = (await get('/adverts?cycle=open&limit=100')).body.results;
    const expected = world.adverts.filter((one) => one.closes > '2026-11-23T09:31:00');
    expect(open.map((one: Advert) => one.advertNo)).toEqual(expected.map((one) => one.advertNo));
    expect(open.length).toBeLessThan(world.adverts.length);
    expect(open[0].closes).toMatch(/^\d\d\/\d\d\/2026 \d\d:\d\d$/);
  });

  it('describes itself wrongly: its dates are not the dates it sends', async () => {
    const { definitions, paths } = (await get('/swagger.json')).body;
    expect(definitions.Offer.properties.viewDate).toMatchObject({ format: 'date' });
    expect(paths).not.toHaveProperty('/changes');
  });
});

describe('changes', () => {
  it('come paged, oldest first, and a write comes last', async () => {
    const all = (await get('/changes?since=01/01/1900 00:00&limit=1')).body.metadata.resultset.count;
    expect(all).toBe(world.applications.length + world.offers.length + world.exchanges.length);
    expect((await get('/changes?since=23/11/2026%2009:30')).body.results).toEqual([]);
    const offer = offerWith(10, 20);
    await post(`/offers/${offer.offerNo}/acceptance`, { clientRef: 'C1' });
    expect((await get('/changes?since=23/11/2026+09:30')).body.results).toEqual([
      { kind: 'offer', ref: offer.offerNo },
      { kind: 'application', ref: offer.appRef },
    ]);
    const again = (await get('/changes?since=01/01/1900+00:00&limit=1')).body.metadata.resultset.count;
    expect(again).toBe(all);
  });

  it('need a time written the British way', async () => {
    for (const wrong of ['', '2026-11-23T09:30:00', '31/02/2026 10:00', '23/11/2026']) {
      expect((await get(`/changes?since=${wrong}`)).status).toBe(400);
    }
  });
});

describe('accepting an offer', () => {
  it('works once; again is 409, whoever asks', async () => {
    const offer = offerWith(10, 20);
    expect((await post(`/offers/${offer.offerNo}/acceptance`, { clientRef: 'C1' })).status).toBe(200);
    for (const clientRef of ['C1', 'C2']) {
      const { status, body } = await post(`/offers/${offer.offerNo}/acceptance`, { clientRef });
      expect([status, body.code]).toEqual([409, 'ALREADY_ACCEPTED']);
    }
    expect((await get(`/offers?refs=${offer.offerNo}`)).body.results[0].status).toBe(30);
    expect((await get(`/applications?refs=${offer.appRef}`)).body.results[0].status).toBe(800);
    expect(offer.status).not.toBe(30); // the world is not the mock's to change
  });

  it('is refused for an offer that was withdrawn, is not there, or without a reference', async () => {
    const withdrawn = offerWith(40, 50);
    const { status, body } = await post(`/offers/${withdrawn.offerNo}/acceptance`, { clientRef: 'C1' });
    expect([status, body.code]).toEqual([409, 'OFFER_WITHDRAWN']);
    expect((await post('/offers/9999999/acceptance', { clientRef: 'C1' })).status).toBe(404);
    expect((await post(`/offers/${katy.offerNumber}/acceptance`, {})).body.code).toBe('VALIDATION');
    expect((await post(`/offers/${katy.offerNumber}/acceptance`, 'not json')).body.code).toBe('MALFORMED');
  });
});

describe('applying for an exchange', () => {
  const [one, other] = [katy, david].map(({ personReference, propertyReference }) => ({
    personRef: personReference,
    propRef: propertyReference,
  })) as [{ personRef: string; propRef: string }, { personRef: string; propRef: string }];
  const legs = () => [
    { personRef: one.personRef, fromPropRef: one.propRef, toPropRef: other.propRef },
    { personRef: other.personRef, fromPropRef: other.propRef, toPropRef: one.propRef },
  ];

  it('happens once for one client reference', async () => {
    const first = await post('/exchanges', { clientRef: 'X1', legs: legs() });
    expect(first.status).toBe(201);
    expect(first.body.exchRef).toMatch(/^MEX-2026-\d{5}$/);
    const again = await post('/exchanges', { clientRef: 'X1', legs: legs() });
    expect([again.status, again.body.code, again.body.exchRef]).toEqual([409, 'DUPLICATE_REF', first.body.exchRef]);
    const second = await post('/exchanges', { clientRef: 'X2', legs: legs() });
    expect(second.body.exchRef).not.toBe(first.body.exchRef);
    const { results } = (await get(`/exchanges?person=${katy.personReference}`)).body;
    expect(results).toHaveLength(2);
    expect(results[0]).toMatchObject({ status: 1, applied: '23112026', decisionDue: '04012027' });
  });

  it('needs two to five legs of people and homes on record', async () => {
    const bad = [
      legs().slice(1),
      Array(6).fill(legs()[0]),
      [legs()[0], { ...legs()[1], personRef: '0999999-1' }],
      'none',
    ];
    for (const one of bad) expect((await post('/exchanges', { clientRef: 'X1', legs: one })).status).toBe(400);
    expect((await post('/exchanges', { clientRef: 'X1', legs: legs() })).status).toBe(201);
  });
});

describe('bidding', () => {
  const open = world.adverts.find((one) => one.closes > '2026-11-24' && one.minBedrooms === 1) as Advert;
  const closed = world.adverts.find((one) => one.closes < '2026-11-23') as Advert;
  const active = world.applications.find((one) => one.status === 300)?.appRef;
  const bid = (clientRef: string, advertNo: string, appRef = active) => post('/bids', { clientRef, advertNo, appRef });

  it('gives a number and a place in the queue, once for one client reference', async () => {
    const first = await bid('B1', open.advertNo);
    expect([first.status, first.body]).toEqual([201, { bidNo: 'BID/0000001', position: open.bids + 1 }]);
    const again = await bid('B1', open.advertNo);
    expect([again.status, again.body.code]).toEqual([409, 'DUPLICATE_REF']);
    expect((await bid('B2', open.advertNo)).body.position).toBe(open.bids + 2);
  });

  it('is refused when the cycle has closed, or the application may not bid', async () => {
    expect((await bid('B1', closed.advertNo)).body.code).toBe('CYCLE_CLOSED');
    const settled = world.applications.find((one) => one.personRef === katy.personReference)?.appRef;
    expect((await bid('B2', open.advertNo, settled)).body.code).toBe('NOT_ELIGIBLE');
    expect((await bid('B3', '99999999')).status).toBe(404);
  });
});

it('names a call by the first word of its path', () => {
  expect(mock.operationOf(new Request('http://127.0.0.1:4102/offers/0040001/acceptance'))).toBe('offers');
});

describe('its staff', () => {
  it('go on at the smallest of landlords, who may have no empty home, no offer and no exchange', () => {
    for (let seed = 1; seed <= 40; seed += 1) {
      const small = makeWorld({ today: '2026-11-23', homes: 100, seed });
      const { holdings } = lettingsMock(small, () => nowMs);
      const changed = [
        ...(holdings?.change(3, stream(seed, 'staff')) ?? []),
        ...(holdings?.enter?.(3, stream(seed, 'staff')) ?? []),
      ];
      for (const { reference } of changed) expect(holdings?.look?.(reference), `seed ${seed}`).not.toBeNull();
    }
  });
});
