import { GraphQLError } from 'graphql';
import { describe, expect, it } from 'vitest';
import { collapse, told } from '../../gateway/errors.ts';
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

  it('keeps one that names no place, or a list without saying where in it', () => {
    const { path: _path, ...nowhere } = failed('1');
    const [error] = collapse([nowhere], { lines: null });
    expect(error).toMatchObject({ extensions: { affected: 0, affectedPaths: [] } });
    const inList = failed('2', 'properties', 'repairs');
    expect(collapse([inList], { properties: [{ repairs: null }] })).toMatchObject([{ path: inList.path }]);
  });

  it('takes the mark of the call out', () => {
    expect(JSON.stringify(collapse([failed('secret-id', 'lines')], { lines: null }))).not.toContain('secret-id');
  });

  it('leaves errors that are of no failed call as they are', () => {
    const error = { message: 'Bad `first`.', path: ['people'], extensions: { code: 'BAD_USER_INPUT' } };
    expect(collapse([error, error], { people: null })).toEqual([error, error]);
  });
});

describe('told', () => {
  it.each([
    ...['SYSTEM_DOWN', 'SYSTEM_ISOLATED', 'SYSTEM_TIMEOUT', 'SYSTEM_OVERLOADED', 'SYSTEM_GARBLED', 'SYSTEM_REFUSED'],
    ...['STALER_THAN_ASKED', 'UNAUTHENTICATED', 'FORBIDDEN', 'BAD_USER_INPUT', 'RATE_LIMITED'],
    ...['IDEMPOTENCY_KEY_REUSED', 'STORE_DOWN', 'BAD_REQUEST', 'GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED'],
    ...['OPERATION_RESOLUTION_FAILURE', 'PERSISTED_QUERY_NOT_FOUND', 'PERSISTED_QUERY_NOT_SUPPORTED'],
  ])('hands on %s in its own words, with what the contract has of it, and nothing that is internal', (code) => {
    const error = {
      message: 'As it is.',
      path: ['lines'],
      locations: [{ line: 1, column: 3 }],
      extensions: {
        ...{ code, system: 'repairs', retryable: true, retryAfter: 2, since: 'then', fields: [] },
        ...{
          stacktrace: ['at x'],
          serviceName: 'repairs',
          exception: {},
          request: { url: 'http://10.1.2.3' },
          http: { headers: {} },
        },
      },
    };
    const hidden = () => expect.fail('it is no fault of ours');
    expect(told(error, new GraphQLError('As it is.'), hidden)).toStrictEqual({
      ...error,
      extensions: { system: 'repairs', retryable: true, retryAfter: 2, since: 'then', fields: [], code },
    });
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
