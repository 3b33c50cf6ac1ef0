// A made-up office with two backends, in memory, for suites about what stands over each: what is written at its desk is looked up in its
// file. It fails as it is told, and writes down what is done about it.
import { expect, onTestFinished } from 'vitest';
import type { AppliedWrite, Looked } from '../../../subgraphs/continuity/applied-check.ts';
import { createBackends } from '../../../subgraphs/continuity/backends.ts';
import type { Adapter, Read, SystemDefinition } from '../../../subgraphs/continuity/definition.ts';
import { WireError } from '../../../subgraphs/continuity/errors.ts';
import type { StateChange } from '../../../subgraphs/continuity/events.ts';
import type { AppliedWrites } from '../../../subgraphs/continuity/intake/applied-writes.ts';
import type { Snapshots } from '../../../subgraphs/continuity/kept.ts';
import type { Trace } from '../../../subgraphs/continuity/look-up.ts';
import type { Standings } from '../../../subgraphs/continuity/standings.ts';
import { alone } from '../../alone.ts';
import { createTestClock, type TestClock } from '../../clock.ts';
import { nothingKept } from '../../nothingkept.ts';
import { appliedWrite } from './applied-write.ts';

export const minuteMs = 60_000;
/** Who gives orders here. */
export const by = { who: 'Ann', why: 'a virus', expectedBackMs: null };

/** An emergency that was applied. */
export const write = appliedWrite('R1', { lane: 'EMERGENCY' });

/** An office with two backends: what is written at the desk is looked up in its file. `before`: what stood when Lintel began. */
export function setup(before: (standings: Standings, clock: TestClock) => unknown = () => {}) {
  const clock = createTestClock();
  const { standings, events } = alone(clock);
  before(standings, clock);
  const office = {
    down: new Set<string>(),
    probes: [] as string[],
    /** What has become of what was written; AWAY: it does not answer to that. And how often that was asked. */
    trace: 'THERE' as Trace | 'AWAY',
    looked: 0,
    due: [] as AppliedWrite[],
    person: 'Ann' as string | null,
    sampled: false,
    /** Lets an answer of a backend show that it was set back. */
    setBack: (_backend: string): void => expect.fail('nobody listens'),
  };
  const log: string[] = [];
  const probe = (name: string) => async () => {
    office.probes.push(name);
    if (office.down.has(name)) throw new WireError('UNREACHABLE', 'refused');
  };
  const look = async () => {
    office.looked += 1;
    if (office.trace === 'AWAY') throw new WireError('UNREACHABLE', 'refused');
    return [office.trace];
  };
  const person = {
    ...{ backend: 'file', limit: 5, absent: null },
    records: (name: string, key: string) => [{ reference: key, identity: name }],
    ask: async () => new Map(office.person === null ? [] : [['k', office.person]]),
  } as unknown as Read<string, string | null>;
  const adapter = {
    reads: { person, slot: { ...person, backend: 'desk' } },
    probes: { desk: probe('desk'), file: probe('file') },
    steps: {
      ring: { backend: 'file' },
      note: { backend: 'desk', lookUp: { backend: 'file', limit: 5, look } },
    },
    onSetBack(listener: (backend: string) => void) {
      office.setBack = listener;
    },
    close: async () => {},
  } as unknown as Adapter;
  const definition: SystemDefinition = {
    name: 'office',
    backends: {
      desk: { variable: 'DESK', credentials: 'PASSWORD' },
      file: { variable: 'FILE', credentials: 'PASSWORD' },
    },
    adapter: () => adapter,
    resolvers: {},
  };
  const applied = {
    due: async () => office.due.splice(0),
    newest: async () => [write],
    note: async (looked: readonly Looked[]) =>
      void (looked.length > 0 && log.push(`noted ${looked.map(({ trace }) => trace)}`)),
    suspect: async () => {},
    lookAtAll: async (...given: unknown[]) => void log.push(`looks at all of ${given.slice(0, 3)}`),
    accept: async (system: string, backend: string) => {
      log.push(`accepts what ${backend} of ${system} has lost`);
      return 1;
    },
    waiting: async () => ({ count: 4, about: [] }),
  } as unknown as AppliedWrites;
  const snapshots: Snapshots = {
    ...nothingKept,
    async sample() {
      office.sampled = true;
      return [{ kind: 'person', key: 'k', value: 'Ann', readAtMs: 1, changedAtMs: 1, versionMs: null }];
    },
    async drop(system, generation, kinds) {
      log.push(`drops ${generation} of ${system}: ${kinds}`);
      return 0;
    },
  };
  const changes: Omit<StateChange, 'system' | 'atMs'>[] = [];
  const backends = createBackends(definition, adapter, 1_000, {
    ...{ clock, random: () => 0, standings, snapshots, applied, timeoutOf: () => 1_000 },
    events: { ...events, record: ({ system: _system, atMs: _atMs, ...change }) => changes.push(change) },
    onStoreFailure: (what, error) => expect.fail(`${what}: ${error}`),
    keep: (kind, keys, found) => log.push(`keeps ${kind} ${keys}: ${[...found.values()]}`),
  });
  onTestFinished(() => backends.close());
  const call = async (backend: string) => {
    try {
      await backends.of(backend).call(probe(backend), 1_000);
      backends.heard(backend);
    } catch (error) {
      // Down.
      if (!(error instanceof WireError)) throw error;
    }
  };
  const of = (backend: string) =>
    backends.status().find(({ name }) => name === backend) as ReturnType<typeof backends.status>[number];
  /** Lets an hour pass since one's last answer, with its circuit closed. */
  async function silent(backend: string) {
    await call(backend);
    clock.leap(60 * minuteMs);
  }
  return { clock, standings, office, log, backends, changes, call, of, silent };
}
