// One question and its whole reply over HTTP, with a limit on time and size. No streams, and nothing made for a call that
// could be made once. Knows nothing of GraphQL.
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, zstdDecompress } from 'node:zlib';
import type { Dispatcher } from 'undici';
import type { Clock } from '../../subgraphs/continuity/clock.ts';
import { WireError } from '../../subgraphs/continuity/errors.ts';
import { unreachable } from '../../subgraphs/continuity/wire.ts';

/** A question. Header names and values in turn. */
export interface Question {
  path: string;
  headers: string[];
  body: string;
}

/** What a call may take. */
export interface Limits {
  timeoutMs: number;
  /** Bytes, unpacked. */
  largestReply: number;
  clock: Clock;
}

/** A whole reply. */
export interface Reply {
  status: number;
  text: string;
}

/**
 * Sends a question, and gives the whole reply whatever its status.
 * @param signal ends when whoever asked hangs up; the connection goes with it.
 * @throws WireError
 */
export function exchange(
  wire: Pick<Dispatcher, 'dispatch'>,
  { path, headers, body }: Question,
  { timeoutMs, largestReply, clock }: Limits,
  signal: AbortSignal | undefined,
): Promise<Reply> {
  const { promise, resolve, reject } = Promise.withResolvers<Reply>();
  let controller: Dispatcher.DispatchController | undefined;
  let over = false;
  let status = 0;
  let encoding: string | undefined;
  let size = 0;
  const chunks: Buffer[] = [];

  const end = () => {
    over = true;
    cancel();
    signal?.removeEventListener('abort', hungUp);
  };
  const fail = (error: WireError) => {
    if (over) return;
    end();
    controller?.abort(error);
    reject(error);
  };
  const hungUp = () => fail(new WireError('ABANDONED', 'whoever asked hung up'));
  const cancel = clock.after(timeoutMs, () => fail(new WireError('TIMEOUT', `no answer in ${timeoutMs} ms`)));
  if (signal?.aborted) hungUp();
  else signal?.addEventListener('abort', hungUp);
  if (over) return promise;

  wire.dispatch(
    { method: 'POST', path, headers, body },
    {
      onRequestStart(given) {
        controller = given;
        if (over) given.abort(new WireError('ABANDONED', 'it is not waited for any more'));
      },
      onResponseStart(_controller, code, { 'content-encoding': packed, 'content-length': length }) {
        status = code;
        encoding = packed as string | undefined;
        if (Number(length ?? 0) > largestReply) fail(tooLarge(largestReply));
      },
      onResponseData(_controller, chunk) {
        size += chunk.length;
        if (size > largestReply) fail(tooLarge(largestReply));
        else chunks.push(chunk);
      },
      onResponseEnd() {
        if (over) return;
        end();
        const whole = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, size);
        if (!encoding || encoding === 'identity') resolve({ status, text: whole.toString('utf8') });
        else unpacked(whole, encoding, largestReply).then((text) => resolve({ status, text }), reject);
      },
      onResponseError(_controller, error) {
        fail(status ? new WireError('GARBLED', `the reply was cut after ${size} bytes`) : unreachable(error));
      },
    },
  );
  return promise;
}

function tooLarge(largest: number): WireError {
  return new WireError('GARBLED', `a reply of over ${largest} bytes`);
}

/** How replies may be packed, the best first. */
export const packings = 'zstd, br;q=0.9, gzip;q=0.8';

const ways = {
  zstd: promisify(zstdDecompress),
  br: promisify(brotliDecompress),
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
};

async function unpacked(packed: Buffer, encoding: string, largest: number): Promise<string> {
  const unpack = Object.hasOwn(ways, encoding) && ways[encoding as keyof typeof ways];
  if (!unpack) throw new WireError('GARBLED', 'a reply packed in a way that was not asked for');
  try {
    return (await unpack(packed, { maxOutputLength: largest })).toString('utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(largest);
    throw new WireError('GARBLED', 'a reply that does not unpack');
  }
}
