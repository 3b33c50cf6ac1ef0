// One attempt: an operation goes out as GraphQL over HTTP, and whatever comes back becomes an answer. Never retries.
import type { Answer } from './answer.ts';
import { errorOf, type NoAnswer, noAnswer, type RawError } from './errors.ts';

/** What goes out. */
export interface Attempt {
  url: string;
  body: string;
  headers: Readonly<Record<string, string>>;
  signal: AbortSignal;
  fetch: typeof fetch;
}

/** An answer that is none. */
export function unanswered(error: NoAnswer): Answer<never> {
  return { data: null, errors: [error] };
}

/** Sends once. Rejects only when its signal ends it, with the signal's reason. */
export async function attempt<Data>({ url, body, headers, signal, fetch }: Attempt): Promise<Answer<Data>> {
  let reply: Response;
  let text: string;
  try {
    // A redirect would turn the POST into a GET, or carry the token elsewhere: it is an error in the address.
    reply = await fetch(url, { method: 'POST', body, headers, signal, redirect: 'error' });
    text = await reply.text();
  } catch (cause) {
    signal.throwIfAborted();
    return unanswered(noAnswer('NETWORK', `Lintel could not be reached at ${url}.`, { retryable: true, cause }));
  }
  const { status } = reply;
  return (
    answerIn<Data>(text) ??
    unanswered(
      noAnswer('NOT_GRAPHQL', `What answered at ${url} is not GraphQL (HTTP status ${status}).`, {
        status,
        // What stands before Lintel may be back in a moment; a wrong address or a login page stays what it is.
        retryable: status >= 500 || status === 429,
        ...secondsIn(reply.headers.get('retry-after')),
      }),
    )
  );
}

/** The answer in a response's text, or null where it is no GraphQL response. */
function answerIn<Data>(text: string): Answer<Data> | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null; // No JSON, or cut off: no GraphQL response either way.
  }
  if (typeof value !== 'object' || value === null) return null;
  const { data = null, errors = [], extensions } = value as Record<string, unknown>;
  if (typeof data !== 'object' || !isErrors(errors) || (data === null && !errors.length)) return null;
  return {
    data: data as Data | null,
    errors: errors.map(errorOf),
    ...(typeof extensions === 'object' && extensions && { extensions: extensions as Record<string, unknown> }),
  };
}

function isErrors(value: unknown): value is RawError[] {
  return Array.isArray(value) && value.every((one) => typeof one?.message === 'string');
}

/** `Retry-After` in seconds; its other form, a date, is left to our own pace. */
function secondsIn(header: string | null): { retryAfter?: number } {
  return header && /^\d+$/.test(header) ? { retryAfter: Number(header) } : {};
}
