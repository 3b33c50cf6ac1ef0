// What is asked of each system while one of them is broken, and what its answer may be: all of the record as the system
// has it, live or kept; or nothing of it, with one error. Never a part.
import { isDeepStrictEqual } from 'node:util';
import { snapshotNumbers } from '../../subgraphs/continuity/snapshots.ts';
import type { Answer, Reply } from '../bench/outage/streams.ts';

/** A system that can be asked and broken. */
export interface Target {
  system: string;
  /** The variable of the backend that stands behind a proxy here. */
  variable: string;
  query: string;
  /** Records enough to ask for in turn. */
  keys: readonly string[];
  /** Whether a question on the wire is Lintel's own probe. */
  isProbe(text: string): boolean;
}

const provenance = 'provenance { source asOf }';

/** Every target over the made-up estate; `keys` by system. */
export function targetsOf(keys: Record<string, readonly string[]>): Target[] {
  const of = (system: string) => keys[system] ?? [];
  return [
    {
      system: 'tenancies',
      variable: 'TENANCIES_URL',
      query: `query One($id: ID!) { record: property(propertyReference: $id) {
        address postcode level category bedrooms hasLift ${provenance} } }`,
      keys: of('tenancies'),
      isProbe: (text) => text.includes('<PropRef>0</PropRef>'),
    },
    {
      system: 'lettings',
      variable: 'LETTINGS_URL',
      query: `query One($id: ID!) { record: application(applicationReference: $id) {
        band bandReason status bedroomNeed priorityDate biddingNumber ${provenance} } }`,
      keys: of('lettings'),
      isProbe: (text) => /^GET \S*\/ping /.test(text),
    },
    {
      system: 'repairs',
      variable: 'REPAIRS_URL',
      query: `query One($id: ID!) { record: workOrder(reference: $id) {
        description status priority raisedAt targetAt workElements { code } ${provenance} } }`,
      keys: of('repairs'),
      isProbe: (text) => /^GET \S*\/changes\?/.test(text),
    },
    {
      system: 'telephony',
      variable: 'TELEPHONY_URL',
      query: `query One { record: lines { items { name agentsLoggedIn open } ${provenance} } }`,
      keys: of('telephony'),
      isProbe: (text) => text.includes('/ari/asterisk/ping'),
    },
  ];
}

/** What a record is remembered by. */
export const idOf = ({ system }: Target, key: string) => `${system} ${key}`;

/** What readers have been told so far, by `idOf`. */
export interface Memory {
  /** Records as they were first told, whole as far as anybody knew. */
  known: Map<string, unknown>;
  /** When each was last told live, ms since 1970. */
  liveAtMs: Map<string, number>;
  /** The codes of the errors told. */
  codes: Set<string>;
  /** Every answer that may not be, in words. */
  wrong: Set<string>;
}

export const newMemory = (): Memory => ({ known: new Map(), liveAtMs: new Map(), codes: new Set(), wrong: new Set() });

/**
 * Judges one answer.
 * @param seenMs when this record had last been told live before it was asked for.
 */
export function judge(target: Target, key: string, reply: Reply, memory: Memory, seenMs: number): Answer {
  const { data, errors = [], extensions } = reply;
  const { provenance: told, ...record } = (data?.record ?? {}) as Record<string, unknown>;
  const touched = extensions?.continuity?.[target.system];
  const id = idOf(target, key);
  const says = (why: string) => memory.wrong.add(`${id}: ${why}`);
  if (errors.length > 0) {
    const [{ extensions: error }] = errors;
    memory.codes.add(error.code);
    if (errors.length > 1) says(`${errors.length} errors for one failed call`);
    if (error.system !== target.system) says(`an error of ${error.system}: ${errors[0].message}`);
    if (!(error.affected > 0 && error.affected === error.affectedPaths.length)) says('an error that counts wrong');
    if (Object.values(record).some((value) => value !== null)) says('an error, and a part of the record');
    if (touched?.source !== null) says(`an error, and the source ${touched?.source}`);
    return 'PARTLY';
  }
  const { source, asOf } = (told ?? {}) as { source?: string; asOf?: string };
  const atMs = Date.parse(asOf ?? '');
  if (!data?.record) says('nothing, and no error');
  if (touched?.source !== source || touched?.asOf !== asOf) says('another provenance in the extensions');
  if (!(atMs <= Date.now())) says(`as of ${asOf}`);
  if (!memory.known.has(id)) memory.known.set(id, record);
  else if (!isDeepStrictEqual(record, memory.known.get(id))) says('not the record as the system has it');
  if (source === 'LIVE') {
    memory.liveAtMs.set(id, Math.max(atMs, memory.liveAtMs.get(id) ?? 0));
    return 'LIVE';
  }
  if (source !== 'SNAPSHOT') says(`the source ${source}`);
  // What is kept is the last answer there was: never one from before what a reader has seen. Of a record that has not
  // changed since, the time may be that much earlier: it is not written each time.
  if (atMs < seenMs - snapshotNumbers.confirmMs) says('something kept that is older than what was told live before');
  return 'KEPT';
}
