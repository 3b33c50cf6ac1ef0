// What fails in a database is told from a fault of Lintel, in one place: a Kysely dialect around another, which throws
// StoreFailed for whatever that one's driver throws. Knows no engine.
import type { DatabaseConnection, Dialect, Driver } from 'kysely';
import { StoreFailed } from './errors.ts';

/** A dialect that fails with StoreFailed alone. */
export function withStoreFailures(dialect: Dialect): Dialect {
  return {
    createAdapter: () => dialect.createAdapter(),
    createIntrospector: (db) => dialect.createIntrospector(db),
    createQueryCompiler: () => dialect.createQueryCompiler(),
    createDriver: () => driverOf(dialect.createDriver()),
  };
}

async function orFailed<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof StoreFailed ? error : new StoreFailed(error);
  }
}

function driverOf(driver: Driver): Driver {
  /** Drivers know their connections again by the object, so it stays the same one. */
  const marked = new WeakSet<DatabaseConnection>();
  return {
    init: (...args) => orFailed(driver.init(...args)),
    async acquireConnection(...args) {
      const connection = await orFailed(driver.acquireConnection(...args));
      if (marked.has(connection)) return connection;
      marked.add(connection);
      const execute = connection.executeQuery.bind(connection);
      connection.executeQuery = (...query) => orFailed(execute(...query));
      return connection;
    },
    beginTransaction: (...args) => orFailed(driver.beginTransaction(...args)),
    commitTransaction: (...args) => orFailed(driver.commitTransaction(...args)),
    rollbackTransaction: (...args) => orFailed(driver.rollbackTransaction(...args)),
    releaseConnection: (...args) => driver.releaseConnection(...args),
    destroy: (...args) => driver.destroy(...args),
  };
}
