// The read rows of the fault matrix, row by row, on both stores, through a proxy on real sockets.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onSchedule } from '../bench/outage/report.ts';
import type { Answer } from '../bench/outage/streams.ts';
import { onBothEngines } from '../stores.ts';
import { p99, play, type Seen } from './play.ts';
import { type Row, rows } from './rows.ts';
import { type Landlord, openLandlord, openSite, type Site } from './site.ts';

/** A row takes seconds; on a machine that does much else, several times that. Nothing here asserts how long. */
const patientMs = 90_000;
/** A machine with other things to do slows everybody down, at any time: what a fault does, it does each time. */
const tries = 3;

/** Lintel's promise for the other three systems, within one run; and what readers may be told, as long as nobody is starved. */
function asPromised({ healthyMs, brokenMs, kept, fresh, others }: Seen, row: Row): boolean {
  const within = (told: Set<Answer>, allowed: readonly Answer[]) => told.isSubsetOf(new Set(allowed));
  const unslowed = p99(brokenMs) <= 1.2 * p99(healthyMs) + 20;
  return unslowed && within(kept, row.kept) && within(fresh, row.fresh) && within(others, ['LIVE']);
}

let landlord: Landlord;
beforeAll(async () => {
  landlord = await openLandlord();
}, patientMs);
afterAll(() => landlord.close());

onBothEngines('a system that', (place) => {
  let site: Site;
  beforeAll(async () => {
    site = await openSite(landlord, await place());
  }, patientMs);
  afterAll(() => site.close());

  describe.each(rows)('$name ($system)', (row) => {
    it('never gives a part, says how old what is kept is, and slows nobody else down', {
      timeout: patientMs,
    }, async () => {
      let seen = await play(site, row);
      for (let more = 1; more < tries && !asPromised(seen, row); more++) {
        const { wrong, healthyMs, brokenMs } = seen;
        seen = await play(site, row);
        // What may never be is never excused; and the more is measured, the less is chance.
        seen.wrong.push(...wrong);
        seen.healthyMs.push(...healthyMs);
        seen.brokenMs.push(...brokenMs);
      }
      expect(seen.wrong).toEqual([]);
      expect([...seen.kept].filter((answer) => !row.kept.includes(answer))).toEqual([]);
      expect([...seen.fresh].filter((answer) => !row.fresh.includes(answer))).toEqual([]);
      expect([...seen.others].filter((answer) => answer !== 'LIVE')).toEqual([]);
      expect(seen.codes.filter((code) => !row.codes.includes(code))).toEqual([]);
      expect(seen.userCalls).toBe(0);
      expect(onSchedule(seen.probesAfterMs)).toBe(true);
      expect(seen.brokenMs.length).toBeGreaterThan(50);
      expect(p99(seen.brokenMs)).toBeLessThanOrEqual(1.2 * p99(seen.healthyMs) + 20);
      expect(site.failures).toEqual([]);
    });
  });
});
