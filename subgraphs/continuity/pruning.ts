// Takes out of the store what is not to be kept any longer: what has grown old, what newer generations have replaced, a
// whole generation, a person. A few hundred records at a time, so that nobody waits for it.
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Sealing } from './sealing.ts';
import type { Store, Tables } from './store.ts';

/** Takes out of a store. */
export interface Pruning {
  /** What was last read before that, up to that generation, and what a newer one up to it has too. Gives how many went. */
  expire(system: string, beforeMs: number, upTo: number): Promise<number>;
  drop(system: string, generation: number, kinds: readonly string[]): Promise<number>;
  /** Every record that has one of these terms, and these records, in every generation. Gives each record once. */
  forget(terms: readonly string[], also: readonly RecordName[]): Promise<RecordName[]>;
}

/** A record, whatever its generation. */
export interface RecordName {
  system: string;
  kind: string;
  name: string;
}

interface Place extends RecordName {
  generation: number;
}

interface Row extends Place {
  content: string;
  read_at: number;
  /** The content of its newest generation. */
  newest: string;
}

/** Records a transaction: over in milliseconds. */
const rowsAStep = 500;
const always = sql<boolean>`1 = 1`;

/** Takes out of a store. `confirmMs`: what is unchanged may have been read that much later than its row says, in ms. */
export function createPruning({ db, background, engine }: Store, sealing: Sealing, confirmMs: number): Pruning {
  async function remove(trx: Kysely<Tables>, places: readonly Place[]): Promise<void> {
    const groups = Map.groupBy(places, ({ system, kind, generation }) => JSON.stringify([system, kind, generation]));
    for (const [of, group] of groups) {
      const [system, kind, generation] = JSON.parse(of);
      for (const table of ['snapshot', 'term'] as const) {
        await trx
          .deleteFrom(table)
          .where('system', '=', system)
          .where('kind', '=', kind)
          .where('generation', '=', generation)
          .where(
            'name',
            'in',
            group.map(({ name }) => name),
          )
          .execute();
      }
    }
  }

  async function expireOld(system: string, beforeMs: number, upTo: number): Promise<number> {
    let removed = 0;
    for (;;) {
      const count = await db.transaction().execute(async (trx) => {
        const query = trx
          .selectFrom('snapshot')
          .select(['system', 'kind', 'name', 'generation'])
          .where('system', '=', system)
          .where('read_at', '<', beforeMs)
          .where(generations(1, upTo))
          .limit(rowsAStep);
        // What is read again at this moment by another process stays.
        const old = await (engine === 'POSTGRESQL' ? query.forUpdate() : query).execute();
        await remove(trx, old);
        return old.length;
      });
      removed += count;
      if (count < rowsAStep) return removed;
    }
  }

  /**
   * Takes out what is found in a pass over a system in the background. Where a record's newest generation says something
   * else, what it said is kept as a former content.
   */
  async function sweep(system: string, meant: RawBuilder<boolean>, upTo: number): Promise<number> {
    let removed = 0;
    let after = sql<boolean>`${always}`;
    for (;;) {
      const rows: Row[] = await background
        .selectFrom('snapshot')
        .select(['system', 'kind', 'name', 'generation', 'content', 'read_at'])
        .select(
          sql<string>`(
            select newest.content from snapshot as newest
            where newest.system = snapshot.system and newest.kind = snapshot.kind and newest.name = snapshot.name
            and newest.generation between 1 and ${upTo} order by newest.generation desc limit 1
          )`.as('newest'),
        )
        .where('system', '=', system)
        .where(meant)
        .where(after)
        .orderBy('kind')
        .orderBy('name')
        .orderBy('generation')
        .limit(rowsAStep)
        .execute();
      const last = rows.at(-1);
      if (!last) return removed;
      const former = rows.flatMap(({ system, kind, name, generation, content, read_at, newest }) =>
        generation > 0 && newest !== content ? [{ system, kind, name, content, read_at }] : [],
      );
      await db.transaction().execute(async (trx) => {
        if (former.length > 0) {
          await trx
            .insertInto('former')
            .values(former)
            .onConflict((conflict) => conflict.doNothing())
            .execute();
        }
        await remove(trx, rows);
      });
      removed += rows.length;
      after = sql`(kind, name, generation) > (${last.kind}, ${last.name}, ${last.generation})`;
    }
  }

  const replaced = (upTo: number) => sql<boolean>`${generations(1, upTo - 1)} and exists (
    select 1 from snapshot as newer
    where newer.system = snapshot.system and newer.kind = snapshot.kind and newer.name = snapshot.name
    and newer.generation > snapshot.generation and newer.generation <= ${upTo}
  )`;

  return {
    async expire(system, beforeMs, upTo) {
      await db.deleteFrom('former').where('system', '=', system).where('read_at', '<', beforeMs).execute();
      // What expires now is not kept, and yet was there: a walk before it must not say otherwise.
      await db
        .deleteFrom('walked')
        .where('system', '=', system)
        .where(generations(1, upTo))
        .where('at', '<', beforeMs + confirmMs)
        .execute();
      const old = await expireOld(system, beforeMs, upTo);
      return upTo > 1 ? old + (await sweep(system, replaced(upTo), upTo)) : old;
    },
    async drop(system, generation, kinds) {
      if (kinds.length === 0) return 0;
      await db
        .deleteFrom('walked')
        .where('system', '=', system)
        .where('generation', '=', generation)
        .where('kind', 'in', kinds)
        .execute();
      // An unproven generation is no former content of anything: it is as if it had not been read.
      return sweep(system, sql`generation = ${generation} and kind in (${sql.join(kinds)})`, 0);
    },
    async forget(terms, also) {
      const names = terms.map(sealing.termOf);
      return db.transaction().execute(async (trx) => {
        const found = await trx
          .selectFrom('term')
          .select(['system', 'kind', 'name'])
          .distinct()
          .where('term', 'in', ['', ...names])
          .execute();
        const all = new Map([...found, ...also].map((each) => [JSON.stringify(each), each]));
        const groups = Map.groupBy(all.values(), ({ system, kind }) => JSON.stringify([system, kind]));
        for (const group of groups.values()) {
          const [{ system, kind } = { system: '', kind: '' }] = group;
          for (const table of ['snapshot', 'term', 'former'] as const) {
            for (let start = 0; start < group.length; start += rowsAStep) {
              await trx
                .deleteFrom(table)
                .where('system', '=', system)
                .where('kind', '=', kind)
                .where(
                  'name',
                  'in',
                  group.slice(start, start + rowsAStep).map(({ name }) => name),
                )
                .execute();
            }
          }
          // The person is not kept, and yet is there: a walk before this must not say otherwise.
          await trx.deleteFrom('walked').where('system', '=', system).where('kind', '=', kind).execute();
        }
        return [...all.values()];
      });
    },
  };
}

function generations(low: number, high: number): RawBuilder<boolean> {
  return sql`generation between ${low} and ${high}`;
}
