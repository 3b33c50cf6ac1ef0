// Which Lintel a command means, typed as a newcomer types it: in another terminal, in the same folder, with nothing set. Real
// processes, in folders of their own.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { notWritable } from '../../gateway/keeping.ts';
import { freePorts, type Run, run } from '../process.ts';

// Processes take seconds to come up on a busy machine; nothing here asserts how many.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 60_000 });

let root: string;
const runs: Run[] = [];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'lintel-here-'));
});
afterEach(async () => {
  for (const { child } of runs) if (child.exitCode === null) child.kill('SIGKILL');
  // Mocks outlive the Lintel that has started them.
  for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
    if (/running\/mocks-\d+\.json$/.test(name)) killed(JSON.parse(readFileSync(join(root, name), 'utf8')).pid);
  }
  await Promise.all(runs.splice(0).map(({ ended }) => ended));
  rmSync(root, { recursive: true });
});

function killed(pid: number): void {
  try {
    process.kill(pid);
  } catch (error) {
    // It has ended by itself.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function folder(name: string): string {
  const path = join(root, name);
  mkdirSync(path, { recursive: true });
  return path;
}

function lintel(cwd: string, args: readonly string[], variables: Record<string, string> = {}): Run {
  const command = run(args, { LOG_LEVEL: 'silent', KEEP_WARM: 'off', ...variables }, { cwd });
  runs.push(command);
  return command;
}

async function said(cwd: string, args: readonly string[], variables: Record<string, string> = {}) {
  const command = lintel(cwd, args, variables);
  return { code: await command.ended, text: command.output() };
}

interface Started {
  server: Run;
  url: string;
  controlUrl: string;
  /** The commands that it prints, each as it stands there. */
  printed: string[];
}

/** A Lintel over mocks, on a port that is set for it alone. */
async function start(cwd: string, variables: Record<string, string> = {}): Promise<Started> {
  const port = await freePorts(20);
  const set: Record<string, string> = { PORT: String(port), ...variables };
  const server = lintel(cwd, ['start', '--homes', '100', '--seed', '7'], set);
  await server.prints(/fault clear\n/);
  const printed = [...server.output().matchAll(/^ {2}((?:[A-Z_]+=\d+ )*npx lintel .*)$/gm)].map(
    ([, line]) => line ?? '',
  );
  const controlUrl = `http://127.0.0.1:${set.MOCKS_PORT ?? port + 10}`;
  return { server, url: `http://127.0.0.1:${port}`, controlUrl, printed };
}

/** Has a printed command run as it stands, in a folder where nothing is set. */
function typed(cwd: string, line: string) {
  const words = line.split(' ');
  const at = words.indexOf('npx');
  const variables = Object.fromEntries(words.slice(0, at).map((word) => word.split('=') as [string, string]));
  return said(cwd, words.slice(at + 2), variables);
}

const faultsAt = async (controlUrl: string) => (await fetch(`${controlUrl}/faults`)).json();
const end = async ({ server, controlUrl }: Started) => {
  const { pid } = (await (await fetch(`${controlUrl}/facts`)).json()) as { pid: number };
  server.child.kill('SIGTERM');
  await server.ended;
  return pid;
};

describe('a command', () => {
  it('that the banner prints works as printed, and breaks this Lintel alone, wherever PORT was set', async () => {
    const [mine, other, third] = [folder('mine'), folder('other'), folder('third')];
    const [one, another] = [await start(mine), await start(other, { MOCKS_PORT: String(await freePorts(10)) })];
    expect(one.printed).toEqual(['npx lintel fault repairs down', 'npx lintel fault clear']);
    expect(another.printed).toEqual(one.printed);

    for (const [cwd, { printed, url, controlUrl }] of [
      [mine, one],
      [other, another],
    ] as const) {
      const broken = await typed(cwd, printed[0] ?? '');
      expect(broken.code, broken.text).toBe(0);
      expect(broken.text).toContain(`Changed: the mocks at ${controlUrl} of the Lintel at ${url}, started in ${cwd}.`);
      expect(await faultsAt(controlUrl)).toMatchObject([{ target: 'repairs', fault: 'down' }]);
      const system = JSON.parse((await said(cwd, ['system', 'lettings', '--json'])).text);
      expect(system.running).toBe(true);
      expect((await typed(cwd, printed[1] ?? '')).text).toMatch(/Nothing is broken\./);
      expect(await faultsAt(controlUrl)).toEqual([]);
    }

    // A folder in which nothing runs has nothing to break, whatever runs elsewhere.
    const refused = await said(third, ['fault', 'repairs', 'down']);
    expect(refused).toMatchObject({
      code: 1,
      text: expect.stringMatching(/^lintel: No mocks run in this folder \(.*third\)/),
    });
    // Where PORT is set, it says which; it is named all the same.
    const named = await said(third, ['fault', 'tenancies', 'down'], { PORT: new URL(one.url).port });
    expect(named.text).toContain(`Changed: the mocks at ${one.controlUrl}, started in ${mine}.`);
    expect([await faultsAt(one.controlUrl), await faultsAt(another.controlUrl)]).toMatchObject([
      [{ target: 'tenancies' }],
      [],
    ]);
    for (const each of [one, another]) await end(each);
  });

  it('says which there are where several run in one folder, and finds what one has kept that was killed', async () => {
    const cwd = folder('both');
    const one = await start(cwd);
    const port = new URL(one.url).port;
    const another = await start(cwd);
    // The second knows that it is not alone.
    expect(another.printed).toEqual([
      `PORT=${new URL(another.url).port} npx lintel fault repairs down`,
      `PORT=${new URL(another.url).port} npx lintel fault clear`,
    ]);
    for (const args of [['fault', 'repairs', 'down'], ['receipts']]) {
      const { code, text } = await said(cwd, args);
      expect(code).toBe(1);
      expect(text).toMatch(/^lintel: Several (mocks|Lintels) run in this folder\. Say which is meant:\n/);
      expect(text).toContain(`PORT=${port} npx lintel`);
    }
    expect((await typed(cwd, another.printed[0] ?? '')).text).toContain(`at ${another.controlUrl}`);
    expect([await faultsAt(one.controlUrl), await faultsAt(another.controlUrl)]).toMatchObject([
      [],
      [{ target: 'repairs' }],
    ]);

    await end(another);
    rmSync(join(cwd, `.lintel/demo-${new URL(another.url).port}`), { recursive: true });
    const { pid } = (await (await fetch(`${one.controlUrl}/facts`)).json()) as { pid: number };
    // Its mocks hold on to what it printed to: it has not ended for whoever reads that.
    const exited = new Promise((resolve) => one.server.child.once('exit', resolve));
    one.server.child.kill('SIGKILL');
    await exited;
    // Its file stands there still, and its mocks run; nobody takes it for a Lintel that runs.
    const record = readFileSync(join(cwd, `.lintel/running/lintel-${port}.json`), 'utf8');
    expect(JSON.parse(record)).toMatchObject({ port: Number(port) });
    const { text } = await said(cwd, ['fault', 'list']);
    expect(text).toMatch(new RegExp(`^These are: the mocks at ${one.controlUrl}, started in `));
    process.kill(pid);
    // What it had kept is found without a word about where: here, that nothing was written.
    const kept = await said(cwd, ['receipts']);
    expect(kept.text).toMatch(
      new RegExp(`^No Lintel runs here\\. This is what stands in .*demo-${port}/store\\.sqlite`),
    );
    expect(kept.code).toBe(0);
  });

  it('is printed with its port where the .env file of the folder names another', async () => {
    const cwd = folder('named');
    writeFileSync(join(cwd, '.env'), 'PORT=4001\n');
    const { printed, url, ...rest } = await start(cwd);
    expect(printed[0]).toBe(`PORT=${new URL(url).port} npx lintel fault repairs down`);
    expect((await typed(cwd, printed[0] ?? '')).code).toBe(0);
    await end({ printed, url, ...rest });
  });

  it.each([['world'], ['receipts'], ['ledger'], ['doctor', 'lettings'], ['--help']])(
    'of %j ends quietly where whoever reads it has had enough',
    async (...args) => {
      const cwd = folder('quiet');
      const command = lintel(cwd, args, { STORE_FILE: join(cwd, 'store.sqlite'), PORT: '1', MOCKS_PORT: '1' });
      let errors = '';
      command.child.stderr?.on('data', (chunk) => {
        errors += chunk;
      });
      command.child.stdout?.destroy();
      await command.ended;
      expect(errors).not.toMatch(/EPIPE|\n\s+at /);
      if (args[0] === 'world') expect(command.child.exitCode).toBe(0);
    },
  );
});

describe('lintel start', () => {
  const nowhere = 'http://127.0.0.1:1';

  it('makes nothing up beside a real system but what is named, and lists what is neither set nor named', async () => {
    const cwd = folder('mixed');
    const PORT = String(await freePorts(20));
    const slip = { PORT, TENANCIES_URL: nowhere, LETTINGS_URL: nowhere, REPAIRS_URl: 'http://someone:hidden@repairs' };
    const { code, text } = await said(cwd, ['start'], slip);
    expect(code).toBe(1);
    expect(text).toMatch(/^lintel: REPAIRS_URl is set, and nothing reads it\. Is REPAIRS_URL meant\?\n/);
    expect(text).toMatch(/\nlintel: Mocks play nothing but what --mocks names, since a real system is configured/);
    expect(text).toMatch(/\n {2}REPAIRS_URL +is not set: .* --mocks repairs\.workOrders\n/);
    expect(text).toMatch(/\n {2}TELEPHONY_RECORDS_URL +is not set: .* --mocks telephony\.records\n$/);
    expect(text).not.toMatch(/hidden|\n {2}(TENANCIES|LETTINGS)_URL/);

    for (const [named, sentence] of [
      [
        'repairs,telefony',
        /--mocks: there is no "telefony"\. There are: tenancies, lettings, repairs, repairs\.workOrders/,
      ],
      ['tenancies', /--mocks names tenancies, and TENANCIES_URL is set: leave one of the two out\./],
      ['repairs', /names, and this is neither|--mocks telephony\.switchboard\n/],
    ] as const) {
      const wrong = await said(cwd, ['start', '--mocks', named], slip);
      expect(wrong, named).toMatchObject({ code: 1, text: expect.stringMatching(sentence) });
    }

    const server = lintel(cwd, ['start', '--homes', '100', '--mocks', 'repairs,telephony', '--json'], slip);
    const [, line = ''] = await server.prints(/^(\{.*\})$/m);
    expect(JSON.parse(line).mocked).toEqual([
      'REPAIRS_URL',
      'REPAIRS_SCHEDULER_URL',
      'TELEPHONY_URL',
      'TELEPHONY_RECORDS_URL',
    ]);
    // Who looks from here knows the same: what is made up is, and nothing else becomes so.
    const { REPAIRS_URl: _, ...set } = slip;
    const report = JSON.parse((await said(cwd, ['doctor', '--json'], set)).text);
    expect(report.backends.map(({ backend, from }: Record<string, string>) => `${backend} ${from}`)).toEqual([
      ...['tenancies configuration', 'lettings configuration', 'workOrders mock', 'scheduler mock'],
      ...['switchboard mock', 'records mock'],
    ]);
    server.child.kill('SIGTERM');
    await server.ended;
    const alone = JSON.parse((await said(cwd, ['doctor', 'repairs', '--json'], set)).text);
    expect(alone.backends).toMatchObject([{ outcome: 'NOT_SET' }, { outcome: 'NOT_SET' }]);
  });

  it('says in a sentence that its folder cannot be written, and what to do', async () => {
    const cwd = folder('closed');
    writeFileSync(join(cwd, '.lintel'), 'a file where a folder should be');
    const { code, text } = await said(cwd, ['start'], { PORT: String(await freePorts(20)) });
    expect(code).toBe(1);
    expect(text).toMatch(
      /^lintel: Lintel cannot write in .*closed\/\.lintel.*: part of the path is a file\. Start it in a folder .*STORE_FILE.*\n$/,
    );
  });

  it.each([
    ['EACCES', /this account may not write there/],
    ['EROFS', /it can only be read/],
    ['ENOSPC', /the disk is full/],
    ['EIO', /EIO: i\/o error/],
  ])('has a sentence for %s', (code, sentence) => {
    const error = Object.assign(new Error('EIO: i/o error'), { code });
    expect(notWritable('/srv/lintel', error).message).toMatch(sentence);
    expect(notWritable('/srv/lintel', error).message).toMatch(/^Lintel cannot write in \/srv\/lintel, .*STORE_FILE/);
  });
});
