// What of an entity cannot be asked for because something that it needs was lost: that, and no more.
import { type Entity, type Path, typenameOf } from './entity.ts';
import type { Group } from './group.ts';
import { related } from './loss.ts';
import type { Place, Run } from './run.ts';

/** What of an entity cannot be asked for. */
export interface Doubt {
  /** Where what is needed for it should stand. */
  needs: Path[];
  fields: ReadonlySet<string>;
  /** The entity without what was lost: for the fields that do not need it, where there are any. */
  without: Entity | null;
}

/** What an entity lacks, or has as null only because it could not be had; null where it has all. */
export function doubtOf<Asker>(group: Group, { value, path }: Place, { losses }: Run<Asker>): Doubt | null {
  const entity = value as Entity;
  const lost = group.representer
    .needs(entity)
    .map((need) => ({ ...need, at: [...path, ...need.path] }))
    .filter(
      ({ missing, at }) =>
        missing || losses.some((loss) => loss.kind === 'ERROR' && loss.path && related(loss.path, at)),
    );
  if (!lost.length) return null;
  const asked = [...group.fields(typenameOf(entity) ?? '')];
  const needing = asked.filter(([, required]) => lost.some(({ name }) => required?.has(name)));
  const keyLost = lost.some(({ name }) => !asked.some(([, required]) => required?.has(name)));
  const fields = new Set((keyLost ? asked : needing).map(([key]) => key));
  const needs = lost.map(({ at }) => at);
  if (fields.size === asked.length) return { needs, fields, without: null };
  const without = { ...entity };
  for (const { path: at } of lost) without[String(at[0])] = null;
  return { needs, fields, without };
}
