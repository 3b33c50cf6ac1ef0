// Calls to a system that are under way, shared by everybody who asks for the same: below access rules, since what a
// legacy system answers does not depend on who asks. Knows neither patience nor what is kept.

import { keyOf } from './definition.ts';
import { WireError } from './errors.ts';

/** A call under way for some keys of one kind. */
export interface Call {
  /** Unique to the call: its failure is told as one, to everybody. */
  id: string;
  /** Rejects with a WireError. */
  found: Promise<Found>;
}

/** What a call found. */
export interface Found {
  /** By key; what is not there has its kind's own word for that. */
  values: ReadonlyMap<string, unknown>;
  /** When the system gave it, in ms since 1970. */
  readAtMs: number;
}

interface Shared extends Call {
  /** Those who have not hung up. */
  askers: number;
  end: AbortController;
}

/** How one call is made. Rejects with a WireError. */
export type Make = (kind: string, keys: readonly unknown[], signal: AbortSignal) => Promise<Found>;

/** Which calls answer which keys. */
export interface Calls {
  /**
   * Joins the calls that are under way for these keys, and begins others for the rest, at most `limit` keys a call.
   * @param signal of whoever asks. A call that nobody waits for any more is ended.
   */
  ask(kind: string, keys: readonly unknown[], limit: number, signal?: AbortSignal): Map<Call, unknown[]>;
}

/** No calls under way. */
export function createCalls(make: Make, newId: () => string): Calls {
  const underWay = new Map<string, Shared>();

  function begin(kind: string, keys: readonly unknown[]): Shared {
    const end = new AbortController();
    const ids = keys.map((key) => `${kind}\n${keyOf(key)}`);
    const found = make(kind, keys, end.signal).finally(() => {
      for (const id of ids) if (underWay.get(id) === call) underWay.delete(id);
    });
    const call: Shared = { id: newId(), found, askers: 0, end };
    for (const id of ids) underWay.set(id, call);
    return call;
  }

  function join(call: Shared, signal: AbortSignal | undefined): void {
    call.askers += 1;
    if (!signal) return;
    const leave = () => {
      call.askers -= 1;
      if (call.askers === 0) call.end.abort(new WireError('ABANDONED', 'everybody who asked hung up'));
    };
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
    call.found.then(
      () => signal.removeEventListener('abort', leave),
      () => signal.removeEventListener('abort', leave),
    );
  }

  return {
    ask(kind, keys, limit, signal) {
      const joined = new Map<Shared, unknown[]>();
      const fresh: unknown[] = [];
      for (const key of keys) {
        const call = underWay.get(`${kind}\n${keyOf(key)}`);
        // One that is being ended would end for us too.
        if (call && !call.end.signal.aborted) joined.set(call, [...(joined.get(call) ?? []), key]);
        else fresh.push(key);
      }
      for (let start = 0; start < fresh.length; start += limit) {
        const some = fresh.slice(start, start + limit);
        joined.set(begin(kind, some), some);
      }
      for (const call of joined.keys()) join(call, signal);
      return joined;
    },
  };
}
