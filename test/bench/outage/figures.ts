// What came of one contestant's run, in figures: out of every request, every question at the backend that hung, and
// what its circuits said. Knows neither processes nor sockets.
import type { CircuitEvent, Contestant } from './contestants.ts';
import type { Shot } from './load.ts';
import type { Answer } from './streams.ts';

/** When each part of a run began, ms since 1970. */
export interface Marks {
  healthyAtMs: number;
  hungAtMs: number;
  mendedAtMs: number;
  endedAtMs: number;
}

/** A question that came to the backend that hung. */
export interface Asked {
  atMs: number;
  overAtMs: number | null;
  probe: boolean;
}

/** Requests of one kind in one part of a run. Times in ms. */
export interface Part {
  requests: number;
  p50: number;
  p99: number;
  slowest: number;
  over100: number;
  /** Requests by what came of them. */
  answers: Partial<Record<Answer, number>>;
  /** Whole answers, live or kept, a second. */
  wholePerSecond: number;
}

/** The figures of one contestant. Times in ms. */
export interface Figures {
  name: string;
  healthy: Part;
  /** From the hang to an open circuit; null: none opened. */
  openedAfterMs: number | null;
  /** Pages from the hang until then. */
  before: Part;
  /** Pages from then on (without a circuit: from a second after the hang) until it was mended. */
  after: Part;
  /** Questions that users' requests sent to the hung backend in that time, and probes; and when probes came, since it opened. */
  userCalls: number;
  probes: number;
  probesAfterMs: number[];
  /** Each other system by itself: healthy, and while one hung. */
  others: Record<string, { healthy: Part; hung: Part }>;
  /** From the mending until pages were whole and live again; null: not within the run. */
  recoveredAfterMs: number | null;
  /** At each of the first questions after the mending: how many were under way, it included. */
  underWay: number[];
  /** The most under way in the second after it was let back in. */
  mostUnderWay: number;
}

/** Requests under way when the backend hangs, or is mended, are of neither part: longer than any waits for it, in ms. */
const betweenMs = 2_200;
/** A question may be on its way while a circuit opens: what comes later than this, in ms, was sent by an open one. */
const onItsWayMs = 50;

export function figuresOf(
  { name }: Contestant,
  marks: Marks,
  shots: readonly Shot[],
  asked: readonly Asked[],
  circuits: readonly CircuitEvent[],
): Figures {
  const { healthyAtMs, hungAtMs, mendedAtMs, endedAtMs } = marks;
  const part = (stream: string, fromMs: number, untilMs: number) =>
    partOf(
      shots.filter((shot) => shot.stream === stream && shot.atMs >= fromMs && shot.atMs < untilMs),
      untilMs - fromMs,
    );
  const opened = circuits.find(({ circuit, time }) => circuit === 'OPEN' && time >= hungAtMs && time < mendedAtMs);
  const fromMs = opened ? opened.time : hungAtMs + 1_000;
  const during = asked.filter(({ atMs }) => atMs > fromMs + onItsWayMs && atMs < mendedAtMs);
  const streams = new Set(shots.map(({ stream }) => stream).filter((stream) => stream !== 'page'));
  const back = asked.filter(({ atMs, probe }) => atMs >= mendedAtMs && !probe).sort((a, b) => a.atMs - b.atMs);
  const underWayAt = (at: Asked) =>
    back.filter(
      (one) =>
        one === at ||
        (one.atMs <= at.atMs && back.indexOf(one) < back.indexOf(at) && (one.overAtMs ?? endedAtMs) > at.atMs),
    ).length;
  const firstSecond = back.filter(({ atMs }) => atMs < (back[0]?.atMs ?? 0) + 1_000).map(underWayAt);
  return {
    name,
    healthy: part('page', healthyAtMs, hungAtMs - betweenMs),
    openedAfterMs: opened ? opened.time - hungAtMs : null,
    before: part('page', hungAtMs, fromMs),
    after: part('page', fromMs, mendedAtMs - betweenMs),
    userCalls: during.filter(({ probe }) => !probe).length,
    probes: during.filter(({ probe }) => probe).length,
    probesAfterMs: during.filter(({ probe }) => probe).map(({ atMs }) => atMs - fromMs),
    others: Object.fromEntries(
      [...streams].map((stream) => [
        stream,
        { healthy: part(stream, healthyAtMs, hungAtMs), hung: part(stream, hungAtMs, mendedAtMs) },
      ]),
    ),
    recoveredAfterMs: recoveredAfter(shots, mendedAtMs, endedAtMs),
    underWay: firstSecond.slice(0, 40),
    mostUnderWay: Math.max(0, ...firstSecond),
  };
}

function partOf(shots: readonly Shot[], lastsMs: number): Part {
  const took = shots.map(({ tookMs }) => tookMs).sort((a, b) => a - b);
  const at = (share: number) => took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? 0;
  const answers: Part['answers'] = {};
  for (const { answer } of shots) answers[answer] = (answers[answer] ?? 0) + 1;
  return {
    requests: shots.length,
    p50: at(0.5),
    p99: at(0.99),
    slowest: took.at(-1) ?? 0,
    over100: took.filter((ms) => ms > 100).length,
    answers,
    wholePerSecond: (((answers.LIVE ?? 0) + (answers.KEPT ?? 0)) * 1_000) / lastsMs,
  };
}

/** Until the last page that was not whole and live; null where pages were not so at the end. */
function recoveredAfter(shots: readonly Shot[], mendedAtMs: number, endedAtMs: number): number | null {
  const after = shots.filter(({ stream, atMs }) => stream === 'page' && atMs >= mendedAtMs);
  const lastBad = Math.max(mendedAtMs, ...after.filter(({ answer }) => answer !== 'LIVE').map(({ atMs }) => atMs));
  return lastBad > endedAtMs - 1_000 ? null : lastBad - mendedAtMs;
}
