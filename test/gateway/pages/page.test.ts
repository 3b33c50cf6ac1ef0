// How a page goes out: what is made once and what each time, what is not sent again, and what cannot stand in it.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { html, type Page, pageRoute, policy, wantsPage } from '../../../gateway/pages/page.ts';

/** Asks for a page that says how often it was made. */
function served(more: Partial<Page> = {}) {
  let made = 0;
  const text = () => {
    made += 1;
    return `made ${made} ${'x'.repeat(2_000)}`;
  };
  const route = pageRoute({ type: 'text/html', policy: policy(), text, ...more });
  return async (headers: Record<string, string> = {}, method = 'GET') => {
    const reply = { status: 0, headers: {} as Record<string, string | number>, body: undefined as Buffer | undefined };
    const response = {
      writeHead(status: number, given: Record<string, string | number>): unknown {
        [reply.status, reply.headers] = [status, given];
        return response;
      },
      end(body?: Buffer) {
        reply.body = body;
      },
    };
    await route({ method, headers } as unknown as IncomingMessage, response as unknown as ServerResponse);
    return { ...reply, text: String(reply.body ?? '').split(' x')[0] };
  };
}

describe('a page', () => {
  it('that is live is made anew for each who asks, and kept by nobody', async () => {
    const ask = served({ live: true });
    expect([(await ask()).text, (await ask()).text]).toEqual(['made 1', 'made 2']);
    const { headers } = await ask();
    expect(headers['cache-control']).toBe('no-store');
    // What has changed has another mark: nobody is told that they have it already.
    expect((await ask({ 'if-none-match': String(headers.etag) })).text).toBe('made 4');
  });

  it('that is not is made once, and asked about each time', async () => {
    const ask = served();
    expect([(await ask()).text, (await ask()).text]).toEqual(['made 1', 'made 1']);
    expect((await ask()).headers['cache-control']).toBe('no-cache');
    expect((await served({ immutable: true })()).headers['cache-control']).toBe('public, max-age=31536000, immutable');
  });

  it('is not sent to whoever has it, and that is told by its mark, weak or not', async () => {
    const ask = served();
    const { etag } = (await ask()).headers as { etag: string };
    for (const known of [etag, etag.replace('W/', ''), `"other", ${etag}`, '*']) {
      expect([known, (await ask({ 'if-none-match': known })).status]).toEqual([known, 304]);
    }
    for (const known of ['"other"', 'W/"other"', etag.slice(0, -2)])
      expect([known, (await ask({ 'if-none-match': known })).status]).toEqual([known, 200]);
  });

  it('is packed for whoever takes it so, and says the same; HEAD has no body; nothing can be sent to it', async () => {
    const ask = served();
    const [plain, packed] = [await ask(), await ask({ 'accept-encoding': 'br, gzip' })];
    expect(packed.headers['content-encoding']).toBe('gzip');
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(gunzipSync(packed.body as Buffer)).toEqual(plain.body);
    expect(packed.headers['content-length']).toBe(packed.body?.length);
    const head = await ask({}, 'HEAD');
    expect([head.status, head.body, head.headers['content-length']]).toEqual([200, undefined, plain.body?.length]);
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) expect((await ask({}, method)).status).toBe(405);
  });

  it('runs nothing from elsewhere, is framed by nobody and tells nobody where its reader was', async () => {
    const { headers } = await served()();
    const denied = ['default-src', 'base-uri', 'form-action', 'frame-ancestors'].map((one) => `${one} 'none'`);
    expect(String(headers['content-security-policy']).split('; ')).toEqual(denied);
    expect(policy({ 'script-src': "'self'" })).toBe(`${denied.join('; ')}; script-src 'self'`);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      vary: 'accept, accept-encoding',
      'content-type': 'text/html; charset=utf-8',
    });
  });
});

it('what is text stays text, between tags and in attributes', () => {
  expect(html(`<a href="x">'&</a>`)).toBe(`&#60;a href=&#34;x&#34;&#62;'&#38;&#60;/a&#62;`);
});

it('a page is for who asks for one, as a browser’s address line does', () => {
  const wants = (accept?: string) => wantsPage({ headers: { accept } } as unknown as IncomingMessage);
  expect([wants('text/html,*/*;q=0.8'), wants('application/json'), wants('*/*'), wants()]).toEqual([
    true,
    false,
    false,
    false,
  ]);
});
