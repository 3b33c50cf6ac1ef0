// The seam between the engine and the ways to subgraphs: what it asks of them, and what they give. Types only; whoever
// asks (`Asker`) passes through the engine unread.
import type { DocumentNode, GraphQLFormattedError } from 'graphql';

/** One operation that a plan asks of a subgraph: made once for each fetch of a plan, and the same object each time. */
export interface SubgraphOperation {
  kind: 'query' | 'mutation' | 'subscription';
  name?: string | undefined;
  /** The operation's text. */
  query: string;
  /** The same as a JSON string, with its quotes: ready to be put into a body. */
  queryJson: string;
  /** The same, parsed when it is first asked for, and once. */
  readonly document: DocumentNode;
}

/** What the engine asks of a subgraph. */
export interface TransportRequest<Asker> {
  operation: SubgraphOperation;
  /** By name. Given where the transport takes `VALUES`; absent where there are none. */
  variables?: Record<string, unknown> | undefined;
  /** The same as a JSON object, ready to be put into a body. Given where the transport takes `TEXT`; absent where there are none. */
  variablesJson?: string | undefined;
  /** Whose request it is. */
  asker: Asker;
}

/**
 * What a subgraph gives. The engine merges `data` in place, so it is the engine's alone. A call that failed as a whole
 * is `{ errors: [one error without a path] }`: the engine puts it at every place that the client has lost by it.
 */
export interface SubgraphResult {
  data?: Record<string, unknown> | null | undefined;
  errors?: readonly GraphQLFormattedError[] | undefined;
  extensions?: Record<string, unknown> | undefined;
}

/** A way to one subgraph. */
export interface Transport<Asker> {
  /** How it takes variables: as JSON to be sent, or as values where nothing is sent. Default `VALUES`. */
  takes?: 'TEXT' | 'VALUES';
  /** Never throws for what a subgraph does or does not do: that is a result with errors. */
  execute(request: TransportRequest<Asker>): Promise<SubgraphResult>;
  /** Executes a subscription: its events, or a result that says why there are none. */
  subscribe(request: TransportRequest<Asker>): Promise<SubgraphResult | AsyncIterable<SubgraphResult>>;
  close(): Promise<void>;
}
