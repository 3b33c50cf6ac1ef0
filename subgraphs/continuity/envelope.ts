// A stream sealed as it goes, for files that leave the house: AES-256-GCM in chunks, each numbered and the last one
// marked, so that a chunk that is changed, lost, doubled or out of its place is noticed, and so is a file that was cut off.
// The construction is STREAM (Hoang, Reyhanitabar, Rogaway and Vizár, 2015), as the age file format has it.
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';

/** A chunk is read as a whole before any of it is believed. */
const chunkBytes = 64 * 1024;
const tagBytes = 16;

/** 88 bits of number and 8 that say whether it is the last: no nonce is used twice under one key. */
function nonceOf(number: number, last: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUIntBE(number, 5, 6);
  nonce[11] = last ? 1 : 0;
  return nonce;
}

/** Cuts what comes into pieces of a size; the last, which may be shorter but never missing, is told as such. */
function inPieces(bytes: number, work: (piece: Buffer, number: number, last: boolean) => Buffer): Transform {
  let waiting: Buffer[] = [];
  let size = 0;
  let number = 0;

  function take(transform: Transform, count: number, last: boolean): void {
    const all = Buffer.concat(waiting);
    waiting = [all.subarray(count)];
    size = all.length - count;
    transform.push(work(all.subarray(0, count), number, last));
    number += 1;
  }

  function attempt(done: TransformCallback, what: () => void): void {
    try {
      what();
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      attempt(done, () => {
        waiting.push(chunk);
        size += chunk.length;
        // One piece is always held back: only at the end is it known to be the last.
        while (size > bytes) take(this, bytes, false);
      });
    },
    flush(done) {
      attempt(done, () => take(this, size, true));
    },
  });
}

/**
 * Seals a stream.
 * @param key of 32 bytes, never used for another stream.
 * @param bound is not in the stream, but must be the same when it is opened.
 */
export function sealStream(key: Buffer, bound: Buffer): Transform {
  return inPieces(chunkBytes, (piece, number, last) => {
    const cipher = createCipheriv('aes-256-gcm', key, nonceOf(number, last)).setAAD(bound);
    return Buffer.concat([cipher.update(piece), cipher.final(), cipher.getAuthTag()]);
  });
}

/** Opens a sealed stream. Fails with what `broken` gives at the first chunk that is not as it was sealed. */
export function openStream(key: Buffer, bound: Buffer, broken: (number: number) => Error): Transform {
  return inPieces(chunkBytes + tagBytes, (piece, number, last) => {
    if (piece.length < tagBytes) throw broken(number);
    try {
      const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(number, last))
        .setAAD(bound)
        .setAuthTag(piece.subarray(piece.length - tagBytes));
      return Buffer.concat([decipher.update(piece.subarray(0, piece.length - tagBytes)), decipher.final()]);
    } catch {
      throw broken(number);
    }
  });
}
