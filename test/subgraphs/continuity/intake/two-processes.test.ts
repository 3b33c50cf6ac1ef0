// Two processes over one store, which SQLite does not allow: one of them replays, and what both accept keeps its order.
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { createLease } from '../../../../subgraphs/continuity/intake/lease.ts';
import { settled } from '../../../clock.ts';
import { onBothEngines } from '../../../stores.ts';
import { until } from '../../wire.ts';
import { createDesks } from './office.ts';

const tap = { about: 'P1', text: 'a tap' };

onBothEngines('two processes', (place, engine) => {
  const desks = createDesks(place);
  const several = it.skipIf(engine === 'SQLITE');

  several('has one process at a time replay: whoever keeps it, until it is given up or over', async () => {
    const { store, clock } = await desks.open({ serve: false });
    const leaseOf = (holder: string) => createLease(store, clock, holder, 'replay/office', 15_000);
    const [one, other] = [leaseOf('one'), leaseOf('other')];
    expect([await one.take(), await other.take(), await one.take()]).toEqual([true, false, true]);
    expect([one.held(), other.held()]).toEqual([true, false]);
    expect(await createLease(store, clock, 'other', 'replay/others', 15_000).take()).toBe(true);
    clock.leap(15_000);
    expect(one.held()).toBe(false);
    // By the clock of the database it is over too.
    await store.db
      .updateTable('lease')
      .set(({ eb }) => ({ until: eb('until', '-', 15_000) }))
      .execute();
    expect([await other.take(), await one.take(), one.held()]).toEqual([true, false, false]);
    await one.giveUp();
    expect(await one.take()).toBe(false);
    await other.giveUp();
    expect([other.held(), await one.take()]).toEqual([false, true]);
  });

  several('keeps the order of what is about the same where two processes accept it at once', async () => {
    const first = await desks.alone({ process: 'first' });
    const { office, store } = first;
    const second = await desks.beside(first, { process: 'second' });
    // The earlier one has its number, and its transaction then takes its time.
    await sql`create function hold_up() returns trigger language plpgsql as
      $$ begin perform pg_advisory_xact_lock(1); return new; end $$`.execute(store.db);
    await sql`create trigger hold_up after insert on receipt for each row when (new.mutation = 'noteReadBack')
      execute function hold_up()`.execute(store.db);
    const waiting = async () => {
      const found = await sql<{ count: number }>`select count(*)::int as count from pg_locks
        where locktype = 'advisory' and not granted`.execute(store.db);
      return found.rows[0]?.count ?? 0;
    };
    let accepted = 0;
    const notes = await store.db.transaction().execute(async (trx) => {
      await sql`select pg_advisory_xact_lock(1)`.execute(trx);
      const earlier = first.note('noteReadBack', tap);
      while ((await waiting()) < 1) await settled();
      const later = second.note('note', { about: 'P1', text: 'a door' }).finally(() => (accepted += 1));
      while (accepted === 0 && (await waiting()) < 2) await settled();
      return [earlier, later];
    });
    await Promise.all(notes);
    await until(() => office.effects.length === 2);
    expect(office.effects.map(({ text }) => text)).toEqual(['a tap', 'a door']);
  });
});
