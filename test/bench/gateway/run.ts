// Gateways over four small subgraphs, side by side in one run: Lintel, and others as one would build them; then Lintel over
// its own four systems, in one process and over HTTP. Run by `npm run bench`; `--only Lintel,Hive` for some, `--json FILE`
// writes the figures, `--profile FOLDER` says where Lintel's time goes instead. Some four minutes, on the loopback address
// alone. A script, not a test: figures here say nothing elsewhere.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compose } from '../../../gateway/supergraph.ts';
import { command, freePorts, type Run } from '../../process.ts';
import { measurePages, told } from '../page.ts';
import { installPeers } from '../peers.ts';
import { type Candidate, candidates, type Started, start, stop } from './candidates.ts';
import { names, subgraphs } from './estate.ts';
import { hasLoad, load, loadScript, onCore, peakMb, pinned, processorMs } from './machine.ts';
import { bodiesOf, type Question, questions } from './questions.ts';
import { type Memory, type Sample, table } from './report.ts';
import type { Settings } from './servers/settings.ts';
import { profile } from './time.ts';
import { check, truths } from './truth.ts';

function refuse(sentence: string): never {
  console.error(sentence);
  process.exit(1);
}

const options = {
  only: { type: 'string' },
  json: { type: 'string' },
  profile: { type: 'string' },
  rounds: { type: 'string', default: '6' },
  seconds: { type: 'string', default: '1' },
  connections: { type: 'string', default: '16' },
} as const;
const flags = asked();
function asked() {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    const known = Object.keys(options).map((each) => `--${each} ...`);
    refuse(`${(error as Error).message}\nThere are: ${known.join(', ')}.`);
  }
}
const [rounds, seconds, connections] = [flags.rounds, flags.seconds, flags.connections].map(Number) as [
  number,
  number,
  number,
];
const here = fileURLToPath(new URL('.', import.meta.url));
/** Until all is compiled and every connection open, in seconds a question: not counted, like the first round. */
const warmUpSeconds = 2;

async function startSubgraphs(): Promise<{ urls: Settings['subgraphs']; runs: Run[] }> {
  const first = await freePorts(names.length);
  const runs = names.map((name, index) => {
    const [program = '', ...args] = onCore(1, [
      process.execPath,
      join(here, 'subgraph.ts'),
      name,
      String(first + index),
    ]);
    return command(program, args, { NODE_ENV: 'production' }, here);
  });
  await Promise.all(runs.map((run) => run.prints(/^ready/m)));
  return {
    urls: Object.fromEntries(names.map((name, index) => [name, `http://127.0.0.1:${first + index}/graphql`])),
    runs,
  };
}

/** Starts those who answer as they should; says of the others why they are left out. */
async function startAll(
  chosen: readonly Candidate[],
  settings: Omit<Settings, 'port'>,
  folder: string,
): Promise<Started[]> {
  const answers = await truths();
  const started: Started[] = [];
  for (const { name, run } of chosen) {
    const port = await freePorts(1);
    try {
      const one = await start(name, port, run({ ...settings, port }, folder));
      started.push(one);
      await check(one, answers);
      console.error(`${name} gives ${answers.size} answers as one schema does.`);
    } catch (error) {
      const failed = started.findIndex((each) => each.name === name);
      if (failed >= 0) await stop((started.splice(failed, 1)[0] as Started).process);
      console.error(`${name} is left out: ${(error as Error).message}`);
    }
  }
  return started;
}

async function measure(started: readonly Started[], scripts: ReadonlyMap<string, string>): Promise<Sample[]> {
  const samples: Sample[] = [];
  const each = async (one: Started, { name: question }: Question, round: number) => {
    const pid = one.process.child.pid as number;
    const before = processorMs(pid);
    const { requests, ...came } = await load(
      one.url,
      scripts.get(question) ?? '',
      connections,
      round < 0 ? warmUpSeconds : seconds,
    );
    const processorUs = ((processorMs(pid) - before) * 1_000) / requests;
    const requestsASecond = requests / came.seconds;
    const { p50Ms, p99Ms, failures } = came;
    if (round > 0)
      samples.push({ round, candidate: one.name, question, requestsASecond, p50Ms, p99Ms, processorUs, failures });
  };
  for (let round = -1; round < rounds; round += 1) {
    console.error(round < 0 ? 'Warming up ...' : `Round ${round + 1} of ${rounds}${round ? '' : ', not counted'} ...`);
    for (const question of questions) {
      const order = started.map((one) => ({ one, at: Math.random() })).sort((a, b) => a.at - b.at);
      for (const { one } of order) await each(one, question, round);
    }
  }
  return samples;
}

const only = flags.only?.split(',').map((each) => each.trim().toLowerCase());
const chosen = candidates.filter(({ name }) => !only || only.includes(name.toLowerCase()));
if (!chosen.length)
  refuse(`Nobody is called ${flags.only}. There are: ${candidates.map(({ name }) => name).join(', ')}.`);
if (!(rounds >= 2 && seconds >= 1 && connections >= 1))
  refuse('--rounds is 2 or more (the first is not counted), --seconds and --connections are 1 or more.');
if (process.platform !== 'linux') refuse('What programs use is read of Linux alone: run this there.');
if (!hasLoad) refuse('The load is put on by wrk, which is not here. Install it (Debian: apt-get install wrk).');
if (!pinned)
  console.error('Programs cannot be kept apart here (one core, or no taskset): figures are those of all together.');
if (!flags.profile && chosen.some(({ peer }) => peer))
  installPeers(join(here, 'servers'), 'npm run bench -- --only Lintel');
const folder = mkdtempSync(join(tmpdir(), 'lintel-bench-'));
const running: Run[] = [];
try {
  const { urls, runs } = await startSubgraphs();
  running.push(...runs);
  const supergraph = join(folder, 'supergraph.graphql');
  const parts = names.map((name) => ({ name, sdl: subgraphs[name], url: urls[name] ?? '' }));
  writeFileSync(supergraph, compose(parts).supergraphSdl);
  const scripts = new Map(questions.map((each) => [each.name, loadScript(folder, each.name, bodiesOf(each))]));
  if (flags.profile) {
    await profile(supergraph, flags.profile, scripts, connections);
  } else {
    const started = await startAll(chosen, { supergraph, subgraphs: urls }, folder);
    running.push(...started.map((one) => one.process));
    if (!started.length) throw new Error('Nobody is left to measure.');
    const samples = await measure(started, scripts);
    const memory: Memory = Object.fromEntries(
      started.map(({ name, process: { child } }) => [name, peakMb(child.pid as number)]),
    );
    const measured = chosen.filter(({ name }) => name in memory);
    console.log(
      `\n${connections} connections, ${rounds - 1} rounds; ${questions.map(({ what }) => what).join(' / ')}:\n`,
    );
    console.log(table(measured, questions, samples, memory));
    console.log(`\n${measured.map(({ name, what }) => `${name}: ${what}.`).join('\n')}`);
    await Promise.all(running.splice(0).map(stop));
    console.error('\nLintel over its own four systems ...');
    const pages = await measurePages();
    console.log(`\n${told(pages)}`);
    if (flags.json)
      writeFileSync(
        flags.json,
        `${JSON.stringify({ connections, rounds, seconds, samples, memory, pages }, null, 2)}\n`,
      );
  }
} finally {
  await Promise.all(running.map(stop));
  rmSync(folder, { recursive: true });
}
