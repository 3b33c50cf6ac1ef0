// The thread that holds one file open and writes to it in place. Knows bytes, nothing else.
import { closeSync, constants, fdatasyncSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import type { DiskOrder, DiskWord } from './disk.ts';

const { file, bytes: least } = workerData as { file: string; bytes: number };
/** What `stat` counts blocks in, everywhere. */
const blockBytes = 512;

/** Writes all of it: one call may write less than it was given. */
function write(fd: number, bytes: Uint8Array, at: number): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done, bytes.length - done, at + done);
}

function whole(fd: number, size: number): Buffer {
  const content = Buffer.alloc(size);
  for (let at = 0; at < size; ) {
    const read = readSync(fd, content, at, size - at, at);
    if (read === 0) break;
    at += read;
  }
  return content;
}

/** Where there are holes in it (it is new, or a copy that left them out), writes them full: what is there stays as it is. */
function open(): { fd: number; content: Buffer } {
  const fd = openSync(file, constants.O_RDWR | constants.O_CREAT, 0o600);
  try {
    const { size, blocks } = fstatSync(fd);
    const content = whole(fd, Math.max(size, least));
    if (size < least || blocks * blockBytes < size) {
      write(fd, content, 0);
      fsyncSync(fd);
      const folder = openSync(dirname(file), 'r');
      fsyncSync(folder);
      closeSync(folder);
    }
    return { fd, content };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function say(word: DiskWord): void {
  parentPort?.postMessage(word);
}

function attempt(id: number | null, work: () => void): void {
  try {
    work();
  } catch (error) {
    const { message, code = '' } = error as NodeJS.ErrnoException;
    say({ id, error: message, code });
  }
}

attempt(null, () => {
  const { fd, content } = open();
  parentPort?.on('message', (order: DiskOrder) => {
    if (order === 'CLOSE') {
      closeSync(fd);
      parentPort?.close();
      return;
    }
    attempt(order.id, () => {
      for (const { at, bytes } of order.pieces) write(fd, bytes, at);
      fdatasyncSync(fd);
      say({ id: order.id });
    });
  });
  say({ opened: content });
});
