// What only one of several processes may do at a time: a lease in the store, on PostgreSQL's own clock. A SQLite store has one
// process, which always has it.
import { sql } from 'kysely';
import type { Clock } from '../clock.ts';
import type { Store } from '../store.ts';
import { databaseNow } from './now.ts';

/** A turn at something. */
export interface Lease {
  /** Takes it, or keeps it. False: another process has it. */
  take(): Promise<boolean>;
  /** Whether it is this process's now, for certain. */
  held(): boolean;
  /** Gives it up, so that the next need not wait until it is over. */
  giveUp(): Promise<void>;
}

/** A lease by its name, for `forMs` at a time. */
export function createLease({ engine, db }: Store, clock: Clock, holder: string, name: string, forMs: number): Lease {
  if (engine === 'SQLITE') return { take: async () => true, held: () => true, giveUp: async () => {} };
  let heldUntilMs = Number.NEGATIVE_INFINITY;
  return {
    async take() {
      const askedAtMs = clock.elapsed();
      const until = databaseNow({ engine }, forMs);
      const row = await db
        .insertInto('lease')
        .values({ name, holder, token: 1, until })
        .onConflict((conflict) =>
          conflict
            .column('name')
            .doUpdateSet({
              holder,
              until,
              token: sql`case when lease.holder = ${holder} then lease.token else lease.token + 1 end`,
            })
            .where(sql<boolean>`lease.holder = ${holder} or lease.until <= ${databaseNow({ engine })}`),
        )
        .returning('token')
        .executeTakeFirst();
      heldUntilMs = row ? askedAtMs + forMs : Number.NEGATIVE_INFINITY;
      return row !== undefined;
    },
    held: () => clock.elapsed() < heldUntilMs,
    async giveUp() {
      heldUntilMs = Number.NEGATIVE_INFINITY;
      await db.updateTable('lease').set({ until: 0 }).where('name', '=', name).where('holder', '=', holder).execute();
    },
  };
}
