// The statements by which records get into the store: that one was read again, or all of it with what it said before and
// the texts under which it is found. Each is right whoever else writes at the same moment.
import { type Kysely, sql } from 'kysely';
import { isEmpty, type Named, type Sealing } from './sealing.ts';
import type { Store, Tables } from './store.ts';
import type { Waiting } from './waiting.ts';

/** A record that is ready to be written. */
export interface Prepared extends Named {
  record: Waiting;
  terms: readonly string[];
  versionMs: number | null;
}

/** What is there of a record already. */
export interface Known {
  content: string;
  read_at: number;
  key_id: string;
}

/** A record to be written whole, and what is there of it. */
export interface Change {
  prepared: Prepared;
  known: Known | undefined;
}

/** Rows a statement: one of a thousand parameters is put together in about a millisecond. */
const rowsAStatement = 100;

/** Hashing and sealing a few hundred records takes milliseconds: requests get their turn in between. */
export async function inSlices<From>(items: readonly From[], work: (item: From) => void): Promise<void> {
  for (let start = 0; start < items.length; start += rowsAStatement) {
    if (start > 0) await new Promise((resolve) => setImmediate(resolve));
    for (const item of items.slice(start, start + rowsAStatement)) work(item);
  }
}

/** Records that one statement can name: of one system, kind and generation, and whatever else is to be the same. */
export function groups(
  some: readonly Prepared[],
  and: (each: Prepared) => string = () => '',
): [Prepared, ...Prepared[]][] {
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

const placeOf = ({ record: { system, kind, generation }, name }: Prepared) => ({ system, kind, generation, name });

/** The statements of a store. */
export function createStatements({ engine }: Store, sealing: Sealing) {
  async function addTerms(trx: Kysely<Tables>, some: readonly Prepared[]): Promise<void> {
    const rows = some.flatMap((prepared) =>
      prepared.terms.map((text) => ({ ...placeOf(prepared), term: sealing.termOf(text) })),
    );
    await inStatements(rows, (values) =>
      trx
        .insertInto('term')
        .values(values)
        .onConflict((conflict) => conflict.doNothing())
        .execute(),
    );
  }

  async function removeTerms(trx: Kysely<Tables>, some: readonly Prepared[]): Promise<void> {
    for (const group of groups(some)) {
      const { system, kind, generation } = placeOf(group[0]);
      await trx
        .deleteFrom('term')
        .where('system', '=', system)
        .where('kind', '=', kind)
        .where('generation', '=', generation)
        .where(
          'name',
          'in',
          group.map(({ name }) => name),
        )
        .execute();
    }
  }

  async function addFormer(trx: Kysely<Tables>, changes: readonly Change[]): Promise<void> {
    const former = changes.flatMap(({ prepared, known }) => {
      if (!known || known.content === prepared.content) return [];
      const { system, kind, name } = placeOf(prepared);
      return [{ system, kind, name, content: known.content, read_at: known.read_at }];
    });
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
  }

  function rowOf(prepared: Prepared) {
    const { record, content, versionMs } = prepared;
    return {
      ...placeOf(prepared),
      content,
      read_at: record.readAtMs,
      key_id: sealing.keyId,
      sealed: sealing.seal(record, prepared),
      changed_at: record.readAtMs,
      version_at: versionMs,
      empty: isEmpty(record.value) ? 1 : 0,
    };
  }

  /** Gives those that are there now: not one of which somebody has just written a newer answer. */
  async function addRows(trx: Kysely<Tables>, some: readonly Prepared[]): Promise<Prepared[]> {
    const rows: ReturnType<typeof rowOf>[] = [];
    await inSlices(some, (prepared) => rows.push(rowOf(prepared)));
    const landed = new Set<string>();
    await inStatements(rows, async (values) => {
      const written = await trx
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
            // Never an older answer over a newer.
            .where(({ eb, ref }) => eb('snapshot.read_at', '<=', ref('excluded.read_at'))),
        )
        .returning(['name', 'generation'])
        .execute();
      for (const { name, generation } of written) landed.add(`${generation} ${name}`);
    });
    return some.filter(({ record, name }) => landed.has(`${record.generation} ${name}`));
  }

  return {
    /** Says of unchanged records that they were read again. */
    async confirm(trx: Kysely<Tables>, some: readonly Prepared[]): Promise<void> {
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
          // The plus keeps SQLite from looking through all that was read earlier instead of for these names.
          .where(sql<boolean>`+read_at < ${record.readAtMs}`)
          .execute();
      }
      // A Lintel that has learnt to find a kind by something new finds what was kept before it, too.
      await addTerms(trx, some);
    },
    /** Writes records whole. */
    async change(trx: Kysely<Tables>, changes: readonly Change[]): Promise<void> {
      await addFormer(trx, changes);
      const landed = new Set(
        await addRows(
          trx,
          changes.map(({ prepared }) => prepared),
        ),
      );
      // One that is new here may be another process's by now; in SQLite there is no other.
      const before = changes.filter(({ known }) => known || engine === 'POSTGRESQL').map(({ prepared }) => prepared);
      await removeTerms(
        trx,
        before.filter((prepared) => landed.has(prepared)),
      );
      await addTerms(trx, [...landed]);
    },
  };
}
