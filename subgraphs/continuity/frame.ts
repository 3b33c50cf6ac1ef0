// How records lie in a file of fixed size that is written in place: in slots, each record behind a head that says how long
// it is and what it must add up to, so that one that was cut off while it was written is known as such. Knows bytes alone.
import { crc32 } from 'node:zlib';

/** A block of the file systems there are, and no disk writes less at once: a record that fits is whole or was never there. */
export const slotBytes = 4096;

/** Of a record of ours. */
const magic = 0x4c4e544c;
/** Magic, checksum of all that follows, length of the body, number of the record. */
const headBytes = 4 + 4 + 4 + 6;

/** A record and where it lies. */
export interface Frame {
  slot: number;
  /** In how many slots. */
  slots: number;
  number: number;
  body: Buffer;
}

/** How many slots a body needs. */
export function slotsFor(body: Buffer): number {
  return Math.ceil((headBytes + body.length) / slotBytes);
}

/** A record as it is written: whole slots, zeros after it. */
export function framed(number: number, body: Buffer): Buffer {
  const frame = Buffer.alloc(slotsFor(body) * slotBytes);
  frame.writeUInt32BE(magic, 0);
  frame.writeUInt32BE(body.length, 8);
  frame.writeUIntBE(number, 12, 6);
  body.copy(frame, headBytes);
  frame.writeUInt32BE(crc32(frame.subarray(8, headBytes + body.length)), 4);
  return frame;
}

/** All whole records of a file, and how many began there and are not whole. */
export function framesOf(content: Buffer): { frames: Frame[]; torn: number } {
  const frames: Frame[] = [];
  let torn = 0;
  for (let slot = 0; (slot + 1) * slotBytes <= content.length; ) {
    const start = content.subarray(slot * slotBytes);
    const body = start.readUInt32BE(0) === magic ? bodyOf(start) : null;
    if (body) frames.push({ slot, slots: slotsFor(body), number: start.readUIntBE(12, 6), body });
    else if (start.readUInt32BE(0) === magic) torn += 1;
    slot += body ? slotsFor(body) : 1;
  }
  return { frames, torn };
}

function bodyOf(start: Buffer): Buffer | null {
  const end = headBytes + start.readUInt32BE(8);
  if (end > start.length || crc32(start.subarray(8, end)) !== start.readUInt32BE(4)) return null;
  return Buffer.from(start.subarray(headBytes, end));
}
