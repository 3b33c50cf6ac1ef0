// What operators can have forgotten, over what is kept: one person, or what no person leads to any more. Brings the systems'
// definitions together with what is kept; what finds and forgets is in continuity.
import type { Connection, SystemDefinition } from '../subgraphs/continuity/definition.ts';
import { forgetPerson } from '../subgraphs/continuity/forgetting.ts';
import { findUnlinked } from '../subgraphs/continuity/unlinked.ts';
import type { StatusContext } from '../subgraphs/index.ts';
import type { Keeping } from './keeping.ts';

/** Who forgets; null where nothing is kept. */
export function personDataOf(
  systems: readonly SystemDefinition[],
  { snapshots, intake, own }: Pick<Keeping, 'snapshots' | 'intake' | 'own'>,
  now: () => number,
): StatusContext['personData'] {
  if (!snapshots || !intake || !own) return null;
  // What stays of an own record, its kind says; where its system does not run here, nobody has introduced it yet.
  for (const { name, ownKinds = {} } of systems) own.of(name, ownKinds);
  return {
    forget: (reference) => forgetPerson(reference, { systems, snapshots, intake, own }),
    unlinked: (forget) =>
      findUnlinked(
        { systems, snapshots, now, reads: new Map(systems.map((each) => [each.name, readsOf(each)])) },
        forget,
      ),
  };
}

/** A system's reads, for what they say of terms: an adapter that is never used. */
function readsOf(definition: SystemDefinition) {
  const nowhere: Connection = { url: 'http://127.0.0.1', user: '', password: '', apiKey: '' };
  const connections = Object.fromEntries(Object.keys(definition.backends).map((name) => [name, nowhere]));
  const adapter = definition.adapter(connections, { now: () => 0, elapsed: () => 0, after: () => () => {} });
  void adapter.close();
  return adapter.reads;
}
