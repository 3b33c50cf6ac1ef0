// One execution of a plan, as its steps share it. Types, and what was lost on the way.
import type { GraphQLFormattedError } from 'graphql';
import type { Entity, Path } from './entity.ts';

/** Values by variable name. */
export type Values = Readonly<Record<string, unknown>>;

/** One execution. */
export interface Run<Asker> {
  asker: Asker;
  /** As the client gave them: subgraphs coerce them themselves. */
  variables: Values;
  /** Coerced, with defaults: what conditions go by. */
  values: Values;
  /** What is known so far. */
  data: Entity;
  /** In the order in which they happened. */
  losses: Loss[];
}

/** A part of a plan. What it has to wait for, if anything. Never fails: what goes wrong is a loss. */
export type Step<Asker> = (run: Run<Asker>) => Promise<void> | undefined;

/** Places of the data that a fetch would have filled, and did not. */
export type Unfilled = (value: unknown, path: Path) => Path[];

/** What could not be had, and why. Where that is in the client's words is found out at the end. */
export type Loss =
  /** One error at one place; without one where the subgraph names none. */
  | { kind: 'ERROR'; error: GraphQLFormattedError; path: Path | undefined }
  /** One error for everything that these places were to be filled with. */
  | { kind: 'CALL'; error: GraphQLFormattedError; places: readonly Place[]; unfilled: Unfilled }
  /** An entity that nothing was asked about, since what the question needs is not there. */
  | { kind: 'NEED'; needs: readonly Path[]; places: readonly Place[]; unfilled: Unfilled };

/** An object of the data, and where it stands. */
export interface Place {
  value: unknown;
  path: Path;
}
