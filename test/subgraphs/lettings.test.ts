// The lettings system as its schema shows it, over answers written here as the wire gives them.
import { describe, expect, it } from 'vitest';
import { lettings } from '../../subgraphs/lettings/index.ts';
import { conforms } from './conformance.ts';
import { listing, maintenance, over } from './lettings/wire.ts';
import type { Answering, Asked, Canned } from './wire.ts';

describe('the schema over the lettings system', () => {
  async function ask(question: string, answer: Canned | Answering) {
    const wired = await over(answer);
    const told = await wired.ask(question);
    return { ...told, asked: wired.lists().map(({ target }) => target.replace(/[?&]offset=.*/, '')) };
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

  it('reckons by law when an exchange is to be decided, whatever the system itself has counted', async () => {
    const exchange = (more: object) => listing([{ exchRef: 'MEX-1', status: '1', applied: '28112026', ...more }]);
    const told = async (more: object) =>
      (
        await ask(
          '{ mutualExchange(exchangeReference: "MEX-1") { decisionDueOn decisionDeadline { dueAt source } } }',
          exchange(more),
        )
      ).data.mutualExchange;
    expect(await told({ decisionDue: '09012027' })).toEqual({
      decisionDueOn: '2027-01-09',
      // The midnight with which 8 January ends.
      decisionDeadline: { dueAt: '2027-01-09T00:00:00+00:00', source: expect.stringContaining('159(3)') },
    });
    for (const nothing of [{ status: '4' }, { status: '7' }, { applied: '01011900' }]) {
      expect((await told(nothing)).decisionDeadline).toBeNull();
    }
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
