// Forgets what finished writes say about a person. The receipts themselves stay, as numbers in a ledger; what is still to be
// done is kept, and so is what that builds on. Knows tables and terms' names; knows no system.
import type { Store } from '../store.ts';
import type { Accepted } from './accepted.ts';
import type { Papers } from './entry.ts';
import { openStates } from './stage.ts';

/** Which writes are meant, by names (`Names`). */
export interface MeantWrites {
  terms: readonly string[];
  /** What they are about. */
  entities: readonly string[];
  /** What is written down beside the store, and not in it yet: none of it is done. */
  unwritten: readonly Accepted[];
  /** Whether a finished one is still worked from, as emergencies are until somebody has been there. */
  inUse(row: MeantRow): boolean;
}

/** A receipt as it is looked at here. */
export interface MeantRow {
  id: string;
  system: string;
  mutation: string;
  lane: string;
  state: string;
  follows: string | null;
  accepted_at: number;
}

/** What was forgotten, and what was not: ids of receipts. */
export interface ForgottenWrites {
  forgotten: readonly string[];
  /** Still to be done, or needed for what is: so still known. */
  kept: readonly string[];
}

/** Receipts a transaction: a few ms each. */
const atOnce = 200;

/** Forgets receipts, and those that build on them. Throws where the store fails. */
export async function forgetWrites({ db }: Store, papers: Papers, meant: MeantWrites): Promise<ForgottenWrites> {
  const found = await findWrites(db, meant);
  const kept = new Set<string>();
  const keep = (id: string | null) => {
    for (let at = id; at !== null && found.has(at) && !kept.has(at); at = found.get(at)?.follows ?? null) kept.add(at);
  };
  for (const row of found.values()) if (isOpen(row) || meant.inUse(row)) keep(row.id);
  for (const { id, follows, terms } of meant.unwritten) {
    if (!terms.some((term) => meant.terms.includes(term)) && !(follows && found.has(follows))) continue;
    kept.add(id);
    keep(follows);
  }
  const ids = [...found.keys()].filter((id) => !kept.has(id));
  for (let start = 0; start < ids.length; start += atOnce) {
    const some = ids.slice(start, start + atOnce);
    await db.transaction().execute(async (trx) => {
      for (const id of some) {
        await trx
          .updateTable('receipt')
          .set({ entity: '', ...papers.blank(id) })
          .where('id', '=', id)
          .execute();
      }
      const steps = await trx
        .selectFrom('receipt_step')
        .select(['receipt', 'position'])
        .where('receipt', 'in', some)
        .execute();
      for (const { receipt, position } of steps) {
        await trx
          .updateTable('receipt_step')
          .set(papers.blankStep(receipt, position))
          .where('receipt', '=', receipt)
          .where('position', '=', position)
          .execute();
      }
      await trx.deleteFrom('receipt_term').where('receipt', 'in', some).execute();
    });
  }
  return { forgotten: ids, kept: [...kept] };
}

function isOpen({ state }: MeantRow): boolean {
  return (openStates as readonly string[]).includes(state);
}

/** By terms, by what they are about, and all that build on these. */
async function findWrites(db: Store['db'], { terms, entities }: MeantWrites): Promise<Map<string, MeantRow>> {
  const columns = ['id', 'system', 'mutation', 'lane', 'state', 'follows', 'accepted_at'] as const;
  const found = new Map<string, MeantRow>();
  let fresh: MeantRow[] = [];
  const add = (rows: readonly MeantRow[]) => {
    for (const row of rows) {
      if (found.has(row.id)) continue;
      found.set(row.id, row);
      fresh.push(row);
    }
  };
  for (const some of chunksOf(terms)) {
    const query = db.selectFrom('receipt').select(columns);
    const ids = db.selectFrom('receipt_term').select('receipt').where('term', 'in', some);
    add(await query.where('id', 'in', ids).execute());
  }
  for (const some of chunksOf(entities)) {
    add(await db.selectFrom('receipt').select(columns).where('entity', 'in', some).execute());
  }
  while (fresh.length > 0) {
    const before = fresh.map(({ id }) => id);
    fresh = [];
    for (const some of chunksOf(before)) {
      // Forgotten once, its entity is blank.
      const query = db.selectFrom('receipt').select(columns).where('follows', 'in', some).where('entity', '!=', '');
      add(await query.execute());
    }
  }
  return found;
}

function chunksOf<Item>(items: readonly Item[]): Item[][] {
  const chunks: Item[][] = [];
  for (let start = 0; start < items.length; start += atOnce) chunks.push(items.slice(start, start + atOnce));
  return chunks;
}
