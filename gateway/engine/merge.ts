// What a fetch gave, joined to what is known. Of types it knows only that an object's own is worth more than that of
// an interface: a subgraph with an `@interfaceObject` knows no better.
import { type Entity, isEntity, put, take } from './entity.ts';
import type { Kinds } from './kinds.ts';

/**
 * Joins an object's fields to another's, in place. Null never takes the place of what is known; objects and lists are
 * joined in turn.
 * @param shared whether `from` is joined elsewhere too: then what is taken of it is a copy.
 */
export function merge(into: Entity, from: Entity, kinds: Kinds, shared = false): void {
  for (const key in from) {
    const value = take(from, key);
    const known = take(into, key);
    if (known === undefined || known === null) {
      if (value !== null || known === undefined) put(into, key, shared ? copy(value) : value);
    } else if (typeof known === 'object') {
      join(known, value, kinds, shared);
    } else if (value !== null && !(key === '__typename' && kinds.abstract(value as string))) {
      put(into, key, value);
    }
  }
}

function join(known: object, value: unknown, kinds: Kinds, shared: boolean): void {
  if (Array.isArray(known)) {
    if (!Array.isArray(value)) return;
    for (let index = 0; index < value.length; index += 1) {
      const item = known[index];
      if (item === undefined || item === null) known[index] = shared ? copy(value[index]) : value[index];
      else if (typeof item === 'object') join(item, value[index], kinds, shared);
    }
  } else if (isEntity(value)) {
    merge(known as Entity, value, kinds, shared);
  }
}

function copy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copy);
  if (!isEntity(value)) return value;
  const copied: Entity = {};
  for (const key in value) put(copied, key, copy(take(value, key)));
  return copied;
}
