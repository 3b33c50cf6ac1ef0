// The switchboard at this moment: every line busy with made-up callers, and the calls that somebody asks it to make.
// Time moves only by the clock it is given; `advance` plays what has happened since. Knows no wire.

import type { World } from '../world.ts';
import { type Call, type Cause, callerNumber, inbound, joinsAt } from './calls.ts';
import { agentsOf, LINES, openDesk, serve } from './lines.ts';
import { courseOf, type Origination, RINGS_AFTER_MS } from './origination.ts';
import { count, type Lane, newTally, type Queue, queueOf } from './queues.ts';

export interface Switchboard {
  readonly startedAt: number;
  /** Before this instant its calls are the made-up past of calls.ts, from it on its own. */
  readonly opensAt: number;
  /** As far as has been played, ms since the epoch. */
  now(): number;
  /** Plays everything up to the clock's now, telling listeners. Every answer begins with it. */
  advance(): void;
  /** Calls alive now. */
  live(): readonly Call[];
  /** Calls over, in the order of their ends. */
  over(): readonly Call[];
  queues(): Queue[];
  /** Makes a call; null: a live channel has that id already. */
  originate(wanted: Origination): Call | null;
  hangUp(call: Call, cause: Cause): void;
  /** Every agent of a line logs off, or on again. Calls that they have go on. */
  logOff(line: string, off: boolean): void;
  /** Adds a call that is over by now, made from a desk; `make` is given a number for its two channels. */
  record(make: (counter: number) => Call): Call;
  /** Told of each instant at which a call changes, in order. Returns what ends it. */
  listen(listener: (call: Call, at: number) => void): () => void;
}

/** So long before the start the lines open, so that the first look already finds people waiting. */
const WARM_UP_MS = 40 * 60_000;
/** Clear of the numbers that a day's history uses, so that uniqueids never meet. */
const FIRST_CHANNEL = 1_000_000;

/** Every instant at which `call` changes, in order. */
function instantsOf(call: Call): number[] {
  const agentAt = call.connectAt === null ? null : call.connectAt - call.ringMs;
  const ringsAt = call.kind === 'ORIGINATED' ? call.startAt + RINGS_AFTER_MS : null;
  const instants = [call.startAt, ringsAt, call.answerAt, call.enterAt, agentAt, call.connectAt, call.endAt];
  return [...new Set(instants.filter((at): at is number => at !== null && at <= call.endAt))].sort((a, b) => a - b);
}

/** Opens a switchboard whose lines ring by `clock` (ms since the epoch). Same world and same start, same calls. */
export function openSwitchboard(world: World, clock: () => number): Switchboard {
  const startedAt = clock();
  const opensAt = startedAt - WARM_UP_MS;
  const random = world.random('switchboard');
  const living = new Set<Call>();
  const over: Call[] = [];
  const listeners = new Set<(call: Call, at: number) => void>();
  let channels = FIRST_CHANNEL;
  let playedTo = opensAt;

  const lanes = LINES.map((line) => {
    const gapMs = line.talkMs / agentsOf(line, world.homes.length).length / line.load / world.callers;
    const desk = openDesk(agentsOf(line, world.homes.length, world.agents), playedTo);
    return { line, desk, nextAt: playedTo + gapMs * random(), gapMs, tally: newTally(), empty: false };
  });

  /** Who takes a line's calls: nobody, where all have logged off. */
  const deskOf = ({ desk, empty }: Lane, at: number) => (empty ? openDesk([], at) : desk);

  /** Room for the two channels of a call. */
  function nextChannels(): number {
    channels += 2;
    return channels - 2;
  }

  /** New callers of every line up to `at`, each with the whole course of its call. */
  function ring(at: number): void {
    for (const lane of lanes) {
      while (lane.nextAt <= at) {
        const startAt = Math.floor(lane.nextAt);
        const fate = serve(lane.line, deskOf(lane, startAt), joinsAt(startAt), random);
        living.add(inbound(lane.line, callerNumber(world, random), startAt, fate, nextChannels()));
        // exponential gaps: people do not ring in step
        lane.nextAt += Math.max(1, -Math.log(1 - random()) * lane.gapMs);
      }
    }
  }

  function finish(call: Call): void {
    living.delete(call);
    over.push(call);
    const lane = lanes.find(({ line }) => line.name === call.line);
    if (lane !== undefined) count(lane, call);
  }

  function advance(): void {
    // a clock set back does not bring calls back
    const at = Math.max(clock(), playedTo);
    ring(at);
    const due: { call: Call; instant: number }[] = [];
    for (const call of living) {
      for (const instant of instantsOf(call)) if (instant > playedTo && instant <= at) due.push({ call, instant });
    }
    playedTo = at;
    for (const { call, instant } of due.sort((a, b) => a.instant - b.instant)) {
      for (const listener of listeners) listener(call, instant);
      if (instant === call.endAt) finish(call);
    }
  }

  function originate(wanted: Origination): Call | null {
    advance();
    const ids = [wanted.id, wanted.farId].filter((id) => id !== null);
    for (const call of living) {
      if ([call.id, call.farId, call.agentId].some((id) => id !== null && ids.includes(id))) return null;
    }
    const call = courseOf(wanted, playedTo, nextChannels(), (line, enterAt) => {
      const lane = lanes.find((one) => one.line === line);
      return serve(line, lane ? deskOf(lane, enterAt) : openDesk([], enterAt), enterAt, random);
    });
    living.add(call);
    for (const listener of listeners) listener(call, call.startAt);
    return call;
  }

  function hangUp(call: Call, cause: Cause): void {
    advance();
    if (!living.has(call)) return;
    call.endAt = Math.max(playedTo, call.startAt + 1);
    call.endedBy = 'REQUEST';
    call.cause = cause;
    for (const listener of listeners) listener(call, call.endAt);
    // what was still to come never happens
    if (call.answerAt !== null && call.answerAt > playedTo)
      Object.assign(call, { answerAt: null, disposition: 'NO ANSWER' });
    if (call.enterAt !== null && call.enterAt > playedTo) call.enterAt = null;
    if (call.connectAt !== null && call.connectAt > playedTo) Object.assign(call, { connectAt: null, agent: null });
    if (call.kind === 'INBOUND' && call.connectAt === null) call.disposition = 'NO ANSWER';
    finish(call);
  }

  advance();
  return {
    startedAt,
    opensAt,
    now: () => playedTo,
    advance,
    live: () => [...living].filter((call) => call.startAt <= playedTo),
    over: () => over,
    queues: () => lanes.map((lane) => queueOf(lane, living, playedTo)),
    originate,
    hangUp,
    logOff(name, off) {
      advance();
      const lane = lanes.find(({ line }) => line.name === name);
      if (lane) lane.empty = off;
    },
    record(make) {
      const call = make(nextChannels());
      over.push(call);
      return call;
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

const boards = new WeakMap<World, Switchboard>();

/** The one switchboard of `world`, shared by its live side and its records; the clock is the first caller's. */
export function switchboardOf(world: World, clock: () => number): Switchboard {
  const board = boards.get(world) ?? openSwitchboard(world, clock);
  boards.set(world, board);
  return board;
}
