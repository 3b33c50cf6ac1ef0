// How long it takes to keep everything of a landlord warm, from mocks as slow as the real systems, what that weighs, and
// how a page fares meanwhile. Run by `npm run bench:warm`, with how many homes (125000). A script, not a test.
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { operatorClient } from '../../gateway/commands/operator.ts';
import { readConfig } from '../../gateway/config.ts';
import { ask } from '../estate.ts';

const [homes = '125000', latency = '1'] = process.argv.slice(2);
/** Ports that a running demo does not use. */
const [port, controlPort] = [4720, 4730];
/** Between two pages, in ms: lettings allows twenty calls a second, of which a page takes two. */
const pageEveryMs = 500;
const healthyMs = 30_000;
const lookEveryMs = 15_000;

const folder = mkdtempSync(join(tmpdir(), 'lintel-bench-warm-'));
const file = join(folder, 'store.sqlite');
const variables = { PORT: String(port), MOCKS_PORT: String(controlPort), STORE_FILE: file, LOG_LEVEL: 'warn' };
const cli = fileURLToPath(new URL('../../gateway/cli.ts', import.meta.url));

function started(args: string[], env: Record<string, string>): ChildProcess {
  return fork(cli, args, { env: { PATH: process.env.PATH, ...env }, stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
}

/** The first line that a process prints. */
function printed(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.stdout?.once('data', (chunk: Buffer) => resolve(chunk.toString()));
    child.once('exit', (code) => reject(new Error(`ended with ${code}`)));
  });
}

/** What the system says of a process: peak and present memory in MB, processor time in s. */
function weight({ pid }: ChildProcess): { peakMb: number; cpuS: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const peak = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1_024;
  const [user, system] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ').slice(11, 13) ?? [];
  return { peakMb: Math.round(peak), cpuS: (Number(user) + Number(system)) / 100 };
}

const say = (text: string) => process.stdout.write(`${text}\n`);
const mb = (bytes: number) => `${Math.round(bytes / 1e6).toLocaleString('en-GB')} MB`;
const count = (value: number) => value.toLocaleString('en-GB');

const page = /* GraphQL */ `
  query Page($person: ID!, $property: ID!) {
    person(personReference: $person) {
      name
      tenancies { items { tenancyReference rentAccount { balance { pence } } } }
      applications { items { band offers { items { plannedMoveDate } } } }
      calls { items { startedAt disposition } }
    }
    property(propertyReference: $property) {
      address
      repairs { items { reference description appointment { window { start end } } } }
    }
  }`;

interface Asked {
  took: number[];
  errors: number;
}

/** Asks for pages, one every half second whatever becomes of them, until it is told to stop. */
function asking(url: string, person: string, properties: string[], cacheControl: string): () => Promise<Asked> {
  const asked: Asked = { took: [], errors: 0 };
  const all: Promise<void>[] = [];
  let next = 0;
  const timer = setInterval(() => {
    const startedAt = performance.now();
    const property = properties[next++ % properties.length];
    all.push(
      ask(url, page, { person, property }, { 'cache-control': cacheControl }).then(({ errors }) => {
        asked.took.push(performance.now() - startedAt);
        if (errors.length > 0) asked.errors += 1;
      }),
    );
  }, pageEveryMs);
  return async () => {
    clearInterval(timer);
    await Promise.all(all);
    return asked;
  };
}

function told({ took, errors }: Asked): string {
  const sorted = took.toSorted((a, b) => a - b);
  const at = (share: number) => `${Math.round(sorted[Math.floor(sorted.length * share)] ?? 0)} ms`;
  return `p50 ${at(0.5)}, p99 ${at(0.99)} of ${took.length} pages, ${errors} with an error`;
}

const mocks = started(['mocks', '--json', '--port', String(controlPort), '--homes', homes, '--latency', latency], {});
let lintel: ChildProcess | null = null;
try {
  await printed(mocks);
  lintel = started(['start', '--json'], { ...variables, KEEP_WARM: 'off' });
  const { url } = JSON.parse(await printed(lintel));
  const { cast } = (await (await fetch(`http://127.0.0.1:${controlPort}/facts`)).json()) as {
    cast: { katy: { personReference: string }; properties: string[] };
  };
  const operator = await operatorClient(readConfig(variables));
  if (!operator) throw new Error('the Lintel under measurement does not answer on its operator socket');
  say(
    `${count(Number(homes))} homes, mocks at ${latency} of the real systems' latency, ${availableParallelism()} cores for all of it.`,
  );

  const { personReference: person } = cast.katy;
  // Live, so that the systems are measured and not what is kept of them.
  const healthy = asking(url, person, cast.properties, 'no-cache');
  await pause(healthyMs);
  const before = await healthy();
  const cpuBefore = { lintel: weight(lintel).cpuS, mocks: weight(mocks).cpuS };

  const startedAt = performance.now();
  const { systems } = await operator.ask('{ systems { name } }');
  for (const { name } of systems) {
    await operator.ask('mutation ($name: ID!) { startKeepWarm(system: $name) { name } }', { name });
  }
  const meanwhile = asking(url, person, cast.properties, 'no-cache');
  let walks: { name: string; keepWarm: Record<string, string | number | null> }[];
  let waited = 0;
  do {
    await pause(lookEveryMs);
    walks = (await operator.ask('{ systems { name keepWarm { state done total startedAt endedAt reason } } }')).systems;
    waited += walks.filter(
      ({ keepWarm }) => keepWarm.state === 'WAITING' && !/waits for the walk/.test(String(keepWarm.reason)),
    ).length;
    const now = ((performance.now() - startedAt) / 1_000).toFixed(0).padStart(5);
    const each = walks.map(
      ({ name, keepWarm: { state, done, total, reason } }) =>
        `${name} ${state === 'DONE' ? 'done' : `${count(Number(done))}/${total === null ? '?' : count(Number(total))}`}${state === 'WAITING' ? ` (${reason})` : ''}`,
    );
    say(`${now} s  ${each.join('  ')}`);
  } while (walks.some(({ keepWarm }) => keepWarm.state === 'RUNNING' || keepWarm.state === 'WAITING'));
  const tookS = (performance.now() - startedAt) / 1_000;
  const during = await meanwhile();
  // Counted now and then, not for each request.
  await pause(65_000);
  const { systems: kept } = await operator.ask('{ systems { name kept { kind count } } }');
  const cpu = { lintel: weight(lintel).cpuS - cpuBefore.lintel, mocks: weight(mocks).cpuS - cpuBefore.mocks };
  say('');
  say(`Everything is kept after ${Math.floor(tookS / 60)} min ${Math.round(tookS % 60)} s.`);
  for (const { name, keepWarm } of walks) {
    const seconds = (Date.parse(String(keepWarm.endedAt)) - Date.parse(String(keepWarm.startedAt))) / 1_000;
    say(
      `  ${name.padEnd(10)} ${count(Number(keepWarm.done)).padStart(9)} records, ${keepWarm.state}, ${Math.round(seconds)} s${keepWarm.reason ? `: ${keepWarm.reason}` : ''}`,
    );
  }
  say(`Looked at every ${lookEveryMs / 1_000} s, a walk waited for its system to be well ${waited} times.`);
  say('Kept:');
  for (const { name, kept: kinds } of kept) {
    for (const { kind, count: records } of kinds)
      say(`  ${`${name} ${kind}`.padEnd(32)} ${count(records).padStart(9)}`);
  }
  const bytes = statSync(file).size;
  const wal = statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  say(`Store: ${mb(bytes)}, ${count(Math.round(bytes / Number(homes)))} bytes a home; its log another ${mb(wal)}.`);
  say(
    `Lintel: at most ${weight(lintel).peakMb} MB of memory, ${Math.round(cpu.lintel)} s of processor; mocks: ${weight(mocks).peakMb} MB, ${Math.round(cpu.mocks)} s.`,
  );
  say(`A page over four systems, live: before ${told(before)}; meanwhile ${told(during)}.`);
} finally {
  lintel?.kill();
  mocks.kill();
  if (lintel && lintel.exitCode === null) await new Promise((resolve) => lintel?.once('exit', resolve));
  rmSync(folder, { recursive: true });
}
