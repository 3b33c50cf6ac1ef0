// An adviser looks for whoever is on the telephone: by surname, by postcode, by number; and the tenancies system is down.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createKeeping, type Keeping } from '../../gateway/keeping.ts';
import { type Lintel, startLintel } from '../../gateway/lintel.ts';
import { type StartedMocks, startMocks } from '../../mocks/index.ts';
import { createCipher } from '../../subgraphs/continuity/cipher.ts';
import { systemClock } from '../../subgraphs/continuity/clock.ts';
import { openStore } from '../../subgraphs/continuity/store.ts';
import { ask } from '../estate.ts';

const folder = mkdtempSync(join(tmpdir(), 'lintel-people-'));
const log = pino({ level: 'silent' });
let mocks: StartedMocks;
let keeping: Keeping;
let lintel: Lintel;

const search = /* GraphQL */ `
  query Search($surname: String, $postcode: String, $telephone: String, $first: Int, $after: String) {
    people(surname: $surname, postcode: $postcode, telephone: $telephone, first: $first, after: $after) {
      totalCount
      provenance { source }
      pageInfo { hasNextPage endCursor }
      edges { node { personReference name telephoneNumbers provenance { source } } }
    }
  }`;
const everybody = /* GraphQL */ `
  query Everybody($homes: [ID!]) {
    properties(propertyReferences: $homes) { address tenancies { items { members { name } } } }
  }`;

const find = async (variables: Record<string, unknown>) => {
  const { data, errors } = await ask(lintel.url, search, { first: 100, ...variables });
  const nodes = data.people?.edges.map(({ node }: { node: object }) => node);
  return {
    ...data.people,
    nodes,
    errors,
    found: nodes?.map((each: { personReference: string }) => each.personReference),
  };
};

type Found = Awaited<ReturnType<typeof find>>;

/** Asks until the answer is as wanted: a busy machine may take longer than anybody is let wait. Bounded by the test's time limit. */
async function eventually(variables: Record<string, unknown>, wanted: (found: Found) => boolean): Promise<Found> {
  for (;;) {
    const found = await find(variables);
    if (wanted(found)) return found;
  }
}

beforeAll(async () => {
  mocks = await startMocks({ homes: 200, seed: 7 });
  const store = await openStore({ file: join(folder, 'store.sqlite') });
  keeping = createKeeping({ store, cipher: createCipher(new Map([['one', randomBytes(32)]])) }, log, systemClock);
  lintel = await startLintel({ env: mocks.urls, port: 0, host: '127.0.0.1', log, keeping });
  // As people's pages read them.
  const read = await ask(lintel.url, everybody, { homes: mocks.world.homes.map(({ propRef }) => propRef) });
  expect(read.errors).toEqual([]);
  await keeping.snapshots?.flush();
});
afterEach(() => mocks.clearFaults());
afterAll(async () => {
  await lintel.close();
  await keeping.close();
  await mocks.close();
  rmSync(folder, { recursive: true });
});

it('finds among what is kept whom the system itself would find, in its order and by its pages', async () => {
  const { homes, members } = mocks.world;
  const surnames = [...new Set(members.map(({ surname }) => surname))].slice(0, 12);
  const postcodes = [...new Set(homes.map(({ postcode }) => postcode))].slice(0, 12);
  const searches = [
    ...surnames.map((surname) => ({ surname: surname.toUpperCase() })),
    ...postcodes.map((postcode) => ({ postcode: postcode.toLowerCase() })),
    ...postcodes.map((postcode, index) => ({ postcode, surname: surnames[index] })),
  ];
  const live: Found[] = [];
  for (const each of searches) live.push(await eventually(each, ({ provenance }) => provenance?.source === 'LIVE'));

  await mocks.setFault({ target: 'tenancies', fault: 'down' });
  // Other pages of the searches are asked for from here on than those that the system gave.
  const expected = live.map(({ found, totalCount }) => ({ found, totalCount }));
  for (const [index, each] of searches.entries()) {
    const name = JSON.stringify(each);
    // Where the system found nobody, that nobody is kept is no proof of it.
    if (expected[index]?.totalCount === 0) expect((await find({ ...each, first: 99 })).errors, name).toHaveLength(1);
    else {
      const { found, totalCount, provenance } = await eventually(
        { ...each, first: 99 },
        ({ errors }) => !errors.length,
      );
      expect({ found, totalCount }, name).toEqual(expected[index]);
      expect(provenance.source).toBe('SNAPSHOT');
    }
  }

  const [largest] = [...live.entries()].sort(([, one], [, other]) => other.totalCount - one.totalCount);
  const [index, whole] = largest as typeof largest & object;
  const pages: string[] = [];
  for (let after: string | null = null; ; ) {
    const page = { ...searches[index], first: 2, after };
    const { found, pageInfo }: Found = await eventually(page, ({ errors }) => !errors.length);
    pages.push(...found);
    if (!pageInfo.hasNextPage) break;
    after = pageInfo.endCursor;
  }
  expect(pages).toEqual(whole.found);

  // However many search at once: all whom the system found, or an error; never some of them.
  const many = await Promise.all(searches.map((each) => find({ ...each, first: 98 })));
  for (const [index, { found, totalCount, errors }] of many.entries()) {
    if (!errors.length) expect({ found, totalCount }).toEqual(expected[index]);
  }
}, 20_000);

it('finds a caller by number while the system is down, and live again once it is back', async () => {
  const person = mocks.world.members.find(({ telephone }) => /^0\d{10}$/.test(telephone.replaceAll(' ', '')));
  const reference = `${person?.houseRef}-${person?.personNo}`;
  await mocks.setFault({ target: 'tenancies', fault: 'down' });
  const down = await eventually({ telephone: person?.telephone }, ({ errors }) => !errors.length);
  expect(down.found).toContain(reference);
  expect(down.nodes[0].provenance.source).toBe('SNAPSHOT');
  await mocks.clearFaults();
  const up = await eventually({ telephone: person?.telephone }, ({ nodes }) =>
    nodes?.every(({ provenance }: { provenance: { source: string } }) => provenance.source === 'LIVE'),
  );
  expect(up.found).toEqual(down.found);
  // Who has a number, that system cannot be asked.
  expect(up.provenance.source).toBe('SNAPSHOT');
});
