// Equal questions that are on their way at the same time, asked once. Whose questions are equal, the caller says: by a
// key of everything that the answer may depend on, such as who asks and what they take for an answer.
import type { Answer } from './answer.ts';

/** Shares what is on its way. */
export interface Flights {
  /** The answer of who asks the same already; else asks. */
  join(key: string, ask: () => Promise<Answer>): Promise<Answer>;
}

/**
 * Nothing is kept: what has arrived is asked for anew. An answer with errors is nobody's but who asked: theirs may have
 * been given up on, or they have hung up. Whoever joined then asks for themselves.
 */
export function createFlights(): Flights {
  const flights = new Map<string, Promise<Answer>>();
  return {
    async join(key, ask) {
      const flight = flights.get(key);
      if (flight) {
        const answer = await flight;
        return answer.errors?.length ? ask() : answer;
      }
      const own = ask();
      flights.set(key, own);
      try {
        return await own;
      } finally {
        flights.delete(key);
      }
    },
  };
}
