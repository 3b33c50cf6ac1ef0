// The calls of any one day of the past, made up from the world: the same world and day give the same calls, and the
// people of the journeys have theirs. Knows no wire and nothing of the present.

import type { Changed } from '../mock.ts';
import { pick, type Random } from '../world/random.ts';
import type { Day, World } from '../world.ts';
import { type Call, callerNumber, channelName, inbound, joinsAt, uniqueId } from './calls.ts';
import { agentsOf, CALLS_A_HOME_A_DAY, type Fate, LINES, lineAt, openDesk, serve } from './lines.ts';
import { dramaNumber, nationalOf, presented } from './numbers.ts';
import type { Switchboard } from './switchboard.ts';

/** Calls end before midnight, so that each day's records stand alone: no call starts after 23:20. */
const LAST_START_MS = (23 * 60 + 20) * 60_000;
/** Weekends bring a quarter of a weekday's calls, except emergencies. */
const WEEKEND = 0.25;

/** A resident rung by an agent. */
function outbound(agent: string, number: string, startAt: number, roll: number, counter: number): Call {
  const disposition = roll < 0.6 ? 'ANSWERED' : roll < 0.85 ? 'NO ANSWER' : roll < 0.97 ? 'BUSY' : 'FAILED';
  const ringMs = disposition === 'NO ANSWER' ? 45_000 : disposition === 'FAILED' ? 0 : 9_000;
  const answerAt = disposition === 'ANSWERED' ? startAt + ringMs : null;
  return {
    id: uniqueId(startAt, counter),
    agentId: uniqueId(startAt, counter + 1),
    farId: null,
    kind: 'OUTBOUND',
    channel: channelName(agent, counter),
    number,
    name: '',
    context: 'internal',
    exten: number,
    app: null,
    line: null,
    startAt,
    answerAt,
    enterAt: null,
    position: 0,
    agent,
    ringMs,
    connectAt: answerAt,
    endAt: startAt + ringMs + (answerAt === null ? 1_000 : 60_000 + Math.floor(roll * 400_000)),
    endedBy: 'CALLER',
    disposition,
    cause: 16,
  };
}

/** Midnight that begins `day` in London, ms since the epoch. */
export const midnightOf = (day: Day): number =>
  Temporal.PlainDate.from(day).toZonedDateTime('Europe/London').epochMilliseconds;

/** What the journeys rely on: days before today, minute of the day, line, waited and talked (s); talked 0 is given up. */
const JOURNEYS: readonly (readonly [
  keyof Pick<World['cast'], 'katy' | 'david'>,
  number,
  number,
  string,
  number,
  number,
])[] = [
  ['katy', 26, 9 * 60 + 12, 'repairs', 96, 310],
  ['katy', 19, 10 * 60 + 47, 'lettings', 412, 540],
  ['katy', 11, 11 * 60 + 3, 'lettings', 868, 0],
  ['katy', 4, 14 * 60 + 31, 'lettings', 655, 228],
  ['katy', 1, 16 * 60 + 20, 'switchboard', 45, 74],
  ['david', 23, 13 * 60 + 2, 'rents', 140, 262],
  ['david', 15, 9 * 60 + 40, 'lettings', 520, 610],
  ['david', 8, 12 * 60 + 15, 'lettings', 733, 0],
  ['david', 3, 9 * 60 + 6, 'lettings', 301, 415],
];

function journeyCalls(world: World, day: Day, counter: number): Call[] {
  const ago = Temporal.PlainDate.from(day).until(world.today, { largestUnit: 'day' }).days;
  return JOURNEYS.filter(([, daysAgo]) => daysAgo === ago).flatMap(
    ([who, , minute, lineName, waitedS, talkedS], index) => {
      const line = lineAt(lineName);
      const national = nationalOf(world.memberByRef.get(world.cast[who].personReference)?.telephone ?? '');
      if (line === undefined || national === null) return [];
      const startAt = midnightOf(day) + minute * 60_000;
      const leaveAt = joinsAt(startAt) + waitedS * 1_000 + talkedS * 1_000;
      const connectAt = talkedS > 0 ? joinsAt(startAt) + waitedS * 1_000 : null;
      const agent = connectAt === null ? null : (agentsOf(line, world.homes.length)[0] ?? null);
      const fate: Fate = {
        position: 4,
        agent,
        ringMs: connectAt === null ? 0 : 3_000,
        connectAt,
        leaveAt,
        endedBy: 'CALLER',
      };
      return [
        inbound(line, presented(national, world.random(`form ${who} ${day}`)), startAt, fate, counter + index * 2),
      ];
    },
  );
}

/** Every call that began on `day`, in order; the same world and day give the same calls. About 0.03 a home. */
export function callsOn(world: World, day: Day): Call[] {
  const random = world.random(`calls ${day}`);
  const midnight = midnightOf(day);
  const weekend = Temporal.PlainDate.from(day).dayOfWeek > 5;
  let counter = 1;
  const calls: Call[] = [];
  for (const line of LINES) {
    const [opens, closes] = line.hours;
    const quiet = weekend && closes - opens < 24 ? WEEKEND : 1;
    const expected = world.homes.length * CALLS_A_HOME_A_DAY * line.share * quiet;
    // the power bends an even spread towards the morning, when lines are full
    const starts = Array.from({ length: Math.floor(expected + random()) }, () =>
      Math.floor(Math.min((opens + (closes - opens) * random() ** 1.5) * 3_600_000, LAST_START_MS)),
    ).sort((a, b) => a - b);
    const agents = agentsOf(line, world.homes.length);
    const desk = openDesk(agents, midnight);
    for (const start of starts) {
      const startAt = midnight + start;
      calls.push(
        inbound(line, callerNumber(world, random), startAt, serve(line, desk, joinsAt(startAt), random), counter),
      );
      counter += 2;
      const agent = agents[Math.floor(random() * agents.length)];
      if (agent === undefined || random() > 0.12) continue;
      const member = world.members[Math.floor(random() * world.members.length)];
      const number = nationalOf(member?.telephone ?? '') ?? dramaNumber(random);
      calls.push(outbound(agent, number, startAt + 60_000, random(), counter));
      counter += 2;
    }
  }
  calls.push(...journeyCalls(world, day, counter));
  return calls.sort((a, b) => a.startAt - b.startAt);
}

/** So long ago the call began that agents have just ended: under a minute of ringing and talking. */
const JUST_NOW_MS = 70_000;

/** Has agents ring so many residents; the calls are over by now. */
export function ringResidents(world: World, board: Switchboard, count: number, random: Random): Changed[] {
  board.advance();
  const agents = LINES.flatMap((line) => agentsOf(line, world.homes.length));
  return Array.from({ length: count }, () => {
    const number = nationalOf(pick(random, world.members).telephone) ?? dramaNumber(random);
    const agent = pick(random, agents);
    const roll = random();
    const call = board.record((counter) => {
      const made = outbound(agent, number, board.now() - JUST_NOW_MS, roll, counter);
      return { ...made, endAt: board.now() };
    });
    return { reference: call.id, what: `rang ${call.disposition === 'ANSWERED' ? 'and spoke' : 'in vain'}` };
  });
}
