// `lintel backup`: a copy of the store in one sealed file, read back before it is said to be there.
import { createReadStream, existsSync } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { type BackupContent, backupTo, type OnProgress } from '../../subgraphs/continuity/backup.ts';
import type { Cipher } from '../../subgraphs/continuity/cipher.ts';
import { systemClock } from '../../subgraphs/continuity/clock.ts';
import { readBackup } from '../../subgraphs/continuity/readback.ts';
import { type Environment, readConfig } from '../config.ts';
import { unlock } from '../keeping.ts';
import { createLog } from '../log.ts';
import { bar } from './bar.ts';
import { paint, print, printJson, remark } from './terminal.ts';

/** Writes a backup to a stream, from a store or from a server that has it open. */
export type BackupSource = (writable: NodeJS.WritableStream, onProgress: OnProgress) => Promise<unknown>;

/** Makes a backup of the configured store in a file that must not exist yet. */
export async function backup(env: Environment, file: string, json = false): Promise<void> {
  const config = readConfig(env);
  const { store, cipher } = await unlock(config, createLog(config.logLevel), true);
  try {
    const content = await saveBackup(file, cipher, (writable, onProgress) =>
      backupTo(store, cipher, systemClock, writable, onProgress),
    );
    const { size } = await stat(file);
    if (json) return printJson({ file: resolve(file), bytes: size, key: cipher.keyId, ...content });
    print(`${paint('good', 'Backed up and read back:')} ${resolve(file)}, ${megabytes(size)}.`);
    for (const line of contentLines(content)) print(line);
    remark(
      `It opens with the key ${cipher.keyId} alone, which is not in it: keep both off this machine, and apart.` +
        (config.storeKeys ? '' : ' That key is in the file key beside the store.'),
    );
  } finally {
    await store.close();
  }
}

/** Has a backup written to a file, reads it back, and only then gives the file its name. */
export async function saveBackup(file: string, cipher: Cipher, source: BackupSource): Promise<BackupContent> {
  if (existsSync(file)) throw new Error(`${file} is there already. A backup overwrites nothing: give it another name.`);
  const partial = `${file}.partial`;
  const handle = await open(partial, 'w', 0o600).catch((error: Error) => {
    throw new Error(`${file} cannot be written: ${error.message}`);
  });
  const writing = bar('Writing', 'rows');
  const reading = bar('Reading back', 'rows');
  try {
    await source(handle.createWriteStream({ flush: true }), writing.at).finally(writing.end);
    const content = await readBackup(createReadStream(partial), cipher, undefined, reading.at).finally(reading.end);
    await rename(partial, file);
    // The name is on the disk only once its folder is.
    const folder = await open(dirname(resolve(file)));
    await folder.sync().finally(() => folder.close());
    return content;
  } catch (error) {
    // Closed by its stream already, where that has begun.
    await handle.close();
    await rm(partial, { force: true });
    throw error;
  }
}

/** What is in a backup, for people. */
export function contentLines({ takenAt, tables }: BackupContent): string[] {
  // Its own mark is the store's business.
  const shown = Object.entries(tables).filter(([table]) => table !== 'mark');
  const counts = shown.map(([table, { rows }]) => `  ${table.padEnd(10)} ${rows.toLocaleString('en')}`);
  return [`  taken at   ${takenAt}`, ...counts];
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
