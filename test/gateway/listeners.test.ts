// Every listener of Lintel and of its mocks, each by its own door: which hosts and targets it takes. A page elsewhere whose
// name leads to this machine gets nothing from any of them.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { NetConnectOpts } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compose } from '../../gateway/supergraph.ts';
import { startMocks } from '../../mocks/index.ts';
import { freePorts, type Run, run } from '../process.ts';
import { lines, raw } from '../raw.ts';

/** Processes take seconds to come up on a busy machine; nothing here asserts how many. */
const patientMs = 90_000;

const elsewhere = 'elsewhere.example';
const ours = 'lintel.example';

/** A listener, and a target there that gives something to whoever may ask. */
interface Listener {
  to: NetConnectOpts;
  target: string;
}

const listeners = new Map<string, Listener>();
const closing: (() => Promise<unknown>)[] = [];
let folder: string;

function started(args: readonly string[], variables: Record<string, string> = {}): Run {
  const one = run(args, { LINTEL_HOSTS: ours, LOG_LEVEL: 'warn', ...variables }, { cwd: folder });
  closing.push(() => {
    one.child.kill();
    return one.ended;
  });
  return one;
}

const at = (url: string, target: string): Listener => ({
  to: { host: '127.0.0.1', port: Number(new URL(url).port) },
  target,
});

async function printed(one: Run, pattern: RegExp): Promise<string> {
  return (await one.prints(pattern))[1] ?? '';
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lintel-listeners-'));
  closing.push(async () => rmSync(folder, { recursive: true }));

  const mocks = await startMocks({ homes: 100, hosts: new Set([ours]) });
  closing.push(mocks.close);
  listeners.set("the mocks' control port", at(mocks.controlUrl, '/facts'));
  for (const { name, url } of mocks.backends) listeners.set(`the mock of ${name}`, at(url, new URL(url).pathname));

  const file = join(folder, 'supergraph.graphql');
  const sdl = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5") type Query { a: Int }';
  writeFileSync(file, compose([{ name: 'one', sdl, url: 'http://127.0.0.1:1' }]).supergraphSdl);
  const operatorSocket = join(folder, 'operator.sock');
  const own = { ...mocks.urls, PORT: `${await freePorts(1)}`, OPERATOR_SOCKET: operatorSocket };
  const [lintel, gateway, subgraph, played] = await Promise.all([
    printed(started(['start', '--no-mocks'], own), /GraphQL\s+(\S+)\/graphql/),
    printed(started(['gateway', '--supergraph', file, '--port', '0']), /GraphQL at (\S+)\/graphql/),
    printed(started(['subgraph', 'repairs', '--port', '0'], mocks.urls), /subgraph is at (\S+)\/graphql/),
    printed(started(['mocks', '--homes', '100', '--port', '0']), /control\s+(\S+)/),
  ]);
  listeners.set('lintel start', at(lintel, '/metrics'));
  listeners.set('the operator socket', { to: { path: operatorSocket }, target: '/ready' });
  listeners.set('lintel gateway', at(gateway, '/metrics'));
  listeners.set('lintel subgraph', at(subgraph, '/ready'));
  listeners.set('lintel mocks', at(played, '/faults'));
}, patientMs);

afterAll(async () => {
  for (const close of closing.reverse()) await close();
}, patientMs);

/** The statuses that a request gets from every listener, by its name. */
async function statuses(text: (target: string) => string, which = [...listeners.keys()]): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for (const name of which) {
    const { to, target } = listeners.get(name) as Listener;
    found.set(name, (await raw(to, text(target))).status);
  }
  return found;
}

const not = (status: number, found: Map<string, number>) => [...found].filter(([, each]) => each !== status);

describe('every listener', { timeout: patientMs }, () => {
  it('is known here', () => {
    const names = ['lintel start', 'the operator socket', 'lintel gateway', 'lintel subgraph', 'lintel mocks'];
    names.push("the mocks' control port", 'the mock of tenancies', 'the mock of telephony.switchboard');
    expect([...listeners.keys()]).toEqual(expect.arrayContaining(names));
  });

  it('answers for the loopback names, and for a name that is configured', async () => {
    for (const host of ['localhost', '127.0.0.1:4000', '[::1]', ours, `${ours}:99`]) {
      const found = await statuses((target) => lines(target, [host]));
      // What a mock of a legacy system says at its root is its own matter: it is not this refusal.
      expect([...found].filter(([, status]) => !status || [400, 421].includes(status))).toEqual([]);
      for (const name of [
        'lintel start',
        'lintel gateway',
        'lintel subgraph',
        'lintel mocks',
        "the mocks' control port",
      ])
        expect([name, found.get(name)]).toEqual([name, 200]);
    }
  });

  it('refuses a page elsewhere whose name leads here; to the operator socket no page comes', async () => {
    const found = await statuses((target) => lines(target, [`${elsewhere}:4000`]));
    expect(not(421, found)).toEqual([['the operator socket', 200]]);
    const changing = await statuses((target) => lines(target, [elsewhere], { method: 'DELETE' }));
    expect(not(421, changing)).toEqual([['the operator socket', 200]]);
  });

  it.each<[what: string, text: (target: string) => string]>([
    ['has two hosts', (target) => lines(target, ['127.0.0.1', elsewhere])],
    ['has the same host twice', (target) => lines(target, ['127.0.0.1', '127.0.0.1'])],
    ['has a host that is none', (target) => lines(target, ['127.0.0.1/x'])],
    ['has no host', (target) => lines(target, [])],
    ['is in absolute form', (target) => lines(`http://127.0.0.1${target}`)],
    ['is in absolute form, of another host', (target) => lines(`http://${elsewhere}${target}`)],
    ['begins with two slashes', (target) => lines(`/${target}`)],
    ['begins with two slashes and a name', (target) => lines(`//x${target}`)],
    ['goes up', (target) => lines(`/a/..${target}`)],
    ['goes nowhere', (target) => lines(`/.${target}`)],
    ['goes nowhere, encoded', (target) => lines(`/%2e${target}`)],
    ['goes up, encoded', (target) => lines(`/a/%2E%2e${target}`)],
    ['begins like the name of a host', () => lines('//[')],
    ['is encoded by half', (target) => lines(`${target}/%4`)],
    ['has a backslash', (target) => lines(`/a\\..${target}`)],
    ['is an asterisk', () => lines('*', ['127.0.0.1'], { method: 'OPTIONS' })],
  ])('refuses with 400 a request that %s', async (_what, text) => {
    expect(not(400, await statuses(text))).toEqual([]);
  });

  it('of an older HTTP without a host too, where a browser could come', async () => {
    const found = await statuses((target) => lines(target, [], { version: '1.0' }));
    expect(not(400, found)).toEqual([['the operator socket', 200]]);
  });
});

describe('a WebSocket', () => {
  const headers = ['Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=='];

  it.each([
    [421, elsewhere, '/ari/events?app=a'],
    [400, '127.0.0.1', '//ari/events?app=a'],
    [401, '127.0.0.1', '/ari/events?app=a'],
  ])('to the telephone system gets %i at the host %s and %s', async (status, host, target) => {
    const { to } = listeners.get('the mock of telephony.switchboard') as Listener;
    const text = lines(target, [host], { headers }).replace('Connection: close', 'Connection: Upgrade');
    expect((await raw(to, text)).status).toBe(status);
  });
});
