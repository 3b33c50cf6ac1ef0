// Forgets what finished writes say about a person. The receipts themselves stay, as numbers in a ledger; what is still open is
// kept, since it has still to be done.
import type { Store } from '../store.ts';
import type { Papers } from './entry.ts';
import { openStates } from './stage.ts';

/** What was forgotten, and what was not. */
export interface ForgottenWrites {
  forgotten: number;
  /** Still to be done, so still known. */
  kept: number;
}

/** Receipts a transaction: a few ms each. */
const atOnce = 200;

/** Forgets receipts by names of their terms. Throws where the store fails. */
export async function forgetWrites({ db }: Store, papers: Papers, terms: readonly string[]): Promise<ForgottenWrites> {
  const rows = await db
    .selectFrom('receipt_term')
    .innerJoin('receipt', 'receipt.id', 'receipt_term.receipt')
    .select(['receipt.id', 'receipt.state'])
    .distinct()
    .where('receipt_term.term', 'in', ['', ...terms])
    .execute();
  const open = rows.filter(({ state }) => (openStates as readonly string[]).includes(state));
  const ids = rows.filter((row) => !open.includes(row)).map(({ id }) => id);
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
  return { forgotten: ids.length, kept: open.length };
}
