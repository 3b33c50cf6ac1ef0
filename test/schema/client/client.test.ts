// One request and its retries, played on a clock that stands still unless told, over a network that says what the test
// says.
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type ClientOptions, createClient, type RequestOptions } from '../../../schema/client/client.ts';
import { type Outside, outside } from '../../../schema/client/outside.ts';
import { createTestClock, settled } from '../../clock.ts';

/** A reply: a GraphQL response, any other reply, no connection, or never. */
type Turn = object | Response | 'broken' | 'hung';

interface Sent {
  /** How long after the beginning. */
  afterMs: number;
  body: { query: string; variables?: unknown; operationName?: string };
  headers: Record<string, string>;
  redirect: RequestInit['redirect'];
}

const url = 'http://lintel.test/graphql';

const hash = async (text: string) => createHash('sha256').update(text).digest('hex');

/** A client over a network that answers in turns; past the last one, as the last. */
function played(turns: Turn[], options: Partial<ClientOptions> = {}, chance = 0, sha256: Outside['sha256'] = hash) {
  const sent: Sent[] = [];
  const clock = createTestClock();
  const beganAt = clock.now();
  const send = async (_url: unknown, { body, headers, redirect, signal }: RequestInit = {}) => {
    const turn = turns[Math.min(sent.length, turns.length - 1)];
    sent.push({
      afterMs: clock.now() - beganAt,
      body: JSON.parse(String(body)),
      headers: headers as Record<string, string>,
      redirect,
    });
    if (turn === 'broken') throw new TypeError('fetch failed');
    if (turn === 'hung') {
      return new Promise<Response>((_resolve, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason));
      });
    }
    return turn instanceof Response ? turn.clone() : Response.json(turn);
  };
  const client = createClient(
    { url, ...options },
    {
      ...clock,
      fetch: send as typeof fetch,
      random: () => chance,
      sha256,
    },
  );
  const outcome = async (asked: Promise<unknown>, ms: number) => {
    let result: unknown;
    asked.then(
      (value) => {
        result = value;
      },
      (reason) => {
        result = { rejected: reason };
      },
    );
    await clock.advance(ms);
    await settled();
    return result;
  };
  return { client, sent, outcome };
}

const query = 'query Lines { lines { items { name } } }';
const mutation = 'mutation Report($input: ReportInput!) { report(input: $input) { id } }';
const down = (more: object = {}) => ({
  message: 'The telephony system cannot be reached.',
  path: ['lines'],
  extensions: { code: 'SYSTEM_DOWN', system: 'telephony', retryable: true, ...more },
});
const whole = { data: { lines: { items: [] } } };
const empty = (more?: object) => ({ data: { lines: null }, errors: [down(more)] });
const partial = { data: { lines: null, systems: [] }, errors: [down({ retryAfter: 1 })] };

describe('a request', () => {
  it('goes out as GraphQL over HTTP, with the token of that moment', async () => {
    const tokens = ['first', 'second'];
    const options = { token: async () => tokens.shift() ?? '', headers: { 'x-app': 'a', 'cache-control': 'no-cache' } };
    const { client, sent, outcome } = played([empty(), whole], options);
    const own: RequestOptions = { headers: { 'cache-control': 'max-stale=60' } };
    await outcome(client.request(query, undefined, own), 1_000);
    expect(sent[0]).toEqual({
      afterMs: 0,
      body: { query, operationName: 'Lines' },
      headers: {
        accept: 'application/graphql-response+json, application/json;q=0.9',
        authorization: 'Bearer first',
        'cache-control': 'max-stale=60',
        'content-type': 'application/json',
        'x-app': 'a',
      },
      redirect: 'error',
    });
    expect(sent[1]?.headers.authorization).toBe('Bearer second');
  });

  it('gives data, errors by code, and what the server says beside them', async () => {
    const { client, outcome } = played([{ ...partial, extensions: { continuity: {} } }]);
    expect(await outcome(client.request(query), 0)).toMatchObject({
      data: { lines: null, systems: [] },
      errors: [{ code: 'SYSTEM_DOWN', system: 'telephony', affected: 1, affectedPaths: [['lines']] }],
      extensions: { continuity: {} },
    });
  });

  it('takes an error in the words of GraphQL whatever its HTTP status', async () => {
    const errors = [{ message: 'No such field.', extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }];
    const { client, outcome } = played([Response.json({ errors }, { status: 400 })]);
    expect(await outcome(client.request(query), 0)).toMatchObject({
      data: null,
      errors: [{ code: 'GRAPHQL_VALIDATION_FAILED', retryable: false }],
    });
  });
});

describe('what is no answer of Lintel', () => {
  it.each([
    ['a page of a proxy', new Response('<h1>Bad gateway</h1>', { status: 502 }), 502],
    ['a reply that was cut', new Response('{"data":{"lines":'), 200],
    ['JSON that is no GraphQL', Response.json({ message: 'Not found' }, { status: 404 }), 404],
    ['neither data nor errors', Response.json({ data: null }), 200],
    ['errors that are none', Response.json({ data: null, errors: [] }), 200],
    ['a word', Response.json('ok'), 200],
  ])('is one kind of error: %s', async (_what, reply, status) => {
    const { client, outcome } = played([reply], { retry: 'NEVER' });
    expect(await outcome(client.request(query), 0)).toMatchObject({
      data: null,
      errors: [{ code: 'NO_ANSWER', reason: 'NOT_GRAPHQL', status }],
    });
  });

  it('is that too when there is no connection, and when it takes too long', async () => {
    const broken = played(['broken'], { retry: 'NEVER' });
    expect(await broken.outcome(broken.client.request(query), 0)).toMatchObject({
      errors: [{ code: 'NO_ANSWER', reason: 'NETWORK', retryable: true }],
    });
    const hung = played(['hung'], { timeoutMs: 3_000 });
    const asked = hung.client.request(query);
    expect(await hung.outcome(asked, 2_999)).toBeUndefined();
    expect(await hung.outcome(asked, 1)).toMatchObject({
      data: null,
      errors: [{ code: 'NO_ANSWER', reason: 'TIMEOUT', message: 'There was no answer within 3000 ms.' }],
    });
  });
});

describe('a token', () => {
  it('that does not come is waited for within the time limit', async () => {
    const { client, sent, outcome } = played([whole], { token: () => new Promise(() => {}), timeoutMs: 3_000 });
    const asked = client.request(query);
    expect(await outcome(asked, 2_999)).toBeUndefined();
    expect(await outcome(asked, 1)).toMatchObject({ errors: [{ code: 'NO_ANSWER', reason: 'TIMEOUT' }] });
    expect(sent).toEqual([]);
  });

  it('that cannot be had rejects with the reason of whoever should have given it', async () => {
    const { client, outcome } = played([whole], { token: () => Promise.reject(new Error('log in first')) });
    expect(await outcome(client.request(query), 0)).toMatchObject({ rejected: { message: 'log in first' } });
  });
});

describe('a query', () => {
  it('is never asked again at once, even where the server names no pause to speak of', async () => {
    const { client, sent, outcome } = played([empty({ retryAfter: 0 }), whole]);
    const asked = client.request(query);
    await outcome(asked, 249);
    expect(sent).toHaveLength(1);
    expect(await outcome(asked, 1)).toMatchObject(whole);
  });

  it('is asked again after the time that the server names, never sooner', async () => {
    const { client, sent, outcome } = played([empty({ retryAfter: 3 }), whole]);
    const asked = client.request(query);
    await outcome(asked, 2_999);
    expect(sent).toHaveLength(1);
    expect(await outcome(asked, 1)).toMatchObject(whole);
    expect(sent).toHaveLength(2);
  });

  it('is asked again when the first of several systems is due', async () => {
    const both = { data: { lines: null }, errors: [down({ retryAfter: 9 }), down({ retryAfter: 1 })] };
    const { client, outcome } = played([both, whole]);
    expect(await outcome(client.request(query), 1_000)).toMatchObject(whole);
  });

  it('is asked again a little later than it might be, so that not all clients come back in one instant', async () => {
    const { client, sent, outcome } = played([empty({ retryAfter: 2 }), whole], {}, 0.5);
    await outcome(client.request(query), 5_000);
    expect(sent.map(({ afterMs }) => afterMs)).toEqual([0, 2_250]);
  });

  it('is asked three times where no time is named, each pause longer than the last', async () => {
    const { client, sent, outcome } = played(['broken']);
    expect(await outcome(client.request(query), 10_000)).toMatchObject({ errors: [{ code: 'NO_ANSWER' }] });
    expect(sent.map(({ afterMs }) => afterMs)).toEqual([0, 125, 375]);
  });

  it('is not asked again when the answer has something in it: a page does not wait for a system that is down', async () => {
    const { client, sent, outcome } = played([partial, whole]);
    expect(await outcome(client.request(query), 0)).toMatchObject({ data: partial.data });
    await outcome(Promise.resolve(), 10_000);
    expect(sent).toHaveLength(1);
  });

  it('is asked until it is whole where that is wanted; when time is up, the best so far is the answer', async () => {
    const mended = played([partial, whole]);
    expect(await mended.outcome(mended.client.request(query, undefined, { retry: 'PARTIAL' }), 1_000)).toMatchObject(
      whole,
    );
    const never = played([partial, 'broken', 'hung'], { retry: 'PARTIAL', timeoutMs: 5_000 });
    expect(await never.outcome(never.client.request(query), 5_000)).toMatchObject({ data: partial.data });
    expect(never.sent).toHaveLength(3);
  });

  it('has its answer at once when the pause would outlast the time limit', async () => {
    const { client, sent, outcome } = played([empty({ retryAfter: 30 })]);
    expect(await outcome(client.request(query), 0)).toMatchObject({ errors: [{ retryAfter: 30 }] });
    expect(sent).toHaveLength(1);
  });

  it('is not asked again where that cannot help', async () => {
    const refused = played([empty({ code: 'SYSTEM_REFUSED', retryable: false })]);
    await refused.outcome(refused.client.request(query), 10_000);
    const wrongPage = played([new Response('<h1>Log in</h1>')]);
    await wrongPage.outcome(wrongPage.client.request(query), 10_000);
    expect([refused.sent.length, wrongPage.sent.length]).toEqual([1, 1]);
  });

  it("heeds a proxy's Retry-After", async () => {
    const busy = new Response('busy', { status: 503, headers: { 'retry-after': '2' } });
    const { client, sent, outcome } = played([busy, whole]);
    const asked = client.request(query);
    await outcome(asked, 1_999);
    expect(sent).toHaveLength(1);
    expect(await outcome(asked, 1)).toMatchObject(whole);
  });
});

describe('a mutation', () => {
  it('is sent once, whatever becomes of it', async () => {
    for (const turn of ['broken', empty()] as const) {
      const { client, sent, outcome } = played([turn]);
      await outcome(client.request(mutation, { input: { propertyReference: '1' } }), 10_000);
      expect(sent).toHaveLength(1);
    }
  });

  it('with its idempotency key is tried again, key and all', async () => {
    const { client, sent, outcome } = played(['broken', { data: { report: { id: '1' } } }]);
    const variables = { input: { propertyReference: '1', idempotencyKey: 'b7' } };
    expect(await outcome(client.request(mutation, variables), 1_000)).toMatchObject({ data: { report: { id: '1' } } });
    expect(sent.map(({ body }) => body.variables)).toEqual([variables, variables]);
  });
});

describe('a signal', () => {
  it('ends a request under way, with its own reason', async () => {
    const { client, outcome } = played(['hung']);
    const ending = new AbortController();
    const asked = client.request(query, undefined, { signal: ending.signal });
    await outcome(asked, 100);
    ending.abort(new Error('the page was left'));
    expect(await outcome(asked, 0)).toMatchObject({ rejected: { message: 'the page was left' } });
  });

  it('ends a pause, and nothing is sent after it', async () => {
    const { client, sent, outcome } = played([empty({ retryAfter: 3 })]);
    const ending = new AbortController();
    const asked = client.request(query, undefined, { signal: ending.signal });
    await outcome(asked, 100);
    ending.abort(new Error('the page was left'));
    expect(await outcome(asked, 10_000)).toMatchObject({ rejected: { message: 'the page was left' } });
    expect(sent).toHaveLength(1);
  });

  it('that is over before the request sends nothing', async () => {
    const { client, sent, outcome } = played([whole]);
    const signal = AbortSignal.abort(new Error('never mind'));
    expect(await outcome(client.request(query, undefined, { signal }), 0)).toMatchObject({
      rejected: { message: 'never mind' },
    });
    expect(sent).toEqual([]);
  });
});

describe('an operation that is sent by its name', () => {
  const unknown = {
    errors: [{ message: 'PersistedQueryNotFound', extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }],
  };
  const documentId = 'sha256:86a8f98c037a34fa8ae62d1a04e376d22b15c2ca7a06fd437b139cea70838b43';

  it('goes out without its text, and with it only where the server does not know it yet', async () => {
    const { client, sent, outcome } = played([unknown, whole, whole], { send: 'ID' });
    expect(await outcome(client.request(query), 0)).toEqual({ ...whole, errors: [] });
    expect(await outcome(client.request(query), 0)).toEqual({ ...whole, errors: [] });
    const operationName = 'Lines';
    expect(sent.map(({ body }) => body)).toEqual([
      { documentId, operationName },
      { documentId, query, operationName },
      { documentId, operationName },
    ]);
    expect(sent.map(({ afterMs }) => afterMs)).toEqual([0, 0, 0]);
  });

  it('goes out with its text where no name can be made', async () => {
    const { client, sent, outcome } = played([whole], { send: 'ID' }, 0, async () => null);
    await outcome(client.request(query), 0);
    expect(sent.map(({ body }) => body)).toEqual([{ query, operationName: 'Lines' }]);
  });

  it('has the name that its text has everywhere', async () => {
    expect(await outside.sha256('Ünï: 🏠')).toBe(await hash('Ünï: 🏠'));
  });

  it('is given up where the server says twice that it does not know it', async () => {
    const { client, sent, outcome } = played([unknown], { send: 'ID' });
    expect(await outcome(client.request(query), 0)).toMatchObject({ errors: [{ code: 'PERSISTED_QUERY_NOT_FOUND' }] });
    expect(sent).toHaveLength(2);
  });
});
