// What a request for a call-back is checked for and what is said of it: numbers and lines that may be had, and sentences that are true
// at their moment.
import { describe, expect, it } from 'vitest';
import { numberProblem, usualNumbers } from '../../../subgraphs/telephony/allowed-numbers.ts';
import type { CallbackRequest } from '../../../subgraphs/telephony/callback-record.ts';
import { requestCallback } from '../../../subgraphs/telephony/callbacks.ts';
import { knownLines, lineNamed } from '../../../subgraphs/telephony/known-lines.ts';
import { isLineExtension } from '../../../subgraphs/telephony/settings.ts';
import { ringWelfareCall } from '../../../subgraphs/telephony/welfare.ts';

const nowMs = Date.UTC(2022, 5, 27, 8);

it.each<[string, string, boolean]>([
  ['+441632960123', usualNumbers, true],
  ['+442079460123', usualNumbers, true],
  ['+443001231234', usualNumbers, true],
  ['+447700900123', usualNumbers, true],
  // Nine digits are a whole number too; eight and eleven are none.
  ['+44169772012', usualNumbers, true],
  ['+4416977201', usualNumbers, false],
  ['+4477009001234', usualNumbers, false],
  ['+447000000000', usualNumbers, false],
  ['+447600000000', usualNumbers, false],
  ['+448000000000', usualNumbers, false],
  ['+353123456789', usualNumbers, false],
  ['999', usualNumbers, false],
  // The longest prefix decides, wherever it stands.
  ['+447624000000', `+447624,${usualNumbers}`, true],
  ['+447624000000', `${usualNumbers},+447624`, true],
  ['+447625000000', `${usualNumbers},+447624`, false],
  ['+353123456789', '+353', true],
  ['+353123', '+353', false],
])('the number %s among %s may be rung: %s', (number, setting, may) => {
  expect(numberProblem(number, setting) === null).toBe(may);
});

it('why a number may not be rung says which may', () => {
  expect(numberProblem('999', usualNumbers)).toContain('they begin with 01, 02, 03 or 07, but not with 070 or 076.');
  expect(numberProblem('999', '+44,!+449,+353')).toContain('they begin with +44 or +353, but not with +449.');
  expect(numberProblem('999', '+44')).toContain('they begin with +44.');
});

it.each<[string, boolean]>([
  ['repairs', true],
  ['Repairs & Voids', true],
  ['1', true],
  ['99999', true],
  ['100000', false],
  ['0100', false],
  ['10 0', false],
  ['112', false],
  ['911', false],
  ['*98', false],
  ['a@b', false],
  ['', false],
])('the extension "%s" can be of a line: %s', (extension, can) => {
  expect(isLineExtension(extension)).toBe(can);
});

it('a line is known by its name, however it is spaced; right after its start an exchange names none, which tells nothing', async () => {
  expect(lineNamed('Rent desk', ['Rent  desk', 'Rent desk'])).toBe('Rent desk');
  expect(lineNamed(' Rent   desk', ['Rent  desk'])).toBe('Rent  desk');
  expect(lineNamed('rents', ['Rent desk'])).toBeNull();
  const naming = (...names: string[]) => ({
    lines: async () => ({ value: names.map((name) => ({ name })), provenance: { source: 'SNAPSHOT' } }),
  });
  type Lines = Parameters<typeof knownLines>[0];
  expect(await knownLines(naming('repairs') as unknown as Lines)).toEqual(['repairs']);
  expect(await knownLines(naming() as unknown as Lines)).toBeNull();
  expect(await knownLines({ lines: () => Promise.reject(new Error('down')) } as unknown as Lines)).toBeNull();
});

describe('a request for a call-back', () => {
  const checked = (more: object) =>
    requestCallback.check(
      { telephone: '07700 900123', line: 'repairs', ...more },
      { now: () => nowMs, snapshots: undefined },
    );
  const joins = { callback: 'A', sinceMs: nowMs - 3_600_000, telephone: '+447700900456' };
  const asked = (more: object = {}) =>
    checked({ personReference: '1-1', about: 'The tap.', ...more }) as CallbackRequest;

  it('names every field that is wrong', () => {
    const fields = (more: object) => {
      const outcome = checked(more);
      return 'problems' in outcome ? [...new Set(outcome.problems.map(({ field }) => field))] : [];
    };
    expect(fields({})).toEqual([]);
    expect(fields({ telephone: ' ', line: ' ' })).toEqual(['telephone', 'line']);
    expect(fields({ telephone: 'after six' })).toEqual(['telephone']);
    expect(fields({ telephone: '0909 879 0000', personReference: 'Katy', about: 'x'.repeat(501) }).sort()).toEqual([
      ...['about', 'personReference', 'telephone'],
    ]);
    expect(fields({ line: 'rents', lines: ['repairs'] })).toEqual(['line']);
    // With the telephones down and no line known it waits to be told.
    expect(fields({ line: 'rents', lines: null })).toEqual([]);
  });

  it('rings the number that was given, or that of the request which it joins, one call at a time', () => {
    const call = (request: CallbackRequest) => requestCallback.steps(request)[0]?.input;
    const plain = { line: 'repairs', personReference: '1-1', purpose: 'CALLBACK' };
    expect(call(asked())).toEqual({ ...plain, number: '+447700900123', joins: null });
    expect(call(asked({ joins }))).toEqual({ ...plain, number: '+447700900456', joins: 'A' });
    expect(requestCallback.entity(asked())).toBe('telephone/+447700900123');
    expect(requestCallback.entity(asked({ joins }))).toBe('telephone/+447700900456');
    expect(requestCallback.terms(asked({ joins }))).toEqual(['telephone\n+447700900123', 'person\n1-1']);
    expect(requestCallback.whileDown).toBe('QUEUE');
    expect(requestCallback.says(asked())).toEqual({ telephone: '+447700900123', line: 'repairs', about: 'The tap.' });
  });

  it('is told what is true at the moment', () => {
    const told = (appliedAtMs: number | null, more: object = {}) =>
      requestCallback.sentences(asked(more), { acceptedAtMs: nowMs, appliedAtMs, nowMs });
    expect(told(nowMs - 29_000).APPLIED).toMatch(/^We are ringing you now\./);
    expect(told(nowMs - 30_000).APPLIED).toMatch(/^We rang you at 8:59am on Monday 27 June\./);
    expect(told(null).APPLIED).toMatch(/^Our telephone system has begun to ring you\./);
    expect(told(null).QUEUED).toMatch(/between 8am and 8pm\.$/);
    expect(told(null, { joins }).QUEUED).toBe(
      'You are on the list already, since 8am on Monday 27 June. You keep your place, and we ring you once: at the number that ends in 456.',
    );
    expect(requestCallback.made?.([null, { callId: 'LTL-1' }])).toEqual([{ id: 'LTL-1', description: 'call' }]);
  });
});

describe('a welfare call that is rung', () => {
  const check = (given: object) => ringWelfareCall.check(given, { now: () => nowMs, snapshots: undefined });
  const call = { call: 'C.1', line: 'repairs', personReference: '1-1' };

  it('goes to the first number that may be rung', () => {
    expect(check({ ...call, number: '+449098790000', others: ['+447700900123', '+447700900456'] })).toMatchObject({
      number: '+447700900123',
    });
    expect(check({ ...call, number: '+447700900123' })).toMatchObject({ number: '+447700900123' });
    expect(check({ ...call, number: '+449098790000' })).toMatchObject({ problems: [{ field: 'call' }] });
    const ring = check({ ...call, number: '+447700900123' }) as Parameters<typeof ringWelfareCall.steps>[0];
    expect(ringWelfareCall.steps(ring)[0]?.input).toEqual({
      ...{ number: '+447700900123', line: 'repairs', personReference: '1-1', purpose: 'WELFARE' },
    });
    // Whoever makes it waits for it: it is told at once.
    expect(ringWelfareCall.whileDown).toMatchObject({ refuse: expect.stringContaining('another telephone') });
    const told = (agoMs: number) =>
      ringWelfareCall.sentences(ring, { acceptedAtMs: nowMs, appliedAtMs: nowMs - agoMs, nowMs }).APPLIED;
    expect([told(29_000), told(30_000)]).toEqual([
      'The resident is being rung now.',
      expect.stringMatching(/^The resident was rung\./),
    ]);
  });
});
