// The body of a request: JSON in UTF-8, whole, and no larger than is taken. Knows nothing of what is in it.
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Refusal } from './refusal.ts';

/** The largest request body, in bytes: a page's query and variables are a few thousand. */
export const largestRequest = 1024 * 1024;

/** Reads a request's JSON as text. Throws a Refusal: 413 too large, 415 another type or encoding than is taken. */
export async function read(request: IncomingMessage): Promise<string> {
  checkType(request.headers);
  // What is known to be too large is not waited for.
  if (Number(request.headers['content-length'] ?? 0) > largestRequest) throw tooLarge();
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const chunks: Buffer[] = [];
  let size = 0;
  // By its events, which cost a third of what a loop over the stream does. What is too large is still read, and not kept.
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > largestRequest) reject(tooLarge());
    else chunks.push(chunk);
  });
  request.once('end', () => resolve(chunks.length === 1 ? String(chunks[0]) : Buffer.concat(chunks).toString('utf8')));
  request.once('close', () => {
    if (!request.complete) reject(new Refusal(400, 'The request was cut off.'));
  });
  return promise;
}

function tooLarge(): Refusal {
  return new Refusal(413, `A request may have at most ${largestRequest} bytes.`);
}

/**
 * JSON alone, which no form of a page elsewhere can send without asking first (CORS): other types are refused also where
 * what they carry could be read.
 */
function checkType({ 'content-type': type, 'content-encoding': encoding = 'identity' }: IncomingHttpHeaders): void {
  if (encoding !== 'identity') throw new Refusal(415, 'Send the request as it is, without a content-encoding.');
  if (type !== 'application/json' && !isJson(type)) {
    throw new Refusal(415, 'Send the request as content-type: application/json, in UTF-8.', {
      'accept-post': 'application/json',
    });
  }
}

/** Whether a type is JSON in UTF-8. */
export function isJson(type: string | undefined): boolean {
  const [essence = '', ...parameters] = (type ?? '').toLowerCase().split(';');
  const charset = parameters.map((each) => each.trim()).find((each) => each.startsWith('charset='));
  return essence.trim() === 'application/json' && (!charset || /^charset="?utf-?8"?$/.test(charset));
}
