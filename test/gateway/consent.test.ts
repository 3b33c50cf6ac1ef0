// What a request's Cache-Control says that it takes, asked over HTTP as clients do, of a system that is up, late, silent
// or down, with something kept of four minutes ago. The clock is the test's own: nobody waits.
import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listen } from '../../gateway/http.ts';
import { createServer } from '../../gateway/server.ts';
import { compose, gatewayOf } from '../../gateway/supergraph.ts';
import { inProcess } from '../../gateway/transport.ts';
import { createWording } from '../../gateway/wording.ts';
import { createAsker } from '../../subgraphs/continuity/asker.ts';
import { scalars } from '../../subgraphs/continuity/scalars.ts';
import type { System } from '../../subgraphs/continuity/system.ts';
import { subgraphSdl, systemSubgraph } from '../../subgraphs/subgraph.ts';
import { tenancies } from '../../subgraphs/tenancies/index.ts';
import { createTestClock } from '../clock.ts';
import { openTestSnapshots } from '../stores.ts';
import { answering, home, homes, operationOf } from '../subgraphs/tenancies/wire.ts';
import { type Asked, type Canned, startWired, until } from '../subgraphs/wire.ts';

/** How the system is when it is asked: late is 700 ms, more than patience and less than anybody waits. */
type Condition = 'up' | 'late' | 'silent' | 'down';

const query = '{ property(propertyReference: "00001017") { address provenance { source asOf } } }';
const [keptAddress, liveAddress] = ['1 Old Road', '1 New Road'];

/** A Lintel over the tenancies system, which has kept its answer of four minutes ago; of nothing else. */
async function setup() {
  let answer: (asked: Asked) => Canned | Promise<Canned> = said(keptAddress);
  // What is kept is looked up on a real disk, which no test's clock knows of.
  const { wires, clock, system } = await startWired(
    tenancies,
    { tenancies: { answer: (asked) => answer(asked) } },
    () => openTestSnapshots(createTestClock()),
  );
  await system.read('property', ['00001017']);
  const asOf = new Date(clock.now()).toISOString();
  // Not as long as Lintel itself lets pass before it looks at a system that nobody asks.
  await clock.advance(240_000);
  wires.tenancies.asked.length = 0;

  const { supergraphSdl } = compose([{ name: 'tenancies', sdl: subgraphSdl('tenancies'), url: 'http://x/' }]);
  let reads = 0;
  const counted: Pick<System, 'kinds' | 'read'> = {
    kinds: system.kinds,
    read(...given) {
      reads += 1;
      return (system as unknown as System).read(...given);
    },
  };
  const transports = new Map([['tenancies', inProcess(systemSubgraph(tenancies, counted))]]);
  const gateway = gatewayOf(supergraphSdl, transports, scalars);
  const stateOf = () => system.status()[0]?.state;
  const log = pino({ level: 'silent' });
  const server = createServer({ gateway, log, wording: createWording({ log, stateOf }) });
  await server.start();
  const listening = await listen({ server, context: createAsker }, 0, '127.0.0.1');
  onTestFinished(async () => {
    await listening.close(0);
    await server.stop();
  });

  // biome-ignore lint/suspicious/noExplicitAny: answers of many shapes.
  const ask = (...sent: Parameters<typeof fetch>): Promise<Omit<Response, 'json'> & { json(): Promise<any> }> =>
    fetch(...sent);
  const send = (cacheControl: string | null, init: RequestInit = {}, search = '') =>
    ask(`${listening.url}/graphql${search}`, {
      method: 'POST',
      ...(init.method !== 'GET' && { body: JSON.stringify({ query }) }),
      ...init,
      headers: { 'content-type': 'application/json', ...(cacheControl && { 'cache-control': cacheControl }) },
    });
  const late = Promise.withResolvers<Canned>();
  const be = (condition: Condition) => {
    answer = {
      up: said(liveAddress),
      late: (asked: Asked) => late.promise.then(() => said(liveAddress)(asked)),
      silent: () => new Promise<Canned>(() => {}),
      down: () => ({ status: 503, body: 'Maintenance' }),
    }[condition];
  };
  return {
    asOf,
    clock,
    wire: wires.tenancies,
    send,
    be,
    /** How often anybody has read anything. */
    reads: () => reads,
    /** What is given: the source, or the code of the error; and how often the system was asked. */
    async given(condition: Condition, cacheControl: string | null) {
      be(condition);
      const reply = send(cacheControl);
      let isAnswered = false;
      void reply.then(() => {
        isAnswered = true;
      });
      await until(() => isAnswered || wires.tenancies.asked.length > 0);
      if (condition === 'late') {
        await clock.advance(700);
        late.resolve('');
      }
      // As long as a call may take; nobody waits longer.
      if (condition === 'silent') await clock.advance(2_000);
      const { data, errors, extensions } = JSON.parse(await (await reply).text());
      const { address, provenance } = data.property ?? {};
      if (!errors) expect(address).toBe(provenance.source === 'LIVE' ? liveAddress : keptAddress);
      expect(extensions.continuity.tenancies).toMatchObject(errors ? { source: null } : provenance);
      return {
        given: errors?.[0].extensions.code ?? provenance.source,
        asOf: provenance?.asOf,
        asked: wires.tenancies.asked.length,
      };
    },
  };
}

function said(address: string) {
  return (asked: Asked): Canned => answering(homes(home({ short_address: address })), operationOf(asked));
}

const [LIVE, SNAPSHOT] = ['LIVE', 'SNAPSHOT'];

describe.each([
  [null, [LIVE, SNAPSHOT, SNAPSHOT, SNAPSHOT]],
  ['no-cache', [LIVE, LIVE, SNAPSHOT, SNAPSHOT]],
  ['no-cache, stale-if-error=0', [LIVE, LIVE, 'SYSTEM_TIMEOUT', 'SYSTEM_DOWN']],
  ['no-cache, stale-if-error=3600', [LIVE, LIVE, SNAPSHOT, SNAPSHOT]],
  ['max-stale', [LIVE, SNAPSHOT, SNAPSHOT, SNAPSHOT]],
  ['max-stale=3600', [LIVE, SNAPSHOT, SNAPSHOT, SNAPSHOT]],
  ['max-stale=60', [LIVE, LIVE, 'STALER_THAN_ASKED', 'STALER_THAN_ASKED']],
  ['stale-if-error=0', [LIVE, LIVE, 'SYSTEM_TIMEOUT', 'SYSTEM_DOWN']],
  ['only-if-cached', [SNAPSHOT, SNAPSHOT, SNAPSHOT, SNAPSHOT]],
  [
    'only-if-cached, max-stale=60',
    ['STALER_THAN_ASKED', 'STALER_THAN_ASKED', 'STALER_THAN_ASKED', 'STALER_THAN_ASKED'],
  ],
  ['max-age=0', [LIVE, SNAPSHOT, SNAPSHOT, SNAPSHOT]],
  ['max-age=3600, min-fresh=60', [LIVE, SNAPSHOT, SNAPSHOT, SNAPSHOT]],
] as const)('a request with Cache-Control %j', (cacheControl, expected) => {
  const conditions: Condition[] = ['up', 'late', 'silent', 'down'];
  it.each(conditions.map((condition, index) => [condition, expected[index]] as const))(
    'of a system that is %s is given %s',
    async (condition, wanted) => {
      const { given, asOf } = await setup();
      const touches = !cacheControl?.includes('only-if-cached');
      const answer = await given(condition, cacheControl);
      expect(answer.given).toBe(wanted);
      expect(answer.asked > 0).toBe(touches);
      if (wanted === SNAPSHOT) expect(answer.asOf).toBe(asOf);
    },
  );
});

it('a GET says what it takes in the same way', async () => {
  const { send, asOf, wire } = await setup();
  const search = `?${new URLSearchParams({ query })}`;
  const reply = await send('only-if-cached', { method: 'GET' }, search);
  expect(JSON.parse(await reply.text()).data.property.provenance).toEqual({ source: 'SNAPSHOT', asOf });
  expect(wire.asked).toEqual([]);
});

it('two requests that share one call are each given what they take', async () => {
  const { be, send, wire, clock, reads, asOf } = await setup();
  be('silent');
  const strict = send('no-cache, stale-if-error=0');
  await until(() => wire.asked.length === 1);
  const easy = send(null);
  await until(() => reads() === 2);
  await clock.advance(300);
  expect(JSON.parse(await (await easy).text()).data.property.provenance).toEqual({ source: 'SNAPSHOT', asOf });
  await clock.advance(1_700);
  expect(JSON.parse(await (await strict).text()).errors[0].extensions.code).toBe('SYSTEM_TIMEOUT');
  expect(wire.asked).toHaveLength(1);
});

it.each([
  ['an answer', JSON.stringify({ query }), 200],
  ['a question that makes no sense', JSON.stringify({ query: '{ nothing }' }), 200],
  ['no question', '{', 400],
])('no cache on the way may keep %s', async (_what, body, status) => {
  const { send } = await setup();
  const reply = await send(null, { body });
  expect([reply.status, reply.headers.get('cache-control')]).toEqual([status, 'private, no-store']);
});
