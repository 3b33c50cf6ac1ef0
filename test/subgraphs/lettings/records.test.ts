// Applications, offers and exchanges as the lettings system keeps them: codes, British days, flags.
import { describe, expect, it } from 'vitest';
import { listing, over, readOne } from './wire.ts';

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
    const wired = await over(
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
    expect(wired.lists().map(({ target }) => target)).toEqual(['/applications?person=1-2,1-1,1-3&offset=0&limit=100']);
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
    const wired = await over(listing([chain, twice]));
    const found = (await wired.values('exchangesOfPerson', ['3-1', '1-1', '9-9'])) as { exchangeReference: string }[][];
    expect(found.map((list) => list.map((one) => one.exchangeReference))).toEqual([
      ['MEX-2022-00071'],
      ['MEX-2022-00071', 'MEX-2'],
      [],
    ]);
  });
});
