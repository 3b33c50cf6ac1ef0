// Plays one row of the matrix: readers read all along; a system is broken, its circuit opens, it is mended and let back
// in. Gives what was seen; judges nothing but each single answer.
import type { Shot } from '../bench/outage/load.ts';
import type { Answer } from '../bench/outage/streams.ts';
import { ask } from '../estate.ts';
import type { FaultProxy } from '../proxy.ts';
import type { Row } from './rows.ts';
import { keptKeys, read, type Site } from './site.ts';
import { judge, type Target } from './targets.ts';

/** What was seen. Times in ms. */
export interface Seen {
  /** Answers that may never be, in words. */
  wrong: string[];
  codes: string[];
  /** What readers of the broken system were told while it was. */
  kept: Set<Answer>;
  fresh: Set<Answer>;
  /** Answers of the others while it was broken; and when it was not, with the control's at the same time. */
  broken: Shot[];
  healthy: Shot[];
  /** What the store failed at, or was too slow for. */
  failures: string[];
  /** Questions of users that an open circuit let through. */
  userCalls: number;
  /** When probes came by, since the circuit opened. */
  probesAfterMs: number[];
}

/** Answers of the others while a system is broken: enough to see their slowest hundredth. */
const enough = 80;
/** And before and after: they are counted together with the control's. */
const some = 20;
/** A question that was on its way as the circuit opened comes by the proxy within that, in ms. */
const onItsWayMs = 50;

/** Plays a row once. */
export async function play(site: Site, row: Row): Promise<Seen> {
  const { landlord, lintel } = site;
  const target = landlord.targets.find(({ system }) => system === row.system) as Target;
  const proxy = landlord.proxies[row.system] as FaultProxy;
  const system = lintel.systems.find(({ name }) => name === row.system);
  const circuit = () => system?.status().find(({ circuit: { kind } }) => kind !== 'CLOSED')?.circuit;
  const failuresBefore = site.failures.length;
  const readers = read(site, row.system);
  const since = (atMs: number, stream: string, shots = readers.shots) =>
    shots.filter((shot) => shot.atMs >= atMs && shot.stream === stream);

  /** Until the broken system is asked again and answers, and the others have answered for a while; gives since when. */
  async function healthy(): Promise<number> {
    let fromMs = Date.now();
    await readers.until(() => {
      if (circuit()) fromMs = Date.now();
      const live = since(fromMs, 'kept').filter(({ answer }) => answer === 'LIVE');
      return live.length >= keptKeys && since(fromMs, 'other').length >= some;
    });
    return fromMs;
  }

  try {
    const beforeMs = await healthy();
    proxy.reset();
    const inflictedMs = Date.now();
    await row.inflict(landlord);
    const probes = () => proxy.questions().filter(({ text }) => target.isProbe(text));
    let openedMs = Number.POSITIVE_INFINITY;
    await readers.until(() => {
      const state = circuit();
      if (state?.kind === 'OPEN') openedMs = Math.min(openedMs, state.sinceMs);
      if (row.opens && openedMs === Number.POSITIVE_INFINITY) return false;
      if (row.probesSeen && probes().length === 0) return false;
      return since(row.opens ? openedMs : inflictedMs, 'other').length >= enough;
    });
    // Counted while it is broken: once it is mended, what it had held back goes on.
    const liftedMs = Date.now();
    const late = circuit()?.kind === 'OPEN' ? openedMs + onItsWayMs : liftedMs;
    const userCalls = proxy.questions().filter(({ atMs, text }) => atMs > late && !target.isProbe(text)).length;
    const probesAfterMs = probes().map(({ atMs }) => atMs - openedMs);
    const told = (stream: string) =>
      new Set(since(inflictedMs, stream).flatMap((shot) => (shot.atMs < liftedMs ? [shot.answer] : [])));
    const [kept, fresh] = [told('kept'), told('fresh')];
    await row.lift(landlord);
    const afterMs = await healthy();
    await readers.stop();
    await verify(site, target, readers.memory);
    const other = since(beforeMs, 'other');
    const isBroken = ({ atMs }: Shot) => atMs >= inflictedMs && atMs < liftedMs;
    const control = since(beforeMs, 'other', readers.control);
    return {
      wrong: [...readers.memory.wrong],
      codes: [...readers.memory.codes],
      kept,
      fresh,
      broken: other.filter(isBroken),
      healthy: [...control, ...other.filter(({ atMs }) => atMs < inflictedMs || atMs >= afterMs)],
      failures: site.failures.slice(failuresBefore),
      userCalls,
      probesAfterMs,
    };
  } finally {
    await row.lift(landlord);
    await readers.stop();
  }
}

/** Asks again, now that all is well, for each record that was told: what was told then was all of it. */
async function verify({ lintel }: Site, target: Target, memory: ReturnType<typeof read>['memory']): Promise<void> {
  for (const id of memory.known.keys()) {
    const [system, key = ''] = id.split(/ (.*)/s);
    if (system !== target.system) continue;
    const reply = await ask(lintel.url, target.query, { id: key }, { 'cache-control': 'no-cache, stale-if-error=0' });
    if (judge(target, key, reply, memory, 0) !== 'LIVE') memory.wrong.add(`${id}: not to be had live`);
  }
}

/** What the slowest hundredth took at least, in ms. */
export function p99(shots: readonly Shot[]): number {
  const sorted = shots.map(({ tookMs }) => tookMs).sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.99))] ?? 0;
}

/** Which share of answers were these. */
export function share(shots: readonly Shot[], ...answers: Answer[]): number {
  return shots.filter(({ answer }) => answers.includes(answer)).length / shots.length;
}
