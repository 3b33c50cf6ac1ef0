// Asks a subgraph over undici with nothing made that could be spared: as quick as JavaScript asks over HTTP.
import { peer } from './settings.ts';

/** How many connections each gateway may have to a subgraph. */
const connections = 16;

/** Asks a subgraph: a body, and what its answer holds. */
// biome-ignore lint/suspicious/noExplicitAny: answers are of many shapes.
export async function ask(url: string): Promise<(body: string) => Promise<any>> {
  const { Pool } = await peer('undici');
  const { origin, pathname: path } = new URL(url);
  const pool = new Pool(origin, { connections, pipelining: 1 });
  const headers = ['content-type', 'application/json', 'accept', 'application/json'];
  return (body) =>
    new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      pool.dispatch(
        { method: 'POST', path, headers, body },
        {
          onRequestStart() {},
          onResponseStart() {},
          onResponseData: (_controller: unknown, chunk: Buffer) => chunks.push(chunk),
          onResponseEnd: () => resolve(JSON.parse(String(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)))),
          onResponseError: (_controller: unknown, error: Error) => reject(error),
        },
      );
    });
}
