// What is kept, from the command line: backup, restore, forget, as a person runs them.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { forgetPerson } from '../../subgraphs/continuity/forgetting.ts';
import { createIntake } from '../../subgraphs/continuity/intake/index.ts';
import { createOwn } from '../../subgraphs/continuity/owner.ts';
import { systems } from '../../subgraphs/index.ts';
import { openKept } from '../kept.ts';
import { run } from '../process.ts';
import { createOffice } from '../subgraphs/continuity/intake/office.ts';

// Each command is a process of its own; a busy machine takes its time.
vi.setConfig({ testTimeout: 90_000 });

const key = randomBytes(32);
const keys = new Map([['monday', key]]);
const storeKeys = `monday:${key.toString('base64')}`;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lintel-keeping-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const inFolder = (name: string) => join(folder, name);

async function lintel(args: string[], variables: Record<string, string> = {}) {
  const command = run(args, { STORE_KEYS: storeKeys, STORE_FILE: inFolder('store.sqlite'), ...variables });
  return { code: await command.ended, output: command.output() };
}

const personTerms = (_key: string, value: unknown) => {
  const people = [value].flat() as { personReference?: string }[];
  return people.flatMap((person) => (person?.personReference ? [`person\n${person.personReference}`] : []));
};

/** A store in which Katy is kept, with her household and her calls, and David. */
async function filled(file: string) {
  const kept = await openKept({ file }, { keys });
  const { snapshots } = kept;
  const katy = { personReference: '1-1', name: 'Katy', telephoneNumbers: ['+441553000001', '+441553000002'] };
  const david = { personReference: '2-1', name: 'David', telephoneNumbers: ['+441553000003'] };
  snapshots.keep('tenancies', 'person', new Map(Object.entries({ '1-1': katy, '2-1': david })), 1, {
    termsOf: personTerms,
  });
  snapshots.keep('tenancies', 'household', new Map([['1', [david, katy]]]), 1, { termsOf: personTerms });
  snapshots.keep('telephony', 'callsOfNumber', new Map([['+441553000001', []]]), 1, {
    termsOf: (number) => [`telephone\n${number}`],
  });
  snapshots.keep('telephony', 'callsOfNumber', new Map([['+441553000003', []]]), 1, {
    termsOf: (number) => [`telephone\n${number}`],
  });
  await snapshots.flush();
  return kept;
}

async function personsIn(file: string, ...references: string[]) {
  const { snapshots, close } = await openKept({ file }, { keys });
  const found = await snapshots.find('tenancies', 'person', references);
  await close();
  return [...found.keys()];
}

describe('backup and restore', () => {
  it('make a file that nobody can read, and bring it back; each says what it did', async () => {
    await (await filled(inFolder('store.sqlite'))).close();
    const made = await lintel(['backup', inFolder('a.backup')]);
    expect(made.output).toMatch(/Backed up and read back: .*a\.backup, \d+\.\d MB\./);
    expect(made.output).toMatch(/ {2}snapshot +5\n/);
    expect(made.output).toMatch(/Writing: 100%, \d+ of \d+ rows\n/);
    expect(made.output).toMatch(/Reading back: 100%/);
    expect(made.output).toMatch(/opens with the key monday alone, which is not in it/);
    expect(made.code).toBe(0);
    expect(statSync(inFolder('a.backup')).mode & 0o777).toBe(0o600);
    expect(readFileSync(inFolder('a.backup'), 'latin1')).not.toMatch(/tenancies|Katy/);

    const elsewhere = { STORE_FILE: inFolder('elsewhere/store.sqlite') };
    const restored = await lintel(['restore', inFolder('a.backup')], elsewhere);
    expect(restored.output).toMatch(/Restored, and read back from the store:\n {2}taken at +20.*\n/);
    expect(restored.code).toBe(0);
    expect(await personsIn(elsewhere.STORE_FILE, '1-1', '2-1')).toEqual(['1-1', '2-1']);

    const again = await lintel(['restore', inFolder('a.backup')], elsewhere);
    expect(again).toMatchObject({
      code: 1,
      output: expect.stringMatching(/^lintel: The store is not empty\. With --replace/m),
    });
    const replaced = await lintel(['restore', inFolder('a.backup'), '--replace', '--json'], elsewhere);
    expect(JSON.parse(replaced.output.split('\n').find((line) => line.startsWith('{')) ?? '')).toMatchObject({
      tables: { snapshot: { rows: 5 } },
      unreadable: {},
    });
  });

  it('overwrite nothing, leave no half of a file, make no store that was not there', async () => {
    await (await filled(inFolder('store.sqlite'))).close();
    writeFileSync(inFolder('a.backup'), 'mine');
    const there = await lintel(['backup', inFolder('a.backup')]);
    expect(there).toMatchObject({
      code: 1,
      output: expect.stringMatching(/is there already\. A backup overwrites nothing/),
    });
    expect(readFileSync(inFolder('a.backup'), 'utf8')).toBe('mine');
    const nowhere = await lintel(['backup', inFolder('none/b.backup')]);
    expect(nowhere.code).toBe(1);
    expect(nowhere.output).toMatch(/^lintel: .*b\.backup cannot be written: .*no such file or directory/m);
    expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([]);
    const missing = await lintel(['backup', inFolder('c.backup')], { STORE_FILE: inFolder('other.sqlite') });
    expect(missing).toMatchObject({ code: 1, output: expect.stringMatching(/There is no store .*other\.sqlite/) });
    expect(existsSync(inFolder('other.sqlite'))).toBe(false);
    const noFile = await lintel(['restore', inFolder('d.backup')]);
    expect(noFile).toMatchObject({ code: 1, output: expect.stringMatching(/There is no file .*d\.backup/) });
  });

  it('refuse a store that another Lintel has open, and another key, each with a sentence', async () => {
    const kept = await filled(inFolder('store.sqlite'));
    const used = await lintel(['backup', inFolder('a.backup')]);
    expect(used).toMatchObject({
      code: 1,
      output: expect.stringMatching(/^lintel: The store .* in use by another Lintel/m),
    });
    await kept.close();
    expect((await lintel(['backup', inFolder('a.backup')])).code).toBe(0);
    const stranger = { STORE_KEYS: `monday:${randomBytes(32).toString('base64')}` };
    const opened = await lintel(['backup', inFolder('b.backup')], stranger);
    expect(opened).toMatchObject({
      code: 1,
      output: expect.stringMatching(/^lintel: The store was made with another key/m),
    });
    const restored = await lintel(['restore', inFolder('a.backup')], {
      ...stranger,
      STORE_FILE: inFolder('new.sqlite'),
    });
    expect(restored).toMatchObject({ code: 1, output: expect.stringMatching(/^lintel: The backup cannot be opened/m) });
  });
});

const noWrites = { ownRecords: 0, writes: 0, openWrites: 0 };

/** Two writes of Katy's, one of which is done. */
async function written({ store, cipher, clock }: Awaited<ReturnType<typeof filled>>) {
  const intake = createIntake({ store, cipher, clock, onFailure: (what, error) => expect.fail(`${what}: ${error}`) });
  intake.serve({ ...createOffice().counter, open: () => 'QUEUE' });
  for (const mutation of ['own', 'note']) {
    const input = { about: '1-1', text: 'a tap' };
    await intake.submit({ client: '', system: 'office', mutation, idempotencyKey: mutation, input, channel: '' });
  }
  return intake;
}

describe('forget', () => {
  it('takes out a person, whoever else is named with them, and the calls of their numbers; nobody else', async () => {
    const { snapshots, close, ...kept } = await filled(inFolder('store.sqlite'));
    const onFailure = (what: string, error: unknown) => expect.fail(`${what}: ${error}`);
    const intake = createIntake({ ...kept, onFailure });
    const own = createOwn({ ...kept, onFailure });
    const forget = () => forgetPerson('1-1', { systems, snapshots, intake, own });
    expect(await forget()).toEqual({ ...noWrites, records: 3, telephoneNumbers: 2 });
    expect([...(await snapshots.find('tenancies', 'person', ['1-1', '2-1'])).keys()]).toEqual(['2-1']);
    expect((await snapshots.find('tenancies', 'household', ['1'])).size).toBe(0);
    const calls = await snapshots.find('telephony', 'callsOfNumber', ['+441553000001', '+441553000003']);
    expect([...calls.keys()]).toEqual(['+441553000003']);
    expect(await forget()).toEqual({ ...noWrites, records: 0, telephoneNumbers: 0 });
    await close();
  });

  it('says how much went, and what it cannot forget', async () => {
    await (await filled(inFolder('store.sqlite'))).close();
    const forgotten = await lintel(['forget', ' 1-1 ']);
    expect(forgotten.output).toMatch(
      /Forgotten of 1-1: 3 kept records\. Found by reference, 2 telephone numbers and all/,
    );
    expect(forgotten.output).toMatch(/Not forgotten: what the legacy systems themselves have/);
    expect(forgotten.code).toBe(0);
    expect((await lintel(['forget', '1-1'])).output).toMatch(/Nothing is kept of 1-1\./);
    expect(await personsIn(inFolder('store.sqlite'), '1-1', '2-1')).toEqual(['2-1']);
  });

  it('takes what finished writes say, and tells of those that are still to be done', async () => {
    const kept = await filled(inFolder('store.sqlite'));
    await (await written(kept)).close();
    await kept.close();
    const { output } = await lintel(['forget', '1-1']);
    expect(output).toMatch(/3 kept records, what 1 finished write said\./);
    expect(output).toMatch(/Kept: 1 write still to be done\./);
    expect((await lintel(['forget', '1-1'])).output).toMatch(/Nothing is kept of 1-1 but what is still to be done\./);
  });
});
