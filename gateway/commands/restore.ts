// `lintel restore`: puts a backup into the configured store, all of it or nothing.
import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { restoreFrom } from '../../subgraphs/continuity/restore.ts';
import { type Environment, readConfig } from '../config.ts';
import { unlock } from '../keeping.ts';
import { createLog } from '../log.ts';
import { contentLines } from './backup.ts';
import { bar } from './bar.ts';
import { paint, print, printJson, remark } from './terminal.ts';

/** Restores a backup from a file. */
export async function restore(
  env: Environment,
  file: string,
  { replace = false, json = false }: { replace?: boolean; json?: boolean },
): Promise<void> {
  const config = readConfig(env);
  await access(file).catch(() => {
    throw new Error(`There is no file ${file} that can be read.`);
  });
  const { store, cipher } = await unlock(config, createLog(config.logLevel));
  const { at, end } = bar('Restoring', 'rows');
  try {
    const options = { replace, onProgress: at };
    const restored = await restoreFrom(store, cipher, createReadStream(file), options).finally(end);
    if (json) return printJson(restored);
    print(paint('good', 'Restored, and read back from the store:'));
    for (const line of contentLines(restored)) print(line);
    if (restored.doubted > 0) {
      remark(
        `${restored.doubted.toLocaleString('en')} writes waited when it was taken, and may have been sent since: they are AMBIGUOUS, and looked for before anything is sent again.`,
      );
    }
    for (const [key, count] of Object.entries(restored.unreadable)) {
      remark(`${count.toLocaleString('en')} records were kept under the key ${key}, which is not in STORE_KEYS.`);
    }
  } finally {
    await store.close();
  }
}
