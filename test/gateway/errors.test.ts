import { GraphQLError } from 'graphql';
import { describe, expect, it } from 'vitest';
import { collapse, contract, told } from '../../gateway/errors.ts';
import { StoreFailed } from '../../subgraphs/continuity/errors.ts';

const failed = (failedCall: string, ...path: (string | number)[]) => ({
  message: 'The repairs system cannot be reached.',
  path,
  extensions: { code: 'SYSTEM_DOWN', system: 'repairs', retryable: true, failedCall },
});

describe('collapse', () => {
  it('gives one error for each failed call, at its first affected field', () => {
    const data = { properties: [{ repairs: null }, { repairs: null }], lines: null };
    const errors = collapse(
      [failed('1', 'properties', 0, 'repairs'), failed('2', 'lines'), failed('1', 'properties', 1, 'repairs')],
      data,
    );
    expect(errors.map(({ path, extensions }) => [path, extensions?.affected])).toEqual([
      [['properties', 0, 'repairs'], 2],
      [['lines'], 1],
    ]);
    expect(errors[0]?.extensions?.affectedPaths).toEqual([
      ['properties', 0, 'repairs'],
      ['properties', 1, 'repairs'],
    ]);
  });

  it('lists at most a hundred paths and counts all', () => {
    const [error] = collapse(
      Array.from({ length: 2_000 }, (_, i) => failed('1', 'properties', i, 'repairs')),
      { properties: null },
    );
    expect(error?.extensions?.affected).toBe(2_000);
    expect(error?.extensions?.affectedPaths).toHaveLength(100);
  });

  it('leaves out what the client did not ask for: a field that another system needed for a join', () => {
    const data = { person: { name: null, calls: null } };
    const both = [
      failed('1', 'person', 'telephoneNumbers'),
      failed('1', 'person', 'name'),
      failed('2', 'person', 'calls'),
    ];
    expect(collapse(both, data).map(({ path, extensions }) => [path, extensions?.affected])).toEqual([
      [['person', 'name'], 1],
      [['person', 'calls'], 1],
    ]);
    expect(collapse([failed('1', 'person', 'telephoneNumbers')], data)).toEqual([]);
  });

  it('counts a place once where several fetches failed for it, and one behind a null where that took its place', () => {
    const place = failed('1', 'property', 'repairs', 'items');
    const [error] = collapse([place, place, failed('1', 'property', 'appointments')], { property: { repairs: null } });
    expect(error).toMatchObject({ path: place.path, extensions: { affected: 1, affectedPaths: [place.path] } });
    expect(collapse([place], null)).toHaveLength(1);
  });

  it('tells places apart by all of their path, and counts one that failed twice once', () => {
    const data = { a: [{ b: null, c: null }, { b: null }] };
    const places = [
      ['a', 0, 'b'],
      ['a', 0, 'c'],
      ['a', 1, 'b'],
      ['a', 0, 'b'],
    ];
    const [error, ...more] = collapse(
      places.map((path) => failed('1', ...path)),
      data,
    );
    expect(more).toEqual([]);
    expect(error?.extensions).toMatchObject({ affected: 3, affectedPaths: places.slice(0, 3) });
  });

  it('tells a place within what is null, and in a list that names none; none that the list does not have', () => {
    const data = { a: null, all: [{ b: null }], empty: [] };
    const placesOf = (...path: (string | number)[]) => collapse([failed('1', ...path)], data).map(({ path }) => path);
    expect(placesOf('a', 'b', 0, 'c')).toEqual([['a', 'b', 0, 'c']]);
    expect(placesOf('all', 'b')).toEqual([['all', 'b']]);
    expect(placesOf('all', 0, 'b')).toEqual([['all', 0, 'b']]);
    expect(placesOf('empty', 0, 'b')).toEqual([]);
    expect(placesOf('nonesuch')).toEqual([]);
  });

  it('tells a call that names no place as it is, with nothing affected, and each in its turn', () => {
    const bare = { message: 'No.', extensions: { code: 'SYSTEM_DOWN', failedCall: '1' } };
    const other = { message: 'Bad.', extensions: { code: 'BAD_USER_INPUT' } };
    expect(collapse([other, bare, bare], { a: null })).toEqual([
      other,
      { message: 'No.', extensions: { code: 'SYSTEM_DOWN', affected: 0, affectedPaths: [] } },
    ]);
  });

  it('takes the mark of the call out', () => {
    expect(JSON.stringify(collapse([failed('secret-id', 'lines')], { lines: null }))).not.toContain('secret-id');
  });

  it('leaves errors that are of no failed call as they are', () => {
    const error = { message: 'Bad `first`.', path: ['people'], extensions: { code: 'BAD_USER_INPUT' } };
    expect(collapse([error, error], { people: null })).toEqual([error, error]);
  });
});

/** Every code that the documentation promises. */
const promised = [
  ...['SYSTEM_DOWN', 'SYSTEM_ISOLATED', 'SYSTEM_TIMEOUT', 'SYSTEM_OVERLOADED', 'SYSTEM_GARBLED', 'SYSTEM_REFUSED'],
  ...['STALER_THAN_ASKED', 'UNAUTHENTICATED', 'FORBIDDEN', 'BAD_USER_INPUT', 'RATE_LIMITED'],
  ...['IDEMPOTENCY_KEY_REUSED', 'STORE_DOWN'],
  ...['BAD_REQUEST', 'GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED', 'OPERATION_RESOLUTION_FAILURE'],
  ...['PERSISTED_QUERY_NOT_FOUND', 'PERSISTED_QUERY_NOT_SUPPORTED'],
];

describe('told', () => {
  it.each(promised)('tells %s as it is, with what belongs to it and nothing internal', (code) => {
    const kept = { system: 'repairs', retryable: true, retryAfter: 7, since: 's', expectedBack: 'b', fields: [] };
    const internal = { stacktrace: ['at x.ts:1'], exception: {}, serviceName: 'x', request: {}, http: { status: 418 } };
    const error = { message: 'Said.', path: ['a'], locations: [{ line: 1, column: 2 }] };
    const given = { ...error, extensions: { code, ...kept, ...internal } };
    const onInternal = () => expect.fail('It is no fault of ours.');
    expect(told(given, new GraphQLError('Said.'), onInternal)).toEqual({ ...error, extensions: { code, ...kept } });
  });

  it('knows no codes but those', () => {
    expect([...contract].sort()).toEqual([...promised].sort());
  });

  it('hides a code that is not of the contract, and what has none', () => {
    let logged = 0;
    for (const extensions of [{ code: 'DOWNSTREAM_SERVICE_ERROR' }, {}, undefined]) {
      const error = { message: 'http://10.1.2.3', path: ['lines'], ...(extensions && { extensions }) };
      const seen = told(error, new GraphQLError(error.message), () => logged++);
      expect(seen).toMatchObject({ path: ['lines'], extensions: { code: 'INTERNAL_SERVER_ERROR' } });
      expect(seen.message).toContain('fault of Lintel');
    }
    expect(logged).toBe(3);
  });

  const internal = { message: 'connect ECONNREFUSED 10.1.2.3:99', extensions: { code: 'INTERNAL_SERVER_ERROR' } };

  it('hides what is no error of the contract, and says so to the log', () => {
    let logged = 0;
    const seen = told(internal, new GraphQLError(internal.message), () => logged++);
    expect(JSON.stringify(seen)).not.toContain('10.1.2.3');
    expect(seen.extensions).toEqual({ code: 'INTERNAL_SERVER_ERROR' });
    expect(logged).toBe(1);
  });

  it('hides a fault of ours even from a gateway of others', () => {
    const seen = told(internal, new TypeError(internal.message), () => {}, true);
    expect(seen.message).toContain('fault of Lintel');
  });

  it("says of a failure of Lintel's own store that it can be tried again, and nothing of what failed", () => {
    let logged = 0;
    const failure = Object.assign(new Error(internal.message), { code: '57P01' });
    const seen = told({ ...internal, path: ['hazards'] }, new StoreFailed(failure), () => logged++);
    expect(seen).toEqual({
      message: "Lintel's own store cannot be read or written just now.",
      path: ['hazards'],
      extensions: { code: 'STORE_DOWN', retryable: true },
    });
    expect(logged).toBe(1);
  });

  it("keeps others' own errors in a gateway of others, without stacks or service names", () => {
    const upstream = {
      message: 'No such cat.',
      extensions: { code: 'NO_CAT', stacktrace: ['at x'], serviceName: 'cats' },
    };
    expect(told(upstream, new GraphQLError('No such cat.'), () => {}, true)).toEqual({
      message: 'No such cat.',
      extensions: { code: 'NO_CAT' },
    });
  });
});
