// Applied steps that are looked up again: which are the newest, which are due and when, what was found of each, what an operator has
// taken as it is, and which writes wait.
import { describe, expect, it } from 'vitest';
import type { AppliedWrite, Looked } from '../../../../subgraphs/continuity/applied-check.ts';
import { nextLook } from '../../../../subgraphs/continuity/intake/look-schedule.ts';
import type { Trace } from '../../../../subgraphs/continuity/look-up.ts';
import { onBothEngines } from '../../../stores.ts';
import { createDesks } from './office.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

describe('an applied step', () => {
  it.each([
    ['EMERGENCY', 0, minuteMs],
    ['EMERGENCY', minuteMs, 10 * minuteMs],
    ['EMERGENCY', 10 * minuteMs, hourMs],
    ['EMERGENCY', hourMs, null],
    ['ORDINARY', 0, 2 * minuteMs],
    ['ORDINARY', 2 * minuteMs - 1, 2 * minuteMs],
    ['ORDINARY', 2 * minuteMs, hourMs],
    ['ORDINARY', hourMs, null],
  ] as const)('of lane %s, %s ms after it was applied, is looked up next after %s ms', (lane, nowMs, atMs) => {
    expect(nextLook(lane, 5_000_000, 5_000_000 + nowMs)).toBe(atMs === null ? null : 5_000_000 + atMs);
  });
});

onBothEngines('applied steps', (place) => {
  const desks = createDesks(place);

  async function open() {
    const desk = await desks.open();
    const { applied } = desk.intake;
    const newest = (most = 10, backMs?: number) => applied.newest('office', 'desk', most, backMs);
    const due = (most = 10) => applied.due('office', 'desk', most);
    const texts = (writes: readonly AppliedWrite[]) => writes.map(({ step }) => (step.input as { text: string }).text);
    /** Writes a note, which is applied, and lets a second pass. */
    async function note(mutation: string, text: string, about = 'P1') {
      const receipt = await desk.note(mutation, { about, text });
      if (receipt.state !== 'APPLIED') await desk.reaches(receipt, 'APPLIED');
      await desk.clock.advance(1_000);
      return receipt;
    }
    const found = async (trace: Trace, writes: readonly AppliedWrite[], more: Partial<AppliedWrite> = {}) =>
      applied.note(writes.map((write): Looked => ({ write: { ...write, ...more }, trace })));
    return { ...desk, applied, newest, due, texts, note, found };
  }

  it('are given newest first, as many as are asked for, of as long ago, with all that tells them again', async () => {
    const { newest, texts, note, clock } = await open();
    const { id } = await note('noteReadBack', 'one');
    await note('noteReadBack', 'two', 'P2');
    await clock.advance(hourMs);
    await note('alarm', 'three', 'P3');
    expect(texts(await newest())).toEqual(['three', 'two', 'one']);
    expect(texts(await newest(2))).toEqual(['three', 'two']);
    expect(texts(await newest(10, minuteMs))).toEqual(['three']);
    const [three, , one] = await newest();
    expect(three).toMatchObject({ lane: 'EMERGENCY', mutation: 'alarm', kind: 'noteByKey' });
    expect(one).toMatchObject({
      ...{ receipt: id, position: 0, lane: 'ORDINARY', suspectSinceMs: null, later: [] },
      step: { superseded: false, seen: false, input: { about: 'P1', text: 'one' } },
    });
    expect(one?.step.made).toBe(`#${one?.step.reference}`);
    expect(one?.step.appliedAtMs).toBeLessThan(three?.step.appliedAtMs ?? 0);
  });

  it('are those of the backend and the system that are asked for, and of writes that were applied', async () => {
    const { newest, texts, note, office, applied, note: _note, intake, ...desk } = await open();
    await note('noteReadBack', 'done');
    office.open = 'QUEUE';
    await intake.submit({
      ...{ client: 'form', system: 'office', mutation: 'note', channel: 'WEB', idempotencyKey: 'q' },
      input: { about: 'P5', text: 'waits' },
    });
    expect(texts(await newest())).toEqual(['done']);
    expect(await applied.newest('office', 'another', 10)).toEqual([]);
    expect(await applied.newest('another', 'desk', 10)).toEqual([]);
    expect(desk.failures).toEqual([]);
  });

  it('know the later steps about the same entity at the same backend: of their own receipt, or a later one', async () => {
    const { newest, note } = await open();
    await note('noteTwice', 'one');
    await note('noteReadBack', 'two');
    await note('noteReadBack', 'other', 'P2');
    const later = new Map(
      (await newest()).map(({ step, position, later: after }) => [
        `${(step.input as { text: string }).text} ${position}`,
        after.map(({ kind, input }) => `${kind} ${(input as { text: string }).text}`),
      ]),
    );
    expect(Object.fromEntries(later)).toEqual({
      'other 0': [],
      'two 0': [],
      'one 1': ['noteReadBack two'],
      'one 0': ['noteByKey one', 'noteReadBack two'],
    });
  });

  it('are due after two minutes and an hour, an emergency after one, ten and sixty; each once', async () => {
    const { due, texts, note, clock, found } = await open();
    await note('noteReadBack', 'plain');
    await note('alarm', 'urgent', 'P2');
    expect(await due()).toEqual([]);
    const seen: Record<string, string[]> = {};
    for (let minute = 0; minute <= 70; minute += 1) {
      const writes = await due();
      if (writes.length > 0) seen[minute] = texts(writes);
      await found('THERE', writes);
      await clock.advance(minuteMs);
    }
    expect(seen).toEqual({
      1: ['urgent'],
      2: ['plain'],
      10: ['urgent'],
      60: ['urgent', 'plain'],
    });
  });

  it('that are due are taken by one process at a time, emergencies first, and left to others where that one is gone', async () => {
    const { due, texts, note, clock } = await open();
    await note('noteReadBack', 'plain');
    await note('noteReadBack', 'second', 'P3');
    await note('alarm', 'urgent', 'P2');
    await clock.advance(5 * minuteMs);
    expect(texts(await due(2))).toEqual(['urgent', 'plain']);
    expect(texts(await due())).toEqual(['second']);
    expect(await due()).toEqual([]);
    await clock.advance(5 * minuteMs - 1);
    expect(await due()).toEqual([]);
    await clock.advance(1);
    expect(texts(await due())).toEqual(['urgent', 'plain', 'second']);
  });

  it('that were missed once are due again after a minute, and are then known as missed; what was seen there is, too', async () => {
    const { due, newest, note, clock, applied, found } = await open();
    await note('noteReadBack', 'one');
    await clock.advance(2 * minuteMs);
    const writes = await due();
    await applied.suspect(writes, minuteMs);
    const suspectedMs = clock.now();
    await clock.advance(minuteMs - 1);
    expect(await due()).toEqual([]);
    await clock.advance(1);
    expect(await due()).toMatchObject([{ suspectSinceMs: suspectedMs, step: { seen: true } }]);
    await found('THERE', writes);
    expect(await newest()).toMatchObject([{ suspectSinceMs: null, step: { seen: true } }]);
    await found('UNTOLD', writes);
    expect(await newest()).toMatchObject([{ suspectSinceMs: null, step: { seen: false } }]);
  });

  it.each<Trace>(['MISSING', 'OLDER', 'REISSUED'])(
    'that are %s are told as lost, are due no more, and raise no alarm again once an operator has taken them as they are',
    async (trace) => {
      const { due, newest, texts, note, clock, applied, found, intake } = await open();
      const { id } = await note('noteReadBack', 'one');
      await note('noteReadBack', 'two', 'P2');
      const [two, one] = await newest();
      await found(trace, [one as AppliedWrite]);
      await found('THERE', [two as AppliedWrite]);
      const lost = { message: expect.stringMatching(/may have been lost since/), made: [], steps: [{ lost: true }] };
      expect(await intake.receipt(id)).toMatchObject({ state: 'APPLIED', ...lost });
      expect(await intake.receipts({ lost: true, first: 9 })).toMatchObject([{ id }]);
      await clock.advance(2 * hourMs);
      expect(texts(await due())).toEqual(['two']);
      // Until somebody decides, it is looked at whenever the backend is checked.
      expect(texts(await newest())).toEqual(['two', 'one']);
      expect(await applied.accept('office', 'another')).toBe(0);
      expect(await applied.accept('another', 'desk')).toBe(0);
      expect(await applied.accept('office', 'desk')).toBe(1);
      expect(texts(await newest())).toEqual(['two']);
      await applied.lookAtAll('office', 'desk', 9 * hourMs, clock.now());
      // Nor does a look that was under way.
      await found(trace, [one as AppliedWrite]);
      await found('THERE', [one as AppliedWrite]);
      await applied.suspect([one as AppliedWrite], 1);
      await clock.advance(5 * minuteMs);
      expect(texts(await due())).toEqual(['two']);
      // The receipt says so still: it was lost, and is.
      expect(await intake.receipt(id)).toMatchObject(lost);
    },
  );

  it.each<Trace>(['CHANGED', 'UNTOLD', 'THERE'])(
    'that are %s stand: no operator is asked about them',
    async (trace) => {
      const { newest, note, applied, found, intake } = await open();
      const { id } = await note('noteReadBack', 'one');
      await found(trace, await newest());
      expect(await intake.receipt(id)).toMatchObject({ made: [{ id: expect.any(String) }], steps: [{ lost: false }] });
      expect(await intake.receipts({ lost: true, first: 9 })).toEqual([]);
      expect(await applied.accept('office', 'desk')).toBe(0);
    },
  );

  it('of which the record alone is lost stand: that is not told as a loss of what was done', async () => {
    const { newest, note, applied, found, intake, texts } = await open();
    const { id } = await note('noteReadBack', 'one');
    await found('MISSING', await newest(), { recordOnly: true });
    expect(await intake.receipt(id)).toMatchObject({ state: 'APPLIED', steps: [{ lost: false }] });
    expect(texts(await newest())).toEqual(['one']);
    expect(await applied.accept('office', 'desk')).toBe(1);
    expect(await newest()).toEqual([]);
    expect(await intake.receipts({ lost: true, first: 9 })).toEqual([]);
    expect(await intake.receipt(id)).toMatchObject({ steps: [{ lost: false }] });
  });

  it('are all made due that were applied lately and have not been looked at since a check began', async () => {
    const { due, newest, texts, note, clock, applied, found } = await open();
    await note('noteReadBack', 'old');
    await clock.advance(2 * hourMs);
    await note('noteReadBack', 'looked', 'P2');
    await note('noteReadBack', 'not yet', 'P3');
    await clock.advance(hourMs);
    for (let rounds = 0; rounds < 3; rounds += 1) await found('THERE', await due());
    await clock.advance(hourMs);
    expect(await due()).toEqual([]);
    const beganMs = clock.now();
    await found(
      'THERE',
      (await newest()).filter(({ step }) => (step.input as { text: string }).text === 'looked'),
    );
    await applied.lookAtAll('another', 'desk', 3 * hourMs, beganMs);
    await applied.lookAtAll('office', 'another', 3 * hourMs, beganMs);
    expect(await due()).toEqual([]);
    await applied.lookAtAll('office', 'desk', 3 * hourMs, beganMs);
    expect(texts(await due())).toEqual(['not yet']);
  });

  it('that a person has settled by hand, and those whose content is forgotten, are not looked up', async () => {
    const { due, newest, note, clock, office, intake } = await open();
    await note('noteReadBack', 'forgotten');
    office.ways = ['NEVER'];
    const doubtful = await intake.submit({
      ...{ client: 'form', system: 'office', mutation: 'noteOnce', channel: 'WEB', idempotencyKey: 'x' },
      input: { about: 'P2', text: 'by hand' },
    });
    expect(doubtful.state).toBe('AMBIGUOUS');
    await intake.settle(doubtful.id, 'DONE', 'ann', 'It is on paper.');
    await intake.forget(['person\nP1']);
    expect(await newest()).toEqual([]);
    await clock.advance(hourMs);
    expect(await due()).toEqual([]);
  });

  it('tell which writes wait behind an alarm: how many, and which build on what is lost or name it', async () => {
    const { note, office, intake, applied } = await open();
    const { id } = await note('noteReadBack', 'lost');
    office.open = 'QUEUE';
    const wait = async (mutation: string, about: string, text: string, receipt?: string) =>
      (
        await intake.submit({
          ...{ client: 'form', system: 'office', mutation, channel: 'WEB', idempotencyKey: `${about}${text}` },
          input: { about, text, ...(receipt && { receipt }) },
        })
      ).id;
    await wait('note', 'P2', 'about nothing');
    const named = await wait('note', ' W7 ', 'about W7');
    const follows = await wait('followOn', 'P1', 'a follow-on', id);
    const waiting = (receipts: string[], references: string[]) =>
      applied.waiting('office', 'desk', { receipts: new Set(receipts), references: new Set(references) });
    expect(await waiting([id], ['W7'])).toEqual({ count: 3, about: [named, follows] });
    expect(await waiting([named], [])).toEqual({ count: 3, about: [named] });
    expect(await waiting([], [])).toEqual({ count: 3, about: [] });
    expect((await applied.waiting('office', 'another', { receipts: new Set(), references: new Set() })).count).toBe(0);
    expect((await applied.waiting('another', 'desk', { receipts: new Set(), references: new Set() })).count).toBe(0);
  });
});
