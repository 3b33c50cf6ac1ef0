// The read rows of the fault matrix, row by row, on both stores, through a proxy on real sockets.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { onSchedule } from '../bench/outage/report.ts';
import type { Answer } from '../bench/outage/streams.ts';
import { onBothEngines } from '../stores.ts';
import { p99, play, type Seen, share } from './play.ts';
import { type Row, rows } from './rows.ts';
import { type Landlord, openLandlord, openSite, type Site } from './site.ts';

/** A row takes seconds; on a machine that does much else, several times that. Nothing here asserts how long. */
const patientMs = 90_000;
/** A machine with other things to do slows everybody down, at any time: what a fault does, it does each time. */
const tries = 3;

/** What readers of the broken system were told and may not be. From a store that was too slow to look: that nothing is kept. */
function notAllowed({ kept, fresh, failures }: Seen, row: Row): Answer[] {
  const slowStore: Answer[] = failures.length > 0 ? ['PARTLY'] : [];
  return [...kept.difference(new Set([...row.kept, ...slowStore])), ...fresh.difference(new Set(row.fresh))];
}

/** Lintel's promise for the other three systems, within one run: as quick, and as live. */
function asEver({ healthy, broken }: Seen): boolean {
  return p99(broken) <= 1.2 * p99(healthy) + 20 && share(broken, 'LIVE') >= share(healthy, 'LIVE') - 0.05;
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

  for (const row of rows) {
    const title = `${row.name} (${row.system}): never a part, kept answers say how old they are, nobody else is slowed`;
    it(title, { timeout: patientMs }, async () => {
      let seen = await play(site, row);
      for (let more = 1; more < tries && (notAllowed(seen, row).length > 0 || !asEver(seen)); more++) {
        const before = seen;
        seen = await play(site, row);
        // What may never be is never excused; and the more is measured, the less is chance.
        seen.wrong.push(...before.wrong);
        seen.healthy.push(...before.healthy);
        seen.broken.push(...before.broken);
      }
      expect(seen.wrong).toEqual([]);
      expect(notAllowed(seen, row)).toEqual([]);
      expect(seen.codes.filter((code) => !row.codes.includes(code))).toEqual([]);
      expect(seen.userCalls).toBe(0);
      expect(onSchedule(seen.probesAfterMs)).toBe(true);
      expect(seen.broken.length).toBeGreaterThan(50);
      expect(share(seen.broken, 'LIVE', 'KEPT')).toBe(1);
      expect(p99(seen.broken)).toBeLessThanOrEqual(1.2 * p99(seen.healthy) + 20);
      expect(share(seen.broken, 'LIVE')).toBeGreaterThanOrEqual(share(seen.healthy, 'LIVE') - 0.05);
    });
  }
});
