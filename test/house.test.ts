// The house's own rules, as design has them: who may import whom, and how a file looks.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

interface Source {
  path: string;
  text: string;
  /** Paths from the root; packages by their name. */
  imports: { target: string; dynamic: boolean }[];
}

const folders = ['gateway', 'subgraphs', 'schema', 'mocks', 'test'];

const sources: Source[] = folders
  .flatMap((folder) => readdirSync(folder, { recursive: true, withFileTypes: true }))
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  .map((entry) => join(entry.parentPath, entry.name))
  .filter((path) => !/^schema\/(generated|client\/generated|client\/dist)\//.test(path))
  // Of npm's making, for test/bench/outage.
  .filter((path) => !path.includes('/node_modules/'))
  // What new systems are made from imports as from where it goes; test/gateway/scaffold.test.ts runs this test over it there.
  .filter((path) => !path.startsWith('gateway/commands/templates/'))
  .map((path) => {
    const text = readFileSync(path, 'utf8');
    const found = text.matchAll(
      /^\s*(?:import|export)\b[^'";]*?from\s*'([^']+)'|^import\s*'([^']+)'|import\('([^']+)'\)/gms,
    );
    const imports = [...found].map(([, from, bare, dynamic]) => {
      const target = from ?? bare ?? dynamic ?? '';
      return { target: target.startsWith('.') ? normalize(join(dirname(path), target)) : target, dynamic: !!dynamic };
    });
    return { path, text, imports };
  });

const production = sources.filter(({ path }) => !path.startsWith('test/'));
const notSystems = new Set(['continuity', 'status']);
const systemFolders = readdirSync('subgraphs', { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !notSystems.has(entry.name))
  .map(({ name }) => name);

const inFolders = /^(gateway|subgraphs|schema|mocks|test)\//;

/** Who may import which of our own files, first match wins. */
const mayImport: [importer: RegExp, imported: RegExp][] = [
  [/^schema\/client\//, /^schema\/client\//],
  [/^subgraphs\/continuity\//, /^subgraphs\/continuity\//],
  [/^subgraphs\/[^/]+\.ts$/, /^subgraphs\/|^schema\/generated\//],
  [/^gateway\/engine\//, /^gateway\/engine\//],
  // Pages are shown what they are given; of the gateway they know what a subgraph is, and nothing that runs. A time of day is
  // written in one place for all.
  [/^gateway\/pages\//, /^gateway\/(pages\/|supergraph\.ts$)|^subgraphs\/continuity\/london\.ts$/],
  [/^gateway\/cli\.ts$/, /^gateway\/|^mocks\//],
  [/^gateway\//, /^gateway\/|^subgraphs\/[^/]+\.ts$|^subgraphs\/continuity\/|^schema\/generated\//],
  [/^mocks\//, /^mocks\//],
  [/^test\//, /./],
];

function allowed(importer: string, target: string): boolean {
  const system = /^subgraphs\/([^/]+)\//.exec(importer)?.[1];
  if (system && system !== 'continuity') {
    const own = [`subgraphs/${system}/`, 'subgraphs/continuity/', `schema/generated/${system}.ts`];
    return own.some((prefix) => target.startsWith(prefix));
  }
  return mayImport.find(([from]) => from.test(importer))?.[1].test(target) ?? false;
}

/** Every place where a pattern stands in code, as `file:line`. */
function places(files: readonly Source[], pattern: RegExp): string[] {
  return files.flatMap(({ path, text }) =>
    text
      .split('\n')
      .flatMap((line, index) => (pattern.test(line.replace(/\/\/.*$|^\s*\*.*$/, '')) ? `${path}:${index + 1}` : [])),
  );
}

describe('the house', () => {
  it('reads its sources', () => {
    expect(sources.length).toBeGreaterThan(40);
    expect(sources.flatMap(({ imports }) => imports).length).toBeGreaterThan(100);
  });

  it('imports only along its lines', () => {
    const wrong = sources.flatMap(({ path, imports }) =>
      imports
        .filter(({ target }) => inFolders.test(target) && !allowed(path, target))
        .map(({ target }) => `${path} -> ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it('starts mocks from the command line alone, and only when asked to', () => {
    const wrong = production.flatMap(({ path, imports }) =>
      imports
        .filter(({ target, dynamic }) => target.startsWith('mocks/') && !path.startsWith('mocks/') && !dynamic)
        .map(({ target }) => `${path} -> ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it('reads the environment in one place', () => {
    expect(places(production, /process\.env\b/).filter((place) => !place.startsWith('gateway/config.ts:'))).toEqual([]);
  });

  it('takes time, chance and ids from outside, in all that systems do', () => {
    const subgraphs = production.filter(({ path }) => path.startsWith('subgraphs/') && !path.endsWith('/clock.ts'));
    const own =
      /Date\.now\(|new Date\(\)|Temporal\.Now|Math\.random|randomUUID|setTimeout|setInterval|AbortSignal\.timeout/;
    expect(places(subgraphs, own)).toEqual([]);
  });

  it('gives partners a client that depends on nothing, and takes time, chance and the network in one place', () => {
    const client = production.filter(({ path }) => path.startsWith('schema/client/'));
    const foreign = client.flatMap(({ path, imports }) =>
      imports.filter(({ target }) => !target.startsWith('schema/client/')).map(({ target }) => `${path} -> ${target}`),
    );
    expect(client.length).toBeGreaterThan(5);
    expect(foreign).toEqual([]);
    const reaching = /Date\.now\(|performance\.|Math\.random|setTimeout|setInterval|AbortSignal\.timeout|globalThis/;
    expect(places(client, reaching).filter((place) => !place.startsWith('schema/client/outside.ts:'))).toEqual([]);
  });

  it('knows composition in one file, and the planner in the engine alone', () => {
    const knowing = (library: RegExp) =>
      production.filter(({ imports }) => imports.some(({ target }) => library.test(target))).map(({ path }) => path);
    expect(knowing(/federation-composition/)).toEqual(['gateway/supergraph.ts']);
    const planning = knowing(/router-query-planner/);
    expect(planning).toContain('gateway/engine/planner.ts');
    expect(planning.filter((path) => !path.startsWith('gateway/engine/'))).toEqual([]);
  });

  it('has no default exports, no classes but errors, no enums', () => {
    expect(places(production, /^export default\b/)).toEqual([]);
    expect(places(production, /^\s*(export )?(abstract )?class (?!\w+ extends \w*Error\b)/)).toEqual([]);
    expect(places(production, /^\s*(export )?(const )?enum /)).toEqual([]);
  });

  it('opens every file with what it is', () => {
    expect(production.filter(({ text }) => !/^(#!.*\n)?\/\/ /.test(text)).map(({ path }) => path)).toEqual([]);
  });

  it('gives a browser files that say what they are, import nothing and name nobody else', () => {
    const folder = 'gateway/pages/browser';
    const files = readdirSync(folder)
      .filter((name) => /\.(js|css)$/.test(name))
      .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
    expect(files.length).toBeGreaterThan(3);
    expect(files.filter(({ text }) => !/^(\/\/|\/\*) /.test(text)).map(({ name }) => name)).toEqual([]);
    expect(files.filter(({ name }) => !/^[a-z]+\.[a-z]+$/.test(name)).map(({ name }) => name)).toEqual([]);
    const reaching = /https?:|@import|url\(|^\s*import\b|import\(/m;
    expect(files.filter(({ text }) => reaching.test(text)).map(({ name }) => name)).toEqual([]);
  });

  it('plants deliberate bugs in tests alone', () => {
    const planting = places(production, /plantBug/).filter((place) => !place.includes('/deliberate-bugs.ts:'));
    expect(planting).toEqual([]);
  });

  it('names files by one to three plain words', () => {
    const names = production.map(({ path }) => path.split('/').at(-1) ?? '');
    expect(names.filter((name) => /^(utils?|helpers?|lib|manager|service|base)\.ts$/.test(name))).toEqual([]);
    expect(names.filter((name) => !/^[a-z]+(-[a-z]+){0,2}\.ts$/.test(name))).toEqual([]);
  });

  it.each(systemFolders)('has all of the %s system, like every other', (name) => {
    const files = ['index', 'adapter', 'resolvers'].map((file) => `subgraphs/${name}/${file}.ts`);
    const all = [...files, `schema/${name}.graphql`, `mocks/${name}.ts`, `test/subgraphs/${name}.test.ts`];
    expect(all.filter((file) => !existsSync(file))).toEqual([]);
  });
});
