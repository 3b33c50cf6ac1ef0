// A new system in an hour: `lintel new-system` in a copy of the project, for both wires, and everything that comes by
// itself then. The copy is thrown away; the project is never touched. Zeppelins and gondolas are words that no landlord
// has a system for, so that these tests still hold in a project that has an income system.
import { cpSync, existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, eventually } from '../estate.ts';
import { command, freePorts, project, type Run, run } from '../process.ts';

/** Processes take seconds on a busy machine; nothing here asserts how many. */
const patientMs = 180_000;
const files = (name: string) => [
  `schema/${name}.graphql`,
  ...['index', 'adapter', 'resolvers'].map((file) => `subgraphs/${name}/${file}.ts`),
  `mocks/${name}.ts`,
  `test/subgraphs/${name}.test.ts`,
];

let copy: string;
const started: Run[] = [];

beforeAll(() => {
  copy = realpathSync(mkdtempSync(join(tmpdir(), 'lintel-')));
  // What git keeps, and nothing that is made: neither this machine's settings, nor its store, nor what another test
  // packs just now.
  const left = ['node_modules', '.git', '.env', '.lintel', 'coverage', 'schema/generated', 'schema/client/dist'];
  const made = new Set(
    [...left, 'schema/client/api.graphql', 'schema/client/LICENSE'].map((path) => join(project, path)),
  );
  cpSync(project, copy, { recursive: true, filter: (path) => !made.has(path) && !path.endsWith('.tgz') });
  symlinkSync(join(project, 'node_modules'), join(copy, 'node_modules'));
});
afterAll(async () => {
  // Asked to, not killed: so `lintel start` takes its mocks along.
  for (const { child } of started) if (child.exitCode === null) child.kill('SIGTERM');
  await Promise.all(started.map(({ ended }) => ended));
  rmSync(copy, { recursive: true });
}, patientMs);

/** Runs `lintel` in the copy. */
function lintel(args: string[], variables: Record<string, string> = {}, cwd = copy): Run {
  const one = run(args, { LOG_LEVEL: 'warn', ...variables }, { folder: copy, cwd });
  started.push(one);
  return one;
}

/** Runs one of the project's tools in the copy until it ends; gives what it printed where it fails. */
async function fails(tool: string, ...args: string[]): Promise<string> {
  const one = command(join(copy, 'node_modules/.bin', tool), args, { NO_COLOR: '1' }, copy);
  started.push(one);
  return (await one.ended) === 0 ? '' : one.output();
}

describe('lintel new-system', () => {
  it.each([
    ['Zeppelins', /^lintel: "Zeppelins" cannot name a system\. It must be one lower-case word/],
    ['../zeppelins', /cannot name a system/],
    ['repairs', /^lintel: There is a system "repairs" already\./],
    ['world', /^lintel: mocks\/world\.ts exists already\./],
    ['class', /^lintel: "class" means something else in the code\./],
  ])('refuses the name %s, and writes nothing', { timeout: patientMs }, async (name, sentence) => {
    const refused = lintel(['new-system', name, '--wire', 'rest']);
    expect(await refused.ended).toBe(1);
    expect(refused.output()).toMatch(sentence);
    expect(files('zeppelins').filter((file) => existsSync(join(copy, file)))).toEqual([]);
    expect(readFileSync(join(copy, 'subgraphs/index.ts'), 'utf8')).toBe(readFileSync('subgraphs/index.ts', 'utf8'));
  });

  it('refuses to write anywhere but in its own folder, and any other wire', { timeout: patientMs }, async () => {
    const outside = lintel(['new-system', 'zeppelins', '--wire', 'rest'], {}, tmpdir());
    expect(await outside.ended).toBe(1);
    expect(outside.output()).toMatch(/^lintel: This is not Lintel's folder\. Go there first: cd /);
    const unheard = lintel(['new-system', 'zeppelins', '--wire', 'telex']);
    expect(await unheard.ended).toBe(2);
    expect(unheard.output()).toContain('Allowed choices are rest, soap.');
  });

  it('writes a system for each wire that passes the tests, the types and the lint as it stands', {
    timeout: patientMs,
  }, async () => {
    for (const [name, wire] of [
      ['zeppelins', 'rest'],
      ['gondolas', 'soap'],
    ] as const) {
      const made = lintel(['new-system', name, '--wire', wire]);
      expect(await made.ended, made.output()).toBe(0);
      for (const file of files(name)) expect(made.output()).toContain(file);
      expect(files(name).filter((file) => !existsSync(join(copy, file)))).toEqual([]);
    }
    const again = lintel(['new-system', 'zeppelins', '--wire', 'soap']);
    expect(await again.ended).toBe(1);
    expect(again.output()).toMatch(/There is a system "zeppelins" already/);

    expect(await fails('tsc')).toBe('');
    expect(await fails('biome', 'check', 'gateway', 'mocks', 'schema', 'subgraphs', 'test')).toBe('');
    // Those of its own, and those that look at all systems.
    const all = ['house', 'contract', 'mocks/serve', 'gateway/pages/pages'];
    const tests = [...all, 'subgraphs/zeppelins', 'subgraphs/gondolas'].map((name) => `test/${name}.test.ts`);
    expect(await fails('vitest', 'run', '--config', 'test/vitest.config.ts', '--root', '.', ...tests)).toBe('');
  });

  it('gives a system that has its configuration, status, faults, doctor and subgraph by itself', {
    timeout: patientMs,
  }, async () => {
    const port = await freePorts(20);
    const variables = { PORT: String(port) };
    const all = lintel(['start', '--json', '--homes', '120', '--seed', '7'], variables);
    const [line] = await all.prints(/^\{"url".*\}$/m);
    const { url, mocked } = JSON.parse(line);
    expect(mocked).toEqual(expect.arrayContaining(['ZEPPELINS_URL', 'GONDOLAS_URL']));

    const world = lintel(['world', '--json', '--homes', '120', '--seed', '7']);
    const { katy } = JSON.parse((await world.prints(/^\{.*\}$/m))[0]);
    const list = 'items { status provenance { system } }';
    const page = `{
      person(personReference: "${katy.personReference}") { name zeppelinsRecords { ${list} } gondolasRecords { ${list} } }
      systems { name state }
    }`;
    const whole = await ask(url, page);
    expect(whole.errors).toEqual([]);
    expect(whole.data.person.zeppelinsRecords.items[0].provenance).toEqual({ system: 'zeppelins' });
    expect(whole.data.person.gondolasRecords.items[0].provenance).toEqual({ system: 'gondolas' });
    expect(whole.data.systems).toContainEqual({ name: 'zeppelins', state: 'OPERATIONAL' });

    const well = lintel(['doctor', '--json'], variables);
    expect(await well.ended, well.output()).toBe(0);

    const broken = lintel(['fault', 'zeppelins', 'down', '--json'], variables);
    expect(await broken.ended, broken.output()).toBe(0);
    const down = await eventually(
      // Live or an error: what is kept would hide that it is down.
      () => ask(url, page, undefined, { 'cache-control': 'no-cache, stale-if-error=0' }),
      ({ data }) => data.systems.some(({ state }: { state: string }) => state === 'DOWN'),
    );
    expect(down.errors).toMatchObject([
      { path: ['person', 'zeppelinsRecords'], extensions: { code: 'SYSTEM_DOWN', system: 'zeppelins' } },
    ]);
    expect(down.data.person.gondolasRecords).toEqual({ items: whole.data.person.gondolasRecords.items });
    expect(await (await fetch(`${url}/ready`)).json()).toMatchObject({ systems: { zeppelins: 'DOWN' } });

    const ill = lintel(['doctor', 'zeppelins', '--json'], variables);
    expect(await ill.ended).toBe(1);
    expect(JSON.parse(ill.output()).backends).toMatchObject([
      { system: 'zeppelins', outcome: 'UNREACHABLE', from: 'mock' },
    ]);

    const wrong = lintel(['subgraph', 'zeppelins'], { ...variables, ZEPPELINS_URL: 'nowhere' });
    expect(await wrong.ended).toBe(1);
    expect(wrong.output()).toMatch(/^lintel: ZEPPELINS_URL is "nowhere"\./);
    const alone = lintel(['subgraph', 'gondolas', '--json'], variables);
    const { graphql } = JSON.parse((await alone.prints(/^\{.*\}$/m))[0]);
    const { data } = await ask(
      graphql.replace(/\/graphql$/, ''),
      '{ gondolasRecord(gondolasReference: "R9999999") { status } }',
    );
    expect(data).toEqual({ gondolasRecord: null });
  });
});
