// What may have been done once is never done again by guess, and what must not go out any more does not: doubts after doubts,
// requests that one attempt sends twice, systems that are cut off while a write is on its way. The same on every engine.
import { expect, it } from 'vitest';
import { WireError } from '../../../../subgraphs/continuity/errors.ts';
import { intakeNumbers } from '../../../../subgraphs/continuity/intake/numbers.ts';
import type { Mutation, Step } from '../../../../subgraphs/continuity/mutation.ts';
import { settled } from '../../../clock.ts';
import { until } from '../../wire.ts';
import { createOffice, type Note, type Office, openMemoryDesk } from './office.ts';

const tap = { about: 'P1', text: 'a tap' };
const { quarantineMs } = intakeNumbers;

/** An office with one step of a test's own, made of one that it has, and a mutation `odd` of that step. */
function officeWith(
  of: 'noteByKey' | 'noteReadBack',
  step: Partial<Step<Note, unknown>>,
  odd: Partial<Mutation<Note>> = {},
): Office {
  const office = createOffice();
  const { mutations, steps } = office.counter;
  Object.assign(steps, { odd: { ...steps[of], ...step } });
  Object.assign(mutations, {
    odd: { ...mutations.note, steps: (input: Note) => [{ kind: 'odd', title: 'note it', input }], ...odd },
  });
  return office;
}

it('leaves it to a person where it is not there and a repeat would be recognised by nobody: nobody is rung twice', async () => {
  const office = officeWith('noteReadBack', { repeat: 'NEVER' });
  const { note, clock, sees, intake } = await openMemoryDesk({ office });
  office.ways = ['NEVER'];
  const receipt = await note('odd', tap);
  expect(receipt.state).toBe('AMBIGUOUS');
  await clock.advance(quarantineMs);
  await sees(() => office.looked > 0);
  clock.leap(60 * 60_000);
  await intake.replay();
  expect(await intake.receipt(receipt.id)).toMatchObject({ state: 'AMBIGUOUS', steps: [{ attempts: 1 }] });
  expect(office.sent).toBe(1);
  // It is looked for again: the exchange may be behind.
  expect(office.looked).toBeGreaterThan(1);
});

it('takes it for done where it is found, though a repeat would be recognised by nobody', async () => {
  const office = officeWith('noteReadBack', { repeat: 'NEVER' });
  const { note, clock, reaches } = await openMemoryDesk({ office });
  office.ways = ['LOST'];
  const receipt = await note('odd', tap);
  await clock.advance(quarantineMs);
  await reaches(receipt, 'APPLIED');
  expect([office.sent, office.effects.length]).toEqual([1, 1]);
});

it('leaves a second doubt alone as long as the first, before it is looked for', async () => {
  const { note, clock, office, reaches, sees, intake } = await openMemoryDesk();
  office.ways = ['NEVER', 'OK', 'LATE'];
  const receipt = await note('noteReadBack', tap);
  await clock.advance(quarantineMs);
  await reaches(receipt, 'QUEUED');
  await clock.advance(1_000);
  await sees(() => office.sent === 2);
  await reaches(receipt, 'AMBIGUOUS');
  await clock.advance(0.9 * quarantineMs);
  await intake.replay();
  expect([office.looked, office.sent]).toEqual([1, 2]);
  office.wake();
  await clock.advance(0.1 * quarantineMs);
  await reaches(receipt, 'APPLIED');
  expect([office.looked, office.sent, office.effects.length]).toEqual([2, 2, 1]);
});

it('leaves a second doubt alone as long as the first, before it is asked again by its key', async () => {
  const { note, clock, office, reaches, sees, intake, states } = await openMemoryDesk();
  office.ways = ['NEVER', 'LATE'];
  const receipt = await note('note', tap);
  await clock.advance(quarantineMs);
  await sees(() => office.sent === 2 && states.get(receipt.id) === 'AMBIGUOUS');
  await clock.advance(0.9 * quarantineMs);
  await intake.replay();
  expect(office.sent).toBe(2);
  office.wake();
  await clock.advance(0.1 * quarantineMs);
  await reaches(receipt, 'APPLIED');
  expect(office.effects).toHaveLength(1);
});

it('is in doubt where one attempt has sent twice, and only the last was turned away', async () => {
  const office = officeWith('noteReadBack', {
    async apply({ text }, { reference, sending, made }) {
      await sending();
      office.sent += 1;
      office.effects.push({ reference, text, made });
      // As when a session has lapsed: it is sent once more, under a new one.
      await sending();
      office.sent += 1;
      throw new WireError('BUSY', 'busy');
    },
  });
  const { note, clock, reaches } = await openMemoryDesk({ office });
  const receipt = await note('odd', tap);
  expect(receipt).toMatchObject({ state: 'AMBIGUOUS', steps: [{ attempts: 1 }] });
  await clock.advance(quarantineMs);
  await reaches(receipt, 'APPLIED');
  expect([office.looked, office.sent, office.effects.length]).toEqual([1, 2, 1]);
});

it('finds out about a doubt at any hour, though what had to wait may be sent by day alone', async () => {
  const { note, office, clock, reaches } = await openMemoryDesk();
  office.ways = ['LOST'];
  const receipt = await note('byDay', tap);
  office.isDay = false;
  await clock.advance(quarantineMs);
  await reaches(receipt, 'APPLIED');
  expect(office.effects).toHaveLength(1);
});

it('sends nothing to a system that was cut off while the write was on its way to it', async () => {
  const { note, office, reaches, intake } = await openMemoryDesk();
  office.ways = ['PAUSED'];
  const submitted = note('noteReadBack', tap);
  await until(() => office.ways.length === 0);
  office.open = 'QUEUE';
  office.wake();
  const receipt = await submitted;
  expect(receipt.state).toBe('QUEUED');
  await intake.replay();
  expect(office.sent).toBe(0);
  office.opens();
  await reaches(receipt, 'APPLIED');
  expect([office.sent, office.effects.length]).toEqual([1, 1]);
});

it.each(['before that is written down', 'while that is written down'])(
  'sends nothing once the time for the call is over: %s',
  async (when) => {
    const office = createOffice();
    const ended = Promise.withResolvers<never>();
    const control = new AbortController();
    const { call } = office.counter;
    office.counter.call = (_backend, work) => Promise.race([work(control.signal), ended.promise]);
    const { note, reaches, intake, clock } = await openMemoryDesk({ office });
    const end = () => {
      const late = new WireError('TIMEOUT', 'no answer in time');
      control.abort(late);
      ended.reject(late);
    };
    office.ways = ['PAUSED'];
    const submitted = note('noteReadBack', tap);
    await until(() => office.ways.length === 0);
    if (when.startsWith('while')) control.signal.addEventListener('pause', end);
    else end();
    if (when.startsWith('before')) await submitted;
    office.wake();
    const receipt = await submitted;
    for (let turn = 0; turn < 20; turn += 1) await settled();
    expect(office.sent).toBe(0);
    expect(await intake.receipt(receipt.id)).toMatchObject({ state: 'QUEUED' });
    office.counter.call = call;
    await clock.advance(2_000);
    await reaches(receipt, 'APPLIED');
    expect([office.sent, office.effects.length]).toEqual([1, 1]);
  },
);

it('does not count the time that Lintel writes in against the system', async () => {
  const office = createOffice();
  const told: string[] = [];
  const { signal } = new AbortController();
  for (const type of ['pause', 'resume']) signal.addEventListener(type, () => told.push(type));
  office.counter.call = (_backend, work) => work(signal);
  const { note } = await openMemoryDesk({ office });
  expect(await note('note', tap)).toMatchObject({ state: 'APPLIED' });
  expect(told).toEqual(['pause', 'resume']);
});

it('does not overtake one that is being sent just now', async () => {
  const { note, office, reaches } = await openMemoryDesk();
  office.ways = ['HELD'];
  const first = note('note', tap);
  await until(() => office.sent === 1);
  const second = await note('note', { about: 'P1', text: 'a door' });
  expect(second.state).toBe('QUEUED');
  expect(office.sent).toBe(1);
  office.wake();
  await first;
  await reaches(second, 'APPLIED');
  expect(office.effects.map(({ text }) => text)).toEqual(['a tap', 'a door']);
});

it('goes on with what is half done, and takes what is in doubt for neither done nor undone, though it must not wait', async () => {
  const office = officeWith(
    'noteReadBack',
    {},
    {
      whileDown: { refuse: 'Not while we are closed.' },
      steps: (input) => [1, 2].map((time) => ({ kind: 'odd', title: `note it ${time}`, input })),
    },
  );
  const { note, clock, reaches, sees, intake } = await openMemoryDesk({ office });
  office.ways = ['OK', 'AWAY'];
  const half = await note('odd', tap);
  expect(half).toMatchObject({ state: 'QUEUED', steps: [{ state: 'APPLIED' }, { state: 'QUEUED' }] });
  await clock.advance(1_000);
  await reaches(half, 'APPLIED');
  office.ways = ['LOST', 'AWAY'];
  const doubtful = await note('nowReadBack', { about: 'P2', text: 'a door' });
  const looked = office.looked;
  await clock.advance(quarantineMs);
  await sees(() => office.looked > looked);
  expect(await intake.receipt(doubtful.id)).toMatchObject({ state: 'AMBIGUOUS' });
  await clock.advance(60_000);
  await reaches(doubtful, 'APPLIED');
});

it('refuses what must not wait and that nobody has tried, where its system is away when that is found', async () => {
  const first = await openMemoryDesk({ process: 'first' });
  const { office, store, clock } = first;
  office.ways = ['PAUSED'];
  const submitted = first.note('now', tap);
  await until(() => office.ways.length === 0);
  const [receipt] = await first.intake.receipts({ first: 1 });
  if (!receipt) throw new Error('no receipt');
  // The process is no more; the next one finds the system down.
  office.open = 'QUEUE';
  const second = await openMemoryDesk({ office, store, clock, process: 'second' });
  await second.reaches(receipt, 'REFUSED');
  expect(await second.intake.receipt(receipt.id)).toMatchObject({
    message: expect.stringContaining('Not while we are'),
  });
  office.wake();
  await submitted;
  expect(office.sent).toBe(0);
});

it.each([
  ['SETTLED', ['NEVER'], 'dealt with otherwise'],
  ['REFUSED', ['AWAY', 'REFUSED'], 'was refused'],
  ['CANCELLED', ['AWAY'], 'was taken back'],
] as const)('does not do what builds on a write that is %s, and says why', async (state, ways, why) => {
  const { note, office, intake, reaches, clock } = await openMemoryDesk();
  office.waysOf = { 'a tap': [...ways] };
  const first = await note('noteReadBack', tap);
  const then = await note('followOn', { about: 'P1', text: 'a visit', receipt: first.id });
  expect(then.state).toBe('QUEUED');
  if (state === 'SETTLED') await intake.settle(first.id, 'SETTLED', 'Ms Patel', 'A plumber was there.');
  if (state === 'CANCELLED') await intake.cancel(first.id, 'Ms Patel', 'It is dry.');
  await clock.advance(1_000);
  await reaches(then, 'REFUSED');
  expect(await intake.receipt(first.id)).toMatchObject({ state });
  expect((await intake.receipt(then.id))?.message).toContain(why);
  expect(office.effects).toEqual([]);
});
