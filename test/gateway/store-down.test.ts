// A whole Lintel whose own store fails, on both engines: what is wrong with an input is told all the same, everything else that
// needs the store is STORE_DOWN and can be tried again, and nothing is null without an error. And two of them, of which one has
// emergencies that the other cannot see.
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startDatabase, type TestDatabase, whyNoDatabase } from '../database.ts';
import type { Reply } from '../estate.ts';
import { type Keeper, startKeeper } from '../keeper.ts';
import { type FaultProxy, startProxy } from '../proxy.ts';

/** Several processes' worth of work on a busy machine; nothing here asserts how long. */
const patientMs = 180_000;

const property = '00001017';
const long = 'x'.repeat(3_000);
let keys = 0;

const hour = 3_600_000;
const soon = () => new Date(Date.now() + 48 * hour).toISOString();
const later = () => new Date(Date.now() + 50 * hour).toISOString();
const window = () => ({ start: soon(), end: later() });

/** A mutation of an input, asked for with a key of its own. */
function write(
  mutation: string,
  input: object,
  of = 'receipt { id state }',
): [query: string, variables: Record<string, unknown>] {
  const type = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input`;
  keys += 1;
  return [
    `mutation($input: ${type}!) { ${mutation}(input: $input) { ${of} } }`,
    { input: { idempotencyKey: `key ${keys}`, ...input } },
  ];
}

const emergency = (more: object = {}) =>
  write('reportRepair', {
    propertyReference: property,
    description: 'Water comes through the light fitting',
    urgency: 'EMERGENCY',
    channel: 'PHONE',
    ...more,
  });

/** Every mutation that is accepted through the store, with what is right and with what is wrong. By its name: fields, of them one that is too long. */
function writes(receipt: string): Record<string, [right: object, wrong: object]> {
  const channel = 'PHONE';
  const person = '0000122-1';
  const home = { propertyReference: property, description: 'A tap drips', urgency: 'ROUTINE', channel };
  const visit = { receipt, window: window(), channel };
  const leg = {
    personReference: person,
    fromPropertyReference: property,
    toPropertyReference: '00001042',
    agreed: true,
  };
  return {
    reportRepair: [home, { description: long }],
    bookAppointment: [visit, { note: long }],
    moveAppointment: [visit, { note: long }],
    cancelAppointment: [{ receipt, channel }, { reason: long }],
    reportNoAccess: [{ receipt, channel }, { note: long }],
    completeWorkOrder: [{ receipt, channel }, { note: long }],
    takeEmergency: [{ receipt, takenBy: 'Anna' }, { note: long }],
    advanceHazard: [{ hazard: receipt, step: 'INVESTIGATE' }, { note: long }],
    acceptOffer: [{ offerNumber: '123', channel }, { offerNumber: long }],
    applyForExchange: [
      {
        legs: [
          leg,
          { ...leg, personReference: '0000104-2', fromPropertyReference: '00001042', toPropertyReference: property },
        ],
        channel,
      },
      { legs: [leg] },
    ],
    placeBid: [{ applicationReference: 'APP/0012345', advertNumber: '12', channel }, { advertNumber: long }],
    enquireAboutMove: [{ personReference: person, channel }, { question: long }],
    answerMoveEnquiry: [{ enquiry: receipt, answer: 'On Friday' }, { answer: long }],
    requestCallback: [{ telephone: '01632 960123', line: 'repairs', channel }, { about: long }],
    startWelfareCampaign: [{ name: 'The cold', line: 'repairs' }, { name: long }],
    recordWelfareOutcome: [{ call: receipt, outcome: 'WELL' }, { note: long }],
    updateContactDetails: [{ personReference: person, telephone: '01632 960123', channel }, { telephone: long }],
  };
}

/** Questions whose answers are in the store alone. */
const questions = (receipt: string) => [
  `{ receipt(id: "${receipt}") { state } }`,
  '{ receipts { edges { node { id } } } }',
  '{ ledger { accepted } }',
  '{ dispatchList { items { state } } }',
  '{ hazards { totalCount } }',
  `{ hazard(id: "${receipt}") { description } }`,
  '{ moveEnquiries { totalCount } }',
  `{ moveEnquiry(id: "${receipt}") { question } }`,
  '{ callbackRequests { totalCount } }',
  '{ welfareCampaigns { items { name } } }',
  `{ welfareCampaign(id: "${receipt}") { name } }`,
  `{ property(propertyReference: "${property}") { pendingRepairs { receipt { id } } } }`,
  `{ property(propertyReference: "${property}") { hazards { id } } }`,
];

const codes = ({ errors }: Reply) => errors.map(({ extensions: { code, retryable } }) => ({ code, retryable }));
const storeDown = [{ code: 'STORE_DOWN', retryable: true }];

/** Breaks the store of a Lintel; gives what mends it. */
type Breaks = (keeper: Keeper) => Promise<() => Promise<void>>;

function suite(start: () => Promise<Keeper>, breaks: Breaks): void {
  let keeper: Keeper;
  beforeEach(async () => {
    keeper = await start();
  }, patientMs);
  afterEach(() => keeper.close(), patientMs);

  it('tells what is wrong with an input, says of all else that it can be tried again, and takes emergencies', {
    timeout: patientMs,
  }, async () => {
    const before = (await keeper.ask(...emergency())).data.reportRepair.receipt.id;
    await keeper.until(`{ receipt(id: "${before}") { state } }`, {}, ({ data }) => data.receipt?.state === 'APPLIED');
    // Where a busy store took its time it is in the journal as well, for a second, and would be answered out of that.
    await expect.poll(() => keeper.keeping().journal?.entries(), { timeout: patientMs }).toEqual([]);
    const mend = await breaks(keeper);
    for (const [mutation, [right, wrong]] of Object.entries(writes(before))) {
      // Whoever may answer questions gives orders, over the operator socket.
      const asked = mutation === 'answerMoveEnquiry' ? keeper.order : keeper.ask;
      const refused = await asked(...write(mutation, { ...right, ...wrong }));
      expect([mutation, ...codes(refused)]).toEqual([mutation, { code: 'BAD_USER_INPUT', retryable: undefined }]);
      expect([mutation, refused.errors[0]?.extensions.fields ?? []]).not.toEqual([mutation, []]);
      const down = await asked(...write(mutation, right));
      expect([mutation, ...codes(down)]).toEqual([mutation, ...storeDown]);
    }
    const next = { campaign: before, takenBy: 'Anna' };
    expect(codes(await keeper.ask(...write('nextWelfareCalls', { ...next, takenBy: long })))).toMatchObject([
      { code: 'BAD_USER_INPUT' },
    ]);
    expect(codes(await keeper.ask(...write('nextWelfareCalls', next)))).toEqual(storeDown);
    for (const question of questions(before))
      expect([question, ...codes(await keeper.ask(question))]).toEqual([question, ...storeDown]);

    expect(codes(await keeper.ask(...emergency({ description: long })))).toMatchObject([{ code: 'BAD_USER_INPUT' }]);
    const [report, input] = emergency({ propertyReference: '00001042' });
    const { id } = (await keeper.ask(report, input)).data.reportRepair.receipt;
    expect((await keeper.ask(report, input)).data.reportRepair.receipt.id).toBe(id);
    await mend();
    const done = await keeper.until(
      `{ receipt(id: "${id}") { state } }`,
      {},
      ({ data }) => data?.receipt?.state === 'APPLIED',
    );
    expect(done.data.receipt.state).toBe('APPLIED');
    const { data } = await keeper.ask('{ ledger { accepted applied settled } }');
    expect(data.ledger).toEqual({ accepted: 2, applied: 2, settled: 0 });
  });
}

describe('a Lintel whose SQLite store fails', () => {
  suite(startKeeper, async (keeper) => {
    const db = keeper.keeping().store?.db;
    if (!db) throw new Error('There is no store.');
    const all = ['receipt', 'own'];
    /** What runs in the background may have a table for a moment: then it is renamed a moment later. */
    async function rename(from: string, to: string, tries = 5): Promise<void> {
      try {
        await sql`alter table ${sql.table(from)} rename to ${sql.table(to)}`.execute(db as NonNullable<typeof db>);
      } catch (error) {
        if (tries === 1 || !/locked|busy/i.test(String(error))) throw error;
        await rename(from, to, tries - 1);
      }
    }
    for (const table of all) await rename(table, `${table}_gone`);
    return async () => {
      for (const table of all) await rename(`${table}_gone`, table);
    };
  });
});

const noDatabase = whyNoDatabase();
if (noDatabase) console.warn(`SKIPPED: a Lintel whose database is away: ${noDatabase}`);
describe.skipIf(noDatabase)('over PostgreSQL', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await startDatabase();
  }, patientMs);
  afterEach(() => database.revive(), patientMs);
  afterAll(() => database.close(), patientMs);

  describe('a Lintel whose database has crashed', () => {
    suite(
      async () => startKeeper(120, { store: { url: await database.fresh() } }),
      async () => {
        await database.crash();
        return () => database.restart();
      },
    );
  });

  describe('two Lintels, of which one cannot reach the database', () => {
    let proxy: FaultProxy;
    let one: Keeper;
    let other: Keeper;
    beforeEach(async () => {
      const url = new URL(await database.fresh());
      proxy = await startProxy(`http://${url.host}`);
      const away = new URL(url);
      away.host = new URL(proxy.url).host;
      one = await startKeeper(120, { store: { url: away.href } });
      other = await startKeeper(120, { store: { url: url.href }, beside: one });
    }, patientMs);
    afterEach(async () => {
      await proxy.set(null);
      await other.close();
      await one.close();
      await proxy.close();
    }, patientMs);

    it('never says of an emergency in the journal of the other that there is none, and has one receipt of it', {
      timeout: patientMs,
    }, async () => {
      await proxy.set({ kind: 'REFUSE' });
      const [report, input] = emergency();
      const { id } = (await one.ask(report, input)).data.reportRepair.receipt;
      const receipt = `{ receipt(id: "${id}") { id state } }`;
      expect((await one.ask(receipt)).data.receipt).toEqual({ id, state: 'QUEUED' });
      const asked = await other.ask(receipt);
      expect([asked.data.receipt, ...codes(asked)]).toEqual([null, ...storeDown]);
      expect(asked.errors[0]?.message).toContain('another Lintel');
      const visit = { receipt: id, window: window(), channel: 'PHONE' };
      const follows = ['bookAppointment', 'takeEmergency', 'completeWorkOrder'] as const;
      const inputs = {
        bookAppointment: visit,
        takeEmergency: { receipt: id, takenBy: 'Anna' },
        completeWorkOrder: { receipt: id, channel: 'PHONE' },
      };
      for (const mutation of follows)
        expect(codes(await other.ask(...write(mutation, inputs[mutation])))).toEqual(storeDown);
      // What was never given out is not there.
      expect((await other.ask('{ receipt(id: "R0123456789ABCDEFGHJ") { id } }')).errors).toEqual([]);
      // Whoever asks the other to write it down has the same receipt.
      expect((await other.ask(report, input)).data.reportRepair.receipt.id).toBe(id);
      await other.until(receipt, {}, ({ data }) => data.receipt?.state === 'APPLIED');
      expect(codes(await other.ask(...write('takeEmergency', inputs.takeEmergency)))).toEqual([]);
      await proxy.set(null);
      await one.until(
        receipt,
        {},
        ({ data }) => data.receipt?.state === 'APPLIED' && one.keeping().journal?.entries().length === 0,
      );
      expect((await one.ask('{ ledger { accepted applied settled } }')).data.ledger).toEqual({
        accepted: 2,
        applied: 2,
        settled: 0,
      });
    });
  });
});
