// One file of a fixed size whose room is really there, written in place, in a thread of its own: a disk that hangs must not
// hold up requests, nor take the few threads that Node has for files. Knows bytes; not what they say.
import { Worker } from 'node:worker_threads';

/** Bytes and where they go. */
export interface Piece {
  at: number;
  bytes: Buffer;
}

/** What the thread is asked. */
export type DiskOrder = { id: number; pieces: Piece[] } | 'CLOSE';

/** What it says: first that it has opened the file, and what is in it; then of each order. */
export type DiskWord = { opened: Uint8Array } | { id: number } | { id: number | null; error: string; code: string };

/** A file that is open. */
export interface Disk {
  /** What was in it when it was opened: as many bytes as it has room for. */
  content: Buffer;
  /** Writes all pieces; they are on the disk when this resolves. After it has rejected, nobody knows which are. */
  write(pieces: readonly Piece[]): Promise<void>;
  /** Ends after what is under way. */
  close(): Promise<void>;
}

/**
 * Opens the file, or makes it; every block of it is on the disk before this resolves, so that it can be written when the
 * disk has no more room. (Not so on a file system that never writes in place: btrfs and ZFS as they come.)
 * @param bytes how much room it has at least.
 */
export async function openDisk(file: string, bytes: number): Promise<Disk> {
  const worker = new Worker(new URL('diskthread.ts', import.meta.url), { workerData: { file, bytes } });
  const waiting = new Map<number, { resolve(): void; reject(error: Error): void }>();
  const opened = Promise.withResolvers<Buffer>();
  let ids = 0;
  let broken: Error | null = null;

  worker.on('message', (word: DiskWord) => {
    if ('opened' in word) return opened.resolve(Buffer.from(word.opened));
    const error = 'error' in word ? Object.assign(new Error(word.error), { code: word.code }) : null;
    if (word.id === null) return opened.reject(error);
    const caller = waiting.get(word.id);
    waiting.delete(word.id);
    if (waiting.size === 0) worker.unref();
    if (error) caller?.reject(error);
    else caller?.resolve();
  });
  const fail = (error: Error) => {
    broken = error;
    opened.reject(error);
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  worker.on('error', fail);
  const exited = new Promise<void>((resolve) => {
    worker.on('exit', () => {
      fail(new Error(`${file} is closed.`));
      resolve();
    });
  });

  const content = await opened.promise;
  // An idle file is no reason for a process to stay; a write under way is.
  worker.unref();
  return {
    content,
    write(pieces) {
      if (broken) return Promise.reject(broken);
      const id = ++ids;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        worker.ref();
        worker.postMessage({ id, pieces: [...pieces] } satisfies DiskOrder);
      });
    },
    async close() {
      if (broken) return;
      worker.ref();
      worker.postMessage('CLOSE' satisfies DiskOrder);
      await exited;
    },
  };
}
