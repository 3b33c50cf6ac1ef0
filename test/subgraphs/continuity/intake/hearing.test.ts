// What hears of writes that other processes change, where the store fails under it.
import { describe, expect, it } from 'vitest';
import { createHearing } from '../../../../subgraphs/continuity/intake/hearing.ts';
import type { Store } from '../../../../subgraphs/continuity/store.ts';
import { createTestClock, settled } from '../../../clock.ts';

/** A database that says of its next question, when it is told to, that it has failed. */
function failingStore() {
  const asked: ((error: Error) => void)[] = [];
  const executeTakeFirstOrThrow = () => new Promise((_, reject) => asked.push(reject));
  const store = { engine: 'POSTGRESQL', db: { selectNoFrom: () => ({ executeTakeFirstOrThrow }) } };
  return { store: store as unknown as Store, asked, fail: (why: string) => asked.shift()?.(new Error(why)) };
}

describe('hearing of writes', () => {
  it('tells of a store that fails and looks again; closed, it has ended its last look before the store may go', async () => {
    const clock = createTestClock();
    const failures: string[] = [];
    const { store, asked, fail } = failingStore();
    const hearing = createHearing(store, { entries: async () => [] }, clock, 1_000, (what, error) =>
      failures.push(`${what}: ${error}`),
    );
    hearing.listen(() => {});
    await clock.advance(1_000);
    fail('gone');
    await settled();
    expect(failures).toEqual(['hearing of writes: Error: gone']);
    await clock.advance(1_000);
    let closed = false;
    const closing = hearing.close().then(() => {
      closed = true;
    });
    await settled();
    expect(closed).toBe(false);
    fail('gone again');
    await closing;
    await clock.advance(5_000);
    expect(asked).toEqual([]);
  });
});
