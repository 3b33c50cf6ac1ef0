// Who is told of what happens: how many clients at once and how many subscriptions, and that each can be sent away. Knows
// operations and streams; knows no protocol.
import type { ExecutionResult } from 'graphql';
import { Refusal } from './http/refusal.ts';
import { type Answer, type Asked, type SubscribeOptions, subscribe, type Whose } from './operation.ts';
import { relay } from './relay.ts';
import type { Stream } from './stream.ts';

/** What a crowd is made with. */
export interface CrowdOptions<Context extends object> extends SubscribeOptions<Context> {
  /** Clients at once, and subscriptions at once. Default: see `usualMost`. */
  most?: number;
}

/** Each costs a socket or a listener, and kilobytes: a thousand are megabytes. */
const usualMost = 1_000;

/** Everybody who is told. */
export interface Crowd {
  /** Whether it takes nobody any more. */
  readonly stopping: boolean;
  /** What somebody is told for whom there is no room. */
  full(): Refusal;
  /** Throws that where there is no room for one more. */
  admit(): void;
  /** Counts a stream among all, until it ends or is let go. */
  hold(stream: Stream): void;
  /** It tells nothing after all. */
  letGo(stream: Stream): void;
  /** What an operation comes to, its events counted among all; null: there is no room for them. */
  perform(
    asked: Asked,
    whose: Whose,
    stream: Stream,
  ): Promise<Answer | { events: AsyncGenerator<ExecutionResult> } | null>;
  /** Sends those away who subscribe, to come back. */
  dismiss(): void;
  /** Sends everybody away, and takes nobody any more. */
  close(): void;
}

/** An empty crowd. */
export function createCrowd<Context extends object>(options: CrowdOptions<Context>): Crowd {
  const { most = usualMost } = options;
  const streams = new Set<Stream>();
  /** Streams over which somebody subscribes. */
  const subscribed = new Set<Stream>();
  let subscriptions = 0;
  let stopping = false;
  const full = () => {
    const message = 'As many are told of changes as this Lintel can tell. Come back later.';
    return new Refusal(503, stopping ? 'Lintel is stopping.' : message, { 'retry-after': '60' });
  };
  const letGo = (stream: Stream) => {
    streams.delete(stream);
    subscribed.delete(stream);
  };
  return {
    get stopping() {
      return stopping;
    },
    full,
    admit() {
      if (stopping || streams.size >= most) throw full();
    },
    hold(stream) {
      streams.add(stream);
      stream.signal.addEventListener('abort', () => letGo(stream), { once: true });
    },
    letGo,
    async perform(asked, whose, stream) {
      const done = await subscribe(options, asked, whose);
      if (!('events' in done)) return done;
      if (subscriptions >= most) {
        await done.events[Symbol.asyncIterator]().return?.();
        return null;
      }
      subscriptions += 1;
      subscribed.add(stream);
      const events = relay(done.events, {
        each: (event) => event,
        ended() {
          subscriptions -= 1;
        },
      });
      return { events };
    },
    dismiss() {
      for (const stream of [...subscribed]) stream.close();
    },
    close() {
      stopping = true;
      for (const stream of [...streams]) stream.close();
    },
  };
}
