// Records that are Lintel's own, since no system's wire carries them: hazards, questions, call-backs, welfare calls. Each is
// what receipts have made of it, one after another; the same receipt a second time changes nothing, so that whatever is cut
// off is simply done again. Knows tables and receipts; what a record says is with its system.
import type { Kysely, Transaction } from 'kysely';
import type { Cipher } from './cipher.ts';
import type { Clock } from './clock.ts';
import type { Intake, Receipt } from './intake.ts';
import type { Store } from './store.ts';
import type { Tables } from './tables.ts';

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
  /** Changes several at once, or none; nobody else changes them meanwhile. `work` may be run again. */
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
  /** Forgets those that are found by any of the terms. Gives how many they were. */
  forget(terms: readonly string[]): Promise<number>;
  close(): Promise<void>;
}

/** What own records need from outside. */
export interface OwnSurroundings {
  store: Store;
  cipher: Cipher;
  clock: Clock;
  /** Told when the store fails, for the log. */
  onFailure(what: string, error: unknown): void;
}

/** Whoever has been told that a write is accepted waits no longer for it to be filed, in ms: an emergency has 100 in all. */
const fileMs = 40;
/** What the store did not take is offered again after this, in ms. */
const againMs = 2_000;
/** As many receipts of a system are looked through at the start: far more than a process has under way when it ends. */
const lookBack = 500;
/** Records in one statement. */
const mostTogether = 250;

type Row = { id: string; state: string; changed_at: number; key_id: string; sealed: Uint8Array };

/** Own records over a store. */
export function createOwn({ store, cipher, clock, onFailure }: OwnSurroundings): OwnRecords {
  const systems = new Map<string, OwnKinds>();
  const waiting = new Map<string, Receipt>();
  let turn: Promise<unknown> = Promise.resolve();
  let cancel = () => {};
  let unlisten = () => {};
  let closed = false;

  const termOf = (term: string) => cipher.name(`term\n${term}`);
  const placeOf = (system: string, kind: string, id: string) => `own/${system}/${kind}/${id}`;
  const kindOf = (system: string, kind: string) => systems.get(system)?.[kind] as OwnKind<unknown>;

  function opened<Content>(system: string, kind: string, row: Row): OwnRecord<Content> {
    const text = cipher.open(Buffer.from(row.sealed), placeOf(system, kind, row.id), row.key_id);
    return { id: row.id, state: row.state, content: JSON.parse(text), changedAtMs: Number(row.changed_at) };
  }

  const rows = (db: Kysely<Tables>, system: string, kind: string, { states, within }: OwnFilter = {}) => {
    let query = db.selectFrom('own').where('own.system', '=', system).where('own.kind', '=', kind);
    if (within !== undefined) query = query.where('own.within', '=', within);
    if (states) query = query.where('own.state', 'in', states);
    return query;
  };
  const columns = ['own.id', 'own.state', 'own.changed_at', 'own.key_id', 'own.sealed'] as const;

  function rowOf(system: string, kind: string, id: string, content: unknown) {
    const { state, place, within = '', terms = [] } = kindOf(system, kind).filed(content);
    const sealed = cipher.seal(JSON.stringify(content), placeOf(system, kind, id));
    const row = { system, kind, id, state, place, within, changed_at: clock.now(), key_id: cipher.keyId, sealed };
    return { row, terms: [...new Set(terms)].map((term) => ({ term: termOf(term), system, kind, id })) };
  }

  async function put(trx: Transaction<Tables>, system: string, kind: string, id: string, content: unknown) {
    const { row, terms } = rowOf(system, kind, id, content);
    const { system: _system, kind: _kind, id: _id, ...changed } = row;
    await trx
      .insertInto('own')
      .values(row)
      .onConflict((conflict) => conflict.columns(['system', 'kind', 'id']).doUpdateSet(changed))
      .execute();
    await trx
      .deleteFrom('own_term')
      .where('system', '=', system)
      .where('kind', '=', kind)
      .where('id', '=', id)
      .execute();
    if (terms.length > 0) await trx.insertInto('own_term').values(terms).execute();
  }

  async function look<Content>(trx: Transaction<Tables>, system: string, kind: string, id: string) {
    let query = rows(trx, system, kind).select(columns).where('own.id', '=', id);
    if (store.engine === 'POSTGRESQL') query = query.forUpdate();
    const row = await query.executeTakeFirst();
    return row ? opened<Content>(system, kind, row) : null;
  }

  /** Lets a receipt change what it is about. Rejects where the store fails. */
  async function change(receipt: Receipt): Promise<void> {
    // What is forgotten says nothing any more.
    if (receipt.input === null) return;
    for (const [kind, each] of Object.entries(systems.get(receipt.system) ?? {})) {
      const id = each.changedBy.includes(receipt.mutation) ? each.idOf(receipt) : null;
      if (id === null) continue;
      await store.db.transaction().execute(async (trx) => {
        const before = (await look(trx, receipt.system, kind, id))?.content;
        const after = each.after(before, receipt);
        if (after === undefined || JSON.stringify(after) === JSON.stringify(before)) return;
        await put(trx, receipt.system, kind, id, after);
      });
    }
  }

  /** One after another, so that what was accepted first is filed first. */
  function inTurn(receipt: Receipt): Promise<void> {
    const mine = turn.then(() => change(receipt));
    turn = mine.catch((error) => {
      waiting.set(receipt.id, receipt);
      onFailure("filing one of Lintel's own records", error);
      offerAgain();
    });
    return turn as Promise<void>;
  }

  function offerAgain(): void {
    if (closed || waiting.size === 0) return;
    cancel();
    cancel = clock.after(againMs, () => {
      const some = [...waiting.values()];
      waiting.clear();
      for (const receipt of some) void inTurn(receipt);
    });
  }

  const isOwn = ({ system, mutation }: Receipt) =>
    Object.values(systems.get(system) ?? {}).some(({ changedBy }) => changedBy.includes(mutation));

  function drawerOf(trx: Transaction<Tables>, system: string): Drawer {
    return {
      find: (kind, id) => look(trx, system, kind, id),
      put: (kind, id, content) => put(trx, system, kind, id, content),
      async first(kind, { first, unchangedSinceMs, ...filter }) {
        let query = rows(trx, system, kind, filter).select(columns).orderBy('own.place').orderBy('own.id').limit(first);
        if (unchangedSinceMs !== undefined) query = query.where('own.changed_at', '<=', unchangedSinceMs);
        // What another process hands out just now is not handed out here.
        if (store.engine === 'POSTGRESQL') query = query.forUpdate().skipLocked();
        return (await query.execute()).map((row) => opened(system, kind, row));
      },
    };
  }

  return {
    of(system, kinds) {
      systems.set(system, kinds);
      return {
        async file(receipt) {
          if (!isOwn(receipt)) return;
          let late = () => {};
          const longEnough = new Promise<void>((resolve) => {
            late = clock.after(fileMs, resolve);
          });
          await Promise.race([inTurn(receipt), longEnough]);
          late();
        },
        async find(kind, id) {
          const row = await rows(store.db, system, kind).select(columns).where('own.id', '=', id).executeTakeFirst();
          return row ? opened(system, kind, row) : null;
        },
        async findAll<Content>(kind: string, ids: readonly string[]) {
          const found = new Map<string, OwnRecord<Content>>();
          for (let start = 0; start < ids.length; start += mostTogether) {
            const some = rows(store.db, system, kind).where('own.id', 'in', ids.slice(start, start + mostTogether));
            for (const row of await some.select(columns).execute()) found.set(row.id, opened(system, kind, row));
          }
          return found;
        },
        async list(kind, { first, offset, ...filter }) {
          const some = rows(store.db, system, kind, filter);
          const [found, counted] = await Promise.all([
            some.select(columns).orderBy('own.place').orderBy('own.id').limit(first).offset(offset).execute(),
            some.select(({ fn }) => fn.countAll<number>().as('count')).executeTakeFirst(),
          ]);
          return { items: found.map((row) => opened(system, kind, row)), total: Number(counted?.count ?? 0) };
        },
        async findByTerm(kind, term) {
          const found = await rows(store.db, system, kind)
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
          return found.map((row) => opened(system, kind, row));
        },
        async count(kind, within) {
          const found = await rows(store.db, system, kind, { within })
            .select(({ fn }) => ['own.state', fn.countAll<number>().as('count')])
            .groupBy('own.state')
            .execute();
          return new Map(found.map(({ state, count }) => [state, Number(count)]));
        },
        async add(kind, records) {
          for (let start = 0; start < records.length; start += mostTogether) {
            const some = records
              .slice(start, start + mostTogether)
              .map(({ id, content }) => rowOf(system, kind, id, content));
            await store.db.transaction().execute(async (trx) => {
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
        together: (work) => store.db.transaction().execute((trx) => work(drawerOf(trx, system))),
        nameOf: (text) => cipher.name(`own\n${text}`),
        now: clock.now,
      };
    },
    async follow(intake) {
      unlisten = intake.listen((receipt) => {
        if (isOwn(receipt)) void inTurn(receipt);
      });
      for (const [system, kinds] of systems) {
        const mutations = [...new Set(Object.values(kinds).flatMap(({ changedBy }) => changedBy))];
        if (mutations.length === 0) continue;
        const last = await intake.receipts({ system, mutations, first: lookBack });
        for (const receipt of [...last].reverse()) void inTurn(receipt);
      }
    },
    async forget(terms) {
      if (terms.length === 0) return 0;
      return store.db.transaction().execute(async (trx) => {
        const found = await trx
          .selectFrom('own_term')
          .select(['system', 'kind', 'id'])
          .distinct()
          .where('term', 'in', terms.map(termOf))
          .execute();
        for (const { system, kind, id } of found) {
          for (const table of ['own', 'own_term'] as const) {
            await trx
              .deleteFrom(table)
              .where('system', '=', system)
              .where('kind', '=', kind)
              .where('id', '=', id)
              .execute();
          }
        }
        return found.length;
      });
    },
    async close() {
      closed = true;
      unlisten();
      cancel();
      await turn;
    },
  };
}
