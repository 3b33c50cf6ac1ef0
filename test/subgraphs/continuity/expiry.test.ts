import { describe, expect, it } from 'vitest';
import { createExpiry, expirable } from '../../../subgraphs/continuity/expiry.ts';
import { unattended } from '../../../subgraphs/continuity/standing.ts';
import type { System } from '../../../subgraphs/continuity/system.ts';
import { createTestClock } from '../../clock.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

type Backend = ReturnType<System['status']>[number];

/** Expiry over one system whose backends stand as is said, and what it took out. */
function setup(...backends: { state: Backend['state']; sinceMs?: number; frozen?: number }[]) {
  const clock = createTestClock();
  const startMs = clock.now();
  const taken: { system: string; daysAgo: number; upTo: number }[] = [];
  const failures: unknown[] = [];
  const told: string[] = [];
  let failing = false;
  let records = 3;
  let hold: Promise<void> | null = null;
  const expiry = createExpiry({
    systems: [
      {
        name: 'repairs',
        status: () =>
          backends.map(({ state, sinceMs = startMs, frozen = 1 }) => {
            return { state, sinceMs, standing: { ...unattended, frozen } } as Backend;
          }),
      },
    ],
    snapshots: {
      async expire(system, beforeMs, upTo) {
        if (failing) throw new Error('the disk is gone');
        taken.push({ system, daysAgo: (clock.now() - beforeMs) / dayMs, upTo });
        await hold;
        return records;
      },
    },
    clock,
    keepMs: 90 * dayMs,
    onExpired: (system, count) => told.push(`${count} of ${system}`),
    onFailure: (_what, error) => failures.push(error),
  });
  return {
    clock,
    expiry,
    taken,
    failures,
    told,
    backends,
    /** So many go from now on; and not before something has come about. */
    gives(count: number, after: Promise<void> | null = null) {
      records = count;
      hold = after;
    },
    fail: (how: boolean) => {
      failing = how;
    },
  };
}

describe('what is kept', () => {
  it('expires after its days, hour by hour, once its system has been well for six hours', async () => {
    const { clock, taken, told, gives } = setup({ state: 'OPERATIONAL' });
    await clock.advance(6 * hourMs - 1);
    expect(taken).toEqual([]);
    await clock.advance(1);
    expect(taken).toEqual([{ system: 'repairs', daysAgo: 90, upTo: 1 }]);
    gives(0);
    await clock.advance(3 * hourMs);
    expect(taken).toHaveLength(4);
    // Told of where something went.
    expect(told).toEqual(['3 of repairs']);
    expect(expirable([], clock.now())).toBeNull();
  });

  it.each(['DEGRADED', 'DOWN', 'ISOLATED', 'READ_ONLY', 'HELD', 'RECONCILING'] as const)(
    'does not expire while one backend of its system is %s, however long',
    async (state) => {
      const { clock, taken } = setup({ state: 'OPERATIONAL' }, { state });
      await clock.advance(70 * dayMs);
      expect(taken).toEqual([]);
    },
  );

  it('expires up to the oldest generation that any of its backends still stands on', async () => {
    const { clock, taken } = setup({ state: 'OPERATIONAL', frozen: 4 }, { state: 'OPERATIONAL', frozen: 2 });
    await clock.advance(6 * hourMs);
    expect(taken).toEqual([{ system: 'repairs', daysAgo: 90, upTo: 2 }]);
  });

  it('is tried again after a failure of the store, which is told', async () => {
    const { clock, taken, failures, fail } = setup({ state: 'OPERATIONAL' });
    fail(true);
    await clock.advance(6 * hourMs);
    expect(failures).toHaveLength(1);
    fail(false);
    await clock.advance(hourMs);
    expect(taken).toHaveLength(1);
  });

  it('is left alone once expiry is closed', async () => {
    const { clock, expiry, taken } = setup({ state: 'OPERATIONAL' });
    expiry.close();
    await clock.advance(dayMs);
    expect(taken).toEqual([]);
    // Also where that is while something goes.
    const during = setup({ state: 'OPERATIONAL' });
    const { promise, resolve } = Promise.withResolvers<void>();
    during.gives(3, promise);
    await during.clock.advance(6 * hourMs);
    during.expiry.close();
    resolve();
    await during.clock.advance(dayMs);
    expect(during.taken).toHaveLength(1);
  });

  it('that could not be taken out because the process ends is no failure', async () => {
    const { clock, expiry, failures, taken, gives } = setup({ state: 'OPERATIONAL' });
    const { promise, reject } = Promise.withResolvers<void>();
    gives(3, promise);
    await clock.advance(6 * hourMs);
    expect(taken).toHaveLength(1);
    expiry.close();
    reject(new Error('the store is closed'));
    await clock.advance(hourMs);
    expect(failures).toEqual([]);
  });
});
