// The tenancies system's adapter and resolvers against answers written here, as the wire gives them.
import { parse } from 'graphql';
import { afterEach, describe, expect, it } from 'vitest';
import type { SystemError } from '../../subgraphs/continuity/errors.ts';
import type { System } from '../../subgraphs/continuity/system.ts';
import { systemSubgraph } from '../../subgraphs/subgraph.ts';
import type { TenanciesReads } from '../../subgraphs/tenancies/adapter.ts';
import { tenancies } from '../../subgraphs/tenancies/index.ts';
import { conforms } from './conformance.ts';
import { type Asked, type Canned, startWired, type Wired } from './wire.ts';

const namespace = 'http://lintel.example/uhweb/2013/03';
const operationOf = ({ headers }: Asked) => /([^/]+)"$/.exec(String(headers.soapaction))?.[1] ?? '';
/** The texts of an element in a request, as sent. */
const sent = ({ body }: Asked, name: string) =>
  [...body.matchAll(new RegExp(`<${name}>(.*?)</${name}>`, 'g'))].map(([, text]) => text);

function answering(content: string, operation: string): Canned {
  return {
    headers: { 'content-type': 'text/xml; charset=utf-8' },
    body:
      '<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>' +
      `<${operation}Response xmlns="${namespace}"><${operation}Result>${content}</${operation}Result></${operation}Response>` +
      '</s:Body></s:Envelope>',
  };
}
const success = '<Success>true</Success><ErrorCode/><ErrorMessage/>';
const failing = (code: string, more = '') =>
  `<Success>false</Success><ErrorCode>${code}</ErrorCode><ErrorMessage>SqlException at DBSRV01\\UH</ErrorMessage>${more}`;
const rowOf = (name: string, fields: Record<string, string>) =>
  `<${name}>${Object.entries(fields)
    .map(([field, value]) => `<${field}>${value}</${field}>`)
    .join('')}</${name}>`;

const home = (fields: Record<string, string> = {}) => rowOf('Property', { prop_ref: '00001017    ', ...fields });
const tenancy = (fields: Record<string, string> = {}) =>
  rowOf('Tenancy', { tag_ref: '000017/01  ', prop_ref: '00001017    ', house_ref: '0000104   ', ...fields });
const member = (fields: Record<string, string> = {}) =>
  rowOf('Member', { house_ref: '0000104   ', person_no: '2', ...fields });
const homes = (...rows: string[]) => `${success}<Properties>${rows.join('')}</Properties>`;
const agreements = (...rows: string[]) => `${success}<Tenancies>${rows.join('')}</Tenancies>`;
const members = (...rows: string[]) => `${success}<Members>${rows.join('')}</Members>`;

let wired: Wired<TenanciesReads>;
afterEach(() => wired?.close());

/** Starts the system over a wire that gives each question this content. */
async function over(content: string | ((asked: Asked) => string)): Promise<Wired<TenanciesReads>> {
  wired = await startWired(tenancies, (asked) =>
    answering(typeof content === 'string' ? content : content(asked), operationOf(asked)),
  );
  return wired;
}
/** What one record is read as. */
async function readOne(kind: keyof TenanciesReads, key: unknown, content: string): Promise<Record<string, unknown>> {
  const [value] = await (await over(content)).values(kind, [key]);
  await wired.close();
  return value as Record<string, unknown>;
}

describe('a question to the tenancies system', () => {
  it('is one SOAP call with the login in it, for all keys, each once and without padding', async () => {
    wired = await startWired(tenancies, (asked) => answering(homes(), operationOf(asked)), {
      user: 'lin&tel',
      password: '<p>"w\'',
    });
    await wired.values('property', ['00001017', ' 00001042   ', '00001017 ']);
    const [asked, ...more] = wired.wire.asked;
    expect(more).toEqual([]);
    expect(asked).toMatchObject({
      method: 'POST',
      path: '/HousingService.svc',
      headers: { 'content-type': 'text/xml; charset=utf-8', soapaction: `"${namespace}/GetProperties"` },
    });
    expect(asked?.body).toContain(
      `<soap:Body><GetProperties xmlns="${namespace}"><DirectUser><UserName>lin&#38;tel</UserName>` +
        '<UserPassword>&#60;p&#62;&#34;w&#39;</UserPassword></DirectUser><SourceSystem>LINTEL</SourceSystem>' +
        '<CompanyCode>001</CompanyCode><PropRefs><PropRef>00001017</PropRef><PropRef>00001042</PropRef></PropRefs></GetProperties>',
    );
  });

  it('is matched to the keys as they were given, in whatever order the answer comes', async () => {
    await over(homes(home({ prop_ref: '00001042    ', cat_type: 'FLT' }), home({ cat_type: 'HSE' })));
    const values = await wired.values('property', [' 00001017', '00001042', '1017', '00001017']);
    expect(values).toMatchObject([{ category: 'HSE' }, { category: 'FLT' }, null, { category: 'HSE' }]);
  });

  it('has at most 50 keys a call', async () => {
    await over(({ body }) =>
      homes(...[...body.matchAll(/<PropRef>(.*?)<\/PropRef>/g)].map(([, ref = '']) => home({ prop_ref: ref }))),
    );
    const keys = Array.from({ length: 101 }, (_, i) => `P${i}`);
    expect(await wired.values('property', keys)).toMatchObject(
      keys.map((propertyReference) => ({ propertyReference })),
    );
    expect(wired.wire.asked.map((asked) => sent(asked, 'PropRef').length).sort()).toEqual([1, 50, 50]);
  });

  it('lets no key out of its element', async () => {
    await over(agreements());
    await wired.values('tenancy', ['1</TagRef><TagRef>2', 'a&b']);
    expect(sent(wired.wire.asked[0] as Asked, 'TagRef')).toEqual(['1&#60;/TagRef&#62;&#60;TagRef&#62;2', 'a&#38;b']);
  });

  it('is not asked for what cannot be a reference', async () => {
    await over(homes());
    const keys = ['', '   ', 'a,b', 'x'.repeat(41), '1\u00002', '\uD800', 'caf\u00E9', { a: 1 }, null];
    expect(await wired.values('property', keys)).toEqual(keys.map(() => null));
    expect(await wired.values('person', ['nohyphen'])).toEqual([null]);
    expect(await wired.values('tenanciesOfPerson', ['nohyphen'])).toEqual([[]]);
    expect(wired.wire.asked).toEqual([]);
  });
});

describe('a home', () => {
  it('is read without its padding, with zeros kept', async () => {
    const record = await readOne(
      'property',
      '00001017',
      homes(
        home({
          short_address: '33 O&apos;Brien Drive, Lowestoft      ',
          post_code: 'NR32 5UZ  ',
          llpg_ref: '0002000115',
          level_code: '7',
          cat_type: 'HSE',
          num_bedrooms: '3',
          no_lift: '0',
          gas_expiry: '2026-12-30T00:00:00',
          u_new_column: 'ignored',
        }),
      ),
    );
    expect(record).toEqual({
      propertyReference: '00001017',
      uprn: '0002000115',
      address: "33 O'Brien Drive, Lowestoft",
      postcode: 'NR32 5UZ',
      level: 'DWELLING',
      levelCode: '7',
      category: 'HSE',
      bedrooms: 3,
      hasLift: false,
      gasSafetyExpiresOn: '2026-12-30',
      references: [{ id: '00001017', description: 'property reference', allocatedBy: 'tenancies' }],
    });
  });

  it('has null for whatever is blank, missing, nil or 1900', async () => {
    const record = await readOne(
      'property',
      '00001017',
      homes(
        '<Property><prop_ref>00001017</prop_ref><llpg_ref>000000000000</llpg_ref><level_code/>' +
          '<num_bedrooms xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true"/>' +
          '<gas_expiry>1900-01-01T00:00:00</gas_expiry></Property>',
      ),
    );
    const { propertyReference, references, ...rest } = record;
    expect(Object.values(rest)).toEqual(Object.keys(rest).map(() => null));
  });

  it.each([
    ['2', 'BLOCK'],
    ['4', 'UNKNOWN'],
  ])('of level %s is a %s, with the code kept', async (level_code, level) => {
    expect(await readOne('property', '00001017', homes(home({ level_code })))).toMatchObject({
      level,
      levelCode: level_code,
    });
  });

  it.each([
    ['2', true],
    ['0', false],
    ['1.0', true],
    ['Y', false],
    ['N', true],
    ['', null],
    ['?', null],
  ])('with no_lift "%s" has a lift: %s', async (no_lift, hasLift) => {
    expect(await readOne('property', '00001017', homes(home({ no_lift })))).toMatchObject({ hasLift });
  });
});

describe('a tenancy', () => {
  it('is read with what stands on its account: positive is arrears', async () => {
    const record = await readOne(
      'tenancy',
      '000017/01',
      agreements(
        tenancy({
          tenure: 'SEC',
          cot: '2018-04-02T00:00:00',
          eot: '1900-01-01T00:00:00',
          present: 'Y',
          terminated: 'N',
          rent: '102.19',
          service: '0.00',
          cur_bal: '-12.50',
          u_saff_rentacc: '19000017  ',
          tstamp: '2026-03-29T01:30:00',
        }),
      ),
    );
    expect(record).toMatchObject({
      tenancyReference: '000017/01',
      householdReference: '0000104',
      tenure: 'SECURE',
      startDate: '2018-04-02',
      endDate: null,
      current: true,
      terminated: false,
      property: { propertyReference: '00001017' },
      rentAccount: {
        paymentReference: '19000017',
        balance: { pence: -1250 },
        weeklyRent: { pence: 10219 },
        weeklyServiceCharge: { pence: 0 },
      },
      lastUpdatedAt: '2026-03-29T02:30:00+01:00',
    });
    expect(record.references).toContainEqual({
      id: '19000017',
      description: 'payment reference',
      allocatedBy: 'tenancies',
    });
  });

  it.each([
    ['INT', 'INTRODUCTORY'],
    ['NON', 'NON_SECURE'],
    ['ASY', 'ASSURED'],
    ['AST', 'ASSURED_SHORTHOLD'],
    ['LEA', 'LEASEHOLD'],
    ['SHO', 'SHARED_OWNERSHIP'],
    ['LTA', 'LICENCE_TEMPORARY_ACCOMMODATION'],
    ['TGA', 'GARAGE'],
    ['MPA', 'MESNE_PROFIT'],
    ['DEC', 'DECANT'],
    ['RTM', 'UNKNOWN'],
  ])('of tenure %s is %s, with the code kept', async (code, tenure) => {
    const record = await readOne('tenancy', '000017/01', agreements(tenancy({ tenure: code })));
    expect(record).toMatchObject({ tenure, tenureCode: code });
  });

  it('has no time of change where the column holds the row version of its database', async () => {
    const content = agreements(tenancy({ tstamp: '0x00000000DEADBEEF' }));
    expect(await readOne('tenancy', '000017/01', content)).toMatchObject({ lastUpdatedAt: null });
  });

  it("is found by anyone of its household, once, and not by anyone of another's", async () => {
    const other = tenancy({ tag_ref: '000042/02', house_ref: '0000154' });
    await over(agreements(tenancy(), other, tenancy(), tenancy({ tag_ref: '000017/00' })));
    const lists = await wired.values('tenanciesOfPerson', ['0000104-2', '0000104-1', '0000154-1', '0000999-1']);
    const references = (lists as { tenancyReference: string }[][]).map((list) =>
      list.map((one) => one.tenancyReference),
    );
    expect(references).toEqual([['000017/01', '000017/00'], ['000017/01', '000017/00'], ['000042/02'], []]);
    expect(sent(wired.wire.asked[0] as Asked, 'PersonRef')).toHaveLength(4);
  });

  it('is found by its property', async () => {
    await over(agreements(tenancy(), tenancy({ tag_ref: '000042/02', prop_ref: '00001042' })));
    const lists = await wired.values('tenanciesOfProperty', ['00001042', '00001017', '00001099']);
    expect(lists).toMatchObject([[{ tenancyReference: '000042/02' }], [{ tenancyReference: '000017/01' }], []]);
  });
});

describe('a person', () => {
  it('is read out of the household, which is asked for once', async () => {
    await over(
      members(
        member({ title: 'Ms        ', forename: 'Ada', surname: 'Ngozi     ', dob: '1951-02-03', responsible: 'Y' }),
        member({
          person_no: '1',
          surname: 'Ngozi',
          responsible: 'N',
          telephone: '07700 900123 / 01632 960123',
          pref_contact: 'S',
        }),
      ),
    );
    const people = await wired.values('person', ['0000104-1', '0000104-2', '0000104-9']);
    expect(people).toMatchObject([
      {
        personReference: '0000104-1',
        name: 'Ngozi',
        responsible: false,
        telephoneNumbers: ['+447700900123', '+441632960123'],
        telephoneAsRecorded: '07700 900123 / 01632 960123',
        preferredContact: 'SMS',
        preferredContactCode: 'S',
      },
      {
        personReference: '0000104-2',
        name: 'Ms Ada Ngozi',
        dateOfBirth: '1951-02-03',
        responsible: true,
        telephoneNumbers: [],
        alerts: [],
      },
      null,
    ]);
    expect(wired.wire.asked.map((asked) => sent(asked, 'HouseRef'))).toEqual([['0000104']]);
  });

  it.each([
    ['   ', []],
    ['N  ', []],
    ['Y  ', [{ type: 'VULNERABLE', code: 'Y' }]],
    ['HRG', [{ type: 'HEARING', code: 'HRG' }]],
    ['VIS', [{ type: 'SIGHT', code: 'VIS' }]],
    ['MOB', [{ type: 'MOBILITY', code: 'MOB' }]],
    ['MH ', [{ type: 'MENTAL_HEALTH', code: 'MH' }]],
    ['LD ', [{ type: 'LEARNING_DISABILITY', code: 'LD' }]],
    ['DV ', [{ type: 'DOMESTIC_ABUSE', code: 'DV' }]],
    ['O75', [{ type: 'OVER_75', code: 'O75' }]],
    ['ZZZ', [{ type: 'UNKNOWN', code: 'ZZZ' }]],
  ])('who is "%s" has the alerts %j', async (vulnerable, alerts) => {
    expect(await readOne('person', '0000104-2', members(member({ vulnerable })))).toMatchObject({ alerts });
  });

  it('belongs to a household, with all its members', async () => {
    await over(members(member({ person_no: '1' }), member(), member({ house_ref: '0000105', person_no: '1' })));
    const [one, other, none] = await wired.values('household', ['0000104', '0000105', '0000106']);
    expect(one).toMatchObject({
      householdReference: '0000104',
      members: [{ personReference: '0000104-1' }, { personReference: '0000104-2' }],
    });
    expect(other).toMatchObject({ members: [{ personReference: '0000105-1' }] });
    expect(none).toBeNull();
  });
});

describe('people, looked for', () => {
  const found = ['1', '2', '3', '4', '5', '6', '7'];
  /** A search that numbers its rows from `first`; one below it, and one past the end, finds nothing. */
  const search = (first: number) => (asked: Asked) => {
    const [start, most] = ['StartRow', 'MaxRows'].map((name) => Number(sent(asked, name)[0])) as [number, number];
    if (start < first) return failing('210');
    const rows = found.slice(start - first, start - first + most).map((person_no) => member({ person_no }));
    return `${members(...rows)}<TotalRows>${found.length}</TotalRows>`;
  };
  const page = (startRow: number, maxRows: number) => ({ surname: 'NGOZI', postcode: '', startRow, maxRows });

  it.each([0, 1])(
    'come in pages that lose nobody and give nobody twice, where rows are counted from %i',
    async (first) => {
      await over(search(first));
      const seen: string[] = [];
      for (const startRow of [0, 3, 6]) {
        const [given] = (await wired.values('people', [page(startRow, 3)])) as [
          { items: { personReference: string }[]; totalCount: number; hasMore: boolean },
        ];
        seen.push(...given.items.map(({ personReference }) => personReference));
        expect(given).toMatchObject({ totalCount: 7, hasMore: startRow < 6 });
      }
      expect(seen).toEqual(found.map((person_no) => `0000104-${person_no}`));
      // Two questions find out how rows are counted; each page after that is one.
      expect(wired.wire.asked).toHaveLength(5);
    },
  );

  it('are found where the only one is the first row, counted from 0', async () => {
    await over((asked) =>
      sent(asked, 'StartRow')[0] === '0'
        ? `${members(member())}<TotalRows>1</TotalRows>`
        : `${members()}<TotalRows>0</TotalRows>`,
    );
    expect(await wired.values('people', [page(0, 20)])).toMatchObject([
      { items: [{ personReference: '0000104-2' }], totalCount: 1 },
    ]);
  });

  it('are looked for by what was given, safely', async () => {
    await over(`${members()}<TotalRows>0</TotalRows>`);
    await wired.values('people', [{ surname: "O'Brien & <Sons>", postcode: 'CB1 2AB', startRow: 0, maxRows: 20 }]);
    const asked = wired.wire.asked.at(-1) as Asked;
    expect(operationOf(asked)).toBe('SearchPeople');
    expect([sent(asked, 'Surname'), sent(asked, 'PostCode')]).toEqual([
      ['O&#39;Brien &#38; &#60;Sons&#62;'],
      ['CB1 2AB'],
    ]);
  });
});

describe('a rent statement', () => {
  const transaction = (fields: Record<string, string>) => rowOf('Transaction', { real_value: '1.00', ...fields });

  it('is asked for in days of the British form, and given from first to last, both included', async () => {
    await over(
      `${success}<Transactions>${[
        transaction({ post_date: '2026-03-31T18:05:00', trans_type: 'HB ', real_value: '-80.00', balance: '20.10' }),
        transaction({ post_date: '2026-03-01', trans_type: 'RNT', real_value: '100.10', balance: '100.10' }),
        transaction({ post_date: '2026-04-01', trans_type: 'RNT' }),
        transaction({ post_date: '2026-03-15', trans_type: 'ZZZ' }),
      ].join('')}</Transactions>`,
    );
    const [lines] = await wired.values('rentStatement', [
      { tenancyReference: '000017/01', from: '2026-03-01', to: '2026-03-31' },
    ]);
    expect(lines).toEqual([
      { postedOn: '2026-03-01', type: 'RENT', typeCode: 'RNT', amount: { pence: 10010 }, balance: { pence: 10010 } },
      { postedOn: '2026-03-15', type: 'UNKNOWN', typeCode: 'ZZZ', amount: { pence: 100 }, balance: null },
      {
        postedOn: '2026-03-31',
        type: 'HOUSING_BENEFIT',
        typeCode: 'HB',
        amount: { pence: -8000 },
        balance: { pence: 2010 },
      },
    ]);
    const asked = wired.wire.asked[0] as Asked;
    expect([sent(asked, 'TagRef'), sent(asked, 'From'), sent(asked, 'To')]).toEqual([
      ['000017/01'],
      ['01/03/2026'],
      ['01/04/2026'],
    ]);
  });

  it('of a tenancy that is not there is empty', async () => {
    await over(failing('304'));
    expect(
      await wired.values('rentStatement', [{ tenancyReference: 'X', from: '2026-03-01', to: '2026-03-31' }]),
    ).toEqual([[]]);
  });
});

describe('what is logged and what has changed', () => {
  it('is a contact log, newest last', async () => {
    await over(
      `${success}<Entries>${[
        rowOf('Entry', { clog_date: '2026-10-25T02:10:00', clog_type: 'TEL', user_field1: '                    ' }),
        rowOf('Entry', { clog_date: '2026-10-25T01:50:00', clog_type: 'UPD', user_field1: 'LNT-1               ' }),
      ].join('')}</Entries>`,
    );
    expect(await wired.values('contactLog', ['0000104-2'])).toEqual([
      [
        { loggedAt: '2026-10-25T01:50:00+01:00', type: 'UPD', externalReference: 'LNT-1' },
        { loggedAt: '2026-10-25T02:10:00+00:00', type: 'TEL', externalReference: null },
      ],
    ]);
  });

  it('are keys after a key, since an hour before: that hour may have come twice', async () => {
    await over(`${success}<Keys><Changed><key>000018/01 </key><tstamp>2026-10-25T01:10:00</tstamp></Changed></Keys>`);
    const key = { entity: 'TENANCY', since: '2026-10-25T00:30:00Z', afterKey: '000017/01', maxRows: 100 };
    expect(await wired.values('changedSince', [key])).toEqual([
      [{ key: '000018/01', changedAt: '2026-10-25T01:10:00+01:00' }],
    ]);
    const asked = wired.wire.asked[0] as Asked;
    expect(['Entity', 'Since', 'AfterKey', 'MaxRows'].flatMap((name) => sent(asked, name))).toEqual([
      'TENANCY',
      '2026-10-25T00:30:00',
      '000017/01',
      '100',
    ]);
  });
});

describe('an answer that is a failure', () => {
  const errorOf = async () => {
    const [error] = await wired.system.read('property', ['00001017']);
    return error as SystemError;
  };

  it.each(['101', '102'])('%s, of the login, is not followed by another try, not even a probe', async (code) => {
    await over(failing(code));
    expect((await errorOf()).extensions).toMatchObject({ code: 'SYSTEM_DOWN', retryable: false });
    await wired.clock.advance(24 * 3_600_000);
    expect((await errorOf()).extensions).toMatchObject({ code: 'SYSTEM_DOWN', retryable: false });
    expect(wired.wire.asked).toHaveLength(1);
  });

  it.each(['201', '210', '220', '299'])('%s is a refusal, with a reason of our own', async (code) => {
    await over(failing(code));
    const error = await errorOf();
    expect(error.extensions.code).toBe('SYSTEM_REFUSED');
    expect(error.message).toMatch(/^The tenancies system .+\.$/);
    expect(error.message).not.toMatch(/Sql|DBSRV/);
  });

  it('3xx is "not there"', async () => {
    await over(failing('300'));
    expect(await wired.values('property', ['00001017'])).toEqual([null]);
  });

  it.each(['900', '901', '999', '', 'E5'])('"%s" is the system failing', async (code) => {
    await over(failing(code));
    expect((await errorOf()).extensions).toMatchObject({ code: 'SYSTEM_DOWN', retryable: true });
  });

  it('910 is the overnight batch, with when to come back', async () => {
    await over(failing('910', '<RetryAfterMinutes>45</RetryAfterMinutes>'));
    expect((await errorOf()).extensions).toMatchObject({ code: 'SYSTEM_DOWN', retryAfter: 2_700 });
    await wired.close();
    await over(failing('910', '<RetryAfterMinutes/>'));
    expect((await errorOf()).extensions).not.toHaveProperty('retryAfter');
  });

  const fault =
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault><faultstring>x</faultstring></s:Fault></s:Body></s:Envelope>';
  it.each([
    ['a fault', { status: 500, body: fault }, 'SYSTEM_DOWN'],
    ['a fault that says 200', { body: fault }, 'SYSTEM_DOWN'],
    ['a gateway that finds nobody', { status: 502, body: '<html>' }, 'SYSTEM_DOWN'],
    ['maintenance', { status: 503, body: '<html>' }, 'SYSTEM_DOWN'],
    ['too many calls', { status: 429, headers: { 'retry-after': '7' }, body: '' }, 'SYSTEM_OVERLOADED'],
    ['a login page', { body: '<html><body>Log in</body></html>' }, 'SYSTEM_GARBLED'],
    ['nothing', { body: '' }, 'SYSTEM_GARBLED'],
    ['half of it', { body: answering(homes(home()), 'GetProperties').body.slice(0, -60) }, 'SYSTEM_GARBLED'],
    ['an entity bomb', { body: `<!DOCTYPE x [<!ENTITY a "b">]>${fault}` }, 'SYSTEM_GARBLED'],
    ['the answer to something else', answering(homes(home()), 'GetTenancies'), 'SYSTEM_GARBLED'],
    [
      'an answer that does not say whether it succeeded',
      answering(`<Properties>${home()}</Properties>`, 'GetProperties'),
      'SYSTEM_GARBLED',
    ],
    ['an empty answer', answering('', 'GetProperties'), 'SYSTEM_GARBLED'],
    [
      'a row without its key',
      answering(homes('<Property><cat_type>HSE</cat_type></Property>'), 'GetProperties'),
      'SYSTEM_GARBLED',
    ],
    ['a day that never was', answering(homes(home({ gas_expiry: '2026-02-30' })), 'GetProperties'), 'SYSTEM_GARBLED'],
  ] as [string, Canned, string][])(
    '%s is told in the words of the contract, and no others',
    async (_what, reply, code) => {
      wired = await startWired(tenancies, () => reply);
      const error = await errorOf();
      expect(error.extensions.code).toBe(code);
      expect(JSON.stringify(error)).not.toMatch(/127\.0\.0\.1|HousingService|html|HSE/);
    },
  );

  it.each(['<Properties/>', '<Properties></Properties>', '', '<Properties><Property/></Properties>'])(
    'is not one that merely has nothing in it: %s',
    async (list) => {
      await over(success + list);
      expect(await wired.values('property', ['00001017'])).toEqual([null]);
    },
  );
});

describe('the schema over the tenancies system', () => {
  async function ask(query: string, content: string | ((asked: Asked) => string)) {
    const { system, wire } = await over(content);
    const subgraph = systemSubgraph(tenancies, system as unknown as System);
    const result = await subgraph.execute({ document: parse(query), requestContext: {} });
    await wired.close();
    // As it goes over the wire: plain objects.
    return { ...JSON.parse(JSON.stringify(result)), asked: wire.asked.map(operationOf) };
  }
  const answers = (asked: Asked) =>
    ({
      GetProperties: homes(home({ cat_type: 'HSE' })),
      GetTenancies: agreements(tenancy({ cur_bal: '12.00' })),
      GetTenanciesByProperty: agreements(tenancy()),
      GetTenanciesByPerson: agreements(tenancy()),
      GetHousehold: members(member({ surname: 'Ngozi', telephone: '07700 900123' })),
      GetRentStatement: `${success}<Transactions>${rowOf('Transaction', { post_date: '2026-03-01', trans_type: 'RNT', real_value: '5' })}</Transactions>`,
      GetContactLog: `${success}<Entries/>`,
      SearchPeople: `${members(member({ surname: 'Ngozi' }))}<TotalRows>1</TotalRows>`,
    })[operationOf(asked)] ?? failing('900');

  it('follows a home to its tenants and their account, each answer with its provenance', async () => {
    const { data, errors } = await ask(
      `{ property(propertyReference: "00001017") { category provenance { source }
           tenancies { provenance { system } items { tenancyReference provenance { source } property { category }
             members { name provenance { source } }
             rentAccount { statement(from: "2026-03-01", to: "2026-03-31") { totalCount edges { node { type amount { pence } } } } } } } } }`,
      answers,
    );
    expect(errors).toBeUndefined();
    expect(data.property).toEqual({
      category: 'HSE',
      provenance: { source: 'LIVE' },
      tenancies: {
        provenance: { system: 'tenancies' },
        items: [
          {
            tenancyReference: '000017/01',
            provenance: { source: 'LIVE' },
            property: { category: 'HSE' },
            members: [{ name: 'Ngozi', provenance: { source: 'LIVE' } }],
            rentAccount: { statement: { totalCount: 1, edges: [{ node: { type: 'RENT', amount: { pence: 500 } } }] } },
          },
        ],
      },
    });
  });

  it('follows a person to household, tenancies and contact log', async () => {
    const { data, errors } = await ask(
      `{ person(personReference: "0000104-2") { name household { householdReference members { surname provenance { source } } provenance { source } }
           tenancies { items { tenancyReference members { personReference } } } contactLog { items { type } } } }`,
      answers,
    );
    expect(errors).toBeUndefined();
    expect(data.person).toEqual({
      name: 'Ngozi',
      household: {
        householdReference: '0000104',
        members: [{ surname: 'Ngozi', provenance: { source: 'LIVE' } }],
        provenance: { source: 'LIVE' },
      },
      tenancies: { items: [{ tenancyReference: '000017/01', members: [{ personReference: '0000104-2' }] }] },
      contactLog: { items: [] },
    });
  });

  it('asks nothing for entities that only pass through, and once for the fields wanted of one', async () => {
    const entities = (fields: string) =>
      `{ _entities(representations: [{ __typename: "Property", propertyReference: "00001017" }]) { ... on Property { ${fields} } } }`;
    expect(await ask(entities('propertyReference'), answers)).toMatchObject({ asked: [] });
    expect(await ask(entities('category bedrooms postcode provenance { asOf }'), answers)).toMatchObject({
      asked: ['GetProperties'],
    });
  });

  it('knows members of a tenancy that is only a key', async () => {
    const { data } = await ask(
      `{ _entities(representations: [{ __typename: "Tenancy", tenancyReference: "000017/01" }, { __typename: "Tenancy", tenancyReference: "X" }]) { ... on Tenancy { members { name } } } }`,
      answers,
    );
    expect(data._entities).toEqual([{ members: [{ name: 'Ngozi' }] }, { members: null }]);
  });

  it('gives homes in the order asked, null where there is none', async () => {
    const { data } = await ask(
      '{ properties(propertyReferences: ["X", "00001017", "X"]) { propertyReference } }',
      answers,
    );
    expect(data.properties).toEqual([null, { propertyReference: '00001017' }, null]);
  });

  it('gives the key where it could not ask, with errors on what it does not know', async () => {
    const { data, errors } = await ask(
      '{ property(propertyReference: "00001017") { propertyReference category } person(personReference: "0000104-2") { personReference telephoneNumbers } }',
      failing('900'),
    );
    expect(data).toEqual({
      property: { propertyReference: '00001017', category: null },
      person: { personReference: '0000104-2', telephoneNumbers: null },
    });
    expect(errors).toHaveLength(2);
  });

  it('has no telephone numbers of somebody who is not there', async () => {
    const { data, errors } = await ask(
      '{ _entities(representations: [{ __typename: "Person", personReference: "0000104-9" }]) { ... on Person { telephoneNumbers name alerts { code } } } }',
      answers,
    );
    expect(errors).toBeUndefined();
    expect(data._entities).toEqual([{ telephoneNumbers: [], name: null, alerts: null }]);
  });

  it('finds people by surname, by postcode or both', async () => {
    const { data } = await ask(
      '{ people(surname: " Ngozi ") { totalCount pageInfo { hasNextPage } edges { node { name } } } }',
      answers,
    );
    expect(data.people).toEqual({
      totalCount: 1,
      pageInfo: { hasNextPage: false },
      edges: [{ node: { name: 'Ngozi' } }],
    });
  });

  const many = JSON.stringify(Array.from({ length: 501 }, (_, i) => `P${i}`));
  const statement = (from: string, to: string) =>
    `{ tenancy(tenancyReference: "000017/01") { rentAccount { statement(from: "${from}", to: "${to}") { totalCount } } } }`;
  it.each([
    ['{ people { totalCount } }', /at least one/],
    ['{ people(surname: "  ", postcode: "") { totalCount } }', /at least one/],
    ['{ people(surname: "A", first: 101) { totalCount } }', /between 1 and 100/],
    [`{ people(surname: "${'A'.repeat(51)}") { totalCount } }`, /at most 50/],
    [`{ properties(propertyReferences: ${many}) { uprn } }`, /at most 500/],
    [statement('2026-03-31', '2026-03-01'), /earlier day first/],
    [statement('0001-01-01', '2026-03-01'), /between 1901-01-01 and 2078-12-31/],
    [statement('2026-01-01', '9999-12-31'), /between 1901-01-01 and 2078-12-31/],
  ])('says what is wrong with a question: %.60s', async (query, sentence) => {
    const { errors, asked } = await ask(query, answers);
    expect(errors).toMatchObject([
      { message: expect.stringMatching(sentence), extensions: { code: 'BAD_USER_INPUT' } },
    ]);
    expect(asked.filter((operation: string) => operation !== 'GetTenancies')).toEqual([]);
  });
});

conforms(tenancies, ({ cast: { katy, david } }) => ({
  property: { there: [katy.propertyReference, david.propertyReference], missing: 'NONE' },
  tenanciesOfProperty: { there: [katy.propertyReference, david.propertyReference], missing: 'NONE' },
  tenanciesOfPerson: { there: [katy.personReference, david.personReference], missing: '9999999-1' },
  person: { there: [katy.personReference, david.personReference], missing: '9999999-1' },
  household: {
    there: [katy.personReference, david.personReference].map((key) => key.replace(/-.*/, '')),
    missing: 'NONE',
  },
  people: { there: [{ surname: 'Alderton', postcode: '', startRow: 0, maxRows: 20 }] },
  rentStatement: { there: [{ tenancyReference: katy.tenancyReference, from: '2026-07-01', to: '2026-08-31' }] },
  contactLog: { there: [katy.personReference], missing: '9999999-1' },
  changedSince: { there: [{ entity: 'TENANCY', since: '2020-01-01T00:00:00Z', afterKey: '', maxRows: 10 }] },
  tenancy: { there: [katy.tenancyReference, david.tenancyReference], missing: '999999/99' },
}));
