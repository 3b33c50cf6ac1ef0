// Emergencies through a whole Lintel over real sockets: accepted with every system hung, with a store that is full, and with one
// that is gone; on the dispatch list at once; raised once when all is back. And the commands of whoever looks after them.
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Keeper, startKeeper } from '../keeper.ts';
import { run } from '../process.ts';

/** Several processes' worth of work on a busy machine; nothing here asserts how long. */
const patientMs = 120_000;

let keeper: Keeper;
beforeEach(async () => {
  keeper = await startKeeper();
}, patientMs);
afterEach(() => keeper.close(), patientMs);

const report = `mutation($input: ReportRepairInput!) {
  reportRepair(input: $input) { receipt { id state acceptedAt receivedAt steps { state } } }
}`;
const property = '00001017';

function emergency(number: number, more: object = {}) {
  const description = `Water comes through light fitting ${number}`;
  const usual = { propertyReference: property, description, urgency: 'EMERGENCY', channel: 'PHONE' };
  return { input: { ...usual, idempotencyKey: `key ${number}`, ...more } };
}

/** Lets the store take no more writes, as on a full disk (a real one: lane.test.ts); gives what ends that. */
async function fill(): Promise<() => Promise<void>> {
  const db = keeper.keeping().store?.db;
  if (!db) throw new Error('There is no store.');
  await sql`create trigger full before insert on receipt begin select raise(abort, 'database or disk is full'); end`.execute(
    db,
  );
  return async () => void (await sql`drop trigger full`.execute(db));
}

/** How often a description stands among the work orders of the property. */
async function raised(description: string): Promise<number> {
  const { data } = await keeper.ask(
    'query($property: ID!) { property(propertyReference: $property) { repairs { items { description } } } }',
    { property },
  );
  const items: { description: string }[] = data.property?.repairs?.items ?? [];
  return items.filter((one) => one.description === description).length;
}

const applied = async (id: string) =>
  keeper.until(
    'query($id: ID!) { receipt(id: $id) { state } }',
    { id },
    ({ data }) => data.receipt?.state === 'APPLIED',
  );

const page = async (accept = 'text/plain') =>
  (await fetch(`${keeper.lintel().url}/dispatch`, { headers: { accept } })).text();

describe('an emergency', { timeout: patientMs }, () => {
  it('is accepted with every system hung, before any of them is asked, where a routine report waits', async () => {
    for (const target of ['tenancies', 'lettings', 'repairs', 'telephony'])
      await keeper.mocks.setFault({ target, fault: 'hung' });
    const reported = async (input: Record<string, unknown>) =>
      (await keeper.ask(report, input)).data.reportRepair.receipt;
    // (How many ms that is: npm run bench:emergency.)
    expect((await reported(emergency(1))).steps[0].state).toBe('QUEUED');
    // This one is sent while whoever wrote it waits, for as long as patience lasts; on a busy machine it goes out after that.
    const routine = await reported(emergency(2, { urgency: 'ROUTINE', propertyReference: '00001042' }));
    await keeper.until('query($id: ID!) { receipt(id: $id) { steps { state } } }', { id: routine.id }, ({ data }) =>
      ['SENDING', 'AMBIGUOUS'].includes(data.receipt.steps[0].state),
    );
    expect(await page()).toContain('"Water comes through light fitting 1"');
    await keeper.mocks.clearFaults();
  });

  it('is accepted while the store is full, found by its receipt, on the list, and raised once when there is room', async () => {
    const empty = await fill();
    const { data } = await keeper.ask(report, emergency(1));
    const { id, acceptedAt, state } = data.reportRepair.receipt;
    expect(state).toBe('QUEUED');
    const routine = await keeper.ask(report, emergency(2, { urgency: 'ROUTINE' }));
    expect(routine.errors[0]?.extensions.code).toBe('STORE_DOWN');
    const again = await keeper.ask(report, emergency(1));
    expect(again.data.reportRepair.receipt).toMatchObject({ id, acceptedAt, state: 'QUEUED' });
    const other = await keeper.ask(report, emergency(1, { description: 'Something else' }));
    expect(other.errors[0]?.extensions.code).toBe('IDEMPOTENCY_KEY_REUSED');
    const found = await keeper.ask('query($id: ID!) { receipt(id: $id) { state acceptedAt } }', { id });
    expect(found.data.receipt).toEqual({ state: 'QUEUED', acceptedAt });
    const list = await keeper.ask('{ dispatchList { items { receipt { id } state } } }');
    expect(list.data.dispatchList.items).toEqual([{ receipt: { id }, state: 'NOT_RAISED' }]);
    expect(await page()).toContain(`receipt ${id}`);
    await empty();
    await applied(id);
    expect(keeper.keeping().journal?.entries()).toEqual([]);
    expect(await raised('Water comes through light fitting 1')).toBe(1);
    const after = await keeper.ask('query($id: ID!) { receipt(id: $id) { acceptedAt } }', { id });
    expect(after.data.receipt).toEqual({ acceptedAt });
  });

  it('is accepted while the store is gone, stands on a list that says what it lacks, and is raised once after a restart', async () => {
    await keeper.ask(report, emergency(1));
    await keeper.keeping().store?.db.destroy();
    // By a letter that came three days ago: its time limit has passed, whatever is away.
    const receivedAt = new Date(Date.now() - 3 * 24 * 3_600_000).toISOString();
    const letter = emergency(2, { accessNotes: 'Ring twice', channel: 'LETTER', receivedAt });
    const { data } = await keeper.ask(report, letter);
    const { id } = data.reportRepair.receipt;
    expect(data.reportRepair.receipt.receivedAt).toBe(receivedAt);
    const shown = await page();
    expect(shown).toMatch(/OVERDUE, by 2 days/);
    expect(shown).toMatch(
      /^Emergencies to see to, .*\n1 emergency is open\. It is overdue\. It is not in the repairs system\.\nLintel cannot read its own records/,
    );
    expect(shown).toContain('Getting in: Ring twice');
    // Its address, from the tenancies system itself.
    expect(shown).not.toContain(`Property ${property}`);
    expect(await page('text/html')).toContain(`<article id="${id}"`);
    await keeper.restart();
    await applied(id);
    const after = await keeper.ask('query($id: ID!) { receipt(id: $id) { receivedAt } }', { id });
    expect(after.data.receipt).toEqual({ receivedAt });
    expect(await raised('Water comes through light fitting 2')).toBe(1);
    expect(await page()).toContain('Water comes through light fitting 1');
  });
});

// A dozen processes, one after another.
describe('the commands about what was written', { timeout: 2 * patientMs }, () => {
  async function lintel(...args: string[]) {
    const { ended, output } = run(args, keeper.variables);
    const code = await ended;
    const line = output()
      .split('\n')
      .find((one) => one.startsWith('{'));
    return { code, text: output(), json: args.includes('--json') && line ? JSON.parse(line) : null };
  }

  it('show it, decide about it, send it, and add it up, with a server and without', async () => {
    await keeper.fall('repairs');
    const { data } = await keeper.ask(report, emergency(1));
    const { id } = data.reportRepair.receipt;
    const list = await lintel('dispatch');
    expect(list).toMatchObject({ code: 0, text: expect.stringContaining(`receipt ${id}`) });
    expect((await lintel('receipts', '--json')).json).toMatchObject({
      running: true,
      receipts: [{ id, state: 'QUEUED' }],
    });
    expect((await lintel('receipts', '--state', 'applied')).text).toBe('There is none.\n');
    expect((await lintel('receipts', '--state', 'lost-it')).code).toBe(2);
    expect((await lintel('receipt', id)).text).toMatch(/raise the work order .*To take it back: npx lintel cancel/s);
    expect(await lintel('receipt', 'R0')).toMatchObject({ code: 1, text: 'lintel: There is no receipt R0.\n' });
    expect(await lintel('settle', id, 'done', '--why', 'seen')).toMatchObject({
      code: 1,
      text: expect.stringMatching(/only what is AMBIGUOUS, PARKED or LOST/),
    });
    expect(await lintel('cancel', id)).toMatchObject({ code: 1, text: expect.stringContaining('Say why') });
    const second = await keeper.ask(report, emergency(2, { propertyReference: '00001042' }));
    const cancelled = await lintel(
      'cancel',
      second.data.reportRepair.receipt.id,
      '--why',
      'reported twice',
      '--as',
      'Anna',
    );
    expect(cancelled).toMatchObject({ code: 0, text: expect.stringContaining('is CANCELLED') });
    const waiting = await lintel('replay', 'repairs', '--rate', '50', '--json');
    expect(waiting.json).toMatchObject({ state: 'DONE', open: 1 });
    expect((await lintel('replay', '--rate', '0')).code).toBe(1);

    await keeper.end();
    const asleep = await lintel('ledger', '--json');
    expect(asleep.json).toMatchObject({ running: false, ledger: { accepted: 2, cancelled: 1, open: 1, closes: true } });
    const printed = await lintel('dispatch');
    expect(printed).toMatchObject({ code: 0, text: expect.stringContaining(`receipt ${id}`) });
    // Who prints it by a timer is to know that it is not whole: its store cannot be read, and the journal alone is.
    const { STORE_FILE } = keeper.variables;
    const unread = run(['dispatch'], { ...keeper.variables, STORE_FILE: `${STORE_FILE}.gone` });
    expect(await unread.ended).toBe(1);
    expect(unread.output()).toMatch(/No emergency was reported since\.\nLintel cannot read its own records/);
    await keeper.comeBack('repairs');
    const sent = await lintel('replay', '--json');
    expect(sent).toMatchObject({ code: 0, json: { state: 'DONE', open: 0 } });
    expect((await lintel('ledger')).text).toMatch(
      /2 accepted = 1 applied \+ 0 refused \+ 1 cancelled \+ 0 settled \+ 0 open\nIt closes/,
    );
    await keeper.start();
  });
});
