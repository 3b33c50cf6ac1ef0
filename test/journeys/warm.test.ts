// Everything was kept warm; then everything falls, and Lintel starts anew. Nobody had ever asked for these homes.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openKeeping } from '../../gateway/keeping.ts';
import { type Lintel, startLintel } from '../../gateway/lintel.ts';
import { type StartedMocks, startMocks } from '../../mocks/index.ts';
import { systemClock } from '../../subgraphs/continuity/clock.ts';
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

describe('everything kept warm, then everything down', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lintel-warm-'));
  const keys = new Map([['one', randomBytes(32)]]);
  const log = pino({ level: 'silent' });
  let mocks: StartedMocks;
  let visits: { person: string; property: string }[];
  let truth: Reply[];
  /** Started anew when everything is down. */
  let lintel: Awaited<ReturnType<typeof start>>;

  async function start(kept: boolean): Promise<Lintel & { end(): Promise<void> }> {
    const keeping = kept
      ? await openKeeping({ store: { file: join(folder, 'store.sqlite') }, storeKeys: keys }, log, systemClock)
      : undefined;
    const lintel = await startLintel({ env: mocks.urls, port: 0, host: '127.0.0.1', log, ...(keeping && { keeping }) });
    return {
      ...lintel,
      async end() {
        await lintel.close();
        await keeping?.close();
      },
    };
  }

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
    const plain = await start(false);
    truth = [];
    for (const visit of visits) truth.push(await ask(plain.url, page, visit));
    await plain.end();

    lintel = await start(true);
    for (const { name } of lintel.systems) await lintel.walks.start(name);
    const walks = '{ systems { keepWarm { state } } }';
    await eventually(
      () => ask(lintel.url, walks),
      ({ data }) => !data.systems.some((each: { keepWarm: { state: string } }) => /ING$/.test(each.keepWarm.state)),
    );
    for (const { name } of lintel.systems) expect(lintel.walks.of(name)).toMatchObject({ state: 'DONE', reason: null });
    await lintel.end();
    for (const { name } of mocks.backends) await mocks.setFault({ target: name, fault: 'down' });
    lintel = await start(true);
  }, 60_000);

  afterAll(async () => {
    await lintel.end();
    await mocks.close();
    rmSync(folder, { recursive: true });
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
