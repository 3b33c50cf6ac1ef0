// The events of a subscription as the parts of one reply, piece by piece, as Apollo's multipart protocol has them.
import { expect, it } from 'vitest';
import { heartbeatMs, partsFarewell, partsOf } from '../../../gateway/http/multipart.ts';
import { createTestClock, settled } from '../../clock.ts';

const part = (content: object) => `\r\ncontent-type: application/json\r\n\r\n${JSON.stringify(content)}\r\n--graphql`;

it('are each a payload of their own, with signs of life between, and told to be over where they are', async () => {
  const clock = createTestClock();
  const late = Promise.withResolvers<IteratorResult<unknown>>();
  const given = [Promise.resolve({ done: false, value: { data: 1 } }), late.promise];
  const events = { next: async () => (given.shift() ?? { done: true, value: undefined }) as IteratorResult<unknown> };
  const parts = partsOf(events, clock, new AbortController().signal);
  const next = async () => (await parts.next()).value;
  expect([await next(), await next()]).toEqual(['\r\n--graphql', part({ payload: { data: 1 } })]);
  for (const _time of [1, 2]) {
    const still = parts.next();
    await settled();
    await clock.advance(heartbeatMs);
    expect((await still).value).toBe(part({}));
  }
  const second = parts.next();
  late.resolve({ done: false, value: { data: 2 } });
  expect((await second).value).toBe(part({ payload: { data: 2 } }));
  expect([await next(), await next()]).toEqual(['--\r\n', undefined]);
});

it('end with their client, without another word', async () => {
  const gone = new AbortController();
  const parts = partsOf({ next: () => new Promise(() => {}) }, createTestClock(), gone.signal);
  await parts.next();
  const waiting = parts.next();
  gone.abort();
  expect(await waiting).toEqual({ done: true, value: undefined });
});

it('say to who is sent away that there is no more, and that it is to come back', () => {
  const errors = [{ message: 'Lintel stops here. Come back.', extensions: { code: 'SUBSCRIPTION_ENDED' } }];
  expect(partsFarewell).toBe(`${part({ payload: null, errors })}--\r\n`);
});
