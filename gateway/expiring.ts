// What is kept and has grown too old is taken out, in whatever process has systems.
import type { Logger } from 'pino';
import type { Clock } from '../subgraphs/continuity/clock.ts';
import { createExpiry } from '../subgraphs/continuity/expiry.ts';
import type { System } from '../subgraphs/continuity/system.ts';
import type { Keeping } from './keeping.ts';

/** Looks after the age of what is kept of some systems; gives what ends that. Where nothing is kept, or for ever, it does nothing. */
export function startExpiry(
  systems: readonly System[],
  { snapshots }: Pick<Keeping, 'snapshots'>,
  keepMs: number | undefined,
  log: Logger,
  clock: Clock,
): () => void {
  if (!snapshots || keepMs === undefined) return () => {};
  const { close } = createExpiry({
    systems,
    snapshots,
    clock,
    keepMs,
    onExpired: (system, records) => log.info({ system, records }, `${records} kept records had grown too old`),
    onFailure: (what, error) => log.error({ err: error }, `the store failed at ${what}`),
  });
  return close;
}
