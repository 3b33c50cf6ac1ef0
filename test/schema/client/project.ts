// A project of somebody else's in a temporary folder: installs, generates, type checks and runs like theirs would.
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join, resolve } from 'node:path';

/** What a command did. */
export interface Done {
  code: number;
  /** What it printed. */
  output: string;
  /** What it complained of. */
  errors: string;
}

/** A folder with a project in it. */
export interface Project {
  folder: string;
  /** Runs a command there, by its name, with our tools at hand. */
  run(command: string, ...args: string[]): Promise<Done>;
  /** Runs one that must succeed; throws with what it printed. */
  must(command: string, ...args: string[]): Promise<string>;
}

const root = resolve('.');
const fixtures = join(import.meta.dirname, 'projects');

/** A folder for projects, and how to be rid of it. */
export async function workplace(): Promise<{ folder: string; clear(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'lintel-client-'));
  return { folder, clear: () => rm(folder, { recursive: true, force: true }) };
}

/** Packs the client as partners get it, out of a copy, so that nothing is written into the sources. Gives the archive. */
export async function packed(folder: string): Promise<string> {
  const copy = join(folder, 'lintel');
  const client = join(copy, 'schema/client');
  const leaveOut = new Set(['dist', 'api.graphql', 'LICENSE'].map((name) => join(root, 'schema/client', name)));
  await cp('schema/client', client, { recursive: true, filter: (source) => !leaveOut.has(resolve(source)) });
  await cp('schema/api.graphql', join(copy, 'schema/api.graphql'));
  await cp('LICENSE', join(copy, 'LICENSE'));
  const said = await inFolder(client).must('npm', 'pack', '--json', '--pack-destination', folder);
  const { version } = JSON.parse(await readFile(join(client, 'package.json'), 'utf8'));
  const archive = `lintel-client-${version}.tgz`;
  if (!said.includes(archive)) throw new Error(`npm pack made something else:\n${said}`);
  return join(folder, archive);
}

/**
 * A strict TypeScript project of ES modules, as `tsc --init` sets it up.
 * @param name of the folder with its files, in projects/.
 * @param files more of them, by path.
 * @param installed folders of packages, or of scopes, that it has as if installed. Not to be mixed with `npm install`:
 * npm tidies node_modules, and would tidy away what these links lead to.
 */
export async function project(
  folder: string,
  name: string,
  files: Readonly<Record<string, string>>,
  installed: readonly string[],
): Promise<Project> {
  const home = join(folder, name);
  await cp(join(fixtures, name), home, { recursive: true });
  for (const [path, text] of Object.entries({ 'package.json': '{ "type": "module" }\n', ...files })) {
    await mkdir(dirname(join(home, path)), { recursive: true });
    await writeFile(join(home, path), text);
  }
  if (installed.length) await mkdir(join(home, 'node_modules'));
  for (const module of installed) await symlink(resolve(module), join(home, 'node_modules', basename(module)));
  const here = inFolder(home);
  await here.must('tsc', '--init');
  return here;
}

/** What the type checker says of a whole project, its packages' declarations too where `strictest`. Emits to dist/. */
export async function complaints({ run }: Project, strictest: boolean): Promise<string[]> {
  const { code, output } = await run('tsc', '--outDir', 'dist', '--skipLibCheck', String(!strictest));
  const places = [...output.matchAll(/^(.+)\((\d+),\d+\): error TS/gm)].map(([, file, line]) => `${file}:${line}`);
  if ((code === 0) !== (places.length === 0)) throw new Error(`tsc ended with ${code}:\n${output}`);
  return [...new Set(places)];
}

/** The lines of a project's file that end in "refused": those that the type checker must refuse. */
export async function refused({ folder }: Project, file: string): Promise<string[]> {
  const lines = (await readFile(join(folder, file), 'utf8')).split('\n');
  return lines.flatMap((line, index) => (line.endsWith('// refused') ? [`${file}:${index + 1}`] : []));
}

function inFolder(folder: string): Project {
  const { PATH = '', HOME } = process.env;
  const env = { PATH: [join(root, 'node_modules/.bin'), PATH].join(delimiter), HOME };
  const run = (command: string, ...args: string[]): Promise<Done> =>
    new Promise((done) => {
      execFile(command, args, { cwd: folder, env }, (error, stdout, stderr) => {
        done({ code: error ? Number(error.code ?? 1) : 0, output: stdout, errors: stderr });
      });
    });
  return {
    folder,
    run,
    async must(command, ...args) {
      const { code, output, errors } = await run(command, ...args);
      if (code !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${output}${errors}`);
      return output;
    },
  };
}
