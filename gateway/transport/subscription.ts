// A subscription that a subgraph answers over HTTP, by graphql-sse's protocol with one connection for each: its events, and
// what becomes of them when the connection breaks. Knows neither sockets nor how an event is written.
import type { Clock } from '../../subgraphs/continuity/clock.ts';
import { WireError } from '../../subgraphs/continuity/errors.ts';
import type { SubgraphResult } from '../engine/transport.ts';
import type { Feed } from './feed.ts';

/** What a subscription needs. */
export interface SubscriptionSource {
  /** Asks for the events. Gives them; or a result that says why there are none. Throws WireError. */
  open(): Promise<Feed | SubgraphResult>;
  /** What is told of a failure. */
  failed(error: WireError): SubgraphResult;
  /** Reads a result out of an event. Throws WireError. */
  resultOf(text: string): SubgraphResult;
  clock: Clock;
  /** In [0, 1). */
  random: () => number;
}

/** The first wait before a subgraph is asked again, in ms, doubled with each that fails, up to the last. */
const firstWaitMs = 1_000;
const lastWaitMs = 30_000;

/**
 * Subscribes. Once it has begun it goes on until it is over at its source, or whoever takes it has had enough: where the
 * connection breaks, one event says so, and the subgraph is asked again.
 */
export async function subscription(
  source: SubscriptionSource,
): Promise<SubgraphResult | AsyncIterable<SubgraphResult>> {
  const { open, failed, resultOf, clock, random } = source;
  let feed: Feed;
  try {
    const opened = await open();
    if (!isFeed(opened)) return opened;
    feed = opened;
  } catch (error) {
    return failed(wireError(error));
  }
  let over = false;
  let wake = () => {};

  function pause(attempt: number): Promise<void> {
    const full = Math.min(lastWaitMs, firstWaitMs * 2 ** attempt);
    return new Promise((resolve) => {
      const cancel = clock.after(full * (0.5 + random() / 2), resolve);
      wake = () => {
        cancel();
        resolve();
      };
    });
  }

  /** The next event of the feed as a result; null where it is over. */
  async function take(): Promise<SubgraphResult | null> {
    for (;;) {
      const { event, data } = await feed.next();
      if (event === 'complete') return null;
      if (event === 'next') return resultOf(data);
    }
  }

  async function* events(): AsyncGenerator<SubgraphResult, void, void> {
    while (!over) {
      try {
        const result = await take();
        if (!result) return;
        yield result;
        continue;
      } catch (error) {
        if (over) return;
        feed.close();
        yield failed(wireError(error));
      }
      for (let attempt = 0; !over; attempt += 1) {
        await pause(attempt);
        if (over) return;
        try {
          const opened = await open();
          if (isFeed(opened)) {
            feed = opened;
            if (over) feed.close();
            break;
          }
          // It is back, and says that there are no events for this any more.
          yield opened;
          return;
        } catch (error) {
          wireError(error); // One event has said that it is away; as long as it is, there is no more to tell.
        }
      }
    }
  }

  const generator = events();
  const stop = async () => {
    over = true;
    wake();
    feed.close();
    return { done: true as const, value: undefined };
  };
  return { [Symbol.asyncIterator]: () => ({ next: () => generator.next(), return: stop }) };
}

function isFeed(opened: Feed | SubgraphResult): opened is Feed {
  return 'next' in opened;
}

/** A failure of the wire; what is none is a fault of ours, and is thrown on. */
function wireError(error: unknown): WireError {
  if (error instanceof WireError) return error;
  throw error;
}
