// What happened to calls in queues, as Asterisk writes it to queue_log (`epoch|callid|queue|agent|EVENT|p1|p2|p3`), and
// in the schema's words.
import { setImmediate } from 'node:timers/promises';
import type { QueueEvent, QueueEventType } from '../../schema/generated/telephony.ts';
import { londonTimeOfEpoch, londonWallClock, trimmed, word } from '../continuity/dirt.ts';
import { WireError } from '../continuity/errors.ts';
import type { Known } from '../continuity/fields.ts';
import type { Entry } from './history.ts';

/** A line of queue_log, as it arrives. */
export interface QueueRecord {
  epoch: number;
  queue: string;
  agent: string;
  event: string;
  parameters: string[];
}

/** So many lines are read before other work gets its turn: a millisecond or so. */
const linesATurn = 500;

/** Reads queue_log. What happened to no call (agents who come and go) is left out. Throws WireError GARBLED. */
export async function* queueRecords(log: string): AsyncGenerator<Entry<QueueRecord>> {
  let read = 0;
  for (const line of log.split('\n')) {
    if (++read % linesATurn === 0) await setImmediate();
    const [epoch = '', callId = '', queue, agent, event, ...parameters] = line.trim().split('|');
    if (line.trim() === '') continue;
    if (!/^\d{9,11}(\.\d+)?$/.test(epoch) || queue === undefined || agent === undefined || !event) {
      throw new WireError('GARBLED', 'a line of queue_log that is none');
    }
    if (callId === '' || callId === 'NONE') continue;
    yield {
      // Lines have no identifier; two of one second that say the same are one, whatever blank parameters end them.
      identity: line.trim().replace(/\|+$/, ''),
      keys: [callId],
      at: londonWallClock(Number(epoch) * 1000),
      row: { epoch: Number(epoch), queue, agent, event, parameters },
    };
  }
}

const types: Record<string, QueueEventType> = {
  ENTERQUEUE: 'ENTERED',
  CONNECT: 'CONNECTED',
  COMPLETECALLER: 'COMPLETED',
  COMPLETEAGENT: 'COMPLETED',
  ABANDON: 'ABANDONED',
  EXITWITHTIMEOUT: 'TIMED_OUT',
  RINGNOANSWER: 'RANG_UNANSWERED',
};

/** An event in the schema's words. */
export function queueEventOf({ epoch, queue, agent, event, parameters }: QueueRecord): Known<QueueEvent> {
  // Asterisk: CONNECT(holdtime|...), ABANDON(position|origposition|waittime).
  const waited = event === 'CONNECT' ? parameters[0] : event === 'ABANDON' ? parameters[2] : undefined;
  return {
    at: londonTimeOfEpoch(epoch),
    line: queue.trim(),
    agent: agent === 'NONE' ? null : trimmed(agent),
    type: word(types, event) ?? 'UNKNOWN',
    typeCode: event.trim(),
    waitedSeconds: waited && /^\d+$/.test(waited) ? Number(waited) : null,
  };
}
