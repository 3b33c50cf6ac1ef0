// Which field of status.graphql says what, over every system that runs in this process. Asks no legacy system.
import type { Resolvers, SystemState } from '../../schema/generated/status.ts';
import { isoInstant } from '../continuity/clock.ts';
import type { System } from '../continuity/system.ts';
import { changes } from './changes.ts';
import type { StatusContext } from './context.ts';

const severity: SystemState[] = ['OPERATIONAL', 'RECONCILING', 'DEGRADED', 'READ_ONLY', 'HELD', 'DOWN', 'ISOLATED'];

/** A system with its backends, as status.graphql words it. Its state is its worst backend's, since that one's. */
export function statusOf(system: System) {
  const backends = system.status().map(({ name, circuit, standing, state, sinceMs, figures }) => ({
    name,
    state,
    since: isoInstant(sinceMs),
    circuit: circuit.kind,
    cause: circuit.kind === 'CLOSED' ? null : circuit.cause,
    figures,
    standing,
  }));
  const worst = backends.reduce((a, b) => (severity.indexOf(b.state) > severity.indexOf(a.state) ? b : a));
  return { name: system.name, state: worst.state, since: worst.since, backends };
}

export const statusResolvers: Resolvers<StatusContext> = {
  Query: {
    systems: (_root, _args, { systems }) => systems.map(statusOf),
  },
  Subscription: {
    systemChanged: {
      subscribe(_root, _args, { systems, events }) {
        const byName = new Map(systems.map((system) => [system.name, system]));
        const now = (name: string) => ({ systemChanged: statusOf(byName.get(name) as System) });
        return changes([...byName.keys()], events, now);
      },
    },
  },
};
