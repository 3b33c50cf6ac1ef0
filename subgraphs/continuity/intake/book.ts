// The receipts in the store: read, taken over, moved on. Whoever moves one holds it under a token; what is written under an
// older token is rejected. Knows queries; what may become of a receipt is in stage.ts.
import { type Kysely, type SelectQueryBuilder, sql } from 'kysely';
import type { Clock } from '../clock.ts';
import type { Receipt } from '../intake.ts';
import type { Lane, ReceiptState } from '../mutation.ts';
import type { Store, Tables } from '../store.ts';
import type { Entry, Papers } from './entry.ts';
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

/** A receipt that may be taken over now, with what is needed to tell whether it is its turn. */
export interface Head {
  id: string;
  seq: number;
  state: ReceiptState;
  mutation: string;
  token: number;
  /** Of its first step that is not done. */
  backend: string;
  kind: string;
  reference: string;
  attempts: number;
  failures: number;
}

/** Which heads are looked for. */
export interface Heads {
  system: string;
  lane: Lane;
  backends: readonly string[];
  mutations: readonly string[];
  /** After this place in the order of acceptance: a page after the other, each look from the beginning. */
  afterSeq: number;
  most: number;
}

/** What `move` does beside. */
export interface Move {
  /** One attempt more. */
  attempt?: boolean;
  /** Holds it so much longer, in ms; null: lets it go. */
  leaseMs: number | null;
}

/** In SQL as it stands in the indexes, which are only used by conditions that say the same. */
const isOpen = (receipt: string) =>
  sql<boolean>`${sql.ref(`${receipt}.state`)} in ('QUEUED', 'SENDING', 'AMBIGUOUS', 'PARKED', 'LOST')`;

/** Nothing about the same entity is open before it, nor what it builds on. An emergency waits for, and holds up, nobody. */
const isFirst = sql<boolean>`
  (receipt.lane = 'EMERGENCY' or not exists (
    select 1 from receipt as earlier where earlier.entity = receipt.entity and earlier.seq < receipt.seq
    and earlier.lane <> 'EMERGENCY' and ${isOpen('earlier')}))
  and (receipt.follows is null or exists (
    select 1 from receipt as followed where followed.id = receipt.follows and not ${isOpen('followed')}))`;

export function createBook(
  store: Store,
  papers: Papers,
  clock: Clock,
  holder: string,
  onMoved: (entry: Entry, revision: number) => void,
) {
  const { engine, db } = store;
  /** Nobody is at it. A SQLite store has one process: whoever else held a receipt of it is no more. */
  const isFree =
    engine === 'SQLITE'
      ? sql<boolean>`(receipt.holder is null or receipt.holder <> ${holder})`
      : sql<boolean>`(receipt.holder is null or receipt.lease_until <= ${databaseNow(store)})`;

  async function entriesOf<O>(over: Kysely<Tables>, query: SelectQueryBuilder<Tables, 'receipt', O>): Promise<Entry[]> {
    const rows = await query.selectAll().execute();
    return withSteps(over, rows as never);
  }

  async function withSteps(over: Kysely<Tables>, rows: readonly Parameters<Papers['entry']>[0][]): Promise<Entry[]> {
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
    return rows.map((row) => papers.entry(row, steps.get(row.id) ?? []));
  }

  async function entry(id: string, over: Kysely<Tables> = db): Promise<Entry | null> {
    const [found = null] = await entriesOf(over, over.selectFrom('receipt').where('id', '=', id));
    return found;
  }

  /** Writes how an entry stands, if `token` is still the one it has. Gives the number of this change, or undefined. */
  async function write(
    over: Kysely<Tables>,
    { id, ...before }: Entry,
    after: Pick<Entry, 'steps' | 'settledBy' | 'token'>,
    leaseMs: number | null,
  ): Promise<{ revision: number; changedAtMs: number } | undefined> {
    const changedAtMs = clock.now();
    const settled = after.settledBy !== before.settledBy && papers.receipt({ ...before, ...after, id });
    const row = await over
      .updateTable('receipt')
      .set(({ eb }) => ({
        state: stateOf(after.steps.map(({ stage }) => stage)),
        changed_at: changedAtMs,
        stamp: databaseNow(store),
        revision: eb('revision', '+', 1),
        token: after.token,
        holder: leaseMs === null ? null : holder,
        lease_until: leaseMs === null ? null : databaseNow(store, leaseMs),
        ...settled,
      }))
      .where('id', '=', id)
      .where('token', '=', before.token)
      .returning('revision')
      .executeTakeFirst();
    if (!row) return undefined;
    for (const [position, step] of after.steps.entries()) {
      if (step === before.steps[position]) continue;
      await over
        .updateTable('receipt_step')
        .set(papers.step(id, position, step))
        .where('receipt', '=', id)
        .where('position', '=', position)
        .execute();
    }
    return { revision: row.revision, changedAtMs };
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
    entries: (
      query: (from: SelectQueryBuilder<Tables, 'receipt', object>) => SelectQueryBuilder<Tables, 'receipt', object>,
    ) => entriesOf(db, query(db.selectFrom('receipt'))),
    /** Takes a receipt over, if it is the first open one of its entity and nobody is at it; else null. */
    async claim(id: string, leaseMs: number): Promise<Claim | null> {
      const askedAtMs = clock.elapsed();
      const row = await db
        .updateTable('receipt')
        .set(({ eb }) => ({ token: eb('token', '+', 1), holder, lease_until: databaseNow(store, leaseMs) }))
        .where('id', '=', id)
        .where('state', 'in', ['QUEUED', 'AMBIGUOUS'])
        .where(isFree)
        .where(isFirst)
        .returningAll()
        .executeTakeFirst();
      if (!row) return null;
      const [claimed] = (await withSteps(db, [row])) as [Entry];
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
      const written = await db.transaction().execute((trx) => write(trx, entry, { ...entry, steps }, leaseMs));
      if (!written) throw new TakenOver(`The receipt ${entry.id} has been taken over.`);
      claim.entry = { ...entry, steps, changedAtMs: written.changedAtMs };
      if (leaseMs !== null) claim.heldUntilMs = heldUntil(askedAtMs, leaseMs);
      onMoved(claim.entry, written.revision);
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
        const after = {
          ...before,
          settledBy,
          steps: stepsAfter(before, position, turns, false),
          token: before.token + 1,
        };
        const { revision, changedAtMs } = (await write(trx, before, after, null)) as {
          revision: number;
          changedAtMs: number;
        };
        return { entry: { ...after, changedAtMs }, revision };
      });
      if (moved) onMoved(moved.entry, moved.revision);
      return moved?.entry ?? null;
    },
    /** Receipts that may be taken over, whose next step is for one of some backends, or whose mutation is one of some. */
    async heads({ system, lane, backends, mutations, afterSeq, most }: Heads): Promise<Head[]> {
      const rows = await db
        .selectFrom('receipt')
        .innerJoin('receipt_step as step', (join) =>
          join.onRef('step.receipt', '=', 'receipt.id').on(sql<boolean>`step.position = (
              select min(position) from receipt_step where receipt_step.receipt = receipt.id and receipt_step.state <> 'APPLIED')`),
        )
        .select(['receipt.id', 'receipt.seq', 'receipt.state', 'receipt.mutation', 'receipt.token'])
        .select(['step.backend', 'step.kind', 'step.reference', 'step.attempts', 'step.failures'])
        .where('receipt.system', '=', system)
        .where('receipt.lane', '=', lane)
        .where('receipt.state', 'in', ['QUEUED', 'AMBIGUOUS'])
        .where(isOpen('receipt'))
        .where('receipt.seq', '>', afterSeq)
        // "In nothing" is no SQL; no backend and no mutation has a blank name.
        .where(({ eb, or }) =>
          or([eb('step.backend', 'in', ['', ...backends]), eb('receipt.mutation', 'in', ['', ...mutations])]),
        )
        .where(isFree)
        .where(isFirst)
        .orderBy('receipt.seq')
        .limit(most)
        .execute();
      return rows as Head[];
    },
    /** Receipts that somebody was sending, and has not answered for in time: nobody knows what became of them. */
    async abandoned(system: string): Promise<{ id: string; token: number }[]> {
      return db
        .selectFrom('receipt')
        .select(['id', 'token'])
        .where('system', '=', system)
        .where('state', '=', 'SENDING')
        .where(isOpen('receipt'))
        .where(isFree)
        .execute();
    },
  };

  function heldUntil(askedAtMs: number, leaseMs: number): number {
    return engine === 'SQLITE' ? Number.POSITIVE_INFINITY : askedAtMs + leaseMs;
  }
}

export type Book = ReturnType<typeof createBook>;

function stepsAfter(entry: Entry, position: number, turns: readonly Turn[], attempt: boolean): Entry['steps'] {
  const before = entry.steps.map(({ stage }) => stage);
  const after = turns.reduce((stages, turn) => turned(stages, position, turn), before);
  return entry.steps.map((step, at) => {
    const stage = after[at] as (typeof after)[number];
    const more = attempt && at === position ? 1 : 0;
    return stage === step.stage && !more ? step : { ...step, stage, attempts: step.attempts + more };
  });
}
