// What a failed attempt means: sent again is only what was certainly not done, and a write pays only for its own failures.
import { expect, it } from 'vitest';
import { WireError, type WireFailure } from '../../../../subgraphs/continuity/errors.ts';
import { turnOf, verdictOf } from '../../../../subgraphs/continuity/intake/verdict.ts';

const verdict = (failure: WireFailure, sent: number, code?: string) =>
  verdictOf(new WireError(failure, failure, code ? { code } : {}), sent, 'office');

const saysNotDone = ['BUSY', 'LOCKED', 'UNAVAILABLE', 'CREDENTIALS'] as const;
const saysNothing = ['TIMEOUT', 'ABANDONED', 'UNREACHABLE', 'GARBLED', 'FAULT', 'ISOLATED'] as const;
const neverConnected = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'];
const mayHaveArrived = ['ECONNRESET', 'EPIPE', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_SOCKET', 'UND_ERR_BODY_TIMEOUT'];

it.each([...saysNotDone, ...saysNothing])('has not been done where nothing had been sent: %s', (failure) => {
  expect(verdict(failure, 0).kind).toBe('NOT_DONE');
});

it.each(saysNotDone)('has not been done where the system itself says so of the one request: %s', (failure) => {
  expect(verdict(failure, 1).kind).toBe('NOT_DONE');
});

it.each(neverConnected)('has not been done where no connection was made: %s', (code) => {
  expect(verdict('UNREACHABLE', 1, code).kind).toBe('NOT_DONE');
});

it.each(saysNothing)('may have been done where nobody says that it was not: %s', (failure) => {
  expect(verdict(failure, 1).kind).toBe('DOUBT');
});

it.each(mayHaveArrived)('may have been done where a request may have arrived: %s', (code) => {
  expect(verdict('UNREACHABLE', 1, code).kind).toBe('DOUBT');
});

it('may have been done where two requests have gone out, whatever is said of the last', () => {
  for (const failure of saysNotDone) expect([failure, verdict(failure, 2).kind]).toEqual([failure, 'DOUBT']);
  for (const code of neverConnected) expect([code, verdict('UNREACHABLE', 2, code).kind]).toEqual([code, 'DOUBT']);
});

it('is refused where the system says no', () => {
  const error = new WireError('REFUSAL', 'no', { reason: 'The desk says no.' });
  expect(verdictOf(error, 1, 'office')).toMatchObject({ kind: 'REFUSED', message: 'The desk says no.' });
});

it('is told in doubt of a fault of our own once it has gone out, and not before', () => {
  const kinds = [0, 1].map((sent) => verdictOf(new Error('oops'), sent, 'office'));
  expect(kinds).toMatchObject([
    { kind: 'NOT_DONE', away: false, counts: true },
    { kind: 'DOUBT', away: false, counts: true },
  ]);
  expect(kinds.map(({ message }) => message).join()).not.toContain('oops');
});

it('does not count against a write what every write of that backend meets, or a record that somebody has open', () => {
  const counted = [...saysNotDone, ...saysNothing].filter((failure) => verdict(failure, 0).counts);
  expect(counted).toEqual(['TIMEOUT', 'GARBLED', 'FAULT']);
  const away = [...saysNotDone, ...saysNothing].filter((failure) => verdict(failure, 0).away);
  expect(away).toEqual(['BUSY', 'UNAVAILABLE', 'CREDENTIALS', 'ABANDONED', 'UNREACHABLE', 'ISOLATED']);
});

it('becomes of the step what the verdict says, with its reason', () => {
  const told = { away: false, counts: true, message: 'Why.' };
  expect(turnOf({ kind: 'REFUSED', ...told }, 8)).toEqual({ turn: 'REFUSE', message: 'Why.' });
  expect(turnOf({ kind: 'DOUBT', ...told }, 8)).toEqual({ turn: 'DOUBT', message: 'Why.', counts: true });
  expect(turnOf({ kind: 'NOT_DONE', ...told }, 8)).toEqual({
    ...{ turn: 'NOT_DONE', message: 'Why.', counts: true },
    most: 8,
  });
});
