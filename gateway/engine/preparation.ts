// What is made of a document before its first execution, and kept: its plan, what it asks of the schema, and how its
// answers are shaped.
import { type DocumentNode, type GraphQLSchema, getOperationAST, Kind } from 'graphql';
import { introspect, parted } from './introspection.ts';
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
 * @param asks whether subgraphs are asked anything for it; where not, there is no plan.
 */
export async function prepare<Asker>(
  schema: GraphQLSchema,
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
    plan: await plan(planned),
    shape: shapeOf({ schema, fragments }, root, operation.selectionSet),
    introspect: introspection && ((variables) => introspect(schema, introspection, operationName, variables)),
  };
}
