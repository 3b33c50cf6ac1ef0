// Walks in the process of a command, over the store that a Lintel would have: where none runs. Knows systems and what is
// kept; serves nobody.
import { systemClock } from '../../subgraphs/continuity/clock.ts';
import { createSystem } from '../../subgraphs/continuity/system.ts';
import { systems as allSystems } from '../../subgraphs/index.ts';
import { type Environment, readConfig } from '../config.ts';
import { demo, playedHere } from '../demo.ts';
import { openKeeping } from '../keeping.ts';
import { surroundings } from '../lintel.ts';
import { createLog } from '../log.ts';
import { startWalks } from '../walking.ts';
import type { Walker } from './keepwarm.ts';

/** Opens what is kept and the wires of every system; mocks that run stand in for what is not configured. */
export async function walkHere(given: Environment): Promise<Walker> {
  const config = readConfig(given);
  const log = createLog(config.logLevel);
  const { env } = await demo(allSystems, given, config, { played: await playedHere(allSystems, given), flags: null });
  const keeping = await openKeeping(config, log, systemClock);
  const systems = allSystems.map((definition) =>
    createSystem(definition, surroundings(definition, env, log, systemClock, { ...keeping, intake: null })),
  );
  const walks = await startWalks(systems, keeping, undefined, log, systemClock);
  return {
    start: walks.start,
    stop: walks.stop,
    async look() {
      return systems.flatMap(({ name }) => {
        const walk = walks.of(name);
        if (!walk) return [];
        const { startedAtMs, endedAtMs, ...rest } = walk;
        const endedAt = endedAtMs === null ? null : new Date(endedAtMs).toISOString();
        return [{ system: name, ...rest, startedAt: new Date(startedAtMs).toISOString(), endedAt }];
      });
    },
    afterwards: 'It ends here, and goes on where it was with the next walk: of a Lintel that runs, or of this command.',
    async close() {
      await walks.close();
      await Promise.all(systems.map((system) => system.close()));
      await keeping.close();
    },
  };
}
