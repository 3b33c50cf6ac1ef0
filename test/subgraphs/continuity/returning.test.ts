// Kept answers compared with what a backend says after a break: what has left its list, what is older, what is another's.
import { describe, expect, it } from 'vitest';
import type { Read, Reads, Recorded } from '../../../subgraphs/continuity/definition.ts';
import { WireError } from '../../../subgraphs/continuity/errors.ts';
import { compareKept } from '../../../subgraphs/continuity/returning.ts';

interface Order {
  reference: string;
  home: string;
  updatedAt: string;
}

const order = (reference: string, more: Partial<Order> = {}): Order => ({
  ...{ reference, home: 'A', updatedAt: '2026-09-01T10:00:00Z' },
  ...more,
});
const recorded = ({ reference, home, updatedAt }: Order): Recorded => ({ reference, identity: home, updatedAt });
const alone = (each: Order): Recorded => ({
  ...recorded(each),
  elsewhere: { kind: 'order', key: each.reference },
});
const read = (backend: string, more: Partial<Read<never, unknown>>) =>
  ({ backend, limit: 10, absent: null, ask: async () => new Map(), ...more }) as Reads[string];

/** Open orders of homes, orders by themselves, and visits that another backend's orders may explain. */
const reads: Reads = {
  openOrders: read('orders', { absent: [], records: (orders) => (orders as Order[]).map(alone) }),
  order: read('orders', { records: (each) => [recorded(each as Order)] }),
  visit: read('diary', {
    records: (_visit, key) => [
      {
        reference: key,
        identity: '',
        elsewhere: { kind: 'order', key, explains: (each) => (each as Order | null)?.home === 'closed' },
      },
    ],
  }),
  contact: read('orders', { records: () => [{ reference: 'Ann', identity: '' }] }),
  /** A wire that takes one question a call; a place is asked for by what it is in. */
  place: read('orders', {
    limit: 1,
    records: (_place, key) => [{ reference: key, identity: '', elsewhere: { kind: 'place', key: { in: key } } }],
  }),
};

const sampled = (kind: string, key: string, value: unknown) => ({
  ...{ kind, key, value, readAtMs: 5, changedAtMs: 5, versionMs: null },
});

/** Compares many, of which nothing is there now. */
async function compareAll(records: ReturnType<typeof sampled>[]) {
  const calls: { kind: string; keys: readonly unknown[] }[] = [];
  const compared = await compareKept(records, {
    ...{
      system: 'repairs',
      backend: 'orders',
      reads,
      wholeUntilMs: 0,
      atOnce: 1,
      snapshots: { wasFormer: async () => false },
    },
    async ask(kind, keys) {
      calls.push({ kind, keys });
      return new Map();
    },
  });
  return { compared, calls };
}

async function compare(
  kind: string,
  kept: unknown,
  now: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  former: readonly unknown[] = [],
) {
  const asked: string[] = [];
  const [compared] = await compareKept(
    [{ kind, key: 'k', value: kept, readAtMs: 5, changedAtMs: 5, versionMs: null }],
    {
      system: 'repairs',
      backend: reads[kind]?.backend ?? '',
      reads,
      wholeUntilMs: 0,
      atOnce: 1,
      snapshots: {
        wasFormer: async (_system, _kind, _key, value) =>
          former.some((each) => JSON.stringify(each) === JSON.stringify(value)),
      },
      async ask(each, keys) {
        asked.push(each);
        if (now[each]?.fails) throw now[each].fails;
        return new Map(
          keys.map((key) => [String(key), now[each]?.[String(key)]] as const).filter(([, found]) => found),
        );
      },
    },
  );
  const verdicts = compared?.findings.map(({ verdict }) => verdict);
  return {
    verdicts,
    readable: compared?.readable,
    versionMs: compared?.versionMs,
    findings: compared?.findings,
    asked,
  };
}

describe('an order that has left the list of open ones', () => {
  const kept = [order('1'), order('2')];

  it('is asked for by itself, and is no loss where it is there', async () => {
    const { verdicts, asked } = await compare('openOrders', kept, {
      openOrders: { k: [order('1')] },
      order: { 2: order('2', { updatedAt: '2026-09-02T10:00:00Z' }) },
    });
    expect(verdicts).toEqual([]);
    expect(asked).toEqual(['openOrders', 'order']);
  });

  it.each([
    ['MISSING', 'it is nowhere', {}],
    ['REISSUED', 'its number is of another home', { 2: order('2', { home: 'B' }) }],
    ['OLDER', 'it is as it was before', { 2: order('2', { updatedAt: '2026-08-01T10:00:00Z' }) }],
  ])('is %s where %s', async (verdict, _why, there) => {
    const { verdicts } = await compare('openOrders', kept, { openOrders: { k: [order('1')] }, order: there });
    expect(verdicts).toEqual([verdict]);
  });
});

describe('a visit that is gone', () => {
  it('is explained by its order, and is missed where that says nothing or cannot be asked', async () => {
    const kept = { at: 'noon' };
    const closed = { order: { k: order('k', { home: 'closed' }) } };
    expect((await compare('visit', kept, closed)).verdicts).toEqual([]);
    expect((await compare('visit', kept, { order: { k: order('k') } })).verdicts).toEqual(['MISSING']);
    const down = { order: { fails: new WireError('UNREACHABLE', 'down') } };
    expect((await compare('visit', kept, down)).verdicts).toEqual(['MISSING']);
  });
});

describe('a record without a time of change', () => {
  it('is older where it says again what it had said before, and else was changed by people', async () => {
    const now = { contact: { k: { telephone: 'old' } } };
    expect((await compare('contact', { telephone: 'new' }, now, [{ telephone: 'old' }])).verdicts).toEqual(['OLDER']);
    expect((await compare('contact', { telephone: 'new' }, now)).verdicts).toEqual(['CHANGED']);
  });
});

it('a reply that cannot be read says nothing of its records, and a backend that is away nothing at all', async () => {
  const garbled = { order: { fails: new WireError('GARBLED', 'no JSON') } };
  expect(await compare('order', order('k'), garbled)).toMatchObject({ verdicts: [], readable: false });
  const away = { order: { fails: new WireError('UNREACHABLE', 'down') } };
  await expect(compare('order', order('k'), away)).rejects.toThrow('down');
});

describe('an order that is still in its place', () => {
  const later = { updatedAt: '2026-09-02T10:00:00Z' };
  const earlier = { updatedAt: '2026-08-01T10:00:00Z' };

  it.each([
    ['no finding', 'nothing about it is otherwise', {}, []],
    ['no finding', 'it was changed since', { ...later, home: 'A' }, ['CHANGED']],
    ['REISSUED', 'it is of another home, though by the same number', { home: 'B' }, ['REISSUED']],
    ['REISSUED', 'it is of another home, and newer', { home: 'B', ...later }, ['REISSUED']],
    ['OLDER', 'it was last changed before what is kept', earlier, ['OLDER']],
  ] as const)('comes to %s where %s', async (_verdict, _why, more, verdicts) => {
    for (const [kind, value, now] of [
      ['order', order('k'), order('k', more)],
      ['openOrders', [order('1'), order('2')], [order('1'), order('2', more)]],
    ] as const) {
      expect((await compare(kind, value, { [kind]: { k: now } })).verdicts).toEqual(verdicts);
    }
  });

  it('names the record, where it was kept, and when it was last seen', async () => {
    const { findings } = await compare('openOrders', [order('1')], { openOrders: { k: [order('1', earlier)] } });
    expect(findings).toEqual([
      { of: 'RECORD', verdict: 'OLDER', kind: 'openOrders', key: 'k', reference: '1', atMs: 5 },
    ]);
  });

  it('is not older where it says again what it had said, and yet has not been changed back by its own account', async () => {
    const now = order('k', { reference: 'x' });
    const { verdicts } = await compare('order', order('k'), { order: { k: { ...now, reference: 'k' } } }, [now]);
    expect(verdicts).toEqual([]);
    const again = { ...order('k'), note: 'as before' };
    expect((await compare('order', order('k'), { order: { k: again } }, [again])).verdicts).toEqual(['CHANGED']);
  });

  it('is judged by what it had said where one beside it has no date', async () => {
    const undated = { ...order('2'), updatedAt: null } as unknown as Order;
    const now = [{ ...order('1'), note: 1 }, undated];
    expect((await compare('openOrders', [order('1'), undated], { openOrders: { k: now } }, [now])).verdicts).toEqual([
      'OLDER',
    ]);
  });
});

it('a record that is not there any more, and can be nowhere else, is missing; a list that is empty by now is looked through', async () => {
  expect((await compare('order', order('k'), {})).verdicts).toEqual(['MISSING']);
  const { verdicts, asked } = await compare('openOrders', [order('1'), order('2')], {});
  expect(verdicts).toEqual(['MISSING', 'MISSING']);
  expect(asked).toEqual(['openOrders', 'order']);
});

it('tells the latest time of change that an answer now has, and none where none tells', async () => {
  const now = [order('1'), order('2', { updatedAt: '2026-09-03T10:00:00Z' }), { ...order('3'), updatedAt: null }];
  const { versionMs } = await compare('openOrders', [order('1')], { openOrders: { k: now } });
  expect(versionMs).toBe(Date.parse('2026-09-03T10:00:00Z'));
  expect((await compare('contact', 'a', { contact: { k: 'a' } })).versionMs).toBeNull();
  expect((await compare('order', order('k'), {})).versionMs).toBeNull();
});

it('a refusal says nothing of its records; a search that fails at the backend itself, or by our own fault, ends the check', async () => {
  const refused = { order: { fails: new WireError('REFUSAL', 'no') } };
  expect(await compare('order', order('k'), refused)).toMatchObject({ verdicts: [], readable: false });
  const broken = { order: { fails: new TypeError('x is undefined') } };
  await expect(compare('order', order('k'), broken)).rejects.toThrow('x is undefined');
  await expect(compare('visit', 'noon', broken)).rejects.toThrow('x is undefined');
  const away = { openOrders: { k: [] }, order: { fails: new WireError('UNREACHABLE', 'down') } };
  await expect(compare('openOrders', [order('1')], away)).rejects.toThrow('down');
});

describe('many kept answers', () => {
  const many = (kind: string, count: number, value: unknown) =>
    Array.from({ length: count }, (_, index) => sampled(kind, `${kind}${index}`, value));

  it('are asked for by turns of their kinds, as many a call as the wire takes, in forty calls at most', async () => {
    const { compared, calls } = await compareAll([...many('order', 500, order('1')), ...many('contact', 25, 'a')]);
    expect(calls).toHaveLength(40);
    expect(calls.slice(0, 8).map(({ kind, keys }) => `${kind} ${keys.length}`)).toEqual([
      ...['order 10', 'contact 10', 'order 10', 'contact 10', 'order 10', 'contact 5', 'order 10', 'order 10'],
    ]);
    const asked = calls.flatMap(({ keys }) => keys);
    expect(new Set(asked).size).toBe(asked.length);
    expect(compared.map(({ record }) => record.key).sort()).toEqual(asked.toSorted());
  });

  it('that have left their lists are searched for likewise: each once, in sixty calls at most', async () => {
    const lists = many('openOrders', 35, []).map((each, list) => ({
      ...each,
      value: Array.from({ length: 20 }, (_, index) => order(`${20 * list + index}`)),
    }));
    const { compared, calls } = await compareAll(lists);
    const searches = calls.filter(({ kind }) => kind === 'order');
    expect(searches.map(({ keys }) => keys.length)).toEqual(Array(60).fill(10));
    expect(new Set(searches.flatMap(({ keys }) => keys)).size).toBe(600);
    expect(compared.flatMap(({ findings }) => findings)).toHaveLength(600);

    const { calls: one } = await compareAll(
      many('place', 39, 'a').map((each) => ({ ...each, key: `{"of":"${each.key}"}` })),
    );
    expect(one.slice(0, 39).map(({ keys }) => keys)).toContainEqual([{ of: 'place0' }]);
    expect(one.slice(39).map(({ keys }) => keys)).toContainEqual([{ in: '{"of":"place0"}' }]);
    expect(one).toHaveLength(78);
  });
});
