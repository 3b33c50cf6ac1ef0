// "Not one packet": every backend of every system cut off, with a relay on a real socket between it and Lintel that
// counts what arrives. What its callers are told is in backend.test.ts.
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { readConnections } from '../../../gateway/config.ts';
import { type StartedMocks, startMocks } from '../../../mocks/index.ts';
import { createBackend } from '../../../subgraphs/continuity/backend.ts';
import { circuitNumbers } from '../../../subgraphs/continuity/circuit.ts';
import { WireError } from '../../../subgraphs/continuity/errors.ts';
import { limiterNumbers } from '../../../subgraphs/continuity/limiter.ts';
import { systems } from '../../../subgraphs/index.ts';
import { createTestClock } from '../../clock.ts';
import { until } from '../wire.ts';

/** What each backend is asked in this test: different keys, so that each is a question of its own. */
const questions: Record<string, [kind: string, keyOf: (n: number) => unknown]> = {
  'tenancies.tenancies': ['property', (n) => `0000101${n}`],
  'lettings.lettings': ['offer', (n) => `${n}`],
  'repairs.workOrders': ['workOrder', (n) => `1000000${n}`],
  'repairs.scheduler': ['appointment', (n) => `1000000${n}`],
  'telephony.switchboard': ['lines', () => ''],
  'telephony.records': ['callsOfNumber', (n) => `+44190000000${n}`],
};

/** A relay that counts. */
async function relayTo(url: string) {
  const { port, hostname } = new URL(url);
  const seen = { connections: 0, bytes: 0, open: 0 };
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    seen.connections += 1;
    seen.open += 1;
    const far = connect(Number(port), hostname);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      // Either end may break: so does the other then.
      socket.on('error', () => other.destroy());
      socket.on('close', () => other.destroy());
    }
    near.on('data', (chunk) => {
      seen.bytes += chunk.length;
      far.write(chunk);
    });
    near.on('close', () => {
      seen.open -= 1;
    });
    far.pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { url: url.replace(`:${port}`, `:${(server.address() as AddressInfo).port}`), seen };
}

describe.each(Object.keys(questions))('%s, once it is cut off,', (name) => {
  const [systemName = '', backendName = ''] = name.split('.');
  const definition = systems.find((each) => each.name === systemName);
  if (!definition) throw new Error(`no system ${systemName}`);
  const target = systemName === backendName ? systemName : name;
  let mocks: StartedMocks;

  beforeAll(async () => {
    mocks = await startMocks({ homes: 100, seed: 7 });
  });
  afterAll(() => mocks.close());

  async function setup() {
    await mocks.clearFaults();
    const connections = readConnections(definition as NonNullable<typeof definition>, mocks.urls);
    const connection = connections[backendName];
    if (!connection) throw new Error(`no connection for ${name}`);
    const { url, seen } = await relayTo(connection.url);
    const clock = createTestClock(Date.now());
    const adapter = (definition as NonNullable<typeof definition>).adapter(
      { ...connections, [backendName]: { ...connection, url } },
      clock,
    );
    onTestFinished(() => adapter.close());
    const backend = createBackend({
      clock,
      random: () => 0,
      numbers: circuitNumbers,
      limit: limiterNumbers,
      wire: adapter.wires?.[backendName],
      probe: (signal) => adapter.probes[backendName]?.(signal) as Promise<void>,
      probeTimeoutMs: 2_000,
      onChange: () => {},
    });
    onTestFinished(() => backend.close());
    const [kind = '', keyOf] = questions[name] as (typeof questions)[string];
    let asked = 0;
    const ask = () => {
      const key = keyOf(asked++ % 10);
      return backend
        .call((signal) => adapter.reads[kind]?.ask([key], signal) as Promise<unknown>, 2_000, undefined, {
          retry: true,
        })
        .then(
          () => 'ANSWER',
          (error) => (error instanceof WireError ? error.failure : error),
        );
    };
    const callsMade = () => Object.values(mocks.calls()[target]?.operations ?? {}).reduce((sum, made) => sum + made, 0);

    /** Cuts it; everything that could then still be sent gets every occasion. */
    async function silent(): Promise<void> {
      const { connections, bytes } = seen;
      backend.cut();
      await until(() => seen.open === 0);
      for (let i = 0; i < 3; i++) {
        expect(await Promise.all([ask(), ask(), ask()])).toEqual(['ISOLATED', 'ISOLATED', 'ISOLATED']);
        await backend.probeNow();
        await clock.advance(8 * 3_600_000);
      }
      // And turns enough for a connection to be made and a request to arrive, as often as in all of the above.
      for (let turn = 0; turn < 300; turn++) await new Promise((resolve) => setImmediate(resolve));
      expect(seen).toEqual({ connections, bytes, open: 0 });
    }
    return { backend, adapter, clock, seen, ask, callsMade, silent };
  }

  it('gets nothing with connections open that were used before; and answers again when it is let back in', async () => {
    const { backend, clock, seen, ask, silent } = await setup();
    expect(await Promise.all([ask(), ask(), ask()])).toEqual(['ANSWER', 'ANSWER', 'ANSWER']);
    expect(seen.open).toBeGreaterThan(0);
    await silent();
    const { connections } = seen;
    backend.mend();
    expect(await ask()).toBe('UNAVAILABLE');
    expect(seen.connections).toBe(connections);
    await clock.advance(0);
    await until(() => backend.circuit.kind === 'RAMPING');
    await clock.advance(1_000);
    expect(await ask()).toBe('ANSWER');
    expect(seen.connections).toBeGreaterThan(connections);
  });

  it('gets nothing with calls under way, whatever they were at: a question, a login that all wait for, a fetch', async () => {
    for (const warm of [false, true]) {
      const { seen, ask, callsMade, silent } = await setup();
      if (warm) expect(await ask()).toBe('ANSWER');
      await mocks.setFault({ target, fault: 'hung' });
      const before = callsMade();
      const asked = [ask(), ask(), ask()];
      await until(() => callsMade() > before);
      // All that they send has arrived.
      for (let bytes = -1; bytes !== seen.bytes; ) {
        bytes = seen.bytes;
        for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
      }
      await silent();
      expect(await Promise.all(asked)).toEqual(['ISOLATED', 'ISOLATED', 'ISOLATED']);
    }
  });

  it('gets no connection that was about to be made', async () => {
    const { seen, ask, silent } = await setup();
    const asked = ask();
    await silent();
    expect(await asked).toBe('ISOLATED');
    expect(seen).toEqual({ connections: 0, bytes: 0, open: 0 });
  });

  it('gets no probe that was due', async () => {
    const { backend, ask, silent } = await setup();
    await mocks.setFault({ target, fault: 'down' });
    while (backend.circuit.kind !== 'OPEN') await ask();
    expect(backend.circuit.probeAtMs).not.toBeNull();
    await silent();
    expect(backend.figures().probes).toBe(0);
  });
});
