// A short round of the restore harness: few plays of each system, on SQLite. `npm run test:long` has more, on both engines;
// `npm run soak:restores` has as many as anybody likes.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { planOf, told } from './plan.ts';
import { play } from './play.ts';
import type { SystemName } from './residents.ts';
import { openStores, type Stores } from './rounds.ts';

/** A play takes seconds; on a machine that does much else, ten times that. Nothing here asserts how long. */
const patientMs = 180_000;
/** Of each system one that was down; of repairs also one that was set back while it was up. */
const plays: readonly [SystemName, number][] = [
  ['repairs', 0],
  ['repairs', 3],
  ['tenancies', 0],
  ['lettings', 0],
  ['telephony', 0],
];

let stores: Stores;
beforeAll(() => {
  stores = openStores();
});
afterAll(() => stores.close());

describe("a backup that comes back is noticed, leads nobody to another's record, and makes nobody doubt what is whole", () => {
  it.each(plays.map(([system, seed]) => planOf(system, 'SQLITE', seed)))(
    '$restored, play $seed',
    {
      timeout: patientMs,
    },
    async (plan) => {
      const { findings, lost } = await play(plan, await stores.place(plan.engine));
      expect(findings, told(plan)).toEqual([]);
      expect(lost).toBeGreaterThan(0);
    },
  );
});
