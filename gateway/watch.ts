// Looks after a file: tells what is in it whenever that has changed, however it was put there.
import { readFileSync, unwatchFile, watchFile } from 'node:fs';

/** How often it is looked at, in ms: soon enough for who waits for a deployment, and one call of the system. */
const everyMs = 250;

/**
 * Looks after a file. By its path and not by its folder's events: a symbolic link that is turned, as orchestrators do, has
 * none. Gives what ends it.
 * @param changed told the new text. @param failed told why it could not be read.
 */
export function watch(file: string, changed: (text: string) => void, failed: (error: Error) => void): () => void {
  let known = readFileSync(file, 'utf8');
  const look = () => {
    try {
      const text = readFileSync(file, 'utf8');
      if (text === known) return;
      known = text;
      changed(text);
    } catch (error) {
      failed(error as Error);
    }
  };
  watchFile(file, { interval: everyMs, persistent: false }, look);
  return () => unwatchFile(file, look);
}
