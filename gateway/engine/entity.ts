// An object of an answer, as JSON has it, and the ways to look at one. Knows nothing of schemas.

/** An object that was answered. Its keys are response names. */
export type Entity = Record<string, unknown>;

/** A place in an answer. */
export type Path = (string | number)[];

/** Whether a value is an object, and no list. */
export function isEntity(value: unknown): value is Entity {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What type an object says it is. */
export function typenameOf(entity: Entity): string | undefined {
  const { __typename } = entity;
  return typeof __typename === 'string' ? __typename : undefined;
}

/** Sets a key. A client may name a field `__proto__`: that is a key like any other, and no prototype. */
export function put(entity: Entity, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(entity, key, { value, writable: true, enumerable: true, configurable: true });
  } else {
    entity[key] = value;
  }
}

/** Gets a key of its own. */
export function take(entity: Entity, key: string): unknown {
  return key === '__proto__' && !Object.hasOwn(entity, key) ? undefined : entity[key];
}
