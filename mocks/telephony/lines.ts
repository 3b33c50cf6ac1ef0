// The landlord's telephone lines (Asterisk queues) and how a caller gets through: first come, first served, by agents
// who finish one call before the next, while patience lasts. Knows nothing of HTTP, records or people.

/** One line as the dialplan and queues.conf define it. */
export interface Line {
  readonly name: string;
  /** Its extension in context `default`: `Queue(name,t,,,900)`. */
  readonly exten: string;
  /** Part of all calls that ring here, by what a landlord's call reports usually show. */
  readonly share: number;
  /** Mean length of a conversation, in ms. */
  readonly talkMs: number;
  /** First and last hour of a working day, London; emergencies never close. */
  readonly hours: readonly [number, number];
  /** Calls offered over calls that can be taken, while the mock runs: above 1 a queue builds until patience ends. */
  readonly load: number;
  readonly strategy: string;
}

const MINUTE = 60_000;

export const LINES: readonly Line[] = [
  {
    name: 'repairs',
    exten: '100',
    share: 0.45,
    talkMs: 5 * MINUTE,
    hours: [8, 18],
    load: 1.25,
    strategy: 'leastrecent',
  },
  { name: 'rents', exten: '101', share: 0.2, talkMs: 6 * MINUTE, hours: [8, 18], load: 1.1, strategy: 'leastrecent' },
  { name: 'lettings', exten: '102', share: 0.12, talkMs: 7 * MINUTE, hours: [9, 17], load: 1.4, strategy: 'rrmemory' },
  {
    name: 'switchboard',
    exten: '103',
    share: 0.18,
    talkMs: 1.5 * MINUTE,
    hours: [8, 18],
    load: 0.9,
    strategy: 'ringall',
  },
  {
    name: 'emergencies',
    exten: '104',
    share: 0.05,
    talkMs: 4 * MINUTE,
    hours: [0, 24],
    load: 0.6,
    strategy: 'ringall',
  },
];

/** The line that an extension, or its name dialled as one, reaches. */
export const lineAt = (exten: string): Line | undefined =>
  LINES.find((line) => line.exten === exten || line.name === exten);

/** What Asterisk calls its arguments: 900 s is the longest wait that the dialplan allows. */
export const queueData = (line: string): string => `${line},t,,,900`;

/**
 * What the dialplan does at an extension: how long it keeps a call that nobody ends; null: no such extension, where Asterisk
 * hangs up. Context `queues` has the lines alone. Every other one has what a site's own extensions can reach: it dials out.
 */
export function applicationAt(
  exten: string,
  context: string = 'default',
): { name: string; data: string; keptMs: number } | null {
  const line = lineAt(exten);
  if (line !== undefined) return { name: 'Queue', data: queueData(line.name), keptMs: LONGEST_WAIT_MS };
  if (context === 'queues') return null;
  if (exten === '200') return { name: 'Playback', data: 'welfare-message', keptMs: 45_000 };
  if (exten === '300') return { name: 'Wait', data: '600', keptMs: 600_000 };
  if (exten === '*98') return { name: 'VoiceMailMain', data: '', keptMs: 60_000 };
  if (OUTSIDE.test(exten)) return { name: 'Dial', data: `PJSIP/${exten}@trunk,45`, keptMs: LONGEST_DIALLED_MS };
  return null;
}

/** What the site's own extensions may dial: anybody in the country and abroad, and the emergency services. */
const OUTSIDE = /^(?:0\d{6,}|\+\d{7,}|999|112|118\d{3})$/;
/** A call to the outside that nobody ends is ended by the trunk after so long, in ms. */
const LONGEST_DIALLED_MS = 3_600_000;
/** The dialplan's longest wait, in ms, after which EXITWITHTIMEOUT. */
export const LONGEST_WAIT_MS = 900_000;
/** Agents' pause after a call (`wrapuptime`), in ms. */
export const WRAP_UP_MS = 15_000;

/** Interfaces of the agents who take a line's calls: enough for its share of the estate, never fewer than two, and some more. */
export function agentsOf(line: Line, homes: number, more = 0): string[] {
  // 0.032 calls a home a day, over ten hours, at seven eighths occupied
  const erlangs = (homes * CALLS_A_HOME_A_DAY * line.share * (line.talkMs + WRAP_UP_MS)) / (10 * 60 * MINUTE);
  const count = Math.max(2, Math.ceil(erlangs / 0.875));
  return Array.from({ length: count + more }, (_, index) => `PJSIP/${Number(line.exten) * 100 + index + 1}`);
}
/** About one call a home a month, as a landlord of 125,000 homes and a million calls a year has. */
export const CALLS_A_HOME_A_DAY = 0.032;

/** A line being worked: when each agent is next free, and when each waiting caller's place is given up (ms epoch). */
export interface Desk {
  readonly agents: readonly string[];
  readonly freeAt: number[];
  leavesAt: number[];
}
export const openDesk = (agents: readonly string[], at: number): Desk => ({
  agents,
  freeAt: agents.map(() => at),
  leavesAt: [],
});

/** How one caller fared. */
export interface Fate {
  /** Place in the queue on joining, from 1. */
  readonly position: number;
  /** Null: nobody took the call. */
  readonly agent: string | null;
  readonly ringMs: number;
  readonly connectAt: number | null;
  readonly leaveAt: number;
  /** REQUEST: hung up through ARI. */
  readonly endedBy: 'CALLER' | 'AGENT' | 'TIMEOUT' | 'REQUEST';
}

/** Puts one caller through `desk`; callers are to come in the order of `enterAt`. `random` decides patience and talk. */
export function serve(line: Line, desk: Desk, enterAt: number, random: () => number): Fate {
  // one in ten has dialled the wrong line or lost heart at the first bar of music; the rest hold for minutes
  const patienceMs = random() < 0.1 ? 3_000 + random() * 15_000 : 120_000 + random() * 1_100_000;
  const ringMs = 1_000 + Math.floor(random() * 9_000);
  const talkMs = Math.floor(line.talkMs * (0.25 + 1.5 * random()));
  const byAgent = random() < 0.3;

  desk.leavesAt = desk.leavesAt.filter((leaveAt) => leaveAt > enterAt);
  const position = desk.leavesAt.length + 1;
  const soonest = Math.min(...desk.freeAt);
  const agent = desk.freeAt.indexOf(soonest);
  const connectAt = Math.max(enterAt, soonest) + ringMs;
  const givesUpAt = enterAt + Math.floor(Math.min(patienceMs, LONGEST_WAIT_MS));
  if (connectAt >= givesUpAt) {
    desk.leavesAt.push(givesUpAt);
    const endedBy = patienceMs > LONGEST_WAIT_MS ? 'TIMEOUT' : 'CALLER';
    return { position, agent: null, ringMs: 0, connectAt: null, leaveAt: givesUpAt, endedBy };
  }
  desk.leavesAt.push(connectAt);
  desk.freeAt[agent] = connectAt + talkMs + WRAP_UP_MS;
  return {
    position,
    agent: desk.agents[agent] ?? null,
    ringMs,
    connectAt,
    leaveAt: connectAt + talkMs,
    endedBy: byAgent ? 'AGENT' : 'CALLER',
  };
}
