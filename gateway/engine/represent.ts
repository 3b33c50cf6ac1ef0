// What a subgraph is told of an entity that it is asked about: its key, and the fields that it requires. Compiled once
// for each type; knows nothing of where entities are found.
import type { FetchRewrite, RequiresSelection } from '@graphql-hive/router-query-planner';
import { type Entity, isEntity, type Path, put, take, typenameOf } from './entity.ts';
import type { Kinds } from './kinds.ts';
import { rewriteOf } from './rewrite.ts';

/** Makes representations. */
export interface Representer {
  /**
   * The one value that tells an entity apart from others of its type, where it is told apart by one; else undefined. Two
   * of a type that have the same have the same representation.
   */
  mark(entity: Entity): string | number | undefined;
  /** As a value; null where the fetch is not about the entity's type, or the entity lacks what is needed. */
  value(entity: Entity): Entity | null;
  /** As JSON text; null likewise. */
  text(entity: Entity): string | null;
  /** What a representation needs of an entity. Empty where the fetch is not about its type: nothing is lost there. */
  needs(entity: Entity): Need[];
}

/** One value that a representation needs. */
export interface Need {
  /** What the subgraph calls the field of the entity that it is in. */
  name: string;
  /** Where it stands, from the entity. */
  path: Path;
  missing: boolean;
}

interface Field {
  /** Where it stands in the entity. */
  key: string;
  /** What the subgraph calls it, as a JSON string with a colon. */
  label: string;
  name: string;
  selections: readonly RequiresSelection[] | null;
  inner: Inner | null;
}

interface Inner {
  value(value: unknown): unknown;
  text(value: unknown): string | undefined;
}

/** Compiles what a fetch requires. */
export function representerOf(
  requires: readonly RequiresSelection[],
  rewrites: readonly FetchRewrite[] | null | undefined,
  kinds: Kinds,
): Representer {
  const fields = fieldsByType(requires, kinds);
  const rewrite = rewriteOf(rewrites, kinds);
  const project = (entity: Entity): Entity | null => {
    const known = fields(typenameOf(entity));
    return known && projected(entity, known.fields);
  };
  const value = (entity: Entity) => {
    const made = project(entity);
    if (made) rewrite?.(made);
    return made;
  };
  return {
    mark(entity) {
      const single = fields(typenameOf(entity))?.single;
      if (!single) return undefined;
      const given = take(entity, single.key);
      return typeof given === 'string' || typeof given === 'number' ? given : undefined;
    },
    value,
    text(entity) {
      if (rewrite) {
        const made = value(entity);
        return made && JSON.stringify(made);
      }
      const known = fields(typenameOf(entity));
      if (!known?.single) return known && textOf(entity, known.fields);
      const { key, before } = known.single;
      const given = json(take(entity, key));
      return given === undefined ? null : `${before}${given}}`;
    },
    needs: (entity) =>
      (fields(typenameOf(entity))?.fields ?? []).flatMap((field) =>
        places(entity, field, kinds).map((need) => ({ ...need, name: field.name })),
      ),
  };
}

/** What is needed of an object of a type. */
interface Needed {
  fields: readonly Field[];
  /** Where that is its type and one value: which one, and all that stands before it in the text. */
  single: { key: string; before: string } | null;
}

/** The fields that are needed of an object, by its type: null where there are none but its type itself. */
function fieldsByType(selections: readonly RequiresSelection[], kinds: Kinds) {
  const known = new Map<string | undefined, Needed | null>();
  return (typename: string | undefined): Needed | null => {
    let needed = known.get(typename);
    if (needed === undefined) {
      const found = new Map<string, Field>();
      gather(selections, typename, kinds, found);
      const fields = compiled(found, kinds);
      const others = fields.filter(({ name }) => name !== '__typename');
      needed = others.length
        ? { fields, single: typename === undefined ? null : singleOf(fields, others, typename) }
        : null;
      known.set(typename, needed);
    }
    return needed;
  };
}

function singleOf(fields: readonly Field[], [field, more]: readonly Field[], typename: string): Needed['single'] {
  if (!field || more || field.inner || fields[0]?.name !== '__typename') return null;
  return { key: field.key, before: `{"__typename":${JSON.stringify(typename)},${field.label}` };
}

function gather(
  selections: readonly RequiresSelection[],
  typename: string | undefined,
  kinds: Kinds,
  found: Map<string, Field>,
): void {
  for (const selection of selections) {
    if (selection.kind === 'Field') {
      const name = selection.alias ?? selection.name;
      const inner = selection.selections?.length ? selection.selections : null;
      const known = found.get(name);
      if (!known) {
        const label = `${JSON.stringify(name)}:`;
        found.set(name, { key: selection.name, label, name, selections: inner, inner: null });
      } else if (inner) known.selections = [...(known.selections ?? []), ...inner];
    } else if (selection.kind === 'InlineFragment') {
      if (typename === undefined || kinds.satisfies(typename, selection.typeCondition))
        gather(selection.selections, typename, kinds, found);
    } else {
      throw new Error('The plan requires a fragment by name, which is not known to be of any use.');
    }
  }
}

function compiled(found: ReadonlyMap<string, Field>, kinds: Kinds): readonly Field[] {
  for (const field of found.values()) {
    if (field.selections) field.inner = inner(field.selections, kinds);
  }
  return [...found.values()];
}

function inner(selections: readonly RequiresSelection[], kinds: Kinds): Inner {
  const fields = fieldsByType(selections, kinds);
  const value = (from: unknown): unknown => {
    if (Array.isArray(from)) {
      const items = from.map(value);
      return items.includes(undefined) ? undefined : items;
    }
    if (!isEntity(from)) return from;
    const known = fields(typenameOf(from));
    // Nothing is needed of an object of another type but what it is.
    if (!known) return '__typename' in from ? { __typename: from.__typename } : {};
    return projected(from, known.fields) ?? undefined;
  };
  return {
    value,
    text(from) {
      const made = value(from);
      return made === undefined ? undefined : JSON.stringify(made);
    },
  };
}

function projected(entity: Entity, fields: readonly Field[]): Entity | null {
  const made: Entity = {};
  for (const { key, name, inner } of fields) {
    const given = take(entity, key);
    const value = inner ? inner.value(given) : given;
    if (value === undefined) return null;
    put(made, name, value);
  }
  return made;
}

function textOf(entity: Entity, fields: readonly Field[]): string | null {
  let text = '{';
  for (const { key, label, inner } of fields) {
    const given = take(entity, key);
    const value = inner ? inner.text(given) : json(given);
    if (value === undefined) return null;
    text += (text.length > 1 ? `,${label}` : label) + value;
  }
  return `${text}}`;
}

/** What has nothing to escape in a JSON string: what is no control character, quote or backslash, nor half of a pair. */
const plain = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/;

function json(value: unknown): string | undefined {
  if (typeof value === 'string') return plain.test(value) ? `"${value}"` : JSON.stringify(value);
  return value === undefined ? undefined : JSON.stringify(value);
}

type Standing = Omit<Need, 'name'>;

function places(value: unknown, { key, selections }: Field, kinds: Kinds, before: Path = []): Standing[] {
  const at = [...before, key];
  const given = isEntity(value) ? take(value, key) : undefined;
  if (!selections || given === undefined || given === null) return [{ path: at, missing: given === undefined }];
  const within = (from: unknown, path: Path): Standing[] => {
    if (Array.isArray(from)) return from.flatMap((item, index) => within(item, [...path, index]));
    if (!isEntity(from)) return [{ path, missing: from === undefined }];
    const found = new Map<string, Field>();
    gather(selections, typenameOf(from), kinds, found);
    return [...found.values()].flatMap((field) => places(from, field, kinds, path));
  };
  return within(given, at);
}
