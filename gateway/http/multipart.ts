// The events of a subscription as the parts of one reply: Apollo's multipart protocol, version 1.0. Knows how a part is
// written, and heartbeats; knows neither sockets nor what an event says.
import type { Clock } from '../../subgraphs/continuity/clock.ts';

/** What such a reply is. */
export const partsType = 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0';

/** How long nothing is sent before a heartbeat is, in ms: less than what stands between lets a connection be still. */
export const heartbeatMs = 10_000;

/**
 * The text of a reply, piece by piece; each piece ends with the boundary, by which its client knows that it is whole.
 * @param signal ends with the client.
 */
export async function* partsOf(
  events: AsyncIterator<unknown>,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<string, void, void> {
  const gone = new Promise<null>((resolve) => signal.addEventListener('abort', () => resolve(null), { once: true }));
  yield '\r\n--graphql';
  let next = events.next();
  while (!signal.aborted) {
    const still = Promise.withResolvers<'still'>();
    const cancel = clock.after(heartbeatMs, () => still.resolve('still'));
    const given = await Promise.race([next, still.promise, gone]);
    cancel();
    if (given === null) return;
    if (given === 'still') {
      yield part({});
      continue;
    }
    if (given.done) break;
    yield part({ payload: given.value });
    next = events.next();
  }
  yield '--\r\n';
}

/** The last part for a client that is sent away: it is told, and told from a subscription that is over. */
export const partsFarewell = `${part({
  payload: null,
  errors: [{ message: 'Lintel stops here. Come back.', extensions: { code: 'SUBSCRIPTION_ENDED' } }],
})}--\r\n`;

function part(content: object): string {
  return `\r\ncontent-type: application/json\r\n\r\n${JSON.stringify(content)}\r\n--graphql`;
}
