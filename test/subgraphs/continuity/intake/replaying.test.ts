// What had to wait is sent as an operator asks, no faster than a system that is just back can bear, and none of it is forgotten
// behind others. The same on every engine.
import { expect, it } from 'vitest';
import { intakeNumbers } from '../../../../subgraphs/continuity/intake/numbers.ts';
import { settled } from '../../../clock.ts';
import { amend, type Desk, openMemoryDesk } from './office.ts';

/** Writes that wait, each about something else. */
async function waitFor(desk: Desk, count: number, mutation = 'note'): Promise<void> {
  desk.office.open = 'QUEUE';
  const all = Array.from({ length: count }, (_each, at) => `${mutation} ${at}`);
  await Promise.all(all.map((text) => desk.note(mutation, { about: text, text })));
}

/** Lets so many seconds pass; gives how many have been sent by the end of each. */
async function passes({ clock, office }: Desk, seconds: number): Promise<number[]> {
  const sent: number[] = [];
  for (let second = 0; second < seconds; second += 1) {
    for (let ms = 0; ms < 1_000; ms += 50) await clock.advance(50);
    sent.push(office.sent);
  }
  return sent;
}

const { perSecond, mostAtOnce } = intakeNumbers;

it('sends at most as many a second as an operator says, and afterwards as many as usual', async () => {
  const desk = await openMemoryDesk({ numbers: { perSecond } });
  const { office, intake } = desk;
  await waitFor(desk, 10);
  office.open = 'TAKE';
  let over = false;
  void intake.replay({ perSecond: 2 }).then(() => (over = true));
  const [first = 0, second = 0, third = 0] = await passes(desk, 3);
  expect(first).toBeLessThanOrEqual(3);
  expect(second - first).toBeLessThanOrEqual(2);
  expect(third).toBeGreaterThanOrEqual(5);
  await passes(desk, 3);
  expect([over, office.sent]).toEqual([true, 10]);
  await waitFor(desk, 30, 'noteReadBack');
  office.opens();
  const [usual = 0] = await passes(desk, 1);
  expect(usual - 10).toBeGreaterThan(10);
});

it('sends twenty a second and eight at once at most where nobody says otherwise', async () => {
  const desk = await openMemoryDesk({ numbers: { perSecond } });
  const { office } = desk;
  await waitFor(desk, 50);
  office.opens();
  const counts = await passes(desk, 2);
  expect([perSecond, mostAtOnce]).toEqual([20, 8]);
  expect(counts[0]).toBeLessThanOrEqual(21);
  expect((counts[1] ?? 0) - (counts[0] ?? 0)).toBeLessThanOrEqual(20);
  expect(counts[1]).toBeGreaterThan(30);
});

it('keeps no emergency waiting for its second', async () => {
  const desk = await openMemoryDesk({ numbers: { perSecond: 0.1 } });
  await waitFor(desk, 5, 'alarm');
  desk.office.opens();
  const [sent] = await passes(desk, 1);
  expect(sent).toBe(5);
});

it('sends only what is for the system that is named', async () => {
  const desk = await openMemoryDesk();
  const { office, intake } = desk;
  await waitFor(desk, 2);
  office.open = 'TAKE';
  const told: number[][] = [];
  const onProgress = (...figures: number[]) => told.push(figures);
  await intake.replay({ system: 'other', onProgress });
  expect([office.sent, told]).toEqual([0, []]);
  await intake.replay({ system: 'office', onProgress });
  expect(office.sent).toBe(2);
  expect(told).toEqual([
    [1, 1],
    [2, 0],
  ]);
});

it('comes to what waits behind more than are looked at in one go', async () => {
  const desk = await openMemoryDesk();
  const { office, intake, reaches } = desk;
  office.isDay = false;
  await waitFor(desk, 250, 'byDay');
  const last = await desk.note('note', { about: 'P1', text: 'a tap' });
  office.opens();
  await reaches(last, 'APPLIED');
  expect(await intake.ledger()).toMatchObject({ applied: 1, open: 250 });
});

it('waits no longer than until its backend is back, however long that was away', async () => {
  const { office, note, intake, clock, reaches } = await openMemoryDesk();
  office.ways = Array.from({ length: 12 }, () => 'AWAY');
  const receipt = await note('note', { about: 'P1', text: 'a tap' });
  // By now the next try would come after minutes.
  for (let tries = 0; office.ways.length > 0; tries += 1) {
    expect(tries).toBeLessThan(50);
    await clock.advance(150_000);
  }
  await intake.replay();
  expect(office.sent).toBe(0);
  office.opens();
  await reaches(receipt, 'APPLIED');
});

it('asks nothing new of a system for whose other half only what had to wait may go', async () => {
  const desk = await openMemoryDesk();
  const { office, clock, note, reaches } = desk;
  const { steps, mutations } = office.counter;
  const target = { backend: 'files', read: async () => ({}), compare: () => 'SAME', another: 'No.', unknown: 'Look.' };
  amend(steps, 'noteByKey', { target });
  const planned = (input: unknown) => [{ kind: 'noteByKey', title: 'note it', input, target: {} }];
  amend(mutations, 'note', { steps: planned });
  office.counter.open = (backend) => (backend === 'files' ? 'DRAIN' : office.open);
  const receipt = await note('note', { about: 'P1', text: 'a tap' });
  expect([receipt.state, office.classes]).toEqual(['QUEUED', []]);
  await clock.advance(1_000);
  await reaches(receipt, 'APPLIED');
  expect(office.classes.map(({ background }) => background)).toEqual([true, true]);
});

it('has what became of a write written down as soon as the store takes it, and does not do it again meanwhile', async () => {
  const desk = await openMemoryDesk();
  const { office, note, clock, reaches, failures, store } = desk;
  office.ways = ['HELD'];
  const submitted = note('noteReadBack', { about: 'P1', text: 'a tap' });
  while (office.sent < 1) await settled();
  await store.db.schema.alterTable('receipt_step').renameTo('gone').execute();
  office.wake();
  while (office.effects.length < 1 || failures.length < 1) await settled();
  await clock.advance(10_000);
  await store.db.schema.alterTable('gone').renameTo('receipt_step').execute();
  await clock.advance(2_000);
  const receipt = await submitted;
  await reaches(receipt, 'APPLIED');
  expect([office.sent, office.effects.length]).toEqual([1, 1]);
});
