// How much is kept, by system and kind. Counting millions of rows takes a second: done in the background, at most once a
// minute, whoever asks.
import { sql } from 'kysely';
import type { Clock } from './clock.ts';
import { everyGeneration } from './generations.ts';
import { among } from './lookup.ts';
import type { Store } from './store.ts';

/** What is kept of a kind. */
export interface Coverage {
  kind: string;
  count: number;
  /** When the one longest not read, and the one last read, were read. */
  oldestMs: number;
  newestMs: number;
}

/** What there is in a store. */
export interface Surveyed {
  bySystem: ReadonlyMap<string, readonly Coverage[]>;
  records: number;
  bytes: number;
}

const freshMs = 60_000;

/** Surveys a store. `latest` gives what is known and starts a new survey where that has grown old; null at first. */
export function createSurvey(store: Store, clock: Clock, onFailure: (error: unknown) => void) {
  let known: Surveyed | null = null;
  let takenAtMs = Number.NEGATIVE_INFINITY;
  let under: Promise<Surveyed> | null = null;
  let ended = false;

  async function take(): Promise<Surveyed> {
    // By its own name SQLite would go through the records themselves; this way it counts in the smallest index.
    const system = sql<string>`coalesce(system, '')`;
    const groups = await store.background
      .selectFrom('snapshot')
      .select(({ fn }) => [
        system.as('system'),
        'kind',
        'generation',
        fn.countAll<number>().as('count'),
        fn.min('read_at').as('oldest'),
        fn.max('read_at').as('newest'),
      ])
      .where(among(everyGeneration))
      .groupBy([system, 'kind', 'generation'])
      .execute();
    const bySystem = new Map<string, Coverage[]>();
    for (const [system, ofSystem] of Map.groupBy(groups, (group) => group.system)) {
      const coverage: Coverage[] = [];
      for (const [kind, some] of Map.groupBy(ofSystem, (group) => group.kind)) {
        const [first] = some;
        // A record of several generations is one record.
        const count = some.length === 1 && first ? Number(first.count) : await countNames(system, kind);
        const oldestMs = Math.min(...some.map(({ oldest }) => Number(oldest)));
        const newestMs = Math.max(...some.map(({ newest }) => Number(newest)));
        coverage.push({ kind, count, oldestMs, newestMs });
      }
      bySystem.set(
        system,
        coverage.sort((a, b) => (a.kind < b.kind ? -1 : 1)),
      );
    }
    const records = [...bySystem.values()].flat().reduce((sum, { count }) => sum + count, 0);
    return { bySystem, records, bytes: await store.bytes() };
  }

  async function countNames(system: string, kind: string): Promise<number> {
    const { count } = await store.background
      .selectFrom('snapshot')
      .select(({ fn }) => fn.count<number>('name').distinct().as('count'))
      .where('system', '=', system)
      .where('kind', '=', kind)
      .where(among(everyGeneration))
      .executeTakeFirstOrThrow();
    return Number(count);
  }

  function renew(): Promise<Surveyed> {
    under ??= take()
      .then((surveyed) => {
        known = surveyed;
        takenAtMs = clock.now();
        return surveyed;
      })
      .finally(() => {
        under = null;
      });
    return under;
  }

  const isFresh = () => clock.now() - takenAtMs < freshMs;

  return {
    /** No older than a minute. Throws where the store fails. */
    async fresh(): Promise<Surveyed> {
      return known && isFresh() ? known : renew();
    },
    latest(): Surveyed | null {
      // A store that fails is told of, and asked again when somebody looks again.
      if (!isFresh() && !under) renew().catch((error) => ended || onFailure(error));
      return known;
    },
    /** The store is about to be closed: that a survey under way then fails is nothing to be told of. */
    end(): void {
      ended = true;
    },
    /** What was known is no longer so. */
    outdate(): void {
      takenAtMs = Number.NEGATIVE_INFINITY;
    },
  };
}
