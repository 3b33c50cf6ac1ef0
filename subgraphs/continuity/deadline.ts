// Work under a time limit. The time is the backend's own: while a call waits for a turn on our side, its clock stands.
// Knows neither circuits nor wires.
import type { Clock } from './clock.ts';
import { WireError } from './errors.ts';

/** What work came to, and how long it took, in ms, without what it waited for on our side. */
export type Timed<T> = { tookMs: number } & ({ value: T } | { error: unknown });

/** Says to whoever counts the time of the call with this signal that it waits on our side. Gives what says that it goes on. */
export function pause(signal: AbortSignal): () => void {
  signal.dispatchEvent(new Event('pause'));
  return () => {
    signal.dispatchEvent(new Event('resume'));
  };
}

/** Tells when the call with this signal begins to wait on our side. */
export function onPause(signal: AbortSignal, paused: () => void): void {
  signal.addEventListener('pause', paused);
}

/** Why a signal was ended, in the words of wires: with no word of its own, whoever asked hung up. */
export function whyEnded(signal: AbortSignal): WireError {
  return signal.reason instanceof WireError ? signal.reason : new WireError('ABANDONED', 'whoever asked hung up');
}

/**
 * Runs `work` under a time limit; the signal that it gets ends with the limit or with any of `outer`, and so does the
 * waiting for it, whatever work does. Never throws.
 */
export async function timed<T>(
  clock: Clock,
  work: (signal: AbortSignal) => Promise<T>,
  timeoutMs: number,
  ...outer: (AbortSignal | undefined)[]
): Promise<Timed<T>> {
  const { promise: ended, reject } = Promise.withResolvers<never>();
  const controller = new AbortController();
  const { signal } = controller;
  const signals = outer.filter((each) => each !== undefined);
  const end = (reason: WireError) => {
    controller.abort(reason);
    reject(reason);
  };
  const endWith = (event: Event) => end(whyEnded(event.target as AbortSignal));

  let tookMs = 0;
  let startedMs = clock.elapsed();
  let pauses = 0;
  const atLimit = () => end(new WireError('TIMEOUT', `no answer in ${timeoutMs} ms`));
  let cancel = clock.after(timeoutMs, atLimit);
  const took = () => (pauses > 0 ? tookMs : tookMs + clock.elapsed() - startedMs);
  signal.addEventListener('pause', () => {
    tookMs = took();
    pauses += 1;
    cancel();
    for (const each of signals) pause(each);
  });
  signal.addEventListener('resume', () => {
    pauses -= 1;
    if (pauses > 0) return;
    startedMs = clock.elapsed();
    cancel = clock.after(timeoutMs - tookMs, atLimit);
  });

  for (const each of signals) {
    if (each.aborted) end(whyEnded(each));
    else each.addEventListener('abort', endWith, { once: true });
  }
  try {
    // What is over before it began sends nothing.
    return { value: await (signal.aborted ? ended : Promise.race([work(signal), ended])), tookMs: took() };
  } catch (error) {
    // The wire reports an abort in its own way; what counts is why it was aborted.
    return { error: signal.aborted ? signal.reason : error, tookMs: took() };
  } finally {
    pauses = Number.POSITIVE_INFINITY;
    cancel();
    for (const each of signals) each.removeEventListener('abort', endWith);
    ended.catch(() => 'already told through the race');
  }
}

/** The same, for who only wants the result: throws what work threw, or WireError TIMEOUT or ABANDONED. */
export async function limited<T>(...given: Parameters<typeof timed<T>>): Promise<T> {
  const end = await timed(...given);
  if ('error' in end) throw end.error;
  return end.value;
}
