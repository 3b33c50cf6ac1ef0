// Writes what was read: looks first what is there, since most records have not changed and cost nothing; what has
// changed is written whole, with what it was before and the texts under which it is found, in one transaction.
import type { Kysely } from 'kysely';
import type { Named, Sealing } from './sealing.ts';
import { isEmpty } from './sealing.ts';
import type { Store, Tables } from './store.ts';
import { termsOf, type Waiting } from './waiting.ts';
import type { Walk } from './writer.ts';

/** What became of a batch. */
export interface Written {
  /** New or changed. */
  written: number;
  /** Unchanged, and said to have been read again. */
  confirmed: number;
  /** Unchanged and lately read, or read before what is there: nothing was written. */
  unchanged: number;
  /** What cannot be written, ever, and why. */
  spoilt: { record: Waiting; error: unknown }[];
}

/** Rows a statement: one of a few thousand parameters is put together in about a millisecond. */
const rowsAStatement = 100;

interface Prepared extends Named {
  record: Waiting;
  terms: readonly string[];
  versionMs: number | null;
}

interface Known {
  content: string;
  read_at: number;
  key_id: string;
}

interface Plan {
  write: { prepared: Prepared; known: Known | undefined }[];
  confirm: Prepared[];
  unchanged: number;
}

/**
 * Writes batches into a store. An unchanged record is only confirmed as read again when its row says that it was read
 * `confirmMs` ago.
 */
export function createWriting(store: Store, sealing: Sealing, confirmMs: number) {
  /** Hashing and sealing a few hundred records takes milliseconds: requests get their turn in between. */
  async function inSlices<From>(items: readonly From[], work: (item: From) => void): Promise<void> {
    for (let start = 0; start < items.length; start += rowsAStatement) {
      if (start > 0) await new Promise((resolve) => setImmediate(resolve));
      for (const item of items.slice(start, start + rowsAStatement)) work(item);
    }
  }

  /** What is there of some records, by name; on PostgreSQL, within a transaction, not to be changed by others meanwhile. */
  async function look(db: Kysely<Tables>, some: readonly Prepared[], lock: boolean): Promise<Map<Prepared, Known>> {
    const found = new Map<Prepared, Known>();
    for (const group of groups(some)) {
      const [{ record }] = group;
      const query = db
        .selectFrom('snapshot')
        .select(['name', 'content', 'read_at', 'key_id'])
        .where('system', '=', record.system)
        .where('kind', '=', record.kind)
        .where('generation', '=', record.generation)
        .where(
          'name',
          'in',
          group.map(({ name }) => name),
        )
        // Everybody locks in the same order, so that nobody waits for each other.
        .orderBy('name');
      const rows = await (lock ? query.forUpdate() : query).execute();
      const byName = new Map(rows.map((row) => [row.name, row]));
      for (const each of group) {
        const row = byName.get(each.name);
        if (row) found.set(each, row);
      }
    }
    return found;
  }

  function planOf(some: readonly Prepared[], known: ReadonlyMap<Prepared, Known>): Plan {
    const plan: Plan = { write: [], confirm: [], unchanged: 0 };
    for (const prepared of some) {
      const row = known.get(prepared);
      const { readAtMs } = prepared.record;
      if (!row) plan.write.push({ prepared, known: row });
      else if (row.read_at > readAtMs) plan.unchanged += 1;
      else if (row.content !== prepared.content || row.key_id !== sealing.keyId) {
        plan.write.push({ prepared, known: row });
      } else if (row.read_at + confirmMs <= readAtMs) plan.confirm.push(prepared);
      else plan.unchanged += 1;
    }
    return plan;
  }

  async function confirm(trx: Kysely<Tables>, some: readonly Prepared[]): Promise<void> {
    for (const group of groups(some, ({ record }) => String(record.readAtMs))) {
      const [{ record }] = group;
      await trx
        .updateTable('snapshot')
        .set({ read_at: record.readAtMs })
        .where('system', '=', record.system)
        .where('kind', '=', record.kind)
        .where('generation', '=', record.generation)
        .where(
          'name',
          'in',
          group.map(({ name }) => name),
        )
        .where(
          'content',
          'in',
          group.map(({ content }) => content),
        )
        .where('read_at', '<', record.readAtMs)
        .execute();
    }
    // A Lintel that has learnt to find a kind by something new finds what was kept before it, too.
    await addTerms(trx, some);
  }

  async function writeRecords(trx: Kysely<Tables>, some: Plan['write']): Promise<void> {
    const former = some.flatMap(({ prepared, known }) =>
      known && known.content !== prepared.content
        ? [{ ...whose(prepared), name: prepared.name, content: known.content, read_at: known.read_at }]
        : [],
    );
    await inStatements(former, (values) =>
      trx
        .insertInto('former')
        .values(values)
        .onConflict((conflict) =>
          conflict
            .columns(['system', 'kind', 'name', 'content'])
            .doUpdateSet(({ ref }) => ({ read_at: ref('excluded.read_at') })),
        )
        .execute(),
    );
    const rows: ReturnType<typeof rowOf>[] = [];
    await inSlices(some, ({ prepared }) => rows.push(rowOf(prepared)));
    await inStatements(rows, (values) =>
      trx
        .insertInto('snapshot')
        .values(values)
        .onConflict((conflict) =>
          conflict
            .columns(['system', 'kind', 'name', 'generation'])
            .doUpdateSet(({ ref, eb }) => ({
              content: ref('excluded.content'),
              read_at: ref('excluded.read_at'),
              key_id: ref('excluded.key_id'),
              sealed: ref('excluded.sealed'),
              changed_at: eb
                .case()
                .when('snapshot.content', '=', ref('excluded.content'))
                .then(ref('snapshot.changed_at'))
                .else(ref('excluded.changed_at'))
                .end(),
              version_at: ref('excluded.version_at'),
              empty: ref('excluded.empty'),
            }))
            // Never an older answer over a newer, whoever else has written meanwhile.
            .where(({ eb, ref }) => eb('snapshot.read_at', '<=', ref('excluded.read_at'))),
        )
        .execute(),
    );
    for (const group of groups(some.filter(({ known }) => known).map(({ prepared }) => prepared))) {
      const [{ record }] = group;
      await trx
        .deleteFrom('term')
        .where('system', '=', record.system)
        .where('kind', '=', record.kind)
        .where('generation', '=', record.generation)
        .where(
          'name',
          'in',
          group.map(({ name }) => name),
        )
        .execute();
    }
    await addTerms(
      trx,
      some.map(({ prepared }) => prepared),
    );
  }

  function rowOf(prepared: Prepared) {
    const { record, name, content } = prepared;
    return {
      ...whose(prepared),
      generation: record.generation,
      name,
      content,
      read_at: record.readAtMs,
      key_id: sealing.keyId,
      sealed: sealing.seal(record, prepared),
      changed_at: record.readAtMs,
      version_at: prepared.versionMs,
      empty: isEmpty(record.value) ? 1 : 0,
    };
  }

  async function addTerms(trx: Kysely<Tables>, some: readonly Prepared[]): Promise<void> {
    const rows = some.flatMap((prepared) =>
      prepared.terms.map((text) => ({
        ...whose(prepared),
        name: prepared.name,
        generation: prepared.record.generation,
        term: sealing.termOf(text),
      })),
    );
    await inStatements(rows, (values) =>
      trx
        .insertInto('term')
        .values(values)
        .onConflict((conflict) => conflict.doNothing())
        .execute(),
    );
  }

  /** Writes a batch, each record in it once. Throws where the store fails; then nothing of it is written. */
  return async function write(records: readonly Waiting[]): Promise<Written> {
    const prepared: Prepared[] = [];
    const spoilt: Written['spoilt'] = [];
    await inSlices(records, (record) => {
      try {
        const terms = [...new Set(termsOf(record))];
        const versionMs = record.versionOf?.(record.value) ?? null;
        prepared.push({ record, terms, versionMs, ...sealing.named(record, record.key, record.value) });
      } catch (error) {
        spoilt.push({ record, error });
      }
    });
    prepared.sort((a, b) => (a.name < b.name ? -1 : 1));
    let plan = planOf(prepared, await look(store.db, prepared, false));
    const { unchanged } = plan;
    if (plan.write.length + plan.confirm.length > 0) {
      await store.db.transaction().execute(async (trx) => {
        // Several processes share a PostgreSQL: what was looked up may have changed.
        if (store.engine === 'POSTGRESQL') {
          const some = [...plan.write.map((each) => each.prepared), ...plan.confirm];
          plan = planOf(some, await look(trx, some, true));
        }
        await confirm(trx, plan.confirm);
        await writeRecords(trx, plan.write);
      });
    }
    return { written: plan.write.length, confirmed: plan.confirm.length, unchanged, spoilt };
  };
}

function whose({ record }: Prepared): { system: string; kind: string } {
  return { system: record.system, kind: record.kind };
}

/** Records that one statement can name: of one system, kind and generation, and whatever else is to be the same. */
function groups(some: readonly Prepared[], and: (each: Prepared) => string = () => ''): [Prepared, ...Prepared[]][] {
  const byPlace = Map.groupBy(
    some,
    (each) => `${each.record.system}\n${each.record.kind}\n${each.record.generation}\n${and(each)}`,
  );
  return [...byPlace].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group as [Prepared, ...Prepared[]]);
}

async function inStatements<Row>(rows: readonly Row[], run: (some: Row[]) => Promise<unknown>): Promise<void> {
  for (let start = 0; start < rows.length; start += rowsAStatement)
    await run(rows.slice(start, start + rowsAStatement));
}

/** Notes that a kind has been walked through as a whole. */
export async function writeWalk({ db }: Store, walk: Walk): Promise<void> {
  await db
    .insertInto('walked')
    .values(walk)
    .onConflict((conflict) =>
      conflict
        .columns(['system', 'kind', 'generation'])
        .doUpdateSet(({ ref }) => ({ at: ref('excluded.at') }))
        .where(({ eb, ref }) => eb('walked.at', '<', ref('excluded.at'))),
    )
    .execute();
}
