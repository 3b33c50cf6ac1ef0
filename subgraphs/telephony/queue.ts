// What the exchange says of now (queues, who waits in them, channels), as it arrives and in the schema's words.
import { z } from 'zod';
import type { Line, LiveCall, WaitingCaller } from '../../schema/generated/telephony.ts';
import { londonTime, phoneNumber, trimmed, wholeNumber } from '../continuity/dirt.ts';
import type { Known } from '../continuity/fields.ts';

const text = z
  .string()
  .nullish()
  .transform((value) => trimmed(value));
const count = text.transform((value) => wholeNumber(value));

/** A QueueSummary event. Times in seconds. */
export const wireSummary = z.object({
  queue: text.pipe(z.string()),
  loggedin: count,
  available: count,
  callers: count,
  longestholdtime: count,
});

/** A QueueEntry event of QueueStatus. */
export const wireEntry = z.object({
  queue: text.pipe(z.string()),
  position: count.pipe(z.number()),
  wait: count.pipe(z.number()),
  calleridnum: text,
  uniqueid: text,
});

const party = z.object({ name: text, number: text }).nullish();

/** A channel of the REST interface. */
export const wireChannel = z.object({
  id: text.pipe(z.string()),
  state: text.pipe(z.string()),
  caller: party,
  connected: party,
  dialplan: z.object({ exten: text }).nullish(),
  creationtime: text,
});

/** A line in the schema's words. */
export function lineOf(summary: z.output<typeof wireSummary>): Omit<Known<Line>, 'waiting' | 'provenance'> {
  const { queue, callers, longestholdtime, loggedin, available } = summary;
  return {
    name: queue,
    waitingCallers: callers,
    longestWait: longestholdtime,
    agentsLoggedIn: loggedin,
    agentsAvailable: available,
    open: loggedin === null ? null : loggedin > 0,
  };
}

/** Somebody who waits. */
export function waitingCallerOf({
  position,
  wait,
  calleridnum,
  uniqueid,
}: z.output<typeof wireEntry>): Known<WaitingCaller> {
  return {
    position,
    waitSeconds: wait,
    number: phoneNumber(calleridnum),
    numberAsRecorded: calleridnum,
    callId: uniqueid,
  };
}

/** A leg of a call that is going on. */
export function liveCallOf(channel: z.output<typeof wireChannel>): Known<LiveCall> {
  const { id, state, caller, connected, dialplan, creationtime } = channel;
  return {
    callId: id,
    state,
    callerNumber: phoneNumber(caller?.number),
    callerNumberAsRecorded: caller?.number ?? null,
    callerName: caller?.name ?? null,
    connectedNumber: phoneNumber(connected?.number),
    connectedNumberAsRecorded: connected?.number ?? null,
    connectedName: connected?.name ?? null,
    extension: dialplan?.exten ?? null,
    startedAt: londonTime(creationtime),
  };
}
