// Plans of the planner, which has none for some operations: where an entity is found within what a subgraph tells of
// another, and a field there that requires another subgraph's is of the subgraph that it was found in. Of a supergraph
// whose subgraphs are split there is a plan, since such a field is never there: it may take a call more.
import { type PlanNode, QueryPlanner } from '@graphql-hive/router-query-planner';
import { parse } from 'graphql';
import { splitOf } from './split.ts';

/** Plans operations over a supergraph. */
export interface Planner {
  /** What clients see. */
  consumerSchema: string;
  /** At which percentages a progressive `@override` changes what is planned. */
  overridePercentages: readonly number[];
  /** The plan of an operation of a document. Throws where there is none. */
  plan(query: string, operationName: string | undefined, percentage: number): Promise<PlanNode | undefined>;
}

/** Makes a planner. Throws where the text is no supergraph that it can take. */
export function plannerOf(supergraphSdl: string): Planner {
  const whole = new QueryPlanner(supergraphSdl);
  const { consumerSchema, overridePercentages } = whole;
  /** Made when it is first needed; null where there is nothing to split. */
  let split: { planner: QueryPlanner; names: ReadonlyMap<string, string> } | null | undefined;

  function splitOnce() {
    if (split !== undefined) return split;
    const made = splitOf(parse(supergraphSdl, { noLocation: true }));
    split = made && { planner: new QueryPlanner(made.sdl), names: made.names };
    return split;
  }

  return {
    consumerSchema,
    overridePercentages,
    async plan(query, operationName, percentage) {
      const asked = async (planner: QueryPlanner) =>
        (await planner.planAsync(query, operationName, new Set(), percentage)).node;
      try {
        return await asked(whole);
      } catch (error) {
        try {
          const other = splitOnce();
          const node = other && (await asked(other.planner));
          if (node) return named(node, other.names);
        } catch (second) {
          // There is no other plan either: first comes what is wrong with the supergraph as it is.
          throw new AggregateError([error, second], (error as Error).message);
        }
        throw error;
      }
    },
  };
}

/** A plan with the names that subgraphs have. */
function named(node: PlanNode, names: ReadonlyMap<string, string>): PlanNode {
  return JSON.parse(JSON.stringify(node), (key, value) =>
    key === 'serviceName' ? (names.get(value) ?? value) : value,
  );
}
