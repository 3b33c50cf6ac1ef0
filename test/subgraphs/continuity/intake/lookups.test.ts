// Applied writes as they are looked up again: which, in which order, when; what is written down of it; what an operator has taken
// as it is; and what waits that is about what was lost. The same on every engine.
import { expect, it } from 'vitest';
import type { AppliedWrite } from '../../../../subgraphs/continuity/applied-check.ts';
import { nextLook } from '../../../../subgraphs/continuity/intake/look-schedule.ts';
import type { Trace } from '../../../../subgraphs/continuity/look-up.ts';
import { openMemoryDesk } from './office.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** A desk at which things were done, a second apart; by what each says. */
async function openDone(...written: [mutation: string, about: string, text: string][]) {
  const desk = await openMemoryDesk();
  const { note, reaches, clock, intake } = desk;
  const ids: Record<string, string> = {};
  const write = async (mutation: string, about: string, text: string, receipt?: string) => {
    clock.leap(1_000);
    const noted = await note(mutation, { about, text, ...(receipt && { receipt }) });
    ids[text] = noted.id;
    if (desk.office.open === 'TAKE') await reaches(noted, 'APPLIED');
  };
  for (const each of written) await write(...each);
  const { applied } = intake;
  const said = (some: readonly AppliedWrite[]) => some.map(({ step }) => (step.input as { text: string }).text);
  const all = () => applied.newest('office', 'desk', 99);
  return {
    ...desk,
    applied,
    ids,
    write,
    said,
    newest: async (most = 99, backMs?: number) => said(await applied.newest('office', 'desk', most, backMs)),
    due: async (most = 99) => said(await applied.due('office', 'desk', most)),
    /** Looks all up; gives what was found of each. */
    async found(traceOf: (text: string) => Trace, more: Partial<AppliedWrite> = {}) {
      const some = await all();
      await applied.note(
        some.map((write) => ({ write: { ...write, ...more }, trace: traceOf(said([write])[0] as string) })),
      );
    },
    /** Lets no time pass but on the clock. */
    async atMs(ms: number) {
      clock.leap(ms);
    },
  };
}

it('gives the newest first, no more than are asked for, of so long ago, and nothing that is not done', async () => {
  const desk = await openDone(['note', 'P1', 'a'], ['note', 'P2', 'b'], ['noteTwice', 'P3', 'c']);
  desk.clock.leap(hourMs);
  await desk.write('alarm', 'P4', 'd');
  desk.office.open = 'QUEUE';
  await desk.write('note', 'P5', 'e');
  expect(await desk.newest()).toEqual(['d', 'c', 'c', 'b', 'a']);
  expect(await desk.newest(2)).toEqual(['d', 'c']);
  expect(await desk.newest(99, hourMs / 2)).toEqual(['d']);
  expect(await desk.applied.newest('office', 'files', 99)).toEqual([]);
  expect(await desk.applied.newest('other', 'desk', 99)).toEqual([]);
});

it('gives with each what it was, and what was done later about the same at the same backend', async () => {
  const desk = await openDone(['note', 'P1', 'a'], ['note', 'P2', 'b'], ['note', 'P1', 'c']);
  const acceptedAtMs = desk.clock.now();
  const [newest, , oldest] = await desk.applied.newest('office', 'desk', 9);
  const receipt = await desk.intake.receipt(desk.ids.c as string);
  const [step] = receipt?.steps ?? [];
  expect(newest).toMatchObject({
    ...{ receipt: desk.ids.c, position: 0, mutation: 'note', lane: 'ORDINARY', kind: 'noteByKey', later: [] },
    step: { reference: step?.reference, made: `#${step?.reference}`, acceptedAtMs, appliedAtMs: acceptedAtMs },
    suspectSinceMs: null,
  });
  expect(newest?.step).toMatchObject({ seen: false, superseded: false });
  expect(oldest?.later).toMatchObject([{ kind: 'noteByKey', input: { text: 'c' }, made: newest?.step.made }]);
});

it('has a later step of the same write for one that was done later, and an earlier one for none', async () => {
  const { applied } = await openDone(['noteTwice', 'P1', 'a']);
  const both = await applied.newest('office', 'desk', 9);
  const byPosition = both.sort((one, other) => one.position - other.position);
  expect(byPosition.map(({ later }) => later.length)).toEqual([1, 0]);
});

it('looks an emergency up after 1, 10 and 60 minutes, anything else after two minutes and an hour, and then no more', () => {
  const looksOf = (lane: 'EMERGENCY' | 'ORDINARY') => {
    const looks: number[] = [];
    for (let atMs = nextLook(lane, 0, 0); atMs !== null; atMs = nextLook(lane, 0, atMs)) looks.push(atMs / minuteMs);
    return looks;
  };
  expect(looksOf('EMERGENCY')).toEqual([1, 10, 60]);
  expect(looksOf('ORDINARY')).toEqual([2, 60]);
});

it('has each due in its time, emergencies first, to one process at a time', async () => {
  const desk = await openDone(['note', 'P1', 'a'], ['alarm', 'P2', 'gas']);
  expect(await desk.due()).toEqual([]);
  await desk.atMs(minuteMs);
  expect(await desk.due()).toEqual(['gas']);
  // Whoever has taken it has it for some minutes.
  expect(await desk.due()).toEqual([]);
  await desk.found(() => 'THERE');
  await desk.atMs(10 * minuteMs);
  // The other one has been due for longer by now.
  expect(await desk.due(1)).toEqual(['gas']);
  expect(await desk.due()).toEqual(['a']);
  await desk.found(() => 'THERE');
  await desk.atMs(hourMs);
  expect(await desk.due()).toEqual(['gas', 'a']);
  await desk.found(() => 'THERE');
  await desk.atMs(24 * hourMs);
  expect(await desk.due()).toEqual([]);
});

it('leaves what a process has taken and not looked up to the next one, after five minutes', async () => {
  const desk = await openDone(['note', 'P1', 'a']);
  await desk.atMs(2 * minuteMs);
  expect(await desk.due()).toEqual(['a']);
  await desk.atMs(5 * minuteMs - 1);
  expect(await desk.due()).toEqual([]);
  await desk.atMs(1);
  expect(await desk.due()).toEqual(['a']);
});

it('has what was missed once due again after a moment, with since when it is', async () => {
  const desk = await openDone(['note', 'P1', 'a']);
  await desk.found(() => 'THERE');
  const [seen] = await desk.applied.newest('office', 'desk', 1);
  expect(seen?.step.seen).toBe(true);
  const sinceMs = desk.clock.now();
  await desk.applied.suspect(await desk.applied.newest('office', 'desk', 1), minuteMs);
  await desk.atMs(minuteMs - 1);
  expect(await desk.due()).toEqual([]);
  await desk.atMs(1);
  const [again] = await desk.applied.due('office', 'desk', 9);
  expect(again).toMatchObject({ suspectSinceMs: sinceMs, step: { seen: true } });
});

it.each(['MISSING', 'OLDER', 'REISSUED'] as const)(
  'tells of one that is %s that it may be lost, gives it no number, and looks it up no more once that is known',
  async (trace) => {
    const desk = await openDone(['note', 'P1', 'a'], ['note', 'P2', 'b']);
    await desk.found((text) => (text === 'a' ? trace : 'THERE'));
    const lost = await desk.intake.receipt(desk.ids.a as string);
    expect(lost).toMatchObject({ state: 'APPLIED', made: [], steps: [{ lost: true, state: 'APPLIED' }] });
    expect(lost?.message).toContain('may have been lost since');
    const listed = await desk.intake.receipts({ lost: true, first: 9 });
    expect(listed.map(({ id }) => id)).toEqual([desk.ids.a]);
    expect(await desk.intake.receipt(desk.ids.b as string)).toMatchObject({ steps: [{ lost: false }] });
    expect(await desk.newest()).toEqual(['b', 'a']);
    await desk.atMs(hourMs);
    expect(await desk.due()).toEqual(['b']);
    expect(await desk.applied.accept('other', 'desk')).toBe(0);
    const underWay = await desk.applied.newest('office', 'desk', 9);
    expect(await desk.applied.accept('office', 'desk')).toBe(1);
    // An operator knows of it: it is told as before, and raises no alarm again, nor does a look that was under way.
    await desk.applied.suspect(underWay, minuteMs);
    await desk.applied.note(
      underWay.map((write) => ({ write, trace: desk.said([write])[0] === 'a' ? trace : 'THERE' })),
    );
    expect(await desk.newest()).toEqual(['b']);
    expect(await desk.intake.receipts({ lost: true, first: 9 })).toMatchObject([{ id: desk.ids.a }]);
    expect(await desk.applied.accept('office', 'desk')).toBe(0);
    await desk.applied.lookAtAll('office', 'desk', 24 * hourMs, desk.clock.now() + 1);
    expect(await desk.due()).toEqual(['b']);
    expect(await desk.intake.receipt(desk.ids.a as string)).toMatchObject({ steps: [{ lost: true }] });
  },
);

it.each(['CHANGED', 'UNTOLD', 'THERE'] as const)('tells nothing of one that is %s: it stands', async (trace) => {
  const desk = await openDone(['note', 'P1', 'a']);
  await desk.found(() => trace);
  expect(await desk.intake.receipt(desk.ids.a as string)).toMatchObject({ steps: [{ lost: false }] });
  expect(await desk.intake.receipts({ lost: true, first: 9 })).toEqual([]);
  expect(await desk.applied.accept('office', 'desk')).toBe(0);
});

it('stands by what was done of which the record alone is gone, and asks no operator about it twice', async () => {
  const desk = await openDone(['note', 'P1', 'a']);
  await desk.found(() => 'MISSING', { recordOnly: true });
  expect(await desk.intake.receipt(desk.ids.a as string)).toMatchObject({ steps: [{ lost: false }] });
  expect(await desk.applied.accept('office', 'desk')).toBe(1);
  expect(await desk.newest()).toEqual([]);
  expect(await desk.intake.receipts({ lost: true, first: 9 })).toEqual([]);
});

it('looks everything of lately up at once that has not been since, where an operator asks for it', async () => {
  const desk = await openDone(['note', 'P1', 'old']);
  desk.clock.leap(2 * hourMs);
  await desk.write('note', 'P2', 'a');
  await desk.found(() => 'THERE');
  desk.clock.leap(1_000);
  const sinceMs = desk.clock.now();
  await desk.write('note', 'P3', 'b');
  await desk.write('note', 'P4', 'c');
  const [looked] = await desk.applied.newest('office', 'desk', 1);
  await desk.applied.note([{ write: looked as AppliedWrite, trace: 'THERE' }]);
  await desk.applied.lookAtAll('other', 'desk', hourMs, sinceMs);
  await desk.applied.lookAtAll('office', 'files', hourMs, sinceMs);
  expect(await desk.due()).toEqual([]);
  await desk.applied.lookAtAll('office', 'desk', hourMs, sinceMs);
  expect((await desk.due()).sort()).toEqual(['a', 'b']);
});

it('looks up nothing that a person said is done: it may be on paper alone', async () => {
  const desk = await openDone(['note', 'P1', 'a']);
  desk.office.ways = ['NEVER'];
  const { id } = await desk.note('noteOnce', { about: 'P2', text: 'b' });
  await desk.intake.settle(id, 'DONE', 'Ms Patel', 'I rang them.');
  expect(await desk.newest()).toEqual(['a']);
  await desk.atMs(2 * minuteMs);
  expect(await desk.due()).toEqual(['a']);
});

it('says which writes that wait are about what was lost: the same, what builds on it, and what names its number', async () => {
  const desk = await openDone(['note', 'P1', 'a']);
  const { office, ids, applied, write } = desk;
  const reference = (await applied.newest('office', 'desk', 1))[0]?.step.made as string;
  office.open = 'QUEUE';
  await write('followOn', 'P1', 'builds on', ids.a);
  await write('note', 'P2', ` ${reference.slice(0, 17)} `);
  await write('note', 'P3', 'another');
  const about = async (receipts: string[], references: string[]) =>
    applied.waiting('office', 'desk', { receipts: new Set(receipts), references: new Set(references) });
  expect(await about([ids.a as string], [])).toEqual({ count: 3, about: [ids['builds on']] });
  expect(await about([], [reference.slice(0, 17)])).toEqual({ count: 3, about: [ids[` ${reference.slice(0, 17)} `]] });
  expect(await about([ids.another as string], [])).toEqual({ count: 3, about: [ids.another] });
  const none = { receipts: new Set<string>(), references: new Set<string>() };
  expect(await applied.waiting('office', 'files', none)).toEqual({ count: 0, about: [] });
  expect(await applied.waiting('other', 'desk', none)).toEqual({ count: 0, about: [] });
});
