// Documents by their names, as clients use them: Apollo's automatic persisted queries, and the trusted documents of a
// manifest; where only those are trusted, nothing else gets through by any door.
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { describe, expect, it, onTestFinished } from 'vitest';
import { clientManifest, createDocuments, readManifests } from '../../gateway/documents.ts';
import { live } from '../../gateway/pages/index.ts';
import { startEstate } from '../estate.ts';
import { servePets } from './http/pets.ts';

const hash = (text: string) => createHash('sha256').update(text).digest('hex');
const json = { 'content-type': 'application/json' };
const strict = { ...json, accept: 'application/graphql-response+json' };
const query = '{ cat { name } }';
const cat = { data: { cat: { name: 'Tom' } } };

async function served(...given: Parameters<typeof createDocuments>) {
  const { url, asked } = await servePets({ documents: createDocuments(...given) });
  const post = async (body: object, headers: Record<string, string> = strict) => {
    const reply = await fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify(body) });
    // biome-ignore lint/suspicious/noExplicitAny: results of many shapes.
    return { status: reply.status, body: (await reply.json()) as any };
  };
  const get = async (parameters: Record<string, string>) => {
    const reply = await fetch(`${url}/graphql?${new URLSearchParams(parameters)}`, { headers: strict });
    return { status: reply.status, body: await reply.json() };
  };
  return { url, asked, post, get };
}

const codeOf = ({ body, status }: { body: { errors?: { extensions: { code: string } }[] }; status: number }) => [
  status,
  body.errors?.[0]?.extensions.code,
];

describe('a document that was sent before', () => {
  it.each([false, true])(
    'is asked by its hash, by Apollo Client as it comes (with GET: %s)',
    async (useGETForHashedQueries) => {
      const { url } = await served();
      const sent: { status: number; text: boolean }[] = [];
      const counting: typeof fetch = async (input, init) => {
        const reply = await fetch(input, init);
        const text = init?.method === 'GET' ? String(input).includes('query=') : String(init?.body).includes('"query"');
        sent.push({ status: reply.status, text });
        return reply;
      };
      const link = ApolloLink.from([
        new PersistedQueryLink({ sha256: hash, useGETForHashedQueries }),
        new HttpLink({ uri: `${url}/graphql`, fetch: counting }),
      ]);
      const client = new ApolloClient({ link, cache: new InMemoryCache() });
      const ask = () => client.query({ query: gql(query), fetchPolicy: 'no-cache' });
      expect((await ask()).data).toMatchObject(cat.data);
      expect((await ask()).data).toMatchObject(cat.data);
      expect(sent).toEqual([
        { status: 400, text: false },
        { status: 200, text: true },
        { status: 200, text: false },
      ]);
      client.stop();
    },
  );

  it('is asked by its id, too', async () => {
    const { post, get } = await served();
    const documentId = `sha256:${hash(query)}`;
    expect(codeOf(await post({ documentId }))).toEqual([400, 'PERSISTED_QUERY_NOT_FOUND']);
    expect((await post({ documentId }, json)).status).toBe(200);
    expect(await post({ documentId, query })).toEqual({ status: 200, body: cat });
    expect(await post({ documentId })).toEqual({ status: 200, body: cat });
    expect(await get({ documentId })).toEqual({ status: 200, body: cat });
  });

  it('must be the one that it is said to be, and GraphQL of this schema', async () => {
    const { post } = await served();
    const sha256Hash = hash(query);
    const persistedQuery = { version: 1, sha256Hash };
    expect((await post({ query: '{ broken }', extensions: { persistedQuery } })).status).toBe(400);
    expect(codeOf(await post({ extensions: { persistedQuery } }))).toEqual([400, 'PERSISTED_QUERY_NOT_FOUND']);
    const wrong = '{ none }';
    await post({ query: wrong, documentId: `sha256:${hash(wrong)}` });
    expect(codeOf(await post({ documentId: `sha256:${hash(wrong)}` }))).toEqual([400, 'PERSISTED_QUERY_NOT_FOUND']);
    expect((await post({ extensions: { persistedQuery: { version: 1 } } })).status).toBe(400);
    expect((await post({ extensions: { persistedQuery: { version: 2, sha256Hash } } })).status).toBe(400);
  });

  it('changes nothing over GET', async () => {
    const { post, get, asked } = await served();
    const mutation = 'mutation { feed(name: "Tom") { name } }';
    await post({ query: mutation, documentId: `sha256:${hash(mutation)}` });
    expect((await get({ documentId: `sha256:${hash(mutation)}` })).status).toBe(405);
    expect(asked).toHaveLength(1);
  });
});

describe('a trusted document', () => {
  const manifest = new Map([
    [hash(query), query],
    ['cat-1', query],
  ]);

  it('is asked by each of its names, without having been sent', async () => {
    const { post, get } = await served(manifest);
    for (const asked of [
      { documentId: `sha256:${hash(query)}` },
      { documentId: hash(query) },
      { documentId: 'cat-1' },
      { extensions: { persistedQuery: { version: 1, sha256Hash: hash(query) } } },
      { documentId: 'cat-1', query },
    ]) {
      expect([asked, await post(asked)]).toEqual([asked, { status: 200, body: cat }]);
    }
    expect(await get({ documentId: 'cat-1' })).toEqual({ status: 200, body: cat });
    expect((await post({ documentId: 'cat-1', query: '{ broken }' })).status).toBe(400);
    expect((await post({ query: '{ broken }' })).status).toBe(294);
  });

  it('is the only thing that is answered where only those are: nothing else, by no name and no door', async () => {
    const { url, post, get, asked } = await served(manifest, true);
    const other = '{ broken }';
    const persistedQuery = { version: 1, sha256Hash: hash(other) };
    for (const refused of [
      { query: other },
      { query: `${query} ` },
      { query: '{ __schema { types { name } } }' },
      { query: other, documentId: 'cat-1x' },
      { query: other, extensions: { persistedQuery } },
      { extensions: { persistedQuery } },
      { documentId: `sha256:${hash(other)}` },
    ]) {
      expect([refused, codeOf(await post(refused))]).toEqual([refused, [403, 'FORBIDDEN']]);
    }
    expect((await get({ query: other })).status).toBe(403);
    expect(
      (await fetch(`${url}/graphql`, { method: 'POST', headers: json, body: JSON.stringify([{ query: other }]) }))
        .status,
    ).toBe(400);
    expect(asked).toEqual([]);
    expect(await post({ documentId: 'cat-1' })).toEqual({ status: 200, body: cat });
    expect(await post({ query })).toEqual({ status: 200, body: cat });
  });
});

describe('a manifest', () => {
  function file(content: string): string {
    const folder = mkdtempSync(join(tmpdir(), 'lintel-manifest-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'manifest.json'), content);
    return join(folder, 'manifest.json');
  }

  it('is read in Apollo’s format, and as the client preset of codegen writes it', () => {
    const preset = file(JSON.stringify({ abc: query }));
    const manifest = readManifests([clientManifest, preset]);
    expect([manifest.get('abc'), manifest.get(hash(query))]).toEqual([query, query]);
    const { operations } = JSON.parse(readFileSync(clientManifest, 'utf8')) as {
      operations: { id: string; body: string }[];
    };
    expect(operations.length).toBeGreaterThan(5);
    for (const { id, body } of operations) expect(manifest.get(id)).toBe(body);
  });

  it.each([
    ['is not there', () => '/nonesuch.json', /nonesuch\.json cannot be read/],
    ['is no JSON', () => file('{'), /cannot be read/],
    ['is another JSON', () => file('{"operations":[]}'), /neither Apollo's format nor text by hash/],
  ])('that %s is refused by its name', (_what, path, reason) => {
    expect(() => readManifests([path()])).toThrow(reason);
  });

  it('has what the pages subscribe to, wherever only trusted documents are answered', async () => {
    const { lintel, close } = await startEstate();
    onTestFinished(close);
    for (const path of ['/status', '/dispatch']) {
      const page = await (await fetch(lintel.url + path, { headers: { accept: 'text/html' } })).text();
      const [, query = ''] = /data-stream="([^"]+)"/.exec(page) ?? [];
      expect(query).toMatch(/^subscription/);
      expect(createDocuments(new Map(), true, live).resolve({ query })).toEqual({ query });
    }
  });
});
