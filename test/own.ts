// Lintel's own records of one system, over a store in memory: for tests of what records say and do, which are many. That a store keeps
// them so is tested on both of its engines.
import { randomBytes } from 'node:crypto';
import { expect, onTestFinished } from 'vitest';
import { createCipher } from '../subgraphs/continuity/cipher.ts';
import type { Clock } from '../subgraphs/continuity/clock.ts';
import type { Own, OwnKinds } from '../subgraphs/continuity/own.ts';
import { createOwn } from '../subgraphs/continuity/owner.ts';
import { openMemory } from './stores.ts';

/** Own records that nobody else has, and that end with the test. A store that fails fails it. */
export async function ownInMemory(clock: Clock, system: string, kinds: OwnKinds): Promise<Own> {
  const store = await openMemory();
  const records = createOwn({
    ...{ store, cipher: createCipher(new Map([['one', randomBytes(32)]])), clock },
    onFailure: (what, error) => expect.fail(`${what}: ${error}`),
  });
  onTestFinished(async () => {
    await records.close();
    await store.close();
  });
  return records.of(system, kinds);
}
