// What the planner wants changed in a representation before it is sent, or in an answer before it is merged: a value
// set, a key renamed. Compiled once; works in place.
import type { FetchNodePathSegment, FetchRewrite } from '@graphql-hive/router-query-planner';
import { type Entity, isEntity, put, take, typenameOf } from './entity.ts';
import type { Kinds } from './kinds.ts';

/** Changes a value in place. */
export type Rewrite = (value: unknown) => void;

/** Compiles rewrites, to be done in their order; null where there are none. */
export function rewriteOf(rewrites: readonly FetchRewrite[] | null | undefined, kinds: Kinds): Rewrite | null {
  if (!rewrites?.length) return null;
  const all = rewrites.map((rewrite) => {
    if ('KeyRenamer' in rewrite) {
      const { path, renameKeyTo } = rewrite.KeyRenamer;
      return at(path, kinds, (entity, key) => {
        if (!Object.hasOwn(entity, key)) return;
        put(entity, renameKeyTo, take(entity, key));
        delete entity[key];
      });
    }
    const { path, setValueTo } = 'ValueSetter' in rewrite ? rewrite.ValueSetter : rewrite;
    return at(path, kinds, (entity, key) => put(entity, key, setValueTo));
  });
  return (value) => {
    for (const rewrite of all) rewrite(value);
  };
}

/** The keys that rewrites rename, by the name that a subgraph knows them by. */
export function renamed(rewrites: readonly FetchRewrite[] | null | undefined): ReadonlyMap<string, string> {
  return new Map(
    (rewrites ?? []).flatMap((rewrite) => {
      if (!('KeyRenamer' in rewrite)) return [];
      const last = rewrite.KeyRenamer.path.at(-1);
      return last && 'Key' in last ? [[last.Key, rewrite.KeyRenamer.renameKeyTo] as const] : [];
    }),
  );
}

function at(
  [segment, ...rest]: readonly FetchNodePathSegment[],
  kinds: Kinds,
  change: (entity: Entity, key: string) => void,
): Rewrite {
  if (!segment) throw new Error('The plan has a rewrite whose path does not end in a key.');
  if ('TypenameEquals' in segment) {
    const conditions = segment.TypenameEquals;
    const next = at(rest, kinds, change);
    return each((entity) => {
      const typename = typenameOf(entity);
      if (typename === undefined || conditions.some((condition) => kinds.satisfies(typename, condition))) next(entity);
    });
  }
  const { Key: key } = segment;
  if (!rest.length) return each((entity) => change(entity, key));
  const next = at(rest, kinds, change);
  return each((entity) => next(take(entity, key)));
}

function each(step: (entity: Entity) => void): Rewrite {
  const rewrite: Rewrite = (value) => {
    if (Array.isArray(value)) value.forEach(rewrite);
    else if (isEntity(value)) step(value);
  };
  return rewrite;
}
