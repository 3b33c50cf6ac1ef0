// What every step of every system must do, whatever its wire: one suite, run against each over real sockets and the mocks'
// faults. What is sent is counted where it arrives.
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { readConnections } from '../../gateway/config.ts';
import { effectsOf } from '../../mocks/effects.ts';
import { type StartedMocks, startMocks } from '../../mocks/index.ts';
import type { World } from '../../mocks/world.ts';
import {
  type Adapter,
  type Connection,
  keyOf,
  type Reads,
  type SystemDefinition,
} from '../../subgraphs/continuity/definition.ts';
import { systemError, WireError } from '../../subgraphs/continuity/errors.ts';
import type { Step, StepContext } from '../../subgraphs/continuity/mutation.ts';
import { createTestClock, settled, type TestClock } from '../clock.ts';
import { type Backing, serveWire, type TestWire, until } from './wire.ts';

/** One change to try a step with. */
export interface Change {
  input: unknown;
  /** What steps before it have made. */
  made?: unknown[];
  /** How often it has been done, as the system shows it, by the step's reference; where the system can tell. */
  times?(reference: string): Promise<number>;
}

/** The healthy system, for whoever prepares a change. */
export interface Healthy {
  world: World;
  /** Counts the changes of one kind, from 0: what can be done only once is to be done to something else. */
  turn: number;
  // biome-ignore lint/suspicious/noExplicitAny: values of any kind.
  read(kind: string, key: unknown): Promise<any>;
  // biome-ignore lint/suspicious/noExplicitAny: what it made, of any kind.
  apply(kind: string, input: unknown, made?: unknown[]): Promise<any>;
}

/** A step as it is tried: the mocks' name for the operation that changes something, and changes to try. */
export interface Trial {
  /** None: it changes nothing. */
  operation?: string;
  change(healthy: Healthy): Change | Promise<Change>;
}

const never = new AbortController().signal;

/** An attempt at a step: what came of it, and how often something was about to be sent. */
export interface Attempt {
  made?: unknown;
  error?: unknown;
  sendings: number;
}

/**
 * Runs the suite against the steps of one system.
 * @param homes of the made-up landlord: as many as it takes for each change to be of something else.
 */
export function stepsConform<R extends Reads>(
  definition: SystemDefinition<R>,
  trials: Readonly<Record<string, Trial>>,
  homes = 120,
): void {
  describe(`each step of the ${definition.name} system`, () => {
    let mocks: StartedMocks;
    let clock: TestClock;
    let adapter: Adapter<R>;
    let begun = 0;
    const turns = new Map<string, number>();
    const kinds = Object.entries(trials);
    const changing = kinds.filter(([, { operation }]) => operation !== undefined);

    beforeAll(async () => {
      clock = createTestClock(Date.parse('2026-09-01T12:00:00+01:00'));
      mocks = await startMocks({ homes, seed: 7, today: '2026-09-01', nowMs: clock.now });
      adapter = definition.adapter(readConnections(definition, mocks.urls), clock);
    });
    afterEach(() => mocks.clearFaults());
    afterAll(async () => {
      await adapter.close();
      await mocks.close();
    });

    const step = (kind: string): Step<unknown, unknown> => {
      const found = adapter.steps?.[kind];
      if (!found) throw new Error(`no step ${kind}`);
      return found;
    };
    const target = (kind: string, operation = '') => {
      const { backend } = step(kind);
      const system = definition.name === backend ? backend : `${definition.name}.${backend}`;
      return operation ? `${system}.${operation}` : system;
    };
    const arrived = (kind: string, operation: string) => mocks.calls()[target(kind)]?.operations[operation] ?? 0;
    const context = (reference: string, made: unknown[] = [], sending = async () => {}): StepContext => ({
      reference,
      acceptedAtMs: clock.now(),
      receivedAtMs: clock.now(),
      made,
      madeBy: () => [],
      sending,
    });
    /** Lets a wire that counts calls a second forget the last ones, here and there. */
    const breathe = () => clock.advance(2_000);

    const healthy = (turn: number): Healthy => ({
      world: mocks.world,
      turn,
      async read(kind, key) {
        const read = adapter.reads[kind];
        if (!read) throw new Error(`no read ${kind}`);
        await breathe();
        return (await read.ask([key], never)).get(keyOf(key)) ?? read.absent;
      },
      async apply(kind, input, made = []) {
        await breathe();
        return step(kind).apply(input, context(`S${++begun}-${kind}`.slice(0, 20), made), never);
      },
    });

    /** A new change of a kind, and how to go about it. */
    async function begin(kind: string) {
      const turn = turns.get(kind) ?? 0;
      turns.set(kind, turn + 1);
      const reference = `T${++begun}-${kind}`.slice(0, 20);
      const change = await (trials[kind] as Trial).change(healthy(turn));
      const { operation } = trials[kind] as Trial;
      const given = { ...change, reference };
      return {
        ...given,
        times: () => change.times?.(reference),
        /** One attempt; fails where something arrives that was not told of before. */
        async attempt(signal = never): Promise<Attempt> {
          await breathe();
          const before = operation ? arrived(kind, operation) : 0;
          let sendings = 0;
          const sending = async () => {
            const told = ++sendings;
            // Writing it down takes its time: nothing goes out meanwhile.
            for (let turn = 0; turn < 20; turn++) await settled();
            if (operation) expect(arrived(kind, operation) - before, 'sent before it was told').toBe(told - 1);
          };
          const told = context(reference, change.made, sending);
          const outcome = await step(kind)
            .apply(change.input, told, signal)
            .then(
              (made) => ({ made }),
              (error: unknown) => ({ error }),
            );
          if (operation) expect(arrived(kind, operation) - before, 'sent, and told').toBeLessThanOrEqual(sendings);
          return { ...outcome, sendings };
        },
        async find(): Promise<unknown> {
          await breathe();
          return step(kind).find?.(change.input, context(reference, change.made), never);
        },
      };
    }
    type Begun = Awaited<ReturnType<typeof begin>>;

    /** What a repeat comes to: by the system's own word, or by looking. */
    async function again(kind: string, { attempt, find }: Begun): Promise<unknown> {
      if (step(kind).repeat !== 'KEY') return find();
      const { made, error } = await attempt();
      if (error) throw error;
      return made;
    }

    /** Nothing internal is in what a client would be told. */
    function expectClean(error: unknown): WireError {
      expect(error).toBeInstanceOf(WireError);
      const { message } = systemError(error as WireError, { system: definition.name, id: '1' });
      expect(message).toMatch(/^[A-Z][^<>{}]*\.$/);
      expect(message).not.toMatch(/ECONN|HTTP|status|socket|127\.0|stack|xmbrace|SQL|null/i);
      for (const value of Object.values(mocks.urls)) expect(message).not.toContain(value);
      return error as WireError;
    }

    it('is tried here', () => {
      expect(Object.keys(trials).sort()).toEqual(Object.keys(adapter.steps ?? {}).sort());
    });

    it.each(kinds)('%s is done once, and says so before each request that changes something', async (kind, trial) => {
      const change = await begin(kind);
      const before = trial.operation ? arrived(kind, trial.operation) : 0;
      expect(await change.find(), 'before it is done').toBeUndefined();
      const { made, error, sendings } = await change.attempt();
      expect(error).toBeUndefined();
      expect(made).toEqual(JSON.parse(JSON.stringify(made)));
      expect(sendings).toBe(trial.operation ? 1 : 0);
      if (trial.operation) expect(arrived(kind, trial.operation) - before).toBe(1);
      // What it replaced is known where it is done, and not to whoever finds it.
      expect({ made }, 'afterwards').toMatchObject({ made: await again(kind, change) });
      expect((await change.times()) ?? 1).toBe(1);
    });

    it.each(kinds)(
      '%s is found again once it is applied, and is missed once a backup from before is put back',
      async (kind) => {
        const { lookUp, noLookUp, backend } = step(kind);
        expect([lookUp, noLookUp].filter(Boolean), 'says how it is looked up, or why it cannot be').toHaveLength(1);
        if (!lookUp) return expect(noLookUp).toMatch(/^[A-Z].*\.$/);
        const change = await begin(kind);
        mocks.backup(definition.name);
        const acceptedAtMs = clock.now();
        const { made, error } = await change.attempt();
        expect(error).toBeUndefined();
        const { input, reference } = change;
        const applied = {
          input,
          made,
          reference,
          acceptedAtMs,
          appliedAtMs: clock.now(),
          superseded: false,
          seen: true,
        };
        const changed = () => effectsOf(mocks.world).after(0).length;
        const before = changed();
        const look = async () => {
          await breathe();
          return lookUp.look([applied], never);
        };
        // Half an hour later the copy is put back. Nothing that looks at it changes it.
        await clock.advance(30 * 60_000);
        expect(await look(), `while ${backend} is well`).toEqual(['THERE']);
        await mocks.restore(definition.name);
        expect(['MISSING', 'OLDER', 'REISSUED']).toContain((await look())[0]);
        expect(changed(), 'looking changes nothing').toBe(before);
      },
    );

    it.each(changing)('%s whose acknowledgement is lost is recognised', async (kind, { operation = '' }) => {
      const change = await begin(kind);
      await mocks.setFault({ target: target(kind, operation), fault: 'lost-acknowledgement', options: { times: 1 } });
      const { made, error, sendings } = await change.attempt();
      expect(made).toBeUndefined();
      expect(expectClean(error).failure).toBe('UNREACHABLE');
      expect(sendings).toBe(1);
      expect(await again(kind, change)).toBeDefined();
      expect((await change.times()) ?? 1).toBe(1);
    });

    it.each(changing)('%s that hangs and is done late is recognised', async (kind, { operation = '' }) => {
      const change = await begin(kind);
      const before = arrived(kind, operation);
      await mocks.setFault({ target: target(kind, operation), fault: 'hung', options: { late: 1, times: 1 } });
      const patience = new AbortController();
      const attempt = change.attempt(patience.signal);
      await until(() => arrived(kind, operation) > before);
      patience.abort(new WireError('TIMEOUT', 'no answer in time'));
      const { made, error } = await attempt;
      expect(made).toBeUndefined();
      expect(expectClean(error).failure).toBe('TIMEOUT');
      if (step(kind).find) expect(await change.find(), 'while it hangs').toBeUndefined();
      await mocks.clearFaults();
      // Carried out within a few turns of the event loop, not at once.
      let found: unknown;
      for (let turn = 0; found === undefined && turn < 50; turn++) found = await again(kind, change);
      expect(found).toBeDefined();
      expect((await change.times()) ?? 1).toBe(1);
    });

    it.each(
      changing.flatMap(([kind, trial]) => ['garbled', 'truncated'].map((fault) => [kind, fault, trial] as const)),
    )(
      '%s is not taken for done by an answer that is %s, and is recognised',
      async (kind, fault, { operation = '' }) => {
        const change = await begin(kind);
        await mocks.setFault({ target: target(kind, operation), fault, options: { times: 1 } });
        const { made, error } = await change.attempt();
        // Of an answer that has no body, no half can be missing.
        if (fault === 'truncated' && error === undefined) return;
        expect(made).toBeUndefined();
        expect(expectClean(error).failure).toBe('GARBLED');
        expect(await again(kind, change)).toBeDefined();
        expect((await change.times()) ?? 1).toBe(1);
      },
    );

    it.each(kinds)(
      '%s is no refusal, and not done, while the system is down or in its overnight batch',
      async (kind) => {
        for (const fault of ['overnight-batch', 'down']) {
          const change = await begin(kind);
          await mocks.setFault({ target: target(kind), fault });
          const { made, error } = await change.attempt();
          expect(made).toBeUndefined();
          expect(['UNAVAILABLE', 'UNREACHABLE', 'FAULT']).toContain(expectClean(error).failure);
          if (fault === 'overnight-batch' && error instanceof WireError) expect(error.failure).not.toBe('UNREACHABLE');
          await mocks.clearFaults();
          if (step(kind).find) expect(await change.find()).toBeUndefined();
        }
      },
    );

    it.each(changing)('%s is done once although the session is lost in between', async (kind, { operation = '' }) => {
      const change = await begin(kind);
      for (const { mock } of mocks.backends) mock.loseSessions();
      const before = arrived(kind, operation);
      const { error, sendings } = await change.attempt();
      expect(error).toBeUndefined();
      // What a lapsed session kept out has arrived, and was told of; it has changed nothing.
      expect(arrived(kind, operation) - before).toBe(sendings);
      expect((await change.times()) ?? 1).toBe(1);
    });

    it.each(changing)('%s is not sent where another has taken it over', async (kind, { operation = '' }) => {
      const change = await begin(kind);
      const before = arrived(kind, operation);
      const fenced = new Error('taken over');
      const told = context(change.reference, change.made, () => Promise.reject(fenced));
      await breathe();
      await expect(step(kind).apply(change.input, told, never)).rejects.toBe(fenced);
      expect(arrived(kind, operation)).toBe(before);
    });
  });
}

/** What a test says of an attempt. */
export interface Told {
  /** When it reached the landlord; left out: when it was accepted. */
  receivedAtMs?: number;
  reference?: string;
  acceptedAtMs?: number;
  made?: unknown[];
  madeBy?(receipt: string): unknown[];
}

/** Steps of a system over servers that a test answers itself, until the test ends. The clock stands at 27 June 2022, 09:00 in London. */
export async function startSteps<R extends Reads, Backend extends string>(
  definition: SystemDefinition<R>,
  backends: Record<Backend, Backing>,
) {
  const wires = {} as Record<Backend, TestWire>;
  const connections: Record<string, Connection> = {};
  for (const [backend, { answer, ...login }] of Object.entries(backends) as [Backend, Backing][]) {
    wires[backend] = await serveWire(answer);
    connections[backend] = { url: wires[backend].url, user: 'lintel', password: 'open sesame', apiKey: '', ...login };
  }
  const clock = createTestClock();
  return { wires, clock, ...stepsOver(definition, connections, clock) };
}

/** Steps of a system over a made-up landlord, until the test ends. The clock stands at 1 September 2026, noon in London. */
export async function startMockedSteps<R extends Reads>(definition: SystemDefinition<R>) {
  const clock = createTestClock(Date.parse('2026-09-01T12:00:00+01:00'));
  const mocks = await startMocks({ homes: 120, seed: 7, today: '2026-09-01', nowMs: clock.now });
  onTestFinished(() => mocks.close());
  return { mocks, clock, ...stepsOver(definition, readConnections(definition, mocks.urls), clock) };
}

function stepsOver<R extends Reads>(
  definition: SystemDefinition<R>,
  connections: Record<string, Connection>,
  clock: TestClock,
) {
  // biome-ignore lint/suspicious/noExplicitAny: reads of any kind.
  const adapter: Adapter<any> = definition.adapter(connections, clock);
  onTestFinished(() => adapter.close());
  let sendings = 0;
  const context = ({
    reference = 'LTL-1',
    acceptedAtMs = clock.now(),
    made = [],
    madeBy = () => [],
    ...told
  }: Told) => ({
    ...{ reference, acceptedAtMs, made, madeBy, receivedAtMs: told.receivedAtMs ?? acceptedAtMs },
    sending: async () => {
      sendings += 1;
    },
  });
  const step = (kind: string) => adapter.steps?.[kind] as Step<unknown, unknown>;
  return {
    adapter,
    /** How often something was about to be sent. */
    sendings: () => sendings,
    apply: (kind: string, input: unknown, told: Told = {}) => step(kind).apply(input, context(told), never),
    async find(kind: string, input: unknown, told: Told = {}) {
      return step(kind).find?.(input, context(told), never);
    },
    /** The failure, and the reason that a user may read. */
    async failure(kind: string, input: unknown, told: Told = {}): Promise<WireError> {
      const error = await step(kind)
        .apply(input, context(told), never)
        .then(
          (made) => new Error(`done, where a failure was expected: ${JSON.stringify(made)}`),
          (thrown: unknown) => thrown,
        );
      if (error instanceof WireError) return error;
      throw error;
    },
    /** What a read gives for one key. */
    // biome-ignore lint/suspicious/noExplicitAny: values of any kind.
    async read(kind: string, key: unknown): Promise<any> {
      const read = adapter.reads[kind];
      return (await read.ask([key], never)).get(keyOf(key)) ?? read.absent;
    },
  };
}
