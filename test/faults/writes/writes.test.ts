// The write rows of the fault matrix, row by row, on both stores at once: what goes wrong with a system while clients write.
// One number drives all that is random: it is printed, and WRITES_SEED gives it again.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Shot } from '../../bench/outage/load.ts';
import { startDatabase, type TestDatabase, whyNoDatabase } from '../../database.ts';
import { allBut, rounds, share } from '../play.ts';
import { told } from './audit.ts';
import { seed } from './chance.ts';
import { play, soakRounds } from './play.ts';
import { rows } from './rows.ts';
import { type Scene, setScene } from './scene.ts';
import { openTown, type Town } from './town.ts';

const patientMs = soakRounds ? 600_000 : 120_000;
/** Where nothing is wrong and half a reader's patience is gone, nothing can be said of anybody's, in ms. */
const starvedMs = 150;
const repeats = Math.max(0, rounds - 1);

const folder = mkdtempSync(join(tmpdir(), 'lintel-store-'));
const scenes: Scene[] = [];
const towns: Town[] = [];
let database: TestDatabase | null = null;
/** Of all rows, by engine: what others were told while one system was broken, and otherwise. */
const shots = { broken: [] as Shot[], well: [] as Shot[] };

beforeAll(async () => {
  console.info(`The matrix of writes: WRITES_SEED=${seed}`);
  const missing = whyNoDatabase();
  if (missing) console.warn(`SKIPPED: the matrix of writes on PostgreSQL: ${missing}`);
  else database = await startDatabase();
  const open = async (name: string, place: { file: string } | { url: string }) => {
    const town = await openTown();
    towns.push(town);
    const scene = setScene({ town, place, name });
    scenes.push(scene);
    await scene.start();
  };
  await Promise.all([
    open('s', { file: join(folder, 'store.sqlite') }),
    ...(database ? [open('p', { url: await database.fresh() })] : []),
  ]);
}, patientMs);

afterAll(async () => {
  await Promise.all(scenes.map((scene) => scene.close()));
  await Promise.all(towns.map((town) => town.close()));
  await database?.close();
  rmSync(folder, { recursive: true });
}, patientMs);

let round = 0;
for (const row of rows) {
  it(`${row.broken ?? 'Lintel'} ${row.name}: nothing acknowledged is lost, nothing is done twice`, {
    timeout: patientMs,
    repeats,
  }, async () => {
    round += 1;
    const seen = await Promise.all(scenes.map((scene) => play(scene, row, rounds > 1 ? round : 0)));
    for (const [index, each] of seen.entries()) {
      shots.broken.push(...each.broken);
      shots.well.push(...each.well);
      expect(each.wrong, `${scenes[index]?.engine}\n${told(each, seed)}`).toEqual([]);
    }
  });
}

it('nobody who reads the other systems is slowed by any of it', () => {
  expect(shots.broken.length).toBeGreaterThan(200);
  if (allBut(0.01, shots.well) > starvedMs) {
    console.warn('This machine is too busy to tell whether those who read others are slowed.');
    return;
  }
  // On a machine that does much else one in a thousand may wait in vain; not more of them than otherwise.
  expect(share(shots.broken, 'LIVE', 'KEPT')).toBeGreaterThanOrEqual(share(shots.well, 'LIVE', 'KEPT') - 0.001);
  expect(allBut(0.01, shots.broken)).toBeLessThanOrEqual(1.2 * allBut(0.01, shots.well) + 20);
});
