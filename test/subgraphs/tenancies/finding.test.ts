// Finding people and homes: by the system's own search while it is up, among what is kept while it is not, and by number
// and the homes of a postcode always among what is kept. Over wires of a few lines and a real store.
import { describe, expect, it } from 'vitest';
import { consentOf } from '../../../subgraphs/continuity/consent.ts';
import type { Snapshots } from '../../../subgraphs/continuity/snapshots.ts';
import { tenancies } from '../../../subgraphs/tenancies/index.ts';
import { openTestSnapshots } from '../../stores.ts';
import { type Asked, startWired } from '../wire.ts';
import { agreements, answering, home, homes, member, members, operationOf, sent, success, tenancy } from './wire.ts';

/** The tables, by row, as this landlord has them; tests change them. */
function tables() {
  return {
    people: [
      { house_ref: '0000104', person_no: '1', forename: 'Siobhan', surname: "O'Neill", telephone: '01632 960123' },
      {
        house_ref: '0000104',
        person_no: '2',
        forename: 'Ben',
        surname: 'Gray',
        telephone: '01632 960123 / 07700 900456',
      },
      { house_ref: '0000105', person_no: '10', forename: 'Ada', surname: 'ONEILL', telephone: '' },
      { house_ref: '0000105', person_no: '9', forename: 'Cyd', surname: 'Oneill', telephone: '07700 900999' },
      { house_ref: '0000106', person_no: '1', forename: 'Eve', surname: 'Gray', telephone: '' },
    ],
    homes: [
      { prop_ref: '00001018', post_code: 'CB1 2AB' },
      { prop_ref: '00001017', post_code: 'CB1 2AB ' },
      { prop_ref: '00001019', post_code: 'CB1 2AC' },
    ],
    tenancies: [
      { tag_ref: '000017/01', prop_ref: '00001017', house_ref: '0000104', present: 'Y', eot: '1900-01-01' },
      { tag_ref: '000018/01', prop_ref: '00001018', house_ref: '0000106', present: 'N', eot: '2021-01-31' },
      { tag_ref: '000018/02', prop_ref: '00001018', house_ref: '0000105', present: 'Y', eot: '1900-01-01' },
      { tag_ref: '000019/01', prop_ref: '00001019', house_ref: '0000106', present: 'Y', eot: '1900-01-01' },
    ],
  };
}

async function setup() {
  const rows = tables();
  const wire = { down: false };
  const content = (asked: Asked): string => {
    const of = (name: string) => new Set(sent(asked, name));
    const homeOf = ({ house_ref }: { house_ref: string }) => {
      const now = rows.tenancies.find((each) => each.house_ref === house_ref && each.present === 'Y');
      return rows.homes.find(({ prop_ref }) => prop_ref === now?.prop_ref);
    };
    switch (operationOf(asked)) {
      case 'GetProperties':
        return homes(...rows.homes.filter(({ prop_ref }) => of('PropRef').has(prop_ref)).map(home));
      case 'GetTenanciesByProperty':
        return agreements(...rows.tenancies.filter(({ prop_ref }) => of('PropRef').has(prop_ref)).map(tenancy));
      case 'GetTenancies':
        return agreements(...rows.tenancies.filter(({ tag_ref }) => of('TagRef').has(tag_ref)).map(tenancy));
      case 'GetHousehold':
        return members(...rows.people.filter(({ house_ref }) => of('HouseRef').has(house_ref)).map(member));
      case 'SearchPeople': {
        const [surname = '', postcode = ''] = ['Surname', 'PostCode'].map((name) => sent(asked, name)[0]);
        const found = rows.people.filter(
          (person) =>
            (!surname || person.surname.toUpperCase() === surname.toUpperCase()) &&
            (!postcode || homeOf(person)?.post_code.trim() === postcode),
        );
        const [start = 0, most = 0] = ['StartRow', 'MaxRows'].map((name) => Number(sent(asked, name)[0]));
        const page = found.slice(start, start + most).map(member);
        return `${success}<Members>${page.join('')}</Members><TotalRows>${found.length}</TotalRows>`;
      }
      default:
        return success;
    }
  };
  let snapshots: Snapshots | undefined;
  const wired = await startWired(
    tenancies,
    { tenancies: { answer: (asked) => (wire.down ? { status: 503 } : answering(content(asked), operationOf(asked))) } },
    async (clock) => {
      snapshots = await openTestSnapshots(clock);
      return snapshots;
    },
  );
  const { ask, clock, system } = wired;
  return {
    ...wired,
    rows,
    wire,
    snapshots: snapshots as Snapshots,
    at: () => new Date(clock.now()).toISOString(),
    /** Reads all that there is, as keep-warm does. */
    async warm() {
      await system.read(
        'property',
        rows.homes.map(({ prop_ref }) => prop_ref),
      );
      await system.read(
        'tenanciesOfProperty',
        rows.homes.map(({ prop_ref }) => prop_ref),
      );
      await system.read('household', [...new Set(rows.people.map(({ house_ref }) => house_ref))]);
      wired.wires.tenancies.asked.length = 0;
    },
    /** Whom a search finds, or the code of its error; `what` is its arguments. */
    async find(what: string, cacheControl?: string) {
      const question = `{ people(${what}) {
        totalCount provenance { source asOf } pageInfo { hasNextPage endCursor }
        edges { node { personReference surname telephoneNumbers provenance { source asOf } } }
      } }`;
      const { data, errors } = await ask(question, {}, { consent: consentOf(cacheControl) });
      const { people } = data;
      return {
        error: errors?.[0],
        found: people?.edges.map(({ node }: { node: { personReference: string } }) => node.personReference),
        nodes: people?.edges.map(({ node }: { node: object }) => node),
        ...people,
      };
    },
    async homesAt(postcode: string) {
      const question = `{ properties(postcode: "${postcode}") { propertyReference postcode provenance { source asOf } } }`;
      const { data, errors } = await ask(question);
      return { error: errors?.[0], homes: data.properties };
    },
  };
}

const [neill, gray, ada, cyd, eve] = ['0000104-1', '0000104-2', '0000105-10', '0000105-9', '0000106-1'];

describe('people, while the system is down,', () => {
  it('are found by surname among those kept, in any spelling of it, in the order of the system', async () => {
    const { warm, find, wire, at, clock } = await setup();
    await warm();
    const asOf = at();
    await clock.advance(3_600_000);
    wire.down = true;
    expect(await find('surname: "oneill"')).toMatchObject({
      found: [neill, cyd, ada],
      totalCount: 3,
      provenance: { source: 'SNAPSHOT', asOf },
    });
    expect((await find('surname: "O’Neill"')).found).toEqual([neill, cyd, ada]);
    expect((await find('surname: "Oneil"')).error).toMatchObject({ extensions: { code: 'SYSTEM_DOWN' } });
  });

  it('are found by the postcode of where they live now', async () => {
    const { warm, find, wire } = await setup();
    await warm();
    wire.down = true;
    expect((await find('postcode: "cb12ab"')).found).toEqual([neill, gray, cyd, ada]);
    expect((await find('postcode: "CB1 2AC"')).found).toEqual([eve]);
    expect((await find('postcode: "CB1 2AB", surname: "Gray"')).found).toEqual([gray]);
    expect((await find('postcode: "CB1 2AC", telephone: "07700900456"')).error).toBeDefined();
  });

  it('are found where they live though nobody has read their home’s tenancies, or the whole of their household', async () => {
    const { find, wire, system } = await setup();
    await system.read('property', ['00001017', '00001018']);
    await system.read('tenancy', ['000017/01', '000018/01']);
    await system.read('person', [gray, eve]);
    wire.down = true;
    expect(await find('postcode: "CB1 2AB"')).toMatchObject({ found: [gray], totalCount: 1 });
  });

  it('come in pages that join, with the same cursors', async () => {
    const { warm, find, wire } = await setup();
    await warm();
    wire.down = true;
    const first = await find('surname: "oneill", first: 2');
    expect(first).toMatchObject({ found: [neill, cyd], totalCount: 3, pageInfo: { hasNextPage: true } });
    const second = await find(`surname: "oneill", first: 2, after: "${first.pageInfo.endCursor}"`);
    expect(second).toMatchObject({ found: [ada], totalCount: 3, pageInfo: { hasNextPage: false } });
  });

  it('are as they were last read, however they were found', async () => {
    const { find, wire, rows, system, clock, at } = await setup();
    await system.read('household', ['0000104']);
    await clock.advance(1_000);
    Object.assign(rows.people[0] ?? {}, { surname: 'Byrne', telephone: '07700 900111' });
    await system.read('person', [neill]);
    const asOf = at();
    wire.down = true;
    expect((await find('surname: "O\'Neill"')).error).toBeDefined();
    expect((await find('telephone: "01632 960123"')).found).toEqual([gray]);
    expect(await find('surname: "Byrne"')).toMatchObject({ found: [neill], provenance: { asOf } });
    expect(await find('telephone: "07700 900111"')).toMatchObject({ found: [neill], provenance: { asOf } });
  });

  it('are found as an earlier search found them, whole or in part', async () => {
    const { find, wire, clock, at } = await setup();
    expect(await find('postcode: "CB1 2AC"')).toMatchObject({ found: [eve], provenance: { source: 'LIVE' } });
    expect((await find('surname: "Nobody"')).found).toEqual([]);
    const asOf = at();
    await clock.advance(1_000);
    wire.down = true;
    expect(await find('postcode: "CB1 2AC"')).toMatchObject({ found: [eve], provenance: { source: 'SNAPSHOT', asOf } });
    // Other searches find them too: what was read of them is kept, and where they live.
    expect((await find('postcode: "CB1 2AC", surname: "gray"')).found).toEqual([eve]);
    // The system itself has said that there is nobody.
    expect(await find('surname: "Nobody"')).toMatchObject({ found: [], totalCount: 0, provenance: { asOf } });
  });

  it('are nobody only where everybody has been read; else there is an error that says so', async () => {
    const { warm, find, wire, snapshots, clock, at } = await setup();
    wire.down = true;
    const empty = await find('surname: "Gray"');
    expect(empty.found).toBeUndefined();
    expect(empty.error).toMatchObject({
      message: expect.stringContaining('Nobody who matches is kept either. That does not mean that there is nobody.'),
      extensions: { code: 'SYSTEM_DOWN', system: 'tenancies' },
    });
    wire.down = false;
    await clock.advance(60_000);
    await warm();
    for (const kind of ['household', 'property', 'tenancy']) snapshots.complete('tenancies', kind, clock.now());
    await snapshots.flush();
    const asOf = at();
    await clock.advance(1_000);
    wire.down = true;
    const nobody = { found: [], totalCount: 0, provenance: { source: 'SNAPSHOT', asOf } };
    expect(await find('surname: "Nobody"')).toMatchObject(nobody);
    expect(await find('postcode: "ZZ9 9ZZ"')).toMatchObject(nobody);
    expect(await find('telephone: "01632 960999"')).toMatchObject(nobody);
  });

  it('are given no older than a client takes', async () => {
    const { warm, find, clock } = await setup();
    await warm();
    await clock.advance(60_000);
    expect((await find('surname: "oneill"', 'only-if-cached, max-stale=60')).found).toHaveLength(3);
    expect((await find('surname: "oneill"', 'only-if-cached, max-stale=59')).error.extensions.code).toBe(
      'STALER_THAN_ASKED',
    );
  });
});

describe('people, by telephone number, while the system is up,', () => {
  it('are found among those kept, read again, and given with their own provenance', async () => {
    const { warm, find, clock, at, wires } = await setup();
    await warm();
    const asOf = at();
    await clock.advance(60_000);
    const both = await find('telephone: "+44 1632 960123"');
    expect(both).toMatchObject({ found: [neill, gray], totalCount: 2, provenance: { source: 'SNAPSHOT', asOf } });
    expect(both.nodes.map(({ provenance }: { provenance: object }) => provenance)).toEqual([
      { source: 'LIVE', asOf: at() },
      { source: 'LIVE', asOf: at() },
    ]);
    expect(wires.tenancies.asked.map(operationOf)).toEqual(['GetHousehold']);
    expect((await find('telephone: "01632960123", surname: "gray"')).found).toEqual([gray]);
    expect((await find('telephone: "01632960123", postcode: "CB1 2AB", first: 1')).found).toEqual([neill]);
  });

  it('are left out where the number is theirs no longer', async () => {
    const { warm, find, rows } = await setup();
    await warm();
    Object.assign(rows.people[0] ?? {}, { telephone: '' });
    expect(await find('telephone: "01632 960123"')).toMatchObject({ found: [gray], totalCount: 1 });
    Object.assign(rows.people[1] ?? {}, { telephone: '' });
    expect((await find('telephone: "07700 900456"')).error).toMatchObject({
      message: expect.stringContaining('cannot be searched by telephone number'),
      extensions: { code: 'STALER_THAN_ASKED', system: 'tenancies' },
    });
  });

  it('are not nobody where nobody is kept: there is an error that says so', async () => {
    const { find } = await setup();
    expect((await find('telephone: "01632 960123"')).error).toMatchObject({
      message:
        'The tenancies system cannot be searched by telephone number, and nobody who matches is kept. ' +
        'That does not mean that there is nobody.',
      extensions: { code: 'STALER_THAN_ASKED' },
    });
  });
});

describe('homes of a postcode', () => {
  it('are found among those kept, and read again; as they were kept, while the system is down', async () => {
    const { warm, homesAt, wire, at, clock, rows } = await setup();
    await warm();
    const asOf = at();
    await clock.advance(60_000);
    wire.down = true;
    const kept = { postcode: 'CB1 2AB', provenance: { source: 'SNAPSHOT', asOf } };
    expect(await homesAt('cb12ab')).toEqual({
      homes: [
        { propertyReference: '00001017', ...kept },
        { propertyReference: '00001018', ...kept },
      ],
    });
    wire.down = false;
    Object.assign(rows.homes[0] ?? {}, { post_code: 'CB1 2AD' });
    expect(await homesAt('CB1 2AB')).toEqual({
      homes: [{ propertyReference: '00001017', postcode: 'CB1 2AB', provenance: { source: 'LIVE', asOf: at() } }],
    });
  });

  it('are not none where none is kept, unless every home has been read', async () => {
    const { homesAt, warm, snapshots, clock } = await setup();
    await warm();
    expect((await homesAt('CB9 9ZZ')).error).toMatchObject({
      message: expect.stringContaining('That does not mean that there is none.'),
      extensions: { code: 'STALER_THAN_ASKED' },
    });
    snapshots.complete('tenancies', 'property', clock.now());
    await snapshots.flush();
    expect(await homesAt('CB9 9ZZ')).toEqual({ homes: [] });
  });
});

describe('questions that cannot be asked', () => {
  it.each([
    ['{ people { totalCount } }', /at least one/],
    ['{ people(telephone: "anonymous") { totalCount } }', /`telephone` is none/],
    [`{ people(telephone: "${'1'.repeat(51)}") { totalCount } }`, /at most 50/],
    ['{ properties { uprn } }', /one of the two/],
    ['{ properties(propertyReferences: ["1"], postcode: "CB1 2AB") { uprn } }', /one of the two/],
    ['{ properties(postcode: " ") { uprn } }', /`postcode` is none/],
  ])('say what is wrong: %s', async (question, sentence) => {
    const { ask, wires } = await setup();
    const { errors } = await ask(question);
    expect(errors).toMatchObject([
      { message: expect.stringMatching(sentence), extensions: { code: 'BAD_USER_INPUT' } },
    ]);
    expect(wires.tenancies.asked).toEqual([]);
  });
});
