// How the gateway reaches a subgraph: in this process without HTTP, or over HTTP. Both give a GraphQL result; a
// subgraph that cannot be reached gives one error by the contract, and never anything internal.
import { type DocumentNode, type ExecutionResult, type FieldNode, GraphQLError, print } from 'graphql';
import type { Clock } from '../subgraphs/continuity/clock.ts';
import { limited } from '../subgraphs/continuity/deadline.ts';
import { systemError, WireError } from '../subgraphs/continuity/errors.ts';
import { json, openWire } from '../subgraphs/continuity/wire.ts';
import type { Subgraph, SubgraphRequest } from '../subgraphs/subgraph.ts';

/** A way to one subgraph. */
export interface Transport {
  execute(request: SubgraphRequest): Promise<ExecutionResult>;
  /** Executes a subscription: its events, or a result that says why there are none. */
  subscribe(request: SubgraphRequest): Promise<ExecutionResult | AsyncIterable<ExecutionResult>>;
  close(): Promise<void>;
}

/** A subgraph of this process. */
export function inProcess(subgraph: Subgraph): Transport {
  return {
    execute: (request) => subgraph.execute(request),
    subscribe: (request) => subgraph.subscribe(request),
    close: async () => {},
  };
}

/** Numbers of a subgraph over HTTP. */
export interface RemoteOptions {
  /** How long one fetch may take, in ms. */
  timeoutMs: number;
  clock: Clock;
  /** Ids unique to this process, for failed calls. */
  id: () => string;
}

const printed = new WeakMap<DocumentNode, string>();

function text(document: DocumentNode): string {
  let query = printed.get(document);
  if (query === undefined) {
    query = print(document);
    printed.set(document, query);
  }
  return query;
}

/** A subgraph that serves GraphQL over HTTP at `url`. */
export function remote(name: string, url: string, { timeoutMs, clock, id }: RemoteOptions): Transport {
  // A gateway's own subgraphs are built for it: as many connections as a busy page needs, and replies of a big page.
  const wire = openWire(url, { connections: 64, largestReply: 64 * 1024 * 1024 });
  return {
    async execute({ document, variables, operationName, asker }) {
      const { cacheControl } = asker;
      try {
        const ask = (signal: AbortSignal) =>
          wire.send({
            method: 'POST',
            path: '',
            headers: {
              'content-type': 'application/json',
              accept: 'application/graphql-response+json, application/json',
              ...(cacheControl && { 'cache-control': cacheControl }),
            },
            body: JSON.stringify({ query: text(document), variables, operationName }),
            signal,
          });
        const reply = await limited(clock, ask, timeoutMs, asker.signal);
        const given = result(json(reply), reply.status);
        for (const [system, touched] of Object.entries(given.extensions?.continuity ?? {})) {
          asker.onAnswer?.(system, touched.source === null ? null : { system, ...touched });
        }
        return given;
      } catch (error) {
        const failure = error instanceof WireError ? error : new WireError('GARBLED', String(error));
        const told = systemError(failure, { system: name, id: id() });
        const { message, extensions } = told;
        const errors = lost(document, variables).map((path) => new GraphQLError(message, { path, extensions }));
        // Where no place can be told (a fragment on an interface), one error still says what happened.
        return { errors: errors.length ? errors : [told] };
      }
    },
    async subscribe() {
      // A subgraph of ours serves no events over HTTP, and what another's would speak nobody has said.
      const message = `The subgraph ${name} is asked over HTTP, where nothing can be subscribed to.`;
      return { errors: [new GraphQLError(message, { extensions: { code: 'BAD_REQUEST' } })] };
    },
    close: () => wire.close(),
  };
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

/** A GraphQL result out of a reply's JSON, whatever its status: a 4xx can carry errors in the protocol's own words. */
function result(value: unknown, status: number): ExecutionResult {
  const body = value as ExecutionResult | null;
  const isResult = typeof body === 'object' && body !== null && ('data' in body || Array.isArray(body.errors));
  if (!isResult) throw new WireError(status >= 500 ? 'FAULT' : 'GARBLED', `status ${status} without a GraphQL result`);
  if (body.data == null && !body.errors?.length)
    throw new WireError('GARBLED', 'a result with neither data nor errors');
  return body;
}
