// What residents of a play are: what they can write, what they remember of it, whom and what they write about. Types and the
// choice of who lives in a play; what they do with each system is residents.ts's.
import { pick, type Random } from '../../mocks/world/random.ts';
import type { Site } from './site.ts';

/** A record that a write is about, as its writer knows it. */
export interface Target {
  /** `10001234`, an offer's number. */
  reference: string;
  /** Whose it was, and what it came of, when it was named. */
  identity: string;
}

/** A write that can be sent. */
export interface Write {
  mutation: string;
  /** Its input but for the key. `mark` is a text by which its effects are known. */
  input(mark: string): object;
  emergency: boolean;
  /** What the systems are asked for it, as the mocks name it. */
  operations: readonly string[];
  /** What existed before it and is named by it. Null: it names nothing that could be another's one day. */
  target: Target | null;
}

/** A write that was sent. */
export interface Note extends Write {
  key: string;
  /** The ids of its receipts: one, whenever it was acknowledged. */
  ids: readonly string[];
  /** Why it was not accepted. */
  refused: string | null;
  /** What it has made: the first of its receipt's records, as it was when its writer heard of it. */
  made: Target | null;
  sentAtMs: number;
}

/** What residents of one play write and read about. */
export interface Life {
  site: Site;
  random: Random;
  /** Few, so that writes meet. */
  homes: readonly string[];
  people: readonly string[];
  /** Numbers of offers that staff have made, which can be accepted. */
  offers: Target[];
  /** What was written, in its order. */
  notes: Note[];
}

/** What residents do with one system. */
export interface Ground {
  write(life: Life, sort: 'EMERGENCY' | 'ANY'): Write;
  /** A write about what another has made, by its receipt or by its number; null: this system has none, or not of this. */
  follow(life: Life, note: Note, by: 'RECEIPT' | 'NUMBER'): Write | null;
  /** The questions of the pages that are read about this system: of those that everybody opens, and of the others. */
  pages(life: Life): { few: readonly string[]; more: readonly string[] };
}

/** So many homes and people. */
export const few = 5;

/** Chooses who lives in a play. */
export function lifeOf(site: Site, random: Random): Life {
  const { world } = site.mocks;
  const homes = world.homes.filter(({ kind, houseRef }) => kind === 'DWELLING' && houseRef !== null);
  const people = world.members.filter(({ responsible }) => responsible);
  const some = <T>(all: readonly T[]) => Array.from({ length: few }, () => pick(random, all));
  return {
    site,
    random,
    homes: some(homes).map(({ propRef }) => propRef),
    people: some(people).map(({ personRef }) => personRef),
    offers: [],
    notes: [],
  };
}

/** A record as it is now, for whoever names it. */
export function targetOf(site: Site, system: string, reference: string): Target | null {
  const seen = [...site.look(system, reference).values()].find((each) => each !== null);
  return seen ? { reference, identity: seen.identity } : null;
}
