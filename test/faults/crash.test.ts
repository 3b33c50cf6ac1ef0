// What remains when processes end without a word: Lintel itself, killed and started again while every system is down, on
// both stores; and the database under it.
import { randomBytes } from 'node:crypto';
import Database from 'better-sqlite3';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StorePlace } from '../../subgraphs/continuity/store.ts';
import { startDatabase, whyNoDatabase } from '../database.ts';
import { ask, eventually, type Reply } from '../estate.ts';
import { freePorts, type Run, run } from '../process.ts';
import { onBothEngines } from '../stores.ts';
import { type Landlord, openLandlord } from './landlord.ts';
import { openSite, type Site } from './site.ts';
import { judge, newMemory, type Target } from './targets.ts';

/** Processes take seconds to come up on a busy machine; nothing here asserts how many. */
const patientMs = 90_000;

let landlord: Landlord;
beforeAll(async () => {
  landlord = await openLandlord();
}, patientMs);
afterAll(() => landlord.close());

const record = ({ keys }: Target) => ({ id: keys[0] ?? '' });
const askOne = (url: string, target: Target, cacheControl?: string) =>
  ask(url, target.query, record(target), cacheControl ? { 'cache-control': cacheControl } : {});
const sourceOf = ({ data }: Reply) => data?.record?.provenance?.source;

/** How many records are on the disk, as another process sees it. */
async function storedIn(place: StorePlace): Promise<number> {
  const count = 'select count(*) as count from snapshot';
  if ('file' in place) {
    const database = new Database(place.file, { readonly: true });
    const { count: found } = database.prepare(count).get() as { count: number };
    database.close();
    return found;
  }
  const client = new pg.Client(place.url);
  await client.connect();
  const { rows } = await client.query(count);
  await client.end();
  return Number(rows[0].count);
}

onBothEngines('Lintel, killed and started again while every system is down', (place) => {
  let site: Site;
  const started: Run[] = [];

  afterAll(async () => {
    for (const { child } of started) child.kill('SIGKILL');
    await Promise.all(started.map(({ ended }) => ended));
    await site.close();
  });

  it('serves what it kept with its age, is degraded and not dead, and is well when they are', {
    timeout: patientMs,
  }, async () => {
    // Its proxies stand before the killed Lintel too; it is itself not asked.
    site = await openSite(landlord, await place());
    const kept = await place();
    const port = await freePorts(1);
    const variables = {
      ...site.env,
      ...('file' in kept ? { STORE_FILE: kept.file } : { DATABASE_URL: kept.url }),
      STORE_KEYS: `test:${randomBytes(32).toString('base64')}`,
      PORT: String(port),
      LOG_LEVEL: 'error',
    };
    const start = async () => {
      const lintel = run(['start', '--no-mocks', '--json'], variables);
      started.push(lintel);
      const [, url = ''] = await lintel.prints(/"url":"([^"]+)"/);
      return { lintel, url };
    };
    const memory = newMemory();
    const told = (target: Target, reply: Reply) => judge(target, record(target).id, reply, memory, 0);
    const ready = async (url: string) => {
      const reply = await fetch(`${url}/ready`);
      return { status: reply.status, body: (await reply.json()) as { status: string } };
    };

    const first = await start();
    for (const target of landlord.targets) {
      const reply = await eventually(
        () => askOne(first.url, target),
        (each) => sourceOf(each) === 'LIVE',
      );
      expect(told(target, reply)).toBe('LIVE');
    }
    // On the disk, and not on its way there: what is killed takes that with it.
    for (let stored = 0; stored < landlord.targets.length; ) stored = await storedIn(kept);

    for (const proxy of Object.values(site.proxies)) await proxy.set({ kind: 'REFUSE' });
    first.lintel.child.kill('SIGKILL');
    await first.lintel.ended;
    const killedAtMs = Date.now();

    const { url } = await start();
    for (const target of landlord.targets) {
      const reply = await askOne(url, target);
      expect(told(target, reply)).toBe('KEPT');
      expect(Date.parse(reply.data.record.provenance.asOf)).toBeLessThan(killedAtMs);
    }
    // Nobody has asked the systems often enough to know, until now.
    const down = await eventually(
      async () => {
        for (const target of landlord.targets) await askOne(url, target);
        return ask(url, '{ systems { name state } }');
      },
      ({ data }) => data.systems.every(({ state }: { state: string }) => state === 'DOWN'),
    );
    expect(down.errors).toEqual([]);
    expect(await ready(url)).toMatchObject({ status: 200, body: { status: 'degraded' } });

    for (const proxy of Object.values(site.proxies)) await proxy.set(null);
    for (const target of landlord.targets) {
      const reply = await eventually(
        () => askOne(url, target),
        (each) => sourceOf(each) === 'LIVE',
      );
      expect(told(target, reply)).toBe('LIVE');
    }
    expect([...memory.wrong]).toEqual([]);
  });
});

describe.skipIf(whyNoDatabase())('with its database crashed under it', () => {
  it('answers live meanwhile and throws nothing; and keeps again once the database is back', {
    timeout: patientMs,
  }, async () => {
    const database = await startDatabase();
    const site = await openSite(landlord, { url: await database.fresh() });
    try {
      const { url } = site.lintel;
      const [target] = landlord.targets as [Target];
      expect(sourceOf(await askOne(url, target))).toBe('LIVE');
      const keptFirst = await eventually(
        () => askOne(url, target, 'only-if-cached'),
        (reply) => sourceOf(reply) === 'SNAPSHOT',
      );

      await database.crash();
      for (const each of landlord.targets) expect(sourceOf(await askOne(url, each))).toBe('LIVE');
      // What was to be written is told as failed, not thrown; readers of what is kept are told that there is nothing.
      await eventually(
        () => askOne(url, landlord.targets[1] as Target),
        () => site.failures.length > 0,
      );
      const without = await askOne(url, { ...target, keys: ['00000000'] }, 'only-if-cached');
      expect(without.errors).toMatchObject([{ extensions: { code: 'STALER_THAN_ASKED', system: target.system } }]);

      await database.restart();
      const keptAgain = await eventually(
        async () => {
          await askOne(url, { ...target, keys: target.keys.slice(1) });
          return askOne(url, { ...target, keys: target.keys.slice(1) }, 'only-if-cached');
        },
        (reply) => sourceOf(reply) === 'SNAPSHOT',
      );
      expect(keptAgain.errors).toEqual([]);
      const before = await eventually(
        () => askOne(url, target, 'only-if-cached'),
        (reply) => sourceOf(reply) === 'SNAPSHOT',
      );
      expect(before.data.record).toMatchObject({ address: keptFirst.data.record.address });
    } finally {
      await site.close();
      await database.close();
    }
  });
});
