// The emergency journal: where an emergency is written down while the store takes nothing, be it that the disk is full, the
// database is away, or hangs. One file whose room was taken when it was made; each entry sealed, in place, on the disk before it
// is acknowledged, and overwritten once the store has it. Knows neither store nor what a write says; lane.ts brings both together.
import { readFile } from 'node:fs/promises';
import type { Cipher } from './cipher.ts';
import { openDisk } from './disk.ts';
import { type Frame, framed, framesOf, slotBytes, slotsFor } from './frame.ts';
import type { Accepted } from './intake/accepted.ts';
import { own } from './lock.ts';

/** Emergencies that the store has not taken. */
export interface Journal {
  /**
   * Writes an entry down: it is on the disk when this resolves. Gives it or, where there is one with the same key, that one.
   * On a disk that hangs it does not resolve until that goes on.
   * @throws JournalFull, or JournalFailed where the disk fails: then nothing is accepted.
   */
  append(entry: Accepted): Promise<Accepted>;
  /** What is in it, in the order of acceptance. */
  entries(): readonly Accepted[];
  /** To be called once the store has them for good: takes them out, and overwrites them. Those that it does not have are left out. */
  done(ids: readonly string[]): Promise<void>;
  /** How much room there is: slots, of which an emergency takes one (a very long one two), and how many of them are taken. */
  room(): { slots: number; taken: number };
  /** Ends after what is under way. */
  close(): Promise<void>;
}

/** What a journal needs from outside. */
export interface JournalSurroundings {
  file: string;
  cipher: Cipher;
  /** Told of what cannot be read in it, and of a disk that fails, for the log. */
  onFailure(what: string, error: unknown): void;
}

/**
 * 4 MB, 1,024 emergencies. 125,000 homes report about 240 a day (two in three homes have one a year): four days of them, with
 * the store away all that time, which is longer than anybody leaves a disk full.
 */
const journalBytes = 1024 * slotBytes;

/** There is no more room. */
export class JournalFull extends Error {}

/** The disk has failed, or gives no answer. */
export class JournalFailed extends Error {}

/** Where an entry lies, and its number, to which it is sealed. */
type Place = Pick<Frame, 'slot' | 'slots' | 'number'>;

/**
 * Opens the journal, or makes it. One process has it.
 * @throws an Error that says what to do where another has it, or there is no room to make it.
 */
export async function openJournal({ file, cipher, onFailure }: JournalSurroundings): Promise<Journal> {
  const release = own(
    file,
    `The emergency journal ${file} is in use by another Lintel. Stop that one, or give this one another EMERGENCY_FILE.`,
  );
  const disk = await openDisk(file, journalBytes).catch((error: Error) => {
    release();
    throw new Error(`The emergency journal ${file} cannot be made or opened: ${error.message}`);
  });
  const slots = Math.floor(disk.content.length / slotBytes);
  const { frames, read } = entriesOf(disk.content, cipher, onFailure);
  /** Slots that hold something, or may. What cannot be read stays where it is until it can. */
  const taken = new Set(frames.flatMap(slotsOf));
  const entries = new Map<string, { entry: Accepted; place: Place }>();
  const byKey = new Map<string, Promise<Accepted>>();
  let number = frames.at(-1)?.number ?? 0;
  for (const { entry, place } of read) keep(entry, place);

  function keep(entry: Accepted, place: Place): Accepted {
    entries.set(entry.id, { entry, place });
    byKey.set(entry.key, Promise.resolve(entry));
    return entry;
  }

  /** The first of so many free slots in a row. */
  function free(count: number): number {
    for (let slot = 0, row = 0; slot < slots; slot += 1) {
      row = taken.has(slot) ? 0 : row + 1;
      if (row === count) return slot - count + 1;
    }
    throw new JournalFull(`The emergency journal is full: ${entries.size} emergencies wait in it for the store.`);
  }

  async function write(entry: Accepted): Promise<Accepted> {
    const body = sealed(entry, number + 1, cipher);
    const place = { slot: free(slotsFor(body)), slots: slotsFor(body), number: number + 1 };
    number += 1;
    for (const slot of slotsOf(place)) taken.add(slot);
    // Where this fails, nobody knows what is in these slots: they count as taken until the journal is opened anew.
    await disk.write([{ at: place.slot * slotBytes, bytes: framed(place.number, body) }]);
    return keep(entry, place);
  }

  async function erase(places: readonly Place[]): Promise<void> {
    await disk.write(
      places.map(({ slot, slots: count }) => ({ at: slot * slotBytes, bytes: Buffer.alloc(count * slotBytes) })),
    );
    for (const slot of places.flatMap(slotsOf)) taken.delete(slot);
  }

  return {
    append(entry) {
      const before = byKey.get(entry.key);
      if (before) return before;
      const writing = write(entry).catch((error: Error) => {
        byKey.delete(entry.key);
        throw error instanceof JournalFull
          ? error
          : new JournalFailed(`The emergency journal failed: ${error.message}`);
      });
      byKey.set(entry.key, writing);
      return writing;
    },
    entries: () => [...entries.values()].map(({ entry }) => entry),
    async done(ids) {
      const over = ids.flatMap((id) => entries.get(id) ?? []);
      for (const { entry } of over) {
        entries.delete(entry.id);
        byKey.delete(entry.key);
      }
      if (over.length) await erase(over.map(({ place }) => place));
    },
    room: () => ({ slots, taken: taken.size }),
    async close() {
      await disk.close();
      release();
    },
  };
}

/** What a journal holds, in the order of acceptance, while nobody writes to it: where no Lintel runs. */
export async function readJournal({ file, cipher, onFailure }: JournalSurroundings): Promise<readonly Accepted[]> {
  return entriesOf(await readFile(file), cipher, onFailure).read.map(({ entry }) => entry);
}

function entriesOf(content: Buffer, cipher: Cipher, onFailure: JournalSurroundings['onFailure']) {
  const { frames, torn } = framesOf(content);
  const what = 'reading the emergency journal';
  if (torn)
    onFailure(what, new Error(`${torn} began there and ended nowhere: cut off while written, never acknowledged.`));
  frames.sort((one, other) => one.number - other.number);
  const read = frames.flatMap((frame) => {
    try {
      return [{ entry: opened(frame, cipher), place: frame }];
    } catch (error) {
      onFailure(what, error);
      return [];
    }
  });
  return { frames, read };
}

function slotsOf({ slot, slots }: Place): number[] {
  return Array.from({ length: slots }, (_, more) => slot + more);
}

/** Bound to its number: it cannot be passed off as another. */
const boundTo = (number: number) => `emergency/${number}`;

/** The key's id, behind its length, and the entry sealed under it. */
function sealed(entry: Accepted, number: number, cipher: Cipher): Buffer {
  const keyId = Buffer.from(cipher.keyId);
  return Buffer.concat([Buffer.from([keyId.length]), keyId, cipher.seal(JSON.stringify(entry), boundTo(number))]);
}

function opened({ number, body }: Frame, cipher: Cipher): Accepted {
  const end = 1 + body.readUInt8(0);
  const keyId = body.subarray(1, end).toString();
  return JSON.parse(cipher.open(body.subarray(end), boundTo(number), keyId));
}
