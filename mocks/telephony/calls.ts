// One telephone call, made up from the world: what it is, who rings, and its names in Asterisk. The history and the live
// switchboard are both made of these. Knows no wire: neither ARI's JSON nor the CDR's columns.

import type { World } from '../world.ts';
import type { Fate, Line } from './lines.ts';
import { dramaNumber, nationalOf, presented } from './numbers.ts';

/** One call's whole course; every `...At` is ms since the epoch. A call is made with its end already known. */
export interface Call {
  /** Asterisk's uniqueid of the caller's channel: the caller's own choice, else `seconds.counter`. */
  readonly id: string;
  /** Uniqueid of the agent's channel, used once `agent` rings. */
  readonly agentId: string;
  /** Uniqueid of the far half of an originated Local channel; null: it has none. */
  readonly farId: string | null;
  /** INBOUND a resident rings us; OUTBOUND an agent rings a resident; ORIGINATED asked for through ARI. */
  readonly kind: 'INBOUND' | 'OUTBOUND' | 'ORIGINATED';
  readonly channel: string;
  /** Caller ID as presented, dirt and all; `anonymous` for withheld. */
  readonly number: string;
  readonly name: string;
  readonly context: string;
  readonly exten: string;
  /** The ARI application that an originated call was made for, and its arguments after commas; null: the dialplan has it. */
  readonly app: string | null;
  /** The queue it joins; null for none. */
  readonly line: string | null;
  readonly startAt: number;
  /** When the dialled party of an OUTBOUND or ORIGINATED call picked up. An INBOUND one is answered at `connectAt`. */
  answerAt: number | null;
  enterAt: number | null;
  readonly position: number;
  agent: string | null;
  readonly ringMs: number;
  connectAt: number | null;
  /** Ends here, unless somebody hangs up sooner. */
  endAt: number;
  endedBy: Fate['endedBy'];
  disposition: 'ANSWERED' | 'NO ANSWER' | 'BUSY' | 'FAILED';
  /** Why its channels went, as Asterisk numbers causes (Q.850). */
  cause: Cause;
}
/** The causes that come up here: unknown, normal clearing, busy, no answer. */
export type Cause = 0 | 16 | 17 | 19;

/** How a caller spends the time before the queue: greeting and menu, in ms. */
const MENU_MS = 8_000;

/** The number shown for a caller: mostly a resident's own, now and then withheld or a stranger's. */
export function callerNumber(world: World, random: () => number): string {
  const member = world.members[Math.floor(random() * world.members.length)];
  const national = nationalOf(member?.telephone ?? '') ?? dramaNumber(random);
  return random() < 0.07 ? 'anonymous' : presented(national, random);
}

/** Number `counter` of the trunk's or an agent's channels, e.g. `PJSIP/trunk-0000002a`. */
export const channelName = (peer: string, counter: number): string =>
  `${peer}-${counter.toString(16).padStart(8, '0')}`;
/** Asterisk's own uniqueid. */
export const uniqueId = (at: number, counter: number): string => `${Math.floor(at / 1000)}.${counter}`;

/** An inbound call to `line` that joins the queue at `startAt` + menu. `counter` numbers its two channels. */
export function inbound(line: Line, number: string, startAt: number, fate: Fate, counter: number): Call {
  return {
    id: uniqueId(startAt, counter),
    agentId: uniqueId(fate.connectAt === null ? startAt : fate.connectAt - fate.ringMs, counter + 1),
    farId: null,
    kind: 'INBOUND',
    channel: channelName('PJSIP/trunk', counter),
    number,
    name: '',
    context: 'from-trunk',
    exten: line.exten,
    app: null,
    line: line.name,
    startAt,
    answerAt: null,
    enterAt: startAt + MENU_MS,
    position: fate.position,
    agent: fate.agent,
    ringMs: fate.ringMs,
    connectAt: fate.connectAt,
    endAt: fate.leaveAt,
    endedBy: fate.endedBy,
    disposition: fate.connectAt === null ? 'NO ANSWER' : 'ANSWERED',
    cause: 16,
  };
}
export const joinsAt = (startAt: number): number => startAt + MENU_MS;
