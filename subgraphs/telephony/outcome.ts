// What became of a call that the exchange made for us, out of its records. Through a Local channel it leaves two, of its
// halves `id` and `id;2`: the second is the telephone that rang. Knows no file.
import { londonTime, londonTimeOfEpoch, wholeNumber, word } from '../continuity/dirt.ts';
import { type CallRecord, dispositions } from './cdr.ts';
import type { QueueRecord } from './queuelog.ts';
import type { CallOutcome } from './steps.ts';

/** The far half of a call's Local channel, as the exchange names it. */
export const farHalf = (callId: string) => `${callId};2`;

/** Null: the records have nothing of it, as while it is going on. */
export function outcomeOf(callId: string, records: CallRecord[], events: QueueRecord[]): CallOutcome | null {
  const rang = records.find((record) => record.callId === farHalf(callId)) ?? records[0];
  const joined = events.length > 0;
  if (!rang && !joined) return null;
  const answeredOne = records.find(({ disposition }) => disposition.trim() === 'ANSWERED');
  const told = answeredOne ?? rang;
  return {
    // Only who has answered comes to a line.
    state: joined || answeredOne ? 'ANSWERED' : (word(dispositions, told?.disposition) ?? 'UNKNOWN'),
    putThrough: joined ? events.some(({ event }) => event.trim() === 'CONNECT') : null,
    startedAt: told ? londonTime(told.start) : londonTimeOfEpoch(events[0]?.epoch ?? 0),
    endedAt: told ? londonTime(told.end) : null,
    talkSeconds: told ? wholeNumber(told.billsec) : null,
  };
}
