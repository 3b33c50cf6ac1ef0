// Everything was kept warm; then everything falls, and Lintel starts anew. Nobody had ever asked for these homes.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openKeeping } from '../../gateway/keeping.ts';
import { startLintel } from '../../gateway/lintel.ts';
import { type StartedMocks, startMocks } from '../../mocks/index.ts';
import { systemClock } from '../../subgraphs/continuity/clock.ts';
import { runChanges, underwayOf } from '../../subgraphs/continuity/warmrun.ts';
import { createWarmStates } from '../../subgraphs/continuity/warmstate.ts';
import { systems as allSystems } from '../../subgraphs/index.ts';
import { ask, eventually, type Reply } from '../estate.ts';

const page = /* GraphQL */ `
  query Page($person: ID!, $property: ID!) {
    person(personReference: $person) {
      name telephoneNumbers
      household { members { personReference name } provenance { source } }
      tenancies { items { tenancyReference rentAccount { balance { pence } } members { name } property { address } } provenance { source } }
      applications { items { applicationReference band offers { items { offerNumber plannedMoveDate } provenance { source } } } provenance { source } }
      exchanges { items { exchangeReference status } provenance { source } }
      calls { items { callId startedAt } provenance { source } }
      provenance { source }
    }
    property(propertyReference: $property) {
      address
      tenancies { items { tenancyReference } provenance { source } }
      repairs { items { reference description appointment { window { start } } } provenance { source } }
      provenance { source }
    }
  }`;

/** Calls that came in while the test runs are told by whoever asks later. */
const before = new Date(Date.now() - 3_600_000).toISOString();

/** An answer without its provenance, lists in the order of their references: which order a list comes in is no news. */
function content(value: unknown): unknown {
  if (Array.isArray(value)) {
    const settled = value.filter(({ startedAt = '' }) => startedAt < before);
    return settled.map(content).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, each]) => (name === 'provenance' ? [] : [[name, content(each)]])),
  );
}

/** Every source that an answer names. */
function sources(value: unknown, found = new Set<string>()): Set<string> {
  for (const [name, each] of Object.entries(value ?? {})) {
    if (name === 'source') found.add(each as string);
    else if (typeof each === 'object') sources(each, found);
  }
  return found;
}

const folder = mkdtempSync(join(tmpdir(), 'lintel-warm-'));
const keys = new Map([['one', randomBytes(32)]]);
const log = pino({ level: 'silent' });
afterAll(() => rmSync(folder, { recursive: true }));

/** A Lintel that keeps what it reads in a file of the test's folder, or one that keeps nothing. */
async function start(mocks: StartedMocks, file: string | null) {
  const place = { store: { file: join(folder, `${file}.sqlite`) }, storeKeys: keys };
  const keeping = file === null ? undefined : await openKeeping(place, log, systemClock);
  const lintel = await startLintel({ env: mocks.urls, port: 0, host: '127.0.0.1', log, ...(keeping && { keeping }) });
  return {
    ...lintel,
    keeping,
    async end() {
      await lintel.close();
      await keeping?.close();
    },
  };
}

type Started = Awaited<ReturnType<typeof start>>;

/** Walks through everything. */
async function walkAll(lintel: Started): Promise<void> {
  for (const { name } of lintel.systems) await lintel.walks.start(name);
  const walks = '{ systems { keepWarm { state } } }';
  await eventually(
    () => ask(lintel.url, walks),
    ({ data }) => !data.systems.some((each: { keepWarm: { state: string } }) => /ING$/.test(each.keepWarm.state)),
  );
  for (const { name } of lintel.systems) expect(lintel.walks.of(name)).toMatchObject({ state: 'DONE', reason: null });
}

async function breakAll(mocks: StartedMocks): Promise<void> {
  for (const { name } of mocks.backends) await mocks.setFault({ target: name, fault: 'down' });
}

describe('everything kept warm, then everything down', () => {
  let mocks: StartedMocks;
  let visits: { person: string; property: string }[];
  let truth: Reply[];
  /** Started anew when everything is down. */
  let lintel: Started;

  beforeAll(async () => {
    mocks = await startMocks({ homes: 200, seed: 7 });
    const { cast, homes, membersByHouse, random } = mocks.world;
    const chance = random('visits');
    const lived = homes.filter(({ houseRef }) => houseRef !== null);
    const some = Array.from({ length: 48 }, () => lived[Math.floor(chance() * lived.length)]);
    visits = some.flatMap((home) => {
      const members = membersByHouse.get(home?.houseRef ?? '') ?? [];
      const member = members[Math.floor(chance() * members.length)];
      return home && member ? [{ person: member.personRef, property: home.propRef }] : [];
    });
    for (const { personReference: person, propertyReference: property } of [cast.katy, cast.david]) {
      visits.push({ person, property });
    }
    // As the systems themselves tell it: asked by a Lintel that keeps nothing.
    const plain = await start(mocks, null);
    truth = [];
    for (const visit of visits) truth.push(await ask(plain.url, page, visit));
    expect(truth.flatMap(({ errors }) => errors)).toEqual([]);
    await plain.end();

    lintel = await start(mocks, 'pages');
    await walkAll(lintel);
    await lintel.end();
    await breakAll(mocks);
    lintel = await start(mocks, 'pages');
  }, 60_000);

  afterAll(async () => {
    await lintel.end();
    await mocks.close();
  });

  it('gives fifty whole pages out of what is kept, as the systems themselves had told them, with no error', async () => {
    expect(visits).toHaveLength(50);
    let items = 0;
    for (const [index, visit] of visits.entries()) {
      const { data, errors } = await ask(lintel.url, page, visit);
      expect(errors).toEqual([]);
      expect(content(data)).toEqual(content(truth[index]?.data));
      expect(sources(data)).toEqual(new Set(['SNAPSHOT']));
      items += data.property.repairs.items.length + data.person.calls.items.length;
    }
    expect(items).toBeGreaterThan(50);
  }, 60_000);

  it('knows of a person and a home that were not there, too; and not of a work order that nobody has named', async () => {
    const nobody = { person: '9999999-1', property: '99999999' };
    const { data, errors } = await ask(
      lintel.url,
      `query ($person: ID!, $property: ID!) {
        person(personReference: $person) { name }
        property(propertyReference: $property) { address }
        application(applicationReference: "APP/9999999") { band }
        workOrder(reference: "99999999") { description }
      }`,
      nobody,
    );
    expect(data).toMatchObject({ person: null, property: null, application: null });
    expect(errors).toMatchObject([{ path: ['workOrder', 'description'], extensions: { system: 'repairs' } }]);
  });

  it('tells one record out of another that has it: a work order and a tenancy by their references', async () => {
    const known = truth.find(({ data }) => data.property.repairs.items.length > 0)?.data;
    const [order] = known.property.repairs.items;
    const [tenancy] = known.property.tenancies.items;
    const { data, errors } = await ask(
      lintel.url,
      `query ($order: ID!, $tenancy: ID!) {
        workOrder(reference: $order) { description provenance { source } }
        tenancy(tenancyReference: $tenancy) { tenancyReference provenance { source } }
      }`,
      { order: order.reference, tenancy: tenancy.tenancyReference },
    );
    expect(errors).toEqual([]);
    expect(data.workOrder).toEqual({ description: order.description, provenance: { source: 'SNAPSHOT' } });
    expect(data.tenancy.provenance.source).toBe('SNAPSHOT');
  });
});

describe('what changes after everything was kept warm', () => {
  const fields: Record<string, string> = {
    person: 'personReference name telephoneNumbers email',
    property: 'propertyReference gasSafetyExpiresOn',
    application: 'applicationReference status offers { items { offerNumber status } }',
    offer: 'offerNumber status contractStatus viewingAt',
    mutualExchange: 'exchangeReference status',
    workOrder: 'reference status description',
  };
  const keysOf: Record<string, string> = {
    person: 'personReference',
    property: 'propertyReference',
    application: 'applicationReference',
    offer: 'offerNumber',
    mutualExchange: 'exchangeReference',
    workOrder: 'reference',
  };

  function entityOf({ target, reference }: { target: string; reference: string }): string {
    if (target.startsWith('repairs')) return 'workOrder';
    if (target === 'tenancies') return reference.includes('-') ? 'person' : 'property';
    return reference.startsWith('APP/') ? 'application' : reference.startsWith('MEX-') ? 'mutualExchange' : 'offer';
  }

  it('is read by the feeds alone, in few calls, and given when everything is down', async () => {
    const mocks = await startMocks({ homes: 200, seed: 11 });
    const lintel = await start(mocks, 'changes');
    await walkAll(lintel);
    const sinceMs = Date.now();
    const changed = ['tenancies', 'lettings', 'repairs.workOrders'].flatMap((target) =>
      mocks.change({ target, count: 12, seed: 3 }),
    );
    const questions = [...new Set(changed.map((change) => `${entityOf(change)} ${change.reference}`))].map(
      (each, i) => {
        const [entity = '', reference] = each.split(/ (.*)/s);
        return `q${i}: ${entity}(${keysOf[entity]}: ${JSON.stringify(reference)}) { ${fields[entity]} }`;
      },
    );
    expect(questions.length).toBeGreaterThan(20);
    const query = `{ ${questions.join(' ')} }`;
    const plain = await start(mocks, null);
    const truth = await ask(plain.url, query);
    expect(truth.errors).toEqual([]);
    await plain.end();

    mocks.resetCalls();
    const { snapshots, store } = lintel.keeping ?? {};
    if (!snapshots || !store) throw new Error('nothing is kept');
    const states = createWarmStates(store, systemClock, 'test');
    await states.load();
    const outside = { snapshots, states, clock: systemClock, process: 'test', keysOf: async () => null };
    for (const system of lintel.systems) {
      const plan = allSystems.find(({ name }) => name === system.name)?.walk;
      if (!plan) continue;
      const of = { system, plan };
      const onFailure = (what: string, error: unknown) => expect.fail(`${what}: ${error}`);
      await runChanges(of, underwayOf(of, systemClock, 10), sinceMs, { ...outside, onFailure });
    }
    const calls = Object.values(mocks.calls()).flatMap(({ operations }) => Object.values(operations));
    // A walk through everything is hundreds.
    expect(calls.reduce((sum, count) => sum + count, 0)).toBeLessThan(60);

    await lintel.end();
    await breakAll(mocks);
    const after = await start(mocks, 'changes');
    const kept = await ask(after.url, query);
    expect(kept.errors).toEqual([]);
    expect(content(kept.data)).toEqual(content(truth.data));
    await after.end();
    await mocks.close();
  }, 60_000);
});
