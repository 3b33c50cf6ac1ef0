// Who is measured, and how each is started: in a process of its own, on the first core. Lintel as it is shipped, with all
// its checks on; its peers as their guides have them. @apollo/gateway is under the Elastic License 2.0: installed here to be
// measured against, and never one of Lintel's own packages (test/licences.test.ts holds Lintel's own tree to that).
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { command, project, type Run } from '../../process.ts';
import { subgraphs } from './estate.ts';
import { onCore } from './machine.ts';
import type { Settings } from './servers/settings.ts';

/** One that can be measured. */
export interface Candidate {
  name: string;
  /** What it is, in a few words. */
  what: string;
  /** Whether it needs what servers/package.json names. */
  peer: boolean;
  /** What is run: a program with arguments. @param folder for files of its own. */
  run(settings: Settings, folder: string): string[];
}

/** One that takes requests. */
export interface Started {
  name: string;
  /** Of GraphQL. */
  url: string;
  process: Run;
}

const here = fileURLToPath(new URL('.', import.meta.url));
const grafbase = join(here, 'servers/node_modules/@grafbase/cli-x86_64-unknown-linux-musl/grafbase');

/** The first is what the others are told in multiples of. */
export const candidates: readonly Candidate[] = [
  server('Apollo Gateway', 'apollo.ts', 'in Apollo Server, its default data source'),
  server('Hive', 'hive.ts', "Hive's router runtime in Apollo Server, over undici"),
  server('Mercurius', 'mercurius.ts', 'on Fastify; knows Federation 1 alone'),
  {
    name: 'Grafbase',
    what: 'native, in Rust',
    peer: true,
    run: ({ port, subgraphs: urls }, folder) => [
      grafbase,
      'dev',
      '-c',
      grafbaseFiles(urls, folder),
      '-p',
      String(port),
    ],
  },
  {
    name: 'Lintel',
    what: 'npx lintel gateway',
    peer: false,
    run: ({ supergraph, port }) => lintel(supergraph, port),
  },
  server('by hand', 'hand.ts', 'the same calls and joins written by hand, without GraphQL'),
];

/** Lintel's own command. @param flags of Node. */
export function lintel(supergraph: string, port: number, flags: readonly string[] = []): string[] {
  const cli = join(project, 'gateway/cli.ts');
  return [process.execPath, ...flags, cli, 'gateway', '--supergraph', supergraph, '--port', String(port)];
}

function server(name: string, file: string, what: string): Candidate {
  const run = (settings: Settings) => [process.execPath, join(here, 'servers', file), JSON.stringify(settings)];
  return { name, what, peer: true, run };
}

function grafbaseFiles(urls: Settings['subgraphs'], folder: string): string {
  const parts = Object.entries(subgraphs).map(([name, sdl]) => {
    writeFileSync(join(folder, `${name}.graphql`), sdl);
    return `[subgraphs.${name}]\nurl = "${urls[name]}"\nschema_path = "${name}.graphql"\n`;
  });
  const file = join(folder, 'grafbase.toml');
  writeFileSync(file, `[graph]\nintrospection = true\n${parts.join('')}`);
  return file;
}

/** How long one may take until it answers, in ms: native ones compose at first. */
const longestStartMs = 30_000;

/** Starts a program as a gateway. Rejects with what it has printed where it does not come up. */
export async function start(name: string, port: number, [program = '', ...args]: readonly string[]): Promise<Started> {
  if (!existsSync(program)) throw new Error(`There is no ${program} for this machine.`);
  const [first = '', ...rest] = onCore(0, [program, ...args]);
  const process = command(first, rest, { NODE_ENV: 'production', NODE_NO_WARNINGS: '1' }, here);
  const url = `http://127.0.0.1:${port}/graphql`;
  const ask = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"query":"{ __typename }"}' };
  for (const sinceMs = Date.now(); Date.now() < sinceMs + longestStartMs; await pause(100)) {
    if (process.child.exitCode !== null) break;
    const reply = await fetch(url, ask).catch(() => null); // Not yet there.
    if (reply?.ok) return { name, url, process };
  }
  await stop(process);
  throw new Error(`${name} did not come up: ${process.output().slice(-1_000)}`);
}

/** Ends a program, and waits until it is gone. */
export async function stop({ child, ended }: Run): Promise<void> {
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await ended;
  clearTimeout(late);
}
