// The fields that an operation selects of an object, by response name, as the specification collects them, once its
// conditions are settled. Knows the schema; knows nothing of answers.
import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import { placeholder } from './conditions.ts';
import type { Keys } from './keys.ts';

/** What selections are read with. */
export interface Reading {
  schema: GraphQLSchema;
  fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  keys: Keys;
}

/** The fields selected of a type, by response name, in the order in which they are first selected. */
export function collect(
  reading: Reading,
  type: GraphQLObjectType | GraphQLInterfaceType,
  sets: readonly SelectionSetNode[],
): Map<string, FieldNode[]> {
  const found = new Map<string, FieldNode[]>();
  const seen = new Set<string>();
  for (const set of sets) gather(reading, type, set, found, seen);
  return found;
}

function gather(
  reading: Reading,
  type: GraphQLObjectType | GraphQLInterfaceType,
  { selections }: SelectionSetNode,
  found: Map<string, FieldNode[]>,
  seen: Set<string>,
): void {
  for (const selection of selections) {
    if (selection === placeholder) continue;
    if (selection.kind === Kind.FIELD) {
      const key = selection.alias?.value ?? selection.name.value;
      const known = found.get(key);
      if (known) known.push(selection);
      else found.set(key, [selection]);
      continue;
    }
    let fragment: Pick<FragmentDefinitionNode, 'selectionSet'> & {
      typeCondition?: FragmentDefinitionNode['typeCondition'] | undefined;
    };
    if (selection.kind === Kind.FRAGMENT_SPREAD) {
      const { value: name } = selection.name;
      const named = reading.fragments.get(name);
      if (seen.has(name) || !named) continue;
      seen.add(name);
      fragment = named;
    } else fragment = selection;
    const condition = fragment.typeCondition?.name.value;
    if (condition === undefined || applies(reading.schema, type, condition))
      gather(reading, type, fragment.selectionSet, found, seen);
  }
}

function applies(schema: GraphQLSchema, type: GraphQLObjectType | GraphQLInterfaceType, condition: string): boolean {
  if (type.name === condition) return true;
  const conditional = schema.getType(condition);
  return isAbstractType(conditional) && schema.isSubType(conditional, type);
}
