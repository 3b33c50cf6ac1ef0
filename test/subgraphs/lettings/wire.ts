// The lettings system's wire in tests: JSON lists with a count, behind a session.

import type { LettingsReads } from '../../../subgraphs/lettings/adapter.ts';
import { lettings } from '../../../subgraphs/lettings/index.ts';
import { type Answering, type Canned, startWired } from '../wire.ts';

export const json = (content: unknown, status = 200, headers = {}): Canned => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(content),
});
export const expired = json({ code: 'SESSION_EXPIRED', message: 'Token expired' }, 401);
export const maintenance: Canned = {
  status: 503,
  headers: { 'content-type': 'text/html' },
  body: '<html>Back at 6am</html>',
};
export const listing = (results: unknown[], count: unknown = results.length) =>
  json({ metadata: { resultset: { count, offset: 0, limit: 100 } }, results });

/** Starts the system over a wire that answers so, logins included. */
export async function overWire(answer: Answering) {
  const wired = await startWired(lettings, { lettings: { answer } });
  const wire = wired.wires.lettings;
  return {
    ...wired,
    wire,
    /** How often somebody has logged in. */
    logins: () => wire.asked.filter(({ path }) => path === '/session').length,
    /** The questions for lists. */
    lists: () => wire.asked.filter(({ path }) => path !== '/session' && path !== '/ping'),
  };
}

/** Starts the system over a wire that logs anybody in, as `token-1`, `token-2` ..., and gives each list this. */
export function over(answer: Canned | Answering) {
  let logins = 0;
  return overWire((asked) => {
    if (asked.path === '/session') return json({ token: `token-${++logins}`, expiresIn: 1200 });
    return typeof answer === 'function' ? answer(asked) : answer;
  });
}

/** What one row is read as. */
export const readOne = async (kind: keyof LettingsReads, key: string, row: object) =>
  (await over(listing([row]))).value(kind, key);
