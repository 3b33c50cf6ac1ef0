// Writes accepted writes down, in the store: what comes while a transaction is under way goes together in the next, so
// that many share one wait for the disk. Knows what the tables need; knows nothing of what is sent.
import { sql, type Transaction } from 'kysely';
import type { Store, Tables } from '../store.ts';
import type { Acceptance, Accepted, Taken } from './accepted.ts';
import { entryOf, type Papers, rowOf } from './entry.ts';
import { databaseNow } from './now.ts';

interface Waiting {
  accepted: Accepted;
  resolve(taken: Taken): void;
  reject(error: unknown): void;
}

/** Acceptance that can be called off as long as it has not begun. */
export interface StoreAcceptance extends Acceptance {
  /** Nobody waits for that one any more: if it is not being written just now, it will not be. */
  withdraw(accepted: Accepted): void;
}

/** Writes a transaction: what a disk takes in a few ms, so that nobody waits behind a crowd. */
const mostTogether = 200;
/** Another process wrote the same keys in another order: PostgreSQL ends one of the two, which then simply goes again. */
const deadlock = '40P01';

/**
 * Acceptance into a store.
 * @param onTaken told of each that is new.
 * @param limited gives up waiting for a transaction that hangs, so that the next need not wait for it (its database may have
 *   gone without a word); what hangs may yet be written.
 */
export function createAcceptance(
  store: Store,
  papers: Papers,
  onTaken: (accepted: Accepted) => void,
  limited: <T>(work: () => Promise<T>) => Promise<T> = (work) => work(),
): StoreAcceptance {
  let waiting: Waiting[] = [];
  let writing = false;

  async function writeAll(): Promise<void> {
    if (writing) return;
    writing = true;
    // What arrives in the same turn of the event loop goes together too.
    await null;
    while (waiting.length > 0) {
      const some = next();
      try {
        const taken = await limited(() => written(some.map(({ accepted }) => accepted)));
        for (const [index, { accepted, resolve }] of some.entries()) {
          const one = taken[index] as Taken;
          resolve(one);
          if (one.fresh) onTaken(accepted);
        }
      } catch (error) {
        for (const { reject } of some) reject(error);
      }
    }
    writing = false;
  }

  /** Emergencies first; else in their order. */
  function next(): Waiting[] {
    const urgent = waiting.filter(({ accepted }) => accepted.lane === 'EMERGENCY');
    const some = (urgent.length > 0 ? urgent : waiting).slice(0, mostTogether);
    waiting = waiting.filter((each) => !some.includes(each));
    return some;
  }

  async function written(some: readonly Accepted[], again = 3): Promise<Taken[]> {
    try {
      return await store.db.transaction().execute((trx) => insert(trx, some));
    } catch (error) {
      if (again > 0 && (error as { code?: string }).code === deadlock) return written(some, again - 1);
      throw error;
    }
  }

  async function insert(trx: Transaction<Tables>, some: readonly Accepted[]): Promise<Taken[]> {
    if (store.engine === 'POSTGRESQL') await inOrder(trx, some);
    const fresh = await trx
      .insertInto('receipt')
      .values(some.map((accepted) => ({ ...rowOf(accepted, papers), stamp: databaseNow(store) })))
      // Sent twice, also at once, it is one. By whichever of the two names: what it is, and under which key.
      .onConflict((conflict) => conflict.doNothing())
      .returning('id')
      .execute();
    const isFresh = new Set(fresh.map(({ id }) => id));
    // Of one that was sent twice at once, the first is it.
    const ours = some.filter(({ id }) => isFresh.delete(id));
    const steps = ours.flatMap((accepted) =>
      entryOf(accepted).steps.map((step, position) => ({
        receipt: accepted.id,
        position,
        kind: step.kind,
        title: step.title,
        backend: step.backend,
        reference: step.reference,
        ...papers.step(accepted.id, position, step),
      })),
    );
    if (steps.length > 0) await trx.insertInto('receipt_step').values(steps).execute();
    const terms = ours.flatMap(({ id, terms }) => terms.map((term) => ({ term, receipt: id })));
    if (terms.length > 0) await trx.insertInto('receipt_term').values(terms).execute();
    if (ours.length === some.length) return some.map(({ id, content }) => ({ id, content, fresh: true }));
    return takenOf(trx, some, new Set(ours));
  }

  /** What stands for each: itself, whoever wrote it down, or else what is under its key. */
  async function takenOf(
    trx: Transaction<Tables>,
    some: readonly Accepted[],
    fresh: ReadonlySet<Accepted>,
  ): Promise<Taken[]> {
    const ids = some.map(({ id }) => id);
    const keys = some.map(({ key }) => key);
    const standing = await trx
      .selectFrom('receipt')
      .select(['id', 'key_name', 'content', 'accepted_at'])
      .where(({ eb, or }) => or([eb('id', 'in', ids), eb('key_name', 'in', keys)]))
      .execute();
    const byId = new Map(standing.map((row) => [row.id, row]));
    const byKey = new Map(standing.map((row) => [row.key_name, row]));
    for (const { id, acceptedAtMs } of some) {
      if (acceptedAtMs < (byId.get(id)?.accepted_at ?? 0)) await acceptedEarlier(trx, id, acceptedAtMs);
    }
    return some.map((accepted) => {
      const { id, content } = (byId.get(accepted.id) ?? byKey.get(accepted.key)) as { id: string; content: string };
      return { id, content, fresh: fresh.has(accepted) };
    });
  }

  /** Somebody had been told that it was accepted before the store had it from somebody else: clocks run since then. */
  async function acceptedEarlier(trx: Transaction<Tables>, id: string, atMs: number): Promise<void> {
    await trx
      .updateTable('receipt')
      .set(({ eb }) => ({ accepted_at: atMs, stamp: databaseNow(store), revision: eb('revision', '+', 1) }))
      .where('id', '=', id)
      .where('accepted_at', '>', atMs)
      .execute();
  }

  return {
    take: (accepted) =>
      new Promise((resolve, reject) => {
        waiting.push({ accepted, resolve, reject });
        void writeAll();
      }),
    withdraw(accepted) {
      waiting = waiting.filter((each) => each.accepted !== accepted);
    },
  };
}

/**
 * Others write too: of two writes about the same entity the one with the lower number is also the one that is seen first, or
 * the later could be sent before the earlier. Taken in the same order by all, so that nobody waits in a circle.
 */
async function inOrder(trx: Transaction<Tables>, some: readonly Accepted[]): Promise<void> {
  const entities = some.filter(({ lane }) => lane === 'ORDINARY').map(({ entity }) => entity);
  // 64 of a name's bits; two entities that share them only wait for each other.
  const locks = [...new Set(entities)].map((entity) => BigInt.asIntN(64, BigInt(`0x${entity.slice(0, 16)}`)));
  locks.sort((one, other) => (one < other ? -1 : 1));
  if (locks.length === 0) return;
  await sql`select pg_advisory_xact_lock(entity) from unnest(${locks.map(String)}::bigint[]) as entity`.execute(trx);
}
