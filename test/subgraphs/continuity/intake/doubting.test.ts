// Writes of which nobody knows what became of them: left alone, then looked for or asked again as each declares, and never
// sent again by guess. And processes that end, or sleep, in the middle of one.
import { expect, it } from 'vitest';
import type { Receipt } from '../../../../subgraphs/continuity/intake.ts';
import { settled } from '../../../clock.ts';
import { onBothEngines } from '../../../stores.ts';
import { until } from '../../wire.ts';
import { createDesks, type Desk, type Way } from './office.ts';

const tap = { about: 'P1', text: 'a tap' };
const minutesMs = 60_000;

onBothEngines('doubtful writes', (place) => {
  const desks = createDesks(place);

  async function doubted(desk: Desk, mutation: string, way: Way) {
    desk.office.ways = [way];
    const noted = await desk.note(mutation, tap);
    // Of an emergency nobody waits for what comes of it.
    if (noted.lane === 'EMERGENCY') await desk.reaches(noted, 'AMBIGUOUS');
    const receipt = (await desk.intake.receipt(noted.id)) as Receipt;
    expect(receipt).toMatchObject({
      state: 'AMBIGUOUS',
      message: expect.stringContaining('You need not send it again'),
    });
    return receipt;
  }

  it.each(['LOST', 'LATE', 'RESET', 'NEVER'] as const)(
    'leaves one alone as long as the longest hang, by a clock that nobody sets: %s',
    async (way) => {
      const desk = await desks.open();
      const { office, intake, clock } = desk;
      await doubted(desk, 'noteReadBack', way);
      await intake.replay();
      clock.jump(60 * minutesMs);
      await intake.replay();
      await clock.advance(1.9 * minutesMs);
      await intake.replay();
      expect([office.looked, office.sent]).toEqual([0, 1]);
    },
  );

  it('looks for what it cannot ask again, and takes it for done where it is there', async () => {
    const desk = await desks.open();
    const { office, clock, reaches, intake } = desk;
    const receipt = await doubted(desk, 'noteReadBack', 'LOST');
    await clock.advance(2 * minutesMs);
    await reaches(receipt, 'APPLIED');
    expect([office.looked, office.sent, office.effects.length]).toEqual([1, 1, 1]);
    expect((await intake.receipt(receipt.id))?.made).toEqual([
      { id: `#${office.effects[0]?.reference}`, description: 'note' },
    ]);
  });

  it('takes it for done where it was done late, within the quarantine', async () => {
    const desk = await desks.open();
    const { office, clock, reaches } = desk;
    const receipt = await doubted(desk, 'noteReadBack', 'LATE');
    await clock.advance(1.5 * minutesMs);
    office.wake();
    await clock.advance(0.5 * minutesMs);
    await reaches(receipt, 'APPLIED');
    expect([office.looked, office.sent, office.effects.length]).toEqual([1, 1, 1]);
  });

  it('counts the quarantine of each lane by itself, however often the other is looked at', async () => {
    const desk = await desks.open();
    const { clock, reaches } = desk;
    const report = await doubted(desk, 'noteReadBack', 'LOST');
    const emergency = await doubted(desk, 'alarm', 'LOST');
    // Each lane is looked at every few seconds meanwhile.
    for (let seconds = 0; seconds < 130; seconds += 1) await clock.advance(1_000);
    await reaches(report, 'APPLIED');
    await reaches(emergency, 'APPLIED');
  });

  it('sends it again where it is not there', async () => {
    const desk = await desks.open();
    const { office, clock, reaches } = desk;
    const receipt = await doubted(desk, 'noteReadBack', 'NEVER');
    await clock.advance(2 * minutesMs);
    await reaches(receipt, 'QUEUED');
    await clock.advance(1_000);
    await reaches(receipt, 'APPLIED');
    expect([office.looked, office.sent, office.effects.length]).toEqual([1, 2, 1]);
  });

  it('waits where it cannot be looked for', async () => {
    const desk = await desks.open();
    const { office, clock, intake, reaches, states, sees } = desk;
    const receipt = await doubted(desk, 'noteReadBack', 'LOST');
    office.ways = ['AWAY'];
    await clock.advance(2 * minutesMs);
    await sees(() => office.looked === 1);
    await intake.replay();
    expect(states.get(receipt.id)).toBe('AMBIGUOUS');
    office.open = 'QUEUE';
    await clock.advance(10 * minutesMs);
    await intake.replay();
    expect(office.looked).toBe(1);
    office.opens();
    await reaches(receipt, 'APPLIED');
    expect(office.effects).toHaveLength(1);
  });

  it.each(['LOST', 'LATE', 'NEVER'] as const)(
    'asks again where the system knows the reference: one effect, the same reference: %s',
    async (way) => {
      const desk = await desks.open();
      const { office, clock, reaches } = desk;
      const receipt = await doubted(desk, 'note', way);
      await clock.advance(2 * minutesMs);
      await reaches(receipt, 'APPLIED');
      office.wake();
      expect([office.looked, office.sent, office.effects.length]).toEqual([0, 2, 1]);
      expect(office.effects[0]?.reference).toBe(receipt.steps[0]?.reference);
    },
  );

  it('stays in doubt when what is asked again certainly is not done: the first may have been', async () => {
    const desk = await desks.open();
    const { office, clock, intake, states, reaches, sees } = desk;
    const receipt = await doubted(desk, 'note', 'LOST');
    office.ways = ['REFUSED_CONNECTION'];
    await clock.advance(2 * minutesMs);
    await sees(() => office.sent === 2);
    await intake.replay();
    expect(states.get(receipt.id)).toBe('AMBIGUOUS');
    await expect(intake.cancel(receipt.id, 'Ms Patel', 'no more')).rejects.toThrow('may have been done');
    await clock.advance(3 * minutesMs);
    await reaches(receipt, 'APPLIED');
    expect(office.effects).toHaveLength(1);
  });

  it('never sends again what nobody would recognise: a person decides', async () => {
    const desk = await desks.open();
    const { office, clock, intake, reaches } = desk;
    const receipt = await doubted(desk, 'noteOnce', 'NEVER');
    const behind = await desk.note('note', { about: 'P1', text: 'a door' });
    await clock.advance(60 * minutesMs);
    await intake.replay();
    expect([office.looked, office.sent]).toEqual([0, 1]);
    await intake.settle(receipt.id, 'SETTLED', 'Ms Patel', 'I rang them');
    await reaches(behind, 'APPLIED');
    expect(await intake.receipt(receipt.id)).toMatchObject({
      state: 'SETTLED',
      settledBy: { who: 'Ms Patel', why: 'I rang them' },
    });
    expect(office.sent).toBe(2);
  });

  it('holds up what is behind a doubt', async () => {
    const desk = await desks.open();
    const { office, clock, reaches } = desk;
    await doubted(desk, 'noteReadBack', 'LATE');
    const behind = await desk.note('note', { about: 'P1', text: 'a door' });
    expect(behind.state).toBe('QUEUED');
    office.wake();
    await clock.advance(2 * minutesMs);
    await reaches(behind, 'APPLIED');
    expect(office.effects.map(({ text }) => text)).toEqual(['a tap', 'a door']);
  });

  it('answers what must not wait with no, once it is known not to be there', async () => {
    const desk = await desks.open();
    const { office, clock, reaches, intake } = desk;
    const receipt = await doubted(desk, 'nowReadBack', 'NEVER');
    await clock.advance(2 * minutesMs);
    await reaches(receipt, 'REFUSED');
    expect((await intake.receipt(receipt.id))?.message).toContain('Not while we are closed.');
    await intake.replay();
    expect([office.looked, office.sent]).toEqual([1, 1]);
  });

  it.each(['note', 'noteReadBack'])(
    'doubts what a process was sending that is no more, and finds out: %s',
    async (mutation) => {
      const first = await desks.open({ process: 'first', numbers: { leaseMs: 1, turnMs: 1 } });
      const { office } = first;
      office.ways = ['HELD'];
      void first.note(mutation, tap);
      await until(() => office.sent === 1);
      const [receipt] = await first.intake.receipts({ first: 1 });
      if (!receipt) throw new Error('no receipt');
      expect(receipt.state).toBe('SENDING');
      const second = await desks.beside(first, { process: 'second' });
      await second.reaches(receipt, 'AMBIGUOUS');
      // Its quarantine counts from when it is looked at.
      await second.intake.replay();
      await second.clock.advance(1.5 * minutesMs);
      expect(office.sent).toBe(1);
      // It answers after all, and who asked has been taken for dead: what they say of it no longer counts.
      office.wake();
      await until(() => office.effects.length === 1);
      await second.clock.advance(0.5 * minutesMs);
      await second.reaches(receipt, 'APPLIED');
      expect(office.effects).toHaveLength(1);
      const token = await second.store.db.selectFrom('receipt').select('token').executeTakeFirstOrThrow();
      expect(token.token).toBeGreaterThan(1);
    },
  );

  it('has a process that slept until another took over send nothing', async () => {
    const first = await desks.open({ process: 'first', numbers: { leaseMs: 1, turnMs: 1 } });
    const { office } = first;
    office.ways = ['PAUSED'];
    const submitted = first.note('noteReadBack', tap);
    await until(() => office.ways.length === 0);
    const second = await desks.beside(first, { process: 'second' });
    await until(() => office.effects.length === 1);
    office.wake();
    // It learns that it is not its own any more as it writes down that it sends.
    await submitted;
    await second.intake.replay();
    expect([office.sent, office.effects.length]).toEqual([1, 1]);
    expect(first.failures).toEqual([]);
    const ledger = await second.intake.ledger();
    expect(ledger).toMatchObject({ accepted: 1, applied: 1, open: 0 });
  });

  it('sends nothing when its lease is over by the time that is written down', async () => {
    const desk = await desks.open({ process: 'first' });
    // Only where others could have it.
    if (desk.store.engine === 'SQLITE') return;
    const { office, clock, note } = desk;
    office.ways = ['PAUSED'];
    const submitted = note('noteReadBack', tap);
    await until(() => office.ways.length === 0);
    const locked = Promise.withResolvers<void>();
    const slept = Promise.withResolvers<void>();
    const holding = desk.store.db.transaction().execute(async (trx) => {
      await trx.selectFrom('receipt').select('id').forUpdate().execute();
      locked.resolve();
      await slept.promise;
    });
    await locked.promise;
    office.wake();
    await settled();
    // While it is written down, the machine sleeps.
    clock.leap(10 * minutesMs);
    slept.resolve();
    await holding;
    await submitted;
    expect(office.sent).toBe(0);
  });

  it('has each write sent once and in order where two processes replay', async () => {
    const first = await desks.open({ process: 'first' });
    if (first.store.engine === 'SQLITE') return;
    const { office } = first;
    office.open = 'QUEUE';
    const receipts: { id: string }[] = [];
    for (let count = 0; count < 6; count += 1)
      receipts.push(await first.note('note', { about: `P${count % 2}`, text: `${count}` }));
    const second = await desks.beside(first, { process: 'second' });
    office.opens();
    const isApplied = ({ id }: { id: string }) => [first, second].some(({ states }) => states.get(id) === 'APPLIED');
    await until(() => receipts.every(isApplied));
    expect(office.effects).toHaveLength(6);
    expect(office.effects.filter(({ text }) => Number(text) % 2 === 0).map(({ text }) => text)).toEqual([
      '0',
      '2',
      '4',
    ]);
    expect(await first.intake.ledger()).toMatchObject({ accepted: 6, applied: 6, open: 0 });
  });
});
