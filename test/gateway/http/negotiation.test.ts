// What is chosen of what a client takes: the type of an answer by Accept, its packing by Accept-Encoding.
import { expect, it } from 'vitest';
import { encode } from '../../../gateway/http/encoding.ts';
import { graphqlResponse, json, takenBy } from '../../../gateway/http/media.ts';

const large = 'x'.repeat(5_000);

it.each<[accept: string | undefined, encoding: string | null]>([
  [undefined, null],
  ['', null],
  ['identity', null],
  ['gzip', 'gzip'],
  ['GZIP', 'gzip'],
  ['gzip, deflate, br', 'br'],
  ['gzip, deflate, br, zstd', 'zstd'],
  ['gzip, br;q=0.9', 'gzip'],
  ['gzip;q=0.5, br;q=0.6, zstd;q=0.4', 'br'],
  ['zstd;q=0, br', 'br'],
  ['zstd;q=0, br;q=0, gzip;q=0', null],
  ['*', 'zstd'],
  ['*;q=0.5, gzip', 'gzip'],
  ['gzip, *;q=0', 'gzip'],
  ['*;q=0', null],
  ['zstd;q=0, *', 'br'],
  ['deflate, lzw', null],
  ['gzip;q=nonsense, br;q=0.1', 'br'],
])('a reply to who takes %j goes out as %j', async (accept, encoding) => {
  expect((await encode(large, accept))?.encoding ?? null).toBe(encoding);
});

it('what fits into one packet goes as it is', async () => {
  expect(encode('x'.repeat(1_199), 'gzip')).toBeNull();
  expect((await encode('x'.repeat(1_200), 'gzip'))?.encoding).toBe('gzip');
});

const parts = 'multipart/mixed;subscriptionSpec=1.0';

it.each<[accept: string | undefined, single: string | null, parts: boolean]>([
  [undefined, json, false],
  ['application/graphql-response+json;q=0.5, application/json;q=0.6', json, false],
  ['application/graphql-response+json;q=0.6, application/json;q=0.5', graphqlResponse, false],
  ['*/*;q=0.1, application/graphql-response+json', graphqlResponse, false],
  ['application/json;q=0.2, application/*;q=0.9', graphqlResponse, false],
  ['APPLICATION/JSON', json, false],
  [`${parts}, application/json`, json, true],
  [`multipart/mixed;boundary="graphql";subscriptionSpec="1.0", application/json`, json, true],
  [parts, null, true],
  [`${parts};q=0, application/json`, json, false],
  ['multipart/mixed;subscriptionSpec=2.0, application/json', json, false],
  ['multipart/mixed;deferSpec=20220824, application/json', json, false],
  ['application/x;subscriptionSpec=1.0, application/json', json, false],
])('who takes %j is answered as %j, in parts: %j', (accept, single, inParts) => {
  // Twice: what is known of a header that was seen is the same.
  for (const _time of [1, 2]) expect(takenBy(accept)).toEqual({ single, parts: inParts });
});

it('a thousand headers that nobody sends twice change nothing for anybody else', () => {
  for (let index = 0; index < 1_000; index += 1) takenBy(`text/x${index}, application/json`);
  expect(takenBy('application/graphql-response+json').single).toBe(graphqlResponse);
});
