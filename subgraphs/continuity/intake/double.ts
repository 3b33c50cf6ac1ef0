// An emergency that was acknowledged twice: it had been accepted, the store went away, and it was sent again before anybody
// could look. Its second receipt is kept, as one that is dealt with by the first, so that it is found and done once.
import type { Store } from '../store.ts';
import type { Accepted } from './accepted.ts';
import { entryOf, type Papers, rowOf } from './entry.ts';
import { databaseNow } from './now.ts';
import { type Stage, stateOf } from './stage.ts';

const settled: Stage = { state: 'SETTLED' };

/** Writes the second receipt down, once, under a key that nobody else has. `first`: the id of the other. */
export async function writeDouble(store: Store, papers: Papers, accepted: Accepted, first: string): Promise<void> {
  const { id } = accepted;
  const settledBy = { who: 'Lintel', why: `It is the same as ${first}, under the same key.` };
  const steps = entryOf(accepted).steps.map((step) => ({ ...step, stage: settled }));
  const row = {
    ...rowOf({ ...accepted, key: id }, papers),
    ...papers.receipt({ ...accepted, settledBy }),
    state: stateOf(steps.map(({ stage }) => stage)),
  };
  await store.db.transaction().execute(async (trx) => {
    const { numInsertedOrUpdatedRows } = await trx
      .insertInto('receipt')
      .values({ ...row, stamp: databaseNow(store) })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    if (!numInsertedOrUpdatedRows || steps.length === 0) return;
    const written = steps.map((step, position) => {
      const { kind, title, backend, reference } = step;
      return { receipt: id, position, kind, title, backend, reference, ...papers.step(id, position, step) };
    });
    await trx.insertInto('receipt_step').values(written).execute();
  });
}
