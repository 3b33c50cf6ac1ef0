// The commands about what was written: what they ask of a Lintel that runs, what they print of it, and how they end. In this
// process, against an operator socket that answers as a test says.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { cancel, ledger, receipt, receipts, settle, type Verdict } from '../../gateway/commands/receipts.ts';
import { replay } from '../../gateway/commands/replay.ts';
import type { ShownReceipt } from '../../gateway/commands/writes.ts';

// biome-ignore lint/suspicious/noExplicitAny: answers of any shape.
type Answer = (query: string, variables: Record<string, any>) => unknown;

let folder: string;
let server: Server;
let answer: Answer;
let asked: { query: string; variables: Record<string, unknown> }[];
let printed: string;
let env: Record<string, string>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lintel-written-'));
  env = { OPERATOR_SOCKET: join(folder, 'socket'), STORE_FILE: join(folder, 'store') };
  asked = [];
  printed = '';
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    const { query = '', variables = {} } = body ? JSON.parse(body) : {};
    asked.push({ query, variables });
    response.end(JSON.stringify({ data: answer(query, variables) }));
  });
  await new Promise<void>((resolve) => server.listen(env.OPERATOR_SOCKET, resolve));
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += text;
    return true;
  });
  // How far a replay has come is a remark.
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
});
afterEach(async () => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

const at = '2026-09-01T11:00:00.000Z';
const shown = (id: string, state: string, more: Partial<ShownReceipt> = {}): ShownReceipt => ({
  ...{ id, state, mutation: 'reportRepair', system: 'repairs', message: 'We have noted your repair.' },
  ...{ acceptedAt: at, receivedAt: at, changedAt: at, steps: [], made: [], deadlines: [] },
  ...more,
});

it('lists the newest first, page by page, as many as are asked for and no more, of what is asked for', async () => {
  const all = Array.from({ length: 900 }, (_, number) => shown(`R${number}`, 'QUEUED'));
  answer = (_query, { first, after }) => {
    const from = after ? Number(after) : 0;
    const some = all.slice(from, from + first);
    const pageInfo = { hasNextPage: from + first < all.length, endCursor: String(from + first) };
    return { receipts: { edges: some.map((node) => ({ node })), pageInfo } };
  };
  await receipts(env, { first: 700, json: true, state: ['queued', 'parked'], system: 'repairs', emergency: true });
  const found = JSON.parse(printed);
  expect(found.running).toBe(true);
  expect(found.receipts.map(({ id }: ShownReceipt) => id)).toEqual(all.slice(0, 700).map(({ id }) => id));
  const filter = { system: 'repairs', states: ['QUEUED', 'PARKED'], emergency: true };
  expect(asked.map(({ variables }) => variables)).toEqual([
    { filter, first: 500, after: null },
    { filter, first: 200, after: '500' },
  ]);
  await receipts(env, {});
  expect(asked.at(-1)?.variables).toEqual({ filter: {}, first: 50, after: null });
  printed = '';
  await receipts(env, { first: 5_000 });
  expect(printed.split('\n').filter(Boolean)).toHaveLength(900);
  expect(printed).toMatch(/^R0 {2}QUEUED {2}repairs .*reportRepair\n/);
  await expect(receipts(env, { system: 'repair' })).rejects.toThrow('repair');
});

it.each([
  ['AMBIGUOUS', 'Decide: npx lintel settle R1 done|again|settled --why'],
  ['PARKED', 'Decide: npx lintel settle R1 done|again|settled --why'],
  ['LOST', 'Decide: npx lintel settle R1 done|again|settled --why'],
  ['QUEUED', 'To take it back: npx lintel cancel R1 --why'],
  ['SENDING', null],
  ['APPLIED', null],
  ['REFUSED', null],
  ['CANCELLED', null],
  ['SETTLED', null],
])('shows one that is %s in full, and what can be decided of it', async (state, next) => {
  const step = {
    title: 'raise it',
    backend: 'workOrders',
    state,
    reference: 'L1',
    attempts: 2,
    message: 'Somebody has it open.',
  };
  answer = () => ({
    receipt: shown('R1', state, {
      receivedAt: '2026-08-29T11:00:00.000Z',
      steps: [{ ...step, appliedAt: state === 'APPLIED' ? at : null }],
      made: [{ id: 'WO/7', description: 'work order' }],
      deadlines: [{ name: 'Right to Repair', stepName: 'MAKE_SAFE', dueAt: at, doneAt: null }],
    }),
  });
  await receipt(env, 'R1', {});
  expect(asked.at(-1)?.variables).toEqual({ id: 'R1' });
  for (const word of [
    'R1',
    state,
    'received',
    'raise it (workOrders, L1, 2 attempts)',
    'Somebody has it open.',
    'made WO/7',
  ]) {
    expect(printed).toContain(word);
  }
  expect(printed).toMatch(/due .* MAKE_SAFE \(Right to Repair\)/);
  if (next) expect(printed).toContain(next);
  else expect(printed).not.toMatch(/npx lintel/);
});

it('says that there is no such receipt', async () => {
  answer = () => ({ receipt: null });
  await expect(receipt(env, 'R0', {})).rejects.toThrow('There is no receipt R0.');
});

it('adds up, and ends badly where the sum does not close', async () => {
  const sums = { accepted: 1_007, applied: 1_000, refused: 1, cancelled: 2, settled: 1, open: 3 };
  answer = () => ({ ledger: { ...sums, byState: [{ state: 'QUEUED', count: 3 }] } });
  await ledger(env, { system: 'repairs' });
  expect(asked.at(-1)?.variables).toEqual({ system: 'repairs' });
  expect(printed).toMatch(
    /1,007 accepted = 1,000 applied \+ 1 refused \+ 2 cancelled \+ 1 settled \+ 3 open\nIt closes\.\n {2}QUEUED +3\n$/,
  );
  expect(process.exitCode).toBeUndefined();
  for (const part of ['accepted', 'applied', 'refused', 'cancelled', 'settled', 'open'] as const) {
    answer = () => ({ ledger: { ...sums, [part]: sums[part] + 1, byState: [] } });
    printed = '';
    process.exitCode = undefined;
    await ledger(env, { json: true });
    expect([part, process.exitCode, JSON.parse(printed).ledger.closes]).toEqual([part, 1, false]);
  }
  printed = '';
  await ledger(env, {});
  expect(printed).toContain('It does NOT close: this is a fault of Lintel.');
});

it.each([
  ['done', 'DONE', 'APPLIED'],
  ['again', 'SEND_AGAIN', 'QUEUED'],
  ['settled', 'SETTLED', 'SETTLED'],
] as const)('gives the word of a person, with the reason: %s', async (verdict, said, state) => {
  answer = () => ({ done: { receipt: shown('R1', state) } });
  await settle(env, 'R1', verdict as Verdict, { why: 'I rang them.' });
  expect(asked.at(-1)?.query).toContain('settleWrite(input: $input)');
  expect(asked.at(-1)?.variables).toEqual({ input: { receipt: 'R1', verdict: said, why: 'I rang them.' } });
  expect(printed).toContain(`R1 is ${state}.`);
  expect(printed.includes('To send it now: npx lintel replay')).toBe(state === 'QUEUED');
});

it('takes one back with the reason, and decides nothing without one', async () => {
  answer = () => ({ done: { receipt: shown('R1', 'CANCELLED') } });
  await cancel(env, 'R1', { why: 'It is dry.' });
  expect(asked.at(-1)?.query).toContain('cancelWrite(input: $input)');
  expect(asked.at(-1)?.variables).toEqual({ input: { receipt: 'R1', why: 'It is dry.' } });
  const before = asked.length;
  for (const why of [undefined, '', '  ']) {
    const flags = why === undefined ? {} : { why };
    await expect(cancel(env, 'R1', flags)).rejects.toThrow('Say why');
    await expect(settle(env, 'R1', 'done', flags)).rejects.toThrow('Say why');
  }
  expect(asked.slice(before).filter(({ query }) => query)).toEqual([]);
});

it.each([
  ['DONE', 0, undefined, '3 attempts were made. Nothing waits any more.'],
  ['DONE', 2, undefined, '3 attempts were made. 2 cannot be sent yet, or need a decision: npx lintel receipts'],
  ['FAILED', 2, 1, "3 attempts were made. Then Lintel's own store failed"],
])('says how a replay has ended, and ends as it did: %s, %i open', async (state, open, exitCode, sentence) => {
  const started = { system: 'repairs', state, done: 3, total: 4, startedAt: at, endedAt: at };
  answer = (query) => (query.includes('startReplay') ? { startReplay: started } : { ledger: { open } });
  await replay(env, 'repairs', { rate: 5 });
  expect(asked.filter(({ query }) => query).map(({ variables }) => variables)).toEqual([
    { system: 'repairs', perSecond: 5 },
    { system: 'repairs' },
  ]);
  expect(printed).toContain(sentence);
  expect(process.exitCode).toBe(exitCode);
  printed = '';
  await replay(env, undefined, { json: true });
  expect(asked.filter(({ query }) => query.includes('startReplay')).at(-1)?.variables).toEqual({
    system: null,
    perSecond: null,
  });
  expect(JSON.parse(printed)).toMatchObject({ state, open, done: 3 });
});
