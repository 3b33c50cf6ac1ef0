// What a system needs besides its wire where no store is: what stands over it holds in memory, its events are not kept.
import type { Clock } from '../subgraphs/continuity/clock.ts';
import type { Events } from '../subgraphs/continuity/events.ts';
import { createStandings, type Standings } from '../subgraphs/continuity/standings.ts';

/** Surroundings of a system by itself. */
export function alone(clock: Clock): { standings: Standings; events: Events } {
  const onFailure = (what: string, error: unknown) => {
    throw new Error(`${what}, where there is no store to fail`, { cause: error });
  };
  return {
    standings: createStandings({ store: null, clock, onFailure }),
    events: {
      record: () => {},
      touch: () => {},
      listen: () => () => {},
      history: async () => [],
      flush: async () => {},
    },
  };
}
