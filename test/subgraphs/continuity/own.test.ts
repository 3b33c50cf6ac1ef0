// Lintel's own records: changed by receipts, each as often as it comes and never twice, on both engines of the store.
import { randomBytes } from 'node:crypto';
import { GraphQLError } from 'graphql';
import { afterEach, expect, it } from 'vitest';
import { createCipher } from '../../../subgraphs/continuity/cipher.ts';
import type { Receipt } from '../../../subgraphs/continuity/intake.ts';
import type { OwnKinds } from '../../../subgraphs/continuity/own.ts';
import { createOwn } from '../../../subgraphs/continuity/owner.ts';
import { ownPage } from '../../../subgraphs/continuity/ownlist.ts';
import { openStore, type Store, type StorePlace } from '../../../subgraphs/continuity/store.ts';
import { createTestClock } from '../../clock.ts';
import { receiptOf } from '../../receipts.ts';
import { onBothEngines } from '../../stores.ts';

interface Tally {
  sum: number;
  receipts: string[];
}

interface Call {
  by: string | null;
  need: number;
  of?: string;
  staysAs?: string;
}

/** A tally that `begin` begins and `add` adds to; 100 closes it. */
const kinds: OwnKinds = {
  tally: {
    changedBy: ['begin', 'add'],
    idOf: ({ id, mutation, input }) => (mutation === 'begin' ? id : (input as { tally: string }).tally),
    after(before: Tally | undefined, { id, mutation, input }): Tally | undefined {
      if (mutation === 'begin') return before ?? { sum: 0, receipts: [id] };
      if (!before || before.receipts.includes(id)) return before;
      return { sum: before.sum + (input as { count: number }).count, receipts: [...before.receipts, id] };
    },
    filed: ({ sum }: Tally) => ({ state: sum < 100 ? 'OPEN' : 'CLOSED', place: sum, terms: ['person\n1-1'] }),
  },
  call: {
    changedBy: [],
    idOf: () => null,
    after: (before) => before,
    filed: ({ by, need, of }: Call) => ({
      ...{ state: by ? 'TAKEN' : 'WAITING', place: -need, within: of?.startsWith('another') ? of : 'campaign' },
      ...(of && { terms: [`call\n${of}`] }),
    }),
    forgotten: ({ need, staysAs }: Call) => (staysAs ? { by: staysAs, need } : undefined),
  },
};

const receipt = (id: string, mutation: string, input: unknown = {}) =>
  receiptOf({ id, system: 'repairs', mutation, input });

onBothEngines("Lintel's own records", (place) => {
  const open: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of open.splice(0).reverse()) await close();
  });

  async function openOwn(at?: StorePlace, keys = new Map([['one', randomBytes(32)]])) {
    const where = at ?? (await place());
    const store: Store = await openStore(where);
    const clock = createTestClock();
    const failures: string[] = [];
    const onFailure = (what: string) => failures.push(what);
    const records = createOwn({ store, cipher: createCipher(keys), clock, onFailure });
    const close = async () => {
      await records.close();
      await store.close();
    };
    open.push(close);
    return { where, store, clock, failures, records, own: records.of('repairs', kinds), close, keys };
  }

  it('are what receipts make of them; a receipt that comes again changes nothing', async () => {
    const { own } = await openOwn();
    await own.file(receipt('A', 'begin'));
    for (let time = 0; time < 3; time += 1) await own.file(receipt('B', 'add', { tally: 'A', count: 40 }));
    await own.file(receipt('C', 'add', { tally: 'nobody', count: 1 }));
    await own.file(receipt('D', 'unknown', {}));
    expect(await own.find('tally', 'A')).toMatchObject({ state: 'OPEN', content: { sum: 40, receipts: ['A', 'B'] } });
    expect(await own.find('tally', 'nobody')).toBeNull();
  });

  it('are listed by their place and state, page by page, and found by a term', async () => {
    const { own } = await openOwn();
    for (const [index, id] of ['A', 'B', 'C'].entries()) {
      await own.file(receipt(id, 'begin'));
      await own.file(receipt(`${id}+`, 'add', { tally: id, count: 100 - 45 * index }));
    }
    const idsOf = ({ items, total }: { items: { id: string }[]; total: number }) => [items.map(({ id }) => id), total];
    expect(idsOf(await own.list('tally', { first: 10, offset: 0 }))).toEqual([['C', 'B', 'A'], 3]);
    expect(idsOf(await own.list('tally', { states: ['OPEN'], first: 1, offset: 1 }))).toEqual([['B'], 2]);
    expect((await own.findByTerm('tally', 'person\n1-1')).map(({ id }) => id)).toEqual(['C', 'B', 'A']);
    expect([...(await own.findAll('tally', ['A', 'none'])).keys()]).toEqual(['A']);
  });

  it('lose nothing where the store fails: what it did not take is offered again', async () => {
    const { own, store, clock, failures } = await openOwn();
    await own.file(receipt('A', 'begin'));
    await store.db.schema.alterTable('own').renameTo('away').execute();
    await own.file(receipt('B', 'add', { tally: 'A', count: 7 }));
    expect(failures).toEqual(["filing one of Lintel's own records"]);
    await expect(own.find('tally', 'A')).rejects.toMatchObject({ extensions: { code: 'STORE_DOWN' } });
    await store.db.schema.alterTable('away').renameTo('own').execute();
    await clock.advance(5_000);
    await own.file(receipt('C', 'add', { tally: 'A', count: 1 }));
    expect(await own.find('tally', 'A')).toMatchObject({ content: { sum: 8 } });
  });

  it('catch up at the start with receipts that a process had accepted and not filed when it ended, oldest first', async () => {
    const { own, records } = await openOwn();
    const accepted = [receipt('B', 'add', { tally: 'A', count: 3 }), receipt('A', 'begin')];
    let tell: (changed: Receipt) => void = () => {};
    await records.follow({
      receipts: async ({ mutations }) => (mutations?.join() === 'begin,add' ? accepted : []),
      listen(listener) {
        tell = listener;
        return () => {};
      },
    });
    tell(receipt('C', 'add', { tally: 'A', count: 4 }));
    await own.file(receipt('D', 'add', { tally: 'A', count: 0 }));
    expect(await own.find('tally', 'A')).toMatchObject({ content: { sum: 7, receipts: ['A', 'B', 'C', 'D'] } });
  });

  it('of a person are forgotten by a term', async () => {
    const { own, records } = await openOwn();
    await own.file(receipt('A', 'begin'));
    await own.file(receipt('B', 'begin'));
    expect(await records.forget({ terms: ['person\nanother'] })).toBe(0);
    expect(await records.forget({ terms: ['person\n1-1'] })).toBe(2);
    expect(await own.find('tally', 'A')).toBeNull();
    expect(await own.findByTerm('tally', 'person\n1-1')).toEqual([]);
  });

  it('are parts of another, counted and listed by that alone, in one order whatever the store', async () => {
    const { own } = await openOwn();
    await own.add<Call>('call', [
      ...['b', 'a', 'c'].map((id) => ({ id, content: { by: null, need: 1 } })),
      { id: 'd', content: { by: 'Anna', need: 2 } },
      { id: 'elsewhere', content: { by: null, need: 9, of: 'another campaign' } },
    ]);
    const ids = async (filter: object) =>
      (await own.list('call', { ...filter, first: 10, offset: 0 })).items.map(({ id }) => id);
    expect(await ids({ within: 'campaign' })).toEqual(['d', 'a', 'b', 'c']);
    expect(await ids({ within: 'campaign', states: ['WAITING'] })).toEqual(['a', 'b', 'c']);
    expect(await ids({})).toEqual(['elsewhere', 'd', 'a', 'b', 'c']);
    expect(Object.fromEntries(await own.count('call', 'campaign'))).toEqual({ WAITING: 3, TAKEN: 1 });
    const page = async (first: number, after?: string) => {
      const fields = ({ id }: { id: string }) => ({ id });
      const { edges, ...rest } = await ownPage(own, {
        ...{ kind: 'call', filter: { within: 'campaign' }, system: 'repairs', fields },
        args: { first, ...(after && { after }) },
      });
      return { ids: edges.map(({ node }) => node.id), ...rest };
    };
    const first = await page(3);
    expect(first).toMatchObject({
      ...{ ids: ['d', 'a', 'b'], totalCount: 4, pageInfo: { hasNextPage: true } },
      provenance: { system: 'repairs', source: 'INTAKE', asOf: '2022-06-27T08:00:00.000Z' },
    });
    expect(await page(3, first.pageInfo.endCursor ?? '')).toMatchObject({
      ...{ ids: ['c'], totalCount: 4, pageInfo: { hasNextPage: false } },
    });
    await expect(page(201)).rejects.toThrow('between 1 and 200');
  });

  it('are found by the terms that they have now', async () => {
    const { own } = await openOwn();
    await own.add('call', [{ id: 'one', content: { by: null, need: 1, of: 'A' } }]);
    const found = async (term: string) => (await own.findByTerm('call', term)).map(({ id }) => id);
    expect(await found('call\nA')).toEqual(['one']);
    await own.together((drawer) => drawer.put('call', 'one', { by: null, need: 1, of: 'B' }));
    expect([await found('call\nA'), await found('call\nB')]).toEqual([[], ['one']]);
    // Added again, it stays as it is, and so do its terms.
    await own.add('call', [{ id: 'one', content: { by: null, need: 1, of: 'C' } }]);
    expect([await found('call\nB'), await found('call\nC')]).toEqual([['one'], []]);
    // Of another kind, and of another system, it is another record.
    expect(await own.find('tally', 'one')).toBeNull();
  });

  it('change several at once, or none; who was not changed since a time is told from who was', async () => {
    const { own, clock } = await openOwn();
    await own.add(
      'call',
      ['a', 'b'].map((id) => ({ id, content: { by: null, need: 1 } })),
    );
    const refused = own.together(async (drawer) => {
      await drawer.put('call', 'a', { by: 'Anna', need: 1 });
      throw new GraphQLError('No.');
    });
    // In the words of whoever refused.
    await expect(refused).rejects.toThrow('No.');
    expect(await own.find('call', 'a')).toMatchObject({ content: { by: null } });
    await clock.advance(1_000);
    await own.together((drawer) => drawer.put('call', 'a', { by: null, need: 2 }));
    const unchanged = (unchangedSinceMs: number) =>
      own.together(async (drawer) => (await drawer.first('call', { first: 5, unchangedSinceMs })).map(({ id }) => id));
    expect(await unchanged(clock.now() - 1)).toEqual(['b']);
    expect(await unchanged(clock.now())).toEqual(['a', 'b']);
  });

  it('are forgotten by their ids too, but for those excepted; what others depend on stays without the person', async () => {
    const { own, records } = await openOwn();
    for (const id of ['A', 'B', 'C']) await own.file(receipt(id, 'begin'));
    await own.add('call', [{ id: 'kept', content: { by: 'Anna', need: 3, of: 'A', staysAs: 'somebody' } }]);
    expect(await records.about(['call\nA', 'person\nnobody'])).toEqual([
      { system: 'repairs', kind: 'call', id: 'kept' },
    ]);
    expect(await records.forget({ terms: ['call\nA'], ids: ['B', 'C'], except: ['C'] })).toBe(2);
    expect([...(await own.findAll('tally', ['A', 'B', 'C'])).keys()].sort()).toEqual(['A', 'C']);
    expect(await own.find('call', 'kept')).toMatchObject({ content: { by: 'somebody', need: 3 } });
    expect(await own.findByTerm('call', 'call\nA')).toEqual([]);
    // Not even the terms of what is gone are left.
    expect((await records.about(['person\n1-1'])).map(({ id }) => id).sort()).toEqual(['A', 'C']);
    // A receipt that is forgotten says nothing any more.
    await own.file(receipt('B', 'begin', null));
    expect(await own.find('tally', 'B')).toBeNull();
  });

  it('are sealed: neither content nor term is in the store as it was given', async () => {
    const { own, store } = await openOwn();
    await own.add('call', [{ id: 'one', content: { by: 'Quentin Featherstone', need: 1 } }]);
    await own.file(receipt('A', 'begin'));
    const rows = [
      await store.db.selectFrom('own').selectAll().execute(),
      await store.db.selectFrom('own_term').selectAll().execute(),
    ];
    const bytes = rows.flat().flatMap((row) => Object.values(row).map((value) => Buffer.from(String(value))));
    expect(bytes.length).toBeGreaterThan(10);
    expect(bytes.some((each) => each.includes('Featherstone') || each.includes('person'))).toBe(false);
  });

  it('are handed out in their order to one each, however many take at once; ten thousand are added, and added again', async () => {
    const { own } = await openOwn();
    const many = Array.from({ length: 10_000 }, (_, index) => ({
      id: `call${index}`,
      content: { by: null, need: index },
    }));
    await own.add('call', many);
    await own.add('call', many);
    expect(await own.count('call', 'campaign')).toEqual(new Map([['WAITING', 10_000]]));
    const take = (by: string) =>
      own.together(async (drawer) => {
        const some = await drawer.first<{ by: string | null; need: number }>('call', {
          states: ['WAITING'],
          first: 10,
        });
        for (const { id, content } of some) await drawer.put('call', id, { ...content, by });
        return some.map(({ id }) => id);
      });
    const taken = (await Promise.all(['a', 'b', 'c', 'd'].map(take))).flat();
    expect(new Set(taken).size).toBe(40);
    expect(new Set(taken)).toEqual(new Set(Array.from({ length: 40 }, (_, index) => `call${9_999 - index}`)));
    // What was handed out stays so when the list is made again.
    await own.add('call', many);
    expect(await own.count('call', 'campaign')).toEqual(
      new Map([
        ['TAKEN', 40],
        ['WAITING', 9_960],
      ]),
    );
  }, 60_000);
});
