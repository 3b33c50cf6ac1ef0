// What a hung backend does to a gateway's users: Lintel, and three others over the same made-up landlord, one after the
// other under the same load. Run by `npm run bench:outage`; `--json FILE` writes the figures too. About three minutes,
// on the loopback address alone. A script, not a test: timings here say nothing elsewhere.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { makeWorld } from '../../../mocks/world.ts';
import { freePorts, run as lintel } from '../../process.ts';
import { startProxy } from '../../proxy.ts';
import { installPeers } from '../peers.ts';
import { type Contestant, contestants } from './contestants.ts';
import { figuresOf, type Marks } from './figures.ts';
import { startLoad } from './load.ts';
import { promises, table } from './report.ts';
import { hungVariable, isProbe, streamsOf } from './streams.ts';

const { values: flags } = parseArgs({ options: { json: { type: 'string' }, only: { type: 'string' } } });

/** Until all is compiled and every connection open, in ms: not counted. Then until it is well, since a breaker may have
 * opened while that was so; at most so long. */
const warmUpMs = 4_000;
const longestWarmUpMs = 20_000;
const healthyMs = 10_000;
/** Long enough for the second try of a breaker that tries again after ten seconds. */
const hungMs = 15_000;
/** A breaker that tries again after thirty seconds does so fifteen seconds after the backend is well. */
const longestRecoveryMs = 22_000;
/** So long all pages must have been whole to be called well again. */
const wellMs = 2_000;
/** What the hung backend takes for an answer while it is well, in ms: about what a real one does, and enough to see calls side by side. */
const backendMs = 80;
const world = { homes: 400, seed: 7 };

const here = fileURLToPath(new URL('.', import.meta.url));

async function measure(contestant: Contestant, env: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), 'lintel-outage-'));
  const proxy = await startProxy(env[hungVariable] as string);
  const well = { kind: 'DELAY', ms: backendMs } as const;
  await proxy.set(well);
  const started = await contestant.start({ env: { ...env, [hungVariable]: proxy.url }, folder });
  const load = startLoad(started.url, streamsOf(makeWorld(world)));
  /** Whether all pages have been whole for a while, since then. */
  const isWell = (sinceMs: number) => {
    const fromMs = Date.now() - wellMs;
    const lately = load.shots.filter(({ stream, atMs }) => stream === 'page' && atMs >= fromMs);
    return fromMs > sinceMs && lately.length > 0 && lately.every(({ answer }) => answer === 'LIVE');
  };
  try {
    const marks: Marks = { healthyAtMs: 0, hungAtMs: 0, mendedAtMs: 0, endedAtMs: 0 };
    const begunAtMs = Date.now();
    await pause(warmUpMs);
    while (!isWell(begunAtMs) && Date.now() < begunAtMs + longestWarmUpMs) await pause(100);
    marks.healthyAtMs = Date.now();
    await pause(healthyMs);
    proxy.reset();
    await proxy.set({ kind: 'HANG' });
    marks.hungAtMs = Date.now();
    await pause(hungMs);
    marks.mendedAtMs = Date.now();
    await proxy.set(well);
    while (!isWell(marks.mendedAtMs) && Date.now() < marks.mendedAtMs + longestRecoveryMs) await pause(100);
    marks.endedAtMs = Date.now();
    await load.stop();
    const questions = proxy.questions().map(({ text, ...when }) => ({ ...when, probe: isProbe(text) }));
    return figuresOf(contestant, marks, load.shots, questions, started.circuits());
  } finally {
    await started.close();
    await proxy.close();
    rmSync(folder, { recursive: true });
  }
}

/** How much of this machine others use, measured while nothing of ours runs. */
async function busyShare(): Promise<number> {
  const times = () =>
    cpus().reduce(
      (sum, { times: { idle, ...work } }) => {
        const worked = work.user + work.nice + work.sys + work.irq;
        return { worked: sum.worked + worked, all: sum.all + worked + idle };
      },
      { worked: 0, all: 0 },
    );
  const before = times();
  await pause(1_000);
  const after = times();
  return (after.worked - before.worked) / (after.all - before.all);
}

const busy = await busyShare();
const chosen = contestants.filter(({ name }) => !flags.only || name === flags.only);
if (chosen.some(({ peer }) => peer)) installPeers(here, 'npm run bench:outage -- --only Lintel');
const mocks = lintel([
  'mocks',
  '--port',
  String(await freePorts(10)),
  '--homes',
  `${world.homes}`,
  '--seed',
  `${world.seed}`,
]);
try {
  const [, controlUrl] = await mocks.prints(/control +(http\S+)/);
  const { environment } = (await (await fetch(`${controlUrl}/facts`)).json()) as {
    environment: Record<string, string>;
  };
  const all = [];
  for (const contestant of chosen) {
    console.error(`${contestant.name} ...`);
    all.push(await measure(contestant, environment));
  }
  console.log(table(chosen, all));
  // A quarter of two cores is what half a contestant needs.
  if (busy > 0.25)
    console.log(
      `Others used ${Math.round(100 * busy)} % of this machine when this began: take it again when it is quiet.\n`,
    );
  const [first] = all;
  if (first?.name === 'Lintel') console.log(promises(first));
  if (flags.json) writeFileSync(flags.json, `${JSON.stringify({ busyShare: busy, contestants: all }, null, 2)}\n`);
} finally {
  mocks.child.kill();
  await mocks.ended;
}
