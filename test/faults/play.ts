// Plays one row of the matrix on every site at once: readers read all along; a system is broken, its circuit opens, it is
// mended and let back in. Gives what was seen; judges nothing but each single answer.
import { performance } from 'node:perf_hooks';
import type { Shot } from '../bench/outage/load.ts';
import type { Answer } from '../bench/outage/streams.ts';
import { ask, eventually } from '../estate.ts';
import type { FaultProxy } from '../proxy.ts';
import { read, readControl } from './readers.ts';
import type { Row } from './rows.ts';
import type { Site } from './site.ts';
import { judge, type Memory, type Target } from './targets.ts';

/** What was seen at one site. */
export interface Seen {
  engine: Site['engine'];
  /** Answers that may never be, in words. */
  wrong: string[];
  codes: string[];
  /** What readers of the broken system were told while it was. */
  kept: Set<Answer>;
  fresh: Set<Answer>;
  /** Answers of the others while it was broken, and before and after; and those of the control all along. */
  broken: Shot[];
  before: Shot[];
  after: Shot[];
  control: Shot[];
  /** Which share of this process's working time others had instead, while it was broken: it was ready, and did not run. */
  stolen: number;
  /** What the store failed at, or was too slow for. */
  failures: string[];
  /** Questions of users that an open circuit let through. */
  userCalls: number;
  /** When probes came by, in ms since the circuit opened. */
  probesAfterMs: number[];
}

/** How often each row is played in a soak (`npm run soak:faults`); 0: this is none. */
export const soakRounds = Number(process.env.SOAK_ROUNDS ?? 0);
/** How often each row is played: in a soak with more in each, in `npm run test:long` (MATRIX_ROUNDS) as it is; once otherwise. */
export const rounds = soakRounds || Number(process.env.MATRIX_ROUNDS ?? 1);
/** Answers of the others while a system is broken: enough to see their slowest hundredth; without a soak, over a few tries. */
const enough = soakRounds ? 500 : 55;
/** And before and after, each. */
const some = 25;
/** Answers of the broken system by which it is called well. */
const someLive = 4;
/** Answers by which all is compiled and connected. */
const warmShots = 150;
/** A question that was on its way as the circuit opened comes by the proxy within that, in ms; twenty a second would follow. */
const onItsWayMs = 250;

/** Plays a row once. Gives what was seen at each site. */
export async function play(sites: readonly Site[], row: Row): Promise<Seen[]> {
  const [{ landlord }] = sites as [Site];
  const control = readControl(landlord, row.system);
  const watches = sites.map((site) => watch(site, row));
  const all = (work: (one: Watch) => Promise<void>) => Promise.all(watches.map(work));
  try {
    await all(({ healthy }) => healthy());
    for (const one of watches) one.inflicted();
    await Promise.all(sites.map(row.inflict));
    await all(({ seenEnough }) => seenEnough());
    for (const one of watches) one.lifted();
    await Promise.all(sites.map(row.lift));
    await all(({ healthy }) => healthy());
    await control.stop();
    return await Promise.all(watches.map(({ end }) => end(control.shots)));
  } finally {
    await Promise.all(sites.map(row.lift));
    await Promise.all([control.stop(), ...watches.map(({ stop }) => stop())]);
  }
}

/** Reads for a while with nothing broken, until all is compiled and connected. */
export async function warm(sites: readonly Site[]): Promise<void> {
  const [{ landlord }] = sites as [Site];
  const control = readControl(landlord, '');
  const all = sites.map((site) => read(site, site.landlord.targets[0] as Target));
  await Promise.all(all.map(({ shots, until }) => until(() => shots.length >= warmShots)));
  await Promise.all([control.stop(), ...all.map(({ stop }) => stop())]);
}

type Watch = ReturnType<typeof watch>;

/** Readers of one site, and what they and its proxy see. */
function watch(site: Site, row: Row) {
  const { landlord, lintel, proxies, failures } = site;
  const target = landlord.targets.find(({ system }) => system === row.system) as Target;
  const proxy = proxies[row.system] as FaultProxy;
  const broken = lintel.systems.find(({ name }) => name === row.system);
  const unwell = () => broken?.status().find(({ circuit: { kind } }) => kind !== 'CLOSED');
  const circuit = () => unwell()?.circuit;
  const probes = () => proxy.questions().filter(({ text }) => target.isProbe(text));
  const readers = read(site, target);
  const since = (atMs: number, stream: string) =>
    readers.shots.filter((shot) => shot.atMs >= atMs && shot.stream === stream);

  const failuresBefore = failures.length;
  let healthyMs = 0;
  let beforeMs = 0;
  let inflictedMs = 0;
  let liftedMs = 0;
  let openedMs = Number.POSITIVE_INFINITY;
  let working = performance.eventLoopUtilization();
  let cpu = process.threadCpuUsage();
  let seen: Pick<Seen, 'stolen' | 'kept' | 'fresh' | 'userCalls' | 'probesAfterMs'>;

  return {
    /** Waits until the system that is broken is asked again and answers, and the others have answered for a while. */
    async healthy() {
      healthyMs = Date.now();
      await readers.until(() => {
        if (circuit()) healthyMs = Date.now();
        const live = since(healthyMs, 'kept').filter(({ answer }) => answer === 'LIVE');
        return live.length >= someLive && since(healthyMs, 'other').length >= some;
      });
    },
    inflicted() {
      proxy.reset();
      working = performance.eventLoopUtilization();
      cpu = process.threadCpuUsage();
      beforeMs = healthyMs;
      inflictedMs = Date.now();
    },
    /** Waits until the circuit has opened, where it must, a probe has come by, and the others have answered for long enough. */
    seenEnough: () =>
      readers.until(() => {
        const found = unwell();
        if (found?.circuit.kind === 'OPEN') openedMs = Math.min(openedMs, found.sinceMs);
        if (row.opens && openedMs === Number.POSITIVE_INFINITY) return false;
        if (row.probesSeen && probes().length === 0) return false;
        return since(row.opens ? openedMs : inflictedMs, 'other').length >= enough;
      }),
    /** Counts what has come by while it is still broken: once it is mended, what it had held back goes on. */
    lifted() {
      liftedMs = Date.now();
      const lateMs = circuit()?.kind === 'OPEN' ? openedMs + onItsWayMs : liftedMs;
      const told = (stream: string) => new Set(since(inflictedMs, stream).map(({ answer }) => answer));
      const { user, system } = process.threadCpuUsage(cpu);
      seen = {
        stolen: 1 - (user + system) / 1_000 / performance.eventLoopUtilization(working).active,
        kept: told('kept'),
        fresh: told('fresh'),
        userCalls: proxy.questions().filter(({ atMs, text }) => atMs > lateMs && !target.isProbe(text)).length,
        probesAfterMs: probes().map(({ atMs }) => atMs - openedMs),
      };
    },
    async end(control: readonly Shot[]): Promise<Seen> {
      await readers.stop();
      await verify(site, target, readers.memory);
      const other = since(beforeMs, 'other');
      const isBroken = ({ atMs }: Shot) => atMs >= inflictedMs && atMs < liftedMs;
      return {
        engine: site.engine,
        wrong: [...readers.memory.wrong],
        codes: [...readers.memory.codes],
        ...seen,
        broken: other.filter(isBroken),
        before: other.filter(({ atMs }) => atMs < inflictedMs),
        after: other.filter(({ atMs }) => atMs >= healthyMs),
        control: control.filter(({ atMs }) => atMs >= beforeMs),
        failures: failures.slice(failuresBefore),
      };
    },
    stop: () => readers.stop(),
  };
}

/** Asks again, now that all is well, for each record that was told: what was told then was all of it. */
async function verify({ lintel }: Site, target: Target, memory: Memory): Promise<void> {
  const liveOrNothing = { 'cache-control': 'no-cache, stale-if-error=0' };
  for (const id of memory.known.keys()) {
    const [system, key = ''] = id.split(/ (.*)/s);
    if (system !== target.system) continue;
    // It may ask for patience: lettings allows so many calls a second.
    const reply = await eventually(
      () => ask(lintel.url, target.query, { id: key }, liveOrNothing),
      ({ errors }) => errors.length === 0,
    );
    judge(target, key, reply, memory, 0);
  }
}

/** How long all but a share of the answers took at most, in ms: 0.01 leaves out the slowest hundredth. */
export function allBut(slowest: number, shots: readonly Shot[]): number {
  const sorted = shots.map(({ tookMs }) => tookMs).sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * (1 - slowest)))] ?? 0;
}

/** Which share of answers were these. */
export function share(shots: readonly Shot[], ...answers: Answer[]): number {
  return shots.filter(({ answer }) => answers.includes(answer)).length / shots.length;
}
