// Call records, as Asterisk writes them to Master.csv, and calls in the schema's words.
import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { CsvError, parse } from 'csv-parse';
import type { Call, CallDisposition } from '../../schema/generated/telephony.ts';
import { londonTime, phoneNumber, trimmed, wholeNumber, word } from '../continuity/dirt.ts';
import { WireError } from '../continuity/errors.ts';
import type { Known } from '../continuity/fields.ts';
import type { Entry } from './history.ts';

/** A call record, as it arrives; what Lintel has no use for is left out. */
export interface CallRecord {
  callId: string;
  src: string;
  dst: string;
  start: string;
  answer: string;
  end: string;
  duration: string;
  billsec: string;
  disposition: string;
}

/** A call in the schema's words. */
export type CallValue = Omit<Known<Call>, 'queueEvents'>;

/** Columns up to `amaflags` always come; `uniqueid` and `userfield` only where the site logs them. */
const fewestColumns = 16;
/** So many characters are read before other work gets its turn: a millisecond or so. */
const sliceLength = 64 * 1024;

/** Rows of a CSV without a header. Throws WireError GARBLED. */
async function* rowsOf(csv: string): AsyncGenerator<string[]> {
  async function* slices() {
    for (let start = 0; start < csv.length; start += sliceLength) {
      yield csv.slice(start, start + sliceLength);
      await setImmediate();
    }
  }
  const rows = Readable.from(slices()).pipe(parse({ relax_column_count: true, skip_empty_lines: true, bom: true }));
  try {
    yield* rows;
  } catch (error) {
    throw error instanceof CsvError ? new WireError('GARBLED', `call records: ${error.code}`) : error;
  }
}

/** Reads Master.csv. Throws WireError GARBLED. */
export async function* callRecords(csv: string): AsyncGenerator<Entry<CallRecord>> {
  // The same few extensions, and those who ring often, come again and again: each is worked out once.
  const numbers = new Map<string, string | null>();
  const numberOf = (recorded: string) => {
    const known = numbers.get(recorded);
    if (known !== undefined) return known;
    const number = phoneNumber(recorded);
    numbers.set(recorded, number);
    return number;
  };
  for await (const row of rowsOf(csv)) yield entryOf(row, numberOf);
}

function entryOf(row: string[], numberOf: (recorded: string) => string | null): Entry<CallRecord> {
  if (row.length < fewestColumns) throw new WireError('GARBLED', `a call record of ${row.length} columns`);
  const [, src = '', dst = '', , , channel = '', , , , start = '', answer = '', end = ''] = row;
  const [duration = '', billsec = '', disposition = '', , uniqueid = ''] = row.slice(12);
  const at = start.slice(0, 19).replace(' ', 'T');
  if (!/^\d{4}-\d\d-\d\dT/.test(at) || Number.isNaN(Date.parse(`${at}Z`))) {
    throw new WireError('GARBLED', 'a call record that does not say when it began');
  }
  // A channel's name with the time is the exchange's next best, where it does not write down its identifiers.
  const callId = uniqueid.trim() || `${channel}@${start}`;
  const keys = [numberOf(src), numberOf(dst), callId].filter((each) => each !== null);
  return {
    identity: `${callId} ${channel}`,
    keys: [...new Set(keys)],
    at,
    row: { callId, src, dst, start, answer, end, duration, billsec, disposition },
  };
}

/** Of two records of one call (a queue that rings several agents writes one for each) the one that was answered. */
export function betterRecord(known: CallRecord, arrived: CallRecord): CallRecord {
  const answered = ({ disposition }: CallRecord) => disposition.trim() === 'ANSWERED';
  if (answered(known) !== answered(arrived)) return answered(known) ? known : arrived;
  return arrived.end > known.end ? arrived : known;
}

/** The exchange's words for what became of a call. */
export const dispositions: Record<string, CallDisposition> = {
  ANSWERED: 'ANSWERED',
  'NO ANSWER': 'NO_ANSWER',
  BUSY: 'BUSY',
  FAILED: 'FAILED',
};

/** A call in the schema's words. Throws WireError GARBLED for a time or duration that is none. */
export function callOf(record: CallRecord): CallValue {
  return {
    callId: record.callId,
    fromNumber: phoneNumber(record.src),
    fromNumberAsRecorded: trimmed(record.src),
    toNumber: phoneNumber(record.dst),
    toNumberAsRecorded: trimmed(record.dst),
    startedAt: londonTime(record.start),
    answeredAt: londonTime(record.answer),
    endedAt: londonTime(record.end),
    durationSeconds: wholeNumber(record.duration),
    talkSeconds: wholeNumber(record.billsec),
    disposition: word(dispositions, record.disposition),
    dispositionCode: trimmed(record.disposition),
  };
}
