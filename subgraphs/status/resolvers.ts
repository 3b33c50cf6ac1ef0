// Which field of status.graphql says what, over every system that runs in this process. Asks no legacy system.
import type { Resolvers, SystemState } from '../../schema/generated/status.ts';
import type { CircuitState } from '../continuity/circuit.ts';
import { isoInstant } from '../continuity/clock.ts';
import type { System } from '../continuity/system.ts';

/** What resolvers of status are given: the systems of this process. */
export interface StatusContext {
  systems: readonly System[];
}

/** A backend's state as its circuit has it. An operator's states come on top of these. */
export function stateOf(circuit: CircuitState): SystemState {
  if (circuit.kind === 'CLOSED') return 'OPERATIONAL';
  return circuit.kind === 'OPEN' ? 'DOWN' : 'DEGRADED';
}

const severity: SystemState[] = ['OPERATIONAL', 'DEGRADED', 'DOWN'];

/** A system with its backends, as status.graphql words it. Its state is its worst backend's, since that one's. */
export function statusOf(system: System) {
  const backends = system.status().map(({ name, circuit }) => ({
    name,
    state: stateOf(circuit),
    since: isoInstant(circuit.sinceMs),
    circuit: circuit.kind,
    cause: circuit.kind === 'CLOSED' ? null : circuit.cause,
  }));
  const worst = backends.reduce((a, b) => (severity.indexOf(b.state) > severity.indexOf(a.state) ? b : a));
  return { name: system.name, state: worst.state, since: worst.since, backends };
}

export const statusResolvers: Resolvers<StatusContext> = {
  Query: {
    systems: (_root, _args, { systems }) => systems.map(statusOf),
  },
};
