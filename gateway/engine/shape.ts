// The data as the client asked for it: its fields and no others, in its order, each of its type; null where the
// specification has it. Compiled once for an operation; knows nothing of subgraphs.
import {
  type FieldNode,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type SelectionSetNode,
} from 'graphql';
import { collect, type Reading } from './collect.ts';
import { type Entity, isEntity, type Path, put, take, typenameOf } from './entity.ts';
import { leafOf } from './leaf.ts';

/** Something in the data that is not as the schema has it. */
export interface Wrong {
  message: string;
  path: Path;
  /** A non-null field that is null: an error unless another says why. */
  missing: boolean;
}

/** Data as the client gets it. */
export interface Shaped {
  data: Entity | null;
  wrongs: Wrong[];
}

/** A compiled selection of an operation. */
export interface Shape {
  /** Shapes data, and uses it up. */
  shape(data: Entity): Shaped;
  /**
   * Where the client sees what happened at a place: there, or where it left nothing of what was asked for; null where
   * it sees nothing of it.
   */
  place(data: Entity, path: Path): Path | null;
}

interface Shaping {
  /** Where it is just now: what is beyond the depth of whoever looks is of old. */
  path: Path;
  wrongs: Wrong[];
}

/** Gives a value as it leaves: null, or undefined where a null that may not be there takes what is around it along. */
type Complete = (value: unknown, shaping: Shaping) => unknown;

interface Field {
  key: string;
  /** Its key in the data. */
  source: string;
  complete: Complete;
  /** What is selected within, by the type that is found there. */
  within: ((value: unknown) => Fields | null) | null;
  /** Whether what is selected within depends on the type found. */
  abstract: boolean;
}

type Fields = readonly Field[];

/** Compiles the selection of an operation. */
export function shapeOf(reading: Reading, root: GraphQLObjectType, selection: SelectionSetNode): Shape {
  const { schema } = reading;
  const fields = fieldsOf(root, [selection], 0);

  function fieldsOf(
    type: GraphQLObjectType | GraphQLInterfaceType,
    sets: readonly SelectionSetNode[],
    depth: number,
  ): Fields {
    return [...collect(reading, type, sets)].flatMap(([key, nodes]): Field[] => {
      const [node] = nodes as [FieldNode];
      const name = node.name.value;
      const source = reading.keys.of(node);
      if (name === '__typename') return [{ key, source, complete: () => type.name, within: null, abstract: false }];
      const definition = type.getFields()[name];
      // Introspection stands in the data as it has been answered.
      if (!definition)
        return name.startsWith('__')
          ? [{ key, source: key, complete: (value) => value ?? null, within: null, abstract: false }]
          : [];
      const place = `${type.name}.${name}`;
      const within = withinOf(definition.type, nodes, depth + listDepth(definition.type) + 1);
      const abstract = isAbstractType(getNamedType(definition.type));
      return [{ key, source, complete: completeOf(definition.type, within, depth, place), within, abstract }];
    });
  }

  /** Which fields are selected of a value, by its type; null where that is none that clients know. */
  function withinOf(type: GraphQLOutputType, nodes: readonly FieldNode[], depth: number): Field['within'] {
    const named = getNamedType(type);
    if (!isCompositeType(named)) return null;
    const sets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
    if (isObjectType(named)) {
      let fields: Fields | undefined;
      return () => {
        fields ??= fieldsOf(named, sets, depth);
        return fields;
      };
    }
    const known = new Map<string | undefined, Fields | null>();
    return (value) => {
      const typename = typenameOf(value as Entity);
      let fields = known.get(typename);
      if (fields === undefined) {
        const found = typename === undefined ? named : schema.getType(typename);
        // A subgraph with an `@interfaceObject` knows of the interface alone: its fields can be told all the same.
        const fits =
          isObjectType(found) || isInterfaceType(found)
            ? found === named || (isAbstractType(named) && schema.isSubType(named, found))
            : false;
        fields = fits ? fieldsOf(found as GraphQLObjectType | GraphQLInterfaceType, sets, depth) : null;
        known.set(typename, fields);
      }
      return fields;
    };
  }

  return {
    shape(data) {
      const shaping: Shaping = { path: [], wrongs: [] };
      return { data: shapeObject(data, fields, 0, shaping) ?? null, wrongs: shaping.wrongs };
    },
    place(data, path) {
      let at: unknown = data;
      let around: Fields | null = fields;
      let field: Field | undefined;
      const place: Path = [];
      for (const step of path) {
        if (typeof step === 'number') {
          at = Array.isArray(at) ? at[step] : undefined;
          place.push(step);
          continue;
        }
        const nothing = at === null || at === undefined;
        if (field) {
          // Where nothing is, nobody knows of what type it would be.
          if (field.abstract && nothing) return place;
          around = field.within?.(at) ?? null;
        }
        field = around?.find(({ source }) => source === step);
        // What was not asked for can have taken something along that was.
        if (!field) return nothing ? place : null;
        place.push(field.key);
        at = isEntity(at) ? take(at, step) : undefined;
      }
      return place;
    },
  };
}

function listDepth(type: GraphQLOutputType): number {
  if (isNonNullType(type)) return listDepth(type.ofType);
  return isListType(type) ? 1 + listDepth(type.ofType) : 0;
}

/** How a value of a type is completed. Its own step in the path is at `depth`. */
function completeOf(type: GraphQLOutputType, within: Field['within'], depth: number, place: string): Complete {
  if (isNonNullType(type)) {
    const complete = coreOf(type.ofType, within, depth, place);
    return (value, shaping) => {
      const completed = complete(value, shaping);
      if (completed !== null) return completed;
      wrong(shaping, depth, `Cannot return null for non-nullable field ${place}.`, true);
      return undefined;
    };
  }
  const complete = coreOf(type, within, depth, place);
  return (value, shaping) => complete(value, shaping) ?? null;
}

function coreOf(type: GraphQLOutputType, within: Field['within'], depth: number, place: string): Complete {
  if (isListType(type)) {
    const complete = completeOf(type.ofType, within, depth + 1, place);
    return (value, shaping) => {
      if (value === null || value === undefined) return null;
      if (!Array.isArray(value)) return wrong(shaping, depth, `What was given for ${place} is no list.`);
      for (let index = 0; index < value.length; index += 1) {
        shaping.path[depth + 1] = index;
        const item = value[index];
        const completed = complete(item, shaping);
        if (completed === undefined) return undefined;
        if (completed !== item) value[index] = completed;
      }
      return value;
    };
  }
  if (isLeafType(type)) {
    const leaf = leafOf(type);
    return (value, shaping) => {
      if (value === null || value === undefined) return null;
      const checked = leaf(value);
      return checked === undefined ? wrong(shaping, depth, `What was given for ${place} is no ${type.name}.`) : checked;
    };
  }
  return (value, shaping) => {
    if (value === null || value === undefined) return null;
    if (!isEntity(value)) return wrong(shaping, depth, `What was given for ${place} is no object.`);
    const fields = within?.(value);
    if (!fields) return wrong(shaping, depth, `What was given for ${place} is of no type that is known here.`);
    return shapeObject(value, fields, depth + 1, shaping);
  };
}

/** The one name that is none like any other. */
const proto = '__proto__';

function shapeObject(value: Entity, fields: Fields, depth: number, shaping: Shaping): Entity | undefined {
  // What holds just what was asked for, in that order, is taken as it is.
  const shaped: Entity = isShaped(value, fields) ? value : {};
  for (const { key, source, complete } of fields) {
    shaping.path[depth] = key;
    const given = source === proto ? take(value, source) : value[source];
    const completed = complete(given, shaping);
    if (completed === undefined) return undefined;
    if (shaped === value && completed === given) continue;
    if (key === proto) put(shaped, key, completed);
    else shaped[key] = completed;
  }
  return shaped;
}

function isShaped(value: Entity, fields: Fields): boolean {
  let index = 0;
  for (const key in value) {
    const field = fields[index];
    if (field === undefined || field.key !== key || field.source !== key) return false;
    index += 1;
  }
  return index === fields.length;
}

function wrong({ path, wrongs }: Shaping, depth: number, message: string, missing = false): null {
  wrongs.push({ message, path: path.slice(0, depth + 1), missing });
  return null;
}
