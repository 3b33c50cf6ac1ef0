// A store that is slow, away, or reads and does not write, as a test says: what is held is let go by the test, and no time passes
// meanwhile. Around a real one, on either engine.
import { type KyselyPlugin, type PluginTransformResultArgs, sql } from 'kysely';
import type { Store } from '../../../subgraphs/continuity/store.ts';
import { settled } from '../../clock.ts';

/** A store under a test's control. */
export interface UnwellStore {
  store: Store;
  /** From here on it does what it is asked, and no answer comes back until it is let go. */
  hold(): void;
  letGo(): void;
  /** From here on every statement fails, as with the database away; or none does. */
  fails(now: boolean): void;
}

/** Puts one around a store, which stays its owner's to close. */
export function unwell(store: Store): UnwellStore {
  let held: PromiseWithResolvers<void> | null = null;
  let away = false;
  const plugin: KyselyPlugin = {
    transformQuery({ node }) {
      if (away) throw new Error('Connection terminated unexpectedly');
      return node;
    },
    async transformResult({ result }: PluginTransformResultArgs) {
      await held?.promise;
      return result;
    },
  };
  return {
    store: { ...store, db: store.db.withPlugin(plugin) },
    hold() {
      held ??= Promise.withResolvers();
    },
    letGo() {
      held?.resolve();
      held = null;
    },
    fails(now) {
      away = now;
    },
  };
}

/** Lets a store take no writes any more, while it can still be read; gives what ends that. */
export async function stopWrites({ engine, db }: Store): Promise<() => Promise<void>> {
  if (engine === 'SQLITE') {
    await sql`pragma query_only = on`.execute(db);
    return async () => void (await sql`pragma query_only = off`.execute(db));
  }
  const set = async (value: 'on' | 'off') => {
    const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(db);
    await db.connection().execute(async (one) => {
      await sql`set default_transaction_read_only = off`.execute(one);
      const name = sql.id(rows[0]?.name ?? '');
      await sql`alter database ${name} set default_transaction_read_only = ${sql.raw(value)}`.execute(one);
    });
    // Sessions that are there keep what they have begun with.
    await sql`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`.execute(db);
    await sql`select pg_terminate_backend(pg_backend_pid())`.execute(db).catch(() => {});
    // As many as the pool has, at once: until each of them is new.
    const all = () =>
      Promise.all(
        Array.from({ length: 10 }, () =>
          sql<{ is: string }>`select
      current_setting('default_transaction_read_only') as is, pg_sleep(0.02)`.execute(db),
        ),
      );
    const isSet = ({ rows }: { rows: { is: string }[] }) => rows[0]?.is === value;
    for (let ready = false; !ready; await settled()) {
      ready = await all().then(
        (some) => some.every(isSet),
        () => false,
      );
    }
  };
  await set('on');
  return () => set('off');
}
