// What is still on its way beside what is recorded, as every system's resolvers ask for it and clients see it.
import { GraphQLError } from 'graphql';
import { expect, it } from 'vitest';
import { isoInstant } from '../../../subgraphs/continuity/clock.ts';
import type { Provenance } from '../../../subgraphs/continuity/definition.ts';
import type { Intake } from '../../../subgraphs/continuity/intake.ts';
import {
  foundBy,
  pendingOf,
  receiptFields,
  receiptsMade,
  recordedFrom,
} from '../../../subgraphs/continuity/receipt.ts';
import { deadlineFields, deadlinesOf } from '../../../subgraphs/continuity/statutory.ts';
import { writesOf } from '../../../subgraphs/continuity/writes.ts';
import { amend, type Desk, openMemoryDesk } from './intake/office.ts';

const forbidden = new GraphQLError('No.', { extensions: { code: 'FORBIDDEN' } });
const writing = (intake: Intake | null, system = 'office') =>
  writesOf(system, intake, { client: 'form' }, { forbidden });
const recorded = (atMs: number): Provenance => ({ system: 'office', source: 'LIVE', asOf: isoInstant(atMs) });

/** What is shown as pending of somebody: what it says, and how it stands. */
async function shown({ intake }: Pick<Desk, 'intake'>, since?: Provenance, mutations?: string[], who = ['P1']) {
  const about = who.map((each): ['person', string] => ['person', each]);
  const found = await pendingOf(writing(intake), about, since, mutations);
  return found.map(({ says, receipt: { state } }) => `${says[0]?.value} ${state}`);
}

it('is shown until what is recorded is younger than it', async () => {
  const desk = await openMemoryDesk();
  const { note, clock } = desk;
  const beforeMs = clock.now();
  clock.leap(1_000);
  await note('note', { about: 'P1', text: 'a tap' });
  clock.leap(1_000);
  expect(await shown(desk, recorded(beforeMs))).toEqual(['a tap APPLIED']);
  // The record that can be read has it by now: it is not shown a second time beside it.
  expect(await shown(desk, recorded(clock.now()))).toEqual([]);
  // Nothing recorded can be had: what is long since done is of no use to anybody.
  expect(await shown(desk)).toEqual([]);
});

it('is shown in the order of acceptance, once, whatever it is found by, and only of the mutations that are meant', async () => {
  const desk = await openMemoryDesk();
  const { note, clock, office } = desk;
  office.open = 'QUEUE';
  amend(office.counter.mutations, 'note', {
    terms: ({ about }: { about: string }) => [`person\n${about}`, 'person\nP0'],
  });
  for (const [at, mutation] of ['note', 'noteTwice', 'note'].entries()) {
    clock.leap(1_000);
    await note(mutation, { about: at === 2 ? 'P0' : 'P1', text: `${at}` });
  }
  expect(await shown(desk, undefined, undefined, ['P0', 'P1'])).toEqual(['0 QUEUED', '1 QUEUED', '2 QUEUED']);
  expect(await shown(desk, undefined, ['noteTwice'], ['P0', 'P1'])).toEqual(['1 QUEUED']);
  expect(await shown(desk, undefined, undefined, ['P2', ''])).toEqual([]);
});

it('says of each that it is the word of Lintel, since when, and all that its receipt says', async () => {
  const desk = await openMemoryDesk();
  const { note, clock, office, intake } = desk;
  office.ways = ['AWAY', 'AWAY'];
  amend(office.counter.mutations, 'noteTwice', { clocks: () => ['MUTUAL_EXCHANGE'] });
  const acceptedAt = isoInstant(clock.now());
  const receivedAt = isoInstant(clock.now() - 86_400_000);
  const { id } = await note('noteTwice', { about: 'P1', text: 'a tap', receivedAt } as never);
  await clock.advance(500);
  const [found] = await pendingOf(writing(intake), [['person', 'P1']]);
  const changedAt = isoInstant(clock.now());
  expect(found).toMatchObject({
    says: [{ name: 'text', value: 'a tap' }],
    provenance: { system: 'office', source: 'INTAKE', asOf: acceptedAt },
    receipt: { id, state: 'QUEUED', acceptedAt, receivedAt, changedAt, mutation: 'noteTwice' },
  });
  // Its clock runs from when it was received.
  const deadlines = deadlinesOf('MUTUAL_EXCHANGE', Date.parse(receivedAt)).map(deadlineFields);
  expect(deadlines.length).toBeGreaterThan(0);
  expect(found?.receipt.deadlines).toEqual(deadlines);
  await clock.advance(1_000);
  await desk.reaches({ id }, 'APPLIED');
  const receipt = await writing(intake).receipt(id);
  const fields = receiptFields(receipt as never);
  expect(fields).toMatchObject({ state: 'APPLIED', acceptedAt, receivedAt, changedAt: isoInstant(clock.now()) });
  expect(fields.steps).toMatchObject([
    { title: 'note it', backend: 'desk', state: 'APPLIED', attempts: 1, message: null },
    { title: 'note it again', appliedAt: isoInstant(clock.now()) },
  ]);
  expect(fields.made).toHaveLength(2);
  expect(fields.made[0]).toMatchObject({ allocatedBy: 'office', id: `#${fields.steps[0]?.reference}` });
});

it('asks the store once for all that is asked at once, and gives each what it asked for', async () => {
  const { note, clock, intake, failures } = await openMemoryDesk();
  const beforeMs = clock.now();
  clock.leap(1_000);
  const [first, second] = [
    await note('note', { about: 'P1', text: 'a tap' }),
    await note('note', { about: 'P2', text: 'a door' }),
  ];
  let asked = 0;
  const { pending } = writing({
    ...intake,
    async pending(terms) {
      asked += 1;
      return intake.pending(terms);
    },
  });
  const found = await Promise.all([
    pending('person\nP1', beforeMs),
    pending('person\nP1', clock.now()),
    pending('person\nP2', clock.now()),
    pending('person\nP2', beforeMs),
  ]);
  expect(found.map((some) => some.map(({ id }) => id))).toEqual([[first.id], [], [], [second.id]]);
  expect([asked, failures]).toEqual([1, []]);
  // What is younger than the record of one is shown, however young the record of another is.
  const both = await Promise.all([pending('person\nP1', beforeMs), pending('person\nP2', clock.now())]);
  expect(both.map((some) => some.map(({ id }) => id))).toEqual([[first.id], []]);
});

it('is found by the number of what it has made, among those of that mutation alone', async () => {
  const { note, intake } = await openMemoryDesk();
  const { id, made } = await note('note', { about: 'P1', text: 'a tap' });
  await note('note', { about: 'P1', text: 'a door' });
  const number = made[0]?.id ?? '';
  const found = async (wanted: string, mutation: string) =>
    (await receiptsMade(writing(intake), wanted, mutation)).map((one) => one.id);
  expect(await found(number, 'note')).toEqual([id]);
  expect(await found(number, 'noteTwice')).toEqual([]);
  expect(await found('#L0', 'note')).toEqual([]);
});

it('tells one system nothing of the receipts of another', async () => {
  const { note, intake, office } = await openMemoryDesk();
  office.open = 'QUEUE';
  const { id } = await note('note', { about: 'P1', text: 'a tap' });
  const [own, other] = [writing(intake), writing(intake, 'other')];
  const heard: string[] = [];
  for (const [name, { listen }] of [['own', own] as const, ['other', other] as const])
    listen((receipt) => heard.push(`${name} ${receipt.says.text}`));
  await note('note', { about: 'P1', text: 'a door' });
  expect(heard).toEqual(['own a door']);
  expect([(await own.receipt(id))?.id, await other.receipt(id)]).toEqual([id, null]);
  expect([(await own.receipts({ first: 9 })).length, await other.receipts({ first: 9 })]).toEqual([2, []]);
  expect(await other.pending('person\nP1', 0)).toEqual([]);
});

it('says that the store is down, and not that nothing is pending', async () => {
  const { intake, store, failures } = await openMemoryDesk();
  await store.db.schema.dropTable('receipt_term').execute();
  const told: string[] = [];
  const { pending } = writesOf('office', intake, {}, { forbidden, onFailure: (what) => told.push(what) });
  await expect(pending('person\nP1', 0)).rejects.toMatchObject({ extensions: { code: 'STORE_DOWN', retryable: true } });
  expect([told, failures]).toEqual([['reading receipts'], []]);
  const nothing = writing(null);
  const written = nothing.write('note', { about: 'P1', text: 'a tap' }, 'key');
  await expect(written).rejects.toMatchObject({ extensions: { code: 'STORE_DOWN' } });
  expect(await nothing.pending('person\nP1', 0)).toEqual([]);
});

it('takes the time of a record from where it is said, and none where it cannot be had', async () => {
  const said = recorded(1_000);
  const read = async () => ({ value: 'it', provenance: recorded(2_000) });
  const fails = async () => Promise.reject(new Error('away'));
  expect(await recordedFrom({ provenance: said }, fails)).toBe(said);
  expect(await recordedFrom({}, read)).toEqual(recorded(2_000));
  expect(await recordedFrom({ provenance: null }, fails)).toBeUndefined();
  expect([await foundBy(read), await foundBy(fails)]).toEqual(['it', null]);
});
