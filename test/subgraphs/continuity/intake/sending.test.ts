// What is sent, when, in which order, and what comes of it where nobody doubts what that was.
import { expect, it } from 'vitest';
import type { Receipt } from '../../../../subgraphs/continuity/intake.ts';
import { onBothEngines } from '../../../stores.ts';
import { until } from '../../wire.ts';
import { createDesks, type Desk } from './office.ts';

const tap = { about: 'P1', text: 'a tap' };

onBothEngines('sending writes', (place) => {
  const desks = createDesks(place);

  const texts = ({ office }: Desk) => office.effects.map(({ text }) => text);
  it('waits for the system as long as patience lasts; the attempt itself goes on', async () => {
    const { office, note, intake, reaches, clock } = await desks.open();
    office.ways = ['HELD'];
    const submitted = note('note', tap);
    await until(() => office.sent === 1);
    await clock.advance(300);
    const receipt = await submitted;
    expect(receipt).toMatchObject({ state: 'SENDING', message: expect.stringContaining('passing it on now') });
    office.wake();
    await reaches(receipt, 'APPLIED');
    expect(await intake.receipt(receipt.id)).toMatchObject({ state: 'APPLIED', steps: [{ attempts: 1 }] });
    expect(office.sent).toBe(1);
  });

  it('says what was refused, with the reason, and does not try again', async () => {
    const { office, note, intake } = await desks.open();
    office.ways = ['REFUSED'];
    const receipt = await note('note', tap);
    expect(receipt).toMatchObject({
      state: 'REFUSED',
      message: 'This could not be done. The desk says no.',
      steps: [{ state: 'REFUSED', message: 'The desk says no.' }],
    });
    await intake.replay();
    expect(office.sent).toBe(1);
  });

  it.each(['AWAY', 'REFUSED_CONNECTION', 'BUSY', 'LOCKED'] as const)(
    'tries again what was certainly not done: %s',
    async (way) => {
      const { office, note, intake, clock, reaches } = await desks.open();
      office.ways = [way];
      const receipt = await note('note', tap);
      expect(receipt).toMatchObject({ state: 'QUEUED', message: 'We have noted a tap.' });
      await intake.replay();
      expect(office.effects).toHaveLength(0);
      await clock.advance(1_000);
      await reaches(receipt, 'APPLIED');
      expect(office.effects).toHaveLength(1);
    },
  );

  it('sends what had to wait only at an hour that it may be sent at, and nothing else waits for that', async () => {
    const { office, note, intake, clock, reaches } = await desks.open();
    office.isDay = false;
    office.ways = ['AWAY', 'AWAY'];
    const byDay = await note('byDay', tap);
    const atAnyHour = await note('note', { about: 'P2', text: 'a door' });
    expect([byDay.state, atAnyHour.state]).toEqual(['QUEUED', 'QUEUED']);
    await intake.replay();
    await clock.advance(2_000);
    await reaches(atAnyHour, 'APPLIED');
    await clock.advance(60_000);
    await intake.replay();
    expect((await intake.receipt(byDay.id))?.state).toBe('QUEUED');
    office.isDay = true;
    await intake.replay();
    await reaches(byDay, 'APPLIED');
    expect(texts({ office } as Desk)).toEqual(['a door', 'a tap']);
  });

  it('never parks what waits for a system that is away, however often it was tried', async () => {
    const { office, note, intake, clock, reaches, sees } = await desks.open();
    office.ways = Array.from({ length: 30 }, () => 'AWAY');
    const receipt = await note('note', tap);
    for (let tries = 1; tries < 30; tries += 1) {
      await intake.replay();
      await clock.advance(5 * 60_000);
      await sees(() => office.ways.length <= 30 - tries);
    }
    await intake.replay();
    await clock.advance(5 * 60_000);
    await reaches(receipt, 'APPLIED');
  });

  it('never parks what waits for a record that somebody has open, and holds up nothing else for it', async () => {
    const { office, note, intake, clock, reaches } = await desks.open({ numbers: { mostFailures: 3 } });
    office.waysOf['a tap'] = Array.from({ length: 6 }, () => 'LOCKED');
    const receipt = await note('note', tap);
    office.open = 'QUEUE';
    const other = await note('note', { about: 'P2', text: 'a door' });
    office.opens();
    await reaches(other, 'APPLIED');
    for (let tries = 1; tries < 6; tries += 1) {
      await intake.replay();
      await clock.advance(5 * 60_000);
      await until(() => (office.waysOf['a tap']?.length ?? 0) <= 6 - tries);
    }
    await intake.replay();
    await clock.advance(5 * 60_000);
    await reaches(receipt, 'APPLIED');
  });

  it('parks what fails by itself again and again, and holds up what is behind it', async () => {
    const { office, note, intake, clock, reaches, states } = await desks.open({ numbers: { mostFailures: 3 } });
    office.ways = ['BROKEN', 'BROKEN', 'BROKEN'];
    const receipt = await note('note', tap);
    const behind = await note('note', { about: 'P1', text: 'a door' });
    for (let tries = 0; tries < 3; tries += 1) {
      await intake.replay();
      await clock.advance(5 * 60_000);
    }
    await reaches(receipt, 'PARKED');
    await intake.replay();
    expect(states.get(behind.id)).toBe('QUEUED');
    expect(office.effects).toEqual([]);
    await intake.settle(receipt.id, 'SEND_AGAIN', 'Ms Patel', 'It was our own mistake');
    await reaches(behind, 'APPLIED');
    expect(office.effects.map(({ text }) => text)).toEqual(['a tap', 'a door']);
  });

  it('sends what waits as soon as its system takes writes again', async () => {
    const { office, note, reaches } = await desks.open();
    office.open = 'QUEUE';
    const receipt = await note('note', tap);
    office.opens();
    await reaches(receipt, 'APPLIED');
    // Behind everybody who waits for an answer.
    expect(office.classes).toEqual([{ lane: 'ORDINARY', background: true }]);
  });

  it('sends only what had to wait while its system is being reconciled', async () => {
    const { office, note, intake } = await desks.open();
    office.open = 'DRAIN';
    const receipt = await note('note', tap);
    expect(receipt.state).toBe('QUEUED');
    await intake.replay();
    expect(await intake.receipt(receipt.id)).toMatchObject({ state: 'APPLIED' });
  });

  it('keeps the order of what is about the same, and of nothing else', async () => {
    const desk = await desks.open();
    const { office, note, reaches } = desk;
    office.open = 'QUEUE';
    const receipts: Receipt[] = [];
    for (let turn = 0; turn < 4; turn += 1) {
      for (const about of ['P1', 'P2', 'P3']) receipts.push(await note('note', { about, text: `${about} ${turn}` }));
    }
    office.opens();
    for (const receipt of receipts) await reaches(receipt, 'APPLIED');
    for (const about of ['P1', 'P2', 'P3']) {
      expect(texts(desk).filter((text) => text.startsWith(about))).toEqual(
        [0, 1, 2, 3].map((turn) => `${about} ${turn}`),
      );
    }
  });

  it('does not let a new write overtake one that still waits', async () => {
    const desk = await desks.open();
    const { office, note, clock, reaches } = desk;
    office.waysOf = { 'a tap': ['AWAY'] };
    await note('note', tap);
    const second = await note('note', { about: 'P1', text: 'a door' });
    expect(second.state).toBe('QUEUED');
    expect(texts(desk)).toEqual([]);
    await clock.advance(1_000);
    await reaches(second, 'APPLIED');
    expect(texts(desk)).toEqual(['a tap', 'a door']);
  });

  it('lets an emergency wait for nothing, and nothing and nobody wait for it', async () => {
    const { office, note, reaches } = await desks.open();
    office.waysOf = { 'a tap': Array(9).fill('AWAY'), gas: Array(9).fill('AWAY') };
    await note('note', tap);
    const alarm = await note('alarm', { about: 'P1', text: 'water' });
    // Told that it is written down, before anything has come of it.
    expect(alarm).toMatchObject({ state: 'QUEUED', lane: 'EMERGENCY' });
    await reaches(alarm, 'APPLIED');
    expect(office.classes[1]).toEqual({ lane: 'EMERGENCY', background: false });
    const later = await note('alarm', { about: 'P2', text: 'gas' });
    expect(later.state).toBe('QUEUED');
    expect(await note('note', { about: 'P2', text: 'a bell' })).toMatchObject({ state: 'APPLIED' });
  });

  it('has a write that builds on another wait for it, and know what it made', async () => {
    const { office, note, reaches } = await desks.open();
    office.open = 'QUEUE';
    const alarm = await note('alarm', { about: 'P1', text: 'water' });
    const then = await note('followOn', { about: 'P1', text: 'a plumber', receipt: alarm.id });
    office.opens();
    await reaches(then, 'APPLIED');
    const [first, second] = office.effects;
    expect(second).toMatchObject({ text: 'a plumber', made: [`#${first?.reference}`] });
  });

  it('refuses a write that builds on another which was not done', async () => {
    const { office, note, intake, reaches } = await desks.open();
    office.open = 'QUEUE';
    const alarm = await note('alarm', { about: 'P1', text: 'water' });
    const then = await note('followOn', { about: 'P1', text: 'a plumber', receipt: alarm.id });
    await intake.cancel(alarm.id, 'Ms Patel', 'Rang by mistake');
    office.opens();
    await reaches(then, 'REFUSED');
    expect((await intake.receipt(then.id))?.message).toContain('What it builds on was taken back.');
    const after = await note('followOn', { about: 'P1', text: 'a painter', receipt: alarm.id });
    expect(after.state).toBe('REFUSED');
    expect(office.sent).toBe(0);
  });

  it('accepts nothing that builds on what is not there', async () => {
    const { note, intake } = await desks.open();
    const refused = await note('followOn', { about: 'P1', text: 'a painter', receipt: 'R0' }).catch((error) => error);
    expect(refused.extensions.fields).toEqual([
      { field: 'receipt', message: 'must be the id of a receipt that was given for an earlier write.' },
    ]);
    expect(await intake.ledger()).toMatchObject({ accepted: 0 });
  });

  it('does steps in their order, each knowing what those before it made; one that fails is gone on with', async () => {
    const { office, note, clock, intake, reaches } = await desks.open();
    office.ways = ['OK', 'AWAY'];
    const receipt = await note('noteTwice', tap);
    expect(receipt).toMatchObject({ state: 'QUEUED', steps: [{ state: 'APPLIED' }, { state: 'QUEUED' }] });
    await expect(intake.cancel(receipt.id, 'Ms Patel', 'no more')).rejects.toThrow('Part of it is done');
    await clock.advance(1_000);
    await reaches(receipt, 'APPLIED');
    const [first, second] = office.effects;
    expect(second?.made).toEqual([`#${first?.reference}`]);
    expect(first?.reference).not.toBe(second?.reference);
    expect(office.effects).toHaveLength(2);
  });

  it('leaves what comes after a refused step undone', async () => {
    const { office, note, intake } = await desks.open();
    office.ways = ['OK', 'REFUSED'];
    expect(await note('noteTwice', tap)).toMatchObject({
      state: 'REFUSED',
      steps: [{ state: 'APPLIED' }, { state: 'REFUSED' }],
    });
    office.ways = ['REFUSED'];
    const receipt = await note('noteTwice', { about: 'P2', text: 'a door' });
    expect(receipt.steps.map(({ state }) => state)).toEqual(['REFUSED', 'CANCELLED']);
    await intake.replay();
    expect(office.effects).toHaveLength(1);
  });

  it.each(['AWAY', 'REFUSED_CONNECTION', 'BROKEN'] as const)(
    'refuses at once what must not wait, and was certainly not done: %s',
    async (way) => {
      const { office, note, intake } = await desks.open();
      office.ways = [way];
      const receipt = await note('now', tap);
      expect(receipt).toMatchObject({ state: 'REFUSED', message: 'This could not be done. Not while we are closed.' });
      await intake.replay();
      expect(office.effects).toHaveLength(0);
    },
  );

  it('refuses at once what must not wait, where its system takes nothing or something is before it', async () => {
    const { office, note } = await desks.open();
    office.open = 'QUEUE';
    expect(await note('now', tap)).toMatchObject({ state: 'REFUSED' });
    await note('note', tap);
    office.open = 'DRAIN';
    expect(await note('now', { about: 'P1', text: 'a door' })).toMatchObject({ state: 'REFUSED' });
    office.open = 'TAKE';
    expect(await note('now', { about: 'P2', text: 'a door' })).toMatchObject({ state: 'APPLIED' });
  });

  it('tries again, by itself, what failed by a fault of our own', async () => {
    const { office, note, reaches, clock, failures } = await desks.open();
    const { call } = office.counter;
    // Something breaks that is no wire.
    office.counter.call = () => {
      office.counter.call = call;
      throw new Error('no wire error');
    };
    const receipt = await note('note', tap);
    expect(receipt.state).toBe('QUEUED');
    await clock.advance(1_000);
    await reaches(receipt, 'APPLIED');
    expect(failures.join()).toContain('no wire error');
  });

  it('tells how far it has come when it is asked to send what waits', async () => {
    const { office, note, intake } = await desks.open();
    office.open = 'QUEUE';
    for (let count = 0; count < 5; count += 1) await note('note', { about: `P${count}`, text: 'x' });
    office.open = 'TAKE';
    const told: number[][] = [];
    await intake.replay({
      system: 'office',
      perSecond: Number.POSITIVE_INFINITY,
      onProgress: (...figures) => told.push(figures),
    });
    expect(told.at(-1)).toEqual([5, 0]);
    expect(await intake.ledger()).toMatchObject({ accepted: 5, applied: 5, open: 0 });
  });
});
