import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Keeping, openKeeping } from '../../gateway/keeping.ts';
import { createMetrics, type Measured } from '../../gateway/metrics.ts';
import { systemClock } from '../../subgraphs/continuity/clock.ts';
import { type Estate, startEstate } from '../estate.ts';

/** Each figure of a text by its name and labels. */
function figuresIn(text: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]));
}

describe('figures of a backend', () => {
  const numbers = { limit: 16, inFlight: 3, waiting: 2, rejected: 5, retries: 4, probes: 6 };
  const states = ['OPERATIONAL', 'DEGRADED', 'DOWN', 'ISOLATED', 'READ_ONLY', 'HELD', 'RECONCILING'];

  /** What is told of one backend. */
  async function told(state: string, more: Partial<Measured> = {}) {
    const status = () => [{ name: 'scheduler', state, figures: numbers }];
    const systems = [{ name: 'repairs', status }] as unknown as Measured['systems'];
    const metrics = createMetrics({ systems, snapshots: undefined, intake: null, ...more });
    const text = Promise.withResolvers<string>();
    const response = { writeHead: () => response, end: text.resolve } as unknown as ServerResponse;
    const ask = async () => {
      await metrics.route({} as IncomingMessage, response);
      return text.promise;
    };
    return { metrics, ask };
  }

  it.each(states)('say that it is %s, and nothing else', async (state) => {
    const { ask } = await told(state);
    const figures = figuresIn(await ask());
    const said = states.map((each) =>
      figures.get(`lintel_backend_state{system="repairs",backend="scheduler",state="${each}"}`),
    );
    expect(said).toEqual(states.map((each) => Number(each === state)));
  });

  it('are each told by their own name, what only grows as a counter', async () => {
    const text = await (await told('OPERATIONAL')).ask();
    const of = (name: string) => figuresIn(text).get(`lintel_backend_${name}{system="repairs",backend="scheduler"}`);
    expect(
      ['limit', 'calls_in_flight', 'calls_waiting', 'calls_rejected_total', 'retries_total', 'probes_total'].map(of),
    ).toEqual([16, 3, 2, 5, 4, 6]);
    expect(text).toMatch(/^# TYPE lintel_backend_probes_total counter$/m);
    expect(text).toMatch(/^# TYPE lintel_backend_calls_waiting gauge$/m);
  });

  it('stand beside those of what is kept, each by its own name', async () => {
    const kept = { hits: 1, misses: 2, queued: 3, written: 4, dropped: 5, failures: 6, bytes: 7, records: null };
    const snapshots = { figures: () => kept } as unknown as Measured['snapshots'];
    const figures = figuresIn(await (await told('OPERATIONAL', { snapshots })).ask());
    expect(
      ['kept_hits_total', 'kept_misses_total', 'kept_queued', 'kept_written_total', 'kept_dropped_total']
        .concat('store_failures_total', 'store_bytes', 'kept_records')
        .map((name) => figures.get(`lintel_${name}`)),
    ).toEqual([1, 2, 3, 4, 5, 6, 7, 0]);
  });

  it('stand beside how requests fare: how long, and each error by a code of the contract', async () => {
    const { metrics, ask } = await told('OPERATIONAL');
    metrics.answered(40, []);
    metrics.answered(2_400, ['SYSTEM_DOWN', 'SYSTEM_DOWN', 'NONE_OF_OURS', 'undefined']);
    const figures = figuresIn(await ask());
    expect(figures.get('lintel_request_seconds_sum')).toBeCloseTo(2.44);
    expect(figures.get('lintel_request_seconds_bucket{le="0.05"}')).toBe(1);
    expect(figures.get('lintel_request_seconds_bucket{le="5"}')).toBe(2);
    expect(figures.get('lintel_errors_total{code="SYSTEM_DOWN"}')).toBe(2);
    expect(figures.get('lintel_errors_total{code="OTHER"}')).toBe(2);
  });
});

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
    return figuresIn(await reply.text());
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
