// What the pages are over HTTP: their rules, what is cached, who may break things, and that nothing is left out.
import { buildSchema, isIntrospectionType, isObjectType, isSpecifiedScalarType, parse, validate } from 'graphql';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { demoFacts, type MocksFacts } from '../../../gateway/demo.ts';
import { contract } from '../../../gateway/errors.ts';
import { type Lintel, parts, startLintel } from '../../../gateway/lintel.ts';
import { examples } from '../../../gateway/pages/examples.ts';
import { guide } from '../../../gateway/pages/guide.ts';
import { originsOf } from '../../../gateway/pages/origins.ts';
import { compose } from '../../../gateway/supergraph.ts';
import { type Estate, startEstate } from '../../estate.ts';
import { startKeeper } from '../../keeper.ts';

let estate: Estate;
let production: Lintel;
beforeAll(async () => {
  estate = await startEstate();
  const log = pino({ level: 'silent' });
  production = await startLintel({ env: estate.mocks.urls, port: 0, host: '127.0.0.1', log });
});
afterAll(async () => {
  await production.close();
  await estate.close();
});

const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(`${estate.lintel.url}${path}`, { method, headers });
const schema = buildSchema(compose(parts()).apiSdl);

describe('every page', () => {
  it.each(['/sandbox', '/docs'])('%s runs nothing that stands in the page, and is framed by nobody', async (path) => {
    const reply = await get(path);
    const policy = reply.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/script-src[^;]*unsafe|unsafe-eval|https?:|blob:/);
    const text = await reply.text();
    const inline = [...text.matchAll(/<script(?![^>]*\bsrc=)[^>]*>/g)].map(([tag]) => tag);
    expect(inline.filter((tag) => !tag.includes('type="application/json"'))).toEqual([]);
    expect(text).not.toMatch(/\son\w+=|\sstyle=|(?:src|href)="(?:https?:)?\/\//);
  });

  it('is made of assets whose address changes with them, and which may be kept for good', async () => {
    const text = await (await get('/sandbox')).text();
    const paths = [...text.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path]) => path ?? '');
    expect(paths.length).toBeGreaterThan(5);
    for (const path of [...paths, ...Object.values<string>(JSON.parse(settings(text)).workers)]) {
      const reply = await get(path);
      expect([path, reply.status]).toEqual([path, 200]);
      expect(path).toMatch(/-[\w-]{12}\.\w+$|graphiql-\d+\.\d+\.\d+\//);
      expect(reply.headers.get('cache-control')).toContain('immutable');
      expect(reply.headers.get('x-content-type-options')).toBe('nosniff');
      expect((await reply.text()).length).toBeGreaterThan(100);
    }
  });

  it('is not sent again to whoever has it; HEAD is GET without the body; nothing can be sent to it', async () => {
    const first = await get('/docs');
    const etag = first.headers.get('etag') ?? '';
    const text = await first.text();
    const again = await get('/docs', { 'if-none-match': `"other", ${etag}` });
    expect([again.status, await again.text()]).toEqual([304, '']);
    expect(again.headers.get('content-security-policy')).toBe(first.headers.get('content-security-policy'));
    expect((await get('/docs', { 'if-none-match': '"other"' })).status).toBe(200);
    const head = await get('/docs', { 'accept-encoding': 'identity' }, 'HEAD');
    expect([head.status, await head.text()]).toEqual([200, '']);
    expect(Number(head.headers.get('content-length'))).toBe(Buffer.byteLength(text));
    const post = await get('/docs', {}, 'POST');
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('is small over the wire', async () => {
    const whole = await get('/docs', { 'accept-encoding': 'identity' });
    const small = await get('/docs', { 'accept-encoding': 'gzip' });
    expect(small.headers.get('content-encoding')).toBe('gzip');
    const size = async (reply: Response) => (await reply.arrayBuffer()).byteLength;
    expect(Number(small.headers.get('content-length'))).toBeLessThan((await size(whole)) / 3);
    expect(await (await get('/docs')).text()).toContain('</html>');
  });

  it('is found from /, as a page and as text', async () => {
    expect(await (await get('/', { accept: 'text/html' })).text()).toContain('<a href="/docs">');
    const text = await get('/');
    expect(text.headers.get('content-type')).toMatch(/^text\/plain/);
    expect(await text.text()).toMatch(/\/sandbox .*\/docs /s);
  });
});

describe('/graphql', () => {
  it('gives a browser the sandbox, and a program its answer', async () => {
    const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
    expect(await (await get('/graphql', browser)).text()).toContain('<title>Sandbox');
    const asked = await get('/graphql?query=%7B__typename%7D', { ...browser, 'apollo-require-preflight': 'true' });
    expect(await asked.json()).toEqual({ data: { __typename: 'Query' } });
    expect((await get('/graphql', { accept: 'application/json' })).status).toBe(400);
  });

  it('tells a client that a variable is missing or wrong, as the client’s own mistake', async () => {
    for (const variables of [{}, { person: null }, { person: { no: 'reference' } }]) {
      const query = 'query ($person: ID!) { person(personReference: $person) { name } }';
      const { errors } = await estate.ask(query, variables);
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
      expect(errors[0]?.message).toContain('$person');
    }
  });
});

/** The data that the sandbox is given. */
function settings(text: string): string {
  return /id="settings">(.*?)<\/script>/s.exec(text)?.[1] ?? '';
}

describe('the sandbox', () => {
  it('opens with eight journeys that are answered as they stand, where what is written can be kept', {
    timeout: 30_000,
  }, async () => {
    // The same made-up landlord as the estate's.
    const keeper = await startKeeper(200);
    onTestFinished(() => keeper.close());
    const { tabs } = JSON.parse(settings(await (await get('/sandbox')).text()));
    expect(tabs).toHaveLength(8);
    for (const [index, { query, variables }] of tabs.entries()) {
      expect(query).toMatch(new RegExp(`^# ${index + 1}\\. .*\\.\n`));
      const { data, errors } = await keeper.ask(query, JSON.parse(variables));
      expect([query, errors]).toEqual([query, []]);
      expect(Object.values(data)).not.toContain(null);
    }
  });

  it('has placeholders where nobody is made up, and still asks what the schema knows', () => {
    for (const { query, variables } of examples(null)) {
      expect(validate(schema, parse(query))).toEqual([]);
      expect(variables).not.toMatch(/"0\d+-\d"/);
    }
  });

  it('without mocks has no faults: no panel, and nothing to ask', async () => {
    const text = await (await fetch(`${production.url}/sandbox`)).text();
    expect(text).toContain('id="ide"');
    expect(text).not.toMatch(/fault/i);
    expect((await fetch(`${production.url}/sandbox/faults`)).status).toBe(404);
  });

  it('offers to break only what a mock stands in for', () => {
    const facts = {
      cast: estate.mocks.world.cast,
      faults: { down: 'is down' },
      backends: [
        { system: 'repairs', target: 'repairs.workOrders', variable: 'REPAIRS_URL' },
        { system: 'repairs', target: 'repairs.scheduler', variable: 'REPAIRS_SCHEDULER_URL' },
        { system: 'lettings', target: 'lettings', variable: 'LETTINGS_URL' },
      ],
    } as unknown as MocksFacts;
    const { breakable } = demoFacts(facts, ['REPAIRS_SCHEDULER_URL', 'LETTINGS_URL'], 'http://127.0.0.1:1');
    expect(breakable.targets).toEqual(['repairs', 'repairs.scheduler', 'lettings']);
  });
});

describe('the faults behind the panel', () => {
  const json = { 'content-type': 'application/json' };
  const breaks = (headers: Record<string, string>, body = '{"target":"lettings","fault":"slow"}') =>
    fetch(`${estate.lintel.url}/sandbox/faults`, { method: 'POST', headers, body });

  it('are set, told and lifted for a page of this server', async () => {
    const own = { ...json, origin: estate.lintel.url, 'sec-fetch-site': 'same-origin' };
    expect(await (await breaks(own)).json()).toMatchObject([{ target: 'lettings', fault: 'slow' }]);
    expect(await (await get('/sandbox/faults')).json()).toMatchObject([{ target: 'lettings' }]);
    expect(await (await get('/sandbox/faults?target=lettings', own, 'DELETE')).json()).toEqual([]);
    const wrong = await breaks(own, '{"target":"nonesuch","fault":"slow"}');
    expect([wrong.status, ((await wrong.json()) as { error: string }).error]).toEqual([
      400,
      expect.stringMatching(/^There is no target/),
    ]);
  });

  it.each([
    ['a form of another page', { 'content-type': 'text/plain' }],
    ['a script of another page', { ...json, origin: 'https://elsewhere.example' }],
    ['a page of another server on this machine', { ...json, origin: 'http://127.0.0.1:1' }],
    ['what the browser says is not of this page', { ...json, 'sec-fetch-site': 'same-site' }],
  ])('are refused to %s', async (_who, headers) => {
    expect((await breaks(headers)).status).toBe(403);
    expect((await get('/sandbox/faults', headers, 'DELETE')).status).toBe(403);
    expect(estate.mocks.faults()).toEqual([]);
  });

  it('are refused to a page whose own name leads here', async () => {
    const { request } = await import('node:http');
    const { port } = new URL(estate.lintel.url);
    const headers = { ...json, host: `elsewhere.example:${port}`, origin: `http://elsewhere.example:${port}` };
    const status = await new Promise((resolve, reject) => {
      const asking = request(`${estate.lintel.url}/sandbox/faults`, { method: 'DELETE', headers });
      asking
        .once('response', (reply) => resolve(reply.resume().statusCode))
        .once('error', reject)
        .end();
    });
    // No request for that name comes to the panel, or to anything else.
    expect(status).toBe(421);
  });
});

describe('the documentation', () => {
  let text: string;
  beforeAll(async () => {
    text = await (await get('/docs')).text();
  });

  it('has every type, field, argument and value, and no link that leads nowhere', () => {
    const ids = [...text.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
    expect(ids.length).toBe(new Set(ids).size);
    for (const type of Object.values(schema.getTypeMap())) {
      if (isIntrospectionType(type) || isSpecifiedScalarType(type)) continue;
      expect(ids).toContain(type.name);
      if (!isObjectType(type)) continue;
      for (const { name } of Object.values(type.getFields())) expect(ids).toContain(`${type.name}.${name}`);
    }
    const links = [...text.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
    expect(links.filter((id) => !ids.includes(id))).toEqual([]);
  });

  it('explains every error code that can reach a client', () => {
    for (const code of [...contract, 'INTERNAL_SERVER_ERROR']) expect(text).toContain(`id="error-${code}"`);
  });

  it('says whether this Lintel keeps answers', () => {
    expect(text).toContain('This Lintel keeps nothing');
    const kept = guide(true).map((section) => section.text);
    expect(kept.join()).toContain('This Lintel keeps answers');
    expect(kept.join()).not.toContain('keeps nothing');
  });

  it('says of a field that is not its type’s own which system is asked', () => {
    const { ofType, ofField } = originsOf(parts());
    expect([ofType('Person'), ofType('WorkOrder'), ofType('Money')]).toEqual(['tenancies', 'repairs', 'shared']);
    expect(ofField('Person', 'applications')).toBe('lettings');
    expect(ofField('Person', 'calls')).toBe('telephony');
    expect(ofField('Person', 'telephoneNumbers')).toBe('tenancies');
    expect(ofField('Property', 'propertyReference')).toBe('tenancies');
    expect(text).toMatch(/id="Property\.repairs".*?asks repairs/);
  });

  it('gives the schema as a file', async () => {
    expect(buildSchema(await (await get('/docs/api.graphql')).text()).getQueryType()?.name).toBe('Query');
  });
});
