// The receipts in the store: read, taken over, moved on. Whoever moves one holds it under a token; what is written under an
// older token is rejected. Knows queries; what may become of a receipt is in stage.ts.
import { type Kysely, type QueryCreator, type SelectQueryBuilder, sql } from 'kysely';
import type { Clock } from '../clock.ts';
import type { Receipt } from '../intake.ts';
import type { Store, Tables } from '../store.ts';
import type { Entry, EntryStep, Papers } from './entry.ts';
import { isFirst, isFree } from './heads.ts';
import { nextLook } from './look-schedule.ts';
import { databaseNow } from './now.ts';
import { stateOf, type Turn, turned } from './stage.ts';

/** A receipt that this process has taken over. */
export interface Claim {
  /** As it stands by what was written last. */
  entry: Entry;
  /** Until when it is this process's own, by `clock.elapsed`; after that another may have taken it over. */
  heldUntilMs: number;
  /** The one that it builds on. */
  followed: Entry | null;
}

/** Somebody else has taken it over: what this process knows of it is old, and it must not act on it. */
export class TakenOver extends Error {}

/** How a receipt stands after a change, as far as a change can change it. */
type After = Pick<Entry, 'steps' | 'settledBy' | 'token' | 'changedAtMs'>;

/** What `move` does beside. */
export interface Move {
  /** One attempt more. */
  attempt?: boolean;
  /** Holds it so much longer, in ms; null: lets it go. */
  leaseMs: number | null;
}

export function createBook(
  store: Store,
  papers: Papers,
  clock: Clock,
  holder: string,
  onMoved: (entry: Entry, revision: number) => void,
  onFailure: (what: string, error: unknown) => void,
) {
  const { engine, db } = store;

  /** Opens them. Throws where one cannot be read. */
  async function entriesOf<O>(over: Kysely<Tables>, query: SelectQueryBuilder<Tables, 'receipt', O>): Promise<Entry[]> {
    const rows = await query.selectAll().execute();
    return withSteps(over, rows as never, papers.entry);
  }

  async function withSteps<E>(
    over: Kysely<Tables>,
    rows: readonly Parameters<Papers['entry']>[0][],
    opened: (...row: Parameters<Papers['entry']>) => E,
  ): Promise<E[]> {
    const steps = new Map<string, Parameters<Papers['entry']>[1][number][]>();
    // As many ids as any engine takes in one statement.
    for (let start = 0; start < rows.length; start += 1_000) {
      const ids = rows.slice(start, start + 1_000).map(({ id }) => id);
      const some = await over
        .selectFrom('receipt_step')
        .selectAll()
        .where('receipt', 'in', ids)
        .orderBy('receipt')
        .orderBy('position')
        .execute();
      for (const step of some) steps.set(step.receipt, [...(steps.get(step.receipt) ?? []), step]);
    }
    return rows.map((row) => opened(row, steps.get(row.id) ?? []));
  }

  async function entry(id: string, over: Kysely<Tables> = db): Promise<Entry | null> {
    const [found = null] = await entriesOf(over, over.selectFrom('receipt').where('id', '=', id));
    return found;
  }

  /** The change of a receipt's own row to how it stands after, if `token` is still the one it had. Returns its number. */
  function receiptChange(over: QueryCreator<Tables>, before: Entry, after: After, leaseMs: number | null) {
    const settled = after.settledBy !== before.settledBy && papers.receipt({ ...before, ...after });
    return over
      .updateTable('receipt')
      .set(({ eb }) => ({
        state: stateOf(after.steps.map(({ stage }) => stage)),
        changed_at: after.changedAtMs,
        stamp: databaseNow(store),
        revision: eb('revision', '+', 1),
        token: after.token,
        holder: leaseMs === null ? null : holder,
        lease_until: leaseMs === null ? null : databaseNow(store, leaseMs),
        ...settled,
      }))
      .where('id', '=', before.id)
      .where('token', '=', before.token)
      .returning('revision');
  }

  function stepChange(over: QueryCreator<Tables>, { id, lane }: Entry, position: number, step: EntryStep) {
    const { stage } = step;
    // What has just been done is looked up again later; what was found of it before, if anything, counts no more.
    const look_at = stage.state === 'APPLIED' ? nextLook(lane, stage.atMs, stage.atMs) : null;
    return over
      .updateTable('receipt_step')
      .set({ ...papers.step(id, position, step), look_at, looked_at: null, trace: null })
      .where('receipt', '=', id)
      .where('position', '=', position);
  }

  /** Writes how an entry stands: all of it, or nothing where `token` is no longer the one it had. Gives the change's number. */
  async function write(over: Kysely<Tables>, before: Entry, after: After, leaseMs: number | null) {
    const row = await receiptChange(over, before, after, leaseMs).executeTakeFirst();
    if (!row) return undefined;
    for (const [position, step] of changed(before, after)) await stepChange(over, before, position, step).execute();
    return row.revision;
  }

  /** The same as one statement, which is a transaction of its own: a database on the network is asked once, not five times. */
  async function writeAtOnce(before: Entry, after: After, leaseMs: number | null): Promise<number | undefined> {
    let all = db.with('moved', (over) => receiptChange(over, before, after, leaseMs));
    for (const [position, step] of changed(before, after)) {
      all = all.with(`step_${position}`, (over) =>
        stepChange(over, before, position, step)
          .where(sql<boolean>`exists (select 1 from moved)`)
          .returning('position'),
      ) as typeof all;
    }
    return (await all.selectFrom('moved').select('revision').executeTakeFirst())?.revision;
  }

  return {
    entry,
    /** The receipt that stands under a name of client, mutation and key, and the name of its content. */
    async standing(key: string): Promise<{ id: string; content: string } | null> {
      const row = await db
        .selectFrom('receipt')
        .select(['id', 'content'])
        .where('key_name', '=', key)
        .executeTakeFirst();
      return row ?? null;
    },
    /** Many at once: one that cannot be read (its key is not configured) is told of and left out, or it would hide the others. */
    async entries(
      query: (from: SelectQueryBuilder<Tables, 'receipt', object>) => SelectQueryBuilder<Tables, 'receipt', object>,
    ): Promise<Entry[]> {
      const rows = await query(db.selectFrom('receipt')).selectAll().execute();
      const found = await withSteps(db, rows as never, (...row) => {
        try {
          return papers.entry(...row);
        } catch (error) {
          onFailure('reading a receipt', error);
          return null;
        }
      });
      return found.filter((each) => each !== null);
    },
    /** Takes a receipt over, if it is the first open one of its entity and nobody is at it; else null. */
    async claim(id: string, leaseMs: number): Promise<Claim | null> {
      const askedAtMs = clock.elapsed();
      const row = await db
        .updateTable('receipt')
        .set(({ eb }) => ({ token: eb('token', '+', 1), holder, lease_until: databaseNow(store, leaseMs) }))
        .where('id', '=', id)
        .where('state', 'in', ['QUEUED', 'AMBIGUOUS'])
        .where(isFree(store))
        .where(isFirst)
        .returningAll()
        .executeTakeFirst();
      if (!row) return null;
      const [claimed] = (await withSteps(db, [row], papers.entry)) as [Entry];
      const followed = row.follows === null ? null : await entry(row.follows);
      return { entry: claimed, followed, heldUntilMs: heldUntil(askedAtMs, leaseMs) };
    },
    /**
     * Writes what has become of a step of a receipt that is held; on the disk when this resolves.
     * @throws TakenOver; IllegalTurn.
     */
    async move(
      claim: Claim,
      position: number,
      turns: readonly Turn[],
      { attempt = false, leaseMs }: Move,
    ): Promise<void> {
      const { entry } = claim;
      const askedAtMs = clock.elapsed();
      const steps = stepsAfter(entry, position, turns, attempt);
      const after = { ...entry, steps, changedAtMs: clock.now() };
      const revision = await (engine === 'POSTGRESQL'
        ? writeAtOnce(entry, after, leaseMs)
        : db.transaction().execute((trx) => write(trx, entry, after, leaseMs)));
      if (revision === undefined) throw new TakenOver(`The receipt ${entry.id} has been taken over.`);
      claim.entry = after;
      if (leaseMs !== null) claim.heldUntilMs = heldUntil(askedAtMs, leaseMs);
      onMoved(after, revision);
    },
    /** Lets go of a receipt that nothing was done about. Whoever else holds it by now keeps it. */
    async release({ entry: { id, token } }: Claim): Promise<void> {
      await db
        .updateTable('receipt')
        .set({ holder: null, lease_until: null })
        .where('id', '=', id)
        .where('token', '=', token)
        .execute();
    },
    /**
     * Decides on a receipt whoever holds it: it is taken from them. `decision` gives the turn, or throws what is then thrown here.
     * Null: there is no such receipt.
     */
    async decide(
      id: string,
      decision: (entry: Entry) => { position: number; turns: readonly Turn[]; settledBy?: Receipt['settledBy'] },
    ): Promise<Entry | null> {
      const moved = await db.transaction().execute(async (trx) => {
        const query = trx.selectFrom('receipt').where('id', '=', id);
        const [before] = await entriesOf(trx, engine === 'POSTGRESQL' ? query.forUpdate() : query);
        if (!before) return null;
        const { position, turns, settledBy = before.settledBy } = decision(before);
        const steps = stepsAfter(before, position, turns, false);
        const after = { ...before, settledBy, steps, changedAtMs: clock.now(), token: before.token + 1 };
        return { entry: after, revision: (await write(trx, before, after, null)) as number };
      });
      if (moved) onMoved(moved.entry, moved.revision);
      return moved?.entry ?? null;
    },
  };

  function heldUntil(askedAtMs: number, leaseMs: number): number {
    return engine === 'SQLITE' ? Number.POSITIVE_INFINITY : askedAtMs + leaseMs;
  }
}

export type Book = ReturnType<typeof createBook>;

/** Steps that stand otherwise than before, by their positions. */
function changed(before: Entry, { steps }: After): [number, EntryStep][] {
  return [...steps.entries()].filter(([position, step]) => step !== before.steps[position]);
}

function stepsAfter(entry: Entry, position: number, turns: readonly Turn[], attempt: boolean): Entry['steps'] {
  const before = entry.steps.map(({ stage }) => stage);
  const after = turns.reduce((stages, turn) => turned(stages, position, turn), before);
  return entry.steps.map((step, at) => {
    const stage = after[at] as (typeof after)[number];
    const more = attempt && at === position ? 1 : 0;
    return stage === step.stage && !more ? step : { ...step, stage, attempts: step.attempts + more };
  });
}
