// Writes through a running system: its circuits, its places, and what operators have set decide whether they go.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { SystemDefinition } from '../../../subgraphs/continuity/definition.ts';
import { WireError } from '../../../subgraphs/continuity/errors.ts';
import { createEvents } from '../../../subgraphs/continuity/events.ts';
import { createStandings } from '../../../subgraphs/continuity/standings.ts';
import { createSystem } from '../../../subgraphs/continuity/system.ts';
import { createTestClock, settled } from '../../clock.ts';
import { openKept } from '../../kept.ts';
import { until } from '../wire.ts';
import { openDesk } from './intake/office.ts';

const by = { who: 'Anna', why: 'containment', expectedBackMs: null };
const down = () => Promise.reject(new WireError('UNREACHABLE', 'refused', { code: 'ECONNREFUSED' }));

describe('writes to a running system', () => {
  async function setup({ keeps = false, silentMs = 0, work = async () => {} } = {}) {
    const folder = mkdtempSync(join(tmpdir(), 'lintel-counter-'));
    const at = { file: join(folder, 'store.sqlite') };
    const clock = createTestClock();
    const kept = await openKept(at, { clock, keys: new Map([['one', randomBytes(32)]]) });
    const onFailure = (what: string, error: unknown) => expect.fail(`${what}: ${error}`);
    const desk = await openDesk(at, { store: kept.store, clock, serve: false });
    const { office, intake } = desk;
    const wire = { work, probes: 0, applies: 0, failures: [] as string[] };
    const { mutations, steps } = office.counter;
    const definition: SystemDefinition = {
      name: 'office',
      backends: { desk: { variable: 'OFFICE', credentials: 'PASSWORD' } },
      mutations,
      adapter: () => ({
        reads: {},
        steps: Object.fromEntries(
          Object.entries(steps).map(([kind, { timeoutMs: _ours, ...step }]) => [
            kind,
            {
              ...step,
              async apply(input, context, signal) {
                wire.applies += 1;
                await wire.work();
                return step.apply(input, context, signal);
              },
            },
          ]),
        ),
        probes: {
          async desk() {
            wire.probes += 1;
            await wire.work();
          },
        },
        close: async () => {},
      }),
      resolvers: {},
    };
    const standings = createStandings({ store: null, clock, onFailure });
    const events = createEvents({ store: null, clock, process: 'test', onFailure });
    standings.answered('office', 'desk');
    clock.leap(silentMs);
    const system = createSystem(definition, {
      clock,
      random: () => 0,
      id: () => 'call',
      connections: {},
      standings,
      events,
      intake,
      ...(keeps && { snapshots: kept.snapshots }),
      onFailure: (_system, _backend, kind, { failure }) => wire.failures.push(`${kind} ${failure}`),
    });
    onTestFinished(async () => {
      office.wake();
      await system.close();
      await intake.close();
      await events.close();
      await standings.close();
      await kept.close();
      rmSync(folder, { recursive: true });
    });
    const orders = (order: Parameters<typeof system.order>[1]) => system.order(null, order, by);
    return { ...desk, clock, wire, system, standings, orders };
  }

  type Running = Awaited<ReturnType<typeof setup>>;

  it('go while it is well', async () => {
    const { note, office } = await setup();
    expect(await note('note', { about: 'P1', text: 'a tap' })).toMatchObject({ state: 'APPLIED' });
    expect(office.effects).toHaveLength(1);
  });

  it('of an emergency take the places that are left for it, while those of others wait for one', async () => {
    const { note, office, system, sees, reaches } = await setup();
    const [{ figures } = expect.fail('it has a backend')] = system.status();
    const places = figures.limit - figures.reserved;
    office.ways = Array(places).fill('HELD');
    const others = Array.from({ length: places + 3 }, (_, number) =>
      note('note', { about: `P${number}`, text: 'a tap' }),
    );
    await sees(() => office.sent === places && system.status()[0]?.figures.waiting === 3);
    await reaches(await note('alarm', { about: 'P99', text: 'smoke' }), 'APPLIED');
    expect([office.effects.map(({ text }) => text), office.sent]).toEqual([['smoke'], places + 1]);
    office.wake();
    for (const other of await Promise.all(others)) expect(other.state).toBe('APPLIED');
  });

  it('that waited take no more places than background work may: those who write now find one', async () => {
    const { note, office, orders, system, sees, clock, reaches } = await setup();
    await orders({ order: 'READ_ONLY', restorePointMs: clock.now() - 1_000 });
    const waiting = [];
    for (let number = 0; number < 15; number += 1)
      waiting.push(await note('note', { about: `P${number}`, text: 'a tap' }));
    // One at a time, two, four, and then eight if it were for them.
    office.ways = [...Array(7).fill('OK'), ...Array(8).fill('HELD')];
    await orders({ order: 'RECONCILE' });
    const background = system.status()[0]?.figures.background as number;
    await sees(() => office.sent >= 7 + background);
    await clock.advance(100);
    expect([office.sent, system.status()[0]?.figures]).toMatchObject([7 + background, { inFlight: background }]);
    office.ways = [];
    for (const receipt of waiting) {
      office.wake();
      await reaches(receipt, 'APPLIED');
    }
  });

  it('wait while its circuit is open, without one call, and go when it is back', async () => {
    const { note, office, wire, clock, reaches, system, intake } = await setup();
    wire.work = down;
    for (const about of ['P1', 'P2', 'P3']) await note('note', { about, text: 'a tap' });
    await until(() => system.status()[0]?.state === 'DOWN');
    const { length } = wire.failures;
    const receipt = await note('note', { about: 'P4', text: 'a tap' });
    expect(receipt.state).toBe('QUEUED');
    await intake.replay();
    expect(wire.failures).toHaveLength(length);
    wire.work = async () => {};
    for (let second = 0; second < 10 && office.effects.length < 4; second += 1) {
      await clock.advance(1_000);
      await intake.replay();
    }
    await reaches(receipt, 'APPLIED');
    expect(office.effects).toHaveLength(4);
  });

  it('are doubted where no answer came in time, and told of within patience', async () => {
    const { note, office, clock, reaches, wire } = await setup();
    office.ways = ['HELD'];
    const submitted = note('note', { about: 'P1', text: 'a tap' });
    await until(() => office.sent === 1);
    await clock.advance(300);
    const receipt = await submitted;
    expect(receipt.state).toBe('SENDING');
    await clock.advance(1_700);
    await reaches(receipt, 'AMBIGUOUS');
    expect(wire.failures).toEqual(['a write TIMEOUT']);
  });

  it('wait for no round where the clock was set an hour on, which looks like a silence: it is looked at, and they go', async () => {
    const { note, clock, reaches, wire } = await setup({ keeps: true });
    await note('note', { about: 'P1', text: 'a tap' });
    clock.jump(60 * 60_000);
    const { probes } = wire;
    const receipt = await note('note', { about: 'P2', text: 'a tap' });
    await clock.advance(5_000);
    await reaches(receipt, 'APPLIED');
    expect(wire.probes).toBe(probes + 1);
  });

  it('wait while an operator has cut it off, and until it has been looked at after that', async () => {
    const { note, office, orders, reaches, wire, intake, clock } = await setup();
    await orders({ order: 'ISOLATE' });
    const probes = wire.probes;
    const receipt = await note('note', { about: 'P1', text: 'a tap' });
    await intake.replay();
    await clock.advance(60_000);
    expect([receipt.state, office.effects.length, wire.probes]).toEqual(['QUEUED', 0, probes]);
    await orders({ order: 'RELEASE' });
    await clock.advance(1_000);
    await reaches(receipt, 'APPLIED');
    expect(wire.probes).toBeGreaterThan(probes);
  });

  it('are only drained while it is being reconciled', async () => {
    const { note, orders, reaches, clock, intake } = await setup();
    await orders({ order: 'READ_ONLY', restorePointMs: clock.now() - 1_000 });
    const receipt = await note('note', { about: 'P1', text: 'a tap' });
    await intake.replay();
    expect(await intake.receipt(receipt.id)).toMatchObject({ state: 'QUEUED' });
    await orders({ order: 'RECONCILE' });
    await reaches(receipt, 'APPLIED');
    expect((await note('now', { about: 'P2', text: 'a door' })).state).toBe('REFUSED');
  });

  it('wait after a long silence until it is known that it has not come back out of a backup', async () => {
    const { note, office, clock, standings, intake, wire, system } = await setup({ keeps: true });
    await note('note', { about: 'P1', text: 'a tap' });
    wire.work = down;
    for (const about of ['P2', 'P3', 'P4']) await note('note', { about, text: 'a tap' });
    await until(() => system.status()[0]?.state === 'DOWN');
    await clock.advance(11 * 60_000);
    // From here on it answers, and is held by an operator's own word until somebody has looked.
    let held = false;
    standings.listen((_system, _backend, { state }) => {
      held ||= state === 'HELD';
    });
    wire.work = async () => {};
    const effects = office.effects.length;
    for (let second = 0; second < 60 && !held; second += 1) {
      expect(office.effects).toHaveLength(effects);
      await clock.advance(1_000);
      await settled();
    }
    expect(held).toBe(true);
    for (let second = 0; second < 30; second += 1) {
      await clock.advance(1_000);
      await intake.replay();
    }
    expect(office.effects).toHaveLength(4);
  });

  it.each([
    ['a process starts after one', async () => {}, 11 * 60_000],
    [
      'an operator has released it',
      async ({ orders, clock }: Running) => {
        await orders({ order: 'READ_ONLY', restorePointMs: clock.now() - 1_000 });
        await orders({ order: 'RELEASE' });
      },
      0,
    ],
  ] as const)(
    'are not what finds out whether it has: when %s, it is looked at before',
    async (_title, prepare, silentMs) => {
      let answer = () => {};
      const answers = new Promise<void>((resolve) => {
        answer = resolve;
      });
      const running = await setup({ keeps: true, silentMs, work: () => answers });
      const { note, wire, clock, intake, office } = running;
      await prepare(running);
      const receipt = await note('note', { about: 'P1', text: 'a tap' });
      await intake.replay();
      expect([receipt.state, wire.applies]).toEqual(['QUEUED', 0]);
      answer();
      for (let second = 0; second < 60 && office.effects.length === 0; second += 1) {
        await clock.advance(10_000);
        await intake.replay();
      }
      expect(office.effects).toHaveLength(1);
    },
  );

  it('end with it: nothing is under way any more when it is closed', async () => {
    const { note, office, system, intake } = await setup();
    office.ways = ['HELD'];
    const submitted = note('note', { about: 'P1', text: 'a tap' });
    await until(() => office.sent === 1);
    let closed = false;
    const closing = system.close().then(() => {
      closed = true;
    });
    await settled();
    expect(closed).toBe(false);
    office.wake();
    await closing;
    expect(await submitted).toMatchObject({ state: 'APPLIED' });
    expect(await intake.ledger()).toMatchObject({ accepted: 1, applied: 1 });
  });
});
