// The harness's clock: it stands still for what is real, and passes for what waits for it.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { request } from 'undici';
import { expect, it, onTestFinished } from 'vitest';
import { openStore } from '../../subgraphs/continuity/store.ts';
import { outstanding } from './outstanding.ts';
import { createQuickClock } from './quick-clock.ts';
import { openStores } from './rounds.ts';

const startMs = Date.UTC(2027, 2, 1, 9);

it('fires timers in their order, each at its time', async () => {
  const clock = createQuickClock(startMs);
  const fired: [string, number][] = [];
  const note = (what: string) => () => void fired.push([what, clock.now() - startMs]);
  clock.after(2_000, note('second'));
  clock.after(1_000, note('first'));
  clock.after(3_000, note('called off'))();
  await clock.pass(5_000);
  expect(fired).toEqual([
    ['first', 1_000],
    ['second', 2_000],
  ]);
  expect(clock.now()).toBe(startMs + 5_000);
});

it('fires late by less than its stride what comes round soon, and to the ms what is set for long', async () => {
  const clock = createQuickClock(startMs);
  const fired: number[] = [];
  const again = () => {
    fired.push(clock.elapsed());
    clock.after(1_000, again);
  };
  const exact: number[] = [];
  clock.after(1_000, again);
  clock.after(150_000, () => void exact.push(clock.elapsed()));
  await clock.pass(200_000, 60_000);
  expect(fired).toEqual([60_000, 120_000, 150_000, 200_000]);
  expect(exact).toEqual([150_000]);
});

it('comes to an instant that is less than a part of its own time away', async () => {
  const clock = createQuickClock(startMs);
  const dueMs = 1_000.000_01;
  let wakes = 0;
  const wake = (): void => {
    wakes += 1;
    if (clock.elapsed() < dueMs) clock.after(dueMs - clock.elapsed(), wake);
  };
  clock.after(1_000, wake);
  await clock.pass(2_000);
  expect(wakes).toBe(2);
});

it('does not go on while a system has not answered, however long that takes', async () => {
  const held = Promise.withResolvers<() => void>();
  const server = createServer((_, response) => held.resolve(() => response.end('done')));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  outstanding().await(url);
  const clock = createQuickClock(startMs);
  const late: string[] = [];
  clock.after(1_000, () => void late.push('the time limit'));
  const asked = request(url).then(async ({ body }) => late.push(await body.text()));
  const passed = clock.pass(5_000);
  const answer = await held.promise;
  for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  expect([late, clock.elapsed()]).toEqual([[], 0]);
  expect(outstanding().what()).toContain(`GET ${url}/`);
  answer();
  await Promise.all([asked, passed]);
  expect(late).toEqual(['done', 'the time limit']);
});

it('lets a store be slow by the clock alone', async () => {
  const stores = openStores();
  onTestFinished(() => stores.close());
  outstanding();
  const store = await openStore(await stores.place('SQLITE'));
  onTestFinished(() => store.close());
  const clock = createQuickClock(startMs);
  const count = () => store.db.selectFrom('receipt').select('id').execute();
  await clock.during(count());
  expect(clock.elapsed()).toBe(0);
  outstanding().slow((send) => void clock.after(120, send));
  onTestFinished(() => outstanding().slow(null));
  await clock.during(count());
  expect(clock.elapsed()).toBe(120);
});
