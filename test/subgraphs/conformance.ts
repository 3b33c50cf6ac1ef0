// What every system must do, whatever its wire: one suite, run against each over real sockets and the mocks' faults. What its
// steps must do is in writes.ts.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readConnections } from '../../gateway/config.ts';
import { type StartedMocks, startMocks } from '../../mocks/index.ts';
import type { World } from '../../mocks/world.ts';
import { checkBackends } from '../../subgraphs/continuity/check.ts';
import type { Answer, Reads, SystemDefinition } from '../../subgraphs/continuity/definition.ts';
import type { SystemError } from '../../subgraphs/continuity/errors.ts';
import { createSystem, type System } from '../../subgraphs/continuity/system.ts';
import { alone } from '../alone.ts';
import { createTestClock, settled, type TestClock } from '../clock.ts';
import { until } from './wire.ts';

/** Keys to ask a kind for: some that are there, and one that is not (where the wire can say so). */
export interface Sample {
  there: unknown[];
  missing?: unknown;
  /** Nothing of this kind is in the made-up world yet: being asked and answered is all that can be seen. */
  nothingYet?: boolean;
  /** False: what its keys hold is given by no client as a reference (a name, a number, what another record says). */
  byReference?: false;
}

/** The fault in force for a whole system. */
type Fault = Parameters<StartedMocks['setFault']>[0]['fault'];

const isError = (answer: unknown): answer is SystemError => answer instanceof Error;
const codesOf = (answers: unknown[]) => answers.map((answer) => (isError(answer) ? answer.extensions.code : 'ANSWER'));

/** Asks a healthy system for one key, for keys that only its answers tell. */
// biome-ignore lint/suspicious/noExplicitAny: values of any kind.
export type Look = (kind: string, key: unknown) => Promise<any>;

/** For kinds that only kept records answer there is nothing to ask for. */
type Samples<R extends Reads> = Partial<Record<keyof R & string, Sample>>;

/**
 * Runs the suite against one system.
 * @param samples for every kind that the system is asked for, keys in the made-up world.
 */
export function conforms<R extends Reads>(
  definition: SystemDefinition<R>,
  samples: (world: World, look: Look) => Samples<R> | Promise<Samples<R>>,
): void {
  describe(`the ${definition.name} system, like every system,`, () => {
    let mocks: StartedMocks;
    let clock: TestClock;
    let system: System<R>;
    let keys: Record<string, Sample>;
    /** Kinds that a wire answers. */
    const asked = () => system.kinds.filter((kind) => !definitionReads()[kind]?.keptOnly);
    const opened: string[] = [];

    const start = (urls = mocks.urls): System<R> => {
      let ids = 0;
      return createSystem(definition, {
        ...alone(clock),
        clock,
        random: () => 0,
        id: () => `call-${++ids}`,
        connections: readConnections(definition, urls),
        onChange: (_system, backend, { kind }) => opened.push(`${backend} ${kind}`),
      });
    };
    const backendOf = (kind: string) => definitionReads()[kind]?.backend ?? '';
    const definitionReads = () => {
      const adapter = definition.adapter(readConnections(definition, mocks.urls), clock);
      void adapter.close();
      return adapter.reads;
    };
    /** One kind for each backend: what befalls a backend befalls all its kinds. */
    const kinds = () => {
      const byBackend = new Map(Object.keys(keys).map((kind) => [backendOf(kind), kind]));
      return [...byBackend.values()];
    };
    const ask = (kind: string, signal?: AbortSignal) => system.read(kind, keys[kind]?.there ?? [], { signal });
    /** Lets a wire that counts calls a second forget the last ones. */
    const breathe = () => clock.advance(2_000);
    const breakAll = (fault: Fault) => mocks.setFault({ target: definition.name, fault });
    const callsMade = () =>
      Object.entries(mocks.calls())
        .filter(([name]) => name === definition.name || name.startsWith(`${definition.name}.`))
        .reduce((sum, [, { operations }]) => sum + Object.values(operations).reduce((a, b) => a + b, 0), 0);

    beforeAll(async () => {
      // The world's own day, for both ends: what was lately there is lately here.
      clock = createTestClock(Date.parse('2026-09-01T12:00:00+01:00'));
      mocks = await startMocks({ homes: 120, seed: 7, today: '2026-09-01', nowMs: clock.now });
      const healthy = start();
      const look: Look = async (kind, key) => ((await healthy.read(kind, [key]))[0] as Answer<unknown>).value;
      keys = (await samples(mocks.world, look)) as Record<string, Sample>;
      await healthy.close();
      await breathe();
      opened.length = 0;
    });
    beforeEach(() => {
      opened.length = 0;
      system = start();
    });
    afterEach(async () => {
      await system.close();
      await mocks.clearFaults();
      for (const { mock } of mocks.backends) mock.loseSessions();
      await breathe();
    });
    afterAll(() => mocks.close());

    it('has sample keys for each of its kinds', () => {
      expect(Object.keys(keys).sort()).toEqual([...asked()].sort());
    });

    it('says of each kind that is kept which records it holds, or why nothing can be concluded from it', () => {
      for (const [kind, read] of Object.entries(definitionReads())) {
        if (read.kept === false || read.keptOnly) continue;
        expect([read.records, read.nothingToCompare].filter(Boolean), kind).toHaveLength(1);
        if (read.nothingToCompare) expect(read.nothingToCompare).toMatch(/^[A-Z].*\.$/);
      }
    });

    it('says of each step how a repeat is recognised, and can look where that takes looking', () => {
      const adapter = definition.adapter(readConnections(definition, mocks.urls), clock);
      void adapter.close();
      for (const [kind, { backend, repeat, find }] of Object.entries(adapter.steps ?? {})) {
        expect(Object.keys(definition.backends), kind).toContain(backend);
        expect(['KEY', 'READ_BACK', 'NEVER'], kind).toContain(repeat);
        expect(find !== undefined, kind).toBe(repeat !== 'KEY');
      }
    });

    it('answers live for every kind, with provenance, in the order asked', async () => {
      for (const kind of asked()) {
        await breathe();
        const asOf = new Date(clock.now()).toISOString();
        const answers = await ask(kind);
        expect(answers.length, kind).toBeGreaterThan(0);
        expect(codesOf(answers), kind).toEqual(answers.map(() => 'ANSWER'));
        for (const answer of answers as Answer<unknown>[]) {
          expect(answer.provenance).toEqual({
            system: definition.name,
            source: 'LIVE',
            asOf,
          });
          if (keys[kind]?.nothingYet) expect(answer.value).toEqual(definitionReads()[kind]?.absent);
          else
            expect(answer.value, kind).toSatisfy((value) => (Array.isArray(value) ? value.length > 0 : value !== null));
        }
      }
    });

    it('knows "asked, and not there" from "could not ask"', async () => {
      for (const [kind, { there, missing }] of Object.entries(keys)) {
        if (missing === undefined) continue;
        await breathe();
        const [, answer] = (await system.read(kind, [there[0], missing])) as Answer<unknown>[];
        expect(isError(answer), kind).toBe(false);
        expect(answer?.value, kind).toEqual(definitionReads()[kind]?.absent);
      }
    });

    it('says of each read by reference what one looks like, and of what cannot be one that, without asking anybody', async () => {
      for (const [kind, { there, byReference = true }] of Object.entries(keys)) {
        const { reference } = definitionReads()[kind] ?? {};
        const [key] = there;
        const holdsOne =
          typeof key === 'string'
            ? key !== ''
            : Object.keys(key as object).some((field) => field.endsWith('Reference'));
        expect(reference !== undefined, kind).toBe(holdsOne && byReference);
        if (!reference) continue;
        for (const each of there) expect(String(reference.of(each)), kind).toMatch(reference.shape.pattern);
        const given = String(reference.of(key));
        const keyWith = (text: string) =>
          typeof key === 'string'
            ? text
            : JSON.parse(JSON.stringify(key).replace(JSON.stringify(given), JSON.stringify(text)));
        const before = callsMade();
        // An en dash, white space inside, a control character, far too long, nothing at all.
        const wrong = [`${given}\u20131`, `${given}\t1`, `${given}\u0000`, given.repeat(30), ''];
        const answers = (await system.read(kind, wrong.map(keyWith))) as SystemError[];
        expect(codesOf(answers), kind).toEqual(wrong.map(() => 'BAD_USER_INPUT'));
        expect(answers[0]?.message, kind).toMatch(/^A reference must be .*\. It has a dash that is no hyphen/);
        for (const answer of answers) expect(answer.message.replace(reference.shape.like, '')).not.toContain(given);
        expect(callsMade(), kind).toBe(before);
        await breathe();
        // Beside others, which come.
        const both = await system.read(kind, [keyWith(wrong[0] as string), key]);
        expect(codesOf(both), kind).toEqual(['BAD_USER_INPUT', 'ANSWER']);
      }
    });

    it('asks within the batch limit of its wire, in as few reads as that allows', async () => {
      for (const [kind, { there }] of Object.entries(keys)) {
        const limit = system.limitOf(kind);
        if (limit === 1 || typeof there[0] !== 'string') continue;
        await breathe();
        const shape = definitionReads()[kind]?.reference?.shape.pattern ?? /./;
        const none = (i: number) => [`NONE${i}`, `NONE${i}-1`].find((one) => shape.test(one));
        const many = Array.from({ length: limit * 2 + 1 }, (_, i) => there[i] ?? none(i));
        expect(codesOf(await system.read(kind, many)), kind).toEqual(many.map(() => 'ANSWER'));
      }
    });

    it('says that it is down when connections are refused, asks no more after three, and comes back by itself', async () => {
      for (const kind of kinds()) {
        await breakAll('down');
        for (let i = 0; i < 3; i++) expect(codesOf(await ask(kind))).toContain('SYSTEM_DOWN');
        expect(opened).toEqual([`${backendOf(kind)} OPEN`]);
        await mocks.clearFaults();
        const before = callsMade();
        expect(codesOf(await ask(kind))).toContain('SYSTEM_DOWN');
        expect(callsMade(), 'calls to an open circuit').toBe(before);
        const back = clock.advance(1_000);
        await until(() => opened.includes(`${backendOf(kind)} RAMPING`));
        await back;
        expect(codesOf(await ask(kind))).not.toContain('SYSTEM_DOWN');
        await system.close();
        system = start();
        opened.length = 0;
      }
    });

    it('is waited for no longer than its patience when it hangs', async () => {
      for (const kind of kinds()) {
        await breakAll('hung');
        const before = callsMade();
        const asked = ask(kind);
        await until(() => callsMade() > before);
        await clock.advance(definition.patienceMs ?? 1_000);
        expect(new Set(codesOf(await asked))).toEqual(new Set(['SYSTEM_TIMEOUT']));
        await mocks.clearFaults();
      }
    });

    it.each(['garbled', 'truncated'])('gives no part of an answer that is %s', async (fault) => {
      for (const kind of kinds()) {
        await breakAll(fault);
        expect(new Set(codesOf(await ask(kind))), kind).toEqual(new Set(['SYSTEM_GARBLED']));
        await mocks.clearFaults();
      }
    });

    it('renews a lost session without anybody noticing', async () => {
      for (const kind of kinds()) {
        await ask(kind);
        await breakAll('session-lost');
        expect(codesOf(await ask(kind)), kind).not.toContain('SYSTEM_DOWN');
        await mocks.clearFaults();
      }
    });

    it('says that it is down during its overnight batch', async () => {
      for (const kind of kinds()) {
        await breakAll('overnight-batch');
        const answers = await ask(kind);
        expect(new Set(codesOf(answers)), kind).toEqual(new Set(['SYSTEM_DOWN']));
        expect((answers[0] as SystemError).extensions.retryable).toBe(true);
        await mocks.clearFaults();
      }
    });

    /** The mocks' addresses, with logins that are not theirs. */
    const wrongLogins = () =>
      Object.fromEntries(
        Object.entries(mocks.urls).map(([name, value]) => [
          name,
          /_(USER|PASSWORD|API_KEY)$/.test(name) ? 'wrong' : value,
        ]),
      );

    it('tries refused credentials once, and never again', async () => {
      await system.close();
      system = start(wrongLogins());
      for (const kind of kinds()) {
        const [first] = (await ask(kind)) as SystemError[];
        expect(first?.extensions).toMatchObject({ code: 'SYSTEM_DOWN', retryable: false });
      }
      const before = callsMade();
      await Promise.all([...kinds().map((kind) => ask(kind)), clock.advance(3_600_000)]);
      expect(callsMade(), 'calls with refused credentials').toBe(before);
    });

    it('tells whoever sets it up whether each backend lets us in, with one try of each login', async () => {
      const backends = Object.keys(definition.backends);
      const look = (urls: Readonly<Record<string, string>>) =>
        checkBackends(definition, readConnections(definition, urls), backends, clock);
      expect([...(await look(mocks.urls))]).toMatchObject(backends.map((name) => [name, { outcome: 'OK' }]));
      const before = callsMade();
      const refused = [...(await look(wrongLogins()))];
      expect(refused).toMatchObject(backends.map((name) => [name, { outcome: 'CREDENTIALS' }]));
      expect(callsMade() - before, 'tries').toBe(backends.length);
      await breakAll('down');
      const down = backends.map((name) => [name, { outcome: 'UNREACHABLE', code: 'ECONNREFUSED' }]);
      expect([...(await look(mocks.urls))]).toMatchObject(down);
      await breakAll('garbled');
      expect([...(await look(mocks.urls))]).toMatchObject(backends.map((name) => [name, { outcome: 'GARBLED' }]));
    });

    it('ends its call, and holds nothing against the system, when whoever asked hangs up', async () => {
      for (const kind of kinds()) {
        // A session first: a login is shared by all who wait for it, and does not end with one of them.
        await ask(kind);
        await breakAll('hung');
        for (let i = 0; i < 4; i++) {
          const before = callsMade();
          const hungUp = new AbortController();
          const asked = ask(kind, hungUp.signal);
          // What is fetched for all who ask goes on without the first of them, and is not fetched again for the next.
          if (i === 0) await until(() => callsMade() > before);
          else await settled();
          hungUp.abort();
          expect(codesOf(await asked)).not.toContain('ANSWER');
        }
        expect(opened).toEqual([]);
        await mocks.clearFaults();
      }
    });

    it('tells nobody what is inside: no address, no credential, no upstream text', async () => {
      const secrets = Object.values(mocks.urls).flatMap((value) => [value, value.replace(/^https?:\/\//, '')]);
      for (const fault of ['down', 'garbled', 'truncated', 'overnight-batch']) {
        await breakAll(fault);
        for (const kind of kinds()) {
          const told = JSON.stringify((await ask(kind)).filter(isError));
          for (const secret of secrets) expect(told).not.toContain(secret);
          expect(told).not.toMatch(/ECONN|socket|<html|stack|at \w+ \(/i);
        }
        await mocks.clearFaults();
      }
    });
  });
}
