// An adviser looks for whoever is on the telephone: by surname, by postcode, by number; and the tenancies system is down.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
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

beforeAll(async () => {
  mocks = await startMocks({ homes: 200, seed: 7 });
  const store = await openStore({ file: join(folder, 'store.sqlite') });
  keeping = createKeeping({ store, cipher: createCipher(new Map([['one', randomBytes(32)]])) }, log, systemClock);
  lintel = await startLintel({ env: mocks.urls, port: 0, host: '127.0.0.1', log, keeping });
});
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
  const asked = await Promise.all(searches.map(find));
  expect(asked.flatMap(({ errors }) => errors)).toEqual([]);
  expect(new Set(asked.map(({ provenance }) => provenance.source))).toEqual(new Set(['LIVE']));

  // Read as people's pages read them; and other pages of the searches are asked for than those that are kept.
  await ask(lintel.url, everybody, { homes: homes.map(({ propRef }) => propRef) });
  await keeping.snapshots?.flush();
  await mocks.setFault({ target: 'tenancies', fault: 'down' });
  const kept = await Promise.all(searches.map((each) => find({ ...each, first: 99 })));
  for (const [index, { found, totalCount, provenance, errors }] of kept.entries()) {
    const live = asked[index];
    // Where the system found nobody, nobody kept is no proof of it.
    if (live?.totalCount === 0) expect(errors[0]?.extensions.code).toBe('SYSTEM_DOWN');
    else {
      expect({ found, totalCount }, JSON.stringify(searches[index])).toEqual({
        found: live?.found,
        totalCount: live?.totalCount,
      });
      expect(provenance.source).toBe('SNAPSHOT');
    }
  }

  const [largest] = [...asked.entries()].sort(([, one], [, other]) => other.totalCount - one.totalCount);
  const [index, whole] = largest as typeof largest & object;
  const pages: string[] = [];
  for (let after: string | null = null; ; ) {
    const { found, pageInfo } = await find({ ...searches[index], first: 2, after });
    pages.push(...found);
    if (!pageInfo.hasNextPage) break;
    after = pageInfo.endCursor;
  }
  expect(pages).toEqual(whole.found);
});

it('finds a caller by number while the system is down, and live again once it is back', async () => {
  const person = mocks.world.members.find(({ telephone }) => /^0\d{10}$/.test(telephone.replaceAll(' ', '')));
  const reference = `${person?.houseRef}-${person?.personNo}`;
  await mocks.setFault({ target: 'tenancies', fault: 'down' });
  const down = await find({ telephone: person?.telephone });
  expect(down.errors).toEqual([]);
  expect(down.found).toContain(reference);
  expect(down.nodes[0].provenance.source).toBe('SNAPSHOT');
  await mocks.clearFaults();
  for (;;) {
    const up = await find({ telephone: person?.telephone });
    expect(up.found).toEqual(down.found);
    expect(up.provenance.source).toBe('SNAPSHOT');
    if (up.nodes.every(({ provenance }: { provenance: { source: string } }) => provenance.source === 'LIVE')) break;
  }
});
