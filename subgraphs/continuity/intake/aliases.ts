// Aliases of receipts: of two ids that were given out for one write, before either was known to the other, one stands and the
// other is its alias. Knows two tables; whoever reads a receipt by its id looks here for what has no row of its own.
import type { Kysely } from 'kysely';
import type { Store, Tables } from '../store.ts';
import type { Papers } from './entry.ts';

/** Makes an id another one's alias, for good: both answer as one from here on. Done again, nothing changes. */
export async function writeAlias({ db }: Pick<Store, 'db'>, id: string, receipt: string): Promise<void> {
  await insert(db, id, receipt);
}

/** The receipt that an id is the alias of; null: it is no alias. */
export async function aliasOf(db: Kysely<Tables>, id: string): Promise<string | null> {
  const row = await db.selectFrom('receipt_alias').select('receipt').where('id', '=', id).executeTakeFirst();
  return row?.receipt ?? null;
}

/**
 * Makes aliases of the second receipts that Lintel wrote down until November 2026 as SETTLED: they told residents that somebody
 * had dealt with an emergency which nobody had touched. Nothing of them was ever sent. Gives how many they were. `onFailure` is told of one that cannot be read.
 */
export async function aliasTwins(
  { db }: Pick<Store, 'db'>,
  papers: Papers,
  onFailure: (what: string, error: unknown) => void,
): Promise<number> {
  const rows = await db
    .selectFrom('receipt')
    .selectAll()
    .where('state', '=', 'SETTLED')
    .whereRef('key_name', '=', 'id')
    .execute();
  let count = 0;
  for (const row of rows) {
    const first = firstOf(row);
    if (!first) continue;
    await db.transaction().execute(async (trx) => {
      await insert(trx, row.id, first);
      await trx.deleteFrom('receipt_step').where('receipt', '=', row.id).execute();
      await trx.deleteFrom('receipt_term').where('receipt', '=', row.id).execute();
      await trx.deleteFrom('receipt').where('id', '=', row.id).execute();
    });
    count += 1;
  }
  return count;

  function firstOf(row: (typeof rows)[number]): string | undefined {
    try {
      const { settledBy } = papers.entry(row, []);
      return settledBy?.who === 'Lintel' ? twinOf.exec(settledBy.why)?.[1] : undefined;
    } catch (error) {
      onFailure('reading a receipt', error);
      return undefined;
    }
  }
}

/** What was written of them. */
const twinOf = /^It is the same as ([0-9A-Za-z]+), under the same key\.$/;

async function insert(db: Kysely<Tables>, id: string, receipt: string): Promise<void> {
  await db
    .insertInto('receipt_alias')
    .values({ id, receipt })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
