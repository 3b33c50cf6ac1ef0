// The operator socket, and the commands that go through it: real sockets and, where it is about life and death, real
// processes.
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { operatorClient } from '../../gateway/commands/operator.ts';
import { type Config, readConfig, variablesOf } from '../../gateway/config.ts';
import { type Lintel, startLintel } from '../../gateway/lintel.ts';
import { account, operatorHeader } from '../../gateway/operator.ts';
import { systems } from '../../subgraphs/index.ts';
import { ask } from '../estate.ts';
import { freePorts, project, type Run, run } from '../process.ts';

/** Processes take seconds to come up on a busy machine; nothing here asserts how many. */
const patientMs = 90_000;

/** Nothing listens there: orders ask no system. */
const nowhere = Object.fromEntries(
  systems.flatMap((system) => [...variablesOf(system).values()].map(({ url }) => [url, 'http://127.0.0.1:1'])),
);

let folder: string;
let socket: string;
const started: Lintel[] = [];
const runs: Run[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lintel-operator-'));
  socket = join(folder, 'own', 'operator.sock');
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((lintel) => lintel.close()));
  for (const { child } of runs) if (child.exitCode === null) child.kill('SIGKILL');
  await Promise.all(runs.splice(0).map(({ ended }) => ended));
  rmSync(folder, { recursive: true });
});

async function start(operatorSocket = socket, port = 0): Promise<Lintel> {
  const log = pino({ level: 'silent' });
  const lintel = await startLintel({ env: nowhere, port, host: '127.0.0.1', log, operatorSocket });
  started.push(lintel);
  return lintel;
}

const config = (operatorSocket = socket): Config => readConfig({ OPERATOR_SOCKET: operatorSocket });
const isolate =
  'mutation { setSystemState(input: { system: "lettings", state: ISOLATED, why: "test" }) { backends { who } } }';

describe('the operator socket', () => {
  it('is for this account alone, and gone when Lintel is', async () => {
    const lintel = await start();
    expect(statSync(socket).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'own')).mode & 0o777).toBe(0o700);
    expect(await operatorClient(config())).not.toBeNull();
    await lintel.close();
    expect(existsSync(socket)).toBe(false);
    expect(await operatorClient(config())).toBeNull();
  });

  it('takes orders, with the name of who gives them; the endpoint takes none, whatever name comes with it', async () => {
    const lintel = await start();
    const named = { [operatorHeader]: 'Anna' };
    const refused = await ask(lintel.url, isolate, {}, named);
    expect(refused.data).toEqual({ setSystemState: null });
    expect(refused.errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN' }, message: expect.stringContaining('npx lintel system') },
    ]);
    expect((await ask(lintel.url, '{ system(name: "lettings") { state } }')).data.system.state).toBe('OPERATIONAL');

    for (const [who, kept] of [
      ['Zoë Łukasz', 'Zoë Łukasz'],
      [undefined, account()],
    ] as const) {
      const operator = await operatorClient(config(), who);
      expect(await operator?.ask(isolate)).toEqual({ setSystemState: { backends: [{ who: kept }] } });
    }
    expect((await ask(lintel.url, '{ system(name: "lettings") { state } }')).data.system.state).toBe('ISOLATED');
  });

  it('alone takes what the schema says is for operators: whoever asks elsewhere is refused each of it', async () => {
    const orders: Record<string, string> = {
      setSystemState: '(input: { system: "lettings", state: ISOLATED, why: "x" })',
      setExpectedBack: '(input: { system: "lettings" })',
      setNotice: '(input: { system: "lettings", text: "x" })',
      clearNotice: '(system: "lettings")',
      tryAgain: '(system: "lettings")',
      startKeepWarm: '(system: "lettings")',
      stopKeepWarm: '(system: "lettings")',
      forgetPerson: '(input: { personReference: "0000122-1" })',
      forgetUnlinked: '(input: { forget: true })',
      startReplay: '(perSecond: 1)',
      settleWrite: '(input: { receipt: "R1", verdict: DONE, why: "x" })',
    };
    const schema = readFileSync(join(project, 'schema/status.graphql'), 'utf8');
    const [, mutation = ''] = /^type Mutation \{$(.*?)^\}$/ms.exec(schema) ?? [];
    const said = [...mutation.matchAll(/^ {2}"[^"]*For operators\."\s+(\w+)/gm)].map(([, name]) => name);
    expect(Object.keys(orders).sort()).toEqual(said.sort());
    const lintel = await start();
    const all = Object.entries(orders).map(([name, args]) => `${name}${args} { __typename }`);
    const refused = await ask(lintel.url, `mutation { ${all.join(' ')} }`, {}, { [operatorHeader]: 'Anna' });
    expect(refused.data).toEqual(Object.fromEntries(Object.keys(orders).map((name) => [name, null])));
    const codes = refused.errors.map(({ path, extensions }) => [path[0], extensions.code]);
    expect(Object.fromEntries(codes)).toEqual(
      Object.fromEntries(Object.keys(orders).map((name) => [name, 'FORBIDDEN'])),
    );
  });

  it('gives sentences to whoever orders what cannot be, and takes no name that could not be printed', async () => {
    await start();
    const operator = await operatorClient(config(), 'Anna');
    await expect(operator?.ask('mutation { tryAgain(system: "nix") { name } }')).rejects.toThrow(
      'There is no system "nix"',
    );
    for (const name of ['two\nlines', ' ', 'x'.repeat(101)]) {
      const other = await operatorClient(config(), name);
      await expect(other?.ask('{ systems { name } }')).rejects.toThrow("An operator's name has 1 to 100 characters");
    }
  });

  it('serves what else there is, as it comes, and says what there is not', async () => {
    await start();
    const operator = await operatorClient(config());
    const ready = await operator?.stream('/ready');
    expect(JSON.parse(await textOf(ready as Readable))).toMatchObject({ status: 'ready' });
    await expect(operator?.stream('/nonesuch')).rejects.toThrow('There is nothing at /nonesuch');
  });

  it('tells whoever gives an order that it may hold, where Lintel ends before it has answered', async () => {
    mkdirSync(join(folder, 'own'));
    const hangsUp = createServer((connection) => connection.once('data', () => connection.destroy()));
    await new Promise<void>((resolve) => hangsUp.listen(socket, resolve));
    const operator = await operatorClient(config());
    await expect(operator?.ask(isolate)).rejects.toThrow(/ended before it answered\. Look with npx lintel system/);
    await new Promise((resolve) => hangsUp.close(resolve));
  });

  it('of a Lintel that runs is not taken from it: a second one is refused, and leaves nothing behind', async () => {
    await start();
    const port = await freePorts(1);
    await expect(start(socket, port)).rejects.toThrow(/Another Lintel listens to operators at .*OPERATOR_SOCKET/);
    await expect(fetch(`http://127.0.0.1:${port}/health`)).rejects.toThrow();
    expect(await (await operatorClient(config()))?.ask('{ systems { name } }')).toHaveProperty('systems');
  });

  it.each<[string, () => string, RegExp]>([
    ['longer than a socket can be', () => join(folder, 'x'.repeat(110)), /has \d+ bytes, and a socket's may have 10\d/],
    [
      'where a file is',
      () => {
        writeFileSync(join(folder, 'notes'), 'mine');
        return join(folder, 'notes');
      },
      /is there and is no socket/,
    ],
    [
      'in a folder that everybody can write to',
      () => {
        const open = join(folder, 'open');
        mkdirSync(open);
        // Not by mkdir, whose mode the umask cuts.
        chmodSync(open, 0o777);
        return join(open, 'operator.sock');
      },
      /can be written to by all/,
    ],
  ])('is refused with a sentence %s', async (_what, path, sentence) => {
    await expect(start(path())).rejects.toThrow(sentence);
    if (existsSync(join(folder, 'notes'))) expect(statSync(join(folder, 'notes')).isFile()).toBe(true);
  });
});

describe('its place', () => {
  it('is beside the store, or as it is set; with a database of others, in a folder of this account by port', () => {
    const place = (env: Record<string, string>) => readConfig(env).operatorSocket;
    expect(place({ STORE_FILE: '/srv/lintel/store.sqlite' })).toBe('/srv/lintel/operator.sock');
    expect(place({ STORE_FILE: '/srv/lintel/store.sqlite', OPERATOR_SOCKET: '/run/a.sock' })).toBe('/run/a.sock');
    const [one, other] = ['4000', '5000'].map((PORT) => place({ DATABASE_URL: 'postgresql://localhost/lintel', PORT }));
    expect(one).toMatch(/lintel-\d+\/4000\.sock$/);
    expect(one).not.toBe(other);
  });
});

describe('lintel system and lintel notice', () => {
  it('order about a Lintel that runs, one that was killed, and one that has started anew', {
    timeout: patientMs,
  }, async () => {
    const port = await freePorts(1);
    const variables = { ...nowhere, PORT: String(port), STORE_FILE: join(folder, 'store.sqlite'), LOG_LEVEL: 'silent' };
    const lintel = async (...args: string[]) => {
      const command = run(args, variables);
      runs.push(command);
      return { code: await command.ended, text: command.output() };
    };
    const server = () => {
      const command = run(['start', '--no-mocks'], variables);
      runs.push(command);
      return command;
    };
    const first = server();
    await first.prints(/Lintel is up/);
    expect(statSync(join(folder, 'operator.sock')).mode & 0o777).toBe(0o600);

    const why = ['--why', 'ransomware', '--as', 'Anna'];
    const ordered = await lintel('system', 'lettings', 'isolate', ...why, '--expected-back', '2099-11-26 09:00');
    expect(ordered.text).toMatch(
      /^lettings is ISOLATED: nothing is sent to it.*by 9am on Thursday 26 November 2099\.$/m,
    );
    expect(ordered.code).toBe(0);
    const refused = await lintel('system', 'lettings', 'reconcile', ...why);
    expect(refused).toMatchObject({
      code: 1,
      text: expect.stringMatching(/^lintel: It is ISOLATED\. Set it READ_ONLY/),
    });
    expect((await lintel('notice', 'lettings', 'Ring us.')).text).toMatch(/^ {2}Ring us\.$/m);

    const { since } = JSON.parse((await lintel('system', 'lettings', '--json')).text).system;
    first.child.kill('SIGKILL');
    await first.ended;
    expect(existsSync(join(folder, 'operator.sock'))).toBe(true);
    const asleep = await lintel('system', 'repairs.scheduler', 'isolate', ...why);
    expect(asleep).toMatchObject({ code: 0, text: expect.stringContaining('No Lintel runs here.') });
    const table = (await lintel('system')).text;
    expect(table).toMatch(/^tenancies +not running$/m);
    expect(table).toMatch(/^lettings +ISOLATED .* 2099 9am$/m);

    const second = server();
    await second.prints(/Lintel is up/);
    const { text } = await lintel('system', '--json');
    const { running, systems: shown } = JSON.parse(text);
    expect(running).toBe(true);
    expect(shown[1].since).toBe(since);
    expect(shown).toMatchObject([
      { name: 'tenancies', state: 'OPERATIONAL' },
      {
        name: 'lettings',
        state: 'ISOLATED',
        notice: { text: 'Ring us.', written: true },
        backends: [{ who: 'Anna', why: 'ransomware' }],
      },
      { name: 'repairs', backends: [{ state: 'OPERATIONAL' }, { name: 'scheduler', state: 'ISOLATED', who: 'Anna' }] },
      { name: 'telephony', state: 'OPERATIONAL' },
    ]);
    const released = (await lintel('system', 'repairs', 'release', '--why', 'clear')).text;
    expect(released).toMatch(/^repairs is released: it follows its circuit again\.\nBefore it is believed/);
    const one = (await lintel('system', 'lettings')).text;
    expect(one).toMatch(/^ +by Anna: ransomware$/m);
    expect(one).toMatch(/^ {2}\S.* ISOLATED {2}by Anna, "ransomware"$/m);
    expect(one).not.toContain('\u001b');
    expect((await lintel('notice', 'lettings', '--clear')).text).toContain("Lintel's own words");
  });

  it.each([
    [['system', 'lettings', 'isolate'], 1, /Say why.*--why/],
    [['system', 'lettings', 'read-only', '--why', 'x'], 1, /--restore-point/],
    [['system', 'lettings', 'explode', '--why', 'x'], 1, /cannot be ordered\. What can: isolate, /],
    [['system', 'nix'], 1, /There is no system "nix"\. There are: tenancies/],
    [['system', 'lettings', 'expect'], 1, /Say when/],
    [['system', 'lettings', 'expect', 'soon'], 2, /It must be a time, like "2026-11-24 14:00"/],
    [['system', 'lettings', 'isolate', '--why', 'x', '--expected-back', '25:00'], 2, /It must be a time/],
    [['system'], 1, /No Lintel runs here: nothing listens at .*operator\.sock, and there is no store/],
    [['notice', 'lettings', 'x', '--clear'], 1, /either a text or --clear/],
  ])('%j says what is missing: exit code %i', async (args, code, sentence) => {
    const command = run(args, { STORE_FILE: join(folder, 'none', 'store.sqlite') });
    runs.push(command);
    expect(await command.ended).toBe(code);
    expect(command.output()).toMatch(sentence);
    expect(command.output()).not.toMatch(/\n\s+at /);
  });
});
