// What operators' commands send to the Lintel that runs here, and what they say of its answers: over a socket of the test's own, in
// this process. That a real Lintel takes them is seen in operator.test.ts.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { forget } from '../../gateway/commands/forget.ts';
import type { ShownBackend, ShownSystem } from '../../gateway/commands/shown.ts';
import { notice, system } from '../../gateway/commands/system.ts';
import { account } from '../../gateway/operator.ts';

interface Asked {
  query: string;
  variables: Record<string, unknown>;
  who: string;
}

let folder: string;
let server: Server;
let env: Record<string, string>;
const asked: Asked[] = [];
/** What is answered, by root field or alias. */
let answers: Record<string, unknown>;
let errors: { message: string }[];
let said: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lintel-orders-'));
  env = { OPERATOR_SOCKET: join(folder, 'operator.sock') };
  [asked.length, answers, errors, said] = [0, {}, [], ''];
  server = createServer(async (request, response) => {
    const { query, variables = {} } = JSON.parse(await textOf(request));
    asked.push({ query, variables, who: decodeURIComponent(String(request.headers['lintel-operator'])) });
    const data = Object.entries(answers).filter(([name]) => query.includes(`${name}:`) || query.includes(` ${name}`));
    response.end(JSON.stringify({ data: Object.fromEntries(data), errors }));
  });
  await new Promise<void>((resolve) => server.listen(env.OPERATOR_SOCKET, resolve));
  const heard = (text: string | Uint8Array) => {
    said += text;
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(heard);
  vi.spyOn(process.stderr, 'write').mockImplementation(heard);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

const since = '2026-11-28T12:00:00.000Z';
const counts = { missing: 1, older: 0, reissued: 0, changed: 0 };

function backend(name: string, more: Partial<ShownBackend> = {}): ShownBackend {
  const nothing = { expectedBack: null, who: null, why: null, restorePoint: null, cause: null, alarm: null };
  return { name, state: 'OPERATIONAL', since, circuit: 'CLOSED', ...nothing, ...more };
}

/** A backend that is held, with writes that wait for it. */
function held(name: string, count: number, about: string[]): ShownBackend {
  const alarm = { seen: 'RETURN' as const, compared: 9, ...counts, provenUpTo: null, at: since, findings: [] };
  const writes = { ...counts, lookedUp: 3, untold: 0, emergencies: 0 };
  return backend(name, { state: 'HELD', alarm: { ...alarm, writes, waiting: { count, about } } });
}

function repairs(...backends: ShownBackend[]): ShownSystem {
  return { name: 'repairs', state: 'OPERATIONAL', since, expectedBack: null, notice: null, backends };
}

const both = repairs(backend('workOrders'), backend('scheduler'));
const why = 'ransomware';

describe('lintel system', () => {
  it.each<[args: string[], flags: Record<string, string>, mutation: string, input: object]>([
    [['repairs', 'isolate'], { why }, 'setSystemState', { state: 'ISOLATED', why }],
    [['repairs', 'ISOLATED'], { why }, 'setSystemState', { state: 'ISOLATED', why }],
    [
      ['repairs.scheduler', 'isolate'],
      { why, expectedBack: since },
      'setSystemState',
      { state: 'ISOLATED', why, backend: 'scheduler', expectedBack: since },
    ],
    [
      ['repairs', 'read-only'],
      { why, restorePoint: since, backend: 'workOrders' },
      'setSystemState',
      { state: 'READ_ONLY', why, restorePoint: since, backend: 'workOrders' },
    ],
    [
      ['repairs', 'readonly'],
      { why, restorePoint: since },
      'setSystemState',
      { state: 'READ_ONLY', why, restorePoint: since },
    ],
    [['repairs', 'reconcile'], { why }, 'setSystemState', { state: 'RECONCILING', why }],
    [['repairs', 'reconciling'], { why }, 'setSystemState', { state: 'RECONCILING', why }],
    [['repairs', 'release'], { why }, 'setSystemState', { state: 'RELEASED', why }],
    [['repairs', 'released'], { why }, 'setSystemState', { state: 'RELEASED', why }],
    [['repairs', 'expect', since], {}, 'setExpectedBack', { expectedBack: since }],
    [['repairs', 'expected-back'], { expectedBack: since }, 'setExpectedBack', { expectedBack: since }],
    [['repairs', 'expect', 'unknown'], {}, 'setExpectedBack', { expectedBack: null }],
    [['repairs.scheduler', 'expect', 'unknown'], {}, 'setExpectedBack', { expectedBack: null, backend: 'scheduler' }],
  ])('%j with %j orders %s of %j', async ([target, order, time], flags, mutation, input) => {
    answers = { before: both, after: both };
    await system(env, target, order, time, flags);
    const [, sent] = asked;
    expect(sent?.query).toContain(`after: ${mutation}(input: $input)`);
    expect(sent?.variables).toEqual({ input: { system: 'repairs', backend: null, ...input } });
    expect(said).toMatch(/^\S*(repairs|It is not known)/);
  });

  it.each(['try-again', 'retry', 'TRY_AGAIN'])('%s has the system looked at, and nothing else', async (order) => {
    answers = { before: both, after: both };
    await system(env, 'repairs', order, undefined, {});
    expect(asked[1]?.query).toContain('after: tryAgain(system: $name)');
    expect(asked[1]?.variables).toEqual({ name: 'repairs' });
  });

  it.each<[args: string[], flags: Record<string, string>, sentence: RegExp]>([
    [['repairs', 'isolate'], {}, /^Say why/],
    [['repairs', 'release'], { why: ' ' }, /^Say why/],
    [['repairs', 'reconcile'], {}, /^Say why/],
    [['repairs', 'read-only'], { why }, /^Say when the copy was taken/],
    [['repairs', 'expect'], {}, /^Say when, e\.g\./],
    [['repairs', 'isolate', since], { why }, /^A time goes with expect alone/],
    [['repairs', 'try-again', since], {}, /^A time goes with expect alone/],
    [['repairs', 'explode'], { why }, /"explode" cannot be ordered/],
    [
      ['nonesuch', 'isolate'],
      { why },
      /There is no system "nonesuch"\. There are: tenancies, lettings, repairs, telephony/,
    ],
  ])('%j with %j says what is missing before anybody is asked', async ([target, order, time], flags, sentence) => {
    await expect(system(env, target, order, time, flags)).rejects.toThrow(sentence);
    expect(asked).toEqual([]);
  });

  it('releases nothing while writes wait about what is lost, before it was said that they may go', async () => {
    answers = { before: repairs(held('workOrders', 7, ['R1', 'R2']), held('scheduler', 1, [])), after: both };
    const release = (target: string, flags = {}) => system(env, target, 'release', undefined, { why, ...flags });
    await expect(release('repairs')).rejects.toThrow(
      '8 writes wait for repairs, and 2 of them are about what it has lost or given to another: R1, R2.',
    );
    await expect(release('repairs.workOrders')).rejects.toThrow('7 writes wait for repairs.workOrders');
    expect(asked.some(({ query }) => query.includes('mutation'))).toBe(false);
    await release('repairs', { yes: true });
    expect(asked.at(-1)?.variables).toMatchObject({ input: { state: 'RELEASED' } });
    // Of its scheduler nothing is lost.
    await release('repairs.scheduler');
    expect(asked.at(-1)?.variables).toMatchObject({ input: { backend: 'scheduler' } });
    await system(env, 'repairs', 'isolate', undefined, { why });
    expect(asked.at(-1)?.variables).toMatchObject({ input: { state: 'ISOLATED' } });
  });

  it('counts one write as one', async () => {
    answers = { before: repairs(held('workOrders', 1, ['R1'])), after: both };
    await expect(system(env, 'repairs', 'release', undefined, { why })).rejects.toThrow(
      '1 write waits for repairs, and 1 of them is about what it has lost or given to another: R1.',
    );
  });

  it('says what an alarm is about: what is missing, what waits for it, and what can be done', async () => {
    const { alarm } = held('workOrders', 2, ['R1']);
    const writes = { ...counts, lookedUp: 3, untold: 0, emergencies: 1, reissued: 2 };
    const told = { ...alarm, writes, older: 4 } as NonNullable<ShownBackend['alarm']>;
    answers = { systems: [repairs(backend('workOrders', { state: 'HELD', alarm: told }), backend('scheduler'))] };
    await system(env, undefined, undefined, undefined, {});
    expect(said).toMatch(/^ {2}workOrders +HELD/m);
    expect(said).toContain('it came back after a long silence, perhaps out of a backup.');
    expect(said).toContain(
      'Of 3 applied writes looked up: 1 missing, 2 with a reference that another record has now; one of them is an EMERGENCY.',
    );
    expect(said).toContain('Of 9 kept answers compared: 1 missing, 4 older than what was known.');
    expect(said).toContain(
      '2 writes wait for it, and none is sent before you decide. About what is lost: R1 (npx lintel receipt ID).',
    );
  });

  it('is ordered by whoever is named, by who is behind sudo, or by the account', async () => {
    answers = { systems: [] };
    await system(env, undefined, undefined, undefined, { as: 'Zoë' });
    await system({ ...env, SUDO_USER: 'anna' }, undefined, undefined, undefined, {});
    await system({ ...env, SUDO_USER: ' ' }, undefined, undefined, undefined, {});
    expect(asked.map(({ who }) => who)).toEqual(['Zoë', 'anna', account()]);
  });

  it('is told the sentence of what was refused; and beside an answer, of what it lacks', async () => {
    answers = { before: both, after: null };
    errors = [{ message: 'It is ISOLATED.' }, { message: 'It is ISOLATED.' }];
    await expect(system(env, 'repairs', 'reconcile', undefined, { why })).rejects.toThrow(/^It is ISOLATED\.$/);
    answers = { systems: [both] };
    await system(env, undefined, undefined, undefined, { json: true });
    expect(said).toContain('lintel: It is ISOLATED.\n');
    expect(said).toContain('"running":true,"systems":[{"name":"repairs"');
  });
});

describe('lintel notice', () => {
  const told = { ...both, notice: { text: 'Ring us.', written: true, at: since } };

  it.each<[text: string | undefined, flags: { clear?: boolean }, field: string, variables: object]>([
    [
      'Ring us.',
      {},
      'mutation($input: SetNoticeInput!) { told: setNotice(input: $input)',
      { input: { system: 'repairs', text: 'Ring us.' } },
    ],
    [undefined, { clear: true }, 'mutation($name: ID!) { told: clearNotice(system: $name)', { name: 'repairs' }],
    [undefined, {}, 'query($name: ID!) { told: system(name: $name)', { name: 'repairs' }],
  ])('%j with %j asks %s', async (text, flags, field, variables) => {
    answers = { told };
    await notice(env, 'repairs', text, flags);
    expect(asked).toMatchObject([{ query: expect.stringContaining(field), variables }]);
    expect(said).toMatch(/^Residents are told \(an operator's words, .*\):\n {2}Ring us\.$/m);
    expect(said.includes('npx lintel notice repairs --clear')).toBe(text !== undefined);
  });

  it('takes either a text or the wish to take it back', async () => {
    await expect(notice(env, 'repairs', 'Ring us.', { clear: true })).rejects.toThrow('Give either a text or --clear.');
    expect(asked).toEqual([]);
  });

  it('says whose words they are, or that there are none', async () => {
    answers = { told: { ...told, notice: { ...told.notice, written: false } } };
    await notice(env, 'repairs', undefined, {});
    answers = { told: { ...told, notice: null } };
    await notice(env, 'repairs', undefined, {});
    expect(said).toMatch(/^Residents are told \(Lintel's own words\):.*Residents are told nothing\.$/ms);
  });
});

describe('lintel forget', () => {
  const none = { records: 0, ownRecords: 0, writes: 0, openWrites: 0, telephoneNumbers: 0 };

  it('says what was forgotten of a person, what is still to be done, and what cannot be forgotten from here', async () => {
    answers = { forgotten: { records: 1_200, ownRecords: 1, writes: 2, openWrites: 1, telephoneNumbers: 1 } };
    await forget(env, ' 0000122-1 ', {});
    expect(asked[0]?.variables).toEqual({ input: { personReference: '0000122-1' } });
    expect(said).toContain(
      "Forgotten of 0000122-1: 1,200 kept records, 1 of Lintel's own records, what 2 finished writes said. Found by reference, 1 telephone number and",
    );
    expect(said).toContain('Kept: 1 write still to be done. Forget again when they are: npx lintel receipts\n');
    expect(said).toContain('Not forgotten: what the legacy systems themselves have');
  });

  it.each([
    [none, 'Nothing is kept of X.\n'],
    [{ ...none, openWrites: 2 }, 'Nothing is kept of X but what is still to be done.\nKept: 2 writes still'],
    [{ ...none, writes: 1 }, 'Forgotten of X: what 1 finished write said.'],
  ])('of %j says: %s', async (forgotten, sentence) => {
    answers = { forgotten };
    await forget(env, 'X', {});
    expect(said).toContain(sentence);
    expect(said.includes('Kept:')).toBe(forgotten.openWrites > 0);
  });

  it('looks for what nobody leads to, and forgets it only where that was said', async () => {
    const found = [{ system: 'repairs', kind: 'repair', count: 2 }];
    answers = { swept: { forgotten: false, looked: 1_000, found } };
    await forget(env, undefined, { sweep: true });
    expect(asked[0]?.variables).toEqual({ input: { forget: false } });
    expect(said).toMatch(/^2 kept records of 1,000 that no kept record of a person leads to:\n {2}repairs repair +2$/m);
    expect(said).toContain('Nothing is forgotten yet.');
    [said, answers] = ['', { swept: { forgotten: true, looked: 1_000, found } }];
    await forget(env, undefined, { sweep: true, yes: true });
    expect(asked[1]?.variables).toEqual({ input: { forget: true } });
    expect(said).toMatch(/^Forgotten: 2 kept records/);
    expect(said).not.toContain('Nothing is forgotten yet.');
    [said, answers] = ['', { swept: { forgotten: true, looked: 1, found: [] } }];
    await forget(env, undefined, { sweep: true });
    expect(said).toBe('Of 1 kept record there is none that no person leads to.\n');
  });

  it.each([
    [undefined, {}, /^Say whom/],
    [' ', {}, /^Say whom/],
    ['X', { sweep: true }, /^Say whom/],
    ['X', { yes: true }, /^--yes goes with --sweep/],
  ])('%j with %j is refused before anybody is asked', async (person, flags, sentence) => {
    await expect(forget(env, person, flags)).rejects.toThrow(sentence);
    expect(asked).toEqual([]);
  });
});
