import { QueryPlanner } from '@graphql-hive/router-query-planner';
import { pino } from 'pino';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createGenerations, type GenerationOptions } from '../../gateway/generations.ts';
import { compose } from '../../gateway/supergraph.ts';
import { createWording } from '../../gateway/wording.ts';
import { createAsker } from '../../subgraphs/continuity/asker.ts';
import { createTestClock, settled } from '../clock.ts';
import { serveWire, until } from '../subgraphs/wire.ts';

const json = { 'content-type': 'application/json' };

async function generations(
  answer: () => Promise<string> | string,
  known: string[] = [],
  more: Partial<GenerationOptions> = {},
) {
  const wire = await serveWire(async () => ({ headers: json, body: await answer() }));
  const supergraph = (more: string) =>
    compose([{ name: 'one', url: `${wire.url}/graphql`, sdl: `type Query { always: Int ${more} }` }]).supergraphSdl;
  const log = pino({ level: 'silent' });
  const retired = vi.fn();
  const options = {
    onRetired: retired,
    clock: createTestClock(),
    random: () => 0.5,
    id: () => '1',
    timeoutMs: 5_000,
    log,
    known,
  };
  const planned = vi.spyOn(QueryPlanner.prototype, 'planAsync');
  const server = await createGenerations(supergraph(''), {
    ...options,
    wording: createWording({ log, generic: true }),
    ...more,
  });
  onTestFinished(async () => {
    planned.mockRestore();
    await server.stop();
  });
  const ask = async (query: string, operationName?: string) => {
    const contextValue = createAsker(new AbortController().signal);
    const { body } = await server.executeOperation({ query, operationName }, { contextValue });
    return body.kind === 'single' ? body.singleResult : undefined;
  };
  return { wire, supergraph, server, planned, ask, retired };
}

it('a new supergraph has the plans ready of what was asked lately and of what is registered, before it is served', async () => {
  const { server, supergraph, planned, ask, wire } = await generations(() => '{"data":{"always":1}}', ['{ always }']);
  expect(planned).toHaveBeenCalledTimes(1);
  await ask('query A { always } query B { again: always }', 'B');
  await ask('{ none }');
  expect([planned.mock.calls.length, wire.asked.length]).toEqual([2, 1]);
  await server.swap(supergraph('more: Int'));
  expect([planned.mock.calls.length, wire.asked.length]).toEqual([4, 1]);
  await ask('query A { always } query B { again: always }', 'B');
  await ask('{ always }');
  expect([planned.mock.calls.length, wire.asked.length]).toEqual([4, 3]);
});

it('each operation of a document that was asked has its plan ready, and what was refused has none', async () => {
  const { server, supergraph, planned, ask } = await generations(() => '{"data":{"always":1}}');
  const two = 'query A { always } query B { again: always }';
  for (const name of ['A', 'B', 'A']) await ask(two, name);
  await ask('{ more }');
  await ask(two, 'C');
  const before = planned.mock.calls.length;
  await server.swap(supergraph('more: Int'));
  expect(planned.mock.calls.length).toBe(before + 2);
  for (const name of ['A', 'B']) await ask(two, name);
  expect(planned.mock.calls.length).toBe(before + 2);
});

it('each request is told of once, with how long it took and its codes; what is made ready beforehand is none', async () => {
  const onAnswered = vi.fn();
  const { server, supergraph, ask } = await generations(() => '{"data":{"always":1}}', ['{ always }'], { onAnswered });
  await ask('{ always }');
  await server.swap(supergraph('more: Int'));
  expect(onAnswered.mock.calls).toEqual([[expect.any(Number), []]]);
  let atMs = 0;
  const now = vi.spyOn(performance, 'now').mockImplementation(() => {
    atMs += 1_000;
    return atMs;
  });
  await ask('{ none }');
  now.mockRestore();
  const [, [tookMs, codes]] = onAnswered.mock.calls as [unknown, [number, string[]]];
  expect(tookMs).toBeGreaterThanOrEqual(1_000);
  expect(codes).toEqual(['GRAPHQL_VALIDATION_FAILED']);
});

it('what is no longer of the schema is left behind, and is no reason to refuse it', async () => {
  const { server, supergraph, ask } = await generations(() => '{"data":{"always":1}}');
  await server.swap(supergraph('more: Int'));
  await ask('{ more }');
  await server.swap(supergraph(''));
  expect(await ask('{ always }')).toMatchObject({ data: { always: 1 } });
  expect(await ask('{ more }')).toMatchObject({ errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] });
});

it('a request is answered by the supergraph that it came to, and that one ends with its last request', async () => {
  const late = Promise.withResolvers<string>();
  const { server, supergraph, ask, wire, retired } = await generations(() => late.promise);
  const first = ask('{ always }');
  await until(() => wire.asked.length === 1);
  await server.swap(supergraph('more: Int'));
  expect(retired).not.toHaveBeenCalled();
  late.resolve('{"data":{"always":1}}');
  expect(await first).toMatchObject({ data: { always: 1 } });
  await until(() => retired.mock.calls.length === 1);
  expect(await ask('{ always more }')).toMatchObject({ data: { always: 1, more: null } });
});

it('supergraphs that come together are served one after another, the last one in the end', async () => {
  const { server, supergraph, ask } = await generations(() => '{"data":{"always":1}}');
  const swaps = [supergraph('a: Int'), 'type Query {', supergraph('b: Int'), supergraph('c: Int')].map((sdl) =>
    server.swap(sdl),
  );
  expect((await Promise.allSettled(swaps)).map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
    'fulfilled',
  ]);
  expect((await ask('{ c }'))?.errors).toBeUndefined();
});

it('of two that come together the younger is served in the end, also where the older one takes longer', async () => {
  const { server, supergraph, planned, ask } = await generations(() => '{"data":{"always":1}}');
  await server.swap(supergraph('slow: Int'));
  await ask('{ slow }');
  const held = Promise.withResolvers<never>();
  planned.mockImplementationOnce(() => held.promise);
  // The older one has a plan to make of what was asked lately; the younger one no longer knows that field.
  const swaps = [server.swap(supergraph('slow: Int older: Int')), server.swap(supergraph('younger: Int'))];
  for (let turn = 0; turn < 200; turn += 1) await settled();
  held.reject(new Error('There is no plan.'));
  await Promise.all(swaps);
  expect((await ask('{ younger }'))?.errors).toBeUndefined();
  expect((await ask('{ older }'))?.errors).toHaveLength(1);
});
