// The queues as a supervisor sees them: who waits, which agents are free, and what has been answered since the start.
// Looks at calls; makes none. Knows no wire.
import type { Call } from './calls.ts';
import type { Desk, Line } from './lines.ts';

/** One queue as a supervisor sees it. */
export interface Queue {
  readonly line: Line;
  /** In the order of their places. */
  readonly waiting: readonly Call[];
  readonly members: readonly Member[];
  readonly tally: Tally;
}
/** An agent; `status` is Asterisk's device state: 1 free, 2 in use, 5 not reachable, 6 ringing. */
export interface Member {
  readonly agent: string;
  readonly status: 1 | 2 | 5 | 6;
  readonly paused: boolean;
  readonly callsTaken: number;
  /** When its last call ended, ms since the epoch; 0 for never. */
  readonly lastCallAt: number;
}
/** A queue's counts since the start; the two times are Asterisk's moving averages, in ms. */
export interface Tally {
  completed: number;
  abandoned: number;
  holdMs: number;
  talkMs: number;
  /** By agent: calls taken, and when the last ended (ms since the epoch). */
  readonly taken: Map<string, { calls: number; lastAt: number }>;
}
/** What the switchboard keeps of a line. */
export interface Lane {
  readonly line: Line;
  readonly desk: Desk;
  readonly tally: Tally;
  /** Nobody is logged in: the desk keeps its agents, who come back. */
  empty: boolean;
}

export const newTally = (): Tally => ({ completed: 0, abandoned: 0, holdMs: 0, talkMs: 0, taken: new Map() });

/** A queue's averages move a quarter of the way to each new call, as app_queue's do. */
const moved = (average: number, latest: number): number => average + (latest - average) / 4;

/** Counts a call of the line that is over. */
export function count({ tally }: Lane, call: Call): void {
  if (call.enterAt === null) return;
  if (call.connectAt === null || call.agent === null) {
    tally.abandoned += 1;
    return;
  }
  tally.completed += 1;
  tally.holdMs = moved(tally.holdMs, call.connectAt - call.enterAt);
  tally.talkMs = moved(tally.talkMs, call.endAt - call.connectAt);
  tally.taken.set(call.agent, { calls: (tally.taken.get(call.agent)?.calls ?? 0) + 1, lastAt: call.endAt });
}

/** The queue at `now` (ms since the epoch) among all `living` calls. */
export function queueOf({ line, desk, tally, empty }: Lane, living: Iterable<Call>, now: number): Queue {
  const calls = [...living].filter((call) => call.line === line.name);
  const waiting = calls.filter(
    ({ enterAt, connectAt, endAt }) => enterAt !== null && enterAt <= now && (connectAt ?? endAt) > now,
  );
  return {
    line,
    waiting: waiting.sort((a, b) => (a.enterAt ?? 0) - (b.enterAt ?? 0)),
    members: empty ? [] : membersOf(line, desk, tally, calls, now),
    tally,
  };
}

function membersOf(line: Line, desk: Desk, tally: Tally, calls: readonly Call[], now: number): Member[] {
  const engaged = new Map<string | null, Call>();
  for (const call of calls) {
    if (call.connectAt !== null && call.connectAt - call.ringMs <= now) engaged.set(call.agent, call);
  }
  const working = desk.agents.map((agent): Member => {
    const call = engaged.get(agent);
    const status = call === undefined ? 1 : (call.connectAt ?? 0) > now ? 6 : 2;
    const past = tally.taken.get(agent);
    return { agent, status, paused: false, callsTaken: past?.calls ?? 0, lastCallAt: past?.lastAt ?? 0 };
  });
  // on every line one agent is at lunch, and one has gone home without logging off
  const idle = (index: number) => `PJSIP/${Number(line.exten) * 100 + desk.agents.length + index}`;
  const lunching: Member = { agent: idle(1), status: 1, paused: true, callsTaken: 0, lastCallAt: 0 };
  return [...working, lunching, { ...lunching, agent: idle(2), status: 5, paused: false }];
}
