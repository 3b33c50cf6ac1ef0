// Who is measured: Lintel as it is shipped, and three gateways as one would build them. Each in processes of its own.
// @apollo/gateway is under the Elastic License 2.0: installed here to be measured against, and never one of Lintel's own
// packages (this folder's package.json says so; test/licences.test.ts holds Lintel's own tree to it).
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { command, freePorts, project, type Run, run } from '../../process.ts';

/** Where a contestant finds the systems, and a folder for what it keeps. */
export interface Place {
  env: Record<string, string>;
  folder: string;
}

/** What became of a backend's circuit, and when (ms since 1970). */
export interface CircuitEvent {
  backend: string;
  circuit: 'OPEN' | 'RAMPING' | 'CLOSED';
  time: number;
}

/** A contestant that takes requests. */
export interface Started {
  url: string;
  circuits(): CircuitEvent[];
  close(): Promise<void>;
}

/** One that can be measured. */
export interface Contestant {
  name: string;
  /** What it is, in a sentence. */
  what: string;
  /** Whether it needs what this folder's package.json names. */
  peer: boolean;
  start(place: Place): Promise<Started>;
}

const file = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** What its processes have said of circuits, as lines of JSON. */
function circuitsOf(runs: readonly Run[]): CircuitEvent[] {
  const lines = runs.flatMap((one) => one.output().split('\n'));
  return lines.filter((line) => /^\{.*"circuit":/.test(line)).map((line) => JSON.parse(line));
}

async function end(runs: readonly Run[]): Promise<void> {
  for (const { child } of runs) child.kill('SIGKILL');
  await Promise.all(runs.map(({ ended }) => ended));
}

const lintel: Contestant = {
  name: 'Lintel',
  what: 'npx lintel start, one process; what it reads kept in SQLite; 300 ms of patience',
  peer: false,
  async start({ env, folder }) {
    const variables = {
      ...env,
      PORT: String(await freePorts(1)),
      LOG_LEVEL: 'info',
      STORE_FILE: join(folder, 'store.sqlite'),
    };
    const server = run(['start', '--no-mocks', '--json'], variables);
    const [, url = ''] = await server.prints(/"url":"([^"]+)"/);
    return { url, circuits: () => circuitsOf([server]), close: () => end([server]) };
  },
};

function peer(name: string, guard: string, around: string): Contestant {
  return {
    name,
    what: `Apollo Gateway, its default data source, four HTTP subgraphs: Lintel's schema and adapters, ${around}`,
    peer: true,
    async start({ env, folder }) {
      const subgraphs = command(process.execPath, [file('subgraphs.ts'), JSON.stringify({ env, guard })], {}, project);
      const [, line = ''] = await subgraphs.prints(/^(\{.*"supergraphSdl":.*\})$/m);
      const supergraph = join(folder, 'supergraph.graphql');
      writeFileSync(supergraph, JSON.parse(line).supergraphSdl);
      const gateway = command(process.execPath, [file('gateway.ts'), supergraph], { NODE_ENV: 'production' }, project);
      const [, url = ''] = await gateway.prints(/ready (http\S+?)\/?$/m);
      const runs = [gateway, subgraphs];
      return { url, circuits: () => circuitsOf(runs), close: () => end(runs) };
    },
  };
}

export const contestants: readonly Contestant[] = [
  lintel,
  peer('Apollo Gateway', 'none', 'each call with a time limit of 2 s'),
  peer(
    '... + opossum',
    'opossum',
    'each backend behind opossum: 300 ms; opens at 50 %, tries again after 30 s, as in its README',
  ),
  peer(
    '... + cockatiel',
    'cockatiel',
    'each backend behind cockatiel: 300 ms; opens at 5 failures in a row, tries again after 10 s, as in its README',
  ),
];
