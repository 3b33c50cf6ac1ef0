// Forgetting a person: everything that is kept of them, under whatever kind and in whichever system, and nothing else.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { Reads } from '../../../subgraphs/continuity/definition.ts';
import { forgetPerson, termsOfPerson } from '../../../subgraphs/continuity/forgetting.ts';
import { createKept } from '../../../subgraphs/continuity/fromkept.ts';
import type { OwnName } from '../../../subgraphs/continuity/own.ts';
import { createOwn } from '../../../subgraphs/continuity/owner.ts';
import type { Snapshots } from '../../../subgraphs/continuity/snapshots.ts';
import { findUnlinked } from '../../../subgraphs/continuity/unlinked.ts';
import { systems } from '../../../subgraphs/index.ts';
import { createTestClock } from '../../clock.ts';
import { openKept } from '../../kept.ts';
import { openTestSnapshots } from '../../stores.ts';

// Every kind of every system is written down, and more than once; a busy disk takes its time.
vi.setConfig({ testTimeout: 90_000 });

const clock = createTestClock();
const connection = { url: 'http://127.0.0.1:9', user: '', password: '', apiKey: '' };

/** Each system's own reads, none of them ever asked. */
const readsOf = new Map<string, Reads>(
  systems.map((definition) => {
    const connections = Object.fromEntries(Object.keys(definition.backends).map((name) => [name, connection]));
    const adapter = definition.adapter(connections, clock);
    void adapter.close();
    return [definition.name, adapter.reads];
  }),
);

const person = (personReference: string, surname: string, telephoneNumbers: string[]) => ({
  alerts: [],
  personReference,
  surname,
  telephoneNumbers,
});
const [ada, ben, eve] = [
  person('0000104-1', 'Ngozi', ['+441632960123']),
  person('0000104-2', 'Ngozi', ['+447700900456']),
  person('0000106-1', 'Gray', ['+447700900999']),
];
const tenancyOf = (tenancyReference: string, householdReference: string, propertyReference: string) => ({
  tenancyReference,
  householdReference,
  property: { propertyReference },
});
const call = (callId: string, fromNumber: string) => ({ callId, fromNumber, toNumber: '+441223000000' });
const leg = (personReference: string) => ({ person: { personReference } });
const exchange = { exchangeReference: 'MEX-1', legs: [leg('0000104-1'), leg('0000106-1')] };

/** By system and kind: the keys of records of Ada, or that she is in, and of records of others alone. */
const kept: [system: string, kind: string, hers: Record<string, unknown>, others: Record<string, unknown>][] = [
  ['tenancies', 'person', { '0000104-1': ada }, { '0000104-2': ben, '0000106-1': eve }],
  ['tenancies', 'household', { '0000104': { members: [ada, ben] } }, { '0000106': { members: [eve] } }],
  ['tenancies', 'people', { '{"postcode":"a"}': { items: [eve, ada] } }, { '{"postcode":"b"}': { items: [eve] } }],
  ['tenancies', 'contactLog', { '0000104-1': [] }, { '0000106-1': [] }],
  ['tenancies', 'tenancy', { T1: tenancyOf('T1', '0000104', 'P1') }, { T2: tenancyOf('T2', '0000106', 'P2') }],
  ['tenancies', 'tenanciesOfPerson', { '0000104-1': [] }, { '0000106-1': [] }],
  [
    'tenancies',
    'tenanciesOfProperty',
    { P1: [tenancyOf('T1', '0000104', 'P1')] },
    { P2: [tenancyOf('T2', '0000106', 'P2')] },
  ],
  ['tenancies', 'rentStatement', { '{"tenancyReference":"T1"}': [] }, { '{"tenancyReference":"T2"}': [] }],
  ['tenancies', 'property', {}, { P1: { propertyReference: 'P1', postcode: 'CB1 2AB' } }],
  [
    'lettings',
    'application',
    { A1: { applicationReference: 'A1', ...leg('0000104-1') } },
    { A2: { applicationReference: 'A2', ...leg('0000106-1') } },
  ],
  [
    'lettings',
    'applicationsOfPerson',
    { ' 0000104-1': [{ applicationReference: 'A3', ...leg('0000104-1') }] },
    { '0000106-1': [] },
  ],
  [
    'lettings',
    'offer',
    { O1: { application: { applicationReference: 'A3' } } },
    { O2: { application: { applicationReference: 'A2' } } },
  ],
  ['lettings', 'offersOfApplication', { A1: [] }, { A2: [] }],
  ['lettings', 'mutualExchange', { 'MEX-1': exchange }, { 'MEX-2': { legs: [leg('0000106-1')] } }],
  ['lettings', 'exchangesOfPerson', { '0000104-1': [], '0000106-1': [exchange] }, { '0000107-1': [] }],
  [
    'telephony',
    'callsOfNumber',
    { '+441632960123': [call('c1', '+441632960123')] },
    { '+447700900999': [call('c2', '+447700900999')] },
  ],
  [
    'telephony',
    'callsSince',
    { '{"offset":0}': { items: [call('c2', '+447700900999'), call('c1', '+441632960123')] } },
    { '{"offset":1}': { items: [call('c2', '+447700900999')] } },
  ],
  ['telephony', 'outcomeOfCall', { c1: { state: 'ANSWERED' } }, { c2: { state: 'NO_ANSWER' } }],
  ['telephony', 'queueEventsOfCall', { c1: [{ line: 'repairs' }] }, { c2: [{ line: 'repairs' }] }],
  ['repairs', 'workOrder', {}, { '10001234': { reference: '10001234', property: { propertyReference: 'P1' } } }],
];

/** Keeps what is Ada's, what is others', or both, as read at a time. */
async function keepAll(snapshots: Snapshots, whose: ('HERS' | 'OTHERS')[], readAtMs = clock.now()): Promise<void> {
  for (const [system, kind, hers, others] of kept) {
    const reads = readsOf.get(system) ?? {};
    const all = new Map(whose.flatMap((each) => Object.entries(each === 'HERS' ? hers : others)));
    createKept({ system, reads, snapshots, onFailure: () => {} }).keep(kind, all, readAtMs);
  }
  await snapshots.flush();
}

it('finds all that is kept of a person in every system, and leaves what is of others alone', async () => {
  const snapshots = await openTestSnapshots(clock);
  await keepAll(snapshots, ['HERS', 'OTHERS']);
  expect(await snapshots.forget(await termsOfPerson('0000104-1', systems, snapshots))).toBe(
    kept.flatMap(([, , hers]) => Object.keys(hers)).length,
  );
  for (const [system, kind, hers, others] of kept) {
    const left = await snapshots.find(system, kind, Object.keys({ ...hers, ...others }));
    expect([...left.keys()], `${system} ${kind}`).toEqual(Object.keys(others));
  }
});

/** A record of each kind that is Lintel's own: Ada's by the person, by the number, by the write that made it; and others'. */
const owned = {
  telephony: {
    callback: {
      R1: { telephone: '+441223000001', personReference: '0000104-1', state: 'APPLIED', requestedAtMs: 1 },
      R2: { telephone: '+441632960123', personReference: null, state: 'APPLIED', requestedAtMs: 1 },
      // It is not made yet: who is on the list is rung.
      R3: { telephone: '+441632960123', personReference: '0000104-1', state: 'QUEUED', requestedAtMs: 1 },
      R9: { telephone: '+447700900999', personReference: '0000106-1', state: 'QUEUED', requestedAtMs: 1 },
    },
    call: { 'C/0000104-1': { campaign: 'C', personReference: '0000104-1', need: 1, tries: [], taken: null } },
    handout: { R5: { campaign: 'C', calls: ['C/0000104-1'] }, R6: { campaign: 'C', calls: [] } },
  },
  lettings: { enquiry: { R4: { personReference: '0000104-1', question: 'When?', askedAtMs: 1, answered: null } } },
  repairs: {
    hazard: {
      OPEN: hazardOf({ INVESTIGATE: { atMs: 5, note: 'Ada was in.' } }),
      CLOSED: hazardOf({ CLOSE: { atMs: 5, note: 'Ada says it is dry.' } }),
    },
  },
};

function hazardOf(done: object) {
  const told = { description: 'Ada says it is wet.', reportedBy: '0000104-1', propertyReference: 'P1' };
  return { type: 'DAMP_AND_MOULD', severity: 'SIGNIFICANT', tenancy: 'SOCIAL', awareAtMs: 1, ...told, done };
}

it("forgets what is Lintel's own of a person: questions, call-backs, welfare calls, hazards; but not what is still to be done", async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lintel-own-'));
  const { snapshots, store, cipher, close } = await openKept(
    { file: join(folder, 'store.sqlite') },
    { clock, keys: new Map([['one', randomBytes(32)]]) },
  );
  const own = createOwn({ store, cipher, clock, onFailure: (what, error) => expect.fail(`${what}: ${error}`) });
  onTestFinished(async () => {
    await own.close();
    await close();
    rmSync(folder, { recursive: true });
  });
  await keepAll(snapshots, ['HERS', 'OTHERS']);
  for (const { name, ownKinds = {} } of systems) {
    const of = own.of(name, ownKinds);
    for (const [kind, records] of Object.entries(owned[name as keyof typeof owned] ?? {}))
      await of.add(
        kind,
        Object.entries(records).map(([id, content]) => ({ id, content })),
      );
  }
  const asked: unknown[] = [];
  const intake = {
    async forget(terms: readonly string[], about: readonly OwnName[] = []) {
      asked.push(about.map(({ id }) => id).sort(), terms.includes('person\n0000104-1'));
      return { forgotten: ['R1', 'R5'], kept: ['R3'] };
    },
  };
  // Where the store fails on the way, what leads to the rest is still there: done again, it finds all of it.
  const fails = { about: own.about, forget: () => Promise.reject(new Error('disk full')) };
  await expect(forgetPerson('0000104-1', { systems, snapshots, intake, own: fails })).rejects.toThrow('disk full');
  asked.length = 0;
  expect(await forgetPerson('0000104-1', { systems, snapshots, intake, own })).toEqual({
    ...{ records: kept.flatMap(([, , hers]) => Object.keys(hers)).length, ownRecords: 7 },
    ...{ writes: 2, openWrites: 1, telephoneNumbers: 1 },
  });
  // Also what others wrote about her records: the answer to her question, what was done about her hazard.
  expect(asked).toEqual([['C/0000104-1', 'CLOSED', 'OPEN', 'R1', 'R2', 'R3', 'R4'], true]);
  const left = await store.db.selectFrom('own').select(['system', 'kind', 'id']).orderBy('id').execute();
  expect(left.map(({ kind, id }) => `${kind} ${id}`)).toEqual([
    'hazard OPEN',
    'callback R3',
    'handout R6',
    'callback R9',
  ]);
  const repairs = own.of('repairs', systems.find(({ name }) => name === 'repairs')?.ownKinds ?? {});
  // Its clock runs on for the home; what was told is forgotten, and by whom.
  const hazard = await repairs.find('hazard', 'OPEN');
  expect(hazard?.content).toMatchObject({
    propertyReference: 'P1',
    reportedBy: null,
    done: { INVESTIGATE: { atMs: 5 } },
  });
  expect(JSON.stringify(hazard)).not.toMatch(/Ada|0000104/);
  expect(await repairs.findByTerm('hazard', 'person\n0000104-1')).toEqual([]);
  expect(await repairs.findByTerm('hazard', 'property\nP1')).toHaveLength(1);
});

it('counts what no kept record of a person leads to any more, and forgets that alone where it is told to', async () => {
  const snapshots = await openTestSnapshots(clock);
  await keepAll(snapshots, ['HERS', 'OTHERS'], clock.now() - 1_000);
  // As a weaker forgetting did it: her applications and calls led to more.
  await snapshots.forget(['person\n0000104-1', 'telephone\n+441632960123']);
  const look = (forget: boolean) =>
    findUnlinked({ systems, snapshots, reads: readsOf, now: () => clock.now() }, forget);
  const found = [
    { system: 'lettings', kind: 'offer', count: 1 },
    { system: 'lettings', kind: 'offersOfApplication', count: 1 },
    { system: 'telephony', kind: 'outcomeOfCall', count: 1 },
    { system: 'telephony', kind: 'queueEventsOfCall', count: 1 },
  ];
  const inOrder = (some: readonly { system: string; kind: string }[]) =>
    some.toSorted((a, b) => `${a.system} ${a.kind}`.localeCompare(`${b.system} ${b.kind}`));
  expect(inOrder((await look(false)).found)).toEqual(found);
  const has = async (system: string, kind: string, key: string) => (await snapshots.find(system, kind, [key])).has(key);
  expect(await has('lettings', 'offer', 'O1')).toBe(true);
  expect(inOrder((await look(true)).found)).toEqual(found);
  expect([await has('lettings', 'offer', 'O1'), await has('telephony', 'outcomeOfCall', 'c1')]).toEqual([false, false]);
  for (const [system, kind, , others] of kept)
    for (const key of Object.keys(others)) expect(await has(system, kind, key), `${system} ${kind}`).toBe(true);
  expect((await look(true)).found).toEqual([]);
  // What is read while it looks may be of somebody who was read after the people were.
  await keepAll(snapshots, ['HERS']);
  await snapshots.forget(['person\n0000104-1', 'telephone\n+441632960123']);
  expect((await look(true)).found).toEqual([]);
});

it('knows of every kind that is kept whose it is, or that it is nobody’s', () => {
  const nobodys = ['lettings adverts', 'telephony lines'];
  const named = new Set(kept.map(([system, kind]) => `${system} ${kind}`));
  const ofHomes = [
    'repairs repairsOfProperty',
    'repairs workOrdersOfContractor',
    'repairs workOrderByExternalReference',
    'repairs appointment',
  ];
  for (const [system, reads] of readsOf) {
    for (const [kind, read] of Object.entries(reads)) {
      const id = `${system} ${kind}`;
      if (read.kept === false || read.keptOnly || nobodys.includes(id)) continue;
      expect(read.terms, id).toBeDefined();
      expect(named.has(id) || ofHomes.includes(id), id).toBe(true);
    }
  }
});
