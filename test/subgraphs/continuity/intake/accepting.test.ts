// What is accepted, what is not, and that it is written down before anybody is told.
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { InputRefused, KeyReused } from '../../../../subgraphs/continuity/intake.ts';
import type { Store } from '../../../../subgraphs/continuity/store.ts';
import { settled } from '../../../clock.ts';
import { onBothEngines } from '../../../stores.ts';
import { amend, createDesks } from './office.ts';

const tap = { about: 'P1', text: 'a tap' };

onBothEngines('accepting writes', (place) => {
  const desks = createDesks(place);

  it('gives a receipt that says what was done, where the system takes writes', async () => {
    const { note, office, intake } = await desks.open();
    const receipt = await note('note', tap);
    expect(receipt).toMatchObject({
      state: 'APPLIED',
      message: 'It is done: a tap.',
      channel: 'WEB',
      client: 'form',
      lane: 'ORDINARY',
      says: { text: 'a tap' },
      steps: [{ title: 'note it', backend: 'desk', state: 'APPLIED', attempts: 1, message: null }],
    });
    const [step] = receipt.steps;
    expect(step?.reference).toMatch(/^L[0-9A-Z]{19}$/);
    expect(receipt.made).toEqual([{ id: `#${step?.reference}`, description: 'note' }]);
    expect(office.effects).toHaveLength(1);
    expect(await intake.receipt(receipt.id)).toEqual(receipt);
  });

  it('gives a receipt that says what is to come, where it does not', async () => {
    const { note, office, intake } = await desks.open();
    office.open = 'QUEUE';
    const receipt = await note('note', tap);
    expect(receipt).toMatchObject({ state: 'QUEUED', message: 'We have noted a tap.', made: [] });
    expect(await intake.receipt(receipt.id)).toEqual(receipt);
    expect(office.effects).toEqual([]);
  });

  it('has it written down when it says so: another that opens the store finds it', async () => {
    const first = await desks.open();
    first.office.open = 'QUEUE';
    const receipt = await first.note('note', tap);
    const second = await desks.beside(first);
    expect(await second.intake.receipt(receipt.id)).toEqual(receipt);
  });

  it('keeps when a letter was received beside when it was accepted, through a change and for whoever opens the store', async () => {
    const first = await desks.open();
    first.office.open = 'QUEUE';
    const nowMs = first.clock.now();
    const received = (agoMs: number) => new Date(nowMs - agoMs).toISOString();
    const receipt = await first.note('note', { ...tap, receivedAt: received(3 * 86_400_000) } as typeof tap);
    expect(receipt).toMatchObject({ acceptedAtMs: nowMs, receivedAtMs: nowMs - 3 * 86_400_000 });
    // A client's clock may be a little before ours: nothing is received after it was accepted.
    const early = await first.note('note', {
      about: 'P2',
      text: 'a door',
      receivedAt: received(-60_000),
    } as typeof tap);
    expect(early.receivedAtMs).toBe(nowMs);
    for (const agoMs of [-3_600_000, 400 * 86_400_000]) {
      const wrong = { about: 'P3', text: 'a lock', receivedAt: received(agoMs) } as typeof tap;
      await expect(first.note('note', wrong)).rejects.toMatchObject({ problems: [{ field: 'receivedAt' }] });
    }
    const second = await desks.beside(first);
    expect(await second.intake.receipt(receipt.id)).toEqual(receipt);
    const cancelled = await second.intake.cancel(receipt.id, 'Anna', 'twice');
    expect(cancelled).toMatchObject({ state: 'CANCELLED', receivedAtMs: nowMs - 3 * 86_400_000 });
  });

  it('knows a key again: the same receipt for the same content, in whatever order, and no second effect', async () => {
    const { note, office } = await desks.open();
    const first = await note('note', tap, 'key');
    const again = await note('note', { text: 'a tap', about: 'P1' }, 'key');
    expect(again).toEqual(first);
    expect(office.effects).toHaveLength(1);
  });

  it('refuses a key for something else', async () => {
    const { note, office } = await desks.open();
    await note('note', tap, 'key');
    await expect(note('note', { about: 'P1', text: 'a door' }, 'key')).rejects.toThrow(KeyReused);
    expect(office.effects).toHaveLength(1);
  });

  it('has the key of one client and mutation mean nothing for others', async () => {
    const { note, intake, office } = await desks.open();
    const receipts = [
      await note('note', tap, 'key'),
      await note('noteReadBack', tap, 'key'),
      await intake.submit({
        client: 'other',
        system: 'office',
        mutation: 'note',
        idempotencyKey: 'key',
        input: tap,
        channel: '',
      }),
    ];
    expect(new Set(receipts.map(({ id }) => id)).size).toBe(3);
    expect(office.effects).toHaveLength(3);
  });

  it('takes a write that is sent many times at once as one, and answers each alike', async () => {
    const { note, office } = await desks.open();
    const receipts = await Promise.all(Array.from({ length: 20 }, () => note('note', tap, 'key')));
    expect(new Set(receipts.map(({ id, state }) => `${id} ${state}`)).size).toBe(1);
    expect(receipts[0]?.state).toBe('APPLIED');
    expect(office.effects).toHaveLength(1);
  });

  it('takes one of several processes at once, too', async () => {
    const first = await desks.open();
    // A SQLite store has one process.
    if (first.store.engine === 'SQLITE') return;
    const second = await desks.beside(first);
    const both = [first, second, first, second, first, second];
    const receipts = await Promise.all(both.map(({ note }) => note('note', tap, 'key')));
    expect(new Set(receipts.map(({ id }) => id)).size).toBe(1);
    expect(first.office.effects).toHaveLength(1);
  });

  it('tells everything that is wrong with an input, by field', async () => {
    const { note, intake } = await desks.open();
    const refused = await note('note', { about: 'P1', text: 'a tap that has dripped for weeks' }, '').catch(
      (error) => error,
    );
    expect(refused).toBeInstanceOf(InputRefused);
    expect(refused.extensions).toEqual({
      code: 'BAD_USER_INPUT',
      fields: [
        { field: 'idempotencyKey', message: 'must have 1 to 200 characters.' },
        { field: 'text', message: 'has at most 20 characters.' },
      ],
    });
    await expect(note('note', tap, 'k'.repeat(201))).rejects.toThrow('idempotencyKey');
    expect(await intake.ledger()).toMatchObject({ accepted: 0 });
  });

  it('answers what it has accepted once as before, though it would not accept it now', async () => {
    const { note, office } = await desks.open();
    const receipt = await note('note', tap, 'key');
    const { check } = office.counter.mutations.note as { check: unknown };
    amend(office.counter.mutations, 'note', {
      check: () => ({ problems: [{ field: 'text', message: 'is of yesterday.' }] }),
    });
    expect(await note('note', tap, 'key')).toEqual(receipt);
    await expect(note('note', tap, 'another key')).rejects.toThrow('is of yesterday');
    await expect(note('note', { ...tap, text: 'b' }, 'key')).rejects.toThrow('is of yesterday');
    amend(office.counter.mutations, 'note', { check });
  });

  it('accepts nothing that it cannot write down, and says so', async () => {
    const { note, office, failures, store } = await desks.alone();
    await note('note', tap);
    await sql`drop table receipt_term`.execute(store.db);
    const refused = await note('note', { about: 'P2', text: 'a door' }).catch((error) => error);
    expect(refused.extensions).toEqual({ code: 'STORE_DOWN', retryable: true });
    expect(refused.message).toContain('was not accepted');
    expect(failures.join()).toContain('writing down a write');
    expect(office.effects).toHaveLength(1);
    const { rows } = await sql<{ count: number }>`select count(*) as count from receipt`.execute(store.db);
    expect(Number(rows[0]?.count)).toBe(1);
  });

  it('tells whoever waits that it could not be written down, where the store hangs', async () => {
    const { intake, note, clock, store, office } = await desks.open();
    let letGo = () => {};
    const blocked = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const holding = store.db.transaction().execute(async (trx) => {
      if (store.engine === 'POSTGRESQL') await sql`lock table receipt in access exclusive mode`.execute(trx);
      await blocked;
    });
    const refused = [note('note', tap).catch((error) => error)];
    // The first is being written by now; these wait behind it.
    await settled();
    refused.push(note('note', { about: 'P2', text: 'a door' }).catch((error) => error));
    for (let ms = 0; ms < 6_000; ms += 500) await clock.advance(500);
    for (const each of await Promise.all(refused)) expect(each.extensions.code).toBe('STORE_DOWN');
    letGo();
    await holding;
    // What was not being written yet is not written after all.
    await intake.ledger();
    const written = await intake.receipts({ first: 9 });
    expect(written.filter(({ says }) => says.text !== 'a tap')).toEqual([]);
    // Sent again with its key it is one write, whatever became of the first.
    const receipt = await note('note', tap);
    expect(await intake.ledger()).toMatchObject({ accepted: 1 });
    expect(receipt.says).toEqual({ text: 'a tap' });
    expect(office.effects.length).toBeLessThanOrEqual(1);
  });

  it('has what it acknowledges on the disk, however the database is set', async () => {
    const { store, ...first } = await desks.open();
    if (store.engine === 'SQLITE') return;
    await sql`do $$ begin execute format('alter database %I set synchronous_commit = off', current_database()); end $$`.execute(
      store.db,
    );
    const { store: later } = await desks.beside({ store, ...first });
    const { rows } = await sql<{ synchronous_commit: string }>`show synchronous_commit`.execute(later.db);
    expect(rows).toEqual([{ synchronous_commit: 'on' }]);
  });

  it('has one that cannot be read hide no other', async () => {
    const { note, intake, store, failures } = await desks.open();
    const receipts = [await note('own', tap), await note('own', { about: 'P2', text: 'a door' })];
    const [spoilt, other] = receipts.map(({ id }) => id) as [string, string];
    // As one that is moved to another's place.
    const { sealed } = await store.db
      .selectFrom('receipt')
      .select('sealed')
      .where('id', '=', other)
      .executeTakeFirstOrThrow();
    await store.db.updateTable('receipt').set({ sealed }).where('id', '=', spoilt).execute();
    expect((await intake.receipts({ first: 9 })).map(({ id }) => id)).toEqual([other]);
    await expect(intake.receipt(spoilt)).rejects.toThrow();
    expect(failures.join()).toContain('reading a receipt');
    expect(await intake.ledger()).toMatchObject({ accepted: 2 });
  });

  it('is not held up for all by one transaction that hangs', async () => {
    const { note, store, clock, office } = await desks.open();
    // SQLite has one writer: there everybody waits.
    if (store.engine === 'SQLITE') return;
    office.open = 'QUEUE';
    await note('note', tap);
    const { entity } = await store.db.selectFrom('receipt').select('entity').executeTakeFirstOrThrow();
    const lock = String(BigInt.asIntN(64, BigInt(`0x${entity.slice(0, 16)}`)));
    let letGo = () => {};
    const blocked = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const locked = Promise.withResolvers<void>();
    const holding = store.db.transaction().execute(async (trx) => {
      await sql`select pg_advisory_xact_lock(${lock}::bigint)`.execute(trx);
      locked.resolve();
      await blocked;
    });
    await locked.promise;
    const refused = note('note', { ...tap, text: 'a door' }).catch((error) => error);
    await settled();
    for (let ms = 0; ms < 11_000; ms += 500) await clock.advance(500);
    expect((await refused).extensions.code).toBe('STORE_DOWN');
    expect(await note('note', { about: 'P2', text: 'a lamp' })).toMatchObject({ state: 'QUEUED' });
    letGo();
    await holding;
  });

  it('writes many that come at once in few transactions', async () => {
    const { store } = await desks.open();
    let transactions = 0;
    const db = new Proxy(store.db, {
      get(target, name) {
        if (name === 'transaction') transactions += 1;
        const value = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const counted: Store = { ...store, db, close: async () => {} };
    const desk = await desks.open({ store: counted });
    desk.office.open = 'QUEUE';
    const texts = Array.from({ length: 300 }, (_each, index) => `note ${index}`);
    const receipts = await Promise.all(texts.map((text, index) => desk.note('note', { about: `P${index}`, text })));
    expect(new Set(receipts.map(({ id }) => id)).size).toBe(300);
    expect(transactions).toBeLessThan(30);
  });

  it('is done with a write that has no steps once it is written down', async () => {
    const { note, office } = await desks.open();
    office.open = 'QUEUE';
    expect(await note('own', tap)).toMatchObject({ state: 'APPLIED', message: 'It is done: a tap.', steps: [] });
  });

  it('has nothing of what is written, nor whose it is, on the disk in clear', async () => {
    const { note, office, store, intake } = await desks.open();
    const secret = { about: '0000104-1', text: 'Katy Okafor' };
    await note('noteTwice', secret, 'her-own-key');
    office.open = 'QUEUE';
    const second = await note('note', { ...secret, text: 'Katy Okafor 2' });
    await intake.cancel(second.id, 'Ms Patel', 'Katy rang');
    let whole = '';
    for (const table of ['receipt', 'receipt_step', 'receipt_term'] as const) {
      for (const row of await store.db.selectFrom(table).selectAll().execute()) {
        whole += Object.values(row)
          .map((cell) => (Buffer.isBuffer(cell) ? cell.toString('latin1') : String(cell)))
          .join('\n');
      }
    }
    expect(whole).toContain('note it again');
    for (const word of ['0000104-1', 'Katy', 'her-own-key', 'form', 'Patel']) expect(whole).not.toContain(word);
  });
});
