// Looks up what is kept in the store, by key and by the blind index. Knows generations, and kinds that have been walked
// through as a whole; knows nothing of what still waits to be written.
import { setImmediate } from 'node:timers/promises';
import { sql } from 'kysely';
import { boundsOf, type Generations } from './generations.ts';
import type { Sealing, Whose } from './sealing.ts';
import type { Store } from './store.ts';

/** A version of a record, as it is in the store. */
export interface Version {
  value: unknown;
  readAtMs: number;
  generation: number;
}

/** Looks up records. Throws where the store fails. */
export interface Lookup {
  /** By key, the newest of the generations meant. A key of which it is known that it is not there has the value undefined. */
  find(whose: Whose, keys: readonly string[], generations: Generations): Promise<Map<string, Version>>;
  /** By a text of the blind index, by key, at most `most`. */
  findByTerm(whose: Whose, term: string, generations: Generations, most: number): Promise<Map<string, Version>>;
  /** Keys of what is kept and there, a page at a time, in an order of no meaning; `next` gives the page after. */
  keys(whose: Whose, generations: Generations, after: string, most: number): Promise<KeysPage>;
  /**
   * All that is stored of a kind under some texts of the blind index, by text: in every generation, also what a walk through
   * the kind has not met again.
   */
  byTerms(whose: Whose, terms: readonly string[]): Promise<Map<string, Stored[]>>;
  /** All that is kept of a kind, in every generation, also what is null or empty; a page at a time, as `keys`. */
  records(whose: Whose, after: string, most: number): Promise<RecordsPage>;
}

/** A record as it is stored. */
export interface Stored {
  key: string;
  value: unknown;
  readAtMs: number;
}

/** Some records, and where to go on; null: these were the last. */
export interface RecordsPage {
  records: Stored[];
  next: string | null;
}

/** Some keys, and where to go on; null: these were the last. */
export interface KeysPage {
  keys: string[];
  next: string | null;
}

/** SQLite takes 32,766 parameters a statement, PostgreSQL twice that; a lookup has one for each key and a few more. */
const mostNames = 1_000;
/** So many rows are opened before other work gets its turn: some ten milliseconds. A common surname has thousands. */
const rowsATurn = 250;

/** A row as it is read here; `sealed` is null where it says that a kind was walked through. */
interface Row {
  name: string;
  generation: number;
  read_at: number;
  key_id: string;
  sealed: Buffer | null;
}

/** Only generations that are meant, of the table that has no other name. */
export function among(generations: Generations, table = 'snapshot') {
  const { low, high } = boundsOf(generations);
  return sql<boolean>`${sql.ref(`${table}.generation`)} between ${low} and ${high}`;
}

/** Only the newest of a record's generations that are meant. */
export function newestAmong(generations: Generations) {
  return sql<boolean>`not exists (
    select 1 from snapshot as newer
    where newer.system = snapshot.system and newer.kind = snapshot.kind and newer.name = snapshot.name
    and newer.generation > snapshot.generation and newer.generation <= ${boundsOf(generations).high}
  )`;
}

/**
 * Looks up in a store. `confirmMs`: what is unchanged may have been read that much later than its row says, in ms.
 * `onSpoilt` is told of a row that cannot be opened; it is as good as not there.
 */
export function createLookup(
  { db }: Store,
  sealing: Sealing,
  confirmMs: number,
  onSpoilt: (error: unknown) => void,
): Lookup {
  const walkedRows = ({ system, kind }: Whose, generations: Generations) =>
    db
      .selectFrom('walked')
      .select([
        sql<string>`''`.as('name'),
        'generation',
        'at as read_at',
        sql<string>`''`.as('key_id'),
        // SQLite has no such type and takes any; PostgreSQL has no other.
        sql<Buffer | null>`cast(null as bytea)`.as('sealed'),
      ])
      .where('system', '=', system)
      .where('kind', '=', kind)
      .where(among(generations, 'walked'));

  const indexed = (term: string) =>
    db
      .selectFrom('term')
      .innerJoin('snapshot', (join) =>
        join
          .onRef('snapshot.system', '=', 'term.system')
          .onRef('snapshot.kind', '=', 'term.kind')
          .onRef('snapshot.name', '=', 'term.name')
          .onRef('snapshot.generation', '=', 'term.generation'),
      )
      .select(['snapshot.name', 'snapshot.generation', 'snapshot.read_at', 'snapshot.key_id', 'snapshot.sealed'])
      .where('term.term', '=', sealing.termOf(term));

  function open(whose: Whose, row: Row): { key: string; value: unknown } | null {
    try {
      return sealing.open(whose, row as Row & { sealed: Buffer });
    } catch (error) {
      onSpoilt(error);
      return null;
    }
  }

  /** The newest walk that was completed, as the version that a record not seen on it has. */
  function walkOf(rows: readonly Row[]): Version | null {
    const walks = rows.filter(({ sealed }) => sealed === null).sort((a, b) => b.generation - a.generation);
    const [walk] = walks;
    return walk ? { value: undefined, readAtMs: walk.read_at, generation: walk.generation } : null;
  }

  /** Whether a walk has passed by a record without seeing it. */
  function isGone({ generation, read_at }: Row, walk: Version | null): boolean {
    if (!walk || generation > walk.generation) return false;
    return generation < walk.generation || read_at + confirmMs <= walk.readAtMs;
  }

  async function findSome(
    whose: Whose,
    keys: readonly string[],
    generations: Generations,
    found: Map<string, Version>,
  ) {
    const keyOfName = new Map(keys.map((key) => [sealing.nameOf(whose, key), key]));
    const rows: Row[] = await db
      .selectFrom('snapshot')
      .select(['name', 'generation', 'read_at', 'key_id', sql<Buffer | null>`sealed`.as('sealed')])
      .where('system', '=', whose.system)
      .where('kind', '=', whose.kind)
      .where('name', 'in', [...keyOfName.keys()])
      .where(among(generations))
      .unionAll(walkedRows(whose, generations))
      .execute();
    const walk = walkOf(rows);
    const newest = new Map<string, Row>();
    for (const row of rows) {
      if (row.sealed !== null && row.generation >= (newest.get(row.name)?.generation ?? row.generation))
        newest.set(row.name, row);
    }
    for (const [name, key] of keyOfName) {
      const row = newest.get(name);
      if (!row || isGone(row, walk)) {
        if (walk) found.set(key, walk);
        continue;
      }
      const opened = open(whose, row);
      if (opened) found.set(key, { value: opened.value, readAtMs: row.read_at, generation: row.generation });
    }
  }

  return {
    async find(whose, keys, generations) {
      const found = new Map<string, Version>();
      for (let start = 0; start < keys.length; start += mostNames) {
        await findSome(whose, keys.slice(start, start + mostNames), generations, found);
      }
      return found;
    },
    async findByTerm(whose, term, generations, most) {
      const [rows, walks]: [Row[], Row[]] = await Promise.all([
        indexed(term)
          .where('term.system', '=', whose.system)
          .where('term.kind', '=', whose.kind)
          .where(among(generations))
          .where(newestAmong(generations))
          // By the index's own name: SQLite then goes by the term, not through the whole kind.
          .orderBy('term.name')
          .limit(most)
          .execute(),
        walkedRows(whose, generations).execute(),
      ]);
      const walk = walkOf(walks);
      const found = new Map<string, Version>();
      for (const [index, row] of rows.entries()) {
        if (index > 0 && index % rowsATurn === 0) await setImmediate();
        const opened = isGone(row, walk) ? null : open(whose, row);
        if (opened) found.set(opened.key, { value: opened.value, readAtMs: row.read_at, generation: row.generation });
      }
      return found;
    },
    async keys(whose, generations, after, most) {
      const [rows, walks]: [Row[], Row[]] = await Promise.all([
        db
          .selectFrom('snapshot')
          .select(['name', 'generation', 'read_at', 'key_id', 'sealed'])
          .where('system', '=', whose.system)
          .where('kind', '=', whose.kind)
          .where('name', '>', after)
          .where('empty', '=', 0)
          .where(among(generations))
          .where(newestAmong(generations))
          .orderBy('name')
          .limit(most)
          .execute(),
        walkedRows(whose, generations).execute(),
      ]);
      const walk = walkOf(walks);
      const keys = rows.flatMap((row) => (isGone(row, walk) ? [] : (open(whose, row)?.key ?? [])));
      return { keys, next: rows.length < most ? null : (rows.at(-1) as Row).name };
    },
    async byTerms(whose, terms) {
      const found = new Map<string, Stored[]>();
      for (let start = 0; start < terms.length; start += mostNames) {
        const some = new Map(terms.slice(start, start + mostNames).map((term) => [sealing.termOf(term), term]));
        const rows = await db
          .selectFrom('term')
          .innerJoin('snapshot', (join) =>
            join
              .onRef('snapshot.system', '=', 'term.system')
              .onRef('snapshot.kind', '=', 'term.kind')
              .onRef('snapshot.name', '=', 'term.name')
              .onRef('snapshot.generation', '=', 'term.generation'),
          )
          .select(['term.term', 'snapshot.name', 'snapshot.read_at', 'snapshot.key_id', 'snapshot.sealed'])
          .where('term.term', 'in', [...some.keys()])
          .where('term.system', '=', whose.system)
          .where('term.kind', '=', whose.kind)
          .execute();
        for (const [index, row] of rows.entries()) {
          if (index % rowsATurn === rowsATurn - 1) await setImmediate();
          const term = some.get(row.term);
          const opened = open(whose, { ...row, generation: 0 });
          if (term && opened) found.set(term, [...(found.get(term) ?? []), { ...opened, readAtMs: row.read_at }]);
        }
      }
      return found;
    },
    async records(whose, after, most) {
      const names = await db
        .selectFrom('snapshot')
        .select('name')
        .distinct()
        .where('system', '=', whose.system)
        .where('kind', '=', whose.kind)
        .where('name', '>', after)
        .orderBy('name')
        .limit(most)
        .execute();
      const rows = await db
        .selectFrom('snapshot')
        .select(['name', 'generation', 'read_at', 'key_id', 'sealed'])
        .where('system', '=', whose.system)
        .where('kind', '=', whose.kind)
        .where('name', 'in', ['', ...names.map(({ name }) => name)])
        .execute();
      const records = rows.flatMap((row) => {
        const opened = open(whose, row);
        return opened ? [{ ...opened, readAtMs: row.read_at }] : [];
      });
      return { records, next: names.length < most ? null : (names.at(-1)?.name ?? null) };
    },
  };
}
