// The tenancies mock, quirk by quirk as its wire describes them. No sockets: requests go straight to its handlers.
import { XMLParser } from 'fast-xml-parser';
import { getResponse } from 'msw';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Mock } from '../../mocks/mock.ts';
import { tenanciesMock } from '../../mocks/tenancies.ts';
import { type Member, makeWorld } from '../../mocks/world.ts';

const NAMESPACE = 'http://lintel.example/uhweb/2013/03';
const world = makeWorld({ today: '2026-11-23' });
const { katy, david } = world.cast;
const nowMs = Date.parse('2026-11-23T09:30:15Z');
let mock: Mock;
beforeEach(() => {
  mock = tenanciesMock(world, () => nowMs);
});

const parser = new XMLParser({
  parseTagValue: false,
  trimValues: false,
  removeNSPrefix: true,
  isArray: (name) => ['Tenancy', 'Property', 'Member', 'Transaction', 'Changed', 'Entry'].includes(name),
});
type Row = Record<string, string>;

const escaped = (value: string) => value.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
const list = (outer: string, inner: string, keys: string[]) =>
  `<${outer}>${keys.map((key) => `<${inner}>${escaped(key)}</${inner}>`).join('')}</${outer}>`;

function request(
  operation: string,
  content: string,
  change: { password?: string; action?: string | null; body?: string } = {},
) {
  const { TENANCIES_USER, TENANCIES_PASSWORD } = mock.credentials;
  const password = change.password ?? TENANCIES_PASSWORD;
  // A prefix of the caller's own: the wire names a namespace, not a prefix.
  const inner = `<DirectUser><UserName>${TENANCIES_USER}</UserName><UserPassword>${password}</UserPassword></DirectUser><SourceSystem>LINTEL</SourceSystem><CompanyCode>001</CompanyCode>${content}`;
  const prefixed = inner.replace(/<(\/?)/g, '<$1uh:');
  const body =
    change.body ??
    `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><uh:${operation} xmlns:uh="${NAMESPACE}">${prefixed}</uh:${operation}></e:Body></e:Envelope>`;
  const headers = new Headers({ 'content-type': 'text/xml; charset=utf-8' });
  if (change.action !== null) headers.set('soapaction', `"${change.action ?? `${NAMESPACE}/${operation}`}"`);
  return new Request('http://127.0.0.1:4101/HousingService.svc', { method: 'POST', headers, body });
}

async function send(asked: Request) {
  const response = (await getResponse([...mock.handlers], asked)) as Response;
  return { status: response.status, text: await response.text() };
}

/** The result element of a call, and its HTTP status. */
async function call(operation: string, content: string, change = {}) {
  const { status, text } = await send(request(operation, content, change));
  const body = parser.parse(text).Envelope.Body;
  return { status, text, result: body[`${operation}Response`]?.[`${operation}Result`], fault: body.Fault };
}

const rows = async (operation: string, content: string, outer: string, inner: string): Promise<Row[]> =>
  (await call(operation, content)).result[outer][inner] ?? [];
const code = async (operation: string, content: string) => (await call(operation, content)).result.ErrorCode;

describe('the envelope', () => {
  it('answers in document/literal, with success first', async () => {
    const { status, text } = await call('GetTenancies', list('TagRefs', 'TagRef', [katy.tenancyReference]));
    expect(status).toBe(200);
    expect(text).toContain(
      `<GetTenanciesResponse xmlns="${NAMESPACE}"><GetTenanciesResult><Success>true</Success><ErrorCode /><ErrorMessage /><Tenancies><Tenancy><tag_ref>`,
    );
  });

  it('names the operation of a request without using its body up', async () => {
    const asked = request('GetHousehold', list('HouseRefs', 'HouseRef', []));
    expect(await mock.operationOf(asked)).toBe('GetHousehold');
    expect((await send(asked)).status).toBe(200);
  });

  it.each([
    ['a request that is not XML', 'GetTenancies', { body: 'tag_ref=1' }],
    ['an envelope that ends early', 'GetTenancies', { body: '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap' }],
    ['an operation that is not there', 'GetEverything', {}],
    ['no SOAPAction', 'GetTenancies', { action: null }],
    ['the SOAPAction of another operation', 'GetTenancies', { action: `${NAMESPACE}/GetProperties` }],
  ])('answers %s with a fault and HTTP 500', async (_, operation, change) => {
    const { status, fault } = await call(operation, '', change);
    expect(status).toBe(500);
    expect(fault.faultcode).toBe('soap:Client');
  });

  it('answers another content type with 415', async () => {
    const asked = request('GetTenancies', '');
    asked.headers.set('content-type', 'application/json');
    expect((await send(asked)).status).toBe(415);
  });
});

describe('a failure', () => {
  it('comes with HTTP 200: bad credentials are 101, and the seventh try finds the account locked', async () => {
    for (let tried = 0; tried < 6; tried++) {
      const { status, result } = await call('GetTenancies', '', { password: 'guess' });
      expect([status, result.Success, result.ErrorCode]).toEqual([200, 'false', '101']);
    }
    expect(await code('GetTenancies', '')).toBe('102');
    mock.loseSessions();
    expect(await code('GetTenancies', '')).toBe('102');
  });

  it('does not lock an account that got in meanwhile', async () => {
    for (let tried = 0; tried < 5; tried++) await call('GetTenancies', '', { password: 'guess' });
    expect(await code('GetTenancies', '')).toBe('');
    for (let tried = 0; tried < 5; tried++) await call('GetTenancies', '', { password: 'guess' });
    expect(await code('GetTenancies', '')).toBe('');
  });

  it('is 220 above fifty keys, and nothing at fifty', async () => {
    const refs = world.homes.slice(0, 51).map((home) => home.propRef);
    expect(await code('GetProperties', list('PropRefs', 'PropRef', refs))).toBe('220');
    const fifty = await rows('GetProperties', list('PropRefs', 'PropRef', refs.slice(1)), 'Properties', 'Property');
    expect(fifty).toHaveLength(50);
  });

  it('is 910 with a time to come back while the batch runs', async () => {
    const response = mock.duringBatch(request('GetHousehold', ''));
    expect(response.status).toBe(200);
    const { GetHouseholdResponse: answer } = parser.parse(await response.text()).Envelope.Body;
    expect(answer.GetHouseholdResult).toMatchObject({ Success: 'false', ErrorCode: '910', RetryAfterMinutes: '35' });
  });
});

describe('reading tenancies', () => {
  it('pads to fixed widths, and says 1900 where there is no date', async () => {
    const [row] = await rows(
      'GetTenancies',
      list('TagRefs', 'TagRef', [katy.tenancyReference]),
      'Tenancies',
      'Tenancy',
    );
    const truth = world.tenancyByRef.get(katy.tenancyReference);
    expect(row).toMatchObject({
      tag_ref: katy.tenancyReference.padEnd(11),
      prop_ref: katy.propertyReference.padEnd(12),
      house_ref: truth?.houseRef.padEnd(10),
      tenure: 'ASY',
      cot: `${truth?.start}T00:00:00`,
      present: 'Y',
      terminated: 'N',
    });
    expect(row?.eot).toMatch(/^1900-01-01(T00:00:00)?$/);
    expect(row?.tstamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
    expect(Math.round(Number(row?.cur_bal) * 100)).toBe(truth?.balancePence);
    expect(row?.rent).toMatch(/^\d+\.\d\d$/);
    expect(row).toHaveProperty('spec_terms'); // nobody listed it
  });

  it('writes the 1900 date both ways', async () => {
    const refs = world.tenancies.filter((one) => one.end === null).slice(0, 50);
    const found = await rows(
      'GetTenancies',
      list(
        'TagRefs',
        'TagRef',
        refs.map((one) => one.tagRef),
      ),
      'Tenancies',
      'Tenancy',
    );
    expect(new Set(found.map((row) => row.eot))).toEqual(new Set(['1900-01-01', '1900-01-01T00:00:00']));
  });

  it('leaves out keys that it does not have, and answers in its own order', async () => {
    const asked = ['999999/01', david.tenancyReference, katy.tenancyReference, katy.tenancyReference];
    const found = await rows('GetTenancies', list('TagRefs', 'TagRef', asked), 'Tenancies', 'Tenancy');
    expect(found.map((row) => row.tag_ref?.trim())).toEqual([katy.tenancyReference, david.tenancyReference]);
  });

  it('gives former tenancies and garages too, by home and by person', async () => {
    const [prop, tenancies] = [...world.tenanciesByProp].find(([, list]) => list.length > 1) ?? ['', []];
    const byHome = await rows('GetTenanciesByProperty', list('PropRefs', 'PropRef', [prop]), 'Tenancies', 'Tenancy');
    expect(byHome.map((row) => row.tag_ref?.trim())).toEqual(tenancies.map((one) => one.tagRef));
    expect(byHome[0]).toMatchObject({ present: 'N', terminated: 'Y', eot: `${tenancies[0]?.end}T00:00:00` });

    const garage = world.tenancies.find((one) => one.tenure === 'GAR');
    const person = `${garage?.houseRef}-1`;
    const byPerson = await rows(
      'GetTenanciesByPerson',
      list('PersonRefs', 'PersonRef', [person]),
      'Tenancies',
      'Tenancy',
    );
    expect(byPerson.map((row) => row.tag_ref?.trim())).toContain(garage?.tagRef);
    expect(
      await rows('GetTenanciesByPerson', list('PersonRefs', 'PersonRef', ['0000104']), 'Tenancies', 'Tenancy'),
    ).toEqual([]);
  });
});

describe('reading homes and households', () => {
  it('keeps the leading zeros of a UPRN, and has a level that no list knows', async () => {
    const kinds = (['DWELLING', 'BLOCK', 'GARAGE'] as const).map((kind) =>
      world.homes.find((home) => home.kind === kind),
    );
    const refs = kinds.map((home) => home?.propRef ?? '');
    const found = await rows('GetProperties', list('PropRefs', 'PropRef', refs), 'Properties', 'Property');
    const byRef = new Map(found.map((row) => [row.prop_ref?.trim(), row]));
    expect(refs.map((ref) => byRef.get(ref)?.level_code)).toEqual(['7', '2', '8']);
    const home = kinds[0];
    const row = byRef.get(home?.propRef);
    expect(row).toMatchObject({ llpg_ref: home?.uprn.padEnd(12), post_code: home?.postcode.padEnd(10), no_lift: '0' });
    expect(row?.llpg_ref).toMatch(/^0/);
    expect(row?.short_address?.trimEnd()).toBe(home?.address);
    expect(row?.short_address).not.toBe(home?.address);
  });

  it('gives each of a household, with flags in Y and N and names in their widths', async () => {
    const houses = [...world.membersByHouse.values()];
    const joint = houses.find((house) => house.filter((one) => one.responsible).length > 1) as Member[];
    const found = await rows(
      'GetHousehold',
      list('HouseRefs', 'HouseRef', [joint[0]?.houseRef ?? '']),
      'Members',
      'Member',
    );
    expect(found.map((row) => row.responsible)).toEqual(joint.map((one) => (one.responsible ? 'Y' : 'N')));
    const first = joint[0] as Member;
    expect(found[0]).toMatchObject({
      person_no: '1',
      title: first.title.padEnd(10),
      forename: first.forename.padEnd(24),
      surname: first.surname.slice(0, 20).padEnd(20),
      vulnerable: first.vulnerable.padEnd(3),
      telephone: first.telephone,
    });
  });

  it('cuts off a name that is too long for its column', async () => {
    const long = world.members.find((one) => one.surname.length > 20) as Member;
    const found = await rows('GetHousehold', list('HouseRefs', 'HouseRef', [long.houseRef]), 'Members', 'Member');
    expect(found.map((row) => row.surname)).toContain(long.surname.slice(0, 20));
  });
});

describe('searching people', () => {
  const search = async (surname: string, postcode: string, start = '', rows = '') => {
    const content = `<Surname>${escaped(surname)}</Surname><PostCode>${postcode}</PostCode><StartRow>${start}</StartRow><MaxRows>${rows}</MaxRows>`;
    const { result } = await call('SearchPeople', content);
    const refs = (result.Members?.Member ?? []).map((row: Row) => `${row.house_ref?.trim()}-${row.person_no}`);
    return { refs, total: result.TotalRows, code: result.ErrorCode };
  };
  const smiths = world.members.filter((one) => one.surname === 'Smith').map((one) => one.personRef);

  it('pages through a surname, in any case, counting rows from one', async () => {
    expect(smiths.length).toBeGreaterThan(20);
    const first = await search('SMITH', '', '1', '10');
    const second = await search('smith', '', '11', '10');
    expect([...first.refs, ...second.refs]).toEqual(smiths.slice(0, 20));
    expect(first.total).toBe(String(smiths.length));
    expect((await search('Smith', '', '0', '10')).refs).toEqual(first.refs);
    expect((await search('Smith', '', String(smiths.length + 1), '10')).refs).toEqual([]);
  });

  it('narrows by postcode, and finds by postcode alone', async () => {
    const home = world.homeByRef.get(katy.propertyReference);
    const postcode = home?.postcode ?? '';
    expect((await search('Alderton', postcode.replace(' ', '').toLowerCase())).refs).toContain(katy.personReference);
    expect((await search('Alderton', 'ZZ1 1ZZ')).refs).toEqual([]);
    expect((await search('', postcode)).refs).toContain(katy.personReference);
  });

  it('refuses to give more than a hundred rows, or everyone', async () => {
    expect((await search('Smith', '', '1', '101')).code).toBe('210');
    expect((await search('', '')).code).toBe('210');
  });
});

describe('a rent statement', () => {
  const ask = (tag: string, from: string, to: string) => `<TagRef>${tag}</TagRef><From>${from}</From><To>${to}</To>`;

  it('runs to the balance of the account', async () => {
    const found = await rows(
      'GetRentStatement',
      ask(katy.tenancyReference, '01/01/2026', '23/11/2026'),
      'Transactions',
      'Transaction',
    );
    const truth = world.tenancyByRef.get(katy.tenancyReference);
    expect(found.length).toBeGreaterThan(50);
    expect(Math.round(Number(found.at(-1)?.balance) * 100)).toBe(truth?.balancePence);
    expect(found.every((row) => /^2026-\d\d-\d\dT00:00:00$/.test(row.post_date ?? ''))).toBe(true);
    expect(found.filter((row) => row.trans_type === 'RNT').every((row) => Number(row.real_value) > 0)).toBe(true);
    for (const [index, row] of found.slice(1).entries()) {
      const step = Number(row.balance) - Number(found[index]?.balance);
      expect(step).toBeCloseTo(Number(row.real_value), 2);
    }
  });

  it('pads housing benefit to three characters', async () => {
    const types = new Set<string | undefined>();
    for (const { tagRef } of world.tenancies.filter((one) => one.end === null).slice(0, 12)) {
      const found = await rows(
        'GetRentStatement',
        ask(tagRef, '01/09/2026', '23/11/2026'),
        'Transactions',
        'Transaction',
      );
      for (const row of found) types.add(row.trans_type);
    }
    expect(types).toContain('HB ');
    expect(types).not.toContain('HB');
  });

  it('takes dates the British way only, and has no lines for an account that it does not have', async () => {
    for (const wrong of ['2026-01-01', '31/02/2026', '1/1/2026']) {
      expect(await code('GetRentStatement', ask(katy.tenancyReference, wrong, '23/11/2026'))).toBe('210');
    }
    expect(
      await rows('GetRentStatement', ask('999999/01', '01/01/2026', '23/11/2026'), 'Transactions', 'Transaction'),
    ).toEqual([]);
  });
});

describe('changes', () => {
  const since = (entity: string, time: string, after = '', most = '500') =>
    rows(
      'ChangedSince',
      `<Entity>${entity}</Entity><Since>${time}</Since><AfterKey>${after}</AfterKey><MaxRows>${most}</MaxRows>`,
      'Keys',
      'Changed',
    );

  it.each([
    ['TENANCY', world.tenancies.map((one) => one.tagRef)],
    ['PROPERTY', world.homes.map((one) => one.propRef)],
    ['MEMBER', world.members.map((one) => one.personRef)],
  ])('walks every %s once, in the order of keys, until an empty answer', async (entity, all) => {
    const walked: string[] = [];
    for (;;) {
      const page = await since(entity, '1900-01-01T00:00:00', walked.at(-1));
      if (page.length === 0) break;
      walked.push(...page.map((row) => row.key ?? ''));
    }
    expect(walked).toEqual(all);
  });

  it('gives only what changed at the time or later', async () => {
    const recent = await since('TENANCY', '2026-11-16T00:00:00');
    expect(recent.length).toBeGreaterThan(5);
    expect(recent.length).toBeLessThan(world.tenancies.length / 5);
    expect(recent.every((row) => (row.tstamp ?? '') >= '2026-11-16T00:00:00')).toBe(true);
  });

  it('refuses an entity or a time that it does not know', async () => {
    expect(await code('ChangedSince', '<Entity>CAT</Entity><Since>2026-11-16T00:00:00</Since>')).toBe('210');
    expect(await code('ChangedSince', '<Entity>MEMBER</Entity><Since>16/11/2026</Since>')).toBe('210');
  });

  it('shows a write at once', async () => {
    expect(await since('MEMBER', '2026-11-23T00:00:00')).toEqual([]);
    await call(
      'UpdateContactDetails',
      `<PersonRef>${katy.personReference}</PersonRef><Telephone>01632 960001</Telephone>`,
    );
    expect(await since('MEMBER', '2026-11-23T00:00:00')).toEqual([
      { key: katy.personReference, tstamp: '2026-11-23T09:30:15' },
    ]);
  });
});

describe('writing contact details', () => {
  const update = (personRef: string, more: string) =>
    call('UpdateContactDetails', `<PersonRef>${personRef}</PersonRef>${more}`);
  const house = async (personRef: string) => {
    const found = await rows(
      'GetHousehold',
      list('HouseRefs', 'HouseRef', [personRef.split('-')[0] ?? '']),
      'Members',
      'Member',
    );
    return found.find((row) => row.person_no === personRef.split('-')[1]);
  };
  const log = (personRef: string) => rows('GetContactLog', `<PersonRef>${personRef}</PersonRef>`, 'Entries', 'Entry');

  it('changes what is read afterwards; a missing element leaves, an empty one empties', async () => {
    const { result } = await update(
      katy.personReference,
      `<Telephone>${escaped('07700 900555 <& mum>')}</Telephone><Email>katy@example.com</Email>`,
    );
    expect(result).toEqual({ Success: 'true', ErrorCode: '', ErrorMessage: '' });
    expect(await house(katy.personReference)).toMatchObject({
      telephone: '07700 900555 <& mum>',
      email: 'katy@example.com',
      pref_contact: 'S',
    });
    await update(katy.personReference, '<Email/><PrefContact>L</PrefContact>');
    expect(await house(katy.personReference)).toMatchObject({
      telephone: '07700 900555 <& mum>',
      email: '',
      pref_contact: 'L',
    });
    expect(world.memberByRef.get(katy.personReference)?.telephone).toBe('07700 900017'); // the world is not the mock's to change
  });

  it('keeps the caller’s reference in twenty characters, and does a repeat again', async () => {
    const before = await log(katy.personReference);
    await update(katy.personReference, '<UserField1>LNTL-1</UserField1>');
    await update(katy.personReference, '<UserField1>LNTL-1</UserField1>');
    await update(katy.personReference, '<UserField1>123456789012345678901234</UserField1>');
    const added = (await log(katy.personReference)).slice(before.length);
    expect(added.map((row) => row.user_field1)).toEqual([
      'LNTL-1'.padEnd(20),
      'LNTL-1'.padEnd(20),
      '12345678901234567890',
    ]);
    expect(added[0]).toMatchObject({ clog_date: '2026-11-23T09:30:15', clog_type: 'UPD' });
  });

  it('is 301 for a person who is not there, whose log is empty', async () => {
    expect((await update('0999999-1', '')).result.ErrorCode).toBe('301');
    expect(await log('0999999-1')).toEqual([]);
  });

  it('is 210 for what no rule allows', async () => {
    expect((await update(katy.personReference, '<Email>katy</Email>')).result.ErrorCode).toBe('210');
    expect((await update(katy.personReference, '<PrefContact>X</PrefContact>')).result.ErrorCode).toBe('210');
  });

  it('is 201 at the first try where a colleague has the record open, and passes later', async () => {
    const codes: string[] = [];
    for (const { personRef } of world.members.slice(0, 400)) {
      const { result } = await update(personRef, '<UserField1>A</UserField1>');
      codes.push(result.ErrorCode);
      if (result.ErrorCode === '201') {
        expect((await log(personRef)).some((row) => row.user_field1?.startsWith('A'))).toBe(false);
        expect((await update(personRef, '')).result.Success).toBe('true');
      }
    }
    const locked = codes.filter((one) => one === '201').length;
    expect(locked).toBeGreaterThan(0);
    expect(locked).toBeLessThan(40);
    expect(new Set(codes)).toEqual(new Set(['', '201']));
  });
});
