// Errors of an answer about entities, as losses where those stand in the data. Only looked at when there are errors.
import type { GraphQLFormattedError } from 'graphql';
import { isEntity } from './entity.ts';
import { named } from './fetch.ts';
import type { Group, Targets } from './group.ts';
import type { Place, Run, Unfilled } from './run.ts';
import type { SubgraphResult } from './transport.ts';

/** Says of each error of an answer where it stands in the data. */
export function settle<Asker>(
  groups: readonly Group[],
  targets: readonly Targets[],
  { data, errors = [] }: SubgraphResult,
  run: Run<Asker>,
): void {
  const placed = groups.map((group, index) => places(group, targets[index] as Targets, run));
  for (const error of errors) {
    const [key, at, ...rest] = error.path ?? [];
    const index = groups.findIndex((group) => group.key === key);
    const group = groups[index];
    if (!error.path && data) {
      run.losses.push({ kind: 'ERROR', error, path: undefined });
    } else if (!group) {
      for (const [i, each] of groups.entries()) lose(each, placed[i]?.flat() ?? [], error);
    } else if (typeof at !== 'number') {
      lose(group, placed[index]?.flat() ?? [], error);
    } else if (!rest.length) {
      lose(group, placed[index]?.[at] ?? [], error);
    } else {
      const tail = named(rest, group.names);
      const found = placed[index]?.[at] ?? [];
      for (const { path } of found) run.losses.push({ kind: 'ERROR', error, path: [...path, ...tail] });
      // One field that may not be null has taken all the others of the entity along.
      const given = data?.[group.key];
      if (Array.isArray(given) && isEntity(given[at])) continue;
      const { unfilled } = group;
      const others: Unfilled = (value, path) => unfilled(value, path).filter((each) => each[path.length] !== tail[0]);
      lose({ ...group, unfilled: others }, found, error);
    }
  }

  function lose({ unfilled }: Group, found: readonly Place[], error: GraphQLFormattedError): void {
    if (found.length) run.losses.push({ kind: 'CALL', error, places: found, unfilled });
  }
}

/** Where the entities of each representation stand. Walked again: on the way there nobody has to remember it. */
function places<Asker>({ walks }: Group, { entities, order }: Targets, run: Run<Asker>): Place[][] {
  const at = new Map(entities.map((entity, index) => [entity, order[index] as number]));
  const found: Place[][] = [];
  for (const walk of walks) {
    walk(run.data, [], (entity, path) => {
      const index = at.get(entity);
      if (index === undefined) return;
      found[index] ??= [];
      found[index].push({ value: entity, path: [...path] });
    });
  }
  return Array.from(found, (each) => each ?? []);
}
