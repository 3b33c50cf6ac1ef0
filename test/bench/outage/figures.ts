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
  /** The first questions of users after the mending. */
  backAgain: Pick<BackAgain, 'underWay' | 'allowed'>[];
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
  const back = lettingIn(asked, mendedAtMs, endedAtMs);
  const firstSecond = back.filter(({ atMs }) => atMs < (back[0]?.atMs ?? 0) + 1_000);
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
    backAgain: firstSecond.slice(0, 40).map(({ underWay, allowed }) => ({ underWay, allowed })),
    mostUnderWay: Math.max(0, ...firstSecond.map(({ underWay }) => underWay)),
  };
}

/** A user's question to a backend that is let back in. */
export interface BackAgain {
  atMs: number;
  /** How many were under way as it came, it included. */
  underWay: number;
  /** How many might be: places double once as many as there are have come back, or a probe has. From sixteen on, any. */
  allowed: number;
}

/** Users' questions in their order, from the mending on. */
export function lettingIn(asked: readonly Asked[], mendedAtMs: number, endedAtMs: number): BackAgain[] {
  const since = asked.filter(({ atMs }) => atMs >= mendedAtMs).sort((a, b) => a.atMs - b.atMs);
  const calls = since.filter(({ probe }) => !probe);
  const firstAtMs = calls[0]?.atMs ?? endedAtMs;
  return calls.map((call, index) => {
    const over = ({ overAtMs }: Asked) => overAtMs !== null && overAtMs <= call.atMs;
    const done = calls.slice(0, index).filter(over).length;
    const probes = since.filter((one) => one.probe && one.atMs > firstAtMs && over(one)).length;
    const places = 2 ** (Math.floor(Math.log2(done + 1)) + probes);
    return { atMs: call.atMs, underWay: index + 1 - done, allowed: places >= 16 ? asked.length : places };
  });
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
