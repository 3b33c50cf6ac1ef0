// The quiet restore: lettings falls silent for an hour and comes back out of a copy four days old, as if nothing had been.
// Nothing that was kept is overwritten, nothing is given as newer than it is, and somebody is told.
import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { afterEach, expect, it } from 'vitest';
import { createKeeping } from '../../gateway/keeping.ts';
import { startLintel } from '../../gateway/lintel.ts';
import { startMocks } from '../../mocks/index.ts';
import { createCipher } from '../../subgraphs/continuity/cipher.ts';
import { type Clock, systemClock } from '../../subgraphs/continuity/clock.ts';
import { openStore } from '../../subgraphs/continuity/store.ts';
import { ask, eventually } from '../estate.ts';
import { onBothEngines } from '../stores.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** The machine's clock, with a hand that can be moved on: timers run at their own pace. */
function movedClock(): Clock & { move(ms: number): void } {
  let moved = 0;
  return {
    ...systemClock,
    now: () => systemClock.now() + moved,
    move(ms) {
      moved += ms;
    },
  };
}

const offers = /* GraphQL */ `
  query Offers($references: [ID!]!) {
    properties(propertyReferences: $references) {
      tenancies { items { members { personReference applications {
        items { applicationReference statusCode offers { items { offerNumber statusCode plannedMoveDate } provenance { source } } }
        provenance { source asOf }
      } } } }
    }
    systems { name state backends { name alarm { compared missing older reissued } } }
  }`;

onBothEngines('lettings comes back from a four-day-old copy after an hour of silence', (place) => {
  const open: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of open.splice(0).reverse()) await close();
  });

  async function setup() {
    const clock = movedClock();
    const mocks = await startMocks({ homes: 300, seed: 7 });
    open.push(() => mocks.close());
    const store = await openStore(await place());
    const log = pino({ level: 'silent' });
    const keeping = createKeeping({ store, cipher: createCipher(new Map([['one', randomBytes(32)]])) }, log, clock);
    open.push(() => keeping.close());
    const lintel = await startLintel({ env: mocks.urls, port: 0, host: '127.0.0.1', log, clock, keeping });
    open.push(() => lintel.close());
    const references = mocks.world.homes.slice(0, 60).map(({ propRef }) => propRef);
    const read = (headers?: Record<string, string>) => ask(lintel.url, offers, { references }, headers);
    const stateOf = (reply: Awaited<ReturnType<typeof read>>) =>
      reply.data.systems.find(({ name }: { name: string }) => name === 'lettings');
    const kept = () =>
      store.db
        .selectFrom('snapshot')
        .selectAll()
        .where('system', '=', 'lettings')
        .where('generation', '=', 1)
        .execute();

    return { clock, mocks, keeping, lintel, read, stateOf, kept };
  }

  /** An hour without lettings, and then it answers again. */
  async function silence({ clock, mocks, read, stateOf }: Awaited<ReturnType<typeof setup>>, meanwhile: () => unknown) {
    await mocks.setFault({ target: 'lettings', fault: 'down' });
    await eventually(read, (reply) => stateOf(reply).state === 'DOWN');
    clock.move(hourMs);
    await meanwhile();
    await mocks.clearFaults();
    return eventually(read, (reply) => !['DOWN', 'DEGRADED'].includes(stateOf(reply).state));
  }

  /** What was read, without its provenance. */
  const content = (value: unknown) =>
    JSON.parse(JSON.stringify(value, (key, each) => (key === 'provenance' ? undefined : each)));

  it('and what was kept stands, labelled, with an alarm, until an operator takes the system as it is', async () => {
    const parts = await setup();
    const { clock, mocks, keeping, lintel, read, stateOf, kept } = parts;
    mocks.backup('lettings');
    clock.move(4 * dayMs);
    mocks.change({ target: 'lettings', count: 80, seed: 3 });
    const known = await read();
    expect(known.errors).toEqual([]);
    await keeping.snapshots?.flush();
    const before = await kept();
    expect(before.length).toBeGreaterThan(0);

    await silence(parts, () => mocks.restore('lettings'));
    const back = await eventually(read, (reply) => stateOf(reply).backends[0].alarm !== null);
    expect(stateOf(back).state).toBe('HELD');
    const { compared, missing, older, reissued } = stateOf(back).backends[0].alarm;
    expect(missing + older + reissued).toBeGreaterThan(0);
    expect(compared).toBeGreaterThanOrEqual(missing + older + reissued);

    // What was known is given, as what it is; nothing of the copy passes for live.
    const given = await read();
    expect(given.errors).toEqual([]);
    expect(content(given.data.properties)).toEqual(content(known.data.properties));
    expect(given.text).toContain('"SNAPSHOT"');
    expect(JSON.stringify(given.data.properties)).not.toContain('"LIVE"');
    expect(given.extensions.continuity).toMatchObject({ lettings: { state: 'HELD', source: 'SNAPSHOT' } });
    const fresh = await read({ 'cache-control': 'no-cache, stale-if-error=0' });
    expect(fresh.errors.map(({ extensions }) => extensions.code)).toContain('STALER_THAN_ASKED');

    // Nothing kept is overwritten.
    await keeping.snapshots?.flush();
    expect(await kept()).toEqual(before);

    const lettings = lintel.systems.find(({ name }) => name === 'lettings');
    await lettings?.order(null, { order: 'RELEASE' }, { who: 'ann', why: 'checked by hand', expectedBackMs: null });
    // At once it is asked again; on a busy machine its circuit may still let it in step by step.
    const states: string[] = [];
    const released = await eventually(
      read,
      (reply) => states.push(stateOf(reply).state) > 0 && states.at(-1) === 'OPERATIONAL',
    );
    expect(states).not.toContain('HELD');
    expect(content(released.data.properties)).not.toEqual(content(known.data.properties));
    expect(JSON.stringify(released.data.properties)).not.toContain('"SNAPSHOT"');
  }, 60_000);

  it('and where it lost nothing, it is let back in by itself', async () => {
    const parts = await setup();
    const known = await parts.read();
    await silence(parts, () => {});
    const back = await eventually(parts.read, (reply) => parts.stateOf(reply).state === 'OPERATIONAL');
    expect(content(back.data.properties)).toEqual(content(known.data.properties));
    const last = await eventually(parts.read, (reply) => !reply.text.includes('"SNAPSHOT"'));
    expect(content(last.data.properties)).toEqual(content(known.data.properties));
  }, 60_000);
});
