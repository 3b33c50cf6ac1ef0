// What the exchange is asked to do: ring somebody, over its mock and over answers written here.
import { describe, expect, it } from 'vitest';
import { requestCallback } from '../../../subgraphs/telephony/callbacks.ts';
import { telephony } from '../../../subgraphs/telephony/index.ts';
import { farHalf } from '../../../subgraphs/telephony/outcome.ts';
import { type Answering, type Canned, until } from '../wire.ts';
import { startMockedSteps, startSteps, stepsConform } from '../writes.ts';
import { cdr } from './wire.ts';

stepsConform(telephony, {
  originate: {
    operation: 'originate',
    change: ({ read }) => ({
      input: { number: '+447700900123', line: 'repairs' },
      times: async (reference) =>
        (await read('liveCalls', '')).filter(({ callId }: { callId: string }) => callId === reference).length,
    }),
  },
});

const json = (content: unknown, status = 200): Canned => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(content),
});
const rung = { number: '+447700900123', line: 'repairs' };
const callId = 'LTL-1';
const notFound = json({ message: 'Channel not found' }, 404);
/** A switchboard that knows these channels. */
const knowing =
  (...ids: string[]): Answering =>
  ({ path }) => {
    const id = decodeURIComponent(path.split('/').at(-1) ?? '');
    return ids.includes(id) ? json({ id, state: 'Ringing' }) : notFound;
  };

async function over(board: Answering, files: Record<string, string> = {}, settings?: Record<string, string>) {
  const wired = await startSteps(telephony, {
    switchboard: { answer: board, ...(settings && { settings }) },
    records: { answer: ({ path }) => files[path] ?? '' },
  });
  return { ...wired, board: wired.wires.switchboard, records: wired.wires.records };
}

describe('ringing somebody', () => {
  const made = { callId };

  it('is one request, under an id of ours', async () => {
    const { apply, board, sendings } = await over(() => json({ id: callId, state: 'Down' }));
    expect(await apply('originate', rung)).toEqual(made);
    const [asked, ...others] = board.asked;
    expect(others).toEqual([]);
    expect(asked).toMatchObject({ method: 'POST', path: '/ari/channels' });
    expect(asked?.headers.authorization).toMatch(/^Basic /);
    expect(Object.fromEntries(asked?.query ?? [])).toEqual({
      endpoint: 'Local/+447700900123@default',
      extension: 'repairs',
      context: 'default',
      callerId: 'Lintel',
      timeout: '30',
      channelId: callId,
    });
    expect(sendings()).toBe(1);
  });

  it("goes by the site's own dialplan", async () => {
    const { apply, board } = await over(
      () => json({ id: callId }),
      {},
      {
        DIAL: 'PJSIP/{number}@trunk',
        CONTEXT: 'queues',
        EXTENSIONS: 'rents=101, repairs = 100',
        CALLER_ID: 'Home <02079460000>',
      },
    );
    await apply('originate', rung);
    expect(Object.fromEntries(board.asked[0]?.query ?? [])).toMatchObject({
      endpoint: 'PJSIP/+447700900123@trunk',
      extension: '100',
      context: 'queues',
      callerId: 'Home <02079460000>',
    });
  });

  it.each([
    ['a premium number', { number: '+449098790000', line: 'repairs' }],
    ['a satellite', { number: '+881612345678', line: 'repairs' }],
    ['several at once', { number: '+447700900123@trunk&PJSIP/+447700900124', line: 'repairs' }],
    ['no number', { number: '999', line: 'repairs' }],
    ['the way out', { number: '+447700900123', line: '09098790000' }],
    ['999', { number: '+447700900123', line: '999' }],
    ['a feature', { number: '+447700900123', line: '*98' }],
    ['another context', { number: '+447700900123', line: '100@default' }],
  ])('never is of %s, whatever was accepted', async (_what, call) => {
    const { failure, board, sendings } = await over(() => json({ id: callId }));
    expect((await failure('originate', call)).failure).toBe('REFUSAL');
    expect(board.asked).toEqual([]);
    expect(sendings()).toBe(0);
  });

  it('that the exchange knows already was done before', async () => {
    const { apply } = await over(() => json({ message: 'Channel with given unique ID already exists' }, 409));
    expect(await apply('originate', rung)).toEqual(made);
  });

  it.each<[string, Canned, string]>([
    ['a refusal', json({ message: 'Invalid endpoint specified' }, 400), 'REFUSAL'],
    ['a page that says no', { status: 400, headers: { 'content-type': 'text/html' }, body: '<html>' }, 'FAULT'],
    ['an account that may ring nobody', json({ message: 'Forbidden' }, 403), 'FAULT'],
    ['trunks that are full', json({ error: 'Allocation failed' }, 500), 'FAULT'],
    ['another login', json({ message: 'Authentication required' }, 401), 'CREDENTIALS'],
    ['a restart', { status: 503, body: '<html>' }, 'UNAVAILABLE'],
    ['a channel of another name', json({ id: '1656316800.1' }), 'GARBLED'],
    ['a channel of no name', json({}), 'GARBLED'],
    ['a page', '<html>PBX</html>', 'GARBLED'],
    ['nothing', '', 'GARBLED'],
  ])('answered with %s is not done', async (_what, answer, kind) => {
    const { failure } = await over(() => answer);
    const told = await failure('originate', rung);
    expect(told.failure).toBe(kind);
    expect(told.reason).toBe(kind === 'REFUSAL' ? 'The telephone exchange cannot ring this number.' : undefined);
  });

  const start = '2022-06-27 08:59:00';
  const cdrs = (...rows: string[]) => ({ '/Master.csv': rows.join('') });
  it.each<[string, Answering, Record<string, string>, object | undefined]>([
    ['it lives', knowing(callId), {}, made],
    ['it was recorded', knowing(), cdrs(cdr({ id: 'x', start }), cdr({ id: callId, start })), made],
    ['only its far half was recorded', knowing(), cdrs(cdr({ id: `${callId};2`, start })), made],
    ['it waited on a line', knowing(), { '/queue_log': `1656316740|${callId}|repairs|NONE|ENTERQUEUE||1|1\n` }, made],
    ['others live and were recorded', knowing('LTL-11'), cdrs(cdr({ id: 'LTL-11', start })), undefined],
    ['the site logs no ids', knowing(), cdrs(cdr({ id: '', start })), undefined],
  ])('is looked for among channels, then in the records: %s', async (_what, board, files, found) => {
    const { find } = await over(board, files);
    expect(await find('originate', rung)).toEqual(found);
  });

  it('is looked for in the records only where it does not live', async () => {
    const { find, records } = await over(knowing(callId));
    await find('originate', rung);
    expect(records.asked).toEqual([]);
  });

  it('is not missing where exchange or records cannot be asked, and the records are held against nobody', async () => {
    const down = await over(() => ({ status: 500 }));
    await expect(down.find('originate', rung)).rejects.toMatchObject({ failure: 'FAULT' });
    const unrecorded = await startSteps(telephony, {
      switchboard: { answer: knowing() },
      records: { answer: () => ({ status: 500 }) },
    });
    await expect(unrecorded.find('originate', rung)).rejects.toMatchObject({ failure: 'REFUSAL' });
  });

  it('waits for slow records no longer than its own time', async () => {
    const wired = await startSteps(telephony, {
      switchboard: { answer: knowing() },
      records: { answer: () => new Promise(() => {}) },
    });
    const found = wired.find('originate', rung);
    const settledAs = expect(found).rejects.toMatchObject({ failure: 'REFUSAL' });
    await until(() => wired.wires.records.asked.length > 0);
    await wired.clock.advance(1_500);
    await settledAs;
  });
});

describe('what became of a call that was made', () => {
  const start = '2022-06-27 08:30:00';
  const log = (...events: string[]) => events.map((event) => `1656315020|${callId}|repairs|${event}\n`).join('');
  const none = { answer: '', disposition: 'NO ANSWER' };
  const answered = { disposition: 'ANSWERED' };

  async function outcome(rows: Parameters<typeof cdr>[0][], events = '') {
    const files = { '/Master.csv': rows.map(cdr).join(''), '/queue_log': events };
    const { adapter } = await over(knowing(), files);
    return (await adapter.reads.outcomeOfCall.ask([callId], new AbortController().signal)).get(callId);
  }
  /** Both halves of a Local channel, as a real exchange records them: the near one, and the telephone that rang. */
  const halves = (near: object, far: object) => [
    { id: callId, start, channel: 'Local/+447700900123@default-00000000;1', ...near },
    { id: `${callId};2`, start, channel: 'Local/+447700900123@default-00000000;2', dst: '+447700900123', ...far },
  ];

  it('is nothing yet where it is not recorded', async () => {
    expect(await outcome([{ id: 'LTL-11', start }])).toBeUndefined();
  });

  it('is that somebody answered and was put through', async () => {
    const events = log('NONE|ENTERQUEUE||1|1', 'PJSIP/10001|CONNECT|4|1.2|3', 'PJSIP/10001|COMPLETECALLER|4|60|1');
    expect(await outcome(halves(answered, answered), events)).toEqual({
      state: 'ANSWERED',
      putThrough: true,
      startedAt: '2022-06-27T08:30:00+01:00',
      endedAt: '2022-06-27T08:30:00+01:00',
      talkSeconds: 60,
    });
  });

  it.each([
    [
      'answered, and hung up while waiting',
      halves(answered, answered),
      log('NONE|ENTERQUEUE||1|1', 'NONE|ABANDON|1|1|40'),
      'ANSWERED',
      false,
    ],
    ['answered, and came to no line', halves(answered, answered), '', 'ANSWERED', null],
    ['answered, as the line alone tells', [], log('NONE|ENTERQUEUE||1|1'), 'ANSWERED', false],
    ['rang in vain', halves(none, none), '', 'NO_ANSWER', null],
    [
      'rang in vain, which the far half alone tells',
      halves({ ...none, disposition: 'FAILED' }, none),
      '',
      'NO_ANSWER',
      null,
    ],
    ['was engaged', halves(none, { ...none, disposition: 'BUSY' }), '', 'BUSY', null],
    ['failed', [{ id: callId, start, ...none, disposition: 'FAILED' }], '', 'FAILED', null],
    ['went as nobody knows', [{ id: callId, start, ...none, disposition: 'CONGESTION' }], '', 'UNKNOWN', null],
  ])('is that it %s', async (_what, rows, events, state, putThrough) => {
    expect(await outcome(rows, events)).toMatchObject({ state, putThrough });
  });

  it('leaves the numbers that have calls as they are: an identifier is no number', async () => {
    const { adapter } = await over(knowing(), { '/Master.csv': cdr({ id: callId, src: '07700900123', start }) });
    const numbers = await adapter.reads.numbersWithCalls.ask([''], new AbortController().signal);
    expect([...numbers.values()]).toEqual([['+447700900123']]);
  });
});

describe('over a made-up exchange, a call', () => {
  it.each([
    ['+447700900123', 'ANSWERED'],
    // The mock's numbers that end in 9 are of people who are out.
    ['+447700900129', 'NO_ANSWER'],
  ])('to %s is found while it lives and when it is over, rung once, and was %s', async (number, state) => {
    const { clock, apply, find, read } = await startMockedSteps(telephony);
    const call = { number, line: 'repairs' };
    expect(await apply('originate', call)).toEqual({ callId });
    // Asked again while it lives, by whatever mistake, it rings nobody.
    expect(await apply('originate', call)).toEqual({ callId });
    expect(await find('originate', call)).toEqual({ callId });
    // Longer than anybody waits on a line and talks.
    await clock.advance(3_600_000);
    expect((await read('liveCalls', '')).some((each: { callId: string }) => each.callId === callId)).toBe(false);
    expect(await find('originate', call)).toEqual({ callId });
    expect(await read('outcomeOfCall', callId)).toMatchObject({ state, startedAt: '2026-09-01T12:00:00+01:00' });
    // Of a call through the dialplan there are two records, and one telephone that rang.
    const halves: string[] = (await read('callsOfNumber', number)).map((each: { callId: string }) => each.callId);
    expect(halves.filter((id) => id === farHalf(callId))).toHaveLength(1);
  });
});

it.each([
  ['7:59 in summer', Date.UTC(2026, 6, 1, 6, 59), false],
  ['8:00 in summer', Date.UTC(2026, 6, 1, 7), true],
  ['8:00 in winter', Date.UTC(2026, 0, 5, 8), true],
  ['19:59 in winter', Date.UTC(2026, 0, 5, 19, 59), true],
  ['20:00 in winter', Date.UTC(2026, 0, 5, 20), false],
  ['3:00 in winter', Date.UTC(2026, 0, 5, 3), false],
])('who waits to be called back may be rung by day alone: at %s in London', (_when, atMs, may) => {
  expect(requestCallback.maySend?.(atMs)).toBe(may);
});
