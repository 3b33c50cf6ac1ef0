// Which receipts may be taken over: those that nobody is at, and that nothing of the same entity is open before. Reads only;
// whoever takes one over makes sure of it again.
import { type RawBuilder, sql } from 'kysely';
import type { Lane, ReceiptState } from '../mutation.ts';
import type { Store } from '../store.ts';
import { databaseNow } from './now.ts';

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

/** In SQL as it stands in the indexes, which are only used by conditions that say the same. */
export const isOpen = (receipt: string) =>
  sql<boolean>`${sql.ref(`${receipt}.state`)} in ('QUEUED', 'SENDING', 'AMBIGUOUS', 'PARKED', 'LOST')`;

/** Nothing about the same entity is open before it, nor what it builds on. An emergency waits for, and holds up, nobody. */
export const isFirst = sql<boolean>`
  (receipt.lane = 'EMERGENCY' or not exists (
    select 1 from receipt as earlier where earlier.entity = receipt.entity and earlier.seq < receipt.seq
    and earlier.lane <> 'EMERGENCY' and ${isOpen('earlier')}))
  and (receipt.follows is null or exists (
    select 1 from receipt as followed where followed.id = receipt.follows and not ${isOpen('followed')}))`;

/** No process holds it. A SQLite store has one process, which knows itself what it is at; whoever else held it is no more. */
export function isFree(store: Pick<Store, 'engine'>): RawBuilder<boolean> {
  if (store.engine === 'SQLITE') return sql<boolean>`1 = 1`;
  return sql<boolean>`(receipt.holder is null or receipt.lease_until <= ${databaseNow(store)})`;
}

/** Looks for them. Among them may be what this process is at itself. */
export function createHeads(store: Store) {
  const { db } = store;
  return {
    /** Receipts that may be taken over, whose next step is for one of some backends, or whose mutation is one of some. */
    async first({ system, lane, backends, mutations, afterSeq, most }: Heads): Promise<Head[]> {
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
        .where(isFree(store))
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
        .where(isFree(store))
        .execute();
    },
  };
}

export type HeadsOf = ReturnType<typeof createHeads>;
