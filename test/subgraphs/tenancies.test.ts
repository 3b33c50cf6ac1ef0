// The tenancies system as its schema shows it, over answers written here as the wire gives them.
import { describe, expect, it } from 'vitest';
import { tenancies } from '../../subgraphs/tenancies/index.ts';
import { conforms } from './conformance.ts';
import {
  agreements,
  type Content,
  entries,
  failing,
  home,
  homes,
  member,
  members,
  operationOf,
  over,
  rowOf,
  tenancy,
  transactions,
} from './tenancies/wire.ts';
import type { Asked } from './wire.ts';

describe('the schema over the tenancies system', () => {
  async function ask(query: string, content: Content) {
    const wired = await over(content);
    return { ...(await wired.ask(query)), asked: wired.wire.asked.map(operationOf) };
  }
  const answers = (asked: Asked) =>
    ({
      GetProperties: homes(home({ cat_type: 'HSE' })),
      GetTenancies: agreements(tenancy({ cur_bal: '12.00' })),
      GetTenanciesByProperty: agreements(tenancy()),
      GetTenanciesByPerson: agreements(tenancy()),
      GetHousehold: members(member({ surname: 'Ngozi', telephone: '07700 900123' })),
      GetRentStatement: transactions(
        rowOf('Transaction', { post_date: '2026-03-01', trans_type: 'RNT', real_value: '5' }),
      ),
      GetContactLog: entries(),
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

conforms(tenancies, ({ cast: { katy, david }, memberByRef }) => ({
  property: { there: [katy.propertyReference, david.propertyReference], missing: 'NONE' },
  tenanciesOfProperty: { there: [katy.propertyReference, david.propertyReference], missing: 'NONE' },
  tenanciesOfPerson: { there: [katy.personReference, david.personReference], missing: '9999999-1' },
  person: { there: [katy.personReference, david.personReference], missing: '9999999-1' },
  household: {
    there: [katy.personReference, david.personReference].map((key) => key.replace(/-.*/, '')),
    missing: 'NONE',
  },
  people: {
    there: [{ surname: memberByRef.get(katy.personReference)?.surname, postcode: '', startRow: 0, maxRows: 20 }],
  },
  rentStatement: { there: [{ tenancyReference: katy.tenancyReference, from: '2026-07-01', to: '2026-08-31' }] },
  contactLog: { there: [katy.personReference], missing: '9999999-1' },
  changedSince: { there: [{ entity: 'TENANCY', since: '2020-01-01T00:00:00Z', afterKey: '', maxRows: 10 }] },
  tenancy: { there: [katy.tenancyReference, david.tenancyReference], missing: '999999/99' },
}));
