// Who may ask from a page elsewhere, and what a page elsewhere cannot make a browser send.
import { describe, expect, it } from 'vitest';
import { forged } from '../../../gateway/http/origin.ts';
import { servePets } from './pets.ts';

const app = 'https://app.example';
const other = 'https://other.example';
const origins = new Set([app, other]);
const browser = { 'user-agent': 'Mozilla/5.0' };

describe('a request without a body', () => {
  it.each<[what: string, headers: Record<string, string>]>([
    ['of a program', {}],
    ['of a program that says what it is', { 'user-agent': 'curl/8.0 Mozilla/5.0' }],
    ['of a page of our own', { ...browser, 'sec-fetch-site': 'same-origin' }],
    ['typed into the address line', { ...browser, 'sec-fetch-site': 'none' }],
    ['of a page that is named', { ...browser, origin: app, 'sec-fetch-site': 'cross-site' }],
    ['of another that is named', { ...browser, origin: other }],
    ['that says it is JSON', { ...browser, 'content-type': 'application/json', 'sec-fetch-site': 'cross-site' }],
    ...['apollo-require-preflight', 'graphql-preflight', 'x-apollo-operation-name', 'x-graphql-event-stream-token'].map(
      (name): [string, Record<string, string>] => [
        `with ${name}, for which leave was asked`,
        { ...browser, [name]: '1', 'sec-fetch-site': 'cross-site' },
      ],
    ),
  ])('%s is taken', (_what, headers) => {
    expect(forged(headers, origins)).toBeNull();
  });

  it.each<[what: string, headers: Record<string, string>]>([
    ['of a page elsewhere', { 'sec-fetch-site': 'cross-site' }],
    ['of a page of a neighbour', { 'sec-fetch-site': 'same-site' }],
    ['of a page that is not named', { origin: 'https://evil.example' }],
    ['of a page that hides where it is from', { origin: 'null' }],
    ['of an old browser', browser],
    ['of a form', { ...browser, 'content-type': 'text/plain', 'sec-fetch-site': 'cross-site' }],
    ['of a form of JSON in another type', { 'content-type': 'text/json', 'sec-fetch-site': 'cross-site' }],
    ['with an empty header for leave', { 'apollo-require-preflight': '', 'sec-fetch-site': 'cross-site' }],
  ])('%s is not, and is told how to ask', (_what, headers) => {
    expect(forged(headers, origins)).toMatch(/POST and content-type: application\/json.*apollo-require-preflight/);
  });
});

describe('a page that is named', () => {
  async function asking(headers: Record<string, string>, method = 'OPTIONS', named = origins) {
    const { url } = await servePets({ origins: named });
    const body = method === 'POST' ? JSON.stringify({ query: '{ cat { name } }' }) : undefined;
    return (await fetch(`${url}/graphql`, { method, headers, ...(body && { body }) })).headers;
  }
  const preflight = { origin: app, 'access-control-request-method': 'POST' };

  it('may send what clients of GraphQL send', async () => {
    const headers = await asking(preflight);
    const allowed = headers.get('access-control-allow-headers')?.split(', ');
    expect(allowed).toEqual(
      expect.arrayContaining([
        ...['accept', 'authorization', 'cache-control', 'content-type', 'last-event-id'],
        ...['x-graphql-event-stream-token', 'apollo-require-preflight', 'graphql-preflight'],
        ...['x-apollo-operation-name', 'apollographql-client-name', 'apollographql-client-version'],
      ]),
    );
    // Who gives orders is named at the operator socket alone.
    expect(allowed).not.toContain('lintel-operator');
    expect(headers.get('access-control-max-age')).toBe('7200');
    expect(headers.get('access-control-allow-methods')).toBe('GET, HEAD, POST, OPTIONS');
  });

  it('reads the answer and when to come back, which nobody keeps for a page of another', async () => {
    const headers = await asking({ 'content-type': 'application/json', origin: other }, 'POST');
    expect(headers.get('access-control-allow-origin')).toBe(other);
    expect(headers.get('access-control-expose-headers')).toBe('retry-after');
    expect(headers.get('vary')).toBe('origin');
    // Also what a program is answered may be kept on the way, and given to a page later.
    expect((await asking({ 'content-type': 'application/json' }, 'POST')).get('vary')).toBe('origin');
  });

  it.each([
    ['is not named', { ...preflight, origin: 'https://evil.example' }],
    ['says nothing of where it is from', { 'access-control-request-method': 'POST' }],
    ['begins as one that is', { ...preflight, origin: `${app}.evil.example` }],
    ['is of another port', { ...preflight, origin: `${app}:8443` }],
    ['is not as safe', { ...preflight, origin: 'http://app.example' }],
  ])('is told nothing where it %s', async (_what, headers) => {
    const names = [...(await asking(headers)).keys()];
    expect(names.filter((name) => name.startsWith('access-control'))).toEqual([]);
  });
});
