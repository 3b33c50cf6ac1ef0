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
};

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
  return { verdicts: compared?.findings.map(({ verdict }) => verdict), readable: compared?.readable, asked };
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
