// One process owns a file. Knows locks of the operating system; knows nothing of what the file is.
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';

/**
 * Takes a file for this process alone, and makes it where it is not. The lock is the operating system's, on a file beside
 * it, through SQLite: it is gone with the process that holds it, however that ends, and takes no room on a full disk.
 * Gives what lets it go.
 * @throws Error `taken` where another process has it.
 */
export function own(file: string, taken: string): () => void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  // Nobody else's to read, wherever it lies.
  for (const path of [file, `${file}.lock`]) closeSync(openSync(path, 'a', 0o600));
  const held = new Database(`${file}.lock`, { timeout: 0 });
  try {
    held.pragma('locking_mode = EXCLUSIVE');
    // Nothing is ever written to it.
    held.pragma('journal_mode = MEMORY');
    held.exec('begin exclusive');
  } catch {
    held.close();
    throw new Error(taken);
  }
  return () => held.close();
}
