// A subscription to a subgraph whose connection breaks: how long is waited before it is asked for again, and when no more.
import { expect, it } from 'vitest';
import type { SubgraphResult } from '../../gateway/engine/transport.ts';
import type { Feed } from '../../gateway/transport/feed.ts';
import { subscription } from '../../gateway/transport/subscription.ts';
import { WireError } from '../../subgraphs/continuity/errors.ts';
import { createTestClock, settled } from '../clock.ts';

const away = () => Promise.reject(new WireError('UNREACHABLE', 'it is away'));

/** A source that gives what a test says each time that it is asked, and when that was, in seconds. */
async function source(...opened: (() => Promise<Feed | SubgraphResult>)[]) {
  const clock = createTestClock();
  const begunMs = clock.elapsed();
  const askedAt: number[] = [];
  const given = await subscription({
    open() {
      askedAt.push((clock.elapsed() - begunMs) / 1_000);
      return (opened.shift() ?? away)();
    },
    failed: ({ failure }) => ({ errors: [{ message: failure }] }),
    resultOf: (text) => ({ data: { text } }),
    clock,
    random: () => 1,
  });
  if (!(Symbol.asyncIterator in given)) throw new Error('It has no events.');
  return { clock, askedAt, events: given[Symbol.asyncIterator]() };
}

/** Events that come, and then a connection that breaks. */
const feed = (...names: string[]) => {
  const next = async () => {
    const event = names.shift();
    if (event === undefined) throw new WireError('UNREACHABLE', 'the events were cut');
    return { event, data: event };
  };
  return async (): Promise<Feed> => ({ next, close: () => {} });
};

it('is asked for again after one second, two, four, and at last every thirty, with one word of it', async () => {
  const { clock, askedAt, events } = await source(feed('next'));
  expect((await events.next()).value).toEqual({ data: { text: 'next' } });
  expect((await events.next()).value).toEqual({ errors: [{ message: 'UNREACHABLE' }] });
  void events.next();
  await settled();
  await clock.advance(130_000);
  expect(askedAt).toEqual([0, 1, 3, 7, 15, 31, 61, 91, 121]);
  await events.return?.();
});

it('begins with a second again once events have come again', async () => {
  const { clock, askedAt, events } = await source(feed('next'), away, feed('next'), feed('next'));
  for (const _event of [1, 2]) await events.next();
  const back = events.next();
  await settled();
  await clock.advance(3_000);
  expect((await back).value).toEqual({ data: { text: 'next' } });
  await events.next();
  void events.next();
  await settled();
  await clock.advance(1_000);
  expect(askedAt).toEqual([0, 1, 3, 4]);
  await events.return?.();
});

it('is over where the subgraph is back and says that there are no events any more', async () => {
  const refusal = { errors: [{ message: 'Not for you.' }] };
  const { clock, askedAt, events } = await source(feed(), async () => refusal);
  await events.next();
  const last = events.next();
  await settled();
  await clock.advance(1_000);
  expect((await last).value).toEqual(refusal);
  expect((await events.next()).done).toBe(true);
  await clock.advance(120_000);
  expect(askedAt).toEqual([0, 1]);
});

it('is over where its source says so, and passes by what is no event of it', async () => {
  const { askedAt, events } = await source(feed('message', 'next', 'complete', 'next'));
  expect((await events.next()).value).toEqual({ data: { text: 'next' } });
  expect((await events.next()).done).toBe(true);
  expect(askedAt).toEqual([0]);
});
