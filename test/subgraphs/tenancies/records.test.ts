// Homes and tenancies as the tenancies system keeps them: padding, 1900s, codes, signs.
import { describe, expect, it } from 'vitest';
import type { Asked } from '../wire.ts';
import { agreements, home, homes, over, readOne, sent, tenancy } from './wire.ts';

type Columns = Record<string, string>;
const readHome = (columns: Columns) => readOne('property', '00001017', homes(home(columns)));
const readTenancy = (columns: Columns) => readOne('tenancy', '000017/01', agreements(tenancy(columns)));

describe('a home', () => {
  it('is read without its padding, with zeros kept', async () => {
    const record = await readHome({
      short_address: '33 O&apos;Brien Drive, Lowestoft      ',
      post_code: 'NR32 5UZ  ',
      llpg_ref: '0002000115',
      level_code: '7',
      cat_type: 'HSE',
      num_bedrooms: '3',
      no_lift: '0',
      gas_expiry: '2026-12-30T00:00:00',
      u_new_column: 'ignored',
    });
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
    expect(await readHome({ level_code })).toMatchObject({
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
    expect(await readHome({ no_lift })).toMatchObject({ hasLift });
  });
});

describe('a tenancy', () => {
  it('is read with what stands on its account: positive is arrears', async () => {
    const record = await readTenancy({
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
    });
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
    const record = await readTenancy({ tenure: code });
    expect(record).toMatchObject({ tenure, tenureCode: code });
  });

  it('has no time of change where the column holds the row version of its database', async () => {
    expect(await readTenancy({ tstamp: '0x00000000DEADBEEF' })).toMatchObject({ lastUpdatedAt: null });
  });

  it("is found by anyone of its household, once, and not by anyone of another's", async () => {
    const other = tenancy({ tag_ref: '000042/02', house_ref: '0000154' });
    const wired = await over(agreements(tenancy(), other, tenancy(), tenancy({ tag_ref: '000017/00' })));
    const lists = await wired.values('tenanciesOfPerson', ['0000104-2', '0000104-1', '0000154-1', '0000999-1']);
    const references = (lists as { tenancyReference: string }[][]).map((list) =>
      list.map((one) => one.tenancyReference),
    );
    expect(references).toEqual([['000017/01', '000017/00'], ['000017/01', '000017/00'], ['000042/02'], []]);
    expect(sent(wired.wire.asked[0] as Asked, 'PersonRef')).toHaveLength(4);
  });

  it('is found by its property', async () => {
    const wired = await over(agreements(tenancy(), tenancy({ tag_ref: '000042/02', prop_ref: '00001042' })));
    const lists = await wired.values('tenanciesOfProperty', ['00001042', '00001017', '00001099']);
    expect(lists).toMatchObject([[{ tenancyReference: '000042/02' }], [{ tenancyReference: '000017/01' }], []]);
  });
});
