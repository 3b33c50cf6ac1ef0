// Where losses are in the client's words: an error at each place that was not filled. Knows nothing of subgraphs.
import type { GraphQLFormattedError } from 'graphql';
import type { Path } from './entity.ts';
import type { Loss } from './run.ts';

/** An error, and where it stands in the data; without a place where nobody knows. */
export interface Placed {
  error: GraphQLFormattedError;
  path: Path | undefined;
  /** The same for all that stand for one loss. */
  call: string | null;
}

/** Losses as errors, in their order. */
export function placed(losses: readonly Loss[]): Placed[] {
  const errors: Placed[] = [];
  /** One error is one call, also where it stands for the entities of several paths. */
  const calls = new Map<GraphQLFormattedError, string>();
  const spread = (error: GraphQLFormattedError, paths: readonly (Path | undefined)[]) => {
    const call = calls.get(error) ?? String(calls.size);
    calls.set(error, call);
    for (const path of paths) errors.push({ error, path, call });
  };
  for (const loss of losses) {
    if (loss.kind === 'ERROR') {
      errors.push({ error: loss.error, path: loss.path, call: null });
      continue;
    }
    const paths = loss.places.flatMap(({ value, path }) => loss.unfilled(value, path));
    if (loss.kind === 'CALL') {
      // Where no place can be told, one error still says what happened.
      const said = paths.length > 0 || errors.some(({ error }) => error === loss.error);
      spread(loss.error, said ? paths : [undefined]);
      continue;
    }
    // The first error at what was needed is why. Without one it was asked for and is not there, which is no error.
    const cause = errors.find(({ path }) => path && loss.needs.some((need) => related(path, need)));
    if (cause) spread(cause.error, paths);
  }
  return errors;
}

/** Whether one place is within the other. */
export function related(one: Path, other: Path): boolean {
  const length = Math.min(one.length, other.length);
  for (let index = 0; index < length; index += 1) if (one[index] !== other[index]) return false;
  return true;
}
