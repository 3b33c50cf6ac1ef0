// `lintel new-system`: writes the files of a new legacy system and adds it to the two lists. Refuses before it writes;
// overwrites nothing.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { systems } from '../../subgraphs/index.ts';
import { claims, type Draft, drafts, type WireKind, withMock, withSystem } from './templates.ts';
import { paint, print, progress } from './terminal.ts';

const root = realpathSync(fileURLToPath(new URL('../..', import.meta.url)));

/** Words that JavaScript keeps for itself, and names that the files of a system use for something else. */
const reserved = new Set(
  (
    'await break case catch class const continue debugger default delete do else enum eval export extends false ' +
    'finally for function if implements import in instanceof interface let new null package private protected public ' +
    'return static super switch this throw true try typeof undefined var void while with yield ' +
    'conforms describe expect it over record resolvers systems'
  ).split(' '),
);

/** Writes a new system, formats it and generates what is generated. Throws, having written nothing, where it cannot. */
export async function newSystem(name: string, { wire }: { wire: WireKind }): Promise<void> {
  const files = refuseOrPlan(name, wire);
  const lists = listsWith(name);
  for (const { path, text } of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text, { flag: 'wx' });
  }
  for (const { path, text } of lists) writeFileSync(join(root, path), text);

  const done = progress('Formatting, and generating types and the supergraph');
  try {
    // Names of another length want other line breaks, and imports another order.
    await npm('exec', '--no', '--', 'biome', 'check', '--write', ...[...files, ...lists].map(({ path }) => path));
    await npm('run', 'codegen');
  } finally {
    done();
  }
  tell(name, files, lists);
}

function refuseOrPlan(name: string, wire: WireKind): Draft[] {
  if (relative(root, realpathSync(process.cwd())).startsWith('..')) {
    throw new Error(`This is not Lintel's folder. Go there first: cd ${root}`);
  }
  if (!/^[a-z]{2,20}$/.test(name)) {
    throw new Error(`"${name}" cannot name a system. It must be one lower-case word of 2 to 20 letters, like income.`);
  }
  if (systems.some((system) => system.name === name)) {
    throw new Error(`There is a system "${name}" already. Choose another word; nothing was written.`);
  }
  if (reserved.has(name)) {
    throw new Error(`"${name}" means something else in the code. Choose another word; nothing was written.`);
  }
  const planned = drafts(name, wire);
  const there = planned.find(({ path }) => existsSync(join(root, path)));
  if (there) throw new Error(`${there.path} exists already. Choose another word; nothing was written.`);
  const api = readFileSync(join(root, 'schema/api.graphql'), 'utf8');
  const taken = claims(name).find((word) =>
    new RegExp(`^(type|enum|interface|union) ${word}\\b|^ {2}${word}[(:]`, 'm').test(api),
  );
  if (taken) throw new Error(`The schema has a "${taken}" already. Choose another word; nothing was written.`);
  return planned;
}

function listsWith(name: string): Draft[] {
  const list = (path: string, what: string, add: typeof withSystem): Draft => {
    const text = add(readFileSync(join(root, path), 'utf8'), name);
    if (text === null)
      throw new Error(`${path} is not as it used to be, so nothing can be added to it; nothing was written.`);
    return { path, what, text };
  };
  return [
    list('subgraphs/index.ts', 'the list of systems', withSystem),
    list('mocks/index.ts', 'the list of mocks', withMock),
  ];
}

/** Runs npm, which brings the project's own Node and tools. Throws with what it said where it fails. */
async function npm(...args: string[]): Promise<void> {
  try {
    await promisify(execFile)('npm', ['--silent', ...args], { cwd: root, shell: process.platform === 'win32' });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    const said = `${stdout}${stderr}`.trim() || (error as Error).message;
    throw new Error(`The files are written, but this failed: npm ${args.slice(0, 4).join(' ')} ...\n${said}`);
  }
}

function tell(name: string, files: readonly Draft[], lists: readonly Draft[]): void {
  const variable = name.toUpperCase();
  const width = Math.max(...[...files, ...lists].map(({ path }) => path.length)) + 2;
  const line = ({ path, what }: Pick<Draft, 'path' | 'what'>) => print(`  ${path.padEnd(width)}${what}`);
  print(`${paint('good', `The ${name} system is there`)}, as an example that works:\n`);
  for (const file of files) line(file);
  print('\nAdded to, and generated anew:\n');
  for (const list of lists) line(list);
  line({ path: 'schema/api.graphql', what: 'what clients see: its diff is the review' });
  line({ path: 'schema/supergraph.graphql', what: 'what routers load' });
  print(`
Try it:

  npm test
  npm start
  npx lintel doctor ${name}
  npx lintel fault ${name} down

Make it yours, in the order of the list: say in the schema what people call things and run npm run codegen; write the
mock from the real wire's description, and the adapter from the same, not from the mock; then let the test hold you to
both. ${variable}_URL, ${variable}_USER and ${variable}_PASSWORD point it at the real system.`);
}
