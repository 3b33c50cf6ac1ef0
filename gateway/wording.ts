// The last step before a result leaves, the same for an answer and for each event of a subscription: errors told in the
// words of the contract and collapsed, and what the request has touched. Knows neither Apollo Server nor sockets.
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Logger } from 'pino';
import type { GatheringAsker } from '../subgraphs/continuity/asker.ts';
import { collapse, told } from './errors.ts';

/** What wording needs to know. */
export interface WordingOptions {
  log: Logger;
  /** Whether the subgraphs are others' own, whose error codes are not ours. */
  generic?: boolean;
  /** The state of a system, for `extensions.continuity`. */
  stateOf?(system: string): string | undefined;
}

/** A result whose errors are told already. */
export interface Result {
  data?: Record<string, unknown> | null;
  errors?: readonly GraphQLFormattedError[] | undefined;
  extensions?: Record<string, unknown>;
}

/** How results are worded. */
export interface Wording {
  /** One error as a client may see it; what is hidden goes to the log. */
  error(error: unknown, formatted?: GraphQLFormattedError): GraphQLFormattedError;
  /** A whole result as it leaves. */
  result<R extends Result>(result: R, asker: Pick<GatheringAsker, 'touched'>): R;
}

/** How this server words its results. */
export function createWording({ log, generic = false, stateOf }: WordingOptions): Wording {
  return {
    error(error, formatted = format(error)) {
      const cause = unwrapped(error);
      return told(formatted, cause, () => log.error({ err: cause }, 'a request met a fault of Lintel'), generic);
    },
    result(given, { touched }) {
      if (!given.errors && !touched.size) return given;
      const { errors, ...result } = given;
      const collapsed = errors && collapse(errors, result.data);
      const continuity = Object.fromEntries(
        [...touched].map(([system, each]) => [system, { state: stateOf?.(system), ...each }]),
      );
      return {
        ...result,
        ...(collapsed?.length && { errors: collapsed }),
        ...(touched.size && { extensions: { ...result.extensions, continuity } }),
      } as typeof given;
    },
  };
}

function format(error: unknown): GraphQLFormattedError {
  return error instanceof GraphQLError ? error.toJSON() : { message: '' };
}

/** What was thrown, out of the GraphQLErrors that were put around it on the way. */
export function unwrapped(error: unknown): unknown {
  let inner = error;
  while (inner instanceof GraphQLError && inner.originalError) inner = inner.originalError;
  return inner;
}
