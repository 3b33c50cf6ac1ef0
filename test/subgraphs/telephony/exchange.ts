// A telephone exchange whose lines and agents a test sets itself, and a Lintel over it that keeps and writes: what is rung is counted
// where it arrives.
import { randomBytes } from 'node:crypto';
import { parse } from 'graphql';
import { expect, onTestFinished } from 'vitest';
import { createCipher } from '../../../subgraphs/continuity/cipher.ts';
import { storeDown } from '../../../subgraphs/continuity/errors.ts';
import { createEvents } from '../../../subgraphs/continuity/events.ts';
import { createIntake } from '../../../subgraphs/continuity/intake/index.ts';
import type { Own } from '../../../subgraphs/continuity/own.ts';
import { createOwn } from '../../../subgraphs/continuity/owner.ts';
import { createSnapshots } from '../../../subgraphs/continuity/snapshots.ts';
import { openStore, type Store, type StorePlace } from '../../../subgraphs/continuity/store.ts';
import { createSystem, type System } from '../../../subgraphs/continuity/system.ts';
import { systemSubgraph } from '../../../subgraphs/subgraph.ts';
import { telephony } from '../../../subgraphs/telephony/index.ts';
import { alone } from '../../alone.ts';
import { createTestClock, settled, type TestClock } from '../../clock.ts';
import { type Asked, type Canned, serveWire } from '../wire.ts';
import { list, switchboard } from './wire.ts';

/** An exchange as a test sets it. */
export interface Exchange {
  url: string;
  /** Its lines, and of each how many agents could take a call now. */
  free: Record<string, number>;
  down: boolean;
  /** Every call that it was told to make. */
  rung: { number: string; extension: string; id: string }[];
  /** How often it was asked for its lines. */
  looks: number;
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll("'", '&apos;');

/** Listens until the test ends. */
export async function startExchange(free: Record<string, number> = { repairs: 50, rents: 50 }): Promise<Exchange> {
  const exchange: Exchange = { url: '', free, down: false, rung: [], looks: 0 };
  const named = (queue: string, agents: number) =>
    `event='QueueSummary' queue='${escaped(queue)}' loggedin='${agents}' available='${agents}' callers='0' holdtime='0' talktime='0' longestholdtime='0'`;
  const wire = await serveWire((asked: Asked): Canned => {
    if (exchange.down) return { status: 503, body: '<html>Shutdown in progress</html>' };
    const { method, path, query } = asked;
    if (path === '/ari/channels' && method === 'POST') {
      const [, number = ''] = /\/([^@]*)@?/.exec(query.get('endpoint') ?? '') ?? [];
      const id = query.get('channelId') ?? '';
      exchange.rung.push({ number, extension: query.get('extension') ?? '', id });
      return { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ id, state: 'Down' }) };
    }
    if (path === '/ari/asterisk/ping') return '{"ping":"pong"}';
    if (query.get('action') === 'QueueSummary') exchange.looks += 1;
    const lines = Object.entries(exchange.free).map(([queue, agents]) => named(queue, agents));
    return switchboard({ QueueSummary: list('QueueSummary', ...lines) })(asked);
  });
  exchange.url = wire.url;
  return exchange;
}

/** A Lintel that asks it. */
export interface Gateway {
  store: Store;
  clock: TestClock;
  system: System;
  own: Own;
  intake: ReturnType<typeof createIntake>;
  // biome-ignore lint/suspicious/noExplicitAny: answers of many shapes.
  ask(query: string, variables?: Record<string, unknown>): Promise<any>;
  /** Asks for a call-back. Gives the receipt, or the error's extensions. */
  // biome-ignore lint/suspicious/noExplicitAny: a receipt, or an error.
  request(input: Record<string, unknown>, key?: string): Promise<any>;
  /** How a receipt stands. */
  receipt(id: string): ReturnType<ReturnType<typeof createIntake>['receipt']>;
  /** Lets time pass in steps; after each, every gateway with this clock sends what is due. */
  passes(ms: number, stepMs?: number): Promise<void>;
}

/** Those that share a clock. */
const gateways: Gateway[] = [];
const gatewaysOf = (clock: TestClock) => gateways.filter((each) => each.clock === clock);

const storeKey = randomBytes(32);
let keys = 0;

/** Starts one until the test ends; `beside`: over the same store as another. */
export async function startGateway(
  exchange: Exchange,
  place: StorePlace,
  more: { settings?: Record<string, string>; beside?: Gateway; clock?: TestClock } = {},
): Promise<Gateway> {
  const { settings, beside } = more;
  const clock = more.clock ?? beside?.clock ?? createTestClock();
  const shared = beside?.store.engine === 'SQLITE' ? beside.store : null;
  const store = shared ?? (await openStore(place));
  const onFailure = (what: string, error: unknown) => {
    // Time that passes at once may overtake a store on a busy machine: what was asked is asked again.
    if (!/has not answered within|can be neither read nor changed/.test(String(error)))
      expect.fail(`${what}: ${error}`);
  };
  const cipher = createCipher(new Map([['one', storeKey]]));
  const numbers = { perSecond: Number.POSITIVE_INFINITY };
  const intake = createIntake({ store, cipher, clock, random: () => 0, numbers, onFailure });
  const snapshots = createSnapshots({ store, cipher, clock, onFailure });
  const records = createOwn({ store, cipher, clock, onFailure });
  const own = records.of('telephony', telephony.ownKinds ?? {});
  const login = { url: exchange.url, user: 'lintel', password: 'open sesame', apiKey: '' };
  // What opens again is told of: what waited for it need wait no longer.
  const events = createEvents({ store: null, clock, process: 'test', onFailure });
  const system = createSystem(telephony, {
    ...alone(clock),
    events,
    ...{ clock, random: () => 0, id: () => 'call', snapshots, intake, own },
    connections: { switchboard: { ...login, ...(settings && { settings }) }, records: login },
  }) as unknown as System;
  await records.follow(intake);
  const subgraph = systemSubgraph(telephony, system, intake, {
    own,
    forbidden: storeDown('Nobody here gives orders.'),
  });
  onTestFinished(async () => {
    gateways.splice(gateways.indexOf(gateway), 1);
    await system.close();
    await intake.close();
    await records.close();
    await snapshots.close();
    if (!shared) await store.close();
  });
  const gateway: Gateway = {
    ...{ store, clock, system, own, intake },
    async ask(query, variables = {}) {
      const result = await subgraph.execute({ document: parse(query), variables, asker: {} });
      return JSON.parse(JSON.stringify(result));
    },
    async request(input, key = `key ${++keys}`) {
      const full = { telephone: '07700 900123', line: 'repairs', channel: 'WEB', ...input, idempotencyKey: key };
      const { data, errors } = await gateway.ask(
        'mutation($input: RequestCallbackInput!) { requestCallback(input: $input) { receipt { id state message made { id } } } }',
        { input: full },
      );
      return data?.requestCallback?.receipt ?? errors[0].extensions;
    },
    receipt: (id) => intake.receipt(id),
    async passes(ms, stepMs = 15_000) {
      for (let left = ms; left > 0; left -= stepMs) {
        // Nothing is under way: time that passes meanwhile would be a system that hangs.
        clock.leap(Math.min(stepMs, left));
        for (let look = 0; look < 3; look += 1) {
          await clock.advance(0);
          for (const { intake } of gatewaysOf(clock)) await intake.replay({ system: 'telephony' });
          // Until the stores have answered, and the sockets: time that passes is none that these take.
          for (let round = 0; round < 20; round += 1) {
            for (let turn = 0; turn < 30; turn += 1) await settled();
            for (const { store } of gatewaysOf(clock)) {
              await store.db.selectFrom('mark').select('name').limit(1).execute();
            }
          }
        }
      }
    },
  };
  gateways.push(gateway);
  return gateway;
}
