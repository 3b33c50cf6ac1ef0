// Calls to a system that are under way, shared by everybody who asks for the same: below access rules, since what a
// legacy system answers does not depend on who asks. Those that still wait to go out take on more keys. Knows neither
// patience nor what is kept.
import { onPause } from './deadline.ts';
import { keyOf } from './definition.ts';
import { WireError } from './errors.ts';
import { type CallClass, goesBefore } from './queue.ts';

/** A call under way for some keys of one kind. */
export interface Call {
  /** Unique to the call: its failure is told as one, to everybody. */
  id: string;
  /** Whether it has had to wait on our side: how long it took then says nothing about the system. */
  readonly waited: boolean;
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
  of: CallClass;
  keys: unknown[];
  /** Its keys have been taken: it takes on no more. */
  gone: boolean;
  waited: boolean;
  /** Those who have not hung up. */
  askers: number;
  end: AbortController;
}

/**
 * How one call is made. Rejects with a WireError.
 * @param take gives the keys, which until then may become more: called when the call goes out. Later it gives the same.
 */
export type Make = (kind: string, take: () => readonly unknown[], signal: AbortSignal, of: CallClass) => Promise<Found>;

/** Which calls answer which keys. */
export interface Calls {
  /**
   * Joins the calls that are under way for these keys, adds the rest to one that has not gone out, and begins others for
   * what does not fit, at most `limit` keys a call.
   * @param signal of whoever asks. A call that nobody waits for any more is ended.
   * @param of whoever asks; never waits in a call that is served after their own.
   */
  ask(
    kind: string,
    keys: readonly unknown[],
    limit: number,
    signal?: AbortSignal,
    of?: CallClass,
  ): Map<Call, unknown[]>;
}

/** No calls under way. */
export function createCalls(make: Make, newId: () => string): Calls {
  const underWay = new Map<string, Shared>();
  /** By class and kind, the one that waits to go out and has room. */
  const open = new Map<string, Shared>();

  const idOf = (kind: string, key: unknown) => `${kind}\n${keyOf(key)}`;

  function add(call: Shared, kind: string, keys: readonly unknown[]): void {
    call.keys.push(...keys);
    for (const key of keys) underWay.set(idOf(kind, key), call);
  }

  function begin(kind: string, of: CallClass, keys: readonly unknown[]): Shared {
    const end = new AbortController();
    const { promise: found, resolve } = Promise.withResolvers<Found>();
    const slot = `${of} ${kind}`;
    const close = () => {
      call.gone = true;
      if (open.get(slot) === call) open.delete(slot);
    };
    const call: Shared = { id: newId(), of, keys: [], gone: false, waited: false, askers: 0, end, found };
    add(call, kind, keys);
    onPause(end.signal, () => {
      call.waited = true;
    });
    const take = () => {
      close();
      return call.keys;
    };
    const over = () => {
      close();
      for (const key of call.keys) {
        const id = idOf(kind, key);
        if (underWay.get(id) === call) underWay.delete(id);
      }
    };
    resolve(make(kind, take, end.signal, of).finally(over));
    if (!call.gone) open.set(slot, call);
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
    ask(kind, keys, limit, signal, of = 'USER') {
      const joined = new Map<Shared, unknown[]>();
      const fresh: unknown[] = [];
      for (const key of keys) {
        const call = underWay.get(idOf(kind, key));
        // One that is being ended would end for us too.
        const joins = call && !call.end.signal.aborted && (call.gone || !goesBefore(of, call.of));
        if (joins) joined.set(call, [...(joined.get(call) ?? []), key]);
        else fresh.push(key);
      }
      const waiting = open.get(`${of} ${kind}`);
      if (waiting && !waiting.end.signal.aborted) {
        const some = fresh.splice(0, limit - waiting.keys.length);
        add(waiting, kind, some);
        if (some.length > 0) joined.set(waiting, [...(joined.get(waiting) ?? []), ...some]);
      }
      for (let start = 0; start < fresh.length; start += limit) {
        const some = fresh.slice(start, start + limit);
        joined.set(begin(kind, of, some), some);
      }
      for (const call of joined.keys()) join(call, signal);
      return joined;
    },
  };
}
