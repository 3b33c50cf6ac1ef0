// The last step before a result leaves: its errors in the words of the contract, and what the request has touched.
import { GraphQLError } from 'graphql';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createWording } from '../../gateway/wording.ts';
import { createAsker } from '../../subgraphs/continuity/asker.ts';

function worded(stateOf: (system: string) => string | undefined = () => 'DOWN', generic = false) {
  const logged: string[] = [];
  const log = pino({ level: 'error' }, { write: (line: string) => void logged.push(line) });
  return { logged, ...createWording({ log, generic, stateOf }) };
}

const asker = () => createAsker(new AbortController().signal);
const asOf = '2026-11-28T12:00:00.000Z';

describe('a result', () => {
  it('says of each system touched how it stands, from where and as of when, also where nothing went wrong', () => {
    const { result } = worded((system) => (system === 'repairs' ? 'DOWN' : 'OPERATIONAL'));
    const one = asker();
    one.onAnswer?.('repairs', { system: 'repairs', source: 'SNAPSHOT', asOf });
    one.onAnswer?.('lettings', null);
    expect(result({ data: { a: 1 }, extensions: { other: 1 } }, one)).toEqual({
      data: { a: 1 },
      extensions: {
        other: 1,
        continuity: {
          repairs: { state: 'DOWN', source: 'SNAPSHOT', asOf },
          lettings: { state: 'OPERATIONAL', source: null, asOf: null },
        },
      },
    });
  });

  it('that touched no system and has no error is as it was', () => {
    const given = { data: { a: 1 } };
    expect(worded().result(given, asker())).toEqual(given);
  });

  it('has one error for one failed call, and none for what the client did not ask for', () => {
    const extensions = { code: 'SYSTEM_DOWN', failedCall: '1' };
    const error = (...path: string[]) => ({ message: 'Down.', path, extensions });
    const { result } = worded();
    expect(result({ data: { a: null, b: null }, errors: [error('a'), error('b')] }, asker()).errors).toEqual([
      {
        message: 'Down.',
        path: ['a'],
        extensions: { code: 'SYSTEM_DOWN', affected: 2, affectedPaths: [['a'], ['b']] },
      },
    ]);
    const whole = result({ data: { a: 1 }, errors: [error('key')] }, asker());
    // An empty list of errors is no GraphQL.
    expect(whole).toEqual({ data: { a: 1 } });
  });
});

describe('an error', () => {
  it('is told by what was thrown first, however often it was wrapped since', () => {
    const { error, logged } = worded();
    const thrown = new TypeError('secret of /srv/lintel');
    const once = new GraphQLError('secret once', { originalError: thrown, path: ['a'] });
    const twice = new GraphQLError('secret twice', {
      originalError: once,
      extensions: { code: 'SYSTEM_DOWN' },
      path: ['a'],
    });
    expect(error(twice)).toEqual({
      message: expect.stringContaining('a fault of Lintel'),
      path: ['a'],
      extensions: { code: 'INTERNAL_SERVER_ERROR' },
    });
    expect(logged.join()).toContain('secret of /srv/lintel');
  });

  it('of the contract is told as it is, and leaves no line in the log', () => {
    const { error, logged } = worded();
    const thrown = new GraphQLError('It says no.', {
      path: ['a'],
      extensions: { code: 'SYSTEM_REFUSED', system: 'repairs' },
    });
    expect(error(thrown)).toEqual({
      message: 'It says no.',
      path: ['a'],
      extensions: { code: 'SYSTEM_REFUSED', system: 'repairs' },
    });
    expect(logged).toEqual([]);
  });

  it('that is no error at all is a fault of ours', () => {
    const { error, logged } = worded();
    expect(error('secret').extensions).toEqual({ code: 'INTERNAL_SERVER_ERROR' });
    expect(error('secret').message).not.toContain('secret');
    expect(logged).toHaveLength(2);
  });
});
