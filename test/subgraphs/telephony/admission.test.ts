// Whether somebody is rung now: every reason to wait, or not to ring at all, one by one, and what whoever waits is told.
import { beforeEach, describe, expect, it } from 'vitest';
import type { Admission } from '../../../subgraphs/continuity/admission.ts';
import type { ReceiptState } from '../../../subgraphs/continuity/mutation.ts';
import type { Own } from '../../../subgraphs/continuity/own.ts';
import { admitCall } from '../../../subgraphs/telephony/admission.ts';
import type { RingingContent } from '../../../subgraphs/telephony/call-limits.ts';
import { ownKinds } from '../../../subgraphs/telephony/mutations.ts';
import type { CallToMake } from '../../../subgraphs/telephony/steps.ts';
import { createTestClock } from '../../clock.ts';
import { ownInMemory } from '../../own.ts';
import { receiptOf } from '../../receipts.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

interface Line {
  name: string;
  agentsAvailable?: number | null;
  open?: boolean | null;
}

describe('a call', () => {
  let own: Own;
  let nowMs: number;
  let lines: Line[];
  let count: number;
  let settings: Record<string, string> | undefined;
  let meanwhile: () => Promise<void>;

  beforeEach(async () => {
    const clock = createTestClock();
    own = await ownInMemory(clock, 'telephony', ownKinds);
    nowMs = clock.now();
    lines = [
      { name: 'repairs', agentsAvailable: 50, open: true },
      { name: 'rents', agentsAvailable: 50, open: true },
    ];
    count = 0;
    settings = undefined;
    meanwhile = async () => {};
  });

  /** A number of its own for each call, unless a test cares. */
  function admitted(call: Partial<CallToMake> & { id?: string; acceptedAtMs?: number } = {}): Promise<Admission> {
    count += 1;
    const { id = `R${count}`, acceptedAtMs = nowMs, ...rest } = call;
    const whole = { number: `+44770090${1000 + count}`, line: 'repairs', ...rest };
    const applicant = { receipt: id, reference: `LTL-${id}`, acceptedAtMs, background: true };
    return admitCall(whole, applicant, {
      ...{ nowMs, own, settings: settings ? { switchboard: settings } : {} },
      async ask(kind) {
        await meanwhile();
        return kind === 'lines' ? lines : expect.unreachable(kind);
      },
    });
  }
  const asked = (id: string, state: ReceiptState, call: Partial<CallToMake>, changedAtMs = nowMs, more = {}) =>
    own.file(
      receiptOf({
        ...{ id, system: 'telephony', mutation: 'requestCallback', state, acceptedAtMs: nowMs, changedAtMs },
        made: state === 'APPLIED' ? [{ id: `LTL-${id}`, description: 'call' }] : [],
        input: { telephone: call.number, personReference: null, line: call.line ?? 'repairs', about: null, ...more },
      }),
    );
  const number = '+447700900123';

  it('is made where an agent is free, and is counted as on its way to them for half a minute', async () => {
    lines = [{ name: 'repairs', agentsAvailable: 1, open: true }];
    expect(await admitted()).toEqual({ admit: 'NOW' });
    expect(await admitted()).toMatchObject({ admit: 'LATER' });
    nowMs += 29 * second;
    expect(await admitted({ id: 'third', acceptedAtMs: 0 })).toMatchObject({ admit: 'LATER' });
    nowMs += second;
    expect(await admitted({ id: 'third', acceptedAtMs: 0 })).toEqual({ admit: 'NOW' });
  });

  it('of one line is not on its way to the agents of another', async () => {
    lines = [
      { name: 'repairs', agentsAvailable: 1, open: true },
      { name: 'rents', agentsAvailable: 1, open: true },
    ];
    expect(await admitted({ line: 'rents' })).toEqual({ admit: 'NOW' });
    expect(await admitted({ line: 'repairs' })).toEqual({ admit: 'NOW' });
  });

  it.each<[string, Line, Admission['admit']]>([
    ['a line that nobody is logged in to', { name: 'repairs', agentsAvailable: 5, open: false }, 'LATER'],
    ['a line without a free agent', { name: 'repairs', agentsAvailable: 0, open: true }, 'LATER'],
    ['a line of which the exchange does not tell how many are free', { name: 'repairs', agentsAvailable: null }, 'NOW'],
    ['a line of which the exchange does not tell whether anybody is', { name: 'repairs', open: null }, 'NOW'],
  ])('to %s: %j is %s', async (_what, line, admit) => {
    lines = [line];
    expect(await admitted()).toMatchObject({ admit });
  });

  it('waits for who asked before, on its own line alone', async () => {
    lines = [
      { name: 'repairs', agentsAvailable: 0, open: true },
      { name: 'rents', agentsAvailable: 1, open: true },
    ];
    await admitted({ id: 'first', acceptedAtMs: nowMs - 2 * hour, number });
    lines = [
      { name: 'repairs', agentsAvailable: 1, open: true },
      { name: 'rents', agentsAvailable: 1, open: true },
    ];
    expect(await admitted({ id: 'second' })).toMatchObject({ admit: 'LATER' });
    expect(await admitted({ line: 'rents' })).toEqual({ admit: 'NOW' });
    expect(await admitted({ id: 'first', acceptedAtMs: nowMs - 2 * hour, number })).toEqual({ admit: 'NOW' });
    // Whoever was rung waits no more: the next free agent is for the second.
    lines = [{ name: 'repairs', agentsAvailable: 2, open: true }];
    expect(await admitted({ id: 'second' })).toEqual({ admit: 'NOW' });
  });

  it('waits for each of several who asked before', async () => {
    lines = [{ name: 'repairs', agentsAvailable: 0, open: true }];
    await admitted({ id: 'first', acceptedAtMs: nowMs - 2 * hour });
    await admitted({ id: 'second', acceptedAtMs: nowMs - hour });
    lines = [{ name: 'repairs', agentsAvailable: 2, open: true }];
    expect(await admitted({ id: 'third' })).toMatchObject({ admit: 'LATER' });
    lines = [{ name: 'repairs', agentsAvailable: 3, open: true }];
    expect(await admitted({ id: 'third' })).toEqual({ admit: 'NOW' });
  });

  it('does not wait for one who was not looked at again: they were rung, or taken back', async () => {
    lines = [{ name: 'repairs', agentsAvailable: 0, open: true }];
    await admitted({ id: 'gone', acceptedAtMs: nowMs - hour });
    lines = [{ name: 'repairs', agentsAvailable: 1, open: true }];
    nowMs += 29 * second;
    expect(await admitted({ id: 'next' })).toMatchObject({ admit: 'LATER' });
    nowMs += second;
    expect(await admitted({ id: 'another', acceptedAtMs: nowMs - 30 * minute })).toEqual({ admit: 'NOW' });
  });

  it('that waits is looked at again after 15 seconds; the more wait the later, but within five minutes', async () => {
    lines = [{ name: 'repairs', agentsAvailable: 0, open: true }];
    expect(await admitted()).toMatchObject({ afterMs: 15 * second });
    const many = (some: number) =>
      own.add(
        'callback',
        Array.from({ length: some }, (_, index) => ({
          id: `W${some}x${index}`,
          content: { telephone: '', personReference: null, line: '', state: 'QUEUED', requestedAtMs: index },
        })),
      );
    await many(150);
    // Five are looked at in a second.
    expect(await admitted()).toMatchObject({ afterMs: 30 * second });
    await many(2_000);
    expect(await admitted()).toMatchObject({ afterMs: 5 * minute });
  });

  it('is told that it waits since when, and for what', async () => {
    lines = [{ name: 'repairs', agentsAvailable: 0, open: true }];
    expect(await admitted({ acceptedAtMs: nowMs - 30 * minute })).toMatchObject({
      message:
        'You are on the list to be called back, since 8:30am on Monday 27 June: we ring you as soon as somebody on this line is free, between 8am and 8pm. You need not ask again.',
    });
    lines = [];
    expect(await admitted()).toMatchObject({ admit: 'LATER', message: expect.stringContaining('is ready') });
  });

  it('to a number that was rung three times within the hour waits until the first of them is an hour ago', async () => {
    for (const at of [0, 10, 20]) {
      nowMs += at === 0 ? 0 : 10 * minute;
      expect(await admitted({ number, line: 'rents' })).toEqual({ admit: 'NOW' });
    }
    const {
      admit,
      afterMs = 0,
      message = '',
    } = (await admitted({ number })) as { afterMs?: number } & Record<string, string>;
    expect({ admit, afterMs }).toEqual({ admit: 'LATER', afterMs: 5 * minute });
    expect(message).toMatch(
      /but we have rung this number several times already, and may not ring it again before 10am/,
    );
    nowMs += 40 * minute - second;
    expect(await admitted({ number })).toMatchObject({ admit: 'LATER', afterMs: second });
    nowMs += second;
    expect(await admitted({ number })).toEqual({ admit: 'NOW' });
  });

  it('to a number that was rung ten times within a day waits until that is over, whatever the hour says', async () => {
    const startMs = nowMs;
    // The last three within an hour: what is told is when both limits are over.
    for (const afterMs of [0, 1, 2, 3, 4, 5, 6, 7, 7.2, 7.4].map((hours) => hours * hour)) {
      nowMs = startMs + afterMs;
      expect(await admitted({ number })).toEqual({ admit: 'NOW' });
    }
    const full = { admit: 'LATER', message: expect.stringContaining('before 9am on Tuesday') };
    expect(await admitted({ number })).toMatchObject(full);
    nowMs = startMs + 23 * hour;
    expect(await admitted({ number })).toMatchObject(full);
    nowMs = startMs + 24 * hour;
    expect(await admitted({ number })).toEqual({ admit: 'NOW' });
    // What is over is not kept for ever.
    expect((await own.find<RingingContent>('ringing', 'all'))?.content.rung).toHaveLength(1);
  });

  it('that is tried again counts once', async () => {
    for (let time = 0; time < 5; time += 1) {
      expect(await admitted({ id: 'same', number })).toEqual({ admit: 'NOW' });
      nowMs += minute;
    }
  });

  it('is one of so many an hour, and those of a welfare campaign are none of these', async () => {
    settings = { CALLBACKS_AN_HOUR: '2' };
    expect(await admitted({ purpose: 'WELFARE' })).toEqual({ admit: 'NOW' });
    // One that was accepted before calls were limited does not say what it is: it is one of these.
    expect(await admitted()).toEqual({ admit: 'NOW' });
    nowMs += 10 * minute;
    expect(await admitted({ purpose: 'CALLBACK' })).toEqual({ admit: 'NOW' });
    expect(await admitted()).toMatchObject({
      ...{ admit: 'LATER', afterMs: 5 * minute, message: expect.stringContaining('longer than usual') },
    });
    expect(await admitted({ purpose: 'WELFARE' })).toEqual({ admit: 'NOW' });
    nowMs += 50 * minute - 2 * second;
    expect(await admitted()).toMatchObject({ admit: 'LATER', afterMs: 15 * second });
    nowMs += 2 * second;
    expect(await admitted()).toEqual({ admit: 'NOW' });
  });

  it('without a setting is one of sixty an hour', async () => {
    lines = [{ name: 'repairs', agentsAvailable: 500, open: true }];
    for (let time = 0; time < 60; time += 1) expect(await admitted()).toEqual({ admit: 'NOW' });
    expect(await admitted()).toMatchObject({ admit: 'LATER' });
  });

  it('is not made where the same person was rung for the same line since it was asked for: that was this call', async () => {
    await asked('other', 'APPLIED', { number }, nowMs + second);
    expect(await admitted({ number })).toEqual({ admit: 'DONE', made: { callId: 'LTL-other' }, atMs: nowMs + second });
    expect(await admitted({ number, line: 'rents' })).toEqual({ admit: 'NOW' });
  });

  it('waits a moment where one for the same number and line is being made, and nobody knows yet how that went', async () => {
    await asked('other', 'SENDING', { number });
    expect(await admitted({ id: 'other', number })).toEqual({ admit: 'NOW' });
    expect(await admitted({ number })).toMatchObject({ admit: 'LATER', afterMs: second });
    // For another line it is another matter; so is one that was asked for only after that.
    expect(await admitted({ number, line: 'rents' })).toEqual({ admit: 'NOW' });
    expect(await admitted({ number, acceptedAtMs: nowMs + 1 })).toEqual({ admit: 'NOW' });
  });

  it('waits for one that joined another and is being made, and for one that was rung in this very moment', async () => {
    await asked('first', 'QUEUED', { number });
    const joins = { callback: 'first', sinceMs: nowMs, telephone: number };
    await asked('second', 'SENDING', { number }, nowMs, { joins });
    expect(await admitted({ id: 'second', number, joins: 'first' })).toEqual({ admit: 'NOW' });
    expect(await admitted({ number })).toMatchObject({ admit: 'LATER', afterMs: second });
    // Written down while the lines are asked for.
    meanwhile = () => asked('second', 'APPLIED', { number }, nowMs + second, { joins });
    expect(await admitted({ number })).toMatchObject({ admit: 'LATER', afterMs: second });
  });

  it('does not wait for one that came to nothing', async () => {
    await asked('other', 'SENDING', { number });
    await admitted({ id: 'other', number });
    await asked('other', 'REFUSED', { number }, nowMs + second);
    expect(await admitted({ number })).toEqual({ admit: 'NOW' });
  });

  it.each<[string, Partial<CallToMake>, string]>([
    ['a number that is not rung', { number: '+449098790000' }, 'The number must be'],
    ['a line that there is not', { line: 'nosuch' }, 'no line called nosuch'],
    ['a line that is a way out', { line: '09098790000' }, 'has no extension'],
  ])('to %s is never made', async (_what, call, message) => {
    lines.push({ name: '09098790000', agentsAvailable: 5, open: true });
    for (const purpose of ['CALLBACK', 'WELFARE'] as const) {
      expect(await admitted({ ...call, purpose })).toMatchObject({
        admit: 'NEVER',
        message: expect.stringContaining(message),
      });
    }
  });

  it('of a welfare campaign never waits: whoever makes it is told why not', async () => {
    const welfare = { purpose: 'WELFARE' as const };
    lines = [];
    expect(await admitted(welfare)).toMatchObject({ admit: 'NEVER', message: expect.stringContaining('no line') });
    lines = [{ name: 'repairs', agentsAvailable: 0, open: true }];
    expect(await admitted(welfare)).toMatchObject({
      admit: 'NEVER',
      message: expect.stringContaining('No agent is free'),
    });
    // A call-back that waits is not before it: an agent has this call in hand already.
    await admitted({ id: 'waits', acceptedAtMs: nowMs - hour });
    lines = [{ name: 'repairs', agentsAvailable: 1, open: true }];
    expect(await admitted(welfare)).toEqual({ admit: 'NOW' });
    // That the resident was rung for a call-back is another matter.
    await asked('other', 'APPLIED', { number }, nowMs + second);
    lines = [{ name: 'repairs', agentsAvailable: 5, open: true }];
    for (let time = 0; time < 3; time += 1) expect(await admitted({ ...welfare, number })).toEqual({ admit: 'NOW' });
    expect(await admitted({ ...welfare, number })).toMatchObject({
      admit: 'NEVER',
      message: expect.stringMatching(/as often as we may\. .* after 10am on Monday 27 June\.$/),
    });
  });
});
