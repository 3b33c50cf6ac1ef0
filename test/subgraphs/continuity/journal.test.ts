// The emergency journal: on the disk before it is acknowledged, sealed, whole or not there, and empty again once the store has
// what was in it. On real files; on a disk that is really full where the machine allows one to be made.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createCipher } from '../../../subgraphs/continuity/cipher.ts';
import { framed, framesOf, slotBytes, slotsFor } from '../../../subgraphs/continuity/frame.ts';
import { JournalFailed, JournalFull, openJournal, readJournal } from '../../../subgraphs/continuity/journal.ts';
import { openDisk, type TestDisk, whyNoDisk } from '../../faults/writes/disk.ts';
import { descriptionOf, emergency } from './emergencies.ts';

const cipher = createCipher(new Map([['one', Buffer.alloc(32, 1)]]));
/** Real disks, databases and processes take seconds on a busy machine; nothing here asserts how many. */
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

let folder: string;
let file: string;
let failures: string[];
const onFailure = (what: string, error: unknown) => void failures.push(`${what}: ${(error as Error).message}`);
const open = (at = file, by = cipher) => openJournal({ file: at, cipher: by, onFailure });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lintel-journal-'));
  file = join(folder, 'emergencies');
  failures = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the emergency journal', () => {
  it('gives back what was written, in its order, after it was closed; and nothing of what is done', async () => {
    const journal = await open();
    for (const number of [1, 2, 3, 4]) await journal.append(emergency(number));
    await journal.done(['R2', 'not there']);
    await journal.append(emergency(5));
    await journal.close();
    const again = await open();
    // The fifth lies where the second was; the order is that of acceptance.
    expect(again.entries()).toEqual([1, 3, 4, 5].map((number) => emergency(number)));
    expect(again.room()).toMatchObject({ taken: 4 });
    await again.done(['R1', 'R3', 'R4', 'R5']);
    await again.close();
    expect(readFileSync(file).every((byte) => byte === 0)).toBe(true);
    expect(failures).toEqual([]);
  });

  it('has its room from the start, to its last block, also where a copy has left holes, or its making was cut off', async () => {
    const sizes = () => statSync(file);
    const journal = await open();
    const { size, mode } = sizes();
    expect(sizes().blocks * 512).toBeGreaterThanOrEqual(size);
    expect(mode & 0o777).toBe(0o600);
    await journal.append(emergency(1));
    expect(sizes().size).toBe(size);
    await journal.close();
    execFileSync('cp', ['--sparse=always', file, `${file}.copy`]);
    renameSync(`${file}.copy`, file);
    expect(sizes().blocks * 512).toBeLessThan(size);
    const whole = await open();
    expect(sizes().blocks * 512).toBeGreaterThanOrEqual(size);
    await whole.close();
    truncateSync(file, size - slotBytes);
    const again = await open();
    expect(again.entries()).toEqual([emergency(1)]);
    expect(sizes().size).toBe(size);
    expect(sizes().blocks * 512).toBeGreaterThanOrEqual(size);
    await again.close();
  });

  it('holds a thousand emergencies, refuses what it has no room for, and takes it once there is', async () => {
    const journal = await open();
    const { slots } = journal.room();
    expect(slots).toBeGreaterThanOrEqual(1_000);
    await Promise.all(Array.from({ length: slots }, (_, number) => journal.append(emergency(number))));
    await expect(journal.append(emergency(slots))).rejects.toThrow(JournalFull);
    await expect(journal.append(emergency(slots))).rejects.toThrow(`${slots} emergencies wait in it`);
    await journal.done(['R7']);
    await journal.append(emergency(slots));
    expect(journal.entries().length).toBe(slots);
    await journal.close();
    expect((await readJournal({ file, cipher, onFailure })).length).toBe(slots);
  });

  it('takes a long one in two slots', async () => {
    const journal = await open();
    const long = emergency(1, { input: { description: 'ü'.repeat(3_000) } });
    await journal.append(emergency(0));
    await journal.append(long);
    await journal.append(emergency(2));
    expect(journal.room().taken).toBe(4);
    await journal.done(['R0']);
    // One slot is free before it, and it needs two.
    await journal.append({ ...long, id: 'R3', key: 'other' });
    await journal.close();
    const again = await open();
    expect(again.entries().map(({ id }) => id)).toEqual(['R1', 'R2', 'R3']);
    await again.close();
  });

  it('gives the same entry for the same key, also while that is on its way to the disk', async () => {
    const journal = await open();
    const first = journal.append(emergency(1));
    const second = journal.append({ ...emergency(2), key: emergency(1).key });
    expect(await second).toEqual(await first);
    expect(await journal.append({ ...emergency(3), key: emergency(1).key })).toEqual(emergency(1));
    expect(journal.room().taken).toBe(1);
    await journal.close();
  });

  it('tells nobody what is in it who has not the key, and leaves it where it is until it can be read', async () => {
    const journal = await open();
    await journal.append(emergency(1));
    await journal.close();
    const found = (text: string) =>
      spawnSync('grep', ['-c', '-a', '-F', text, file], { encoding: 'utf8' }).stdout.trim();
    expect(found(descriptionOf(1))).toBe('0');
    expect(found('R1')).toBe('0');
    const stranger = await open(file, createCipher(new Map([['two', Buffer.alloc(32, 2)]])));
    expect(stranger.entries()).toEqual([]);
    expect(failures.join()).toMatch(/reading the emergency journal: .* under the key one, which is not configured/);
    await stranger.append(emergency(2));
    await stranger.close();
    const both = createCipher(
      new Map([
        ['two', Buffer.alloc(32, 2)],
        ['one', Buffer.alloc(32, 1)],
      ]),
    );
    expect((await readJournal({ file, cipher: both, onFailure })).map(({ id }) => id)).toEqual(['R1', 'R2']);
  });

  it('believes no entry that was put under another number: nothing that was done comes back, and nothing changes places', async () => {
    const journal = await open();
    for (const number of [1, 2]) await journal.append(emergency(number));
    await journal.close();
    const content = readFileSync(file);
    const [first, second] = framesOf(content).frames.map(({ body }) => body);
    framed(2, first as Buffer).copy(content, 0);
    framed(1, second as Buffer).copy(content, slotBytes);
    framed(9, first as Buffer).copy(content, 2 * slotBytes);
    writeFileSync(file, content);
    expect(await readJournal({ file, cipher, onFailure })).toEqual([]);
    expect(failures).toHaveLength(3);
  });

  it('belongs to one process', async () => {
    const journal = await open();
    await expect(open()).rejects.toThrow(/in use by another Lintel.*EMERGENCY_FILE/);
    await journal.close();
    await (await open()).close();
  });

  it('knows what was cut off while it was written: whole or not there, and what was there before stays', () => {
    const whole = framesOf(Buffer.concat([framed(1, Buffer.from('first')), framed(2, Buffer.alloc(5_000, 7))]));
    expect(whole.frames.map(({ slot, slots, number }) => [slot, slots, number])).toEqual([
      [0, 1, 1],
      [1, 2, 2],
    ]);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9_000 }), fc.nat(3 * slotBytes), fc.boolean(), (length, cut, backwards) => {
        const before = Buffer.concat([framed(1, Buffer.from('first')), Buffer.alloc(4 * slotBytes)]);
        const frame = framed(2, Buffer.alloc(length, 7));
        const torn = Buffer.from(before);
        // A disk may write the sectors of one write in any order: from the front, or from the back.
        const part = backwards ? frame.subarray(Math.min(cut, frame.length)) : frame.subarray(0, cut);
        part.copy(torn, slotBytes + (backwards ? Math.min(cut, frame.length) : 0));
        const { frames } = framesOf(torn);
        expect(frames[0]).toMatchObject({ number: 1, body: Buffer.from('first') });
        const last = frames[1];
        if (last) expect(last).toMatchObject({ number: 2, slots: slotsFor(last.body), body: Buffer.alloc(length, 7) });
        expect(frames.length).toBeLessThanOrEqual(2);
      }),
    );
  });

  it('says that something was cut off, and writes over it', async () => {
    const journal = await open();
    await journal.append(emergency(1));
    await journal.append(emergency(2));
    await journal.close();
    const content = readFileSync(file);
    content.fill(0, slotBytes + 200, 2 * slotBytes);
    writeFileSync(file, content);
    const again = await open();
    expect(again.entries()).toEqual([emergency(1)]);
    expect(failures.join()).toMatch(/1 began there and ended nowhere: cut off while written, never acknowledged/);
    await again.append(emergency(3));
    await again.close();
    expect((await readJournal({ file, cipher, onFailure })).length).toBe(2);
  });
});

const missing = whyNoDisk();
if (missing) console.warn(`SKIPPED: the emergency journal on a disk of its own: ${missing}`);
describe.skipIf(missing)('the emergency journal on a disk of its own', () => {
  let disk: TestDisk;
  let there: string;
  beforeEach(() => {
    disk = openDisk(32);
    there = join(disk.folder, 'emergencies');
  });
  afterEach(() => disk.close());

  it('takes as many emergencies as it has room for while that is full, and brings them through', async () => {
    const journal = await open(there);
    disk.fill();
    const { slots } = journal.room();
    for (let number = 0; number < slots; number += 1) await journal.append(emergency(number));
    await journal.close();
    const again = await open(there);
    expect(again.entries().length).toBe(slots);
    await again.close();
  });

  it('cannot be made while that is full, says so, and is not taken for one that was made', async () => {
    disk.fill();
    await expect(open(there)).rejects.toThrow(/cannot be made or opened: ENOSPC/);
    disk.free();
    const journal = await open(there);
    disk.fill();
    await journal.append(emergency(1));
    await journal.close();
  });

  it('has what was acknowledged when the power is cut', async () => {
    const journal = await open(there);
    for (let number = 0; number < 20; number += 1) await journal.append(emergency(number));
    await journal.done(['R3']);
    disk.cut();
    await expect(journal.append(emergency(20))).rejects.toThrow(JournalFailed);
    await journal.close();
    disk.replug();
    const again = await open(there);
    expect(again.entries()).toEqual(
      Array.from({ length: 20 }, (_, number) => emergency(number)).filter(({ id }) => id !== 'R3'),
    );
    await again.close();
  });
});
