import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Keeping, openKeeping } from '../../gateway/keeping.ts';
import { systemClock } from '../../subgraphs/continuity/clock.ts';
import { type Estate, startEstate } from '../estate.ts';

describe('/metrics', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lintel-metrics-'));
  let keeping: Keeping;
  let estate: Estate;
  beforeAll(async () => {
    const place = { store: { file: join(folder, 'store.sqlite') }, storeKeys: new Map([['one', randomBytes(32)]]) };
    keeping = await openKeeping(place, pino({ level: 'silent' }), systemClock);
    estate = await startEstate({ keeping });
  });
  afterAll(async () => {
    await estate.close();
    await keeping.close();
    rmSync(folder, { recursive: true });
  });

  /** Each figure by its name and labels. */
  async function figures(): Promise<Map<string, number>> {
    const reply = await fetch(`${estate.lintel.url}/metrics`);
    expect(reply.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    const lines = (await reply.text()).split('\n').filter((line) => line && !line.startsWith('#'));
    return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]));
  }

  it('tells how requests fare, how each backend stands and what is kept; no reference and no name of a person', async () => {
    const { personReference } = estate.mocks.world.cast.katy;
    const page =
      'query ($id: ID!) { person(personReference: $id) { name tenancies { items { property { repairs { items { reference } } } } } } }';
    await estate.ask(page, { id: personReference });
    await estate.mocks.setFault({ target: 'telephony', fault: 'down' });
    await estate.ask('{ lines { items { name } } }');
    await keeping.snapshots?.flush();
    const told = await figures();
    expect(told.get('lintel_request_seconds_count')).toBe(2);
    expect(told.get('lintel_errors_total{code="SYSTEM_DOWN"}')).toBe(1);
    expect(told.get('lintel_backend_state{system="repairs",backend="workOrders",state="OPERATIONAL"}')).toBe(1);
    expect(told.get('lintel_backend_state{system="repairs",backend="workOrders",state="DOWN"}')).toBe(0);
    expect(told.get('lintel_backend_limit{system="lettings",backend="lettings"}')).toBe(16);
    expect(told.get('lintel_kept_written_total')).toBeGreaterThan(2);
    expect(told.get('lintel_kept_misses_total')).toBeGreaterThan(0);
    expect(told.get('lintel_store_failures_total')).toBe(0);
    expect([...told.keys()].join()).not.toContain(personReference);
    expect([...told.keys()].join()).not.toMatch(/Alderton|query|127\.0\.0\.1/);
  });

  it('counts on from where it was', async () => {
    const before = (await figures()).get('lintel_request_seconds_count') as number;
    await estate.ask('{ systems { name } }');
    expect((await figures()).get('lintel_request_seconds_count')).toBe(before + 1);
  });
});
