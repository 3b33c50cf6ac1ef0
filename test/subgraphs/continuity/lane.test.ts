// The emergency lane: accepted on a full disk, with the database away, hung or restarting, and through a kill -9, on both
// engines; in the store once, however often it was brought there.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createCipher } from '../../../subgraphs/continuity/cipher.ts';
import { systemClock } from '../../../subgraphs/continuity/clock.ts';
import type { Accepted, EmergencyLane } from '../../../subgraphs/continuity/intake/accepted.ts';
import { type Journal, openJournal } from '../../../subgraphs/continuity/journal.ts';
import { createLane, type LaneSurroundings } from '../../../subgraphs/continuity/lane.ts';
import { openStore, type Store } from '../../../subgraphs/continuity/store.ts';
import { createTestClock, settled } from '../../clock.ts';
import { startDatabase, type TestDatabase, whyNoDatabase } from '../../database.ts';
import { openDisk, whyNoDisk } from '../../faults/writes/disk.ts';
import { onBothEngines } from '../../stores.ts';
import { emergency, hang, takingOf } from './emergencies.ts';

const cipher = createCipher(new Map([['one', Buffer.alloc(32, 1)]]));
type Taking = LaneSurroundings['store'];

/** Real disks, databases and processes take seconds on a busy machine; nothing here asserts how many. */
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

let folder: string;
let failures: string[];
let open: { close(): Promise<void> }[];
const onFailure = (what: string, error: unknown) => void failures.push(`${what}: ${(error as Error).message}`);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lintel-lane-'));
  failures = [];
  open = [];
});
afterEach(async () => {
  for (const each of open.reverse()) await each.close();
  rmSync(folder, { recursive: true });
});

async function journalIn(place = folder): Promise<Journal> {
  const journal = await openJournal({ file: join(place, 'emergencies'), cipher, onFailure });
  open.push(journal);
  return journal;
}

function laneOver(journal: Journal, store: Taking, clock = systemClock): EmergencyLane {
  const lane = createLane({ journal, store, clock, onFailure });
  open.push(lane);
  return lane;
}

/** Waits until what is so becomes so: what happens is on real disks and sockets. */
async function until(so: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await so())) await new Promise((resolve) => systemClock.after(20, () => resolve(undefined)));
}

/** A store that does what the test says: takes, fails, or gives no answer until it is let go. */
function faulty() {
  const taken = new Map<string, Accepted>();
  const hung: (() => void)[] = [];
  const store = {
    does: 'TAKE' as 'TAKE' | 'FAIL' | 'HANG',
    asked: 0,
    taken,
    async take(write: Accepted) {
      store.asked += 1;
      if (store.does === 'FAIL') throw new Error('database or disk is full');
      if (store.does === 'HANG') await new Promise<void>((resolve) => hung.push(resolve));
      const first = [...taken.values()].find(({ key }) => key === write.key);
      if (!first) taken.set(write.id, write);
      const { id, content } = first ?? write;
      return { id, content, fresh: !first };
    },
    alias: () => expect.fail('There is none.'),
    letGo() {
      store.does = 'TAKE';
      for (const resolve of hung.splice(0)) resolve();
    },
  };
  return store;
}

describe('the emergency lane', () => {
  it('leaves the journal alone while the store takes writes', async () => {
    const store = faulty();
    const lane = laneOver(await journalIn(), store);
    expect(await lane.take(emergency(1))).toEqual({ id: 'R1', content: 'content 1', fresh: true });
    expect(lane.waiting()).toEqual([]);
    expect(failures).toEqual([]);
  });

  it('waits a moment for a store that hangs, writes to the journal, and what comes then does not wait for it', async () => {
    const clock = createTestClock();
    const store = faulty();
    store.does = 'HANG';
    const lane = laneOver(await journalIn(), store, clock);
    const first = lane.take(emergency(1));
    await clock.advance(50);
    // No time passes from here on: nobody waits for anything but the journal's own disk.
    expect(await first).toMatchObject({ id: 'R1' });
    expect(await lane.take(emergency(2))).toMatchObject({ id: 'R2' });
    expect(store.asked).toBe(1);
    expect(lane.waiting().map(({ id }) => id)).toEqual(['R1', 'R2']);
    expect(failures.join()).toContain('The store gives no answer.');
    // It had taken the first after all, and takes it once.
    store.letGo();
    await settled();
    await clock.advance(1_000);
    await until(() => lane.waiting().length === 0);
    expect([...store.taken.keys()]).toEqual(['R1', 'R2']);
  });

  it('tells the same receipt for the same key, from the journal and from the store', async () => {
    const clock = createTestClock();
    const store = faulty();
    store.does = 'FAIL';
    const lane = laneOver(await journalIn(), store, clock);
    await lane.take(emergency(1));
    const again = emergency(1, { id: 'R9' });
    expect(await lane.take(again)).toMatchObject({ id: 'R1', content: 'content 1' });
    store.does = 'TAKE';
    await clock.advance(1_000);
    await until(() => lane.waiting().length === 0);
    expect(await lane.take(again)).toMatchObject({ id: 'R1' });
    expect([...store.taken.keys()]).toEqual(['R1']);
  });

  it('has one receipt of what is sent again while the store is slow: never one in the store and another in the journal', async () => {
    const clock = createTestClock();
    const store = faulty();
    store.does = 'HANG';
    const lane = laneOver(await journalIn(), store, clock);
    const first = lane.take(emergency(1));
    await clock.advance(20);
    const again = lane.take(emergency(1, { id: 'R9' }));
    await clock.advance(50);
    expect([await first, await again]).toMatchObject([{ id: 'R1' }, { id: 'R1' }]);
    expect(store.asked).toBe(1);
    store.letGo();
    await clock.advance(1_000);
    await until(() => lane.waiting().length === 0);
    expect([...store.taken.keys()]).toEqual(['R1']);
  });

  it('knows what it has acknowledged while the store gives no answer, and writes it down no second time', async () => {
    const clock = createTestClock();
    const store = faulty();
    const lane = laneOver(await journalIn(), store, clock);
    expect(await lane.take(emergency(1))).toMatchObject({ id: 'R1', fresh: true });
    for (const does of ['HANG', 'FAIL'] as const) {
      store.does = does;
      const again = lane.take(emergency(1, { id: 'R9' }));
      await clock.advance(50);
      expect(await again).toEqual({ id: 'R1', content: 'content 1', fresh: false });
    }
    expect(lane.waiting()).toEqual([]);
    store.letGo();
  });

  it('takes three refusals one after another for the store itself, and asks no more of it for a second', async () => {
    const clock = createTestClock();
    const store = faulty();
    store.does = 'FAIL';
    const lane = laneOver(await journalIn(), store, clock);
    for (const number of [1, 2, 3, 4, 5]) await lane.take(emergency(number));
    expect(store.asked).toBe(1);
    await clock.advance(1_000);
    await settled();
    expect(store.asked).toBe(1 + 3);
  });

  it('asks a store anew that has stopped in the middle of an answer, after half a minute, and loses nothing', async () => {
    const clock = createTestClock();
    const store = faulty();
    store.does = 'FAIL';
    const lane = laneOver(await journalIn(), store, clock);
    for (const number of [1, 2]) await lane.take(emergency(number));
    store.does = 'HANG';
    await clock.advance(1_000);
    const { asked } = store;
    await clock.advance(29_000);
    expect(store.asked).toBe(asked);
    // Its turn is over by then; the next is a second later.
    store.does = 'TAKE';
    await clock.advance(1_000);
    await until(async () => {
      await clock.advance(1_000);
      return lane.waiting().length === 0;
    });
    expect([...store.taken.keys()]).toEqual(['R1', 'R2']);
    store.letGo();
  });

  it('is not held up by one that the store refuses, keeps that, and says so once', async () => {
    const clock = createTestClock();
    const store = faulty();
    store.does = 'FAIL';
    const refusing: Taking = {
      ...store,
      take: (write) => (write.id === 'R2' ? Promise.reject(new Error('no such column')) : store.take(write)),
    };
    const lane = laneOver(await journalIn(), refusing, clock);
    for (const number of [1, 2, 3]) await lane.take(emergency(number));
    failures = [];
    store.does = 'TAKE';
    for (let second = 0; second < 5; second += 1) {
      await clock.advance(1_000);
      await until(() => lane.waiting().length === 1);
      await settled();
    }
    expect([...store.taken.keys()]).toEqual(['R1', 'R3']);
    expect(lane.waiting().map(({ id }) => id)).toEqual(['R2']);
    expect(failures).toEqual(['bringing emergencies from the journal to the store: no such column']);
  });

  it('refuses in time, and aloud, where neither takes it; and waits for the store where the journal cannot', async () => {
    const clock = createTestClock();
    const store = faulty();
    store.does = 'HANG';
    const hangs: Journal = { ...(await journalIn()), append: () => new Promise(() => {}) };
    const lane = laneOver(hangs, store, clock);
    const refused = lane.take(emergency(1));
    const heard = expect(refused).rejects.toThrow('The disk of the journal gives no answer.');
    await clock.advance(5_000);
    await heard;
    expect(failures.join()).toContain('writing an emergency to the journal');
    const slow = lane.take(emergency(2));
    await clock.advance(2_100);
    store.letGo();
    expect(await slow).toMatchObject({ id: 'R2' });
  });
});

onBothEngines('the emergency lane over a store', (place) => {
  let store: Store;
  let table: ReturnType<typeof takingOf>;
  const down = { now: false };
  const sometimes: Taking = {
    take: (write) => (down.now ? Promise.reject(new Error('away')) : table.take(write)),
    alias: (id, receipt) => table.alias(id, receipt),
  };
  beforeEach(async () => {
    down.now = false;
    store = await openStore(await place());
    table = takingOf(store, cipher);
  });
  afterEach(() => store.close());

  it('brings a thousand emergencies through, each once, in their order', async () => {
    // A thousand are as long on a busy disk as they are: no time passes meanwhile.
    const clock = createTestClock();
    const lane = laneOver(await journalIn(), sometimes, clock);
    down.now = true;
    await Promise.all(Array.from({ length: 1_000 }, (_, number) => lane.take(emergency(number))));
    expect(lane.waiting().length).toBe(1_000);
    down.now = false;
    await clock.advance(1_000);
    await until(() => lane.waiting().length === 0);
    expect(await table.receipts()).toEqual(Array.from({ length: 1_000 }, (_, number) => `R${number} QUEUED`));
  });

  it('has one receipt of an emergency that came to another gateway too, which had only its journal, since the earlier time', async () => {
    // Another gateway's journal has it, with a time of its own; the store has it from this one.
    const [here, there] = [emergency(1), emergency(1, { acceptedAtMs: emergency(1).acceptedAtMs - 60_000 })];
    await table.take(here);
    down.now = true;
    const lane = laneOver(await journalIn(), sometimes);
    expect(await lane.take(there)).toMatchObject({ id: 'R1', fresh: true });
    down.now = false;
    await until(() => lane.waiting().length === 0);
    expect(await table.receipts()).toEqual(['R1 QUEUED']);
    const rows = await store.db.selectFrom('receipt').select('accepted_at').execute();
    expect(rows).toEqual([{ accepted_at: there.acceptedAtMs }]);
    // Nor is it ever later than somebody was told.
    expect(await table.take(here)).toMatchObject({ id: 'R1', fresh: false });
    expect(await store.db.selectFrom('receipt').select('accepted_at').execute()).toEqual(rows);
  });

  it('has an id that an earlier version gave the same emergency answer as one with the new one, and does it once', async () => {
    await table.take(emergency(1, { id: 'R9' }));
    down.now = true;
    const lane = laneOver(await journalIn(), sometimes);
    await lane.take(emergency(1));
    down.now = false;
    await until(() => lane.waiting().length === 0);
    // Brought through once more, as after a crash, nothing changes.
    await table.alias('R1', 'R9');
    expect(await table.receipts()).toEqual(['R9 QUEUED']);
    expect(await store.db.selectFrom('receipt_alias').selectAll().execute()).toEqual([{ id: 'R1', receipt: 'R9' }]);
  });

  it('brings an emergency through whose key had been used for another elsewhere: it was acknowledged', async () => {
    await table.take(emergency(1));
    const lane = laneOver(await journalIn(), sometimes);
    down.now = true;
    await lane.take(emergency(2, { key: emergency(1).key }));
    down.now = false;
    await until(() => lane.waiting().length === 0);
    expect(await table.receipts()).toEqual(['R1 QUEUED', 'R2 QUEUED']);
  });

  it.each(['before the store was asked', 'after it had committed'])(
    'finds what a process had accepted that was killed %s, and takes it once',
    async (when) => {
      const script = fileURLToPath(new URL('killed.ts', import.meta.url));
      const child = spawn(process.execPath, [
        script,
        join(folder, 'emergencies'),
        when.startsWith('after') ? 'TAKE' : '',
      ]);
      const ended = new Promise((resolve) => child.once('exit', resolve));
      let said = '';
      for await (const chunk of child.stdout) {
        said += chunk;
        const asked = /TAKEN (.*)/.exec(said)?.[1];
        // Its store is this one: it is committed here, and the process is killed before it can know.
        if (asked && when.startsWith('after')) await table.take(JSON.parse(asked));
        if (/ACCEPTED/.test(said) && (asked || !when.startsWith('after'))) break;
      }
      child.kill('SIGKILL');
      await ended;
      const journal = await journalIn();
      expect(journal.entries()).toEqual([emergency(1)]);
      const lane = laneOver(journal, table);
      await until(() => lane.waiting().length === 0);
      expect(await table.receipts()).toEqual(['R1 QUEUED']);
    },
  );
});

describe('the emergency lane over SQLite', () => {
  it('takes emergencies while SQLite says that the disk is full, and brings them through when it has room', async () => {
    const store = await openStore({ file: join(folder, 'store.sqlite') });
    const table = takingOf(store, cipher);
    const lane = laneOver(await journalIn(), table);
    await lane.take(emergency(0));
    await until(() => lane.waiting().length === 0);
    const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(store.db);
    await sql`pragma max_page_count = ${sql.raw(String(rows[0]?.page_count))}`.execute(store.db);
    // More than the pages that it has can hold.
    const long = emergency(1, { input: { description: 'x'.repeat(20_000) } });
    expect(await lane.take(long)).toMatchObject({ id: 'R1' });
    await until(() => /database or disk is full/.test(failures.join()));
    await sql`pragma max_page_count = 1000000`.execute(store.db);
    await until(() => lane.waiting().length === 0);
    expect(await table.receipts()).toContain('R1 QUEUED');
    await store.close();
  });
});

const noDisk = whyNoDisk();
if (noDisk) console.warn(`SKIPPED: the emergency lane on a full disk: ${noDisk}`);
describe.skipIf(noDisk)('the emergency lane on a disk that is full to its last byte', () => {
  it('takes emergencies, stays readable, and brings them through when there is room', async () => {
    const disk = openDisk(64);
    try {
      const store = await openStore({ file: join(disk.folder, 'store.sqlite') });
      const table = takingOf(store, cipher);
      const journal = await journalIn(disk.folder);
      const lane = laneOver(journal, table);
      disk.fill();
      const before = new Set<string>();
      // The store's log has some room left in what it has written before; then it has none.
      for (let number = 0; number < 300; number += 1) before.add(`${(await lane.take(emergency(number))).id} QUEUED`);
      expect(before.size).toBe(300);
      expect(lane.waiting().length).toBeGreaterThan(100);
      // Said at once or, where a busy machine was slower than that, when they are brought to the store.
      await until(() => /disk/.test(failures.join()));
      disk.free();
      await until(() => lane.waiting().length === 0);
      expect(new Set(await table.receipts())).toEqual(before);
      await lane.close();
      await journal.close();
      open = [];
      await store.close();
    } finally {
      disk.close();
    }
  });
});

describe.skipIf(noDisk)('the emergency lane on a disk that hangs', () => {
  it('refuses in time, keeps nothing else waiting, and brings through what the disk takes after all', async () => {
    const disk = openDisk(32);
    let goOn = () => {};
    try {
      const store = faulty();
      store.does = 'FAIL';
      const clock = createTestClock();
      const journal = await journalIn(disk.folder);
      const lane = laneOver(journal, store, clock);
      goOn = hang(disk);
      const refused = expect(lane.take(emergency(1))).rejects.toThrow('The disk of the journal gives no answer.');
      // As many as Node has threads for files, and more: none of them waits for that disk.
      await Promise.all(Array.from({ length: 10 }, () => readFile(fileURLToPath(import.meta.url))));
      await clock.advance(2_000);
      await refused;
      const again = lane.take(emergency(1, { id: 'R2' }));
      goOn();
      goOn = () => {};
      // The same key: it is the first one, which the disk has taken after all.
      expect(await again).toMatchObject({ id: 'R1' });
      store.does = 'TAKE';
      await clock.advance(1_000);
      await until(() => lane.waiting().length === 0);
      expect([...store.taken.keys()]).toEqual(['R1']);
      await lane.close();
      await journal.close();
      open = [];
    } finally {
      goOn();
      disk.close();
    }
  });
});

const noDatabase = whyNoDatabase();
if (noDatabase) console.warn(`SKIPPED: the emergency lane over PostgreSQL that stops: ${noDatabase}`);
describe.skipIf(noDatabase)('the emergency lane over PostgreSQL', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await startDatabase();
  });
  afterAll(() => database.close());

  it('takes emergencies while the database has crashed and until it is back, and brings each through once', async () => {
    const store = await openStore({ url: await database.fresh() });
    const table = takingOf(store, cipher);
    const lane = laneOver(await journalIn(), table);
    await lane.take(emergency(0));
    // On a busy machine even that may have gone by way of the journal.
    await until(() => lane.waiting().length === 0);
    await database.crash();
    for (let number = 1; number < 50; number += 1) await lane.take(emergency(number));
    expect(lane.waiting().length).toBe(49);
    const restarted = database.restart();
    for (let number = 50; number < 60; number += 1) await lane.take(emergency(number));
    await restarted;
    await until(() => lane.waiting().length === 0);
    expect(await table.receipts()).toEqual(Array.from({ length: 60 }, (_, number) => `R${number} QUEUED`));
    await store.close();
  });
});
