// Forgetting a person: everything that is kept of them, under whatever kind and in whichever system, and nothing else.
import { expect, it } from 'vitest';
import type { Reads } from '../../../subgraphs/continuity/definition.ts';
import { termsOfPerson } from '../../../subgraphs/continuity/forgetting.ts';
import { createKept } from '../../../subgraphs/continuity/fromkept.ts';
import { systems } from '../../../subgraphs/index.ts';
import { createTestClock } from '../../clock.ts';
import { openTestSnapshots } from '../../stores.ts';

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

it('finds all that is kept of a person in every system, and leaves what is of others alone', async () => {
  const snapshots = await openTestSnapshots(clock);
  for (const [system, kind, hers, others] of kept) {
    const reads = readsOf.get(system) ?? {};
    const all = new Map(Object.entries({ ...hers, ...others }));
    createKept({ system, reads, snapshots, onFailure: () => {} }).keep(kind, all, clock.now());
  }
  await snapshots.flush();
  expect(await snapshots.forget(await termsOfPerson('0000104-1', systems, snapshots))).toBe(
    kept.flatMap(([, , hers]) => Object.keys(hers)).length,
  );
  for (const [system, kind, hers, others] of kept) {
    const left = await snapshots.find(system, kind, Object.keys({ ...hers, ...others }));
    expect([...left.keys()], `${system} ${kind}`).toEqual(Object.keys(others));
  }
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
