// A supergraph that is exchanged under load, through the command itself: no request is lost, a broken one is refused.
import { mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'graphql-sse';
import { describe, expect, it, onTestFinished } from 'vitest';
import { compose } from '../../gateway/supergraph.ts';
import { ask } from '../estate.ts';
import { run } from '../process.ts';

const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])\n';

/** A subgraph that answers a little late, so that requests are always under way. */
async function subgraph(): Promise<string> {
  const server: Server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    const { query } = JSON.parse(body) as { query: string };
    if (request.headers.accept === 'text/event-stream') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('event: next\ndata: {"data":{"told":1}}\n\n');
      return;
    }
    const fields = [...query.matchAll(/\b(version\d*|always)\b/g)].map(([, field]) => [field, 1]);
    setTimeout(() => response.end(JSON.stringify({ data: Object.fromEntries(fields) })), 20);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
}

async function started() {
  const folder = mkdtempSync(join(tmpdir(), 'lintel-reload-'));
  const file = join(folder, 'supergraph.graphql');
  const url = await subgraph();
  const supergraph = (version: number) =>
    compose([
      {
        name: 'one',
        url,
        sdl: `${link} type Query { always: Int! version${version}: Int } type Subscription { told: Int }`,
      },
    ]).supergraphSdl;
  writeFileSync(file, supergraph(0));
  const gateway = run(['gateway', '--supergraph', file, '--port', '0'], { LOG_LEVEL: 'info' }, { cwd: folder });
  onTestFinished(async () => {
    gateway.child.kill();
    await gateway.ended;
    rmSync(folder, { recursive: true });
  });
  const [, at = ''] = await gateway.prints(/GraphQL at (\S+)\/graphql/);
  const served = (times: number) => gateway.prints(new RegExp(`(?:the new supergraph is served[^]*){${times}}`));
  return { folder, file, supergraph, gateway, at, served };
}

/** The same for those alone who have logged in. */
const restricted = (whole: string) =>
  whole
    .replace('always: Int!', 'always: Int! @authenticated')
    .replace('schema @link', 'schema @link(url: "https://specs.apollo.dev/authenticated/v0.1", for: SECURITY) @link');

describe('a supergraph that changes', { timeout: 60_000 }, () => {
  it('is served without a request lost, twenty times', async () => {
    const { file, supergraph, at, served } = await started();
    let over = false;
    let answered = 0;
    const wrong: string[] = [];
    const client = async () => {
      while (!over) {
        const { status, data, text } = await ask(at, '{ always }');
        answered += 1;
        if (status !== 200 || data?.always !== 1) wrong.push(text);
      }
    };
    const clients = Promise.all(Array.from({ length: 8 }, client));
    for (let version = 1; version <= 20; version += 1) {
      const before = answered;
      writeFileSync(file, supergraph(version));
      await served(version);
      expect((await ask(at, `{ version${version} }`)).data).toEqual({ [`version${version}`]: 1 });
      await expect.poll(() => answered, { timeout: 10_000 }).toBeGreaterThan(before + 8);
    }
    over = true;
    await clients;
    expect(wrong).toEqual([]);
    expect((await ask(at, '{ version0 }')).errors).toMatchObject([
      { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
    ]);
  });

  it.each([
    ['is no GraphQL', () => 'type Query {', /not taken.*Syntax Error/],
    ['is no supergraph', () => 'type Query { a: Int }', /not taken.*no Federation 2 supergraph/],
    ['is cut off', (whole: string) => whole.slice(0, whole.length / 2), /not taken/],
    [
      'names a subgraph without an address',
      (whole: string) => whole.replace(/url: "[^"]*graphql"/, 'url: ""'),
      /not taken.*no address/,
    ],
    ['needs a feature that Lintel does not support', restricted, /not taken.*@authenticated, on Query\.always/],
  ])('to what %s is refused with the reason, and the former one is served on', async (_what, broken, reason) => {
    const { file, supergraph, at, gateway, served } = await started();
    writeFileSync(file, broken(supergraph(1)));
    await gateway.prints(reason);
    expect((await ask(at, '{ always version0 }')).data).toEqual({ always: 1, version0: 1 });
    writeFileSync(file, supergraph(2));
    await served(1);
    expect((await ask(at, '{ version2 }')).data).toEqual({ version2: 1 });
  });

  it('sends who subscribes away to come back, and is what they come back to', async () => {
    const { file, supergraph, at, served } = await started();
    const client = createClient({ url: `${at}/graphql/stream`, retryAttempts: 3, retry: async () => {} });
    const subscribe = () => client.iterate({ query: 'subscription { told }' });
    const told = subscribe();
    expect((await told.next()).value).toEqual({ data: { told: 1 } });
    const again = told.next();
    writeFileSync(file, supergraph(1));
    await served(1);
    // By itself the client has asked once more.
    expect((await again).value).toEqual({ data: { told: 1 } });
    client.dispose();
  });

  it('is found also where the file is another one, by its name or by a link', async () => {
    const { folder, file, supergraph, at, gateway, served } = await started();
    writeFileSync(join(folder, 'next'), supergraph(1));
    renameSync(join(folder, 'next'), file);
    await served(1);
    rmSync(file);
    await gateway.prints(/not taken/);
    writeFileSync(join(folder, 'other'), supergraph(2));
    symlinkSync(join(folder, 'other'), file);
    await served(2);
    expect((await ask(at, '{ version2 }')).data).toEqual({ version2: 1 });
  });
});

it('is not served from the start either where it needs a feature that Lintel does not support', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lintel-reload-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'supergraph.graphql');
  const sdl = `${link} type Query { always: Int! }`;
  writeFileSync(file, restricted(compose([{ name: 'one', url: 'http://127.0.0.1:1', sdl }]).supergraphSdl));
  const { ended, output } = run(['gateway', '--supergraph', file, '--port', '0'], {}, { cwd: folder });
  expect(await ended).toBe(1);
  expect(output()).toContain('@link(url: "https://specs.apollo.dev/authenticated/v0.1", for: SECURITY)');
  expect(output()).toContain('@authenticated, on Query.always');
  expect(output()).not.toContain('GraphQL at');
});
