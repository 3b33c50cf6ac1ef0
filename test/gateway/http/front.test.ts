// What the front does before anything is routed: the target of a request and its host, on a real socket, byte by byte.
import { describe, expect, it } from 'vitest';
import type { Hosts } from '../../../gateway/http/host.ts';
import { plain } from '../../../gateway/http/response.ts';
import type { Route } from '../../../gateway/pages/page.ts';
import { lines, raw } from '../../raw.ts';
import { servePets } from './pets.ts';

/** A front with a page at /metrics and at /docs/api, which say what they were asked. */
async function front(hosts?: Hosts) {
  const said: Route = (request, response) => plain(response, 200, `page ${request.url}`);
  const pages = new Map(['/', '/metrics', '/sandbox', '/docs/api'].map((path) => [path, said]));
  const { url } = await servePets({ pages, ...(hosts && { hosts }) });
  const to = { host: '127.0.0.1', port: Number(new URL(url).port) };
  return (text: string) => raw(to, text);
}

const question = encodeURIComponent('{ cat { name } }');

describe('the target of a request', () => {
  it('is refused with 400 where it is malformed or has more than one spelling', async () => {
    const ask = await front();
    const targets = [
      '//x/metrics',
      '//metrics',
      '/metrics//',
      '/docs//api',
      '//[',
      '/[',
      '/metrics;[',
      '/a/../metrics',
      '/./metrics',
      '/metrics/.',
      '/metrics/..',
      '/..',
      '/%2e/metrics',
      '/%2E%2e/metrics',
      '/.%2e/metrics',
      '/docs%2fapi',
      '/docs%5Capi',
      '/docs\\api',
      '/%6detrics',
      '/metrics%00',
      '/metrics%0a',
      '/%zz',
      '/metrics%',
      '/metrics#x',
      '/metrics?a#x',
      '/m\u00e9trics',
      '/metrics?\u00e9',
      'http://127.0.0.1/metrics',
      'http://elsewhere.example/metrics',
      'metrics',
      '*',
      '?query=x',
    ];
    const replies = await Promise.all(targets.map((target) => ask(lines(target))));
    expect(targets.filter((_target, at) => replies[at]?.status !== 400)).toEqual([]);
    expect(replies.filter(({ text }) => /fault of Lintel|page/.test(text))).toEqual([]);
  });

  it.each([
    ['/metrics', 'page /metrics'],
    ['/metrics/', 'page /metrics'],
    ['/metrics/?a=/../b//c&d=%2e%2E&e={"}|[^]`\\', 'page /metrics?a=/../b//c&d=%2e%2E&e={"}|[^]`\\'],
    ['/docs/api/', 'page /docs/api'],
    ['/sandbox/', 'page /sandbox'],
    ['/', 'page /'],
    ['/?', 'page /?'],
    ['/?a', 'page /?a'],
  ])('%s comes to its page with its query untouched, with a slash at its end or without', async (target, said) => {
    const { status, body } = await (await front())(lines(target));
    expect([status, body]).toEqual([200, said]);
  });

  it.each(['/graphql', '/graphql/'])('%s answers queries and mutations', async (path) => {
    const ask = await front();
    expect(JSON.parse((await ask(lines(`${path}?query=${question}`))).body)).toEqual({
      data: { cat: { name: 'Tom' } },
    });
    const body = JSON.stringify({ query: 'mutation { feed(name: "Tom") { name } }' });
    const headers = ['Content-Type: application/json', `Content-Length: ${body.length}`];
    const { body: fed } = await ask(`${lines(path, ['localhost'], { method: 'POST', headers })}${body}`);
    expect(JSON.parse(fed)).toEqual({ data: { feed: { name: 'Tom' } } });
    const browser = { headers: ['Accept: text/html'] };
    expect((await ask(lines(path, ['localhost'], browser))).body).toBe('page /graphql');
  });

  it('that is whole and leads nowhere is 404', async () => {
    const ask = await front();
    for (const path of ['/nowhere', '/metrics/x', '/caf%C3%A9', '/...', '/METRICS'])
      expect([path, (await ask(lines(path))).status]).toEqual([path, 404]);
  });

  it('ends the connection where it is refused: of what follows on it, nothing is believed', async () => {
    const ask = await front();
    const first = 'GET //x HTTP/1.1\r\nHost: localhost\r\n\r\n';
    expect((await ask(`${first}${lines('/metrics')}`)).text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 400']);
  });

  it('cannot be smuggled in by two lengths of a body', async () => {
    const ask = await front();
    const twice = [
      ['Content-Length: 5', 'Content-Length: 6'],
      ['Content-Length: 5', 'Transfer-Encoding: chunked'],
      ['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'],
    ];
    for (const headers of twice) {
      const { status, text } = await ask(`${lines('/metrics', ['localhost'], { method: 'POST', headers })}0\r\n\r\n`);
      expect([status, text.includes('page')]).toEqual([400, false]);
    }
  });
});

describe('the host of a request', () => {
  it.each(['localhost', 'LOCALHOST:4000', '127.0.0.1', '127.0.0.1:1', '127.255.3.4:80', '[::1]', '[::1]:4000'])(
    '%s is this machine',
    async (host) => {
      expect((await (await front())(lines('/metrics', [host]))).status).toBe(200);
    },
  );

  it('of another name is refused with 421, whatever it leads to and wherever it asks', async () => {
    const ask = await front();
    const hosts = [
      'elsewhere.example',
      'elsewhere.example:4000',
      '127.0.0.1.elsewhere.example',
      'localhost.elsewhere.example',
      'lintel.localhost',
      'localhost.',
      '127.0.0.256',
      '127.1',
      '128.0.0.1',
      '0.0.0.0',
      '10.0.0.1',
      '[::]',
      '[::ffff:127.0.0.1]',
    ];
    for (const host of hosts) {
      for (const target of ['/metrics', '/health', '/', '/nowhere', '/graphql/stream', `/graphql?query=${question}`]) {
        const { status, text } = await ask(lines(target, [host]));
        expect([host, target, status]).toEqual([host, target, 421]);
        expect(text).not.toMatch(/page|Tom|elsewhere/);
      }
    }
  });

  it('is told so in the form that is told at /graphql, and in words elsewhere', async () => {
    const ask = await front();
    const { text, body } = await ask(lines('/graphql', ['elsewhere.example'], { method: 'POST' }));
    expect(text).toMatch(/content-type: application\/json/i);
    expect(JSON.parse(body)).toEqual({
      errors: [{ message: expect.stringContaining('LINTEL_HOSTS'), extensions: { code: 'BAD_REQUEST' } }],
    });
    expect((await ask(lines('/metrics', ['elsewhere.example']))).body).toMatch(
      /^Lintel does not answer for this host\./,
    );
    const preflight = { method: 'OPTIONS', headers: ['Origin: http://elsewhere.example'] };
    expect((await ask(lines('/graphql', ['elsewhere.example'], preflight))).status).toBe(421);
  });

  it.each([
    ['none', []],
    ['two', ['localhost', 'elsewhere.example']],
    ['two that are equal', ['localhost', 'localhost']],
    ['one that is empty', ['']],
    ['one with a name and a password', ['user@localhost']],
    ['one with a path', ['localhost/x']],
    ['a list', ['localhost, localhost']],
    ['a port that is none', ['localhost:4000x']],
  ])('is refused with 400 where there is %s', async (_what, hosts) => {
    const ask = await front();
    expect((await ask(lines('/metrics', hosts))).status).toBe(400);
    expect((await ask(lines('/metrics', hosts, { version: '1.0' }))).status).toBe(400);
  });

  it('is taken where it is configured, on every port or on one', async () => {
    const ask = await front(new Set(['lintel.example', 'repairs:4103', '[2001:db8::1]']));
    const statuses = async (...hosts: string[]) =>
      Promise.all(hosts.map(async (host) => (await ask(lines('/metrics', [host]))).status));
    expect(
      await statuses('lintel.example', 'Lintel.Example:99', 'repairs:4103', '[2001:DB8::1]:4', 'localhost'),
    ).toEqual([200, 200, 200, 200, 200]);
    expect(await statuses('repairs', 'repairs:4104', 'www.lintel.example', 'xlintel.example')).toEqual([
      421, 421, 421, 421,
    ]);
  });
});
