// One list of entities that an operation asks for: how they are found, what is told of them, and where they stand.
import type { Entity } from './entity.ts';
import type { Representer } from './represent.ts';
import type { Rewrite } from './rewrite.ts';
import type { Unfilled } from './run.ts';
import type { Walk } from './walk.ts';

/** One `_entities` field of an operation. */
export interface Group {
  /** Its response name. */
  key: string;
  variable: string;
  walks: readonly Walk[];
  representer: Representer;
  rewrite: Rewrite | null;
  names: ReadonlyMap<string, string>;
  unfilled: Unfilled;
  /** The fields that are asked for of an entity, each with what it requires. */
  fields(typename: string): ReadonlyMap<string, ReadonlySet<string> | null>;
}

/** Where the entities of one group stand. */
export interface Targets {
  entities: Entity[];
  /** For each, which of the representations is its own. */
  order: number[];
  /** Fields that are not to be believed, since what they require was lost; by the entity's place in the list. */
  doubted: Map<number, ReadonlySet<string>>;
}
