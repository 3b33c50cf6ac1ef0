// The check on a backend that may have come back out of a backup: the newest applied writes are looked up again, and kept
// answers compared. Reads only. Says what was found; who is held for it is decided in silence.ts. Knows no wire.
import { type Looked, type LookingUp, lookUpApplied } from './applied-check.ts';
import type { Read } from './definition.ts';
import { hasBug } from './deliberate-bugs.ts';
import type { AppliedWrites } from './intake/applied-writes.ts';
import { isLoss } from './look-up.ts';
import { type Compared, type Comparing, compareKept } from './returning.ts';
import type { Snapshots } from './snapshots.ts';
import { type Finding, type Findings, mostFindings, noWrites } from './standing.ts';

/** What the check needs from outside. */
export interface ReturnCheck extends Omit<Comparing, 'snapshots'>, LookingUp {
  /** Null: nothing is kept. */
  snapshots: Snapshots | null;
  /** Null: nothing is written. */
  applied: AppliedWrites | null;
  /** The backend whose applied steps are looked up here. Null: none are. */
  source: string | null;
  /** What is kept up to this generation is what the backend is compared with. */
  frozen: number;
  now(): number;
}

/** Kept answers compared, at most: of a backup two days old, one in a hundred records is another, and 200 show it. */
const mostRecords = 200;
/** Applied writes that decide: the newest are what a backup loses first. */
export const newestWrites = 200;
/** So long back the others are looked up in the background, in ms: the oldest copy that is put back without anybody's knowing. */
export const backgroundMs = 7 * 86_400_000;
/** How long after a miss it is looked at again, in ms: a system that has just come up may still be indexing. */
const secondLookMs = 5_000;

/**
 * Looks. What is missing is looked at twice before it is said to be.
 * @throws WireError where the backend does not answer: nothing has been found out then.
 */
export async function checkReturn(outside: ReturnCheck): Promise<{ findings: Findings; looked: readonly Looked[] }> {
  const { system, source, applied, snapshots } = outside;
  const looks = applied && source && !hasBug('SKIP_APPLIED_LOOKUP');
  const writes = looks ? await applied.newest(system, source, newestWrites) : [];
  const kept = snapshots ? await sampled(snapshots, outside) : [];
  const comparing = snapshots && { ...outside, snapshots };
  let looked = await lookUpApplied(writes, outside);
  let compared = comparing ? await compareKept(kept, comparing) : [];
  const lost = looked.filter(({ trace }) => isLoss(trace));
  const gone = compared.filter(isLost);
  if (lost.length + gone.length > 0 && !hasBug('BELIEVE_FIRST_MISS')) {
    await outside.pause(secondLookMs);
    const again = await lookUpApplied(
      lost.map(({ write }) => write),
      outside,
    );
    looked = [...looked.filter(({ trace }) => !isLoss(trace)), ...again];
    if (comparing) {
      const records = gone.map(({ record }) => record);
      compared = [...compared.filter((each) => !isLost(each)), ...(await compareKept(records, comparing))];
    }
  }
  return { findings: findingsOf('RETURN', looked, compared, outside.now()), looked };
}

async function sampled(snapshots: Snapshots, { system, backend, reads, frozen }: ReturnCheck) {
  const kinds = Object.keys(reads).filter((kind) => {
    const read = reads[kind] as Read<unknown, unknown>;
    return read.backend === backend && read.records;
  });
  if (kinds.length === 0) return [];
  // What was read a moment ago is the newest of all.
  await snapshots.flush();
  return snapshots.sample(system, kinds, mostRecords, { upTo: frozen });
}

function isLost({ findings }: Compared): boolean {
  return findings.some(({ verdict }) => verdict !== 'CHANGED');
}

/** The worst that was found of a kept answer. */
function worstOf({ findings }: Compared): Finding['verdict'] | null {
  const found = new Set(findings.map(({ verdict }) => verdict));
  return (['MISSING', 'REISSUED', 'OLDER', 'CHANGED'] as const).find((verdict) => found.has(verdict)) ?? null;
}

/** What was looked at, as it is told: kept answers by the worst of their records, and which records and writes. */
export function findingsOf(
  seen: Findings['seen'],
  looked: readonly Looked[],
  compared: readonly Compared[],
  atMs: number,
): Findings {
  const kept = { missing: 0, older: 0, reissued: 0, changed: 0 };
  for (const each of compared) {
    const verdict = worstOf(each);
    if (verdict) kept[counted[verdict]] += 1;
  }
  const writes = { ...noWrites, lookedUp: looked.length };
  for (const { write, trace } of looked) {
    if (trace === 'UNTOLD') writes.untold += 1;
    else if (trace !== 'THERE') writes[counted[trace]] += 1;
    if (isLoss(trace) && write.lane === 'EMERGENCY') writes.emergencies += 1;
  }
  const versions = compared.flatMap(({ versionMs }) => versionMs ?? []);
  return {
    seen,
    compared: compared.filter(({ readable }) => readable).length,
    ...kept,
    writes,
    items: [...looked.flatMap(findingOf), ...compared.flatMap(({ findings }) => findings)]
      .sort((one, other) => rank(one) - rank(other) || other.atMs - one.atMs)
      .slice(0, mostFindings),
    provenMs: versions.length > 0 ? Math.max(...versions) : null,
    atMs,
  };
}

const counted = { MISSING: 'missing', OLDER: 'older', REISSUED: 'reissued', CHANGED: 'changed' } as const;

function findingOf({ write, trace }: Looked): Finding[] {
  if (trace === 'THERE' || trace === 'UNTOLD') return [];
  const { receipt, position, kind, lane, step } = write;
  const emergency = lane === 'EMERGENCY';
  return [{ of: 'WRITE', verdict: trace, kind, receipt, position, emergency, atMs: step.appliedAtMs }];
}

/** Emergencies that are lost, then other writes, then records; at last what was changed. */
function rank(finding: Finding): number {
  if (finding.verdict === 'CHANGED') return 3;
  if (finding.of === 'RECORD') return 2;
  return finding.emergency ? 0 : 1;
}
