// Whom a welfare campaign rings first, and what an outcome makes of a call: who is done, who comes up again, and when.
import { describe, expect, it } from 'vitest';
import type { InNeed } from '../../../subgraphs/continuity/neighbours.ts';
import { needOf, reasonOf } from '../../../subgraphs/telephony/need.ts';
import {
  type CallContent,
  campaigns,
  nextWelfareCalls,
  recordWelfareOutcome,
  stateOfCall,
  welfareCalls,
} from '../../../subgraphs/telephony/welfare.ts';
import { createTestClock } from '../../clock.ts';
import { receiptOf } from '../../receipts.ts';

// Half past eight in the morning of 27 June 2022, London time.
const nowMs = Date.UTC(2022, 5, 27, 7, 30);
const need = (more: Partial<InNeed>, atMs = nowMs) =>
  needOf({ reasons: ['VULNERABLE'], alone: false, dateOfBirth: null, ...more } as InNeed, atMs);

describe('the need of a call', () => {
  it('goes by the reason that weighs most, in this order', () => {
    const order = [
      'MOBILITY',
      'DOMESTIC_ABUSE',
      'MENTAL_HEALTH',
      'LEARNING_DISABILITY',
      'SIGHT',
      'HEARING',
      'VULNERABLE',
    ];
    const needs = order.map((reason) => need({ reasons: [reason] }));
    expect(needs).toEqual([...needs].sort((one, other) => other - one));
    expect(new Set(needs).size).toBe(order.length);
    expect(need({ reasons: ['HEARING', 'MOBILITY', 'VULNERABLE'] })).toBe(need({ reasons: ['MOBILITY'] }));
    expect(need({ reasons: ['OVER_75'] })).toBe(need({ reasons: ['SIGHT'] }));
    // A code that nobody knows had a reason.
    expect(need({ reasons: ['XYZ'] })).toBe(need({ reasons: ['VULNERABLE'] }));
    expect([reasonOf('SIGHT'), reasonOf('XYZ'), reasonOf('toString')]).toEqual(['SIGHT', 'UNKNOWN', 'UNKNOWN']);
    expect(need({ reasons: [] })).toBe(0);
  });

  it('is greater for who lives alone, and for who is 75 from their birthday on, by London’s day', () => {
    const plain = need({});
    expect(need({ alone: true })).toBeGreaterThan(plain);
    expect(need({ alone: null })).toBe(plain);
    expect(need({ dateOfBirth: '1947-06-27' })).toBeGreaterThan(plain);
    expect(need({ dateOfBirth: '1940-01-01' })).toBe(need({ dateOfBirth: '1947-06-27' }));
    expect(need({ dateOfBirth: '1947-06-28' })).toBe(plain);
    // Half an hour past midnight in London, and still the day before elsewhere.
    expect(need({ dateOfBirth: '1947-06-28' }, Date.UTC(2022, 5, 27, 23, 30))).toBeGreaterThan(plain);
    // Alone counts for more than age.
    expect(need({ alone: true })).toBeGreaterThan(need({ dateOfBirth: '1940-01-01' }));
  });
});

describe('a welfare call', () => {
  const waiting = {
    ...{ campaign: 'C', personReference: '1-1', name: 'Ms Ada Ngozi', telephoneNumbers: ['+447700900123'] },
    ...{ reasons: ['MOBILITY'], need: 80, asOfMs: 5, taken: null, tries: [] },
  } as CallContent;
  const taken = { ...waiting, taken: { by: 'Anna', atMs: 7 } };
  const outcome = (id: string, what: string, more: object = {}) =>
    receiptOf({
      ...{ id, system: 'telephony', mutation: 'recordWelfareOutcome', acceptedAtMs: 9_000 },
      input: { call: 'C.1', personReference: '1-1', outcome: what, note: null, at: null, ...more },
    });
  const told = (...receipts: ReturnType<typeof outcome>[]) =>
    receipts.reduce<CallContent | undefined>(welfareCalls.after, taken) as CallContent;

  it('waits, is taken, and is done with an outcome; with none but NO_ANSWER it comes up again', () => {
    expect([stateOfCall(waiting), stateOfCall(taken)]).toEqual(['WAITING', 'TAKEN']);
    for (const what of ['WELL', 'NEEDS_HELP', 'WRONG_NUMBER', 'DECLINED']) {
      expect(stateOfCall(told(outcome('R1', what))), what).toBe('DONE');
    }
    const missed = told(outcome('R1', 'NO_ANSWER'));
    expect([stateOfCall(missed), missed.taken]).toEqual(['WAITING', null]);
    const twice = told(outcome('R1', 'NO_ANSWER'), outcome('R2', 'NO_ANSWER'));
    expect([stateOfCall(twice), stateOfCall({ ...twice, taken: taken.taken })]).toEqual(['WAITING', 'TAKEN']);
    // Who is not reached after three has to be called on.
    expect(stateOfCall(told(...['R1', 'R2', 'R3'].map((id) => outcome(id, 'NO_ANSWER'))))).toBe('DONE');
    expect(stateOfCall(told(outcome('R1', 'NO_ANSWER'), outcome('R2', 'WELL')))).toBe('DONE');
  });

  it('counts each receipt once, in its order, with its note and the time at which it was made', () => {
    const record = told(
      outcome('R1', 'NO_ANSWER'),
      outcome('R1', 'NO_ANSWER'),
      outcome('R2', 'NEEDS_HELP', { note: 'No heat.', at: '1970-01-01T00:00:05Z' }),
    );
    expect(record.tries).toEqual([
      { receipt: 'R1', outcome: 'NO_ANSWER', note: null, atMs: 9_000 },
      { receipt: 'R2', outcome: 'NEEDS_HELP', note: 'No heat.', atMs: 5_000 },
    ]);
    expect(welfareCalls.after(undefined, outcome('R1', 'WELL'))).toBeUndefined();
    expect(welfareCalls.idOf(outcome('R1', 'WELL'))).toBe('C.1');
  });

  it('comes those in most need first, and who did not answer after all who were not rung', () => {
    const place = (call: CallContent) => welfareCalls.filed(call).place;
    const little = { ...waiting, need: 1 };
    const missed = told(outcome('R1', 'NO_ANSWER'));
    const missedTwice = told(outcome('R1', 'NO_ANSWER'), outcome('R2', 'NO_ANSWER'));
    const places = [waiting, little, missed, { ...missed, need: 1 }, missedTwice].map(place);
    expect(places).toEqual([...places].sort((one, other) => one - other));
    expect(new Set(places).size).toBe(5);
    expect(welfareCalls.filed(waiting)).toMatchObject({ state: 'WAITING', within: 'C', terms: ['person\n1-1'] });
  });
});

describe('a campaign', () => {
  it('is as it was started, newest first among others, and being listed until its list is whole', () => {
    const input = { name: 'Week one', line: 'repairs', reasons: null };
    const start = (acceptedAtMs: number) =>
      receiptOf({ id: 'C', system: 'telephony', mutation: 'startWelfareCampaign', acceptedAtMs, input });
    const begun = campaigns.after(undefined, start(9_000));
    expect(begun).toEqual({ ...input, startedAtMs: 9_000, listed: false, oldestMs: null });
    if (!begun) throw new Error('no campaign');
    // Told of once more, what has come of it meanwhile stays.
    const listed = { ...begun, listed: true, oldestMs: 5 };
    expect(campaigns.after(listed, start(9_000))).toEqual(listed);
    expect([campaigns.filed(begun).state, campaigns.filed(listed).state]).toEqual(['LISTING', 'CALLING']);
    const later = { ...begun, startedAtMs: 10_000 };
    expect(campaigns.filed(later).place).toBeLessThan(campaigns.filed(begun).place);
  });

  const surroundings = { now: createTestClock().now, snapshots: undefined };
  it.each([
    [0, false],
    [1, true],
    [20, true],
    [21, false],
  ])('hands out %i calls at once: %s', (count, may) => {
    const checked = nextWelfareCalls.check({ campaign: 'C', count, takenBy: 'Anna' }, surroundings);
    expect('problems' in checked).toBe(!may);
    expect(nextWelfareCalls.check({ campaign: 'C', takenBy: 'Anna' }, surroundings)).toMatchObject({ count: 1 });
  });

  it('wants to know what help is needed, and no time that is still to come', () => {
    const fields = (more: object) => {
      const checked = recordWelfareOutcome.check({ call: 'C.1', outcome: 'NEEDS_HELP', ...more }, surroundings);
      return 'problems' in checked ? checked.problems.map(({ field }) => field) : [];
    };
    expect(fields({})).toEqual(['note']);
    expect(fields({ note: ' ' })).toEqual(['note']);
    expect(fields({ note: 'No heat.' })).toEqual([]);
    expect(fields({ note: 'No heat.', at: '2022-06-27T12:00:00Z' })).toEqual(['at']);
    expect(fields({ outcome: 'WELL' })).toEqual([]);
    expect(fields({ note: 'x'.repeat(1_001) })).toEqual(['note']);
  });
});
