// What was still to be sent when a backup of Lintel's own store was taken may have been sent since, by the Lintel that is no
// more. Nothing of it is sent again before it has been looked for. Knows two tables.
import { type Kysely, sql } from 'kysely';
import type { Tables } from '../tables.ts';

/** Has every write that waited be in doubt. Gives how many there are. */
export async function doubtAll(db: Kysely<Tables>): Promise<number> {
  const waiting = ['QUEUED', 'SENDING'];
  await db
    .updateTable('receipt_step')
    .set({ state: 'AMBIGUOUS' })
    .where('state', 'in', waiting)
    .where('receipt', 'in', (eb) => eb.selectFrom('receipt').select('id').where('state', 'in', waiting))
    // Those behind it have not been sent before it was.
    .where(
      sql<boolean>`position = (select min(first.position) from receipt_step as first
        where first.receipt = receipt_step.receipt and first.state <> 'APPLIED')`,
    )
    .execute();
  const { numUpdatedRows } = await db
    .updateTable('receipt')
    .set({ state: 'AMBIGUOUS', holder: null, lease_until: null })
    .where('state', 'in', waiting)
    .executeTakeFirstOrThrow();
  return Number(numUpdatedRows);
}
