// What is made of a document before its first execution, and kept: its plan, what it asks of the schema, and how its
// answers are shaped.
import { type DocumentNode, type GraphQLSchema, getOperationAST, Kind } from 'graphql';
import { introspect, parted } from './introspection.ts';
import type { Keys } from './keys.ts';
import type { Plan } from './plan.ts';
import type { Values } from './run.ts';
import { type Shape, shapeOf } from './shape.ts';

/** An operation that is ready to be executed. */
export interface Preparation<Asker> {
  plan: Plan<Asker>;
  shape: Shape;
  /** What it asks of the schema, by response name; null where it asks nothing. */
  introspect: ((variables: Values) => Record<string, unknown>) | null;
}

/**
 * Prepares an operation of a valid document whose conditions are settled.
 * @param plan of what is asked of subgraphs; of nothing, where nothing is.
 */
export async function prepare<Asker>(
  schema: GraphQLSchema,
  keys: Keys,
  document: DocumentNode,
  operationName: string | undefined,
  plan: (document: DocumentNode | null) => Promise<Plan<Asker>>,
): Promise<Preparation<Asker>> {
  const operation = getOperationAST(document, operationName);
  const root = operation && schema.getRootType(operation.operation);
  if (!operation || !root) throw new Error('The document has no such operation.');
  const { planned, introspection } = parted(document, operationName);
  const fragments = new Map(
    document.definitions.flatMap((each) =>
      each.kind === Kind.FRAGMENT_DEFINITION ? [[each.name.value, each] as const] : [],
    ),
  );
  return {
    plan: await plan(planned && keys.apart(planned)),
    shape: shapeOf({ schema, fragments, keys }, root, operation.selectionSet),
    introspect: introspection && ((variables) => introspect(schema, introspection, operationName, variables)),
  };
}
