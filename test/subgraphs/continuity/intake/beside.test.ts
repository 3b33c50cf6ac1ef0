// Emergencies that are written down beside the store, and not in it yet: they are listed, found, counted and kept like any other
// receipt. And in the store an emergency is written down before all that waits with it.
import { expect, it } from 'vitest';
import { createCipher } from '../../../../subgraphs/continuity/cipher.ts';
import type { Accepted } from '../../../../subgraphs/continuity/intake/accepted.ts';
import { createPapers } from '../../../../subgraphs/continuity/intake/entry.ts';
import { createFigures } from '../../../../subgraphs/continuity/intake/figures.ts';
import { InputRefused } from '../../../../subgraphs/continuity/intake.ts';
import { settled } from '../../../clock.ts';
import { openMemory } from '../../../stores.ts';
import { unwell } from '../unwell-store.ts';
import { amend, openMemoryDesk } from './office.ts';

/** A desk whose emergencies stay in the journal until they are brought to the store. */
async function openJournalled() {
  let held: Accepted[] = [];
  let take: (accepted: Accepted) => Promise<unknown> = async () => {};
  const desk = await openMemoryDesk({
    emergencies: (store) => {
      take = (accepted) => store.take(accepted);
      return {
        async take(accepted) {
          held.push(accepted);
          return { id: accepted.id, content: accepted.content, fresh: true };
        },
        waiting: () => held,
        close: async () => {},
      };
    },
  });
  return {
    ...desk,
    /** Brings them to the store; for a moment they are in both. */
    async bring() {
      for (const each of held) await take(each);
    },
    async brought() {
      for (const each of held) await take(each);
      held = [];
    },
  };
}

it('are listed with all others, newest first, page by page, by whatever is asked for', async () => {
  const { note, intake, office, bring, brought } = await openJournalled();
  office.open = 'QUEUE';
  const stored = await note('note', { about: 'P1', text: 'a tap' });
  const [older, newer] = [
    await note('alarm', { about: 'P1', text: 'gas' }),
    await note('alarm', { about: 'P2', text: 'water' }),
  ];
  const found = async (filter: Omit<Parameters<typeof intake.receipts>[0], 'first'>, first = 9) =>
    (await intake.receipts({ ...filter, first })).map(({ id }) => id);
  const [all, urgent] = [
    [newer.id, older.id, stored.id],
    [newer.id, older.id],
  ];
  expect(await found({})).toEqual(all);
  expect(await found({}, 2)).toEqual(urgent);
  expect(await found({ before: newer.id })).toEqual([older.id, stored.id]);
  expect(await found({ before: older.id })).toEqual([stored.id]);
  expect(await found({ before: stored.id })).toEqual([]);
  expect(await found({ lane: 'EMERGENCY' })).toEqual(urgent);
  expect(await found({ lane: 'ORDINARY' })).toEqual([stored.id]);
  expect(await found({ states: ['QUEUED'] })).toEqual(all);
  expect(await found({ states: ['APPLIED'] })).toEqual([]);
  expect(await found({ mutations: ['note'] })).toEqual([stored.id]);
  expect(await found({ system: 'other' })).toEqual([]);
  expect(await found({ lost: true })).toEqual([]);
  await bring();
  expect(await found({})).toEqual(all);
  expect(await intake.ledger()).toMatchObject({ accepted: 3, open: 3 });
  await brought();
  expect(await found({})).toEqual(all);
});

it('are shown beside what is recorded of whom they are about, and of nobody else, once', async () => {
  const { note, intake, office, bring, brought } = await openJournalled();
  office.open = 'QUEUE';
  const stored = await note('note', { about: 'P1', text: 'a tap' });
  const urgent = await note('alarm', { about: 'P1', text: 'gas' });
  const pending = async () => {
    const found = await intake.pending(['person\nP1', 'person\nP2'].map((term) => ({ term, sinceMs: 0 })));
    return [...found.values()].map((some) => some.map(({ id }) => id));
  };
  expect(await pending()).toEqual([[stored.id, urgent.id], []]);
  await bring();
  expect(await pending()).toEqual([[stored.id, urgent.id], []]);
  await brought();
  expect(await pending()).toEqual([[stored.id, urgent.id], []]);
  expect(await intake.receipt(urgent.id)).toMatchObject({ state: 'QUEUED', lane: 'EMERGENCY' });
});

it('are told of at once, and are not sent before the store has them', async () => {
  const { note, intake, office, brought, reaches } = await openJournalled();
  const told: string[] = [];
  intake.listen(({ state, says }) => told.push(`${says.text} ${state}`));
  const { id } = await note('alarm', { about: 'P1', text: 'gas' });
  for (let turn = 0; turn < 20; turn += 1) await settled();
  expect([told, office.sent]).toEqual([['gas QUEUED'], 0]);
  await brought();
  await reaches({ id }, 'APPLIED');
  expect(office.effects.map(({ text }) => text)).toEqual(['gas']);
});

it('are kept where a person is forgotten, with what they build on', async () => {
  const { note, intake, office } = await openJournalled();
  amend(office.counter.mutations, 'alarm', { follows: ({ receipt }: { receipt?: string }) => receipt ?? null });
  const first = await note('note', { about: 'P1', text: 'a tap' });
  const other = await note('note', { about: 'P1', text: 'a door' });
  const urgent = await note('alarm', { about: 'P1', text: 'gas', receipt: first.id });
  const elsewhere = await note('alarm', { about: 'P2', text: 'water' });
  const { forgotten, kept } = await intake.forget(['person\nP1']);
  expect([forgotten, [...kept].sort()]).toEqual([[other.id], [first.id, urgent.id].sort()]);
  expect(kept).not.toContain(elsewhere.id);
});

it('leave nothing of what they said once they are forgotten, in none of their steps', async () => {
  const cipher = createCipher(new Map([['one', Buffer.alloc(32, 1)]]));
  const { note, intake, store } = await openMemoryDesk({ cipher });
  const { id } = await note('noteTwice', { about: 'P1', text: 'a tap' });
  const kept = async () => {
    const row = await store.db.selectFrom('receipt').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
    const steps = await store.db.selectFrom('receipt_step').selectAll().where('receipt', '=', id).execute();
    return JSON.stringify(createPapers(cipher).entry(row, steps));
  };
  expect((await kept()).match(/a tap/g)).toHaveLength(3);
  await intake.forget(['person\nP1']);
  expect(await kept()).not.toMatch(/a tap|P1|#L/);
});

it('are written down before all that waits with them', async () => {
  const memory = await openMemory();
  const { store, hold, letGo } = unwell(memory);
  const { note, intake, office } = await openMemoryDesk({ store });
  office.open = 'QUEUE';
  const told: string[] = [];
  intake.listen(({ says }) => told.push(says.text ?? ''));
  hold();
  const all = [note('note', { about: 'P', text: 'first' })];
  // The first is being written by now; a crowd waits behind it.
  for (let turn = 0; turn < 5; turn += 1) await settled();
  for (let count = 0; count < 250; count += 1) all.push(note('note', { about: `P${count}`, text: `${count}` }));
  all.push(note('alarm', { about: 'P1', text: 'gas' }));
  await settled();
  letGo();
  await Promise.all(all);
  expect(told.slice(0, 2)).toEqual(['first', 'gas']);
  expect(told).toHaveLength(252);
  await intake.close();
  await memory.close();
});

it('takes a key of 200 characters, and tells of a wrong receipt where in the input it stands', async () => {
  const { note, office } = await openMemoryDesk();
  expect(await note('note', { about: 'P1', text: 'a tap' }, 'k'.repeat(200))).toMatchObject({ state: 'APPLIED' });
  amend(office.counter.mutations, 'followOn', { follows: ({ work }: { work: { receipt: string } }) => work.receipt });
  const nested = { about: 'P1', text: 'a visit', work: { receipt: 'R0' } };
  const refused = await note('followOn', nested).catch((error) => error);
  expect(refused).toBeInstanceOf(InputRefused);
  expect(refused.problems).toMatchObject([{ field: 'work.receipt' }]);
});

it('builds on no receipt of another system', async () => {
  const { note, office, intake } = await openMemoryDesk();
  intake.serve({ ...office.counter, system: 'other' });
  const { id } = await note('note', { about: 'P1', text: 'a tap' });
  const visit = { client: 'form', mutation: 'followOn', idempotencyKey: 'key', channel: 'WEB' };
  const input = { about: 'P1', text: 'a visit', receipt: id };
  await expect(intake.submit({ ...visit, system: 'other', input })).rejects.toBeInstanceOf(InputRefused);
  expect(await intake.submit({ ...visit, system: 'office', input })).toMatchObject({ state: 'APPLIED' });
});

it('is counted by how it stands, how long the oldest open one waits, and how long it took to accept', async () => {
  const { note, office, intake, clock } = await openMemoryDesk();
  await note('note', { about: 'P1', text: 'a tap' });
  clock.leap(5_000);
  office.open = 'QUEUE';
  await note('note', { about: 'P1', text: 'a door' });
  clock.leap(2_000);
  expect((await intake.figures()).oldestOpenMs).toEqual(new Map([['office', 2_000]]));
  const { accepted, now } = createFigures({ counts: async () => [], oldestOpen: async () => new Map() }, clock);
  for (let tookMs = 1; tookMs <= 100; tookMs += 1) accepted(tookMs);
  expect(await now()).toMatchObject({ accepted: 100, acceptMs: { p50: 51, p99: 100 } });
  for (let count = 0; count < 1_000; count += 1) accepted(7);
  expect(await now()).toMatchObject({ accepted: 1_100, acceptMs: { p50: 7, p99: 7 } });
});

it('is answered as soon as its own patience is over, where it has one', async () => {
  const { note, office, clock, reaches } = await openMemoryDesk();
  amend(office.counter.mutations, 'note', { patienceMs: 2_000 });
  office.ways = ['HELD'];
  let state = '';
  const submitted = note('note', { about: 'P1', text: 'a tap' }).then((receipt) => {
    state = receipt.state;
    return receipt;
  });
  while (office.sent < 1) await settled();
  await clock.advance(1_999);
  expect(state).toBe('');
  await clock.advance(1);
  for (let turn = 0; turn < 5; turn += 1) await settled();
  expect(state).toBe('SENDING');
  office.wake();
  await reaches(await submitted, 'APPLIED');
});
