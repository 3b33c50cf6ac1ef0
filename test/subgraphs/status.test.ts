// What status.graphql says and takes, over systems that are made up on the spot: no wire, no store.
import { GraphQLError, parse, subscribe } from 'graphql';
import { beforeEach, describe, expect, it } from 'vitest';
import { explainAlarm, waitingBehind } from '../../subgraphs/continuity/alarm-details.ts';
import type { CircuitState } from '../../subgraphs/continuity/circuit.ts';
import { createEvents, type KeptEvents } from '../../subgraphs/continuity/events.ts';
import { createNotices } from '../../subgraphs/continuity/notices.ts';
import {
  concerned,
  type Findings,
  noWrites,
  OrderRefused,
  OrderUnwritten,
  stateOf,
} from '../../subgraphs/continuity/standing.ts';
import { createStandings, type Standings } from '../../subgraphs/continuity/standings.ts';
import { systems as definitions, type StatusContext, statusResolvers } from '../../subgraphs/index.ts';
import { executable } from '../../subgraphs/subgraph.ts';
import { createTestClock, type TestClock } from '../clock.ts';

const figures = {
  limit: 8,
  reserved: 2,
  background: 0,
  inFlight: 3,
  waiting: 1,
  rejected: 4,
  retries: 5,
  retryBudget: 3,
  probes: 6,
};
const hourMs = 3_600_000;

let clock: TestClock;
let standings: Standings;
let events: KeptEvents;
let context: StatusContext;
let circuits: Map<string, CircuitState>;
let tried: string[];
let failures: string[];

const surely = (what: string, error: unknown) => expect.fail(`${what}: ${error}`);
const iso = (ms: number) => new Date(ms).toISOString();
const closed = (sinceMs: number): CircuitState => ({
  kind: 'CLOSED',
  sinceMs,
  buckets: [],
  unreachableInARow: 0,
  timeoutsInARow: 0,
});

/** A system whose circuits are as the test says, and whose standings are real. */
function attended(name: string, backends: readonly string[]): StatusContext['systems'][number] {
  const startedMs = clock.now();
  const circuitOf = (backend: string) => circuits.get(`${name}.${backend}`) ?? closed(startedMs);
  return {
    name,
    status: () =>
      backends.map((backend) => {
        const [circuit, standing] = [circuitOf(backend), standings.of(name, backend)];
        const sinceMs = standing.state === 'AUTOMATIC' ? circuit.sinceMs : standing.sinceMs;
        return { name: backend, circuit, standing, state: stateOf(circuit, standing), sinceMs, figures };
      }),
    order: (backend, order, by) => {
      const about = new Map(backends.map((each) => [each, standings.of(name, each)]));
      return standings.order(name, backend === null ? concerned(order, about) : [backend], order, by);
    },
    explain: (backend) => explainAlarm(name, standings.of(name, backend), undefined),
    waiting: (backend) => waitingBehind(name, backend, standings.of(name, backend), null),
    tryAgain: () => void tried.push(name),
  };
}

beforeEach(() => {
  clock = createTestClock();
  circuits = new Map();
  tried = [];
  failures = [];
  standings = createStandings({ store: null, clock, onFailure: surely });
  events = createEvents({ store: null, clock, process: 'one', onFailure: surely });
  standings.listen((system, backend, standing) => {
    const state = stateOf(closed(clock.now()), standing);
    events.record({ system, backend, atMs: clock.now(), state, cause: null, who: standing.who, why: standing.why });
  });
  const systems = [attended('repairs', ['workOrders', 'scheduler']), attended('lettings', ['lettings'])];
  const notices = createNotices({ store: null, clock, events, onFailure: surely });
  context = {
    systems,
    words: new Map(definitions.map((definition) => [definition.name, definition])),
    events,
    notices,
    walks: { of: () => null, start: async () => {}, stop: async () => {} },
    intake: null,
    replays: null,
    personData: null,
    coverage: async () => [],
    now: clock.now,
    onFailure: (what) => failures.push(what),
    operator: 'Anna',
  };
});

const subgraph = executable('status', statusResolvers, () => context);

async function ask(query: string, variables: Record<string, unknown> = {}) {
  const { data, errors = [] } = await subgraph.execute({ document: parse(query), variables, asker: {} });
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes.
  return { data: data as any, errors: errors.map(({ message, extensions }) => ({ message, code: extensions.code })) };
}

const set = (input: Record<string, unknown>) =>
  ask(
    `mutation($input: SetSystemStateInput!) { setSystemState(input: $input) {
      state since expectedBack backends { name state who why restorePoint expectedBack }
    } }`,
    { input: { system: 'repairs', why: 'containment', ...input } },
  );

describe('systems', () => {
  it('are as bad as their worst backend, since that one is, and back when the last of them is', async () => {
    const nowMs = clock.now();
    circuits.set('repairs.scheduler', {
      kind: 'OPEN',
      sinceMs: nowMs - hourMs,
      cause: 'TIMEOUT',
      probes: 1,
      probeAtMs: null,
    });
    for (const [backend, hours] of [
      ['workOrders', 2],
      ['scheduler', 1],
    ] as const) {
      const by = { who: 'Anna', why: '', expectedBackMs: nowMs + hours * hourMs };
      await standings.order('repairs', [backend], { order: 'EXPECT' }, by);
    }
    const { data, errors } = await ask(
      `{ system(name: "repairs") { name state since expectedBack
           backends { name state since expectedBack who why circuit cause alarm { missing } figures { limit reserved inFlight waiting rejected retries probes } } } }`,
    );
    expect(errors).toEqual([]);
    const { retryBudget: _ours, background: _alsoOurs, ...shown } = figures;
    expect(data.system).toMatchObject({
      name: 'repairs',
      state: 'DOWN',
      since: iso(nowMs - hourMs),
      expectedBack: iso(nowMs + 2 * hourMs),
      backends: [
        {
          name: 'workOrders',
          state: 'OPERATIONAL',
          circuit: 'CLOSED',
          cause: null,
          who: null,
          why: null,
          figures: shown,
        },
        {
          name: 'scheduler',
          state: 'DOWN',
          since: iso(nowMs - hourMs),
          circuit: 'OPEN',
          cause: 'TIMEOUT',
          alarm: null,
        },
      ],
    });
  });

  it('of a name that there is not are null', async () => {
    expect(await ask('{ system(name: "nonesuch") { name } }')).toEqual({ data: { system: null }, errors: [] });
  });

  it('that came back with something missing carry the alarm', async () => {
    const found: Findings = {
      seen: 'RETURN',
      writes: { ...noWrites, lookedUp: 9, missing: 2, emergencies: 1 },
      items: [
        { of: 'WRITE', verdict: 'MISSING', kind: 'acceptOffer', receipt: 'R1', position: 0, emergency: false, atMs: 5 },
        { of: 'RECORD', verdict: 'OLDER', kind: 'offer', key: '0040002', reference: '0040002', atMs: 6 },
      ],
      compared: 200,
      missing: 3,
      older: 2,
      reissued: 1,
      changed: 4,
      provenMs: clock.now() - hourMs,
      atMs: clock.now(),
    };
    standings.doubt('lettings', 'lettings');
    await standings.flush();
    standings.hold('lettings', 'lettings', found);
    await standings.flush();
    const { data } = await ask(
      `{ system(name: "lettings") { state backends { who alarm {
           seen compared missing older reissued changed provenUpTo at
           writes { lookedUp missing older reissued changed untold emergencies }
           findings { verdict kind reference key receipt at } waiting { count about } } } } }`,
    );
    const { provenMs: _proven, atMs: _at, items: _items, ...counts } = found;
    expect(data.system.state).toBe('HELD');
    expect(data.system.backends[0]).toEqual({
      who: 'Lintel',
      alarm: {
        ...counts,
        provenUpTo: iso(clock.now() - hourMs),
        at: iso(clock.now()),
        findings: [
          { verdict: 'MISSING', kind: 'acceptOffer', reference: null, key: null, receipt: 'R1', at: iso(5) },
          { verdict: 'OLDER', kind: 'offer', reference: '0040002', key: '0040002', receipt: null, at: iso(6) },
        ],
        waiting: { count: 0, about: [] },
      },
    });
  });

  it('tell what is kept of them, and how a walk stands', async () => {
    const nowMs = clock.now();
    context.coverage = async (system) =>
      system === 'repairs' ? [{ kind: 'workOrder', count: 7, oldestMs: nowMs - hourMs, newestMs: nowMs }] : [];
    const walk = {
      state: 'WAITING',
      done: 5,
      total: null,
      startedAtMs: nowMs,
      endedAtMs: null,
      reason: 'It strains.',
    } as const;
    context.walks = { ...context.walks, of: (system) => (system === 'repairs' ? walk : null) };
    const { data } = await ask(
      '{ systems { kept { kind count oldest newest } keepWarm { state done total startedAt endedAt reason } } }',
    );
    expect(data.systems).toEqual([
      {
        kept: [{ kind: 'workOrder', count: 7, oldest: iso(nowMs - hourMs), newest: iso(nowMs) }],
        keepWarm: {
          state: 'WAITING',
          done: 5,
          total: null,
          startedAt: iso(nowMs),
          endedAt: null,
          reason: 'It strains.',
        },
      },
      { kept: [], keepWarm: null },
    ]);
  });

  it('answer still where the store does not: what it alone knows is an error, the log is told why, nobody else', async () => {
    context.coverage = () => Promise.reject(new Error('SQLITE_IOERR at /secret/place'));
    context.events = { ...events, history: () => Promise.reject(new Error('SQLITE_IOERR at /secret/place')) };
    const { data, errors } = await ask('{ system(name: "lettings") { name state kept { kind } history { state } } }');
    expect(data.system).toEqual({ name: 'lettings', state: 'OPERATIONAL', kept: null, history: null });
    expect(errors.map(({ code }) => code)).toEqual(['STORE_DOWN', 'STORE_DOWN']);
    expect(JSON.stringify(errors)).not.toContain('secret');
    expect(failures.sort()).toEqual(['counting what is kept', 'reading what has changed']);
  });

  it('give of their history as many changes as are asked for, 1 to 500', async () => {
    await set({ state: 'ISOLATED' });
    await clock.advance(1_000);
    await set({ state: 'RELEASED' });
    const { data } = await ask('{ system(name: "repairs") { history(first: 3) { backend at state who why } } }');
    expect(data.system.history).toHaveLength(3);
    expect(data.system.history.at(-1)).toMatchObject({ state: 'ISOLATED', who: 'Anna', why: 'containment' });
    for (const first of [0, 501]) {
      const { errors } = await ask(`{ system(name: "repairs") { history(first: ${first}) { state } } }`);
      expect(errors).toMatchObject([{ code: 'BAD_USER_INPUT', message: expect.stringContaining('between 1 and 500') }]);
    }
  });
});

describe('orders', () => {
  it('are for operators alone, each of them, and nobody else changes anything', async () => {
    context.operator = new GraphQLError('Only operators.', { extensions: { code: 'FORBIDDEN' } });
    const { data, errors } = await ask(`mutation {
      a: setSystemState(input: { system: "repairs", state: ISOLATED, why: "x" }) { name }
      b: setExpectedBack(input: { system: "repairs" }) { name }
      c: setNotice(input: { system: "repairs", text: "x" }) { name }
      d: clearNotice(system: "repairs") { name }
      e: tryAgain(system: "repairs") { name }
      f: startKeepWarm(system: "repairs") { name }
      g: stopKeepWarm(system: "repairs") { name }
    }`);
    expect(Object.values(data)).toEqual(Array(7).fill(null));
    expect(errors).toEqual(Array(7).fill({ message: 'Only operators.', code: 'FORBIDDEN' }));
    expect(standings.of('repairs', 'scheduler').state).toBe('AUTOMATIC');
    expect(tried).toEqual([]);
  });

  it('set a state over all of a system or one backend, with who, why and when it is expected back', async () => {
    const expectedBack = iso(clock.now() + hourMs);
    const one = await set({ state: 'ISOLATED', backend: 'scheduler', expectedBack });
    expect(one.data.setSystemState).toMatchObject({ state: 'ISOLATED', since: iso(clock.now()), expectedBack });
    expect(one.data.setSystemState.backends).toMatchObject([
      { name: 'workOrders', state: 'OPERATIONAL', who: null },
      { name: 'scheduler', state: 'ISOLATED', who: 'Anna', why: 'containment', expectedBack },
    ]);
    const both = await set({ state: 'READ_ONLY', restorePoint: iso(clock.now() - hourMs) });
    expect(both.data.setSystemState.backends).toMatchObject([
      { state: 'READ_ONLY', restorePoint: iso(clock.now() - hourMs) },
      { state: 'READ_ONLY', restorePoint: iso(clock.now() - hourMs) },
    ]);
  });

  it('over a whole system are about the backends that they fit', async () => {
    await set({ state: 'ISOLATED', backend: 'scheduler' });
    const { data, errors } = await set({ state: 'RELEASED' });
    expect(errors).toEqual([]);
    expect(data.setSystemState.state).toBe('OPERATIONAL');
  });

  it.each([
    [{ system: 'nonesuch', state: 'ISOLATED' }, 'There is no system "nonesuch". There are: repairs, lettings.'],
    [{ state: 'ISOLATED', backend: 'nix' }, 'The repairs system has no backend "nix". It has: workOrders, scheduler.'],
    [{ state: 'ISOLATED', why: '  ' }, '`why` is blank'],
    [{ state: 'READ_ONLY' }, 'needs a `restorePoint`'],
    [{ state: 'READ_ONLY', restorePoint: '2027-01-01T00:00:00Z' }, '`restorePoint` is in the future'],
    [{ state: 'ISOLATED', restorePoint: '2022-01-01T00:00:00Z' }, '`restorePoint` goes with READ_ONLY alone'],
    [{ state: 'ISOLATED', expectedBack: '2022-01-01T00:00:00Z' }, '`expectedBack` is in the past'],
    [{ state: 'RELEASED' }, 'Nothing is set that could be released'],
    [{ state: 'RECONCILING' }, 'set it READ_ONLY with its restore point first'],
  ])('like %j are refused with a sentence, and change nothing', async (input, sentence) => {
    const { data, errors } = await set(input);
    expect(data.setSystemState).toBeNull();
    expect(errors).toMatchObject([{ code: 'BAD_USER_INPUT', message: expect.stringContaining(sentence) }]);
    expect(standings.of('repairs', 'scheduler').state).toBe('AUTOMATIC');
  });

  it('with a reason longer than 500 characters are refused', async () => {
    const { errors } = await set({ state: 'ISOLATED', why: 'x'.repeat(501) });
    expect(errors).toMatchObject([{ code: 'BAD_USER_INPUT', message: expect.stringContaining('at most 500') }]);
  });

  it('say when service is expected back, and that it is no longer known', async () => {
    const expectedBack = iso(clock.now() + hourMs);
    const say = (input: object) =>
      ask('mutation($input: SetExpectedBackInput!) { setExpectedBack(input: $input) { expectedBack } }', {
        input: { system: 'repairs', ...input },
      });
    expect((await say({ backend: 'scheduler', expectedBack })).data.setExpectedBack).toEqual({ expectedBack });
    expect((await say({})).data.setExpectedBack).toEqual({ expectedBack: null });
    expect((await say({ expectedBack: iso(clock.now() - 1) })).errors).toMatchObject([{ code: 'BAD_USER_INPUT' }]);
  });

  it('look again, and walk', async () => {
    const walked: string[] = [];
    context.walks = {
      of: () => null,
      start: async (system) => {
        if (system === 'lettings') throw new OrderRefused('There is nothing to walk through.');
        walked.push(`start ${system}`);
      },
      stop: async (system) => void walked.push(`stop ${system}`),
    };
    const { errors } = await ask(
      'mutation { tryAgain(system: "repairs") { name } a: startKeepWarm(system: "repairs") { name } stopKeepWarm(system: "repairs") { name } b: startKeepWarm(system: "lettings") { name } }',
    );
    expect([tried, walked]).toEqual([['repairs'], ['start repairs', 'stop repairs']]);
    expect(errors).toEqual([{ code: 'BAD_USER_INPUT', message: 'There is nothing to walk through.' }]);
  });

  it('that could not be written say so; one that holds all the same says that', async () => {
    const fails = (error: Error): StatusContext['systems'] =>
      context.systems.map((system) => ({ ...system, order: () => Promise.reject(error) }));
    context.systems = fails(new Error('SQLITE_FULL'));
    expect((await set({ state: 'ISOLATED' })).errors).toEqual([
      { code: 'STORE_DOWN', message: expect.stringMatching(/cannot be written just now, so nothing has changed/) },
    ]);
    context.systems = fails(new OrderUnwritten('It is cut off, but that is not written.'));
    expect((await set({ state: 'ISOLATED' })).errors).toEqual([
      { code: 'STORE_DOWN', message: 'It is cut off, but that is not written.' },
    ]);
    expect(failures).toHaveLength(2);
  });
});

describe('notices', () => {
  const noticeOf = async () =>
    (await ask('{ system(name: "repairs") { notice { text written at } } }')).data.system.notice;

  it("are nothing while all is well, Lintel's own words when it is not, and an operator's before those", async () => {
    expect(await noticeOf()).toBeNull();
    await set({ state: 'ISOLATED' });
    const since = iso(clock.now());
    expect(await noticeOf()).toMatchObject({
      written: false,
      at: since,
      text: expect.stringContaining('Emergencies are always taken'),
    });
    await clock.advance(1_000);
    const { data } = await ask(
      'mutation { setNotice(input: { system: "repairs", text: "  Ring us.  " }) { notice { text written at } } }',
    );
    expect(data.setNotice.notice).toEqual({ text: 'Ring us.', written: true, at: iso(clock.now()) });
    await ask('mutation { clearNotice(system: "repairs") { name } }');
    expect(await noticeOf()).toMatchObject({ written: false });
  });

  it.each([
    ['nothing', ''],
    ['blanks', ' \n '],
    ['501 characters', 'x'.repeat(501)],
  ])('of %s are not taken', async (_what, text) => {
    const { errors } = await ask('mutation($input: SetNoticeInput!) { setNotice(input: $input) { name } }', {
      input: { system: 'repairs', text },
    });
    expect(errors).toMatchObject([{ code: 'BAD_USER_INPUT' }]);
    expect(await noticeOf()).toBeNull();
  });
});

describe('a notice', () => {
  const noticeOf = async (name: string) =>
    (await ask('query($name: ID!) { system(name: $name) { notice { text sentences } } }', { name })).data.system.notice;

  it('names the ways to us that work now, in the same sentences as any other, and is told anew when one is lost', async () => {
    context = { ...context, systems: [...context.systems, attended('telephony', ['switchboard', 'records'])] };
    await set({ state: 'ISOLATED' });
    const before = await noticeOf('repairs');
    expect(before.text).toBe(before.sentences.join(' '));
    expect(before.text).toContain('ring us or report them online');
    const document = parse('subscription { systemChanged { name notice { text } } }');
    const told = await subscribe({ schema: subgraph.schema, document, contextValue: context });
    if (!(Symbol.asyncIterator in told)) return expect.fail(JSON.stringify(told));
    const next = async () => (await told.next()).value?.data?.systemChanged;
    for (const name of ['repairs', 'lettings', 'telephony']) expect(await next()).toMatchObject({ name });
    await set({ system: 'telephony', state: 'ISOLATED' });
    const changed = [await next(), await next()] as { name: string; notice: { text: string } }[];
    expect(changed.map(({ name }) => name)).toEqual(expect.arrayContaining(['repairs', 'telephony']));
    for (const { notice } of changed) expect(notice.text).not.toMatch(/ring us|by phone/i);
    const [repairs, telephony] = [await noticeOf('repairs'), await noticeOf('telephony')];
    const shared = repairs.sentences.filter((sentence: string) => telephony.sentences.includes(sentence));
    expect(shared).toEqual([
      'Emergencies are always taken, day or night: report them online, or come to one of our offices while it is open.',
      'In danger to life call 999.',
    ]);
    await told.return(undefined);
  });
});

describe('systemChanged', () => {
  it('tells every system first, then each that has changed, as it then is', async () => {
    const document = parse('subscription { systemChanged { name state notice { text } } }');
    const told = await subscribe({ schema: subgraph.schema, document, contextValue: context });
    if (!(Symbol.asyncIterator in told)) return expect.fail(JSON.stringify(told));
    const next = async () => (await told.next()).value?.data?.systemChanged;
    expect([await next(), await next()]).toMatchObject([
      { name: 'repairs' },
      { name: 'lettings', state: 'OPERATIONAL' },
    ]);
    await context.notices.set('lettings', 'Ring us.', 'Anna');
    expect(await next()).toMatchObject({ name: 'lettings', notice: { text: 'Ring us.' } });
    await standings.order(
      'repairs',
      ['scheduler'],
      { order: 'ISOLATE' },
      { who: 'Anna', why: 'x', expectedBackMs: null },
    );
    expect(await next()).toMatchObject({ name: 'repairs', state: 'ISOLATED' });
    await told.return(undefined);
  });
});
