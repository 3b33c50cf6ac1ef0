// Journey 1 (reading): Katy waits for a move date, and lettings is down. What was known is shown, with its age.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKeeping } from '../../gateway/keeping.ts';
import { startLintel } from '../../gateway/lintel.ts';
import { type StartedMocks, startMocks } from '../../mocks/index.ts';
import { createCipher } from '../../subgraphs/continuity/cipher.ts';
import { systemClock } from '../../subgraphs/continuity/clock.ts';
import { openStore } from '../../subgraphs/continuity/store.ts';
import { ask } from '../estate.ts';

const page = /* GraphQL */ `
  query Page($offer: ID!, $person: ID!) {
    offer(offerNumber: $offer) { plannedMoveDate actualMoveDate contractStatus property { address } provenance { source asOf } }
    person(personReference: $person) { name tenancies { items { tenancyReference } provenance { source } } }
  }`;

describe('Katy asks for her move date', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lintel-katy-'));
  const key = randomBytes(32);
  const silent = pino({ level: 'silent' });
  let mocks: StartedMocks;

  beforeAll(async () => {
    mocks = await startMocks({ homes: 120, seed: 7 });
  });
  afterAll(async () => {
    await mocks.close();
    rmSync(folder, { recursive: true });
  });

  /** A Lintel over the same store each time: what one has kept, the next one has. */
  async function start() {
    const store = await openStore({ file: join(folder, 'store.sqlite') });
    const cipher = createCipher(new Map([['one', key]]));
    const keeping = createKeeping({ store, cipher }, silent, systemClock);
    const lintel = await startLintel({ env: mocks.urls, port: 0, host: '127.0.0.1', log: silent, keeping });
    const { katy } = mocks.world.cast;
    return {
      open: (headers?: Record<string, string>) =>
        ask(lintel.url, page, { offer: katy.offerNumber, person: katy.personReference }, headers),
      async end() {
        await lintel.close();
        await keeping.close();
      },
    };
  }

  it('and is told it live; then, with every system down and Lintel started anew, as it was last known, with its age', async () => {
    const before = await start();
    const known = await before.open();
    expect(known.errors).toEqual([]);
    expect(known.data.offer).toMatchObject({ plannedMoveDate: expect.any(String), provenance: { source: 'LIVE' } });
    expect(known.extensions.continuity).toMatchObject({ lettings: { state: 'OPERATIONAL', source: 'LIVE' } });
    await before.end();

    for (const target of ['tenancies', 'lettings', 'repairs', 'telephony'])
      await mocks.setFault({ target, fault: 'down' });
    const after = await start();
    const kept = await after.open();
    expect(kept.errors).toEqual([]);
    const { provenance, ...offer } = kept.data.offer;
    expect({ ...offer, provenance: known.data.offer.provenance }).toEqual(known.data.offer);
    expect(provenance).toEqual({ source: 'SNAPSHOT', asOf: known.data.offer.provenance.asOf });
    expect(kept.data.person.name).toBe(known.data.person.name);
    expect(kept.extensions.continuity).toMatchObject({
      lettings: { source: 'SNAPSHOT', asOf: known.data.offer.provenance.asOf },
      tenancies: { source: 'SNAPSHOT' },
    });

    const fresh = await after.open({ 'cache-control': 'no-cache, stale-if-error=0' });
    expect(fresh.data.offer.plannedMoveDate).toBeNull();
    expect(new Set(fresh.errors.map(({ extensions }) => extensions.code))).toEqual(new Set(['SYSTEM_DOWN']));
    await after.end();
    await mocks.clearFaults();
  });
});
