// What an operator has to know of an alarm before they decide: what each finding was and is, and which writes wait behind it.
// Asks no wire.
import type { AppliedWrites } from './intake/applied-writes.ts';
import type { Snapshots } from './snapshots.ts';
import type { Finding, Standing } from './standing.ts';

/** A finding with values. Undefined: nothing is kept. */
export interface Explained {
  finding: Finding;
  /** What was kept of the record before. */
  known: unknown;
  /** What the check has read of it. */
  now: unknown;
}

/** What an alarm names: what was kept up to the frozen generation was known, what was read since its return is now. */
export async function explainAlarm(
  system: string,
  { alarm, frozen, generation }: Standing,
  snapshots: Snapshots | undefined,
): Promise<Explained[]> {
  const items = alarm?.items ?? [];
  const values = new Map<Finding, Omit<Explained, 'finding'>>();
  const records = items.filter((item) => item.of === 'RECORD');
  for (const [kind, some] of Map.groupBy(records, (item) => item.kind)) {
    const keys = some.map(({ key }) => key);
    const known = await snapshots?.find(system, kind, keys, { upTo: frozen });
    const now = await snapshots?.find(system, kind, keys, { only: generation });
    for (const item of some) values.set(item, { known: known?.get(item.key)?.value, now: now?.get(item.key)?.value });
  }
  return items.map((finding) => ({ finding, known: undefined, now: undefined, ...values.get(finding) }));
}

/** Writes that wait for a backend; of these, by their receipts, those about what its alarm says is lost. */
export async function waitingBehind(
  system: string,
  backend: string,
  { alarm }: Standing,
  applied: Pick<AppliedWrites, 'waiting'> | null,
): Promise<{ count: number; about: string[] }> {
  const lost = (alarm?.items ?? []).filter(({ verdict }) => verdict !== 'CHANGED');
  const receipts = new Set(lost.flatMap((item) => (item.of === 'WRITE' ? item.receipt : [])));
  const references = new Set(lost.flatMap((item) => (item.of === 'RECORD' ? item.reference : [])));
  return (await applied?.waiting(system, backend, { receipts, references })) ?? { count: 0, about: [] };
}
