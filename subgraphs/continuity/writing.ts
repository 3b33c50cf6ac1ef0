// Writes what was read: looks first what is there, since most records have not changed and cost nothing; what has
// changed is written whole, in one transaction. How, is in statements.ts.
import type { Kysely } from 'kysely';
import type { Sealing } from './sealing.ts';
import { type Change, createStatements, groups, inSlices, type Known, type Prepared } from './statements.ts';
import type { Store, Tables } from './store.ts';
import { termsOf, type Waiting } from './waiting.ts';
import type { Walk } from './writer.ts';

/** What became of a batch. */
export interface Written {
  /** New or changed. */
  written: number;
  /** Unchanged, and said to have been read again. */
  confirmed: number;
  /** Unchanged and lately read, or read before what is there: nothing was written. */
  unchanged: number;
  /** What cannot be written, ever, and why. */
  spoilt: { record: Waiting; error: unknown }[];
}

interface Plan {
  change: Change[];
  confirm: Prepared[];
}

/** What is there of some records; with a lock, on PostgreSQL, others do not change it before the transaction ends. */
async function look(db: Kysely<Tables>, some: readonly Prepared[], lock = false): Promise<Map<Prepared, Known>> {
  const found = new Map<Prepared, Known>();
  for (const group of groups(some)) {
    const [{ record }] = group;
    const query = db
      .selectFrom('snapshot')
      .select(['name', 'content', 'read_at', 'key_id'])
      .where('system', '=', record.system)
      .where('kind', '=', record.kind)
      .where('generation', '=', record.generation)
      .where(
        'name',
        'in',
        group.map(({ name }) => name),
      )
      // Everybody locks in the same order, so that no two wait for each other.
      .orderBy('name');
    const rows = await (lock ? query.forUpdate() : query).execute();
    const byName = new Map(rows.map((row) => [row.name, row]));
    for (const each of group) {
      const row = byName.get(each.name);
      if (row) found.set(each, row);
    }
  }
  return found;
}

/**
 * Gives what writes a batch, each record in it once, all of it or nothing; it throws where the store fails. An unchanged
 * record is only confirmed as read again when its row says that it was read `confirmMs` ago.
 */
export function createWriting(store: Store, sealing: Sealing, confirmMs: number) {
  const statements = createStatements(store, sealing);

  function planOf(some: readonly Prepared[], known: ReadonlyMap<Prepared, Known>): Plan {
    const plan: Plan = { change: [], confirm: [] };
    for (const prepared of some) {
      const row = known.get(prepared);
      const { readAtMs } = prepared.record;
      if (row && row.read_at > readAtMs) continue;
      // Under a key that is no longer written with, it is written again: so a key can be done away with in time.
      if (row?.content !== prepared.content || row.key_id !== sealing.keyId) plan.change.push({ prepared, known: row });
      else if (row.read_at + confirmMs <= readAtMs) plan.confirm.push(prepared);
    }
    return plan;
  }

  async function prepare(records: readonly Waiting[]): Promise<{ prepared: Prepared[]; spoilt: Written['spoilt'] }> {
    const prepared: Prepared[] = [];
    const spoilt: Written['spoilt'] = [];
    await inSlices(records, (record) => {
      try {
        const terms = [...new Set(termsOf(record))];
        const versionMs = record.versionOf?.(record.value, record.key) ?? null;
        prepared.push({ record, terms, versionMs, ...sealing.named(record, record.key, record.value) });
      } catch (error) {
        spoilt.push({ record, error });
      }
    });
    // In one order whoever writes, so that no two wait for each other.
    return { prepared: prepared.sort((a, b) => (a.name < b.name ? -1 : 1)), spoilt };
  }

  return async function write(records: readonly Waiting[]): Promise<Written> {
    const { prepared, spoilt } = await prepare(records);
    let plan = planOf(prepared, await look(store.db, prepared));
    if (plan.change.length + plan.confirm.length > 0) {
      await store.db.transaction().execute(async (trx) => {
        // Several processes share a PostgreSQL: what was looked up may have changed.
        if (store.engine === 'POSTGRESQL') {
          const some = [...plan.change.map((change) => change.prepared), ...plan.confirm];
          plan = planOf(some, await look(trx, some, true));
        }
        await statements.confirm(trx, plan.confirm);
        await statements.change(trx, plan.change);
      });
    }
    const [written, confirmed] = [plan.change.length, plan.confirm.length];
    return { written, confirmed, unchanged: prepared.length - written - confirmed, spoilt };
  };
}

/** Notes that a kind has been walked through as a whole. */
export async function writeWalk({ db }: Store, walk: Walk): Promise<void> {
  await db
    .insertInto('walked')
    .values(walk)
    .onConflict((conflict) =>
      conflict
        .columns(['system', 'kind', 'generation'])
        .doUpdateSet(({ ref }) => ({ at: ref('excluded.at') }))
        .where(({ eb, ref }) => eb('walked.at', '<', ref('excluded.at'))),
    )
    .execute();
}
