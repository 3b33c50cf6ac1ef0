// Records that are Lintel's own, since no system's wire carries them: hazards, questions, call-backs, welfare calls. Each is
// what receipts have made of it, one after another; the same receipt a second time changes nothing, so that whatever is cut
// off is simply done again. Types; what makes them last is in owner.ts and ownfile.ts. Knows no table.
import type { Intake, Receipt } from './intake.ts';

/** A kind of record that is Lintel's own. */
export interface OwnKind<Content> {
  /** The mutations whose receipts change it. */
  changedBy: readonly string[];
  /** Which record a receipt is about. Null: none. */
  idOf(receipt: Receipt): string | null;
  /**
   * What the record says after a receipt, each time that this changes. Given the same receipt again it gives the same again.
   * Undefined: there is no such record.
   */
  after(before: Content | undefined, receipt: Receipt): Content | undefined;
  /** What is written beside the content, to find it by. */
  filed(content: Content): Filed;
  /**
   * What stays of a record once the person is forgotten that it is about: for what others depend on, such as a hazard in a
   * home. It says nothing of them. Undefined, or left out: nothing stays.
   */
  forgotten?(content: Content): Content | undefined;
}

/** Which record: of a system, of a kind. */
export interface OwnName {
  system: string;
  kind: string;
  id: string;
}

/** How a record is found. */
export interface Filed {
  state: string;
  /** Its place among others: the least comes first. */
  place: number;
  /** The record that it is part of, by its id. */
  within?: string;
  /** Texts by which it is found (`termOf`). */
  terms?: readonly string[];
}

// biome-ignore lint/suspicious/noExplicitAny: each kind has its own content.
export type OwnKinds = Record<string, OwnKind<any>>;

/** A record. */
export interface OwnRecord<Content> {
  id: string;
  state: string;
  content: Content;
  changedAtMs: number;
}

/** Which records of a kind. */
export interface OwnFilter {
  states?: readonly string[];
  within?: string;
}

/** Lintel's own records of one system. Rejects where the store fails. */
export interface Own {
  /**
   * Lets a receipt change the records that it is about. Never rejects, and does not wait long: what the store does not take
   * now it is offered again, until it does.
   */
  file(receipt: Receipt): Promise<void>;
  find<Content>(kind: string, id: string): Promise<OwnRecord<Content> | null>;
  /** Those that are there, by their ids. */
  findAll<Content>(kind: string, ids: readonly string[]): Promise<ReadonlyMap<string, OwnRecord<Content>>>;
  /** A page of them in their order, and how many there are on all pages. */
  list<Content>(
    kind: string,
    filter: OwnFilter & { first: number; offset: number },
  ): Promise<{ items: OwnRecord<Content>[]; total: number }>;
  /** By a term, in their order. */
  findByTerm<Content>(kind: string, term: string): Promise<OwnRecord<Content>[]>;
  /** How many there are by state. */
  count(kind: string, within: string): Promise<ReadonlyMap<string, number>>;
  /** Adds records that are not there yet; what is there stays as it is. */
  add<Content>(kind: string, records: readonly { id: string; content: Content }[]): Promise<void>;
  /** Changes several at once, or none; nobody else changes them meanwhile. */
  together<Result>(work: (drawer: Drawer) => Promise<Result>): Promise<Result>;
  /** A name that does not tell the text. */
  nameOf(text: string): string;
  now(): number;
}

/** Records as they are while several are changed at once. */
export interface Drawer {
  find<Content>(kind: string, id: string): Promise<OwnRecord<Content> | null>;
  put<Content>(kind: string, id: string, content: Content): Promise<void>;
  /** The first in their order; with `unchangedSinceMs` only those that nobody has changed since. */
  first<Content>(
    kind: string,
    filter: OwnFilter & { first: number; unchangedSinceMs?: number },
  ): Promise<OwnRecord<Content>[]>;
}

/** Own records of all systems. */
export interface OwnRecords {
  /** Those of one system; from here on its receipts change them. */
  of(system: string, kinds: OwnKinds): Own;
  /** Lets receipts change them from now on, and first those of which a process that ended may not have got so far. */
  follow(intake: Pick<Intake, 'listen' | 'receipts'>): Promise<void>;
  /** Those that are found by any of the terms. */
  about(terms: readonly string[]): Promise<OwnName[]>;
  /**
   * Forgets those that are found by any of the terms or have one of the ids (a receipt's, where one made them), but not
   * those with the ids excepted. Gives how many they were.
   */
  forget(meant: { terms: readonly string[]; ids?: readonly string[]; except?: readonly string[] }): Promise<number>;
  close(): Promise<void>;
}
