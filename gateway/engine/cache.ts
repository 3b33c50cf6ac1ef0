// What is kept because it is likely to be asked for again, within a number of bytes: what was asked for longest ago
// goes first. Knows nothing of what it keeps.

/** A bounded cache. */
export interface Cache<Value> {
  get(key: string): Value | undefined;
  /** Keeps a value. What is larger than all there is room for is not kept. */
  set(key: string, value: Value, bytes: number): void;
  delete(key: string): void;
  /** How much is kept. */
  readonly bytes: number;
  readonly size: number;
}

/** A cache that keeps at most so many bytes, as those who give values estimate them. */
export function createCache<Value>(mostBytes: number): Cache<Value> {
  const kept = new Map<string, { value: Value; bytes: number }>();
  let total = 0;
  let newest: string | undefined;
  const remove = (key: string) => {
    const known = kept.get(key);
    if (!known) return;
    kept.delete(key);
    total -= known.bytes;
  };
  return {
    get(key) {
      const known = kept.get(key);
      // Maps keep the order in which keys are set. Most often what is asked for is what was asked for just now.
      if (known && key !== newest) {
        kept.delete(key);
        kept.set(key, known);
        newest = key;
      }
      return known?.value;
    },
    set(key, value, bytes) {
      remove(key);
      if (bytes > mostBytes) return;
      kept.set(key, { value, bytes });
      newest = key;
      total += bytes;
      for (const [oldest] of kept) {
        if (total <= mostBytes) break;
        remove(oldest);
      }
    },
    delete: remove,
    get bytes() {
      return total;
    },
    get size() {
      return kept.size;
    },
  };
}
