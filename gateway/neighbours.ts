// What systems may know of each other, put together where all of them are: how each stands, and who is known to be in need out of
// what is kept. Knows no system by name.
import type { SystemDefinition } from '../subgraphs/continuity/definition.ts';
import { keptReader } from '../subgraphs/continuity/fromkept.ts';
import type { Neighbours } from '../subgraphs/continuity/neighbours.ts';
import type { Snapshots } from '../subgraphs/continuity/snapshots.ts';

/** Neighbours among some systems. `stateOf`: how those stand that run here. */
export function neighboursOf(
  systems: readonly Pick<SystemDefinition, 'name' | 'inNeed'>[],
  snapshots: Snapshots | undefined,
  stateOf: Neighbours['stateOf'] = () => undefined,
): Neighbours {
  return {
    stateOf,
    async inNeed() {
      if (!snapshots) return [];
      const { failures } = snapshots.figures();
      const known = await Promise.all(
        systems.map(({ name, inNeed }) => inNeed?.(keptReader({ system: name, reads: {} }, snapshots)) ?? []),
      );
      // Whoever is not found then would not be rung, and nobody would know.
      if (snapshots.figures().failures > failures) throw new Error('The store failed while people were looked for.');
      return known.flat();
    },
  };
}
