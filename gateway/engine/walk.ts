// From the root of the data to the objects that a path of the plan leads to. Compiled once; knows nothing of fetches.
import type { FlattenNodePathSegment } from '@graphql-hive/router-query-planner';
import { type Entity, isEntity, type Path, take, typenameOf } from './entity.ts';
import type { Kinds } from './kinds.ts';

/** Told of each object found. `path` is the walker's own, and true for as long as the call lasts. */
export type Visit = (entity: Entity, path: Path) => void;

/** Visits every object at the end of a path. */
export type Walk = (from: unknown, path: Path, visit: Visit) => void;

/** Compiles a path. */
export function walkOf(segments: readonly FlattenNodePathSegment[], kinds: Kinds): Walk {
  const [segment, ...rest] = segments;
  if (segment === undefined) {
    return each((value, path, visit) => {
      if (isEntity(value)) visit(value, path);
    });
  }
  const next = walkOf(rest, kinds);
  // A list of lists has one mark in the path for both: what is found inside is gone through by the next step.
  if (segment === '@') return each(next);
  if ('Field' in segment) {
    const key = segment.Field;
    return each((value, path, visit) => {
      if (!isEntity(value)) return;
      path.push(key);
      next(take(value, key), path, visit);
      path.pop();
    });
  }
  const conditions = segment.TypeCondition;
  const known = new Map<string, boolean>();
  return each((value, path, visit) => {
    if (!isEntity(value)) return;
    const typename = typenameOf(value);
    if (typename === undefined) return next(value, path, visit);
    let fits = known.get(typename);
    if (fits === undefined) {
      fits = conditions.some((condition) => kinds.satisfies(typename, condition));
      known.set(typename, fits);
    }
    if (fits) next(value, path, visit);
  });
}

/** A step for a value, or for each in a list of them. */
function each(step: Walk): Walk {
  const walk: Walk = (value, path, visit) => {
    if (!Array.isArray(value)) return step(value, path, visit);
    const at = path.length;
    for (let index = 0; index < value.length; index += 1) {
      path[at] = index;
      walk(value[index], path, visit);
    }
    path.length = at;
  };
  return walk;
}
