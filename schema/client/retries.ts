// Whether an operation may be sent again, and after what pause. Knows answers and numbers; sends and waits for nothing.
import type { Answer } from './answer.ts';
import { operationsOf } from './document.ts';

/**
 * When an answer is asked for again, as long as something in it is `retryable`:
 * - EMPTY: when nothing at all could be had. What is there in part is given at once: a page should not wait for a system
 *   that is down.
 * - PARTIAL: when anything is missing. For jobs that need the whole.
 * - NEVER.
 */
export type Retry = 'EMPTY' | 'PARTIAL' | 'NEVER';

/** The first pause of our own, and the least of any, in ms; each further one of ours is twice as long. */
const firstPauseMs = 250;

/** How often it is sent where the server names no time: twice more is what a hiccup takes; beyond that we are load. */
const mostTries = 3;

/** How much a pause that the server named is stretched at most, so that not all clients are back in one instant. */
const stretch = 0.25;

/** Whether sending an operation twice does no more than sending it once: a query, or a mutation with its key. */
export function repeatable(text: string, variables: unknown): boolean {
  const operations = operationsOf(text);
  if (operations.length > 0 && operations.every(({ kind }) => kind === 'query')) return true;
  return operations.every(({ kind }) => kind !== 'subscription') && hasIdempotencyKey(variables);
}

/** A key among the variables, or in an input object that is one of them. */
function hasIdempotencyKey(variables: unknown): boolean {
  if (typeof variables !== 'object' || variables === null) return false;
  return [variables, ...Object.values(variables)].some((value) => {
    const key = (value as { idempotencyKey?: unknown } | null)?.idempotencyKey;
    return typeof key === 'string' && key !== '';
  });
}

/** How long to wait before the next try, in ms; null: the answer stands. */
export function pauseMs(answer: Answer<unknown>, tries: number, retry: Retry, random: () => number): number | null {
  const worth = answer.errors.filter(({ retryable }) => retryable);
  if (retry === 'NEVER' || !worth.length || (retry === 'EMPTY' && !isEmpty(answer.data))) return null;
  const named = worth.flatMap(({ retryAfter }) => retryAfter ?? []);
  if (named.length) return Math.max(firstPauseMs, Math.min(...named) * 1000) * (1 + stretch * random());
  return tries < mostTries ? firstPauseMs * 2 ** (tries - 1) * (0.5 + 0.5 * random()) : null;
}

function isEmpty(data: unknown): boolean {
  return data === null || Object.values(data as object).every((value) => value === null);
}
