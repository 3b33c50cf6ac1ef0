// What a browser is served, as a value: text with its type and rules, answered with ETag, HEAD and gzip.
// Knows HTTP; knows no page.
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/** A page, or something that a page is made of. */
export interface Page {
  /** Media type, e.g. `text/html`; always UTF-8. */
  type: string;
  /** Its Content-Security-Policy: see `policy`. */
  policy: string;
  /** Whether its address changes when it does, so that a browser need never ask again. */
  immutable?: boolean;
  /** Whether it is made for each request, and nothing of it kept by anybody. */
  live?: boolean;
  /** Made when it is first asked for, and kept; where it is live, made each time. */
  text(): string | Promise<string>;
}

/** Answers one request. */
export type Route = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/**
 * A Content-Security-Policy: nothing at all, but for what is named. Nobody may frame a page of ours (the sandbox has
 * buttons that break things), rebase its links or send its forms elsewhere.
 */
export function policy(allowed: Readonly<Record<string, string>> = {}): string {
  const directives = { 'default-src': "'none'", 'base-uri': "'none'", 'form-action': "'none'" };
  return Object.entries({ ...directives, 'frame-ancestors': "'none'", ...allowed })
    .map(([directive, sources]) => `${directive} ${sources}`)
    .join('; ');
}

const compress = promisify(gzip);

/** Serves a page to GET and HEAD; to whoever has it already, 304. */
export function pageRoute(page: Page): Route {
  const pack = async () => {
    const plain = Buffer.from(await page.text());
    // Weak: the compressed form is another sequence of bytes with the same meaning.
    const tag = `W/"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`;
    return { plain, tag, small: await compress(plain) };
  };
  let packed: ReturnType<typeof pack> | undefined;
  return async (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD' }).end();
      return;
    }
    if (page.live || !packed) packed = pack();
    const { plain, tag, small } = await packed;
    const zipped = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
    const headers = {
      etag: tag,
      // A year is as long as caches keep anything; a page itself is asked about each time, and mostly answered 304.
      'cache-control': page.immutable ? 'public, max-age=31536000, immutable' : page.live ? 'no-store' : 'no-cache',
      vary: 'accept, accept-encoding',
      'content-security-policy': page.policy,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    };
    const known = request.headers['if-none-match']?.split(',').map((one) => one.trim());
    if (known?.some((one) => one === '*' || one.replace(/^(W\/)?/, 'W/') === tag)) {
      response.writeHead(304, headers).end();
      return;
    }
    const body = zipped ? small : plain;
    response.writeHead(200, {
      ...headers,
      ...(zipped && { 'content-encoding': 'gzip' }),
      'content-type': `${page.type}; charset=utf-8`,
      'content-length': body.length,
    });
    response.end(request.method === 'HEAD' ? undefined : body);
  };
}

/** Text as it may stand in HTML, between tags and in quoted attributes. */
export function html(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** Whether whoever asks wants a page rather than data: a browser's address line says so. */
export function wantsPage({ headers }: IncomingMessage): boolean {
  return headers.accept?.includes('text/html') ?? false;
}
