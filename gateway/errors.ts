// The last step before an answer leaves: errors in the words of the contract, one for each failed call, nothing
// internal in any of them.
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { StoreFailed, storeDown } from '../subgraphs/continuity/errors.ts';

/** A path in an answer. */
type Path = readonly (string | number)[];

/** How many affected paths an error lists: enough to mark a page, not two thousand of them. */
const mostPaths = 100;

/** The codes that may reach a client; what has another is our own fault, and its words stay in the log. */
export const contract: ReadonlySet<string> = new Set([
  'SYSTEM_DOWN',
  'SYSTEM_ISOLATED',
  'SYSTEM_TIMEOUT',
  'SYSTEM_OVERLOADED',
  'SYSTEM_GARBLED',
  'SYSTEM_REFUSED',
  'STALER_THAN_ASKED',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'BAD_USER_INPUT',
  'RATE_LIMITED',
  'IDEMPOTENCY_KEY_REUSED',
  'STORE_DOWN',
  // Apollo Server's own, for requests that are no GraphQL, or not of this schema.
  'BAD_REQUEST',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
]);

/**
 * One error as a client may see it: its message, path, locations, and of the extensions those of the contract.
 * @param cause what was thrown, unwrapped: an Error that is no GraphQLError is a fault of ours, but for one of our store's.
 * @param generic gateways of others' subgraphs keep those subgraphs' own codes and words.
 * @param onInternal told of every error that is hidden.
 */
export function told(
  error: GraphQLFormattedError,
  cause: unknown,
  onInternal: () => void,
  generic = false,
): GraphQLFormattedError {
  const { message, path, locations, extensions = {} } = error;
  const {
    stacktrace: _stack,
    serviceName: _service,
    exception: _exception,
    request: _request,
    http: _http,
    code = 'INTERNAL_SERVER_ERROR',
    ...kept
  } = extensions;
  const place = { ...(locations && { locations }), ...(path && { path }) };
  const ours = cause instanceof Error && !(cause instanceof GraphQLError);
  if (!ours && (generic || contract.has(String(code)))) return { message, ...place, extensions: { ...kept, code } };
  onInternal();
  if (cause instanceof StoreFailed) {
    const { message, extensions } = storeDown("Lintel's own store cannot be read or written just now.");
    return { message, ...place, extensions };
  }
  return {
    message: 'Lintel could not answer this. It is a fault of Lintel, and has been logged.',
    ...place,
    extensions: { code: 'INTERNAL_SERVER_ERROR' },
  };
}

/**
 * One error for each failed call: the first affected path is its `path`; `affected` counts all, `affectedPaths` lists
 * the first hundred. Paths that the client did not ask for (another system needed them for a join) are left out, and
 * so is a call that failed for none but such: what it was needed for has an error of its own. Other errors pass.
 */
export function collapse(errors: readonly GraphQLFormattedError[], data: unknown): GraphQLFormattedError[] {
  const calls = new Map<string, { error: GraphQLFormattedError; paths: Path[] }>();
  const kept: (GraphQLFormattedError | string)[] = [];
  for (const error of errors) {
    const failedCall = error.extensions?.failedCall;
    if (typeof failedCall !== 'string') {
      kept.push(error);
      continue;
    }
    const known = calls.get(failedCall);
    if (known) {
      if (error.path) known.paths.push(error.path);
    } else {
      calls.set(failedCall, { error, paths: error.path ? [error.path] : [] });
      kept.push(failedCall);
    }
  }
  return kept.flatMap((item) => {
    if (typeof item !== 'string') return [item];
    const { error, paths } = calls.get(item) as { error: GraphQLFormattedError; paths: Path[] };
    // A field that several fetches asked for can fail in each: it is one place for the client.
    const places = new Map(paths.filter((path) => asked(data, path)).map((path) => [path.join('.'), path]));
    const [first] = places.values();
    if (!first && paths.length) return [];
    const { failedCall: _id, ...extensions } = error.extensions ?? {};
    const affectedPaths = [...places.values()].slice(0, mostPaths);
    return [
      { ...error, ...(first && { path: first }), extensions: { ...extensions, affected: places.size, affectedPaths } },
    ];
  });
}

/** Whether a path leads to something in the answer, or to where a null took its place. */
function asked(data: unknown, path: Path): boolean {
  let at = data;
  for (const step of path) {
    if (at === null || typeof at !== 'object') return true;
    // Some errors of the gateway stand for a whole list and name no place in it.
    if (Array.isArray(at) && typeof step === 'string') return true;
    if (!Object.hasOwn(at, step)) return false;
    at = (at as Record<string | number, unknown>)[step];
  }
  return true;
}
