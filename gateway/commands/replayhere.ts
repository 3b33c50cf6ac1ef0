// Replays in the process of a command, over the store that a Lintel would have: where none runs. Knows systems and what is
// kept; serves nobody.
import { isoInstant, systemClock } from '../../subgraphs/continuity/clock.ts';
import { createSystem } from '../../subgraphs/continuity/system.ts';
import { systems as allSystems, createReplays } from '../../subgraphs/index.ts';
import { type Environment, readConfig } from '../config.ts';
import { demo, playedHere } from '../demo.ts';
import { openKeeping } from '../keeping.ts';
import { surroundings } from '../lintel.ts';
import { createLog } from '../log.ts';
import { mustHaveStore } from './asleep.ts';
import type { Sender, ShownReplay } from './replay.ts';

/** Opens what is kept and the wires of every system; mocks that run stand in for what is not configured. */
export async function replayHere(given: Environment): Promise<Sender> {
  const config = readConfig(given);
  mustHaveStore(config);
  const log = createLog(config.logLevel);
  const { env } = await demo(allSystems, given, config, { played: await playedHere(allSystems, given), flags: null });
  const keeping = await openKeeping(config, log, systemClock);
  const { intake } = keeping;
  if (!intake) throw new Error('Nothing is kept here, so nothing waits.');
  const systems = allSystems.map((definition) =>
    createSystem(definition, surroundings(definition, env, log, systemClock, keeping)),
  );
  const onFailure = (what: string, error: unknown) => log.error({ err: error }, `Lintel failed at ${what}`);
  const replays = createReplays({ intake, now: systemClock.now, onFailure });
  const look = (): ShownReplay => {
    const last = replays.last();
    if (!last) throw new Error('Nothing is being sent.');
    const { startedAtMs, endedAtMs, ...rest } = last;
    return { ...rest, startedAt: isoInstant(startedAtMs), endedAt: endedAtMs === null ? null : isoInstant(endedAtMs) };
  };
  return {
    async start(system, perSecond) {
      await replays.start(system, perSecond);
      return look();
    },
    look: async () => look(),
    open: async (system) => (await intake.ledger(system ?? undefined)).open,
    afterwards: 'It ends here. What waits goes on waiting.',
    async close() {
      await Promise.all(systems.map((system) => system.close()));
      await keeping.close();
    },
  };
}
