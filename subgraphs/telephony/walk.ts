// How everything that the telephone system's records hold is walked through: by the numbers that there are calls of. Knows
// kinds and keys; knows no wire.
import { londonWallClock } from '../continuity/dirt.ts';
import type { WalkPlan } from '../continuity/warmplan.ts';
import type { TelephonyReads } from './adapter.ts';

/** A call is written down when it ends, under the day when it began. */
const dayMs = 24 * 3_600_000;

export const telephonyWalk: WalkPlan<TelephonyReads> = {
  // The calls are in memory once the records have been read: what is gentle here is how much is translated at once.
  gentleness: { records: { atOnce: 1, callsASecond: 10 } },
  // A month of records takes half a minute to fetch and read, longer than anybody waits.
  atStart: { kind: 'numbersWithCalls', key: '' },
  stages: [
    {
      whole: ['callsOfNumber'],
      async page(_from, { ask, sinceMs }) {
        const since = sinceMs === null ? '' : londonWallClock(sinceMs - dayMs).slice(0, 10);
        const [numbers = []] = await ask('numbersWithCalls', [since]);
        return { keys: { callsOfNumber: numbers }, next: null };
      },
    },
  ],
};
