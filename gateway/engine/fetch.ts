// Fetches of root fields, and of subscriptions' events. Compiled once; knows transports by their seam alone.
import type { FetchNode } from '@graphql-hive/router-query-planner';
import type { GraphQLFormattedError } from 'graphql';
import type { Path } from './entity.ts';
import type { Kinds } from './kinds.ts';
import { merge } from './merge.ts';
import { operationOf, selected, selectedJson } from './operation.ts';
import type { Requirements } from './requirements.ts';
import { renamed, rewriteOf } from './rewrite.ts';
import type { Run, Step } from './run.ts';
import type { SubgraphOperation, SubgraphResult, Transport, TransportRequest } from './transport.ts';
import { unfilledOf } from './unfilled.ts';

/** What fetches are compiled with. */
export interface Surroundings<Asker> {
  kinds: Kinds;
  requirements: Requirements;
  /** The way to a subgraph. Throws where there is none. */
  transport(subgraph: string): Transport<Asker>;
}

/** A fetch of root fields. */
export interface RootFetch<Asker> {
  /** Asks, and takes what is given. */
  step: Step<Asker>;
  /** Subscribes: events, or a result that says why there are none. */
  subscribe(run: Run<Asker>): Promise<SubgraphResult | AsyncIterable<SubgraphResult>>;
  /** Takes what is given. */
  receive(run: Run<Asker>, result: SubgraphResult): void;
}

/** Compiles a fetch of root fields. */
export function rootFetch<Asker>(node: FetchNode, { kinds, transport }: Surroundings<Asker>): RootFetch<Asker> {
  const operation = operationOf(node);
  const usages = node.variableUsages ?? [];
  const way = transport(node.serviceName);
  const rewrite = rewriteOf(node.outputRewrites, kinds);
  const names = renamed(node.outputRewrites);
  const unfilled = unfilledOf(operation, kinds, names);
  const request = (run: Run<Asker>) => requestOf(operation, run, selectedOf(way, usages, run));
  const receive = (run: Run<Asker>, { data, errors }: SubgraphResult) => {
    if (data) {
      rewrite?.(data);
      merge(run.data, data, kinds);
    }
    for (const error of errors ?? []) {
      if (error.path) run.losses.push({ kind: 'ERROR', error, path: named(error.path, names) });
      else if (data) run.losses.push({ kind: 'ERROR', error, path: undefined });
      else run.losses.push({ kind: 'CALL', error, places: [{ value: run.data, path: [] }], unfilled });
    }
  };
  return {
    step: (run) => asked(() => way.execute(request(run))).then((result) => receive(run, result)),
    subscribe: (run) => way.subscribe(request(run)),
    receive,
  };
}

/** What a call gives. A transport never throws; where one does, its own fault costs this call and no more. */
export async function asked(call: () => Promise<SubgraphResult>): Promise<SubgraphResult> {
  try {
    return await call();
  } catch (error) {
    return { errors: [error as GraphQLFormattedError] };
  }
}

/** Variables of a request, of which `own` are those of the fetch itself. */
export function selectedOf<Asker>(way: Transport<Asker>, usages: readonly string[], run: Run<Asker>) {
  return way.takes === 'TEXT' ? selectedJson(usages, run.variables) : selected(usages, run.variables);
}

/** A request. */
export function requestOf<Asker>(
  operation: SubgraphOperation,
  { asker }: Run<Asker>,
  variables: string | Record<string, unknown>,
): TransportRequest<Asker> {
  if (typeof variables !== 'string') return { operation, variables, asker };
  return variables ? { operation, variablesJson: `{${variables}}`, asker } : { operation, asker };
}

/** A path of an answer as the data has it. */
export function named(path: readonly (string | number)[], names: ReadonlyMap<string, string>): Path {
  return path.map((step) => (typeof step === 'string' ? (names.get(step) ?? step) : step));
}
