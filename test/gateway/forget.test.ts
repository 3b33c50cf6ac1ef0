// Forgetting a person, as an operator does it, in what a whole Lintel has kept of a whole landlord. What is left is looked for in
// the opened store itself, row by row: not by any look-up of Lintel's.
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createCipher } from '../../subgraphs/continuity/cipher.ts';
import type { Store } from '../../subgraphs/continuity/store.ts';
import { type Keeper, startKeeper } from '../keeper.ts';
import { run } from '../process.ts';
import { onBothEngines } from '../stores.ts';

// Each command is a process of its own, and each engine's store is filled with a whole landlord; a busy machine takes its time.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

/** In every text that is written about Katy. */
const word = 'Quillfeather';
const channel = 'PHONE';

const page = /* GraphQL */ `
  query Page($person: ID!, $property: ID!, $since: Date!, $today: Date!) {
    person(personReference: $person) {
      personReference name telephoneNumbers email contactLog { items { type } }
      household { members { personReference name } }
      tenancies { items {
        tenancyReference members { name }
        rentAccount { paymentReference statement(from: $since, to: $today) { edges { node { amount { pence } } } } }
      } }
      applications { items { applicationReference offers { items { offerNumber } } } }
      exchanges { items { exchangeReference } }
      calls { items { callId queueEvents { items { at } } } }
    }
    people(surname: "Alderton") { edges { node { personReference } } }
    calls(since: $since) { edges { node { callId } } }
    property(propertyReference: $property) { address tenancies { items { tenancyReference } } repairs { items { reference } } }
  }`;

/** Everything that a store has in it, opened, a text for each row. */
async function textsIn({ db }: Store, key: string): Promise<string[]> {
  const cipher = createCipher(new Map([['one', Buffer.from(key, 'base64')]]));
  const open = (row: { sealed: Uint8Array; key_id: string }, place: string) =>
    cipher.open(Buffer.from(row.sealed), place, row.key_id);
  const [snapshots, receipts, steps, own] = await Promise.all([
    db.selectFrom('snapshot').selectAll().execute(),
    db.selectFrom('receipt').selectAll().execute(),
    db.selectFrom('receipt_step').selectAll().execute(),
    db.selectFrom('own').selectAll().execute(),
  ]);
  const plain = await Promise.all(
    (['event', 'notice', 'standing', 'warm', 'walked', 'answered', 'mark', 'lease'] as const).map((table) =>
      db.selectFrom(table).selectAll().execute(),
    ),
  );
  return [
    ...snapshots.map((row) => `${row.system} ${row.kind} ${open(row, `${row.system}/${row.kind}/${row.name}`)}`),
    ...receipts.map((row) => `receipt ${row.id} ${row.mutation} ${row.state} ${open(row, `receipt/${row.id}`)}`),
    ...steps.map((row) => `step ${row.state} ${open(row, `receipt/${row.receipt}/${row.position}`)}`),
    ...own.map((row) => `own ${row.kind} ${row.state} ${open(row, `own/${row.system}/${row.kind}/${row.id}`)}`),
    ...plain.flat().map((row) => JSON.stringify(row)),
  ];
}

interface Person {
  personReference: string;
  name: string;
  email: string | null;
  telephoneNumbers: string[];
  household: { members: unknown[] };
  tenancies: { items: { tenancyReference: string; rentAccount: { paymentReference: string | null } | null }[] };
  applications: { items: { applicationReference: string }[] };
  calls: { items: { callId: string }[] };
}

/** What a record says that is about somebody. */
function marksOf({ personReference, name, email, telephoneNumbers, tenancies, applications, calls }: Person): string[] {
  return [
    ...[personReference, name, ...(email ? [email] : []), ...telephoneNumbers],
    ...tenancies.items.flatMap(({ tenancyReference, rentAccount }) => [
      tenancyReference,
      rentAccount?.paymentReference,
    ]),
    ...applications.items.map(({ applicationReference }) => applicationReference),
    ...calls.items.map(({ callId }) => callId),
  ].filter((mark) => mark != null);
}

/** Whether a text has one of some marks in it, as a word of its own: an offer's number may be part of a longer one. */
function names(text: string, marks: readonly string[]): boolean {
  return marks.some((mark) => new RegExp(`(?<![0-9A-Za-z])${RegExp.escape(mark)}(?![0-9A-Za-z])`).test(text));
}

onBothEngines('a person whom four systems know', (place) => {
  let keeper: Keeper;
  let hers: string[];
  let his: string[];
  let others: { receipts: number; texts: number };

  const texts = async () => {
    await keeper.keeping().snapshots?.flush();
    const key = keeper.variables.STORE_KEYS?.split(':')[1] ?? '';
    return textsIn(keeper.keeping().store as Store, key);
  };
  const left = async (marks: readonly string[]) => (await texts()).filter((text) => names(text, marks));
  /** Has everything about a person read, so that it is kept. */
  const lookAt = async (somebody: { personReference: string; propertyReference: string }): Promise<Person> => {
    const dayBefore = (days: number) => new Date(Date.now() - days * 24 * 3_600_000).toISOString().slice(0, 10);
    const days = { since: dayBefore(20), today: dayBefore(0) };
    const { personReference: person, propertyReference: property } = somebody;
    const { data, errors } = await keeper.ask(page, { person, property, ...days });
    expect(errors).toEqual([]);
    return data.person;
  };
  const write = async (mutation: string, type: string, input: object) => {
    const query = `mutation($input: ${type}!) { ${mutation}(input: $input) { receipt { id state } } }`;
    const { data, errors } = await keeper.order(query, { input: { idempotencyKey: `${mutation} 1`, ...input } });
    expect(errors).toEqual([]);
    return data[mutation].receipt as { id: string; state: string };
  };

  beforeAll(async () => {
    const where = await place();
    keeper = await startKeeper(120, 'url' in where ? { store: where } : {});
    const { katy, david } = keeper.mocks.world.cast;
    for (const { name } of keeper.lintel().systems) await keeper.lintel().walks.start(name);
    await keeper.until('{ systems { keepWarm { state } } }', {}, ({ data }) =>
      data.systems.every((system: { keepWarm: { state: string } }) => system.keepWarm.state === 'DONE'),
    );
    const person = await lookAt(katy);
    expect(person.calls.items.length).toBeGreaterThan(0);
    hers = [word, katy.offerNumber, ...marksOf(person)];
    his = marksOf(await lookAt(david));
    expect([...hers, ...his].every((each) => each.length > 4)).toBe(true);

    const personReference = katy.personReference;
    const report = { propertyReference: katy.propertyReference, reportedBy: personReference, channel };
    const damp = { type: 'DAMP_AND_MOULD', severity: 'SIGNIFICANT' };
    await write('reportRepair', 'ReportRepairInput', {
      ...report,
      ...{ description: `${word} says the wall is wet.`, urgency: 'ROUTINE', hazard: damp },
    });
    const telephone = person.telephoneNumbers[0];
    await write('enquireAboutMove', 'EnquireAboutMoveInput', { personReference, question: `${word}?`, channel });
    await write('acceptOffer', 'AcceptOfferInput', { offerNumber: katy.offerNumber, channel });
    await write('updateContactDetails', 'UpdateContactDetailsInput', {
      ...{ personReference, email: `${word}@example.com`, channel },
    });
    const { id: hazard } = await write('reportRepair', 'ReportRepairInput', {
      ...report,
      ...{ description: `${word} says it is mould.`, urgency: 'ROUTINE', hazard: damp, idempotencyKey: 'second' },
    });
    await write('advanceHazard', 'AdvanceHazardInput', { hazard, step: 'CLOSE', note: `${word} was in.` });
    await write('requestCallback', 'RequestCallbackInput', {
      ...{ personReference, telephone, line: 'repairs', about: word, channel },
    });
    await keeper.until('{ receipts(first: 100) { edges { node { state } } } }', {}, (reply) =>
      reply.data.receipts.edges.every(({ node }: { node: { state: string } }) => node.state !== 'SENDING'),
    );
    const all = await texts();
    others = {
      texts: all.filter((text) => !names(text, hers)).length,
      receipts: all.filter((text) => text.startsWith('receipt ')).length,
    };
    const found = await left(hers);
    for (const kind of [
      'tenancies tenancy ',
      'lettings offer ',
      'telephony queueEventsOfCall ',
      'own enquiry ',
      'own hazard ',
    ]) {
      expect(
        found.some((text) => text.startsWith(kind)),
        kind,
      ).toBe(true);
    }
  });
  afterAll(() => keeper.close());

  it('is in no record any more once forgotten by a Lintel that runs; its receipts stand, and say nothing', async () => {
    const { katy } = keeper.mocks.world.cast;
    const before = await left(hers);
    const open = before.filter((text) => /^receipt \S+ \S+ (QUEUED|SENDING|AMBIGUOUS|PARKED)/.test(text)).length;
    const command = run(['forget', katy.personReference], keeper.variables);
    expect(await command.ended, command.output()).toBe(0);
    expect(command.output()).toMatch(
      /^Forgotten of \S+: \d+ kept records, \d of Lintel's own records, what \d finished/m,
    );
    const after = await left(hers);
    // What is still to be done is kept, and said.
    expect(after.filter((text) => !/^(receipt|step|own callback) /.test(text))).toEqual([]);
    expect(after.filter((text) => text.startsWith('receipt ')).length).toBe(open);
    expect(command.output()).toMatch(open ? new RegExp(`Kept: ${open} write`) : /^(?!.*Kept:)/s);
    const all = await texts();
    expect(all.filter((text) => text.startsWith('receipt ')).length).toBe(others.receipts);
    // Her open hazard stands on for her home, and says nothing of her.
    const hazards = all.filter((text) => text.startsWith('own hazard '));
    expect(hazards).toEqual([expect.stringContaining('What was told is forgotten.')]);
    // Nobody else has lost a record but those that named her too.
    expect(all.length).toBeGreaterThanOrEqual(others.texts);
  });

  it('is in none either once forgotten while no Lintel runs, with what a weaker forgetting had left, by a sweep', async () => {
    const { cast, members, homes } = keeper.mocks.world;
    const alone = members.filter(({ personRef, houseRef }) => {
      return (
        personRef !== cast.david.personReference && members.filter((each) => each.houseRef === houseRef).length === 1
      );
    });
    // Somebody who lives alone and has rung.
    let somebody: Person | undefined;
    for (const { personRef, houseRef } of alone) {
      const propertyReference = homes.find((home) => home.houseRef === houseRef)?.propRef;
      if (!propertyReference) continue;
      somebody = await lookAt({ personReference: personRef, propertyReference });
      if (somebody.calls.items.length > 0 && somebody.applications.items.length > 0) break;
    }
    if (!somebody) throw new Error('nobody lives alone');
    const theirs = marksOf(somebody);
    const { personReference, telephoneNumbers } = somebody;
    const lintel = async (...args: string[]) => {
      const command = run(['forget', ...args], { ...keeper.variables, LOG_LEVEL: 'silent' });
      expect(await command.ended, command.output()).toBe(0);
      return command.output();
    };
    // As versions before this one did it.
    const weak = [`person\n${personReference}`, ...telephoneNumbers.map((number) => `telephone\n${number}`)];
    expect(await keeper.keeping().snapshots?.forget(weak)).toBeGreaterThan(0);
    const forgotten = await left(theirs);
    expect(forgotten.length).toBeGreaterThan(0);
    expect(await lintel(personReference)).toMatch(/^(Forgotten of|Nothing is kept of)/);
    const counted = await lintel('--sweep');
    expect(counted).toMatch(/kept records? of [\d,]+ that no kept record of a person leads to:\n {2}\w/);
    expect(counted).toMatch(/Nothing is forgotten yet\..*--sweep --yes/);
    const sizeBefore = (await texts()).length;

    await keeper.end();
    const davids = await lintel(cast.david.personReference, '--json');
    const swept = JSON.parse((await lintel('--sweep', '--yes', '--json')).replace(/^[^{]*/, ''));
    expect(swept).toMatchObject({ forgotten: true });
    const sum = ({ found }: { found: { count: number }[] }) => found.reduce((all, { count }) => all + count, 0);
    expect(sum(swept)).toBeGreaterThan(0);
    await keeper.start();
    expect(await left([...theirs, ...his])).toEqual([]);
    expect(JSON.parse(davids.replace(/^[^{]*/, ''))).toMatchObject({ records: expect.any(Number), openWrites: 0 });
    expect((await texts()).length).toBeGreaterThan(sizeBefore / 2);
    expect(await lintel('--sweep')).toMatch(/there is none that no person leads to\./);
  });
});
