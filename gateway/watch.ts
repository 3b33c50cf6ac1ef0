// Looks after a file: tells what is in it whenever that has changed, however it was put there.
import { readFile, stat } from 'node:fs/promises';

/** How often it is looked at, in ms: soon enough for who waits for a deployment, and one call of the system. */
const everyMs = 250;

/**
 * Looks after a file. By its path and not by its folder's events: a symbolic link that is turned, as orchestrators do, has
 * none. Gives what ends it.
 * @param known what was read of it before: a change since then is one.
 * @param changed told the new text. @param failed told why it could not be read, once until it can be again.
 */
export function watch(
  file: string,
  known: string,
  changed: (text: string) => void,
  failed: (error: Error) => void,
): () => void {
  /** What tells that it is as it was when it was read last. */
  let mark = '';
  let text = known;
  let timer: NodeJS.Timeout;
  let ended = false;

  async function look(): Promise<void> {
    try {
      const { ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true });
      const now = [ino, size, mtimeNs, ctimeNs].join(' ');
      if (now === mark) return;
      const found = await readFile(file, 'utf8');
      // Marked as before it was read: what was written meanwhile is another change.
      mark = now;
      if (found === text || ended) return;
      text = found;
      changed(found);
    } catch (error) {
      if (mark !== 'failed' && !ended) failed(error as Error);
      mark = 'failed';
    }
  }

  function again(): void {
    if (!ended) timer = setTimeout(() => void look().then(again), everyMs).unref();
  }

  again();
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}
