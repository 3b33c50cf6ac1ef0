// The harness's staff and oracle, without a restore of Lintel's: they do what the harness says of them.
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openCrowd } from './crowd.ts';
import { openOracle } from './oracle.ts';
import { planOf } from './plan.ts';
import type { SystemName } from './residents.ts';
import { openStores, type Stores } from './rounds.ts';
import { openSite } from './site.ts';
import { staffOf } from './staff.ts';

const startMs = Date.UTC(2027, 2, 1, 9);
/** Each starts a whole Lintel. */
const patientMs = 120_000;

let stores: Stores;
beforeAll(() => {
  stores = openStores();
});
afterAll(() => stores.close());

async function open(system: SystemName) {
  const site = await openSite(await stores.place('SQLITE'), 1, startMs);
  onTestFinished(() => site.close());
  const plan = planOf(system, 'SQLITE', 1);
  return { site, crowd: openCrowd(site, plan), staff: staffOf(site, plan), oracle: openOracle(site, system) };
}

describe('the staff of repairs', () => {
  it('find a new order by its reference only once the index has it', { timeout: patientMs }, async () => {
    const { site, crowd, staff } = await open('repairs');
    staff.lag(75_000);
    await crowd.write(1, 'EMERGENCY');
    await site.clock.pass(1_000);
    const [raised] = site.effects();
    const { url, mock } = site.mocks.backends.find(({ name }) => name === 'repairs.workOrders') ?? {};
    const search = async () => {
      const headers = { 'x-api-key': mock?.credentials.REPAIRS_API_KEY ?? '' };
      const reply = await fetch(`${url}/workOrders?externalReference=${raised?.reference}`, { headers });
      return ((await reply.json()) as { reference: string }[]).map(({ reference }) => reference);
    };
    expect(await search()).toEqual([]);
    expect(site.look('repairs', raised?.made ?? '').get('workOrders')).not.toBeNull();
    await site.clock.pass(75_000, 1_000);
    expect(await search()).toEqual([raised?.made]);
  });
});

describe('the oracle', () => {
  it('tells what a backup has lost, and to whom a number went that was given out again', {
    timeout: patientMs,
  }, async () => {
    const { site, crowd, staff, oracle } = await open('repairs');
    site.mocks.backup('repairs');
    oracle.backedUp();
    await crowd.write(1, 'EMERGENCY');
    await site.clock.pass(5_000);
    await crowd.learn();
    const made = crowd.life.notes[0]?.made;
    const losses = oracle.restoring(crowd.life.notes);
    expect(losses()).toEqual([]);
    await site.mocks.restore('repairs');
    expect(losses()).toMatchObject([
      { kind: 'WRITE', urgentMs: startMs, what: expect.stringContaining(made?.reference ?? '') },
    ]);
    staff.enter(1);
    const now = site.look('repairs', made?.reference ?? '').get('workOrders');
    expect(now).not.toBeNull();
    expect(now?.identity).not.toBe(made?.identity);
  });

  it.each(['tenancies', 'lettings'] as const)(
    'sees nothing lost where staff of %s have worked',
    {
      timeout: patientMs,
    },
    async (system) => {
      const { site, crowd, staff, oracle } = await open(system);
      site.mocks.backup(system);
      oracle.backedUp();
      await crowd.write(2);
      await site.clock.pass(5_000);
      staff.correct(0.05, crowd.life.notes);
      const losses = oracle.restoring(crowd.life.notes);
      expect(site.effects().length).toBeGreaterThan(0);
      expect(losses()).toEqual([]);
      await site.mocks.restore(system);
      expect(losses().length).toBeGreaterThan(0);
    },
  );
});
