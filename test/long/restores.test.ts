// The restore harness at length: five plays of each system on each engine, by turns of how old the backup is, how the system
// was away, what was kept and read, and whether numbers are given out again.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { whyNoDatabase } from '../database.ts';
import { type Engine, told } from '../restores/plan.ts';
import { grounds, type SystemName } from '../restores/residents.ts';
import { openStores, playAll, type Stores } from '../restores/rounds.ts';

const plays = 5;
/** Five plays take half a minute; on a machine that does much else, ten times that. */
const patientMs = 900_000;
/** The engines have other numbers, so that together they play ten. */
const seeds: Readonly<Record<Engine, number>> = { SQLITE: 0, POSTGRESQL: 5 };
const missing = whyNoDatabase();

let stores: Stores;
beforeAll(() => {
  if (missing) console.warn(`SKIPPED: restores on PostgreSQL: ${missing}`);
  stores = openStores();
});
afterAll(() => stores.close(), 60_000);

describe.each(Object.keys(grounds) as SystemName[])('a backup of %s that comes back', (system) => {
  for (const engine of Object.keys(seeds) as Engine[]) {
    it.skipIf(engine === 'POSTGRESQL' && missing)(
      `is noticed, leads nobody to another's record, and makes nobody doubt what is whole, on ${engine}`,
      { timeout: patientMs },
      async () => {
        const onPlayed = (plan: Parameters<typeof told>[0], { findings }: { findings: object[] }, tookMs: number) =>
          console.info(`${told(plan)}: ${findings.length || 'nothing'} wrong, ${Math.round(tookMs / 1_000)} s`);
        const tally = await playAll({ system, engine, seed: seeds[engine], plays, onPlayed }, stores);
        expect(tally.wrong.join('\n')).toBe('');
        expect(tally.slowestReleaseMs).toBeLessThanOrEqual(30_000);
      },
    );
  }
});
