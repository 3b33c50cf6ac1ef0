// A plan of the planner as one step: in order, together, on a condition. Compiled once.
import type { PlanNode } from '@graphql-hive/router-query-planner';
import { batchFetch, entityFetch } from './entities.ts';
import { type RootFetch, rootFetch, type Surroundings } from './fetch.ts';
import type { Step } from './run.ts';

/** A compiled plan. */
export interface Plan<Asker> {
  /** The subscription that it begins with. */
  events: RootFetch<Asker> | null;
  /** All that it fetches; of a subscription, for each event. */
  step: Step<Asker>;
}

/** Compiles a plan. Throws where it has what nobody knows how to execute. */
export function planOf<Asker>(node: PlanNode | null | undefined, surroundings: Surroundings<Asker>): Plan<Asker> {
  const nothing: Step<Asker> = () => undefined;
  if (!node) return { events: null, step: nothing };
  if (node.kind === 'Subscription') return { events: rootFetch(node.primary, surroundings), step: nothing };
  const [first, ...rest] = node.kind === 'Sequence' ? node.nodes : [];
  if (first?.kind === 'Subscription') {
    const events = rootFetch(first.primary, surroundings);
    return { events, step: inOrder(rest.map((each) => stepOf(each, surroundings))) };
  }
  return { events: null, step: stepOf(node, surroundings) };
}

function stepOf<Asker>(node: PlanNode, surroundings: Surroundings<Asker>): Step<Asker> {
  const all = (nodes: readonly PlanNode[]) => nodes.map((each) => stepOf(each, surroundings));
  switch (node.kind) {
    case 'Fetch':
      return rootFetch(node, surroundings).step;
    case 'BatchFetch':
      return batchFetch(node, surroundings);
    case 'Flatten':
      if (node.node.kind !== 'Fetch') throw new Error(`The plan has a ${node.node.kind} at a path.`);
      return entityFetch(node.node, node.path, surroundings);
    case 'Sequence':
      return inOrder(all(node.nodes));
    case 'Parallel':
      return together(all(node.nodes));
    case 'Condition': {
      const { condition, ifClause, elseClause } = node;
      const [met, unmet] = [ifClause, elseClause].map((clause) => clause && stepOf(clause, surroundings));
      return (run) => (run.values[condition] === true ? met : unmet)?.(run);
    }
    case 'Defer': {
      // One answer holds all of it; what is deferred comes after.
      const deferred = together(node.deferred.flatMap((each) => (each.node ? [stepOf(each.node, surroundings)] : [])));
      return node.primary.node ? inOrder([stepOf(node.primary.node, surroundings), deferred]) : deferred;
    }
    default:
      throw new Error(`The plan has a ${node.kind} inside.`);
  }
}

/** Steps one after another, without waiting where there is nothing to wait for. */
function inOrder<Asker>(steps: readonly Step<Asker>[]): Step<Asker> {
  return (run) => {
    const from = (start: number): Promise<void> | undefined => {
      for (let index = start; index < steps.length; index += 1) {
        const waiting = steps[index]?.(run);
        if (waiting) return index + 1 < steps.length ? waiting.then(() => from(index + 1)) : waiting;
      }
      return undefined;
    };
    return from(0);
  };
}

function together<Asker>(steps: readonly Step<Asker>[]): Step<Asker> {
  return (run) => {
    const waiting = steps.flatMap((step) => step(run) ?? []);
    if (waiting.length < 2) return waiting[0];
    return Promise.all(waiting).then(() => undefined);
  };
}
