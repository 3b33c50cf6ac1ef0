// What time it is by the store's own clock, in queries. Several processes share a PostgreSQL, and no two of their own clocks
// are the same. A SQLite store has one process: there it is no matter.
import { type RawBuilder, sql } from 'kysely';
import type { Store } from '../store.ts';

/** Ms since 1970 by PostgreSQL's clock as the statement runs (not as its transaction began), and some ms later; 0 on SQLite. */
export function databaseNow({ engine }: Pick<Store, 'engine'>, laterMs = 0): RawBuilder<number> {
  if (engine === 'SQLITE') return sql<number>`0`;
  return sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint + ${laterMs}::bigint`;
}
