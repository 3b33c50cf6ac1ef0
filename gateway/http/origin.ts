// Pages elsewhere: which may ask at all (CORS), and which requests a browser may have been made to send without its user's
// knowledge (CSRF). Knows headers; knows nothing of who the user is.
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Route } from '../pages/page.ts';
import { isJson } from './body.ts';

/** Origins whose pages may ask and read the answers, as `https://app.example`. */
export type Origins = ReadonlySet<string>;

/** What a page may send once a browser has asked for leave: all that Lintel's clients do. */
const allowedHeaders = [
  'accept',
  'authorization',
  'cache-control',
  'content-type',
  'last-event-id',
  'x-graphql-event-stream-token',
  'apollo-require-preflight',
  'graphql-preflight',
  'x-apollo-operation-name',
  'apollographql-client-name',
  'apollographql-client-version',
];

/** Headers that say nothing but that leave was asked: a page elsewhere cannot send them without. */
const leave = [
  'apollo-require-preflight',
  'graphql-preflight',
  'x-apollo-operation-name',
  'x-graphql-event-stream-token',
];

/** How long a browser need not ask again, in seconds: two hours, as long as any browser lets it. */
const leaveLasts = 7_200;

/** A route that pages of these origins may ask. Browsers that ask for leave are answered here. */
export function crossOrigin(origins: Origins, methods: string, route: Route): Route {
  return (request, response) => {
    const { origin } = request.headers;
    const allowed = origin !== undefined && origins.has(origin);
    if (origins.size) response.setHeader('vary', 'origin');
    if (allowed) {
      response.setHeader('access-control-allow-origin', origin);
      response.setHeader('access-control-expose-headers', 'retry-after');
    }
    if (request.method === 'OPTIONS') return options(request, response, allowed, methods);
    return route(request, response);
  };
}

function options({ headers }: IncomingMessage, response: ServerResponse, allowed: boolean, methods: string): void {
  if (allowed && headers['access-control-request-method']) {
    response.setHeader('access-control-allow-methods', methods);
    response.setHeader('access-control-allow-headers', allowedHeaders.join(', '));
    response.setHeader('access-control-max-age', leaveLasts);
  }
  response.writeHead(204, { allow: methods }).end();
}

/**
 * Why a request without a body may be one that a page elsewhere makes a browser send, or null. With a body there is no
 * need to ask: JSON is sent by no page without leave. A browser says itself whose page it is (`Sec-Fetch-Site`); where it
 * does not, because it is old or the address no https, its name gives it away.
 */
export function forged(headers: IncomingHttpHeaders, origins: Origins): string | null {
  if (isJson(headers['content-type']) || leave.some((name) => headers[name])) return null;
  const { origin, 'sec-fetch-site': site } = headers;
  if (origin !== undefined && origins.has(origin)) return null;
  const elsewhere =
    site === undefined
      ? origin !== undefined || (headers['user-agent'] ?? '').startsWith('Mozilla/')
      : !['same-origin', 'none'].includes(site as string);
  return elsewhere
    ? `A page elsewhere may have made a browser send this. Ask with POST and content-type: application/json; or with GET and one of the headers ${leave.join(', ')}.`
    : null;
}
