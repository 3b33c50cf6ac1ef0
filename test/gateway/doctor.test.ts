// `lintel doctor` over mocks on real sockets: what it finds, what it says to mend, and how often it tries a login.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { diagnose } from '../../gateway/commands/diagnosis.ts';
import { examine, type Report } from '../../gateway/commands/doctor.ts';
import { type StartedMocks, startMocks } from '../../mocks/index.ts';
import type { Check } from '../../subgraphs/continuity/check.ts';
import { systems } from '../../subgraphs/index.ts';
import { freePorts, run } from '../process.ts';

let mocks: StartedMocks;
let port: number;
let env: Record<string, string>;
beforeEach(async () => {
  port = await freePorts(20);
  mocks = await startMocks({ homes: 120, seed: 7, port: port + 10 });
  env = { ...mocks.urls, PORT: String(port) };
});
afterEach(() => mocks.close());

const backendOf = ({ backends }: Report, name: string) =>
  backends.find(({ system, backend }) => name === (system === backend ? system : `${system}.${backend}`));
const calls = (name: string) => Object.values(mocks.calls()[name]?.operations ?? {}).reduce((a, b) => a + b, 0);

describe('lintel doctor', () => {
  it('finds everything well where everything is, configured or played by mocks, and Lintel not running', async () => {
    const configured = await examine(systems, env);
    expect(configured).toMatchObject({ ok: true, endpoint: { state: 'NOT_RUNNING', ok: true } });
    expect(configured.backends.map(({ outcome, from }) => `${outcome} ${from}`)).toEqual(
      mocks.backends.map(() => 'OK configuration'),
    );
    const mocked = await examine(systems, { PORT: String(port) });
    expect(mocked.ok).toBe(true);
    expect(mocked.backends.every(({ from }) => from === 'mock')).toBe(true);
  });

  it('tries a login that is refused once, and names the variables to look at', async () => {
    const report = await examine(systems, { ...env, TENANCIES_PASSWORD: 'wrong', LETTINGS_USER: '' });
    expect(report.ok).toBe(false);
    expect(backendOf(report, 'tenancies')).toMatchObject({ ok: false, outcome: 'CREDENTIALS' });
    expect(backendOf(report, 'tenancies')?.fix).toMatch(/right what is in TENANCIES_USER and TENANCIES_PASSWORD\./);
    expect(backendOf(report, 'lettings')).toMatchObject({ ok: false, outcome: 'CREDENTIALS' });
    expect(backendOf(report, 'lettings')?.fix).toMatch(/^Set LETTINGS_USER and LETTINGS_PASSWORD\./);
    expect([calls('tenancies'), calls('lettings')]).toEqual([1, 1]);
    expect(report.backends.filter(({ ok }) => ok)).toHaveLength(mocks.backends.length - 2);
  });

  it('tells what is broken from what is not, in its own words, and shows no credentials', async () => {
    await mocks.setFault({ target: 'repairs.workOrders', fault: 'down' });
    await mocks.setFault({ target: 'repairs.scheduler', fault: 'garbled' });
    await mocks.setFault({ target: 'tenancies', fault: 'overnight-batch' });
    const secret = 'http://someone:hidden@';
    const urls = { LETTINGS_URL: env.LETTINGS_URL?.replace('http://', secret) ?? '' };
    const report = await examine(systems, { ...env, ...urls });
    expect(backendOf(report, 'repairs.workOrders')).toMatchObject({ outcome: 'UNREACHABLE', ok: false });
    expect(backendOf(report, 'repairs.workOrders')?.finding).toMatch(/^Nothing listens at 127\.0\.0\.1:\d+\.$/);
    expect(backendOf(report, 'repairs.scheduler')).toMatchObject({ outcome: 'GARBLED', ok: false });
    expect(backendOf(report, 'tenancies')).toMatchObject({ outcome: 'UNAVAILABLE', ok: false });
    expect(backendOf(report, 'lettings')).toMatchObject({ outcome: 'OK', url: mocks.urls.LETTINGS_URL });
    expect(JSON.stringify(report)).not.toMatch(/hidden|oak-beam-14/);
  });

  it("names the exchange's lines and their extensions, and what is wrong with how they are reached", async () => {
    const notesOf = async (more: Record<string, string>) =>
      backendOf(await examine(systems, { ...env, ...more }), 'telephony.switchboard')?.notes ?? [];
    const [lines, ...others] = await notesOf({
      TELEPHONY_CONTEXT: 'lintel-lines',
      TELEPHONY_EXTENSIONS: 'repairs=100',
    });
    expect(lines).toMatch(
      /^Its lines, in context lintel-lines: repairs \(extension 100\), rents \(extension rents\), /,
    );
    expect(others).toEqual([]);
    const [, ...wrong] = await notesOf({ TELEPHONY_EXTENSIONS: 'repairs=100,rent desk=101' });
    expect(wrong).toEqual([
      'TELEPHONY_EXTENSIONS has an extension for rent desk, and there is no such line.',
      expect.stringMatching(/^TELEPHONY_CONTEXT is default, which TELEPHONY_DIAL dials out by: /),
    ]);
  });

  it.each([
    ['TELEPHONY_DIAL', 'PJSIP/07700900123@trunk'],
    ['TELEPHONY_DIAL', 'PJSIP/{number}@trunk&PJSIP/07700900123@trunk'],
    ['TELEPHONY_CONTEXT', 'lines,09098790000'],
    ['TELEPHONY_EXTENSIONS', 'repairs=09098790000'],
    ['TELEPHONY_EXTENSIONS', 'repairs=999'],
    ['TELEPHONY_EXTENSIONS', 'repairs=*98'],
    ['TELEPHONY_ALLOWED_NUMBERS', 'everything'],
    ['TELEPHONY_ALLOWED_NUMBERS', '!+449'],
    ['TELEPHONY_CALLBACKS_AN_HOUR', '0'],
  ])('says that %s=%s is not allowed, and what is', async (variable, value) => {
    const board = backendOf(await examine(systems, { ...env, [variable]: value }), 'telephony.switchboard');
    expect(board).toMatchObject({ outcome: 'NOT_ALLOWED', fix: `Set ${variable} right.` });
    expect(board?.finding).toContain(`${variable} is "${value}". It must be`);
  });

  it('says of a mock that it is one', async () => {
    await mocks.setFault({ target: 'repairs', fault: 'down' });
    const report = await examine(systems, { PORT: String(port) });
    expect(backendOf(report, 'repairs.workOrders')?.fix).toMatch(/^It is a mock: npx lintel fault list/);
  });

  it('asks what can be asked where the rest is not set, not allowed, or misspelt', async () => {
    const { REPAIRS_URL: _, ...rest } = env;
    const report = await examine(systems, {
      ...rest,
      MOCKS_PORT: '1',
      LOG_LEVEL: 'loud',
      LETTINGS_URL: 'ftp://lettings.example',
      REPAIRS_SCHEDULER_PASWORD: 'x',
    });
    expect(report.configuration).toEqual({
      problems: [{ variable: 'LOG_LEVEL', problem: expect.stringContaining('It must be fatal, error') }],
      unread: ['REPAIRS_SCHEDULER_PASWORD'],
    });
    expect(backendOf(report, 'repairs.workOrders')).toMatchObject({ outcome: 'NOT_SET', from: null });
    expect(backendOf(report, 'repairs.workOrders')?.finding).toMatch(/^REPAIRS_URL is not set\./);
    expect(backendOf(report, 'repairs.scheduler')).toMatchObject({ outcome: 'OK' });
    expect(backendOf(report, 'lettings')).toMatchObject({ outcome: 'NOT_ALLOWED', from: 'configuration' });
    expect(report.ok).toBe(false);
  });

  it('says of each variable what is wrong with it, and repeats neither keys nor passwords', async () => {
    const wrong = { STORE_KEYS: 'mine:hidden', DATABASE_URL: 'mysql://lintel:hidden@db.example', PORT: 'http' };
    const { configuration } = await examine([], { ...wrong, MOCKS_PORT: '1' });
    expect(configuration.problems.map(({ variable }) => variable)).toEqual(['PORT', 'DATABASE_URL', 'STORE_KEYS']);
    expect(JSON.stringify(configuration)).not.toContain('hidden');
    const keyless = await examine([], { DATABASE_URL: 'postgresql://db.example/lintel', PORT: String(port) });
    expect(keyless.configuration.problems).toMatchObject([{ variable: 'STORE_KEYS' }]);
  });

  it('sends nothing to what operators have isolated, whether Lintel runs or not, and says who has and since when', {
    timeout: 90_000,
  }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lintel-doctor-'));
    const variables = { ...env, STORE_FILE: join(folder, 'store.sqlite'), KEEP_WARM: 'off', LOG_LEVEL: 'silent' };
    const isolate = ['isolate', '--why', 'Ransomware on its server.', '--as', 'Anna'];
    const server = run(['start', '--no-mocks'], variables);
    try {
      await server.prints(/Lintel is up/);
      for (const name of ['lettings', 'repairs.scheduler']) {
        expect(await run(['system', name, ...isolate], variables).ended).toBe(0);
      }
      // Every connection is counted, also one that asks nothing.
      const touched = () => ['lettings', 'repairs.scheduler'].map((name) => mocks.calls()[name]);
      const before = touched();
      for (const running of [true, false]) {
        if (!running) {
          server.child.kill('SIGKILL');
          await server.ended;
        }
        const report = await examine(systems, variables);
        expect(report.endpoint.state).toBe(running ? 'RUNNING' : 'NOT_RUNNING');
        for (const name of ['lettings', 'repairs.scheduler']) {
          expect(backendOf(report, name)).toMatchObject({ outcome: 'ISOLATED', ok: false, tookMs: null });
          expect(backendOf(report, name)?.finding).toMatch(
            /^It is isolated since \S.*, by Anna: Ransomware on its server\. Nothing was sent to it\.$/,
          );
        }
        expect(report.ok).toBe(false);
        expect(backendOf(report, 'repairs.workOrders')).toMatchObject({ outcome: 'OK', ok: true });
        expect(touched()).toEqual(before);
      }
      // Where that cannot be told, nothing is asked at all.
      const all = mocks.calls();
      const blind = await examine(systems, { ...variables, STORE_FILE: folder });
      expect(new Set(blind.backends.map(({ outcome }) => outcome))).toEqual(new Set(['NOT_ASKED']));
      expect(blind.backends[0]?.finding).toMatch(/^Nothing was sent to it: whether it is isolated cannot be told\. \S/);
      expect(mocks.calls()).toEqual(all);
    } finally {
      server.child.kill('SIGKILL');
      await server.ended;
      rmSync(folder, { recursive: true });
    }
  });

  it('tells a stranger on the port from Lintel', async () => {
    const stranger: Server = createServer((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi'));
    await new Promise<void>((resolve) => stranger.listen(port, '127.0.0.1', resolve));
    const report = await examine(systems, env);
    stranger.close();
    expect(report).toMatchObject({ ok: false, endpoint: { state: 'STRANGER' } });
  });

  it('is a table for people and JSON for programs, with exit code 1 where something is wrong', {
    timeout: 60_000,
  }, async () => {
    await mocks.setFault({ target: 'telephony.records', fault: 'down' });
    const table = run(['doctor', 'telephony', 'lettings'], env);
    const json = run(['doctor', 'lettings', '--json'], env);
    const none = run(['doctor', 'nonesuch'], env);
    expect(await table.ended).toBe(1);
    expect(table.output()).toMatch(
      /^wrong {2}telephony\.records +http.*\n +Nothing listens at .*\n +See whether .*TELEPHONY_RECORDS_URL/m,
    );
    // A busy machine may make it slow, which is said on a line of its own.
    expect(table.output()).toMatch(/^ok {5}lettings +http\S+( +\d+ ms)?$/m);
    expect(table.output()).toMatch(/^2 of 3 backends answer and let us in\.$/m);
    expect(table.output()).not.toContain('\u001b');
    expect(await json.ended).toBe(0);
    expect(JSON.parse(json.output())).toMatchObject({ ok: true, backends: [{ system: 'lettings', outcome: 'OK' }] });
    expect(await none.ended).toBe(1);
    expect(none.output()).toMatch(/^lintel: There is no system "nonesuch"\. There are: tenancies, /);
  });
});

describe('a diagnosis', () => {
  const names = { url: 'X_URL', user: 'X_USER', password: 'X_PASSWORD', apiKey: 'X_API_KEY' };
  const looked = {
    connection: { url: 'https://x.example:8443/api', user: 'lintel', password: 'p', apiKey: 'k' },
    names,
    credentials: 'API_KEY' as const,
    waitMs: 1_000,
  };
  const of = (check: Partial<Check>) => diagnose({ outcome: 'UNREACHABLE', tookMs: 5, ...check }, looked);

  it.each([
    [{ code: 'ENOTFOUND' }, /called x\.example \(DNS\)/, /name in X_URL/],
    [{ code: 'EAI_AGAIN' }, /where x\.example is/, /DNS/],
    [{ code: 'ECONNREFUSED' }, /Nothing listens at x\.example:8443/, /port in X_URL/],
    [{ code: 'UND_ERR_CONNECT_TIMEOUT' }, /No connection to x\.example:8443/, /firewall.*X_URL/],
    [{ code: 'ERR_TLS_CERT_ALTNAME_INVALID' }, /certificate of x\.example:8443/, /NODE_EXTRA_CA_CERTS/],
    [{ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }, /certificate of x\.example:8443/, /NODE_EXTRA_CA_CERTS/],
    [{ code: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY' }, /certificate/, /NODE_EXTRA_CA_CERTS/],
    [{ code: 'ERR_SSL_WRONG_VERSION_NUMBER' }, /does not speak TLS/, /X_URL must begin with http:\/\//],
    [{ code: 'ECONNRESET' }, /breaks it \(ECONNRESET\)/, /X_URL must begin with https:\/\//],
    [{ outcome: 'TIMEOUT', message: 'no answer in 10 seconds' }, /gives no answer \(no answer in 10/, /X_URL/],
    [{ outcome: 'FAULT', message: 'status 404' }, /status 404/, /path in X_URL/],
    [{ outcome: 'FAULT', message: 'status 500' }, /status 500/, /owner/],
    [{ outcome: 'GARBLED', message: 'no JSON' }, /not in its language/, /X_URL/],
    [{ outcome: 'CREDENTIALS', message: 'status 401' }, /Tried once/, /what is in X_API_KEY\. Each refused try counts/],
    [{ outcome: 'REFUSAL', message: 'status 403' }, /lets us in, and refuses/, /right to read/],
    [{ outcome: 'OK', tookMs: 3_000 }, /took 3000 ms/, /Readers wait 1000 ms/],
  ] as [Partial<Check>, RegExp, RegExp][])('of %j says what was found and what to mend', (check, finding, fix) => {
    expect(of(check).finding).toMatch(finding);
    expect(of(check).fix).toMatch(fix);
  });

  it('has nothing to mend where all is well', () => {
    expect(of({ outcome: 'OK' })).toEqual({ finding: 'It answers and lets us in, in 5 ms.' });
  });
});
