// One key, one receipt: whichever of store, journal and gateway took an emergency first, however slow or far away the store is;
// and where two ids were given out all the same, both answer as one.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest';
import { createCipher } from '../../../../subgraphs/continuity/cipher.ts';
import { plantBug } from '../../../../subgraphs/continuity/deliberate-bugs.ts';
import { createNames } from '../../../../subgraphs/continuity/intake/accepted.ts';
import { aliasTwins, writeAlias } from '../../../../subgraphs/continuity/intake/aliases.ts';
import { createPapers } from '../../../../subgraphs/continuity/intake/entry.ts';
import { KeyReused } from '../../../../subgraphs/continuity/intake.ts';
import { openJournal } from '../../../../subgraphs/continuity/journal.ts';
import { createLane } from '../../../../subgraphs/continuity/lane.ts';
import type { ReceiptState } from '../../../../subgraphs/continuity/mutation.ts';
import { openStore, type Store } from '../../../../subgraphs/continuity/store.ts';
import { createTestClock, settled } from '../../../clock.ts';
import { onBothEngines } from '../../../stores.ts';
import { stopWrites, unwell } from '../unwell-store.ts';
import { createOffice, openDesk } from './office.ts';

const alarm = { about: 'P1', text: 'water in the lights' };
const key = Buffer.alloc(32, 1);
const cipher = createCipher(new Map([['one', key]]));
const never = createNames(cipher).receipt('EMERGENCY', 'no such key', 'no such content');
const storeDown = { extensions: { code: 'STORE_DOWN', retryable: true } };

let folder: string;
let open: { close(): Promise<void> }[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lintel-keys-'));
  open = [];
});
afterEach(async () => {
  for (const each of open.reverse()) await each.close();
  rmSync(folder, { recursive: true });
});

let count = 0;

/** A gateway: a store of its own over a place (of SQLite there is one), a journal of its own, and one intake over both. */
async function gateway(real: Store, office = createOffice()) {
  const clock = createTestClock();
  const { store, ...faults } = unwell(real);
  const failures: string[] = [];
  const onFailure = (what: string, error: unknown) => void failures.push(`${what}: ${error}`);
  const journal = await openJournal({ file: join(folder, `journal ${++count}`), cipher, onFailure });
  const desk = await openDesk(
    { file: 'given' },
    {
      store,
      cipher,
      office,
      clock,
      onFailure,
      emergencies: (acceptance) =>
        createLane({
          journal,
          clock,
          store: { ...acceptance, alias: (id, receipt) => writeAlias(store, id, receipt) },
          onFailure,
        }),
    },
  );
  // Closed in the other order: nothing is held when it ends.
  /**
   * Waits until something is so that is looked at again and again, as by who has just met a store that failed: time passes, but
   * between one look and the next what real disks and databases are at comes to its end.
   */
  async function comesAbout(so: () => boolean): Promise<void> {
    for (let looks = 0; !so(); looks += 1) {
      if (looks > 200) throw new Error(`waited in vain for: ${so}`);
      await desk.clock.advance(1_000);
      for (let turn = 0; turn < 5_000 && !so(); turn += 1) await settled();
    }
  }
  open.push(journal, desk.intake, { close: async () => faults.letGo() });
  return {
    ...desk,
    ...faults,
    failures,
    journal,
    /** Whoever writes is answered after this, whatever the store does. */
    async answered<T>(answer: Promise<T>): Promise<T> {
      // Time passes only where it must: 50 ms for the store to take it, 50 more for it to say how it stands.
      answer.catch(() => {});
      await desk.clock.advance(50);
      await desk.clock.advance(50);
      return answer;
    },
    /** Lets the store have what is in the journal. */
    async drained(): Promise<void> {
      faults.letGo();
      faults.fails(false);
      await comesAbout(() => journal.entries().length === 0);
    },
    reaches: ({ id }: { id: string }, state: ReceiptState) => comesAbout(() => desk.states.get(id) === state),
  };
}

onBothEngines('one key, one receipt', (place) => {
  let store: Store;
  let at: Awaited<ReturnType<typeof place>>;
  beforeEach(async () => {
    at = await place();
    store = await openStore(at);
    open.push(store);
  });

  /** Another gateway: on PostgreSQL with connections of its own. */
  async function another(first: Awaited<ReturnType<typeof gateway>>) {
    if (store.engine === 'SQLITE') return gateway(store, first.office);
    const own = await openStore(at);
    open.push(own);
    return gateway(own, first.office);
  }

  it('gives the same receipt when the store is slow each time, and nobody is told that a colleague has dealt with it', async () => {
    const { note, answered, hold, drained, office, intake, reaches } = await gateway(store);
    hold();
    const first = await answered(note('alarm', alarm, 'key'));
    await drained();
    await reaches(first, 'APPLIED');
    hold();
    const again = await answered(note('alarm', alarm, 'key'));
    expect(again).toMatchObject({ id: first.id, acceptedAtMs: first.acceptedAtMs, state: 'APPLIED' });
    await drained();
    expect(await intake.ledger()).toMatchObject({ accepted: 1, applied: 1, settled: 0 });
    expect(await intake.receipt(again.id)).toMatchObject({ id: first.id, state: 'APPLIED' });
    expect(office.effects).toHaveLength(1);
  });

  it('gives the same receipt after a restart too, while the store hangs', async () => {
    const before = await gateway(store);
    const first = await before.note('alarm', alarm, 'key');
    await before.reaches(first, 'APPLIED');
    await before.intake.close();
    const { note, answered, hold, drained, intake } = await gateway(store, before.office);
    hold();
    expect((await answered(note('alarm', alarm, 'key'))).id).toBe(first.id);
    await drained();
    expect(await intake.ledger()).toMatchObject({ accepted: 1, applied: 1, settled: 0 });
    expect(before.office.effects).toHaveLength(1);
  });

  it('knows a key that is used for something else, also while the store gives no answer', async () => {
    const { note, answered, hold, drained } = await gateway(store);
    await note('alarm', alarm, 'key');
    hold();
    await expect(answered(note('alarm', { ...alarm, text: 'smoke' }, 'key'))).rejects.toThrow(KeyReused);
    await drained();
  });

  it('gives the same receipt at two gateways, of which one has only its journal; it is done once', async () => {
    const one = await gateway(store);
    const other = await another(one);
    one.fails(true);
    const first = await one.answered(one.note('alarm', alarm, 'key'));
    expect(one.journal.entries().map(({ id }) => id)).toEqual([first.id]);
    other.clock.leap(10_000);
    const second = await other.note('alarm', alarm, 'key');
    expect(second.id).toBe(first.id);
    expect(second.steps.map(({ reference }) => reference)).toEqual(first.steps.map(({ reference }) => reference));
    await other.reaches(second, 'APPLIED');
    await one.drained();
    expect(await one.intake.ledger()).toMatchObject({ accepted: 1, applied: 1, settled: 0 });
    expect(one.office.effects).toHaveLength(1);
    // Its clocks run since somebody was first told that it is accepted.
    expect(await other.intake.receipt(first.id)).toMatchObject({ acceptedAtMs: first.acceptedAtMs });
    // Once it has been seen as it stands, it is told so also while the store gives no answer.
    expect(await one.note('alarm', alarm, 'key')).toMatchObject({ id: first.id, state: 'APPLIED' });
    one.hold();
    expect(await one.answered(one.note('alarm', alarm, 'key'))).toMatchObject({ id: first.id, state: 'APPLIED' });
    await one.drained();
  });

  it('never says of an emergency in another gateway that there is none: it cannot know, and says so', async () => {
    // A SQLite store has one process.
    if (store.engine === 'SQLITE') return;
    const one = await gateway(store);
    const other = await another(one);
    one.fails(true);
    const { id } = await one.answered(one.note('alarm', alarm, 'key'));
    await expect(other.intake.receipt(id)).rejects.toMatchObject(storeDown);
    const visit = { about: 'P1', text: 'a visit', receipt: id };
    await expect(other.note('followOn', visit, 'visit')).rejects.toMatchObject(storeDown);
    // What was never given out is not there.
    expect(await other.intake.receipt('R0123456789ABCDEFGHJ')).toBeNull();
    expect(await other.intake.receipt(`${id.slice(0, -1)}${id.endsWith('0') ? '1' : '0'}`)).toBeNull();
    await one.drained();
    await one.reaches({ id }, 'APPLIED');
    expect(await other.intake.receipt(id)).toMatchObject({ id, state: 'APPLIED' });
    await other.reaches(await other.note('followOn', visit, 'visit'), 'APPLIED');
    expect(other.office.effects.map(({ text }) => text)).toEqual([alarm.text, 'a visit']);
  });

  it('says of what only its own journal could have that it is not there, where no other gateway can be', async () => {
    const { intake } = await gateway(store);
    if (store.engine === 'SQLITE') expect(await intake.receipt(never)).toBeNull();
    else await expect(intake.receipt(never)).rejects.toMatchObject(storeDown);
  });

  it('takes emergencies while the store reads and does not write, each under one receipt, and refuses the rest aloud', async () => {
    const { note, answered, drained, intake, office, reaches } = await gateway(store);
    const before = await note('alarm', { about: 'P0', text: 'smoke' }, 'before');
    await reaches(before, 'APPLIED');
    const writesAgain = await stopWrites(store);
    await expect(note('note', { about: 'P2', text: 'a tap' })).rejects.toMatchObject(storeDown);
    const first = await answered(note('alarm', alarm, 'key'));
    expect((await answered(note('alarm', alarm, 'key'))).id).toBe(first.id);
    expect((await answered(note('alarm', { about: 'P0', text: 'smoke' }, 'before'))).id).toBe(before.id);
    await writesAgain();
    await drained();
    await reaches(first, 'APPLIED');
    expect(await intake.ledger()).toMatchObject({ accepted: 2, applied: 2, settled: 0 });
    expect(office.effects.map(({ text }) => text)).toEqual(['smoke', alarm.text]);
  });

  it('takes a store that hangs for one that has failed: whoever asks is told in time that it can be tried again', async () => {
    const { note, intake, clock, hold, letGo, failures } = await gateway(store);
    const { id } = await note('note', { about: 'P1', text: 'a tap' });
    hold();
    const asked = [
      intake.receipt(id),
      intake.receipts({ first: 10 }),
      intake.ledger(),
      intake.pending([{ term: 'person\nP1', sinceMs: 0 }]),
      note('followOn', { about: 'P1', text: 'a visit', receipt: id }),
      note('note', { about: 'P1', text: 'a tap' }),
    ].map((each) => expect(each).rejects.toMatchObject(storeDown));
    await clock.advance(5_000);
    await Promise.all(asked);
    letGo();
    expect(failures.join()).toContain('reading what a write builds on: ');
    expect(await intake.receipt(id)).toMatchObject({ id, state: 'APPLIED' });
  });

  it('has two ids answer as one where an earlier version gave the same write another, whichever a visit names', async () => {
    const { office, note, intake, reaches, journal } = await gateway(store);
    office.open = 'QUEUE';
    const receipt = await note('alarm', alarm, 'key');
    await writeAlias(store, 'R9', receipt.id);
    expect(await intake.receipt('R9')).toEqual(receipt);
    const visits = [
      await note('followOn', { about: 'P1', text: 'a visit', receipt: 'R9' }),
      await note('followOn', { about: 'P2', text: 'another', receipt: receipt.id }),
    ];
    expect(visits.map(({ state }) => state)).toEqual(['QUEUED', 'QUEUED']);
    office.opens();
    for (const visit of visits) await reaches(visit, 'APPLIED');
    const made = [`#${receipt.steps[0]?.reference}`];
    expect(office.effects.slice(1).map((each) => each.made)).toEqual([made, made]);
    expect(await intake.receipt('R9')).toMatchObject({ id: receipt.id, state: 'APPLIED' });
    expect(await intake.ledger()).toMatchObject({ accepted: 3, applied: 3 });
    expect(journal.entries()).toEqual([]);
  });

  it('has the SETTLED second receipts of an earlier version answer as the first, and counts them no more', async () => {
    const { office, note, intake, reaches } = await gateway(store);
    office.open = 'QUEUE';
    const first = await note('alarm', alarm, 'key');
    const settled = await note('alarm', { ...alarm, text: 'smoke' }, 'settled by a person');
    const papers = createPapers(cipher);
    const asItWas = await store.db
      .selectFrom('receipt')
      .selectAll()
      .where('id', '=', first.id)
      .executeTakeFirstOrThrow();
    const { seq: _seq, ...columns } = asItWas;
    const twin = (id: string, who: string, why: string) =>
      papers.receipt({ id, client: 'form', input: alarm, settledBy: { who, why } });
    await store.db
      .insertInto('receipt')
      .values({
        ...{ ...columns, id: 'R9', key_name: 'R9', state: 'SETTLED' },
        ...twin('R9', 'Lintel', `It is the same as ${first.id}, under the same key.`),
      })
      .execute();
    // One that a person has settled is that person's word.
    await store.db
      .updateTable('receipt')
      .set({ state: 'SETTLED', key_name: settled.id, ...twin(settled.id, 'Ms Patel', 'I rang them') })
      .where('id', '=', settled.id)
      .execute();
    await store.db.updateTable('receipt_step').set({ state: 'SETTLED' }).where('receipt', '=', settled.id).execute();
    expect(await intake.ledger()).toMatchObject({ accepted: 3, settled: 2 });
    const failures: string[] = [];
    expect(await aliasTwins(store, papers, (what) => failures.push(what))).toBe(1);
    expect(await aliasTwins(store, papers, (what) => failures.push(what))).toBe(0);
    expect(failures).toEqual([]);
    expect(await intake.receipt('R9')).toMatchObject({ id: first.id, state: 'QUEUED' });
    expect(await intake.receipt(settled.id)).toMatchObject({ id: settled.id, state: 'SETTLED' });
    expect(await intake.ledger()).toMatchObject({ accepted: 2, settled: 1 });
    const visit = await note('followOn', { about: 'P3', text: 'a visit', receipt: 'R9' });
    office.opens();
    await reaches(visit, 'APPLIED');
  });

  it('is what keeps an emergency from being done twice: without it, it is', async () => {
    onTestFinished(plantBug('TWO_RECEIPTS_A_KEY'));
    const { note, clock, office, reaches } = await gateway(store);
    const first = await note('alarm', alarm, 'key');
    await clock.advance(1);
    const again = await note('alarm', alarm, 'key');
    expect(again.id).not.toBe(first.id);
    for (const each of [first, again]) await reaches(each, 'APPLIED');
    expect(office.effects).toHaveLength(2);
  });
});

it('gives ids that only the key can make, and that say of themselves whether they are of an emergency', () => {
  const names = createNames(cipher);
  const others = createNames(createCipher(new Map([['one', Buffer.alloc(32, 2)]])));
  const id = names.receipt('EMERGENCY', 'key', 'content');
  expect(id).toMatch(/^R[0-9A-HJKMNP-TV-Z]{19}$/);
  expect(names.receipt('EMERGENCY', 'key', 'content')).toBe(id);
  const all = [id, names.receipt('EMERGENCY', 'other', 'content'), names.receipt('EMERGENCY', 'key', 'other')];
  const ordinary = names.receipt('ORDINARY', 'key', 'content');
  const foreign = others.receipt('EMERGENCY', 'key', 'content');
  expect(new Set([...all, ordinary, foreign]).size).toBe(5);
  expect(all.map(names.isEmergency)).toEqual([true, true, true]);
  expect([ordinary, foreign, 'R0', '', id.slice(1), `${id}0`].map(names.isEmergency)).not.toContain(true);
  // Under newer keys too: the oldest names.
  const rotated = createNames(
    createCipher(
      new Map([
        ['two', Buffer.alloc(32, 3)],
        ['one', key],
      ]),
    ),
  );
  expect(rotated.receipt('EMERGENCY', 'key', 'content')).toBe(id);
  expect(names.step(id, 0)).toMatch(/^L[0-9A-HJKMNP-TV-Z]{19}$/);
  expect(names.step(id, 0)).not.toBe(names.step(id, 1));
});
