// What is made of a document before its first execution, and kept: its plan, what it asks of the schema, and how its
// answers are shaped.
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  visit,
} from 'graphql';
import { introspect, parted } from './introspection.ts';
import type { Plan } from './plan.ts';
import type { Values } from './run.ts';
import { type Shape, shapeOf } from './shape.ts';

/** An operation that is ready to be executed. */
export interface Preparation<Asker> {
  operation: OperationDefinitionNode;
  plan: Plan<Asker>;
  /** How its answers are shaped, under these values of its conditions. */
  shape(values: Values): Shape;
  /** What it asks of the schema, by response name; null where it asks nothing. */
  introspect: ((variables: Values) => Record<string, unknown>) | null;
}

/** Each condition doubles the shapes that there can be: of a document with many, these are kept, and no more. */
const mostShapes = 16;

/** Prepares an operation of a valid document. */
export async function prepare<Asker>(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | undefined,
  plan: (document: DocumentNode) => Promise<Plan<Asker>>,
): Promise<Preparation<Asker>> {
  const operation = getOperationAST(document, operationName);
  const root = operation && schema.getRootType(operation.operation);
  if (!operation || !root) throw new Error('The document has no such operation.');
  const { planned, introspection } = parted(document, operationName);
  const fragments = fragmentsOf(document);
  const conditions = conditionsOf(document);
  const shapes = new Map<string, Shape>();
  return {
    operation,
    plan: planned ? await plan(planned) : { events: null, step: () => undefined },
    introspect: introspection && ((variables) => introspect(schema, introspection, operationName, variables)),
    shape(values) {
      let key = '';
      for (const name of conditions) key += values[name] === true ? '1' : '0';
      let shape = shapes.get(key);
      if (!shape) {
        shape = shapeOf({ schema, fragments, values }, root, operation.selectionSet);
        if (shapes.size >= mostShapes) shapes.clear();
        shapes.set(key, shape);
      }
      return shape;
    },
  };
}

function fragmentsOf({ definitions }: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> {
  const fragments = definitions.filter((each) => each.kind === Kind.FRAGMENT_DEFINITION);
  return new Map(fragments.map((each) => [each.name.value, each]));
}

/** The variables that decide what is selected. */
function conditionsOf(document: DocumentNode): readonly string[] {
  const names = new Set<string>();
  visit(document, {
    [Kind.DIRECTIVE]: ({ name, arguments: given }) => {
      if (name.value !== 'skip' && name.value !== 'include') return;
      for (const { value } of given ?? []) if (value.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  return [...names];
}
