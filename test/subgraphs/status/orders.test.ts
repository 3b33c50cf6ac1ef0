// What operators are shown of an alarm and can order, over a system that is made up on the spot: the edges of what is taken, and what is
// said where the store fails.
import { GraphQLError, parse } from 'graphql';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Explained } from '../../../subgraphs/continuity/alarm-details.ts';
import type { BackendStatus } from '../../../subgraphs/continuity/backends.ts';
import type { Receipt } from '../../../subgraphs/continuity/intake.ts';
import { type By, type Findings, noWrites, type Order, unattended } from '../../../subgraphs/continuity/standing.ts';
import { type StatusContext, statusResolvers } from '../../../subgraphs/index.ts';
import { executable } from '../../../subgraphs/subgraph.ts';
import { createTestClock } from '../../clock.ts';

const nowMs = createTestClock().now();
const iso = (ms: number) => new Date(ms).toISOString();
const alarm: Findings = {
  ...{ seen: 'RUNNING', compared: 9, missing: 1, older: 0, reissued: 0, changed: 0 },
  ...{ writes: noWrites, items: [], provenMs: null, atMs: nowMs },
};
const explained: Explained[] = [
  {
    finding: { of: 'RECORD', verdict: 'OLDER', kind: 'offer', key: 'k', reference: 'r', atMs: 5 },
    known: { status: 'ACCEPTED' },
    now: { status: 'OPEN' },
  },
  {
    finding: { of: 'RECORD', verdict: 'MISSING', kind: 'offer', key: 'l', reference: 's', atMs: 6 },
    known: 'kept',
    now: undefined,
  },
  {
    finding: { of: 'WRITE', verdict: 'MISSING', kind: 'note', receipt: 'R1', position: 0, emergency: true, atMs: 7 },
    ...{ known: undefined, now: undefined },
  },
];

let context: StatusContext;
let ordered: [string | null, Order, By][];
let forgotten: unknown[];
let failures: string[];
let store: { fails: boolean };

const failing = <T>(value: T): T => {
  if (store.fails) throw new Error('SQLITE_IOERR at /secret/place');
  return value;
};

beforeEach(() => {
  ordered = [];
  forgotten = [];
  failures = [];
  store = { fails: false };
  const status = {
    ...{ name: 'lettings', circuit: { kind: 'CLOSED', sinceMs: nowMs }, state: 'HELD', sinceMs: nowMs },
    ...{ standing: { ...unattended, state: 'HELD', alarm }, figures: {} },
  } as unknown as BackendStatus;
  context = {
    systems: [
      {
        name: 'lettings',
        status: () => [status],
        explain: async () => failing(explained),
        waiting: async () => failing({ count: 2, about: ['R2'] }),
        order: async (backend: string | null, order: Order, by: By) => void ordered.push(failing([backend, order, by])),
        tryAgain: () => {},
      },
    ],
    intake: {
      receipt: async (id: string) => failing(id === 'R1' ? { says: { text: 'a stamp' } } : null) as Receipt | null,
    } as StatusContext['intake'],
    personData: {
      async forget(reference: string) {
        forgotten.push(failing(reference));
        return { records: 4, ownRecords: 3, writes: 2, openWrites: 1 };
      },
      async unlinked(forget: boolean) {
        forgotten.push(failing(forget));
        return { looked: 7, found: [{ system: 'tenancies', kind: 'person', count: 3 }] };
      },
    } as unknown as StatusContext['personData'],
    now: () => nowMs,
    onFailure: (what: string) => failures.push(what),
    operator: 'Anna',
  } as unknown as StatusContext;
});

const subgraph = executable('status', statusResolvers, () => context);

async function ask(query: string) {
  const { data, errors = [] } = await subgraph.execute({ document: parse(query), asker: {} });
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes.
  return { data: data as any, errors: errors.map(({ message, extensions }) => ({ message, code: extensions.code })) };
}

const alarmOf = async () => {
  const fields = 'findings { kind key reference receipt known now at } waiting { count about }';
  const { data, errors } = await ask(`{ system(name: "lettings") { state backends { alarm { seen ${fields} } } } }`);
  return { state: data.system.state, alarm: data.system.backends[0].alarm, errors };
};

const set = (input: string) =>
  ask(`mutation { setSystemState(input: { system: "lettings", why: "w", ${input} }) { name } }`);

describe('an alarm', () => {
  it('is shown to an operator with what was known and what is there now, of a write what it said; and what waits', async () => {
    const shown = await alarmOf();
    expect(shown.errors).toEqual([]);
    expect(shown.alarm).toEqual({
      seen: 'RUNNING',
      findings: [
        {
          ...{ kind: 'offer', key: 'k', reference: 'r', receipt: null, at: iso(5) },
          ...{ known: '{"status":"ACCEPTED"}', now: '{"status":"OPEN"}' },
        },
        { kind: 'offer', key: 'l', reference: 's', receipt: null, at: iso(6), known: '"kept"', now: null },
        {
          ...{ kind: 'note', key: null, reference: null, receipt: 'R1', at: iso(7) },
          ...{ known: '{"text":"a stamp"}', now: null },
        },
      ],
      waiting: { count: 2, about: ['R2'] },
    });
  });

  it('names a write of which nothing is kept any more, too', async () => {
    context = { ...context, intake: null };
    expect((await alarmOf()).alarm.findings[2]).toMatchObject({ receipt: 'R1', known: null });
  });

  it('tells nobody else whose records it names, nor what waits: only that it is there', async () => {
    context = { ...context, operator: new GraphQLError('Only operators.', { extensions: { code: 'FORBIDDEN' } }) };
    const { state, alarm: shown, errors } = await alarmOf();
    expect([state, shown]).toEqual(['HELD', { seen: 'RUNNING', findings: null, waiting: null }]);
    expect(errors).toEqual(Array(2).fill({ message: 'Only operators.', code: 'FORBIDDEN' }));
  });

  it('says that the store fails where it does, and the log why', async () => {
    store.fails = true;
    const { alarm: shown, errors } = await alarmOf();
    expect(shown).toMatchObject({ seen: 'RUNNING', findings: null, waiting: null });
    expect(errors).toEqual(
      Array(2).fill({ code: 'STORE_DOWN', message: expect.stringMatching(/cannot be told what the alarm names/) }),
    );
    expect(JSON.stringify(errors)).not.toContain('secret');
    expect(failures).toEqual(Array(2).fill('reading what an alarm names'));
  });
});

describe('an order', () => {
  it.each([
    ['state: READ_ONLY, restorePoint: "NOW"', { order: 'READ_ONLY', restorePointMs: nowMs }],
    ['state: ISOLATED', { order: 'ISOLATE' }],
    ['state: RECONCILING', { order: 'RECONCILE' }],
    ['state: RELEASED', { order: 'RELEASE' }],
  ])('%s is carried out as what it is', async (input, order) => {
    expect((await set(input.replace('NOW', iso(nowMs)))).errors).toEqual([]);
    expect(ordered).toEqual([[null, order, { who: 'Anna', why: 'w', expectedBackMs: null }]]);
  });

  it('goes to the backend that it names, says when that is expected back, and is not taken for a time that is now over', async () => {
    await set(`state: ISOLATED, backend: "lettings", expectedBack: "${iso(nowMs + 1)}"`);
    expect(ordered[0]?.[0]).toBe('lettings');
    expect(ordered[0]?.[2].expectedBackMs).toBe(nowMs + 1);
    const { errors } = await set(`state: ISOLATED, expectedBack: "${iso(nowMs)}"`);
    expect(errors).toMatchObject([{ code: 'BAD_USER_INPUT' }]);
    const { errors: late } = await set(`state: READ_ONLY, restorePoint: "${iso(nowMs + 1)}"`);
    expect(late).toMatchObject([{ code: 'BAD_USER_INPUT' }]);
    expect(ordered, 'what was refused was not carried out').toHaveLength(1);
  });

  it('takes a reason of 500 characters, without the blanks around it, and none of 501', async () => {
    const why = 'x'.repeat(500);
    const order = (text: string) =>
      ask(`mutation { setSystemState(input: { system: "lettings", state: ISOLATED, why: "${text}" }) { name } }`);
    expect((await order(`  ${why} `)).errors).toEqual([]);
    expect(ordered[0]?.[2].why).toBe(why);
    expect((await order(`${why}x`)).errors[0]?.message).toMatch(/`why` has 501 characters/);
    const { errors } = await ask('mutation { setNotice(input: { system: "lettings", text: " " }) { name } }');
    expect(errors[0]?.message).toMatch(/^The notice is blank/);
  });

  it('that fails is told of in the log by its system', async () => {
    store.fails = true;
    expect((await set('state: RELEASED')).errors).toMatchObject([{ code: 'STORE_DOWN' }]);
    expect(failures).toEqual(['an order about the lettings system']);
  });
});

describe('forgetting', () => {
  const person = (reference: string) =>
    ask(`mutation { forgetPerson(input: { personReference: "${reference}" }) { records openWrites } }`);
  const unlinked = (forget: boolean) =>
    ask(`mutation { forgetUnlinked(input: { forget: ${forget} }) { forgotten looked found { system kind count } } }`);

  it('is of the person named, without the blanks around the reference, which must not be blank', async () => {
    expect((await person('  P1 ')).data.forgetPerson).toEqual({ records: 4, openWrites: 1 });
    expect(forgotten).toEqual(['P1']);
    expect((await person('  ')).errors).toEqual([{ code: 'BAD_USER_INPUT', message: '`personReference` is blank.' }]);
    expect(forgotten).toEqual(['P1']);
  });

  it('of what nothing leads to looks, and forgets where that is wished', async () => {
    expect((await unlinked(false)).data.forgetUnlinked).toEqual({
      ...{ forgotten: false, looked: 7 },
      found: [{ system: 'tenancies', kind: 'person', count: 3 }],
    });
    expect((await unlinked(true)).data.forgetUnlinked).toMatchObject({ forgotten: true });
    expect(forgotten).toEqual([false, true]);
  });

  it('is an operator’s', async () => {
    context = { ...context, operator: new GraphQLError('Only operators.', { extensions: { code: 'FORBIDDEN' } }) };
    expect((await person('P1')).errors).toMatchObject([{ code: 'FORBIDDEN' }]);
    expect((await unlinked(true)).errors).toMatchObject([{ code: 'FORBIDDEN' }]);
    expect(forgotten).toEqual([]);
  });

  it('says that not everything may be forgotten where the store fails, and that there is nothing where nothing is kept', async () => {
    store.fails = true;
    const { errors } = await person('P1');
    expect(errors).toEqual([{ code: 'STORE_DOWN', message: expect.stringMatching(/not everything may be forgotten/) }]);
    expect(failures).toEqual(['forgetting']);
    context = { ...context, personData: null };
    expect((await unlinked(true)).errors).toEqual([
      { code: 'STORE_DOWN', message: 'This Lintel keeps nothing, so there is nothing to forget.' },
    ]);
  });
});
