// What the client is told when a plan has run: its data, and an error for everything that it asked for and that could not
// be had. Knows nothing of subgraphs.
import { GraphQLError } from 'graphql';
import type { Entity } from './entity.ts';
import { type Placed, placed, related } from './loss.ts';
import type { Run } from './run.ts';
import type { Shape } from './shape.ts';

/**
 * An answer. Errors that stand for one failed call are marked as such: their `extensions.failedCall` is the same, the
 * transport's own where it gave one.
 */
export interface Answer {
  data?: Entity | null;
  errors?: readonly GraphQLError[];
}

/** A run as the client is told of it. Uses up its data. */
export function answerOf<Asker>({ data: known, losses }: Run<Asker>, shape: Shape): Answer {
  const told = placed(losses).flatMap(({ path, ...loss }): Placed[] => {
    const place = path && shape.place(known, path);
    return place === null ? [] : [{ ...loss, path: place }];
  });
  const { data, wrongs } = shape.shape(known);
  if (!told.length && !wrongs.length) return { data };
  const errors = told.map(errorOf);
  for (const { message, path, missing } of wrongs) {
    const explained = errors.some((error) => !error.path || related([...error.path], path));
    if (!missing || !explained) errors.push(new GraphQLError(message, { path }));
  }
  return { data, errors };
}

function errorOf({ error, path, call }: Placed): GraphQLError {
  const { failedCall = call } = error.extensions ?? {};
  return new GraphQLError(error.message, {
    ...(path && { path }),
    ...(error instanceof Error && { originalError: error }),
    extensions: { ...error.extensions, ...(failedCall !== null && { failedCall }) },
  });
}
