import { describe, expect, it } from 'vitest';
import type { SystemState } from '../../../subgraphs/continuity/events.ts';
import {
  type Condition,
  type SystemWords,
  sentence,
  type Ways,
  waysInWords,
  waysOf,
} from '../../../subgraphs/continuity/sentence.ts';
import { systems } from '../../../subgraphs/index.ts';

const nowMs = Date.parse('2026-07-01T12:00:00Z');
const states: SystemState[] = ['DEGRADED', 'DOWN', 'ISOLATED', 'READ_ONLY', 'HELD', 'RECONCILING'];

const condition = (name: string, state: SystemState, more: Partial<Condition> = {}): Condition => ({
  name,
  state,
  sinceMs: Date.parse('2026-06-30T08:00:00Z'),
  expectedBackMs: null,
  restorePointMs: null,
  ...more,
});

const ringing: Ways = { phone: true };

const allIn = (system: SystemWords, state: SystemState, more: Partial<Condition> = {}, ways = ringing) =>
  sentence(
    system,
    Object.keys(system.backends).map((backend) => condition(backend, state, more)),
    ways,
    nowMs,
  );

const named = (name: string) => systems.find((system) => system.name === name) as SystemWords;

describe('what is told by itself', () => {
  it.each(systems.flatMap(({ name }) => states.map((state) => [name, state] as const)))(
    'of %s, %s: short enough to read out, and without the words of the machinery',
    (name, state) => {
      const text = allIn(named(name), state) ?? '';
      expect(text).toMatch(/^Our [a-z ]+ (has|is) /);
      expect(text).toMatch(/\.$/);
      expect(text.length).toBeLessThan(500);
      expect(text).not.toMatch(/circuit|snapshot|backend|server|backup|isolated|degraded|lintel|attack|fault of/i);
      expect(text).not.toMatch(/[A-Z]{2}|undefined|null| {2}/);
      expect(text).not.toMatch(/ [ap]m\b|\d\d:\d\d\b(?![ap]m)/);
      const silent = allIn(named(name), state, {}, { phone: false }) ?? '';
      expect(silent).not.toMatch(/\b(ring|phone|telephone|call) us\b|\bby phone\b/);
    },
  );

  it('names the telephone where the switchboard is known to be reached, and not where nothing is known of one', () => {
    const telephony = { words: named('telephony'), backends: [condition('switchboard', 'OPERATIONAL')] };
    const ways = (state: SystemState) =>
      waysOf([{ ...telephony, backends: [condition('switchboard', state), condition('records', 'DOWN')] }]);
    expect(['OPERATIONAL', 'DEGRADED'].map((state) => ways(state as SystemState).phone)).toEqual([true, true]);
    for (const state of states.filter((each) => each !== 'DEGRADED')) expect(ways(state)).toEqual({ phone: false });
    expect(waysOf([])).toEqual({ phone: false });
  });

  it.each(states)('of repairs and telephony says in every state, %s too, that emergencies are taken', (state) => {
    for (const name of ['repairs', 'telephony']) {
      expect(allIn(named(name), state)).toContain('Emergencies are always taken, day or night: ring us');
      expect(allIn(named(name), state, {}, { phone: false })).toContain('Emergencies are always taken, day or night');
    }
  });

  it('is nothing of a system that is well', () => {
    expect(allIn(named('repairs'), 'OPERATIONAL')).toBeNull();
  });

  it('says when it is expected back; that it takes longer, once that has passed; or that nobody knows', () => {
    const expected = (iso: string | null) =>
      allIn(named('lettings'), 'DOWN', { expectedBackMs: iso === null ? null : Date.parse(iso) });
    expect(expected('2026-07-02T13:00:00Z')).toMatch(
      /We expect our lettings and moves system to be back by 2pm on Thursday 2 July\.$/,
    );
    expect(expected('2026-07-01T11:00:00Z')).toMatch(/It is taking longer than we expected, and we do not know yet/);
    expect(expected(null)).toMatch(/We do not know yet when our lettings and moves system will be back\.$/);
  });

  it('speaks of the part alone that is affected, and of the whole where all is', () => {
    const part = sentence(
      named('repairs'),
      [condition('workOrders', 'OPERATIONAL'), condition('scheduler', 'DOWN')],
      ringing,
      nowMs,
    );
    expect(part).toMatch(/^Our system for repair appointments has not been working since 9am on Tuesday 30 June\./);
    expect(part).toContain('new ones cannot be confirmed');
    expect(part).not.toContain('Repairs are shown');
    expect(allIn(named('repairs'), 'DOWN')).toMatch(/^Our repairs system has not been working/);
  });

  it('speaks of each part by itself where they are not alike, and says nothing of one that is true of another', () => {
    const parts = [condition('switchboard', 'DEGRADED'), condition('records', 'DOWN')];
    const text = sentence(named('telephony'), parts, ringing, nowMs);
    expect(text).toMatch(/^Our telephone system is slow or does not answer at times\./);
    expect(text).toContain('Our record of calls has not been working since 9am on Tuesday 30 June.');
    expect(text).not.toContain('Our telephone system has not been working');
    expect(text).not.toContain('Calls themselves are not affected');
    const records = sentence(
      named('telephony'),
      [condition('switchboard', 'OPERATIONAL'), parts[1] as Condition],
      ringing,
      nowMs,
    );
    expect(records).toContain('Calls themselves are not affected: you can ring us as usual.');
  });

  it.each([
    [null, 'We do not know yet when our repairs system will be back.'],
    [3, 'We expect our repairs system to be back by 4pm on Wednesday 1 July.'],
    [1, 'We expect our repairs system to be back by 3pm on Wednesday 1 July.'],
  ])('promises of both parts no time where one has none, and else the later (%s)', (hours, told) => {
    const back = (more: number | null) => ({ expectedBackMs: more === null ? null : nowMs + more * 3_600_000 });
    const both = [condition('workOrders', 'DOWN', back(2)), condition('scheduler', 'DOWN', back(hours))];
    for (const parts of [both, both.toReversed()])
      expect(sentence(named('repairs'), parts, ringing, nowMs)?.endsWith(told)).toBe(true);
  });

  it('promises no time for a part that is slow while another is down: it is when that is back', () => {
    const parts = [
      condition('workOrders', 'DEGRADED', { expectedBackMs: nowMs + 9 * 3_600_000 }),
      condition('scheduler', 'DOWN', { expectedBackMs: nowMs + 3_600_000 }),
    ];
    expect(sentence(named('repairs'), parts, ringing, nowMs)).toMatch(/to be back by 2pm on Wednesday 1 July\.$/);
    const [slow] = parts as [Condition];
    expect(sentence(named('repairs'), [{ ...slow, expectedBackMs: null }], ringing, nowMs)).not.toContain(
      'We do not know',
    );
  });

  it('expects what is there again to be ready, and what is not to be back', () => {
    const ends = (state: SystemState) => allIn(named('lettings'), state)?.match(/will be (\w+)\.$/)?.[1] ?? null;
    expect(Object.fromEntries(states.map((state) => [state, ends(state)]))).toEqual({
      ...{ DEGRADED: null, DOWN: 'back', ISOLATED: 'back', READ_ONLY: 'ready', HELD: 'ready', RECONCILING: null },
    });
  });

  it('says since when the first of its parts has not been working, where they are alike', () => {
    const parts = [
      condition('workOrders', 'DOWN', { sinceMs: Date.parse('2026-06-30T09:00:00Z') }),
      condition('scheduler', 'DOWN', { sinceMs: Date.parse('2026-06-30T06:00:00Z') }),
    ];
    for (const both of [parts, parts.toReversed()])
      expect(sentence(named('repairs'), both, ringing, nowMs)).toContain('since 7am on Tuesday 30 June.');
  });

  it.each([
    ['DEGRADED', 'is slow or does not answer at times', false],
    ['DOWN', 'has not been working since 9am', true],
    ['ISOLATED', 'has been out of use since 9am', true],
    ['READ_ONLY', 'is being brought back, and is not complete yet', true],
    ['HELD', 'is back after a break, and is being checked', true],
    ['RECONCILING', 'is being brought back. Changes from before the break may be missing', false],
  ] as const)(
    'of one that is %s begins with what that means, and says what it affects where it is not asked',
    (state, told, affects) => {
      const text = allIn({ name: 'income', backends: { income: {} } }, state);
      expect(text?.startsWith(`Our income system ${told}`)).toBe(true);
      expect(text?.includes('What we know from it is shown as it last was')).toBe(affects);
    },
  );

  it('counts on the telephone only where every part that carries it is reached', () => {
    const words: SystemWords = { name: 'phones', backends: { one: { carries: 'phone' }, two: { carries: 'phone' } } };
    const both = (state: SystemState) => [condition('one', 'OPERATIONAL'), condition('two', state)];
    expect(waysOf([{ words, backends: both('OPERATIONAL') }])).toEqual({ phone: true });
    expect(waysOf([{ words, backends: both('DOWN') }])).toEqual({ phone: false });
    expect(waysInWords({ phone: true })).toContain('by phone');
    expect(waysInWords({ phone: false })).not.toContain('phone');
  });

  it('says a sentence once, though two parts would', () => {
    const words: SystemWords = {
      name: 'income',
      backends: { one: {}, two: {} },
      instead: () => ['Write to us.', 'Write to us.'],
    };
    const text = sentence(words, [condition('one', 'DOWN'), condition('two', 'HELD')], ringing, nowMs) ?? '';
    expect(text.split('What we know from it is shown as it last was').length).toBe(2);
    expect(text.split('Write to us.').length).toBe(2);
  });

  it('says of a system that answers out of a copy up to when that is complete', () => {
    const copy = { restorePointMs: Date.parse('2026-06-27T01:00:00Z') };
    expect(allIn(named('tenancies'), 'READ_ONLY', copy)).toContain('only complete up to 2am on Saturday 27 June');
  });

  it('is plain for a system that says nothing of itself', () => {
    const text = allIn({ name: 'income', backends: { income: {} } }, 'DOWN');
    expect(text).toBe(
      'Our income system has not been working since 9am on Tuesday 30 June. ' +
        'What we know from it is shown as it last was, or not at all. We do not know yet when our income system will be back.',
    );
  });
});
