// What a store says of itself before it is used: by which key its records are named. Under another key nothing in it
// would be found, and nobody would know why.
import type { Cipher } from './cipher.ts';
import type { Store } from './store.ts';

/** A text that only the same oldest key gives. */
export function namingMark(cipher: Cipher): string {
  return cipher.name('lintel store');
}

/** Marks a new store with the key that names its records. Throws an error that says what to do where it was another. */
export async function claim({ db }: Store, cipher: Cipher): Promise<void> {
  const value = namingMark(cipher);
  await db
    .insertInto('mark')
    .values({ name: 'naming', value })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const mark = await db.selectFrom('mark').select('value').where('name', '=', 'naming').executeTakeFirstOrThrow();
  if (mark.value === value) return;
  throw new Error(
    'The store was made with another key: nothing in it could be found. The last of STORE_KEYS must be the key that ' +
      'it was made with (newer ones stand before it), or the file key beside the store must be the one that was there.',
  );
}
