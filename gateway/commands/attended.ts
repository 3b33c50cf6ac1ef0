// Who a command speaks with: the Lintel that runs here or, where none does, its store.
import { systemClock } from '../../subgraphs/continuity/clock.ts';
import { type Environment, readConfig } from '../config.ts';
import { account } from '../operator.ts';
import { type Operator, operatorClient } from './operator.ts';
import type { Showing } from './shown.ts';
import { remark } from './terminal.ts';

/**
 * Finds who takes orders, and says so where no Lintel runs.
 * @param writes whether it is about what was written, which only whoever has the keys to the store can read.
 */
export async function attended(
  env: Environment,
  { as }: { as?: string },
  work: (operator: Operator, showing: Showing) => Promise<void>,
  writes = false,
): Promise<void> {
  const config = readConfig(env);
  // Behind sudo it is root who asks; the name of who it was is kept there.
  const who = as ?? (env.SUDO_USER?.trim() || account());
  const nowMs = systemClock.now();
  const awake = await operatorClient(config, who);
  if (awake) return work(awake, { running: true, nowMs });
  const { openAsleep } = await import('./asleep.ts');
  const asleep = await openAsleep(config, who, writes);
  try {
    remark(
      'file' in config.store
        ? `No Lintel runs here. This is what stands in ${config.store.file}, and holds when one starts.`
        : 'No Lintel runs on this machine. This is what stands in the database, for every Lintel that shares it.',
    );
    await work(asleep, { running: false, nowMs });
  } finally {
    await asleep.close();
  }
}
