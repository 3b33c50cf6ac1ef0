// The planner's runtime asks for whole results with paths; the seam of the engine gives a failed call as one error.
// Between them, for as long as the runtime is here.
import { type DocumentNode, type ExecutionResult, type FieldNode, GraphQLError, print } from 'graphql';
import type { GatheringAsker } from '../subgraphs/continuity/asker.ts';
import type { SubgraphRequest } from '../subgraphs/subgraph.ts';
import type { SubgraphOperation } from './engine/transport.ts';
import type { Transport } from './transport.ts';

const operations = new WeakMap<DocumentNode, SubgraphOperation>();

function operationOf(document: DocumentNode, name: string | undefined): SubgraphOperation {
  let operation = operations.get(document);
  if (!operation) {
    const query = print(document);
    const kind = document.definitions.find((definition) => definition.kind === 'OperationDefinition')?.operation;
    operation = { kind: kind ?? 'query', name, query, queryJson: JSON.stringify(query), document };
    operations.set(document, operation);
  }
  return operation;
}

/** Asks a transport as the runtime has it. */
export async function ask(
  transport: Transport,
  how: 'execute' | 'subscribe',
  { document, variables, operationName, asker }: SubgraphRequest,
): Promise<ExecutionResult | AsyncIterable<ExecutionResult>> {
  const operation = operationOf(document, operationName);
  const given = await transport[how]({ operation, variables, asker: asker as GatheringAsker });
  if (Symbol.asyncIterator in given) return given as AsyncIterable<ExecutionResult>;
  const [first] = given.errors ?? [];
  if (!first || given.data || first.path) return given as ExecutionResult;
  const { message, extensions } = first;
  const errors = lost(document, variables).map((path) => new GraphQLError(message, { path, extensions }));
  // Where no place can be told (a fragment on an interface), one error still says what happened.
  return { errors: errors.length ? errors : (given.errors as GraphQLError[]) };
}

type Path = (string | number)[];

/** The places of an answer that an operation would have filled: its root fields, or each entity's fields. */
function lost(document: DocumentNode, variables: Record<string, unknown> = {}): Path[] {
  const operation = document.definitions.find((definition) => definition.kind === 'OperationDefinition');
  return (operation?.selectionSet.selections ?? []).flatMap((root): Path[] => {
    if (root.kind !== 'Field') return [];
    if (root.name.value !== '_entities') return [[responseName(root)]];
    const given = root.arguments?.[0]?.value;
    const representations = given?.kind === 'Variable' ? variables[given.name.value] : [];
    return (representations as { __typename?: string }[]).flatMap(({ __typename }, index) =>
      (root.selectionSet?.selections ?? [])
        .filter((fragment) => fragment.kind === 'InlineFragment')
        .filter(({ typeCondition }) => !typeCondition || typeCondition.name.value === __typename)
        .flatMap(({ selectionSet }) => selectionSet.selections.filter((selection) => selection.kind === 'Field'))
        .map((field) => [responseName(root), index, responseName(field)]),
    );
  });
}

function responseName({ alias, name }: FieldNode): string {
  return alias?.value ?? name.value;
}
