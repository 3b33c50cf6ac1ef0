// What an operation asks of the schema itself, told apart from what it asks of subgraphs, and answered here. The planner
// knows nothing of it.
import {
  type DocumentNode,
  execute,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  type SelectionSetNode,
  visit,
} from 'graphql';
import { neverEmpty } from './conditions.ts';
import type { Entity } from './entity.ts';
import type { Values } from './run.ts';

const introspective = new Set(['__schema', '__type']);

/** An operation in two. */
export interface Parted {
  /** What is asked of subgraphs; null where nothing is. */
  planned: DocumentNode | null;
  /** What is asked of the schema; null where nothing is. */
  introspection: DocumentNode | null;
}

/** Parts an operation of a valid document. */
export function parted(document: DocumentNode, operationName: string | undefined): Parted {
  const introspecting = asksSchema(document);
  const planned = introspecting ? withoutSchema(document) : document;
  const root = getOperationAST(planned, operationName)?.selectionSet;
  return {
    planned: root && onlyTypename(root, planned) ? null : planned,
    introspection: introspecting ? schemaAlone(document) : null,
  };
}

/** Answers what is asked of the schema, by response name. */
export function introspect(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | undefined,
  variableValues: Values,
): Entity {
  const named = operationName ? { operationName } : {};
  const { data } = execute({ schema, document, variableValues, ...named }) as { data?: Entity | null };
  return { ...data };
}

function asksSchema(document: DocumentNode): boolean {
  let found = false;
  visit(document, {
    [Kind.FIELD]: ({ name }) => {
      found ||= introspective.has(name.value);
    },
  });
  return found;
}

const ofSchema = ({ typeCondition }: FragmentDefinitionNode) => typeCondition.name.value.startsWith('__');

function withoutSchema(document: DocumentNode): DocumentNode {
  return visit(document, {
    [Kind.FRAGMENT_DEFINITION]: (fragment) => (ofSchema(fragment) ? null : undefined),
    [Kind.FIELD]: ({ name }) => (introspective.has(name.value) ? null : undefined),
    [Kind.SELECTION_SET]: neverEmpty,
  });
}

/** Of fields, those of the schema alone are left, whole; and fragments, since they may hold some. */
function schemaAlone(document: DocumentNode): DocumentNode {
  return visit(document, {
    [Kind.FRAGMENT_DEFINITION]: (fragment) => (ofSchema(fragment) ? false : undefined),
    [Kind.FIELD]: ({ name }) => (introspective.has(name.value) ? false : null),
    [Kind.SELECTION_SET]: neverEmpty,
  });
}

/** Whether nothing is asked for but what type the root is. */
function onlyTypename(set: SelectionSetNode, document: DocumentNode): boolean {
  return set.selections.every((selection) => {
    if (selection.kind === Kind.FIELD) return selection.name.value === '__typename';
    if (selection.kind === Kind.INLINE_FRAGMENT) return onlyTypename(selection.selectionSet, document);
    const fragment = document.definitions.find(
      (each) => each.kind === Kind.FRAGMENT_DEFINITION && each.name.value === selection.name.value,
    );
    return fragment?.kind === Kind.FRAGMENT_DEFINITION && onlyTypename(fragment.selectionSet, document);
  });
}
