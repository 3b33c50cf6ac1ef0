// Lintel's own records in the store: sealed, found by system, kind and id, by a term, or by their place among others. Knows tables;
// knows nothing of receipts, nor of what a record says.
import { type Kysely, sql, type Transaction } from 'kysely';
import type { Cipher } from './cipher.ts';
import type { Clock } from './clock.ts';
import type { Drawer, Filed, OwnFilter, OwnName, OwnRecord } from './own.ts';
import type { Store } from './store.ts';
import type { Tables } from './tables.ts';

/** Which records: of a system, of a kind. */
export interface Kind {
  system: string;
  kind: string;
}

/** Which records are to be forgotten. */
export interface Meant {
  terms: readonly string[];
  ids: readonly string[];
  except: ReadonlySet<string>;
}

/** What the file needs. */
export interface FileSurroundings {
  store: Store;
  cipher: Cipher;
  clock: Clock;
  /** What is written beside a content, to find it by. */
  filed(of: Kind, content: unknown): Filed;
}

/** Records in one statement. */
const mostTogether = 250;

type Row = { id: string; state: string; changed_at: number; key_id: string; sealed: Uint8Array };
type Db = Kysely<Tables> | Transaction<Tables>;

/** Own records in a store. Everything rejects where that fails. */
export function createOwnFile({ store, cipher, clock, filed }: FileSurroundings) {
  const { db } = store;
  const termOf = (term: string) => cipher.name(`term\n${term}`);
  const placeOf = ({ system, kind }: Kind, id: string) => `own/${system}/${kind}/${id}`;
  const columns = ['own.id', 'own.state', 'own.changed_at', 'own.key_id', 'own.sealed'] as const;

  const openedAs =
    <Content>(of: Kind) =>
    ({ id, state, changed_at, key_id, sealed }: Row): OwnRecord<Content> => {
      const text = cipher.open(Buffer.from(sealed), placeOf(of, id), key_id);
      return { id, state, content: JSON.parse(text), changedAtMs: Number(changed_at) };
    };

  function rows(on: Db, { system, kind }: Kind, { states, within }: OwnFilter = {}) {
    let query = on.selectFrom('own').where('own.system', '=', system).where('own.kind', '=', kind);
    if (within !== undefined) query = query.where('own.within', '=', within);
    if (states) query = query.where('own.state', 'in', states);
    return query;
  }

  function rowOf(of: Kind, id: string, content: unknown) {
    const { state, place, within = '', terms = [] } = filed(of, content);
    const sealed = cipher.seal(JSON.stringify(content), placeOf(of, id));
    const row = { ...of, id, state, place, within, changed_at: clock.now(), key_id: cipher.keyId, sealed };
    return { row, terms: [...new Set(terms)].map((term) => ({ term: termOf(term), ...of, id })) };
  }

  function remove(trx: Transaction<Tables>, table: 'own' | 'own_term', { system, kind }: Kind, id: string) {
    const one = trx.deleteFrom(table).where('system', '=', system).where('kind', '=', kind).where('id', '=', id);
    return one.execute();
  }

  async function put(trx: Transaction<Tables>, of: Kind, id: string, content: unknown): Promise<void> {
    const { row, terms } = rowOf(of, id, content);
    const { system: _system, kind: _kind, id: _id, ...changed } = row;
    await trx
      .insertInto('own')
      .values(row)
      .onConflict((conflict) => conflict.columns(['system', 'kind', 'id']).doUpdateSet(changed))
      .execute();
    await remove(trx, 'own_term', of, id);
    if (terms.length > 0) await trx.insertInto('own_term').values(terms).execute();
  }

  /** As it is, and for whoever asks alone until the transaction ends: also where it is not there yet. */
  async function look<Content>(trx: Transaction<Tables>, of: Kind, id: string): Promise<OwnRecord<Content> | null> {
    if (store.engine === 'POSTGRESQL') {
      await sql`select pg_advisory_xact_lock(hashtextextended(${placeOf(of, id)}, 0))`.execute(trx);
    }
    const row = await rows(trx, of).select(columns).where('own.id', '=', id).executeTakeFirst();
    return row ? openedAs<Content>(of)(row) : null;
  }

  /** Those that have one of the terms. */
  async function named(on: Db, terms: readonly string[]): Promise<OwnName[]> {
    const found: OwnName[] = [];
    for (let start = 0; start < terms.length; start += mostTogether) {
      const some = terms.slice(start, start + mostTogether).map(termOf);
      const query = on.selectFrom('own_term').select(['system', 'kind', 'id']).distinct().where('term', 'in', some);
      found.push(...(await query.execute()));
    }
    return found;
  }

  async function withIds(on: Db, of: Kind, ids: readonly string[]): Promise<OwnName[]> {
    const found: OwnName[] = [];
    for (let start = 0; start < ids.length; start += mostTogether) {
      const some = rows(on, of).where('own.id', 'in', ids.slice(start, start + mostTogether));
      for (const { id } of await some.select('own.id').execute()) found.push({ ...of, id });
    }
    return found;
  }

  return {
    /** Changes one record; undefined: it is not there, or not to be. */
    change: (of: Kind, id: string, after: (before: unknown) => unknown) =>
      db.transaction().execute(async (trx) => {
        const before = (await look(trx, of, id))?.content;
        const content = after(before);
        if (content === undefined || JSON.stringify(content) === JSON.stringify(before)) return;
        await put(trx, of, id, content);
      }),
    async find<Content>(of: Kind, id: string): Promise<OwnRecord<Content> | null> {
      const row = await rows(db, of).select(columns).where('own.id', '=', id).executeTakeFirst();
      return row ? openedAs<Content>(of)(row) : null;
    },
    async findAll<Content>(of: Kind, ids: readonly string[]): Promise<ReadonlyMap<string, OwnRecord<Content>>> {
      const found = new Map<string, OwnRecord<Content>>();
      for (let start = 0; start < ids.length; start += mostTogether) {
        const some = rows(db, of).where('own.id', 'in', ids.slice(start, start + mostTogether));
        for (const row of await some.select(columns).execute()) found.set(row.id, openedAs<Content>(of)(row));
      }
      return found;
    },
    async list<Content>(of: Kind, { first, offset, ...filter }: OwnFilter & { first: number; offset: number }) {
      const some = rows(db, of, filter);
      const [found, counted] = await Promise.all([
        some.select(columns).orderBy('own.place').orderBy('own.id').limit(first).offset(offset).execute(),
        some.select(({ fn }) => fn.countAll<number>().as('count')).executeTakeFirst(),
      ]);
      return { items: found.map(openedAs<Content>(of)), total: Number(counted?.count ?? 0) };
    },
    async findByTerm<Content>(of: Kind, term: string): Promise<OwnRecord<Content>[]> {
      const found = await rows(db, of)
        .innerJoin('own_term', (join) =>
          join
            .onRef('own_term.system', '=', 'own.system')
            .onRef('own_term.kind', '=', 'own.kind')
            .onRef('own_term.id', '=', 'own.id'),
        )
        .where('own_term.term', '=', termOf(term))
        .select(columns)
        .orderBy('own.place')
        .execute();
      return found.map(openedAs<Content>(of));
    },
    async count(of: Kind, within: string): Promise<ReadonlyMap<string, number>> {
      const found = await rows(db, of, { within })
        .select(({ fn }) => ['own.state', fn.countAll<number>().as('count')])
        .groupBy('own.state')
        .execute();
      return new Map(found.map(({ state, count }) => [state, Number(count)]));
    },
    async add(of: Kind, records: readonly { id: string; content: unknown }[]): Promise<void> {
      for (let start = 0; start < records.length; start += mostTogether) {
        const some = records.slice(start, start + mostTogether).map(({ id, content }) => rowOf(of, id, content));
        await db.transaction().execute(async (trx) => {
          const fresh = await trx
            .insertInto('own')
            .values(some.map(({ row }) => row))
            .onConflict((conflict) => conflict.doNothing())
            .returning('id')
            .execute();
          const isFresh = new Set(fresh.map(({ id }) => id));
          const terms = some.flatMap((each) => (isFresh.has(each.row.id) ? each.terms : []));
          if (terms.length > 0) await trx.insertInto('own_term').values(terms).execute();
        });
      }
    },
    together<Result>(system: string, work: (drawer: Drawer) => Promise<Result>): Promise<Result> {
      return db.transaction().execute((trx) =>
        work({
          find: (kind, id) => look(trx, { system, kind }, id),
          put: (kind, id, content) => put(trx, { system, kind }, id, content),
          async first<Content>(kind: string, { first, unchangedSinceMs, ...filter }: Parameters<Drawer['first']>[1]) {
            const of = { system, kind };
            let query = rows(trx, of, filter).select(columns).orderBy('own.place').orderBy('own.id').limit(first);
            if (unchangedSinceMs !== undefined) query = query.where('own.changed_at', '<=', unchangedSinceMs);
            // What another process hands out just now is not handed out here.
            if (store.engine === 'POSTGRESQL') query = query.forUpdate().skipLocked();
            return (await query.execute()).map(openedAs<Content>(of));
          },
        }),
      );
    },
    about: (terms: readonly string[]) => named(db, terms),
    /**
     * Forgets what is found by any of the terms, or by an id in one of the kinds, but nothing excepted; in the place of each
     * record what is left of it, if anything. Gives how many records that were.
     */
    forget: (meant: Meant, kinds: readonly Kind[], leftOf: (of: Kind) => ((content: unknown) => unknown) | undefined) =>
      db.transaction().execute(async (trx) => {
        const byId = await Promise.all(kinds.map((of) => withIds(trx, of, meant.ids)));
        const all = [...(await named(trx, meant.terms)), ...byId.flat()].filter(({ id }) => !meant.except.has(id));
        const found = new Map(all.map((each) => [placeOf(each, each.id), each]));
        for (const { id, ...of } of found.values()) {
          const left = leftOf(of);
          const record = left ? await look(trx, of, id) : null;
          const content = record ? left?.(record.content) : undefined;
          if (content === undefined) {
            await remove(trx, 'own', of, id);
            await remove(trx, 'own_term', of, id);
          } else await put(trx, of, id, content);
        }
        return found.size;
      }),
    nameOf: (text: string) => cipher.name(`own\n${text}`),
  };
}
