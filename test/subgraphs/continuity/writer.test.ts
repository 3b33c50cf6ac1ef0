// What was read is written behind everybody's back: again where the store fails, nothing lost meanwhile, and a walk counts as
// complete only once all that it has read is written.
import { expect, it } from 'vitest';
import { snapshotNumbers } from '../../../subgraphs/continuity/kept.ts';
import { createWaitingRoom, type Waiting } from '../../../subgraphs/continuity/waiting.ts';
import { createWriter } from '../../../subgraphs/continuity/writer.ts';
import type { Written } from '../../../subgraphs/continuity/writing.ts';
import { createTestClock, settled } from '../../clock.ts';

const { flushMs, retryMs } = snapshotNumbers;

function start(numbers: Partial<typeof snapshotNumbers> = {}) {
  const clock = createTestClock();
  const given = { ...snapshotNumbers, ...numbers };
  const waiting = createWaitingRoom(given.mostQueued);
  const batches: string[][] = [];
  const walks: string[] = [];
  const failures: string[] = [];
  const store = { fails: false, spoils: '', hangs: null as Promise<void> | null };
  const writer = createWriter({
    waiting,
    clock,
    numbers: given,
    async write(records): Promise<Written> {
      await store.hangs;
      if (store.fails) throw new Error('the store is away');
      batches.push(records.map(({ key }) => key));
      const spoilt = records.filter(({ key }) => key === store.spoils).map((record) => ({ record, error: 'spoilt' }));
      return { written: records.length, confirmed: 0, unchanged: 0, spoilt };
    },
    async writeWalk({ kind, generation }) {
      if (store.fails) throw new Error('the store is away');
      walks.push(`${kind} ${generation}`);
    },
    onWritten: () => {},
    onFailure: (error) => failures.push((error as Error).message),
  });
  return {
    ...{ clock, waiting, writer, batches, walks, failures, store },
    reads(...keys: string[]) {
      const record = { system: 'repairs', kind: 'orders', value: 1, readAtMs: clock.now(), generation: 1 };
      for (const key of keys) waiting.add({ ...record, key } as Waiting);
      writer.wake();
    },
    walked: (kind = 'orders', generation = 1) =>
      writer.complete({ system: 'repairs', kind, generation, at: clock.now() }),
  };
}

it('waits a moment for company, and not where there is enough', async () => {
  const { reads, clock, batches } = start({ batch: 3 });
  reads('a');
  reads('b');
  await clock.advance(flushMs - 1);
  expect(batches).toEqual([]);
  await clock.advance(1);
  expect(batches).toEqual([['a', 'b']]);
  reads('c', 'd', 'e', 'f');
  await settled();
  expect(batches.slice(1)).toEqual([['c', 'd', 'e'], ['f']]);
});

it('tries again after a while where the store fails, loses nothing meanwhile, and does not hammer it', async () => {
  const { reads, clock, batches, waiting, failures, store } = start({ batch: 2 });
  store.fails = true;
  reads('a');
  await clock.advance(flushMs);
  expect([failures.length, waiting.size]).toEqual([1, 1]);
  // However much comes, it is left alone for that long.
  reads('b', 'c', 'd');
  await clock.advance(retryMs - 1);
  expect(failures).toHaveLength(1);
  await clock.advance(1);
  expect([failures.length, waiting.size, waiting.lost]).toEqual([2, 4, 0]);
  store.fails = false;
  await clock.advance(retryMs);
  expect([batches, waiting.size]).toEqual([
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
    0,
  ]);
});

it('notes a walk as complete once all that was read before its end is written, and not before', async () => {
  const { reads, walked, clock, batches, walks, store } = start();
  reads('a');
  store.fails = true;
  walked();
  await clock.advance(flushMs + retryMs);
  expect(walks).toEqual([]);
  store.fails = false;
  await clock.advance(retryMs);
  expect([batches, walks]).toEqual([[['a']], ['orders 1']]);
  await clock.advance(60_000);
  expect(walks).toHaveLength(1);
});

it.each(['lost', 'spoilt'])('never notes a walk as complete of which something is %s on its way', async (how) => {
  const { reads, walked, clock, walks, waiting, writer, store } = start({ mostQueued: how === 'lost' ? 2 : 20 });
  writer.complete({ system: 'repairs', kind: 'visits', generation: 1, at: clock.now() });
  writer.complete({ system: 'repairs', kind: 'orders', generation: 1, at: clock.now() });
  clock.leap(1);
  store.spoils = how === 'spoilt' ? 'b' : '';
  reads('a', 'b', 'c');
  await writer.flush();
  expect([waiting.lost, walks]).toEqual([1, ['visits 1']]);
  // One that has begun since knows all again.
  clock.leap(1);
  walked();
  await writer.flush();
  expect(walks).toEqual(['visits 1', 'orders 1']);
});

it('drops walks of a generation that is no more, and no others', async () => {
  const { walked, clock, walks, writer } = start();
  for (const [kind, generation] of [
    ['orders', 1],
    ['orders', 2],
    ['visits', 1],
  ] as const)
    walked(kind, generation);
  writer.dropWalks('lettings', 1, new Set(['orders']));
  writer.dropWalks('repairs', 1, new Set(['orders']));
  await clock.advance(flushMs);
  expect(walks).toEqual(['orders 2', 'visits 1']);
});

it('does one thing at a time to the store, also where one of them fails', async () => {
  const { writer, reads, batches, store, clock } = start();
  const hangs = Promise.withResolvers<void>();
  store.hangs = hangs.promise;
  reads('a');
  const flushed = writer.flush();
  const order: string[] = [];
  const failing = writer.alone(async () => {
    order.push(`first after ${batches.length}`);
    throw new Error('no');
  });
  const last = writer.alone(async () => order.push(`second after ${batches.length}`));
  await settled();
  expect(order).toEqual([]);
  hangs.resolve();
  await expect(failing).rejects.toThrow('no');
  await Promise.all([flushed, last, clock.advance(0)]);
  expect(order).toEqual(['first after 1', 'second after 1']);
});

it('lets whoever reads everything in only while there is room', async () => {
  const { writer, reads, store, clock } = start({ mostQueued: 4 });
  let entered = 0;
  const enter = () => void writer.room().then(() => (entered += 1));
  enter();
  await settled();
  expect(entered).toBe(1);
  store.fails = true;
  reads('a', 'b');
  enter();
  await clock.advance(flushMs);
  expect(entered).toBe(1);
  store.fails = false;
  await clock.advance(retryMs);
  expect(entered).toBe(2);
});

it('writes what waits before it ends, and waits no more than five seconds for a store that hangs', async () => {
  const well = start();
  well.reads('a');
  await well.writer.close();
  expect([well.batches, well.waiting.lost]).toEqual([[['a']], 0]);
  const hung = start();
  hung.store.hangs = new Promise(() => {});
  hung.reads('a');
  let closed = false;
  void hung.writer.close().then(() => (closed = true));
  await hung.clock.advance(4_999);
  expect(closed).toBe(false);
  await hung.clock.advance(1);
  await settled();
  expect([closed, hung.waiting.lost, hung.waiting.size]).toEqual([true, 1, 0]);
});
