// The check on a backend's return after a long silence: is what was kept last still there, and as it was? A system that
// came back out of a backup has lost some of it. Reads the newest kept records back, and some at random. Knows no wire.
import type { Read, Recorded } from './definition.ts';
import type { Sampled, Snapshots } from './snapshots.ts';
import type { Findings } from './standing.ts';

/** What the check needs from outside. */
export interface Returning {
  system: string;
  /** The backend's reads, by kind. */
  // biome-ignore lint/suspicious/noExplicitAny: each kind has its own key and value.
  reads: Readonly<Record<string, Read<any, any>>>;
  snapshots: Snapshots;
  /** What is kept up to this generation is what the backend is compared with. */
  frozen: number;
  /** Asks the wire for keys of one kind, at most its limit. Throws WireError. */
  ask(kind: string, keys: readonly unknown[]): Promise<ReadonlyMap<string, unknown>>;
  now(): number;
}

/** Records compared, at most: of a backup two days old, one in a hundred records is another, and 200 show it. */
const mostRecords = 200;
/** Calls, at most: a system that has just come back is not to be worn out. */
const mostCalls = 40;

/** The findings where nothing is kept. */
export function nothingCompared(atMs: number): Findings {
  return { compared: 0, missing: 0, older: 0, reissued: 0, changed: 0, provenMs: null, atMs };
}

/** What became of one record. */
export type Verdict = 'SAME' | 'MISSING' | 'OLDER' | 'REISSUED' | 'CHANGED';

/**
 * Compares. Nothing kept that could be compared: nothing found.
 * @throws WireError where the backend does not answer: nothing has been found out then.
 */
export async function compareWithKept(outside: Returning): Promise<Findings> {
  const { system, reads, snapshots, frozen } = outside;
  const kinds = Object.keys(reads).filter((kind) => reads[kind]?.records);
  const sampled = kinds.length ? await snapshots.sample(system, kinds, mostRecords, { upTo: frozen }) : [];
  const found = { compared: 0, missing: 0, older: 0, reissued: 0, changed: 0 };
  let provenMs: number | null = null;
  for (const [kind, records] of batches(sampled, (each) => reads[each]?.limit ?? 1)) {
    const read = reads[kind] as Read<unknown, unknown>;
    const answers = await outside.ask(
      kind,
      records.map(({ key }) => keyFrom(key)),
    );
    for (const record of records) {
      const value = answers.has(record.key) ? answers.get(record.key) : read.absent;
      const verdict = await verdictOn(record, value, read, (content) =>
        snapshots.wasFormer(system, kind, record.key, content),
      );
      found.compared += 1;
      if (verdict !== 'SAME') found[counted[verdict]] += 1;
      const versionMs = versionOf(read, value, record.key);
      if (versionMs !== null && versionMs > (provenMs ?? 0)) provenMs = versionMs;
    }
  }
  return { ...found, provenMs, atMs: outside.now() };
}

/** A key out of its text: references are no JSON objects. */
function keyFrom(text: string): unknown {
  return text.startsWith('{') ? JSON.parse(text) : text;
}

const counted = { MISSING: 'missing', OLDER: 'older', REISSUED: 'reissued', CHANGED: 'changed' } as const;

/** Whether findings speak for a backup. What people may have done meanwhile does not. */
export function speaksForBackup({ missing, older, reissued }: Findings): boolean {
  return missing + older + reissued > 0;
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

/**
 * What has become of a kept answer: of the worst of its records.
 * @param wasFormer whether the answer had this content before the one that is kept.
 */
export async function verdictOn(
  kept: Pick<Sampled, 'value' | 'key'>,
  value: unknown,
  read: Pick<Read<unknown, unknown>, 'records'>,
  wasFormer: (value: unknown) => Promise<boolean>,
): Promise<Verdict> {
  if (JSON.stringify(value) === JSON.stringify(kept.value)) return 'SAME';
  const now = new Map(recordsOf(read, value, kept.key).map((record) => [record.reference, record]));
  const verdicts = new Set<Verdict>();
  for (const before of recordsOf(read, kept.value, kept.key)) {
    const after = now.get(before.reference);
    if (!after) verdicts.add('MISSING');
    else if (after.identity !== before.identity) verdicts.add('REISSUED');
    else if (Date.parse(after.updatedAt ?? '') < Date.parse(before.updatedAt ?? '')) verdicts.add('OLDER');
  }
  for (const verdict of ['MISSING', 'REISSUED', 'OLDER'] as const) if (verdicts.has(verdict)) return verdict;
  return (await wasFormer(value)) ? 'OLDER' : 'CHANGED';
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
