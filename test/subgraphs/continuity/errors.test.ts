// What a client is told of a call that failed: the error contract, code by code.
import { describe, expect, it } from 'vitest';
import {
  nothingKeptEither,
  StoreFailed,
  staler,
  storeDown,
  systemError,
  WireError,
  type WireFailure,
} from '../../../subgraphs/continuity/errors.ts';

const call = { system: 'repairs', id: 'call-1' };
const told = (failure: WireFailure, more: ConstructorParameters<typeof WireError>[2] = {}, known = {}) =>
  systemError(new WireError(failure, 'POST http://10.0.0.1/orders said secret', more), { ...call, ...known });

describe('a failed call', () => {
  it.each([
    ['UNREACHABLE', 'SYSTEM_DOWN', true, 'The repairs system cannot be reached.'],
    ['UNAVAILABLE', 'SYSTEM_DOWN', true, 'The repairs system is not available.'],
    ['FAULT', 'SYSTEM_DOWN', true, 'The repairs system failed to answer.'],
    ['CREDENTIALS', 'SYSTEM_DOWN', false, 'The repairs system does not let Lintel in. An operator has to mend that.'],
    ['TIMEOUT', 'SYSTEM_TIMEOUT', true, 'The repairs system did not answer in time.'],
    ['ABANDONED', 'SYSTEM_TIMEOUT', true, 'The repairs system was not waited for.'],
    ['GARBLED', 'SYSTEM_GARBLED', true, 'The repairs system gave an answer that makes no sense.'],
    ['BUSY', 'SYSTEM_OVERLOADED', true, 'The repairs system is too busy for more questions just now.'],
    ['LOCKED', 'SYSTEM_OVERLOADED', true, 'The repairs system has this record locked for another user.'],
    ['REFUSAL', 'SYSTEM_REFUSED', false, 'The repairs system refused this request.'],
    ['ISOLATED', 'SYSTEM_ISOLATED', false, 'The repairs system has been cut off on purpose, to keep it safe.'],
  ] as const)('of kind %s is %s, and nothing of the wire is in it', (failure, code, retryable, sentence) => {
    const { message, extensions } = told(failure);
    expect({ message, extensions }).toStrictEqual({
      message: sentence,
      extensions: { code, system: 'repairs', retryable, failedCall: 'call-1' },
    });
  });

  it.each([
    [1, 1],
    [999, 1],
    [1_000, 1],
    [1_001, 2],
    [1_050, 2],
    [30_000, 30],
    [30_001, 31],
    // Never at once: it has just failed.
    [0, 1],
  ])('that may be made again in %i ms says so in whole seconds, %i: never too early', (retryAfterMs, seconds) => {
    expect(told('BUSY', { retryAfterMs }).extensions.retryAfter).toBe(seconds);
  });

  it('says when by the system itself, where that has said so, and else by when it is looked at', () => {
    const due = { retryAfterMs: 4_000 };
    expect(told('UNAVAILABLE', {}, due).extensions.retryAfter).toBe(4);
    expect(told('UNAVAILABLE', { retryAfterMs: 2_700_000 }, due).extensions.retryAfter).toBe(2_700);
  });

  it.each(['CREDENTIALS', 'REFUSAL', 'ISOLATED'] as const)(
    'says no time for %s: it would be told the same',
    (failure) => {
      expect(told(failure, { retryAfterMs: 5_000 }).extensions).not.toHaveProperty('retryAfter');
    },
  );

  it('says since when it cannot be asked and when it is expected back, where that is known', () => {
    const at = Date.parse('2026-07-01T12:00:00Z');
    expect(told('UNAVAILABLE', {}, { sinceMs: at, expectedBackMs: at + 3_600_000 }).extensions).toMatchObject({
      since: '2026-07-01T12:00:00.000Z',
      expectedBack: '2026-07-01T13:00:00.000Z',
    });
    const { extensions } = told('UNAVAILABLE', {}, { sinceMs: undefined, expectedBackMs: null });
    expect(extensions).not.toHaveProperty('since');
    expect(extensions).not.toHaveProperty('expectedBack');
  });

  it('is told in the words of a system that says why it refuses', () => {
    const { message, extensions } = told('REFUSAL', { reason: 'The order is closed.' });
    expect([message, extensions.code, extensions.retryable]).toEqual(['The order is closed.', 'SYSTEM_REFUSED', false]);
  });

  it('says that nothing is kept either, and stays the same error', () => {
    const failed = told('TIMEOUT');
    const both = nothingKeptEither(failed, 'Nobody of that name is kept.');
    expect(both.message).toBe('The repairs system did not answer in time. Nobody of that name is kept.');
    expect(both.extensions).toEqual(failed.extensions);
  });
});

describe('what is kept and does not do', () => {
  it('says how old it is, or that there is none, and can be asked again', () => {
    const older = staler('repairs', 'call-1', '2026-07-01T12:00:00.000Z');
    expect(older.message).toBe(
      'What is kept of the repairs system is older than you take: it is as of 2026-07-01T12:00:00.000Z.',
    );
    expect(older.extensions).toEqual({
      ...{ code: 'STALER_THAN_ASKED', system: 'repairs', retryable: true, failedCall: 'call-1' },
    });
    expect(staler('repairs', 'call-1', null).message).toMatch(/^Nothing is kept of this .* not to be asked\.$/);
    expect(staler('repairs', 'call-1', null, 'No such call is kept.').message).toBe('No such call is kept.');
  });
});

describe("a failure of Lintel's own store", () => {
  it('can be tried again, whoever tells of it, and has its engine’s code for the log', () => {
    const failed = new StoreFailed(Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' }));
    expect(failed).toMatchObject({ message: 'database or disk is full', code: 'SQLITE_FULL' });
    expect(new StoreFailed('gone')).toMatchObject({ message: 'gone', code: undefined });
    for (const { extensions } of [failed, storeDown('It cannot be read.')])
      expect(extensions).toEqual({ code: 'STORE_DOWN', retryable: true });
  });
});
