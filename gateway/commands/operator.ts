// How commands speak with a Lintel that runs on this machine: GraphQL over its operator socket.
import { type IncomingMessage, type RequestOptions, request } from 'node:http';
import type { Readable } from 'node:stream';
import type { Config } from '../config.ts';
import { account, answers, operatorHeader } from '../operator.ts';
import { remark } from './terminal.ts';

/** How long an order may take, in ms. No legacy system is asked for it. */
const answerLimitMs = 10_000;

// biome-ignore lint/suspicious/noExplicitAny: whoever asks knows what they have asked for.
type Data = any;

/** Whoever takes orders. */
export interface Operator {
  /**
   * Asks or orders something, in GraphQL; gives `data`. Throws an error with the answer's own sentences where a root
   * field could not be given; of what is missing further down it tells on standard error.
   * @param limitMs how long it may take, in ms, where that is more than orders usually do.
   */
  ask(query: string, variables?: Record<string, unknown>, limitMs?: number): Promise<Data>;
}

/** A Lintel that runs. */
export interface Awake extends Operator {
  /** What its operator socket serves at another path, as it comes. Throws an error with the answer's own sentence where it is refused. */
  stream(path: string): Promise<Readable>;
}

/**
 * The Lintel that runs on this machine with this configuration; null: none runs.
 * @param who gives the orders; else the account's own name.
 */
export async function operatorClient({ operatorSocket }: Config, who: string = account()): Promise<Awake | null> {
  if (!(await answers(operatorSocket))) return null;
  return {
    async ask(query, variables, limitMs = answerLimitMs) {
      const body = JSON.stringify({ query, variables });
      const signal = AbortSignal.timeout(limitMs);
      return given(await text(await send(operatorSocket, who, { method: 'POST', path: '/graphql', signal }, body)));
    },
    async stream(path) {
      const reply = await send(operatorSocket, who, { path });
      if (reply.statusCode === 200) return reply;
      throw new Error((await text(reply)).trim());
    },
  };
}

function send(socketPath: string, who: string, options: RequestOptions, body?: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', [operatorHeader]: encodeURIComponent(who) };
    const sent = request({ socketPath, headers, ...options }, resolve);
    sent.once('error', (error) => reject(lost(error)));
    sent.end(body);
  });
}

async function text(reply: IncomingMessage): Promise<string> {
  try {
    let whole = '';
    for await (const chunk of reply.setEncoding('utf8')) whole += chunk;
    return whole;
  } catch (error) {
    throw lost(error);
  }
}

function lost(error: unknown): Error {
  const slow = 'gave no answer in time';
  const what = /Abort|Timeout/.test((error as Error).name) ? slow : 'ended before it answered';
  return new Error(`Lintel runs, but ${what}. Look with npx lintel system whether it has done what you asked for.`);
}

/** What an answer gives, or the error that it is. */
export function given(text: string): Data {
  const { data, errors = [] } = JSON.parse(text) as { data?: Record<string, unknown>; errors?: { message: string }[] };
  const sentences = [...new Set(errors.map(({ message }) => message))].join('\n');
  if (!data || (errors.length && Object.values(data).includes(null))) throw new Error(sentences);
  if (sentences) remark(`lintel: ${sentences}`);
  return data;
}
