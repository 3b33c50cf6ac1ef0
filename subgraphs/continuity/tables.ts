// The tables of the store as code sees them, and the key of each. What makes them is in migrations.ts.
import type { Generated } from 'kysely';

/** Tables of the store. Times in ms since 1970; texts that say more than a name are sealed. */
export interface Tables {
  /** The last known good answers. */
  snapshot: {
    system: string;
    kind: string;
    /** A name for the key that does not tell it. */
    name: string;
    /** Reads after a silence go to a new generation; nothing of an older one is overwritten. Negative: a restored copy. */
    generation: number;
    /** A name for key and value, to see whether they have changed. */
    content: string;
    read_at: number;
    key_id: string;
    /** Key and value, sealed. */
    sealed: Buffer;
    /** When this content was first seen. */
    changed_at: number;
    /** The record's own time of last change, where its system tells one. */
    version_at: number | null;
    /** 1 where there is nothing in it: null, or an empty list. */
    empty: Generated<number>;
  };
  /** Contents that a record had earlier, so that one that goes back to such a content is known as older. */
  former: {
    system: string;
    kind: string;
    name: string;
    content: string;
    /** When it was last read so. */
    read_at: number;
  };
  /** The blind index: under which texts a record is found. */
  term: {
    system: string;
    kind: string;
    name: string;
    generation: number;
    /** A name for the text that does not tell it. */
    term: string;
  };
  /** Kinds that have been walked through as a whole: what is not kept of them was not there. */
  walked: {
    system: string;
    kind: string;
    generation: number;
    at: number;
  };
  /** How a backend stands, where that is not its circuit's own doing. */
  standing: {
    system: string;
    backend: string;
    state: string;
    /** The newest generation of which nothing may be overwritten. */
    frozen: number;
    /** The generation that is written. */
    generation: number;
    restore_point: number | null;
    who: string | null;
    why: string | null;
    since: number;
    expected_back: number | null;
    /** JSON. */
    detail: Generated<string>;
  };
  /** What has become of each backend, in order. */
  event: {
    id: Generated<number>;
    system: string;
    backend: string;
    at: number;
    state: string;
    cause: string | null;
    who: string | null;
    why: string | null;
    /** Which of several processes saw it. */
    process: string;
  };
  /** What residents are told of a system. */
  notice: {
    system: string;
    text: string;
    who: string;
    at: number;
  };
  /** How far keeping a system warm has come. */
  warm: {
    system: string;
    /** JSON. */
    detail: string;
    updated_at: number;
  };
  /** When each backend last answered. */
  answered: {
    system: string;
    backend: string;
    at: number;
  };
  /** What must be known of the store itself before it is used. */
  mark: {
    name: string;
    value: string;
  };
  /** Every write that was accepted. */
  receipt: {
    /** In the order of acceptance; for writes about the same entity that order is also the one in which they came to be seen. */
    seq: Generated<number>;
    id: string;
    /** A name for client, mutation and idempotency key. */
    key_name: string;
    /** A name for what the client gave. */
    content: string;
    /** A name for what it is about; blank once it is forgotten. */
    entity: string;
    /** The receipt that it builds on. */
    follows: string | null;
    system: string;
    mutation: string;
    lane: string;
    channel: string;
    /** Of its least finished step. */
    state: string;
    accepted_at: number;
    changed_at: number;
    /** When it last changed by PostgreSQL's own clock, for other processes to hear of it. */
    stamp: number;
    /** Raised with each change. */
    revision: number;
    /** Raised whenever somebody takes it over: what is written under an older one is rejected. */
    token: number;
    /** The process that is at it. */
    holder: string | null;
    /** Until when, by PostgreSQL's own clock; SQLite has one process. */
    lease_until: number | null;
    key_id: string;
    /** Who wrote it and what, and who settled it, sealed. */
    sealed: Buffer;
  };
  /** The steps of each. */
  receipt_step: {
    receipt: string;
    position: number;
    kind: string;
    title: string;
    backend: string;
    /** Its reference towards the system. */
    reference: string;
    state: string;
    attempts: number;
    failures: number;
    applied_at: number | null;
    key_id: string;
    /** Its input, what it made and why it stands as it does, sealed. */
    sealed: Buffer;
    /** Of an applied one: when it is to be looked up at its backend again; null: no more. */
    look_at: number | null;
    /** When it was last looked up, and what was found: a trace of look-up.ts, or ACCEPTED for a loss that an operator has taken as it is. */
    looked_at: number | null;
    trace: string | null;
  };
  /** Under which texts a receipt is found. */
  receipt_term: {
    term: string;
    receipt: string;
  };
  /** Records that are Lintel's own. */
  own: {
    system: string;
    kind: string;
    id: string;
    state: string;
    /** The record that it is part of, by its id; blank where there is none. */
    within: string;
    /** Its place among others: the least comes first. */
    place: number;
    changed_at: number;
    key_id: string;
    sealed: Buffer;
  };
  /** Under which texts each is found. */
  own_term: {
    /** A name for the text that does not tell it. */
    term: string;
    system: string;
    kind: string;
    id: string;
  };
  /** Which of several processes does what only one may. */
  lease: {
    name: string;
    holder: string;
    token: number;
    /** By PostgreSQL's own clock. */
    until: number;
  };
}

/** A table by its name. */
export type TableName = keyof Tables;

/** The primary key of each table, for whoever walks through all of them. */
export const keyColumns: { readonly [Table in TableName]: readonly (keyof Tables[Table] & string)[] } = {
  snapshot: ['system', 'kind', 'name', 'generation'],
  former: ['system', 'kind', 'name', 'content'],
  term: ['term', 'system', 'kind', 'name', 'generation'],
  walked: ['system', 'kind', 'generation'],
  standing: ['system', 'backend'],
  event: ['id'],
  notice: ['system'],
  warm: ['system'],
  answered: ['system', 'backend'],
  mark: ['name'],
  receipt: ['seq'],
  receipt_step: ['receipt', 'position'],
  receipt_term: ['term', 'receipt'],
  lease: ['name'],
  own: ['system', 'kind', 'id'],
  own_term: ['term', 'system', 'kind', 'id'],
};
