// What hears of writes that other processes change, where the store fails under it.
import { describe, expect, it } from 'vitest';
import { createHearing } from '../../../../subgraphs/continuity/intake/hearing.ts';
import type { Store } from '../../../../subgraphs/continuity/store.ts';
import { createTestClock, settled } from '../../../clock.ts';

/** A database that answers its next question with this error, when it is told to. */
function failingStore() {
  const asked: ((error: Error) => void)[] = [];
  const executeTakeFirstOrThrow = () => new Promise((_, reject) => asked.push(reject));
  const store = { engine: 'POSTGRESQL', db: { selectNoFrom: () => ({ executeTakeFirstOrThrow }) } };
  return { store: store as unknown as Store, fail: (why: string) => asked.shift()?.(new Error(why)) };
}

describe('hearing of writes', () => {
  it('tells of a store that fails, and looks again; of one that was closed under it there is nothing to tell', async () => {
    const clock = createTestClock();
    const failures: string[] = [];
    const { store, fail } = failingStore();
    const hearing = createHearing(store, { entries: async () => [] }, clock, 1_000, (what, error) =>
      failures.push(`${what}: ${error}`),
    );
    hearing.listen(() => {});
    await clock.advance(1_000);
    fail('gone');
    await settled();
    expect(failures).toEqual(['hearing of writes: Error: gone']);
    await clock.advance(1_000);
    hearing.close();
    fail('driver has already been destroyed');
    await settled();
    expect(failures).toHaveLength(1);
  });
});
