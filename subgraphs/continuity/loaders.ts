// One request's way to a system: a DataLoader for each kind, so that however many fields ask, a wave of keys goes down
// as one read. What `system.read` does below is none of the resolvers' business.
import DataLoader from 'dataloader';
import type { Asker } from './asker.ts';
import { type Answer, keyOf, type Read, type Reads } from './definition.ts';
import type { Reader, System } from './system.ts';

/** A system's reads as its resolvers call them: `repair(reference)` gives an answer with provenance, or throws. */
export type Verbs<R extends Reads> = {
  [Kind in keyof R]: R[Kind] extends Read<infer Key, infer Value> ? (key: Key) => Promise<Answer<Value>> : never;
};

/** What is kept, as resolvers ask for it before they write: no system is asked. */
export interface KeptVerbs<V> {
  kept: V;
}

/** Whoever writes is to know what was known, however old, and asks nobody for it. */
export const keptAlone: Asker = { consent: { ask: false, wait: false, oldestMs: Number.POSITIVE_INFINITY } };

/**
 * Fresh loaders for one request. Equal keys of a request are read once.
 * @param asker whose request it is: whether they hang up, and what they take for an answer.
 */
export function loadersOf<R extends Reads>(system: System<R> | Reader<R>, asker: Asker = {}): Verbs<R> {
  const verbs: Record<string, (key: unknown) => Promise<Answer<unknown>>> = {};
  for (const kind of system.kinds) {
    let loader: DataLoader<unknown, Answer<unknown>, string> | undefined;
    verbs[kind] = (key) => {
      loader ??= new DataLoader((keys) => system.read(kind, keys, asker), {
        cacheKeyFn: keyOf,
        // After everything that is ready to run has run, so that fetches of one wave that arrive together go together.
        batchScheduleFn: (dispatch) => setImmediate(dispatch),
      });
      return loader.load(key);
    };
  }
  return verbs as Verbs<R>;
}
