// The rows of the matrix of writes in which Lintel itself, its database or its disk goes: killed, stopped and going on as if
// nothing had been, crashed, full, without power. On both stores, each row on a new one.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StorePlace } from '../../../subgraphs/continuity/store.ts';
import { startDatabase, type TestDatabase, whyNoDatabase } from '../../database.ts';
import { rounds } from '../play.ts';
import { told } from './audit.ts';
import { between, seed } from './chance.ts';
import { openDisk, whyNoDisk } from './disk.ts';
import { blows, play, type Row, type Stage, soakRounds } from './play.ts';
import { type Process, type Scene, setScene } from './scene.ts';
import { openTown, type Town } from './town.ts';

const patientMs = soakRounds ? 600_000 : 120_000;
const repeats = Math.max(0, rounds - 1);
const noDatabase = whyNoDatabase();
const noDisk = whyNoDisk();

const raise = 'repairs.workOrders.raise';
const all = ['report', 'report', 'emergency', 'visit', 'details', 'done'] as const;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

let town: Town;
let database: TestDatabase | null = null;
const folder = mkdtempSync(join(tmpdir(), 'lintel-crashes-'));

beforeAll(async () => {
  console.info(`The matrix of writes, crashes: WRITES_SEED=${seed}`);
  if (noDatabase) console.warn(`SKIPPED: what happens to a database: ${noDatabase}`);
  if (noDisk) console.warn(`SKIPPED: full disks and power cuts: ${noDisk}`);
  [town, database] = await Promise.all([openTown(), noDatabase ? null : startDatabase()]);
}, patientMs);

afterAll(async () => {
  await Promise.all([town.close(), database?.close()]);
  rmSync(folder, { recursive: true });
}, patientMs);

let count = 0;
/** Letters of its own for each scene: 1 is a, 27 is ba. */
function letters(number: number): string {
  const left = Math.floor(number / 26);
  return (left > 0 ? letters(left) : '') + String.fromCharCode(97 + (number % 26));
}

/** A row's play on a scene of its own. `own`: where the store is, and what is to be done with that once it is over. */
async function playOn(
  place: StorePlace,
  row: Omit<Row, 'broken'>,
  options: { folder?: string; lintels?: number; over?(scene: Scene): Promise<void> } = {},
): Promise<void> {
  count += 1;
  const since = (await town.effects()).length;
  const scene = setScene({ town, place, name: `z${letters(count)}`, since, ...options });
  try {
    for (let more = options.lintels ?? 1; more > 0; more -= 1) await scene.start();
    const seen = await play(scene, { ...row, broken: null }, rounds > 1 ? count : 0);
    expect(seen.wrong, `${scene.engine}\n${told(seen, seed)}`).toEqual([]);
  } finally {
    await scene.close();
  }
}

const sqlite = async () => ({ file: join(folder, `${count}-${Date.now()}.sqlite`) });
const postgres = async () => ({ url: await (database as TestDatabase).fresh() });

async function killedWhileAccepting(stage: Stage): Promise<void> {
  const { scene, random, size } = stage;
  const writing = stage.crowd(2 * size, [...all]);
  for (let kills = 0; kills < 2 * blows; kills += 1) {
    const enough = scene.notebook.notes.length + between(random, 2, Math.floor(size / 2));
    while (scene.notebook.notes.length < Math.min(enough, 2 * size)) await pause(5);
    await scene.lintel().kill();
    await scene.start();
  }
  await writing;
}

async function killedWhileSending(stage: Stage): Promise<void> {
  const { scene, random, size } = stage;
  await stage.break('repairs', 'down');
  await stage.crowd(size, [...all]);
  await stage.mend();
  await stage.break(raise, 'slow', { ms: 150 });
  for (let kills = 0; kills < blows; kills += 1) {
    await stage.asked(raise, between(random, 1, 3));
    await scene.lintel().kill();
    await scene.start();
  }
}

for (const [engine, missing, place] of [
  ['SQLite', null, sqlite],
  ['PostgreSQL', noDatabase, postgres],
] as const) {
  describe.skipIf(missing)(`Lintel on ${engine}`, () => {
    it('is killed again and again while it accepts: every receipt is there, none twice', {
      timeout: patientMs,
      repeats,
    }, async () => {
      await playOn(await place(), { name: 'killed while accepting', play: killedWhileAccepting });
    });

    it('is killed in the middle of sending: what was under way is looked for, and done once', {
      timeout: patientMs,
      repeats,
    }, async () => {
      await playOn(await place(), { name: 'killed while sending', play: killedWhileSending });
    });
  });
}

describe.skipIf(noDatabase)('two Lintels on one PostgreSQL', () => {
  it('of which one is stopped past its lease, and goes on as if nothing had been: done once, and in order', {
    timeout: patientMs,
    repeats,
  }, async () => {
    const zombie = async (stage: Stage) => {
      const { scene, random, size } = stage;
      await stage.break('repairs', 'down');
      await stage.crowd(2 * size, [...all]);
      await stage.mend();
      await stage.break(raise, 'slow', { ms: 60 });
      for (let stops = 0; stops < 2 * blows; stops += 1) {
        await stage.asked(raise, between(random, 1, 4));
        const { child } = (scene.lintels[stops % 2] as Process).run;
        await pause(between(random, 0, 30));
        child.kill('SIGSTOP');
        try {
          // Past its turn and its leases: the other has taken over by then, whatever it still believes.
          await pause(2_400);
        } finally {
          child.kill('SIGCONT');
        }
      }
    };
    await playOn(await postgres(), { name: 'zombie', play: zombie }, { lintels: 2 });
  });

  it('over a database that crashes and comes back while they accept and send: nothing is lost, nothing is done twice', {
    timeout: patientMs,
    repeats,
  }, async () => {
    const crash = async (stage: Stage) => {
      const writing = stage.crowd(2 * stage.size, [...all]);
      for (let crashes = 0; crashes < blows; crashes += 1) {
        await stage.asked(raise, between(stage.random, 1, 6));
        await database?.crash();
        await pause(between(stage.random, 50, 400));
        await database?.restart();
      }
      await writing;
    };
    await playOn(await postgres(), { name: 'database crash', play: crash }, { lintels: 2 });
  });
});

async function query(url: string, text: string): Promise<void> {
  const client = new pg.Client(url);
  client.on('error', () => {});
  await client.connect();
  await client.query(text).finally(() => client.end().catch(() => {}));
}

/** A PostgreSQL, or a place for SQLite, on a disk of its own. */
async function onDisk(engine: 'SQLite' | 'PostgreSQL') {
  // SQLite's log alone grows to 32 MB before it is worked into the file.
  const disk = openDisk(engine === 'SQLite' ? 96 : 256);
  const own =
    engine === 'SQLite'
      ? null
      : await startDatabase({ within: disk.folder }).catch((error) => {
          disk.close();
          throw error;
        });
  const place: StorePlace = own ? { url: await own.fresh() } : { file: join(disk.folder, 'lintel/store.sqlite') };
  // Emergencies are written down on the same disk where the store is a file, and beside the server where it is a database.
  const beside = own ? mkdtempSync(join(folder, 'beside-')) : join(disk.folder, 'lintel');
  if (!own) mkdirSync(beside);
  return {
    disk,
    own,
    place,
    folder: beside,
    async close() {
      await own?.close();
      disk.close();
    },
  };
}

async function fullDisk(stage: Stage, { disk, own, place }: Awaited<ReturnType<typeof onDisk>>): Promise<void> {
  const { scene, size, wrong } = stage;
  const { notes } = scene.notebook;
  await stage.crowd(Math.ceil(size / 2), [...all]);
  disk.fill();
  // What is left in the log's last piece is room too: the next piece finds none.
  if (own && 'url' in place) await query(place.url, 'select pg_switch_wal()').catch(() => 'it has noticed by itself');
  const before = notes.length;
  // Ordinary writes are refused, loudly: they are sent again until there is room. Emergencies are accepted meanwhile.
  const some = () => stage.crowd(Math.ceil(size / 2), ['report', 'details']);
  const ordinary = [some()];
  await stage.crowd(6, ['emergency']);
  const since = () => notes.slice(before);
  const refused = () => since().some(({ refusals }) => refusals.includes('STORE_DOWN'));
  // PostgreSQL has room left in the pages that it has; and who hangs before they fail takes as long as anybody waits for them.
  for (let waits = 0; waits < 200 && !refused(); waits += 1) {
    await pause(50);
    if (own && waits % 20 === 19) ordinary.push(some());
  }
  const accepted = since().filter(({ toldAt }) => toldAt !== null);
  if (accepted.filter(({ emergency }) => emergency).length < 6)
    wrong('On a full disk not every emergency was accepted.');
  if (!own && accepted.some(({ emergency }) => !emergency))
    wrong('On a full disk an ordinary write was accepted: it is not full.');
  if (!refused()) wrong('On a full disk nobody was refused.');
  disk.free();
  await own?.revive();
  await Promise.all(ordinary);
}

async function powerCut(stage: Stage, { disk, own }: Awaited<ReturnType<typeof onDisk>>): Promise<void> {
  const { scene, random, size } = stage;
  const writing = stage.crowd(2 * size, [...all]);
  for (let cuts = 0; cuts < blows; cuts += 1) {
    const enough = scene.notebook.notes.length + between(random, 4, size - 4);
    while (scene.notebook.notes.length < Math.min(enough, 2 * size)) await pause(5);
    disk.cut();
    await Promise.all([scene.lintel().kill(), own?.crash()]);
    disk.replug();
    await own?.restart();
    await scene.start();
  }
  await writing;
}

for (const engine of ['SQLite', 'PostgreSQL'] as const) {
  describe.skipIf(noDisk || (engine === 'PostgreSQL' && noDatabase))(`the disk under ${engine}`, () => {
    for (const [title, happens] of [
      [
        'is full: ordinary writes are refused, emergencies accepted, and each is done once when there is room',
        fullDisk,
      ],
      ['loses its power while Lintel accepts and sends: every receipt is there, none twice', powerCut],
    ] as const) {
      it(title, { timeout: patientMs, repeats }, async () => {
        const there = await onDisk(engine);
        try {
          const row = { name: title, play: (stage: Stage) => happens(stage, there) };
          await playOn(there.place, row, { folder: there.folder });
        } finally {
          await there.close();
        }
      });
    }
  });
}
