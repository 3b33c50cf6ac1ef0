// The lettings system's adapter and resolvers against answers written here, as the wire gives them.
import { parse } from 'graphql';
import { afterEach, describe, expect, it } from 'vitest';
import type { SystemError } from '../../subgraphs/continuity/errors.ts';
import { WireError } from '../../subgraphs/continuity/errors.ts';
import type { System } from '../../subgraphs/continuity/system.ts';
import { type LettingsReads, lettingsAdapter } from '../../subgraphs/lettings/adapter.ts';
import { lettings } from '../../subgraphs/lettings/index.ts';
import { systemSubgraph } from '../../subgraphs/subgraph.ts';
import { createTestClock } from '../clock.ts';
import { conforms } from './conformance.ts';
import { type Asked, type Canned, serveWire, startWired, until, type Wired } from './wire.ts';

const json = (content: unknown, status = 200, headers = {}): Canned => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(content),
});
const expired = json({ code: 'SESSION_EXPIRED', message: 'Token expired' }, 401);
const maintenance: Canned = { status: 503, headers: { 'content-type': 'text/html' }, body: '<html>Back at 6am</html>' };
const listing = (results: unknown[], count: unknown = results.length) =>
  json({ metadata: { resultset: { count, offset: 0, limit: 100 } }, results });
const query = ({ path }: Asked) => new URL(path, 'http://wire').searchParams;

let wired: Wired<LettingsReads>;
afterEach(() => wired?.close());

/** Starts the system over a wire that logs anybody in, as `token-1`, `token-2` ..., and gives each list this. */
async function over(answer: Canned | ((asked: Asked) => Canned | Promise<Canned>)): Promise<Wired<LettingsReads>> {
  let logins = 0;
  wired = await startWired(lettings, (asked) => {
    if (asked.path === '/session') return json({ token: `token-${++logins}`, expiresIn: 1200 });
    return typeof answer === 'function' ? answer(asked) : answer;
  });
  return wired;
}
const logins = () => wired.wire.asked.filter(({ path }) => path === '/session').length;
const lists = () => wired.wire.asked.filter(({ path }) => path !== '/session' && path !== '/ping');
/** What one record is read as. */
async function readOne(kind: keyof LettingsReads, key: string, row: object): Promise<Record<string, unknown>> {
  const [value] = await (await over(listing([row]))).values(kind, [key]);
  await wired.close();
  return value as Record<string, unknown>;
}
/** What asking for one offer comes to, where it fails. */
async function failure(answer: Canned): Promise<SystemError> {
  const [error] = await (await over(answer)).system.read('offer', ['0040001']);
  return error as SystemError;
}

describe('a question to the lettings system', () => {
  it('is asked within a session that all share, with each reference encoded', async () => {
    await over(listing([]));
    await Promise.all([
      wired.values('application', ['APP/0012302', ' APP/0012303 ', 'a&b=c d']),
      wired.values('offer', ['0040001']),
    ]);
    const [login, ...rest] = wired.wire.asked;
    expect(login).toMatchObject({ method: 'POST', path: '/session', headers: { 'content-type': 'application/json' } });
    expect(JSON.parse(login?.body ?? '')).toEqual({ username: 'lintel', password: 'open sesame' });
    expect(rest.map(({ path, headers }) => [path, headers.authorization]).sort()).toEqual([
      ['/applications?refs=APP%2F0012302,APP%2F0012303,a%26b%3Dc%20d&offset=0&limit=100', 'Bearer token-1'],
      ['/offers?refs=0040001&offset=0&limit=100', 'Bearer token-1'],
    ]);
  });

  it('has at most 40 references a call', async () => {
    await over((asked) => listing((query(asked).get('refs') ?? '').split(',').map((offerNo) => ({ offerNo }))));
    const keys = Array.from({ length: 81 }, (_, i) => `${1000 + i}`);
    expect(await wired.values('offer', keys)).toMatchObject(keys.map((offerNumber) => ({ offerNumber })));
    expect(
      lists()
        .map((asked) => query(asked).get('refs')?.split(',').length)
        .sort(),
    ).toEqual([1, 40, 40]);
  });

  it('is matched to the keys as they were given, in whatever order the answer comes', async () => {
    await over(listing([{ offerNo: '2 ', status: '20' }, { offerNo: 1, status: 10 }, { offerNo: '9' }]));
    expect(await wired.values('offer', ['1', ' 2', '3'])).toMatchObject([
      { offerNumber: '1', status: 'MADE' },
      { offerNumber: '2', status: 'VIEWING_BOOKED' },
      null,
    ]);
  });

  it('is not asked for what cannot be a reference', async () => {
    await over(listing([]));
    const keys = ['', '  ', 'a,b', 'x'.repeat(41), '\uD800', '1\n2', { a: 1 }, null];
    expect(await wired.values('offer', keys)).toEqual(keys.map(() => null));
    expect(await wired.values('exchangesOfPerson', keys)).toEqual(keys.map(() => []));
    expect(wired.wire.asked).toEqual([]);
  });
});

describe('a session with the lettings system', () => {
  it('is renewed once for all whom it lapsed under', async () => {
    await over(({ headers }) => (headers.authorization === 'Bearer token-1' ? expired : listing([{ offerNo: '1' }])));
    const keys = Array.from({ length: 200 }, (_, i) => `${i}`);
    const values = await wired.values('offer', keys);
    expect(values[1]).toMatchObject({ offerNumber: '1' });
    expect(values).not.toContain('SYSTEM_DOWN');
    expect(logins()).toBe(2);
  });

  it('that lapses between two pages is renewed, and the list goes on', async () => {
    await over((asked) => {
      const offset = Number(query(asked).get('offset'));
      if (offset === 100 && asked.headers.authorization === 'Bearer token-1') return expired;
      return listing(
        Array.from({ length: offset === 0 ? 100 : 20 }, (_, i) => ({ offerNo: `${offset + i}`, appRef: 'A' })),
        120,
      );
    });
    const [offers] = await wired.values('offersOfApplication', ['A']);
    expect(offers).toHaveLength(120);
    expect(lists().map((asked) => query(asked).get('offset'))).toEqual(['0', '100', '100']);
  });

  it.each([
    [400, 'BAD_REQUEST'],
    [401, 'BAD_CREDENTIALS'],
    [403, 'FORBIDDEN'],
    [423, 'ACCOUNT_LOCKED'],
  ])(
    'that is refused with %i is not tried again: not by others at the same time, not by a probe',
    async (status, code) => {
      wired = await startWired(lettings, () => json({ code, message: 'user lintel' }, status));
      const keys = Array.from({ length: 400 }, (_, i) => `${i}`);
      const answers = await Promise.all([wired.system.read('offer', keys), wired.system.read('application', keys)]);
      await wired.clock.advance(24 * 3_600_000);
      for (const answer of [...answers.flat(), ...(await wired.system.read('offer', ['1']))]) {
        expect((answer as SystemError).extensions).toMatchObject({ code: 'SYSTEM_DOWN', retryable: false });
      }
      expect(wired.wire.asked.map(({ path }) => path)).toEqual(['/session']);
    },
  );

  it('is not asked for again by calls on their way when its account is locked in between', async () => {
    let locked = false;
    const waiting: (() => void)[] = [];
    wired = await startWired(lettings, async ({ path }) => {
      if (path === '/session') return locked ? json({ code: 'ACCOUNT_LOCKED' }, 423) : json({ token: 'token-1' });
      // All calls of the old session are answered one after another, each once the one before is through.
      await new Promise<void>((resolve) => waiting.push(resolve));
      return expired;
    });
    const ended: unknown[] = [];
    for (let i = 0; i < 7; i++) void wired.values('offer', [`${i}`]).then((values) => ended.push(...values));
    await until(() => waiting.length === 7);
    locked = true;
    for (const [i, release] of waiting.entries()) {
      release();
      await until(() => ended.length === i + 1);
    }
    expect(ended).toEqual(Array(7).fill('SYSTEM_DOWN'));
    expect(logins()).toBe(2);
  });
});

describe('a list', () => {
  const rows = Array.from({ length: 250 }, (_, i) => ({ offerNo: `${i}`, appRef: 'APP/1' }));
  const page = (asked: Asked, most: number) => {
    const offset = Number(query(asked).get('offset'));
    return rows.slice(offset, offset + Math.min(most, Number(query(asked).get('limit'))));
  };
  const count = async () => {
    const [offers] = await wired.values('offersOfApplication', ['APP/1']);
    return Array.isArray(offers) ? offers.length : offers;
  };

  it.each([
    [100, 3],
    [60, 5],
  ])('is followed to its end in pages of %i', async (most, calls) => {
    await over((asked) => listing(page(asked, most), most === 100 ? 250 : '250'));
    expect(await count()).toBe(250);
    expect(lists()).toHaveLength(calls);
  });

  it('that shifts while it is read gives nothing twice', async () => {
    await over((asked) => listing(query(asked).get('offset') === '0' ? rows.slice(0, 100) : rows.slice(99, 110), 111));
    expect(await count()).toBe(110);
  });

  it('that grows shorter while it is read ends where it ends', async () => {
    await over((asked) => (query(asked).get('offset') === '0' ? listing(rows.slice(0, 100), 101) : listing([], 100)));
    expect(await count()).toBe(100);
  });

  it.each([
    ['that stops before its end', listing([], 3)],
    ['without a count', listing(rows.slice(0, 3), null)],
    ['with a count that is none', listing([], '')],
    ['without results', json({ metadata: { resultset: { count: 0 } } })],
    ['that is bare', json([])],
    ['with a row without its key', listing([{ offerNo: '  ', appRef: 'APP/1' }])],
    ['with a row that is none', listing([null])],
    ['with a day that never was', listing([{ offerNo: '1', appRef: 'APP/1', plannedStart: '30022026' }])],
    ['with a day in another form', listing([{ offerNo: '1', appRef: 'APP/1', plannedStart: '2026-02-01' }])],
    ['that is cut', { body: '{"metadata":{"resultset":{"count":1}},"results":[{"offer' }],
    ['that is a page of HTML', { body: '<html>Log in</html>' }],
  ] as [string, Canned][])('%s is garbled, not shorter', async (_what, answer) => {
    await over(answer);
    expect(await count()).toBe('SYSTEM_GARBLED');
  });

  it('of adverts is asked for a page at a time', async () => {
    const adverts = Array.from({ length: 30 }, (_, i) => ({ advertNo: `${i}` }));
    await over((asked) => {
      const [offset, limit] = ['offset', 'limit'].map((name) => Number(query(asked).get(name))) as [number, number];
      return listing(adverts.slice(offset, offset + limit), 30);
    });
    const pages = await wired.values('adverts', [
      { offset: 0, limit: 20 },
      { offset: 20, limit: 20 },
    ]);
    expect(pages).toMatchObject([
      { totalCount: 30, hasMore: true, items: { length: 20 } },
      { totalCount: 30, hasMore: false, items: [{ advertNumber: '20' }, ...Array(9).fill({})] },
    ]);
    expect(query(lists()[0] as Asked).get('cycle')).toBe('open');
  });

  it('of changes is asked for since an hour before: that hour may have come twice', async () => {
    await over(
      listing(
        [
          { kind: 'offer', ref: '0040003 ' },
          { kind: 'tenure', ref: 7 },
        ],
        102,
      ),
    );
    expect(await wired.values('changes', [{ since: '2026-10-25T00:30:40Z', offset: 100 }])).toEqual([
      {
        items: [
          { kind: 'offer', ref: '0040003' },
          { kind: 'tenure', ref: '7' },
        ],
        totalCount: 102,
        hasMore: false,
      },
    ]);
    expect(lists().map(({ path }) => path)).toEqual(['/changes?since=25%2F10%2F2026%2000%3A30&offset=100&limit=100']);
  });
});

describe('an application', () => {
  it('is read in our words', async () => {
    const row = {
      appRef: 'APP/0012302',
      personRef: '0000122-1 ',
      band: 'PRY',
      bandReason: 'Overcrowded  ',
      status: '800',
      bedroomNeed: '2+1',
      priorityDate: '10032025',
      biddingNumber: '00036906',
      unheardOf: { ignored: true },
    };
    expect(await readOne('application', 'APP/0012302', row)).toEqual({
      applicationReference: 'APP/0012302',
      person: { personReference: '0000122-1' },
      band: 'PRIORITY',
      bandCode: 'PRY',
      bandReason: 'Overcrowded',
      status: 'OFFER_ACCEPTED',
      statusCode: '800',
      bedroomNeed: '2+1',
      priorityDate: '2025-03-10',
      biddingNumber: '00036906',
      references: [
        { id: 'APP/0012302', description: 'application reference', allocatedBy: 'lettings' },
        { id: '00036906', description: 'bidding number', allocatedBy: 'lettings' },
      ],
    });
  });

  it('has null for whatever is blank or missing', async () => {
    const record = await readOne('application', 'A', {
      appRef: 'A',
      personRef: '   ',
      band: null,
      status: '',
      bedroomNeed: null,
    });
    const { applicationReference, references, ...rest } = record;
    expect(Object.values(rest)).toEqual(Object.keys(rest).map(() => null));
  });

  it.each([
    ['URG', 'URGENT'],
    ['HOM', 'HOMELESS'],
    ['GEN', 'GENERAL'],
    ['RES', 'RESERVE'],
    ['XL9', 'UNKNOWN'],
  ])('in band %s is %s, with the code kept', async (bandCode, band) => {
    expect(await readOne('application', 'A', { appRef: 'A', band: bandCode })).toMatchObject({ band, bandCode });
  });

  it.each([
    [100, 'AWAITING_ASSESSMENT'],
    ['102', 'WEB_APPLICATION'],
    ['200', 'CANCELLED'],
    ['300', 'ACTIVE'],
    ['320', 'APPEAL'],
    ['400', 'SHORTLISTED'],
    ['500', 'WITHDRAWN'],
    ['600', 'DENIED'],
    ['700', 'REVIEW'],
    ['900', 'REHOUSED'],
    ['350', 'UNKNOWN'],
  ])('of status %s is %s, with the code kept', async (code, status) => {
    expect(await readOne('application', 'A', { appRef: 'A', status: code })).toMatchObject({
      status,
      statusCode: `${code}`,
    });
  });

  it('is found by who made it', async () => {
    await over(
      listing([
        { appRef: 'A', personRef: '1-1' },
        { appRef: 'B', personRef: '1-2' },
        { appRef: 'C', personRef: '1-1 ' },
      ]),
    );
    const found = (await wired.values('applicationsOfPerson', ['1-2', '1-1', '1-3'])) as {
      applicationReference: string;
    }[][];
    expect(found.map((list) => list.map((one) => one.applicationReference))).toEqual([['B'], ['A', 'C'], []]);
    expect(lists().map(({ path }) => path)).toEqual(['/applications?person=1-2,1-1,1-3&offset=0&limit=100']);
  });
});

describe('an offer', () => {
  it('is read in our words, with its days and London times', async () => {
    const row = {
      offerNo: '0040001',
      appRef: 'APP/0012302',
      propRef: '00001024    ',
      status: '30',
      viewDate: '12/08/2026 10:30',
      contractStatus: 'S',
      signupDate: '00000000',
      plannedStart: '01092026',
      actualStart: '01011900',
    };
    expect(await readOne('offer', '0040001', row)).toEqual({
      offerNumber: '0040001',
      application: { applicationReference: 'APP/0012302' },
      property: { propertyReference: '00001024' },
      status: 'ACCEPTED',
      statusCode: '30',
      viewingAt: '2026-08-12T10:30:00+01:00',
      contractStatus: 'SENT',
      contractStatusCode: 'S',
      signUpDate: null,
      plannedMoveDate: '2026-09-01',
      actualMoveDate: null,
      references: [{ id: '0040001', description: 'offer number', allocatedBy: 'lettings' }],
    });
  });

  it.each([
    ['12/01/2026 10:30', '2026-01-12T10:30:00+00:00'],
    ['29/03/2026 01:30', '2026-03-29T02:30:00+01:00'],
    ['25/10/2026 01:30', '2026-10-25T01:30:00+01:00'],
    ['25/10/2026 02:00:00', '2026-10-25T02:00:00+00:00'],
    ['12082026', '2026-08-12T00:00:00+01:00'],
    ['01/01/1900 00:00', null],
    ['00/00/0000 00:00', null],
    ['                ', null],
  ])('with a viewing on "%s" has it at %s', async (viewDate, viewingAt) => {
    expect(await readOne('offer', '1', { offerNo: '1', viewDate })).toMatchObject({ viewingAt });
  });

  it.each([
    ['29022024', '2024-02-29'],
    ['1092026', '2026-09-01'],
    [1092026, '2026-09-01'],
    ['01/09/2026', '2026-09-01'],
    ['01/09/2026 00:00', '2026-09-01'],
    ['01011900', null],
    ['01/01/1900', null],
    ['00000000', null],
    ['0', null],
    ['', null],
  ])('with a start on "%s" has it on %s', async (plannedStart, plannedMoveDate) => {
    expect(await readOne('offer', '1', { offerNo: '1', plannedStart })).toMatchObject({ plannedMoveDate });
  });

  it.each([
    ['40', 'REFUSED', 'N', 'NOT_STARTED'],
    ['50', 'WITHDRAWN', 'D', 'DRAFTED'],
    ['60', 'SIGNED_UP', 'R', 'READY_TO_SIGN'],
    ['10', 'MADE', 'C', 'COMPLETE'],
    ['70', 'UNKNOWN', 'Z', 'UNKNOWN'],
  ])(
    'of status %s is %s, its contract of status %s %s',
    async (statusCode, status, contractStatusCode, contractStatus) => {
      const row = { offerNo: '1', status: statusCode, contractStatus: contractStatusCode };
      expect(await readOne('offer', '1', row)).toMatchObject({
        status,
        statusCode,
        contractStatus,
        contractStatusCode,
      });
    },
  );
});

describe('an exchange', () => {
  const leg = (personRef: string, fromPropRef: string, toPropRef: string, agreed: unknown) => ({
    personRef,
    fromPropRef,
    toPropRef,
    agreed,
  });
  const chain = {
    exchRef: 'MEX-2022-00071',
    applied: '08082026',
    decisionDue: '19092026',
    status: 4,
    legs: [leg('1-1', 'P1', 'P2', true), leg('2-1', 'P2', 'P3', 'N'), leg('3-1', 'P3', 'P1', null)],
  };

  it('is read with every leg', async () => {
    expect(await readOne('mutualExchange', 'MEX-2022-00071', chain)).toEqual({
      exchangeReference: 'MEX-2022-00071',
      appliedOn: '2026-08-08',
      decisionDueOn: '2026-09-19',
      status: 'APPROVED',
      statusCode: '4',
      legs: [
        {
          person: { personReference: '1-1' },
          from: { propertyReference: 'P1' },
          to: { propertyReference: 'P2' },
          agreed: true,
        },
        {
          person: { personReference: '2-1' },
          from: { propertyReference: 'P2' },
          to: { propertyReference: 'P3' },
          agreed: false,
        },
        {
          person: { personReference: '3-1' },
          from: { propertyReference: 'P3' },
          to: { propertyReference: 'P1' },
          agreed: null,
        },
      ],
      references: [{ id: 'MEX-2022-00071', description: 'exchange reference', allocatedBy: 'lettings' }],
    });
  });

  it.each([
    ['1', 'APPLIED'],
    ['2', 'INSPECTIONS'],
    ['3', 'REFERENCES'],
    ['5', 'REFUSED'],
    ['6', 'ASSIGNED'],
    ['7', 'WITHDRAWN'],
    ['8', 'UNKNOWN'],
  ])('of status %s is %s, with the code kept, with legs or without', async (statusCode, status) => {
    expect(await readOne('mutualExchange', 'M', { exchRef: 'M', status: statusCode })).toMatchObject({
      status,
      statusCode,
      legs: [],
    });
  });

  it('belongs to everyone in its legs, once', async () => {
    const twice = { exchRef: 'MEX-2', legs: [leg('1-1', 'P1', 'P4', 'Y'), leg('1-1', 'P5', 'P6', 'Y')] };
    await over(listing([chain, twice]));
    const found = (await wired.values('exchangesOfPerson', ['3-1', '1-1', '9-9'])) as { exchangeReference: string }[][];
    expect(found.map((list) => list.map((one) => one.exchangeReference))).toEqual([
      ['MEX-2022-00071'],
      ['MEX-2022-00071', 'MEX-2'],
      [],
    ]);
  });
});

describe('a lettings system that does not answer as asked', () => {
  it.each([
    ['for maintenance', maintenance, 'SYSTEM_DOWN', true],
    ['with an error of its own', json({ code: 'INTERNAL', message: 'ORA-00942 at DB7' }, 500), 'SYSTEM_DOWN', true],
    ['with no such place', { status: 404, body: 'nothing' }, 'SYSTEM_DOWN', true],
    ['with a no', json({ code: 'BAD_REQUEST', message: 'ORA-00942 at DB7' }, 400), 'SYSTEM_REFUSED', false],
    ['with a locked account', json({ code: 'LOCKED' }, 423), 'SYSTEM_DOWN', false],
  ] as [string, Canned, string, boolean][])(
    '%s is told in the words of the contract, and no others',
    async (_why, answer, code, retryable) => {
      const error = await failure(answer);
      expect(error.extensions).toMatchObject({ code, retryable });
      expect(JSON.stringify(error)).not.toMatch(/ORA|DB7|html|6am|127\.0\.0\.1/);
    },
  );

  it('because of too many calls says when to come back, and stays up', async () => {
    const error = await failure(json({ code: 'TOO_MANY' }, 429, { 'retry-after': '2' }));
    expect(error.extensions).toMatchObject({ code: 'SYSTEM_OVERLOADED', retryAfter: 2 });
    for (let i = 0; i < 20; i++) await wired.values('offer', ['1']);
    expect(wired.system.status()).toMatchObject([{ circuit: { kind: 'CLOSED' } }]);
  });

  it('because its session is never good is failing, after one renewal', async () => {
    expect((await failure(expired)).extensions.code).toBe('SYSTEM_DOWN');
    expect(logins()).toBe(2);
  });
});

describe('a probe of the lettings system', () => {
  const never = new AbortController().signal;

  it('needs no session and spends no login', async () => {
    let answer: Canned = json({ ok: true });
    const wire = await serveWire(() => answer);
    const connection = { url: wire.url, user: 'lintel', password: 'p', apiKey: '' };
    const adapter = lettingsAdapter({ lettings: connection }, createTestClock());
    const probe = () => adapter.probes.lettings?.(never);
    await expect(probe()).resolves.toBeUndefined();
    expect(wire.asked).toMatchObject([{ method: 'GET', path: '/ping' }]);
    expect(wire.asked[0]?.headers).not.toHaveProperty('authorization');
    answer = maintenance;
    await expect(probe()).rejects.toMatchObject({ failure: 'UNAVAILABLE' });
    answer = json({ ok: false });
    await expect(probe()).rejects.toBeInstanceOf(WireError);
    await adapter.close();
    await wire.close();
  });
});

describe('the schema over the lettings system', () => {
  async function ask(question: string, answer: Canned | ((asked: Asked) => Canned)) {
    const { system } = await over(answer);
    const subgraph = systemSubgraph(lettings, system as unknown as System);
    const result = await subgraph.execute({ document: parse(question), requestContext: {} });
    const asked = lists().map(({ path }) => path.replace(/[?&]offset=.*/, ''));
    await wired.close();
    // As it goes over the wire: plain objects.
    return { ...JSON.parse(JSON.stringify(result)), asked };
  }
  const answers = ({ path }: Asked): Canned => {
    if (path.startsWith('/applications')) return listing([{ appRef: 'APP/1', personRef: '1-1', band: 'URG' }]);
    if (path.startsWith('/offers')) return listing([{ offerNo: '4', appRef: 'APP/1', propRef: 'P1', status: '30' }]);
    if (path.startsWith('/exchanges'))
      return listing([{ exchRef: 'MEX-1', status: '4', legs: [{ personRef: '1-1' }] }]);
    return listing([{ advertNo: '5', closes: '03/09/2026 23:59', minBedrooms: '3', bids: 58 }], 2);
  };

  it('follows a person to applications, offers and exchanges, each answer with its provenance', async () => {
    const { data, errors, asked } = await ask(
      `{ _entities(representations: [{ __typename: "Person", personReference: "1-1" }]) { ... on Person {
           applications { provenance { source } items { band provenance { system } offers { items { offerNumber status property { propertyReference } } } } }
           exchanges { items { status legs { person { personReference } } } } } } }`,
      answers,
    );
    expect(errors).toBeUndefined();
    expect(data._entities).toEqual([
      {
        applications: {
          provenance: { source: 'LIVE' },
          items: [
            {
              band: 'URGENT',
              provenance: { system: 'lettings' },
              offers: { items: [{ offerNumber: '4', status: 'ACCEPTED', property: { propertyReference: 'P1' } }] },
            },
          ],
        },
        exchanges: { items: [{ status: 'APPROVED', legs: [{ person: { personReference: '1-1' } }] }] },
      },
    ]);
    expect(asked.sort()).toEqual(['/applications?person=1-1', '/exchanges?person=1-1', '/offers?app=APP%2F1']);
  });

  it('follows an offer to its application', async () => {
    const { data, asked } = await ask(
      '{ offer(offerNumber: "4") { status application { band person { personReference } } } }',
      answers,
    );
    expect(data.offer).toEqual({
      status: 'ACCEPTED',
      application: { band: 'URGENT', person: { personReference: '1-1' } },
    });
    expect(asked).toEqual(['/offers?refs=4', '/applications?refs=APP%2F1']);
  });

  it('asks nothing for entities that only pass through', async () => {
    const { asked } = await ask(
      `{ _entities(representations: [{ __typename: "Offer", offerNumber: "4" }, { __typename: "MutualExchange", exchangeReference: "M" },
           { __typename: "HousingApplication", applicationReference: "A" }]) { ... on Offer { offerNumber } ... on MutualExchange { exchangeReference } } }`,
      answers,
    );
    expect(asked).toEqual([]);
  });

  it('says null for what is not there, and gives the key of what it could not ask', async () => {
    const question =
      '{ mutualExchange(exchangeReference: "M") { exchangeReference status } application(applicationReference: "A") { applicationReference band } }';
    expect(await ask(question, listing([]))).toMatchObject({ data: { mutualExchange: null, application: null } });
    const { data, errors } = await ask(question, maintenance);
    expect(data).toEqual({
      mutualExchange: { exchangeReference: 'M', status: null },
      application: { applicationReference: 'A', band: null },
    });
    expect(errors).toMatchObject([{ extensions: { code: 'SYSTEM_DOWN' } }, { extensions: { code: 'SYSTEM_DOWN' } }]);
  });

  it('gives adverts in pages', async () => {
    const { data } = await ask(
      '{ adverts(first: 1) { totalCount pageInfo { hasNextPage } provenance { source } edges { node { advertNumber closesAt minimumBedrooms bids } } } }',
      answers,
    );
    expect(data.adverts).toEqual({
      totalCount: 2,
      pageInfo: { hasNextPage: true },
      provenance: { source: 'LIVE' },
      edges: [{ node: { advertNumber: '5', closesAt: '2026-09-03T23:59:00+01:00', minimumBedrooms: 3, bids: 58 } }],
    });
    const { errors } = await ask('{ adverts(first: 0) { totalCount } }', answers);
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });
});

conforms(lettings, ({ cast: { katy, david }, applications }) => {
  const own = [...applications.values()].filter(({ personRef }) => personRef === katy.personReference);
  const appRefs = own.map(({ appRef }) => appRef);
  return {
    adverts: { there: [{ offset: 0, limit: 3 }] },
    changes: { there: [{ since: '2026-08-01T00:00:00Z', offset: 0 }] },
    application: { there: appRefs, missing: 'APP/9999999' },
    applicationsOfPerson: { there: [katy.personReference], missing: '9999999-1' },
    offersOfApplication: { there: appRefs, missing: 'APP/9999999' },
    mutualExchange: { there: [david.exchangeReference], missing: 'MEX-1900-00000' },
    exchangesOfPerson: { there: [david.personReference], missing: '9999999-1' },
    offer: { there: [katy.offerNumber], missing: '9999999' },
  };
});
