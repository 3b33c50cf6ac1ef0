// Which places of the data an operation of a subgraph would have filled and did not, by the operation's own text. Only
// looked at when something was lost.
import { type FieldNode, Kind, type SelectionSetNode } from 'graphql';
import { type Entity, isEntity, type Path, take, typenameOf } from './entity.ts';
import type { Kinds } from './kinds.ts';
import type { Unfilled } from './run.ts';
import type { SubgraphOperation } from './transport.ts';

/** The fields of a selection, for an object of a type; of any, where the type is not known. */
type FieldsOf = (set: SelectionSetNode, typename: string | undefined) => FieldNode[];

/**
 * The places of an operation's root fields, or of the entities of one of them.
 * @param names what keys of the answer are called in the data, where that is another name.
 */
export function unfilledOf(
  operation: SubgraphOperation,
  kinds: Kinds,
  names: ReadonlyMap<string, string>,
  entities?: string,
): Unfilled {
  return (value, path) => {
    const { root, fieldsOf } = read(operation, kinds, entities);
    const within = (set: SelectionSetNode, at: unknown, where: Path): Path[] => {
      if (at === undefined || at === null) return [where];
      if (Array.isArray(at)) return at.flatMap((item, index) => within(set, item, [...where, index]));
      return isEntity(at) ? ofEntity(set, at, where) : [];
    };
    const ofEntity = (set: SelectionSetNode, at: Entity, where: Path): Path[] =>
      fieldsOf(set, typenameOf(at)).flatMap((field) => {
        const key = responseName(field);
        const name = names.get(key) ?? key;
        const next = take(at, name);
        if (field.selectionSet) return within(field.selectionSet, next, [...where, name]);
        return next === undefined || next === null ? [[...where, name]] : [];
      });
    return root ? within(root, value, path) : [];
  };
}

/** The fields that an operation asks for of an entity of a type, by response name and name. */
export function fieldsOfEntity(
  operation: SubgraphOperation,
  kinds: Kinds,
  typename: string,
  entities: string,
): { key: string; name: string }[] {
  const { root, fieldsOf } = read(operation, kinds, entities);
  const fields = root ? fieldsOf(root, typename) : [];
  return fields.map((field) => ({ key: responseName(field), name: field.name.value }));
}

/** An operation's selection, or that of one of its root fields. */
function read({ document: { definitions } }: SubgraphOperation, kinds: Kinds, entities: string | undefined) {
  const fragments = new Map(
    definitions.flatMap((each) => (each.kind === Kind.FRAGMENT_DEFINITION ? [[each.name.value, each] as const] : [])),
  );
  const fieldsOf: FieldsOf = (set, typename) =>
    set.selections.flatMap((selection) => {
      // What type something is, is known from the schema or of no use.
      if (selection.kind === Kind.FIELD) return selection.name.value === '__typename' ? [] : [selection];
      const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
      const condition = fragment?.typeCondition?.name.value;
      const fits =
        !condition || !typename || kinds.satisfies(typename, condition) || kinds.satisfies(condition, typename);
      return fragment && fits ? fieldsOf(fragment.selectionSet, typename) : [];
    });
  const whole = definitions.find((each) => each.kind === Kind.OPERATION_DEFINITION)?.selectionSet;
  if (entities === undefined || !whole) return { root: whole, fieldsOf };
  const field = fieldsOf(whole, undefined).find((each) => responseName(each) === entities);
  return { root: field?.selectionSet, fieldsOf };
}

function responseName({ alias, name }: FieldNode): string {
  return alias?.value ?? name.value;
}
