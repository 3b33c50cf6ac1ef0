// What makes the tables of the store, step by step. Forward only: what is released is never changed, only added to.
import { type CreateTableBuilder, type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Whether a database is PostgreSQL; else it is SQLite. */
export function isPostgres(db: Kysely<unknown>): boolean {
  return db.getExecutor().adapter.constructor.name.startsWith('Postgres');
}

/** Every step, by its name, in order. */
export const migrations: Record<string, Migration> = {
  '2026-11-23-snapshots': {
    async up(db: Kysely<unknown>) {
      const bytes = isPostgres(db) ? 'bytea' : 'blob';
      await texts(db.schema.createTable('snapshot'), 'system', 'kind', 'name')
        .addColumn('generation', 'integer', (column) => column.notNull())
        .addColumn('content', 'text', (column) => column.notNull())
        .addColumn('read_at', 'bigint', (column) => column.notNull())
        .addColumn('key_id', 'text', (column) => column.notNull())
        .addColumn('sealed', bytes, (column) => column.notNull())
        .addPrimaryKeyConstraint('snapshot_key', ['system', 'kind', 'name', 'generation'])
        .execute();
    },
  },
  '2026-11-24-outages': {
    async up(db: Kysely<unknown>) {
      await snapshotsKnowChanges(db);
      await besideSnapshots(db);
      await statesAndEvents(db);
    },
  },
  '2026-11-27-intake': {
    up: receipts,
  },
  '2026-11-27-own': {
    up: ownRecords,
  },
  '2026-11-28-look-ups': {
    up: lookUps,
  },
  '2026-11-28-receipt-aliases': {
    up: receiptAliases,
  },
};

function texts(table: CreateTableBuilder<string, never>, ...columns: string[]): CreateTableBuilder<string, string> {
  const begun: CreateTableBuilder<string, string> = table;
  return columns.reduce((made, column) => made.addColumn(column, 'text', (each) => each.notNull()), begun);
}

/** A table that is its own index: half the size where all of a row is its key. PostgreSQL has no such thing. */
function compact<Columns extends string>(db: Kysely<unknown>, table: CreateTableBuilder<string, Columns>) {
  return isPostgres(db) ? table : table.modifyEnd(sql`without rowid`);
}

async function snapshotsKnowChanges(db: Kysely<unknown>): Promise<void> {
  const { schema } = db;
  await schema.alterTable('snapshot').addColumn('changed_at', 'bigint').execute();
  await sql`update snapshot set changed_at = read_at`.execute(db);
  await schema.alterTable('snapshot').addColumn('version_at', 'bigint').execute();
  await schema
    .alterTable('snapshot')
    .addColumn('empty', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();
  // For what is counted and what expires, without reading the records themselves.
  await schema
    .createIndex('snapshot_read')
    .on('snapshot')
    .columns(['system', 'read_at', 'kind', 'generation'])
    .execute();
  // For the newest records, asked for after a silence.
  await sql`create index snapshot_newest on snapshot (system, kind, (coalesce(version_at, changed_at)))`.execute(db);
}

async function besideSnapshots(db: Kysely<unknown>): Promise<void> {
  const { schema } = db;
  await compact(db, texts(schema.createTable('former'), 'system', 'kind', 'name', 'content'))
    .addColumn('read_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('former_key', ['system', 'kind', 'name', 'content'])
    .execute();
  await schema.createIndex('former_read').on('former').columns(['system', 'read_at']).execute();
  await compact(db, texts(schema.createTable('term'), 'term', 'system', 'kind', 'name'))
    .addColumn('generation', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('term_key', ['term', 'system', 'kind', 'name', 'generation'])
    .execute();
  await schema.createIndex('term_record').on('term').columns(['system', 'kind', 'name', 'generation']).execute();
  await texts(schema.createTable('walked'), 'system', 'kind')
    .addColumn('generation', 'integer', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('walked_key', ['system', 'kind', 'generation'])
    .execute();
  await texts(schema.createTable('mark'), 'name', 'value').addPrimaryKeyConstraint('mark_key', ['name']).execute();
}

async function statesAndEvents(db: Kysely<unknown>): Promise<void> {
  const { schema } = db;
  await texts(schema.createTable('standing'), 'system', 'backend', 'state')
    .addColumn('frozen', 'integer', (column) => column.notNull())
    .addColumn('generation', 'integer', (column) => column.notNull())
    .addColumn('restore_point', 'bigint')
    .addColumn('who', 'text')
    .addColumn('why', 'text')
    .addColumn('since', 'bigint', (column) => column.notNull())
    .addColumn('expected_back', 'bigint')
    .addColumn('detail', 'text', (column) => column.notNull().defaultTo('{}'))
    .addPrimaryKeyConstraint('standing_key', ['system', 'backend'])
    .execute();
  const events = schema.createTable('event');
  await texts(
    isPostgres(db)
      ? events.addColumn('id', 'bigint', (column) => column.generatedByDefaultAsIdentity().primaryKey())
      : events.addColumn('id', 'integer', (column) => column.autoIncrement().primaryKey()),
    'system',
    'backend',
    'state',
    'process',
  )
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('cause', 'text')
    .addColumn('who', 'text')
    .addColumn('why', 'text')
    .execute();
  await schema.createIndex('event_time').on('event').columns(['system', 'at']).execute();
  await texts(schema.createTable('notice'), 'system', 'text', 'who')
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('notice_key', ['system'])
    .execute();
  await texts(schema.createTable('warm'), 'system', 'detail')
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('warm_key', ['system'])
    .execute();
  await texts(schema.createTable('answered'), 'system', 'backend')
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('answered_key', ['system', 'backend'])
    .execute();
}

async function receipts(db: Kysely<unknown>): Promise<void> {
  const { schema } = db;
  const bytes = isPostgres(db) ? 'bytea' : 'blob';
  const numbers = (table: CreateTableBuilder<string, string>, ...columns: string[]) =>
    columns.reduce((made, column) => made.addColumn(column, 'bigint', (each) => each.notNull()), table);
  const begun = schema.createTable('receipt');
  const named = texts(
    isPostgres(db)
      ? begun.addColumn('seq', 'bigint', (column) => column.generatedByDefaultAsIdentity().primaryKey())
      : begun.addColumn('seq', 'integer', (column) => column.autoIncrement().primaryKey()),
    ...['id', 'key_name', 'content', 'entity', 'system', 'mutation', 'lane', 'channel', 'state', 'key_id'],
  );
  await numbers(named, 'accepted_at', 'changed_at', 'stamp', 'revision', 'token')
    .addColumn('follows', 'text')
    .addColumn('holder', 'text')
    .addColumn('lease_until', 'bigint')
    .addColumn('sealed', bytes, (column) => column.notNull())
    .addUniqueConstraint('receipt_id', ['id'])
    .addUniqueConstraint('receipt_key', ['key_name'])
    .execute();
  await numbers(
    texts(schema.createTable('receipt_step'), 'receipt', 'kind', 'title', 'backend', 'reference', 'state', 'key_id'),
    'position',
    'attempts',
    'failures',
  )
    .addColumn('applied_at', 'bigint')
    .addColumn('sealed', bytes, (column) => column.notNull())
    .addPrimaryKeyConstraint('receipt_step_key', ['receipt', 'position'])
    .addUniqueConstraint('receipt_step_reference', ['reference'])
    .execute();
  await compact(db, texts(schema.createTable('receipt_term'), 'term', 'receipt'))
    .addPrimaryKeyConstraint('receipt_term_key', ['term', 'receipt'])
    .execute();
  await schema.createIndex('receipt_term_receipt').on('receipt_term').column('receipt').execute();
  await numbers(texts(schema.createTable('lease'), 'name', 'holder'), 'token', 'until')
    .addPrimaryKeyConstraint('lease_key', ['name'])
    .execute();
  // What is open is what is looked for again and again, and is few among years of what is done.
  const open = sql`where state in ('QUEUED', 'SENDING', 'AMBIGUOUS', 'PARKED', 'LOST')`;
  await sql`create index receipt_open on receipt (system, lane, seq) ${open}`.execute(db);
  await sql`create index receipt_waiting on receipt (entity, seq) ${open}`.execute(db);
  // For the ledger, without reading the receipts themselves.
  await schema.createIndex('receipt_state').on('receipt').columns(['system', 'state']).execute();
  await schema.createIndex('receipt_mutation').on('receipt').columns(['mutation', 'seq']).execute();
  if (isPostgres(db)) await schema.createIndex('receipt_stamp').on('receipt').column('stamp').execute();
}

async function receiptAliases(db: Kysely<unknown>): Promise<void> {
  await compact(db, texts(db.schema.createTable('receipt_alias'), 'id', 'receipt'))
    .addPrimaryKeyConstraint('receipt_alias_key', ['id'])
    .execute();
}

async function ownRecords(db: Kysely<unknown>): Promise<void> {
  const { schema } = db;
  await texts(schema.createTable('own'), 'system', 'kind', 'id', 'state', 'within', 'key_id')
    .addColumn('place', 'bigint', (column) => column.notNull())
    .addColumn('changed_at', 'bigint', (column) => column.notNull())
    .addColumn('sealed', isPostgres(db) ? 'bytea' : 'blob', (column) => column.notNull())
    .addPrimaryKeyConstraint('own_key', ['system', 'kind', 'id'])
    .execute();
  await schema
    .createIndex('own_place')
    .on('own')
    .columns(['system', 'kind', 'within', 'state', 'place', 'id'])
    .execute();
  await compact(db, texts(schema.createTable('own_term'), 'term', 'system', 'kind', 'id'))
    .addPrimaryKeyConstraint('own_term_key', ['term', 'system', 'kind', 'id'])
    .execute();
  await schema.createIndex('own_term_record').on('own_term').columns(['system', 'kind', 'id']).execute();
}

/** Applied steps are looked up again: when, and what was found. What was applied before is looked up on a backend's return. */
async function lookUps(db: Kysely<unknown>): Promise<void> {
  const { schema } = db;
  await schema.alterTable('receipt_step').addColumn('look_at', 'bigint').execute();
  await schema.alterTable('receipt_step').addColumn('looked_at', 'bigint').execute();
  await schema.alterTable('receipt_step').addColumn('trace', 'text').execute();
  // The newest of a backend; what is due; and what is lost, which is little.
  await sql`create index receipt_step_applied on receipt_step (backend, applied_at) where state = 'APPLIED'`.execute(
    db,
  );
  await sql`create index receipt_step_look on receipt_step (backend, look_at) where look_at is not null`.execute(db);
  await sql`create index receipt_step_lost on receipt_step (backend, trace) where trace is not null and trace <> 'THERE'`.execute(
    db,
  );
}
