// A call's lines in Asterisk's queue_log: `epoch|callid|queue|agent|EVENT|parameters`. Knows the events' parameters;
// knows no HTTP and no detail records.
import type { Call } from './calls.ts';

/** One line without its epoch, and the instant (ms since the epoch) at which it is written. */
export interface QueueEvent {
  readonly at: number;
  readonly line: string;
}

/** Written when Asterisk starts: of no call and no queue. */
export const RESTARTED = 'NONE|NONE|NONE|QUEUESTART|';

const between = (from: number, to: number): number => Math.floor(to / 1_000) - Math.floor(from / 1_000);

/** The events of one call, in order; none if it never joined a queue. */
export function queueEventsOf(call: Call): QueueEvent[] {
  const { line, enterAt, connectAt, agent, endAt, position } = call;
  if (line === null || enterAt === null) return [];
  const event = (at: number, who: string, name: string, ...parameters: (string | number)[]): QueueEvent => ({
    at,
    line: [call.id, line, who, name, ...parameters].join('|'),
  });
  const entered = event(enterAt, 'NONE', 'ENTERQUEUE', '', call.number, position);
  if (connectAt === null || agent === null) {
    const name = call.endedBy === 'TIMEOUT' ? 'EXITWITHTIMEOUT' : 'ABANDON';
    return [entered, event(endAt, 'NONE', name, 1, position, between(enterAt, endAt))];
  }
  const held = between(enterAt, connectAt);
  const completed = call.endedBy === 'AGENT' ? 'COMPLETEAGENT' : 'COMPLETECALLER';
  return [
    entered,
    event(connectAt, agent, 'CONNECT', held, call.agentId, Math.floor(call.ringMs / 1_000)),
    event(endAt, agent, completed, held, between(connectAt, endAt), position),
  ];
}
