// An operation that a plan asks of a subgraph, made ready once. Knows nothing of how it gets there.
import type { BatchFetchNode, FetchNode } from '@graphql-hive/router-query-planner';
import { type DocumentNode, parse } from 'graphql';
import type { Values } from './run.ts';
import type { SubgraphOperation } from './transport.ts';

/** The operation of a fetch. */
export function operationOf(node: FetchNode | BatchFetchNode): SubgraphOperation {
  let parsed: DocumentNode | undefined;
  return {
    kind: node.operationKind ?? 'query',
    ...(node.operationName && { name: node.operationName }),
    query: node.operation,
    queryJson: JSON.stringify(node.operation),
    get document() {
      parsed ??= parse(node.operation, { noLocation: true });
      return parsed;
    },
  };
}

/** The client's variables that a fetch uses, as values. */
export function selected(usages: readonly string[], variables: Values): Record<string, unknown> {
  const chosen: Record<string, unknown> = {};
  for (const name of usages) if (Object.hasOwn(variables, name)) chosen[name] = variables[name];
  return chosen;
}

/** The same as the inside of a JSON object. */
export function selectedJson(usages: readonly string[], variables: Values): string {
  let text = '';
  for (const name of usages) {
    if (!Object.hasOwn(variables, name)) continue;
    const value = JSON.stringify(variables[name]);
    if (value !== undefined) text += `${text && ','}"${name}":${value}`;
  }
  return text;
}
