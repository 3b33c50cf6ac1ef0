// A store with snapshots in it, for suites about what is kept.
import { createCipher } from '../subgraphs/continuity/cipher.ts';
import { createSnapshots, type SnapshotNumbers } from '../subgraphs/continuity/snapshots.ts';
import { openStore, type StorePlace } from '../subgraphs/continuity/store.ts';
import { createTestClock } from './clock.ts';

/** What a suite may want otherwise. */
export interface KeptOptions {
  keys: ReadonlyMap<string, Buffer>;
  numbers?: Partial<SnapshotNumbers>;
  clock?: ReturnType<typeof createTestClock>;
  random?: () => number;
}

/** Opens a store with snapshots over it. */
export async function openKept(place: StorePlace, { keys, numbers, clock = createTestClock(), random }: KeptOptions) {
  const store = await openStore(place);
  const cipher = createCipher(keys);
  const failures: string[] = [];
  const snapshots = createSnapshots({
    store,
    cipher,
    clock,
    ...(numbers && { numbers }),
    ...(random && { random }),
    onFailure: (what) => failures.push(what),
  });
  let open = true;
  return {
    place,
    store,
    cipher,
    clock,
    snapshots,
    failures,
    /** Once; a second time nothing happens. */
    async close() {
      if (!open) return;
      open = false;
      await snapshots.close();
      await store.close();
    },
  };
}

/** What `openKept` gives. */
export type OpenKept = Awaited<ReturnType<typeof openKept>>;
