// Compares kept answers with what a backend says now: is each record that they hold still there, and as it was? A system that
// came back out of a backup has lost some. Reads only. Knows no wire, and not what is concluded.
import { several } from './applied-check.ts';
import type { Elsewhere, Read, Reads, Recorded } from './definition.ts';
import { WireError } from './errors.ts';
import type { Sampled, Snapshots } from './snapshots.ts';
import type { Finding } from './standing.ts';

/** What comparing needs from outside. */
export interface Comparing {
  system: string;
  /** The backend whose answers are compared. */
  backend: string;
  /** All of the system's reads: what one backend lacks, another may explain. */
  reads: Reads;
  /** Up to when the backend was surely what it had been, ms since 1970. */
  wholeUntilMs: number;
  snapshots: Pick<Snapshots, 'wasFormer'>;
  /** Calls under way at once, at most. */
  atOnce: number;
  /** Asks the wire for keys of one kind, at most its limit. Throws WireError. */
  ask(kind: string, keys: readonly unknown[]): Promise<ReadonlyMap<string, unknown>>;
}

/** What became of one kept answer. */
export interface Compared {
  record: Sampled;
  /** Its records that are not as they were; none: all are. */
  findings: readonly Finding[];
  /** Whether it could be read at all. */
  readable: boolean;
  /** The latest time of change that it now tells of, ms since 1970. */
  versionMs: number | null;
}

/** Calls, at most: a system that has just come back is not to be worn out. */
const mostCalls = 40;
/** Calls for records that are not in their list any more, at most, besides. */
const mostSearches = 60;

/** A record that is not in an answer any more, and may be elsewhere. */
interface Gone {
  place: Compared & { findings: Finding[] };
  before: Recorded;
  elsewhere: Elsewhere;
}

/**
 * Compares as many as the allowed calls reach, those of each kind by turns.
 * @throws WireError where the backend does not answer: nothing has been found out then.
 */
export async function compareKept(records: readonly Sampled[], outside: Comparing): Promise<Compared[]> {
  const { reads, ask } = outside;
  const compared: Gone['place'][] = [];
  const gone: Gone[] = [];
  const calls = batches(records, (each) => reads[each]?.limit ?? 1);
  await several(calls, outside.atOnce, async ([kind, some]) => {
    const read = reads[kind] as Read<unknown, unknown>;
    const answers = await readable(() =>
      ask(
        kind,
        some.map(({ key }) => keyFrom(key)),
      ),
    );
    for (const record of some) {
      const place: Gone['place'] = { record, findings: [], readable: answers !== null, versionMs: null };
      compared.push(place);
      if (!answers) continue;
      const value = answers.has(record.key) ? answers.get(record.key) : read.absent;
      place.versionMs = versionOf(read, value, record.key);
      gone.push(...(await judge(place, value, read, outside)));
    }
  });
  await searchFor(gone, outside);
  return compared;
}

/** One reply that cannot be read says nothing of the others. */
async function readable<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof WireError && (error.failure === 'GARBLED' || error.failure === 'REFUSAL')) return null;
    throw error;
  }
}

/** Notes what is found of a kept answer; gives the records that may be elsewhere. */
async function judge(
  place: Gone['place'],
  value: unknown,
  read: Read<unknown, unknown>,
  { system, snapshots }: Comparing,
): Promise<Gone[]> {
  const { record } = place;
  const { kind, key } = record;
  if (JSON.stringify(value) === JSON.stringify(record.value)) return [];
  const now = new Map(recordsOf(read, value, key).map((each) => [each.reference, each]));
  const before = recordsOf(read, record.value, key);
  const gone: Gone[] = [];
  for (const each of before) {
    const after = now.get(each.reference);
    if (!after && each.elsewhere) gone.push({ place, before: each, elsewhere: each.elsewhere });
    else note(place, each, verdictOn(each, after));
  }
  if (gone.length > 0 || place.findings.length > 0) return gone;
  // Records that tell when they were changed have told already that none is older.
  const dated = before.length > 0 && before.every(({ updatedAt }) => updatedAt);
  const former = !dated && (await snapshots.wasFormer(system, kind, key, value));
  note(place, { reference: key, identity: '' }, former ? 'OLDER' : 'CHANGED');
  return [];
}

function verdictOn(before: Recorded, after: Recorded | undefined): Finding['verdict'] | null {
  if (!after) return 'MISSING';
  if (after.identity !== before.identity) return 'REISSUED';
  return Date.parse(after.updatedAt ?? '') < Date.parse(before.updatedAt ?? '') ? 'OLDER' : null;
}

function note({ record, findings }: Gone['place'], { reference }: Recorded, verdict: Finding['verdict'] | null): void {
  const { kind, key, readAtMs } = record;
  if (verdict) findings.push({ of: 'RECORD', verdict, kind, key, reference, atMs: readAtMs });
}

/** Asks for what has left its list by itself, and whether that says why. */
async function searchFor(gone: readonly Gone[], outside: Comparing): Promise<void> {
  const { reads, backend, ask, atOnce, wholeUntilMs } = outside;
  const calls = [...Map.groupBy(gone, ({ elsewhere }) => elsewhere.kind)].flatMap(([kind, all]) => {
    const limit = Math.max(1, Math.min(reads[kind]?.limit ?? 1, all.length));
    return Array.from({ length: Math.ceil(all.length / limit) }, (_, index): [string, Gone[]] => [
      kind,
      all.slice(index * limit, (index + 1) * limit),
    ]);
  });
  await several(calls.slice(0, mostSearches), atOnce, async ([kind, some]) => {
    const read = reads[kind] as Read<unknown, unknown>;
    const answers = await ask(
      kind,
      some.map(({ elsewhere }) => elsewhere.key),
    ).catch((error: unknown) => {
      // Another backend that cannot be asked explains nothing.
      if (error instanceof WireError && read.backend !== backend) return new Map<string, unknown>();
      throw error;
    });
    for (const { place, before, elsewhere } of some) {
      const key = textOf(elsewhere.key);
      const value = answers.has(key) ? answers.get(key) : read.absent;
      const found = recordsOf(read, value, key).find(({ reference }) => reference === before.reference);
      const explained = elsewhere.explains?.(value, place.record.readAtMs, wholeUntilMs);
      note(place, before, explained ? null : elsewhere.explains ? 'MISSING' : verdictOn(before, found));
    }
  });
}

/** A key out of its text: references are no JSON objects. */
function keyFrom(text: string): unknown {
  return text.startsWith('{') ? JSON.parse(text) : text;
}

function textOf(key: unknown): string {
  return typeof key === 'string' ? key : JSON.stringify(key);
}

/** When the latest of the records that an answer holds was last changed, by their own account, ms since 1970; null where none tells. */
export function versionOf(read: Pick<Read<unknown, unknown>, 'records'>, value: unknown, key: string): number | null {
  const times = recordsOf(read, value, key).map(({ updatedAt }) => Date.parse(updatedAt ?? ''));
  const latest = Math.max(...times.filter((atMs) => !Number.isNaN(atMs)));
  return Number.isFinite(latest) ? latest : null;
}

function recordsOf(read: Pick<Read<unknown, unknown>, 'records'>, value: unknown, key: string): readonly Recorded[] {
  return value == null ? [] : (read.records?.(value, key) ?? []);
}

/** Records in calls of one kind each, by turns of the kinds, as many calls as are allowed. */
function batches(records: readonly Sampled[], limitOf: (kind: string) => number): [string, Sampled[]][] {
  const calls = [...Map.groupBy(records, ({ kind }) => kind)].map(([kind, all]) =>
    Array.from({ length: Math.ceil(all.length / limitOf(kind)) }, (_, index): [string, Sampled[]] => [
      kind,
      all.slice(index * limitOf(kind), (index + 1) * limitOf(kind)),
    ]),
  );
  const rounds = Math.max(0, ...calls.map(({ length }) => length));
  return Array.from({ length: rounds }, (_, round) => calls.flatMap((ofKind) => (ofKind[round] ? [ofKind[round]] : [])))
    .flat()
    .slice(0, mostCalls);
}
