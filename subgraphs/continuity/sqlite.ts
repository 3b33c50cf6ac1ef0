// SQLite in threads of its own, for Kysely: a disk that hangs must not hold up requests. One thread writes, one reads
// (WAL lets both at once), so that a write that waits for the disk does not keep what is kept from being read.
import { Worker } from 'node:worker_threads';
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type Kysely,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';

/** One statement for a thread. */
export interface Statement {
  id: number;
  sql: string;
  parameters: readonly unknown[];
}

/** What a thread says of it. */
export type Outcome = { id: number } & ({ rows: unknown[]; changes: number } | { error: string; code?: string });

interface Thread {
  run<R>(query: CompiledQuery): Promise<QueryResult<R>>;
  end(): Promise<void>;
}

function startThread(file: string, readonly: boolean): Thread {
  const worker = new Worker(new URL('sqlitethread.ts', import.meta.url), { workerData: { file, readonly } });
  const waiting = new Map<number, { resolve(result: QueryResult<never>): void; reject(error: Error): void }>();
  let ids = 0;
  let broken: Error | null = null;
  worker.on('message', (outcome: Outcome) => {
    const caller = waiting.get(outcome.id);
    waiting.delete(outcome.id);
    if (waiting.size === 0) worker.unref();
    if ('error' in outcome) caller?.reject(Object.assign(new Error(outcome.error), { code: outcome.code }));
    else caller?.resolve({ rows: outcome.rows as never[], numAffectedRows: BigInt(outcome.changes) });
  });
  const fail = (error: Error) => {
    broken = error;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  worker.on('error', fail);
  const exited = new Promise<void>((resolve) => {
    worker.on('exit', () => {
      fail(new Error('The store is closed.'));
      resolve();
    });
  });
  // An idle store is no reason for a process to stay; a statement under way is.
  worker.unref();
  return {
    run<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
      if (broken) return Promise.reject(broken);
      const id = ++ids;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        worker.ref();
        worker.postMessage({ id, sql, parameters } satisfies Statement);
      });
    },
    // Asked to end, never terminated: a thread cut off while it loads SQLite takes the whole process with it.
    async end() {
      if (!broken) {
        worker.ref();
        worker.postMessage('CLOSE');
      }
      await exited;
    },
  };
}

/**
 * A Kysely dialect over a file. Statements outside a transaction that only read go to the reading thread. `READING`: one
 * thread that only reads, for what takes long.
 */
export function sqliteThreads(file: string, use: 'ALL' | 'READING' = 'ALL'): Dialect {
  return {
    // Kysely says otherwise of its own SQLite dialect; here tables are changed all or none.
    createAdapter: () => Object.defineProperty(new SqliteAdapter(), 'supportsTransactionalDdl', { value: true }),
    createIntrospector: (db: Kysely<unknown>) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createDriver: () => driver(file, use),
  };
}

interface Connection extends DatabaseConnection {
  transaction: boolean;
}

function driver(file: string, use: 'ALL' | 'READING'): Driver {
  // Started when first needed: what only reads a great deal may never be.
  let reader: Thread;
  let writer: Thread;
  // One writer at a time: a transaction has the writing thread to itself.
  let turn: Promise<void> = Promise.resolve();
  const ends = new WeakMap<DatabaseConnection, () => void>();

  function end(connection: DatabaseConnection): void {
    (connection as Connection).transaction = false;
    ends.get(connection)?.();
  }

  return {
    async init() {
      reader = startThread(file, true);
      writer = use === 'ALL' ? startThread(file, false) : reader;
    },
    async acquireConnection(): Promise<Connection> {
      const connection: Connection = {
        transaction: false,
        async executeQuery(query) {
          if (connection.transaction) return writer.run(query);
          if (query.query.kind === 'SelectQueryNode') return reader.run(query);
          const mine = turn.then(() => writer.run(query));
          turn = mine.then(
            () => {},
            () => {},
          );
          return mine as never;
        },
        // biome-ignore lint/correctness/useYield: nothing here reads a result row by row.
        async *streamQuery() {
          throw new Error('Rows are not streamed from SQLite.');
        },
      };
      return connection;
    },
    async beginTransaction(connection) {
      const before = turn;
      turn = new Promise((resolve) => ends.set(connection, resolve));
      await before;
      (connection as Connection).transaction = true;
      try {
        await writer.run(CompiledQuery.raw(use === 'ALL' ? 'begin immediate' : 'begin'));
      } catch (error) {
        // Nobody rolls back what has not begun.
        end(connection);
        throw error;
      }
    },
    // What cannot be committed is rolled back next: the thread is still its own until then.
    async commitTransaction(connection) {
      await writer.run(CompiledQuery.raw('commit'));
      end(connection);
    },
    async rollbackTransaction(connection) {
      try {
        await writer.run(CompiledQuery.raw('rollback'));
      } catch (error) {
        // SQLite has rolled back by itself, as it does where the disk is full.
        if (!/no transaction is active/.test((error as Error).message)) throw error;
      } finally {
        end(connection);
      }
    },
    async releaseConnection() {},
    async destroy() {
      const ending = turn.then(() => writer.end());
      await Promise.all([reader.end(), ending]);
    },
  };
}
