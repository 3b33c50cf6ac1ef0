// Walks that keep everything warm, in whatever process has systems: a whole Lintel, one subgraph, a command.
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Clock } from '../subgraphs/continuity/clock.ts';
import type { System } from '../subgraphs/continuity/system.ts';
import { createWalks, type Walks } from '../subgraphs/continuity/warm.ts';
import { atStart } from '../subgraphs/continuity/warmstart.ts';
import { systems as allSystems } from '../subgraphs/index.ts';
import type { Config } from './config.ts';
import type { Keeping } from './keeping.ts';

/**
 * The walks of the systems that run in this process.
 * @param keepWarm whether they go by themselves, and how fast; then also what takes long is read before anybody asks.
 *   Without it, they go when somebody asks for them.
 */
export async function startWalks(
  systems: readonly System[],
  { store, snapshots }: Pick<Keeping, 'store' | 'snapshots'>,
  keepWarm: Config['keepWarm'] | undefined,
  log: Logger,
  clock: Clock,
): Promise<Walks> {
  const planned = allSystems.map(({ name, walk: plan }) => {
    return { name, plan, system: systems.find((each) => each.name === name) };
  });
  const walks = await createWalks({
    systems: planned,
    snapshots,
    store,
    clock,
    process: randomUUID(),
    pace: keepWarm?.pace,
    onEnded: (system, why) => log.warn({ system }, `a walk has ended: ${why}`),
    onFailure: (what, error) => log.error({ err: error }, `Lintel failed at ${what}`),
  });
  if (!keepWarm) return walks;
  const first = atStart(planned, clock);
  if (keepWarm.on) walks.schedule();
  return {
    ...walks,
    async close() {
      first.end();
      await walks.close();
    },
  };
}
