// Whoever walks a system from the beginning meets every record once: lists and changed-since feeds, page by page to the
// end, as each wire has them.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLegacy } from './legacy.ts';

let legacy: Awaited<ReturnType<typeof startLegacy>>;
beforeAll(async () => {
  legacy = await startLegacy({ homes: 2_000 });
  await legacy.login();
});
afterAll(() => legacy.close());

const KINDS = [
  ['TENANCY', 'tenancies', 'tagRef'],
  ['PROPERTY', 'homes', 'propRef'],
  ['MEMBER', 'members', 'personRef'],
] as const;

async function changedSince(entity: string, since: string): Promise<{ key: string; tstamp: string }[]> {
  const all: { key: string; tstamp: string }[] = [];
  for (;;) {
    const wish = `<Entity>${entity}</Entity><Since>${since}</Since><AfterKey>${all.at(-1)?.key ?? ''}</AfterKey>`;
    const { Keys } = await legacy.housing('ChangedSince', `${wish}<MaxRows>300</MaxRows>`);
    if (!Keys?.Changed) return all;
    all.push(...Keys.Changed);
  }
}

/** Work orders by their feed: the last time of a page is where the next begins, so that its jobs come again. */
async function changesOfWorkOrders(): Promise<{ pages: number; references: Set<string> }> {
  const references = new Set<string>();
  let since = '1900-01-01T00:00:00';
  for (let pages = 1; ; pages += 1) {
    const { body } = await legacy.repairs(`/changes?since=${since}`);
    for (const { reference } of body) references.add(reference);
    if (body.length < 500) return { pages, references };
    expect(body.at(-1).lastUpdated > since).toBe(true);
    since = body.at(-1).lastUpdated;
  }
}

async function pagesOfWorkOrders(query: string): Promise<string[]> {
  const all: string[] = [];
  for (let page = 1; ; page += 1) {
    const { body } = await legacy.repairs(`/workOrders?${query}&pageNumber=${page}&pageSize=400`);
    all.push(...body.map((one: { reference: string }) => one.reference));
    if (body.length < 400) return all;
  }
}

describe('walked from the beginning', () => {
  it.each(KINDS)('ChangedSince gives each %s once, in the order of keys', async (entity, list, key) => {
    const keys = (await changedSince(entity, '1900-01-01T00:00:00')).map((one) => one.key);
    const records = legacy.mocks.world[list] as unknown as Record<string, string>[];
    expect(keys).toEqual(records.map((one) => one[key]).sort());
  });

  it('ChangedSince gives the later ones alone where a later time is given', async () => {
    const all = await changedSince('TENANCY', '1900-01-01T00:00:00');
    const later = await changedSince('TENANCY', '2026-06-01T00:00:00');
    expect(later).toEqual(all.filter(({ tstamp }) => tstamp >= '2026-06-01T00:00:00'));
    expect(later.length).toBeGreaterThan(10);
  });

  it('the changes of lettings give each record once, and say how many there are', async () => {
    const found: string[] = [];
    for (let offset = 0; ; offset += 100) {
      const { body } = await legacy.lettings(`/changes?since=01/01/1900%2000:00&offset=${offset}&limit=100`);
      found.push(...body.results.map(({ kind, ref }: Record<string, string>) => `${kind} ${ref}`));
      const { applications, offers, exchanges } = legacy.mocks.world;
      expect(body.metadata.resultset.count).toBe(applications.length + offers.length + exchanges.length);
      if (body.results.length < 100) break;
    }
    const { applications, offers, exchanges } = legacy.mocks.world;
    expect(found).toHaveLength(applications.length + offers.length + exchanges.length);
    expect(new Set(found).size).toBe(found.length);
  });

  it('the changes and the pages of work orders give the same jobs, all there are', async () => {
    const { pages, references } = await changesOfWorkOrders();
    const listed = await pagesOfWorkOrders('includeClosed=true');
    expect(pages).toBeGreaterThan(10);
    expect(new Set(listed).size).toBe(listed.length);
    expect([...references].sort()).toEqual([...listed].sort());
    const open = await pagesOfWorkOrders('includeClosed=false');
    const partner = await pagesOfWorkOrders('includeClosed=true&contractorReference=H09');
    for (const part of [open, partner]) expect(new Set(listed).isSupersetOf(new Set(part))).toBe(true);
    expect(open.length + partner.length).toBeLessThan(2 * listed.length);
  });

  it('pages of work orders follow what is raised and closed between two walks', async () => {
    const before = await pagesOfWorkOrders('includeClosed=false');
    const raised = await legacy.raise(legacy.mocks.world.cast.katy.propertyReference, 'Tap drips', 'LNT-1');
    expect(await pagesOfWorkOrders('includeClosed=false')).toEqual([...before, raised]);
    const [first = ''] = before;
    await legacy.repairs('/workOrderComplete', { workOrderReference: { id: first } });
    expect(await pagesOfWorkOrders('includeClosed=false')).toEqual([...before.slice(1), raised]);
  });

  it('the call records give each call once, oldest day first', async () => {
    const lines = await legacy.records('Master.csv');
    const ids = lines.map((line) => /"([\d.]+)",""$/.exec(line)?.[1]);
    expect(lines.length).toBeGreaterThan(500);
    expect(new Set(ids).size).toBe(lines.length);
    const days = lines.map((line) => /"(\d{4}-\d\d-\d\d) \d\d:\d\d:\d\d"/.exec(line)?.[1] ?? '');
    expect(days).toEqual(days.toSorted());
  });
});
