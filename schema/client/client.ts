// The client: one request, tried again where that helps and does no harm, within one time limit. Knows no operation.
import type { Answer } from './answer.ts';
import { operationsOf, type TypedDocument } from './document.ts';
import { noAnswer } from './errors.ts';
import { type Outside, outside as theOutside } from './outside.ts';
import { pauseMs, type Retry, repeatable } from './retries.ts';
import { attempt, unanswered } from './wire.ts';

/** How long a request may take in all, tries and pauses together, in ms: longer than a person waits. */
const defaultTimeoutMs = 10_000;

/** What a client is made of. */
export interface ClientOptions {
  /** The endpoint, e.g. `https://lintel.example/graphql`. */
  url: string | URL;
  /** Sent as `Authorization: Bearer ...`; a function is asked before each try, so that a token can be renewed. */
  token?: string | (() => string | Promise<string>) | undefined;
  /** Headers for every request. */
  headers?: Readonly<Record<string, string>> | undefined;
  /** How long a request may take in all, tries and pauses together, in ms: 10,000 unless said otherwise. */
  timeoutMs?: number | undefined;
  /** When to ask again: EMPTY unless said otherwise. */
  retry?: Retry | undefined;
  /**
   * What goes out of an operation: TEXT, its text; ID, its name (`sha256:...`), which is much shorter, and the text only
   * where the server does not know it yet. TEXT unless said otherwise; for a server that takes registered operations
   * alone, either.
   */
  send?: 'TEXT' | 'ID' | undefined;
}

/** What one request can have of its own. */
export interface RequestOptions extends Omit<ClientOptions, 'url' | 'token'> {
  /** Ends the request: it then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** Asks one endpoint. Holds no state but what it was made of: one for the whole application will do. */
export interface Client {
  /**
   * Sends an operation. Whatever is wrong with the answer stands in its `errors`, the network included.
   * @throws what the signal says when it ends the request, and what the `token` function throws; nothing else.
   */
  request<Data>(
    document: TypedDocument<Data, Record<string, never>>,
    variables?: Record<string, never>,
    options?: RequestOptions,
  ): Promise<Answer<Data>>;
  request<Data, Variables>(
    document: TypedDocument<Data, Variables>,
    variables: NoInfer<Variables>,
    options?: RequestOptions,
  ): Promise<Answer<Data>>;
}

/**
 * A client of an endpoint.
 * @param outside time, chance and the network: the machine's own, except in tests.
 */
export function createClient(options: ClientOptions, outside: Outside = theOutside): Client {
  const url = String(options.url);

  async function headers(own: RequestOptions): Promise<Record<string, string>> {
    const token = typeof options.token === 'function' ? await options.token() : options.token;
    return {
      ...options.headers,
      ...own.headers,
      accept: 'application/graphql-response+json, application/json;q=0.9',
      'content-type': 'application/json',
      ...(token && { authorization: `Bearer ${token}` }),
    };
  }

  return {
    async request<Data, Variables>(
      document: TypedDocument<Data, Variables>,
      variables?: Variables,
      own: RequestOptions = {},
    ): Promise<Answer<Data>> {
      const text = document.toString();
      const timeoutMs = own.timeoutMs ?? options.timeoutMs ?? defaultTimeoutMs;
      const retry = repeatable(text, variables) ? (own.retry ?? options.retry ?? 'EMPTY') : 'NEVER';
      const [operation, ...others] = operationsOf(text);
      const operationName = others.length ? undefined : operation?.name;
      const hash = (own.send ?? options.send) === 'ID' ? await outside.sha256(text) : null;
      const documentId = hash ? `sha256:${hash}` : undefined;
      const whole = JSON.stringify({ documentId, query: text, variables, operationName });
      let body = documentId ? JSON.stringify({ documentId, variables, operationName }) : whole;

      const endsAt = outside.now() + timeoutMs;
      const over = new AbortController();
      const cancel = outside.after(timeoutMs, () => over.abort());
      const signal = own.signal ? AbortSignal.any([own.signal, over.signal]) : over.signal;
      /** The best so far: a later answer over an earlier one, any answer over none. */
      let best: Answer<Data> | undefined;
      try {
        for (let tries = 1; ; tries += 1) {
          signal.throwIfAborted();
          const sent = { url, body, headers: await unlessEnded(headers(own), signal), signal, fetch: outside.fetch };
          const answer = await attempt<Data>(sent);
          if (body !== whole && answer.errors.some(({ code }) => code === 'PERSISTED_QUERY_NOT_FOUND')) {
            body = whole;
            tries -= 1;
            continue;
          }
          if (!best || answer.errors.every(({ code }) => code !== 'NO_ANSWER')) best = answer;
          const pause = pauseMs(answer, tries, retry, outside.random);
          // A pause that outlasts the time limit is no use to anybody: what is known now is told now.
          if (pause === null || outside.now() + pause >= endsAt) return best;
          await paused(pause, signal, outside);
        }
      } catch (error) {
        if (error !== over.signal.reason) throw error;
        const late = `There was no answer within ${timeoutMs} ms.`;
        return best ?? unanswered(noAnswer('TIMEOUT', late, { retryable: true }));
      } finally {
        cancel();
      }
    },
  };
}

/** What is waited for, unless a signal ends the wait: a token can take longer than anybody has. */
function unlessEnded<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  const end = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  return Promise.race([work, end]);
}

function paused(ms: number, signal: AbortSignal, { after }: Outside): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      cancel();
      reject(signal.reason);
    };
    const cancel = after(ms, () => {
      signal.removeEventListener('abort', end);
      resolve();
    });
    signal.addEventListener('abort', end, { once: true });
  });
}
