// Server-sent events from one connection, taken at the pace at which they are asked for. Knows the format (WHATWG HTML,
// 9.2) and heartbeats; knows nothing of GraphQL, and does not come back by itself.
import type { Dispatcher } from 'undici';
import type { Clock } from '../../subgraphs/continuity/clock.ts';
import { WireError } from '../../subgraphs/continuity/errors.ts';
import { unreachable } from '../../subgraphs/continuity/wire.ts';
import type { Question } from './exchange.ts';

/** One event. */
export interface SentEvent {
  event: string;
  data: string;
}

/** Events as they come. */
export interface Feed {
  /** The next one. Throws WireError where the connection has ended. */
  next(): Promise<SentEvent>;
  close(): void;
}

/** What a feed may take. */
export interface FeedLimits {
  clock: Clock;
  /** How long the first byte may take, in ms. */
  timeoutMs: number;
  /** Bytes of one event, or of a reply that is none. */
  largestReply: number;
}

/**
 * Events that wait to be taken; with more, nothing is read from the connection. Enough that none is waited for, few enough
 * that a client which takes nothing costs kilobytes.
 */
const mostWaiting = 16;

/** A source that sends heartbeats and has sent nothing for so long, in ms, is gone: two and more of graphql-sse's twelve seconds. */
export const silentMs = 30_000;

/** Asks for events. Gives the feed; or the whole reply, where it is none. Throws WireError. */
export function openFeed(
  wire: Pick<Dispatcher, 'dispatch'>,
  { path, headers, body }: Question,
  { clock, timeoutMs, largestReply }: FeedLimits,
): Promise<Feed | { status: number; text: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<Feed | { status: number; text: string }>();
  const waiting: SentEvent[] = [];
  let wanted: PromiseWithResolvers<SentEvent> | null = null;
  let ended: WireError | null = null;
  let controller: Dispatcher.DispatchController | undefined;
  let streams = false;
  let status = 0;
  let text = '';
  let beats = false;
  const decoder = new TextDecoder();
  let cancel = clock.after(timeoutMs, () => end(new WireError('TIMEOUT', `no answer in ${timeoutMs} ms`)));

  function end(error: WireError): void {
    if (ended) return;
    ended = error;
    cancel();
    controller?.abort(error);
    reject(error);
    if (!waiting.length) wanted?.reject(error);
  }

  const feed: Feed = {
    next() {
      const event = waiting.shift();
      if (event) {
        if (controller?.paused && waiting.length < mostWaiting && !ended) {
          controller.resume();
          watch();
        }
        return Promise.resolve(event);
      }
      if (ended) return Promise.reject(ended);
      wanted = Promise.withResolvers();
      return wanted.promise;
    },
    close: () => end(new WireError('ABANDONED', 'whoever asked hung up')),
  };

  function give(event: SentEvent): void {
    if (wanted) {
      wanted.resolve(event);
      wanted = null;
    } else waiting.push(event);
  }

  /** Takes the whole events out of what has come. A line ends with CR LF, LF or CR; an empty one ends an event. */
  function take(): void {
    // A CR may be half of a CR LF.
    const half = text.endsWith('\r') ? '\r' : '';
    const blocks = text
      .slice(0, text.length - half.length)
      .replace(/\r\n?/g, '\n')
      .split('\n\n');
    text = (blocks.pop() ?? '') + half;
    for (const block of blocks) {
      let event = 'message';
      const data: string[] = [];
      for (const line of block.split('\n')) {
        const [, field = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
        if (field === 'event') event = value;
        else if (field === 'data') data.push(value);
        else if (field === '' && line) beats = true;
      }
      if (data.length || event !== 'message') give({ event, data: data.join('\n') });
    }
  }

  function watch(): void {
    cancel();
    if (!beats || controller?.paused) return;
    cancel = clock.after(silentMs, () => end(new WireError('TIMEOUT', `no sign of life in ${silentMs} ms`)));
  }

  wire.dispatch(
    { method: 'POST', path, headers, body },
    {
      onRequestStart(given) {
        controller = given;
        if (ended) given.abort(ended);
      },
      onResponseStart(_controller, code, { 'content-type': type }) {
        status = code;
        streams = String(type).startsWith('text/event-stream');
        if (!streams) return;
        cancel();
        resolve(feed);
      },
      onResponseData(given, chunk) {
        const more = decoder.decode(chunk, { stream: true });
        text += more;
        if (streams && /[\r\n]/.test(more)) take();
        if (text.length > largestReply) return end(new WireError('GARBLED', `an event of over ${largestReply} bytes`));
        if (waiting.length >= mostWaiting) given.pause();
        if (streams) watch();
      },
      onResponseEnd() {
        cancel();
        if (!streams) resolve({ status, text });
        else end(new WireError('UNREACHABLE', 'the events ended'));
      },
      onResponseError(_controller, error) {
        end(status ? new WireError('UNREACHABLE', 'the events were cut') : unreachable(error));
      },
    },
  );
  return promise;
}
