// One wire, over sockets. What each adapter makes of what comes over it is in the systems' own tests.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { WireError } from '../../../subgraphs/continuity/errors.ts';
import { createPace } from '../../../subgraphs/continuity/pace.ts';
import { openWire, type WireNumbers } from '../../../subgraphs/continuity/wire.ts';
import { createTestClock, settled } from '../../clock.ts';
import { until } from '../wire.ts';

const { signal } = new AbortController();

/** A wire to a server that counts connections, answers `/` and sends half of `/half`. */
async function setup(numbers?: WireNumbers) {
  const seen = { connections: 0, requests: 0 };
  const server = createServer((request, response) => {
    seen.requests += 1;
    if (request.url === '/half') response.writeHead(200, { 'content-length': '8' }).write('half');
    else response.end('whole');
  });
  server.on('connection', () => {
    seen.connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const wire = openWire(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, numbers);
  onTestFinished(async () => {
    await wire.close();
    server.closeAllConnections();
    server.close();
  });
  const send = (path = '/') =>
    wire.send({ path, signal }).then(
      ({ text }) => text,
      (error: WireError) => error.failure,
    );
  /** Turns enough for a connection to be made and a request to arrive. */
  const turns = async () => {
    for (let turn = 0; turn < 300; turn++) await settled();
  };
  return { wire, seen, send, turns };
}

describe('a wire that is cut', () => {
  it('makes no connection, also not one that was being made', async () => {
    const { wire, seen, send, turns } = await setup();
    const sent = send();
    // As far as it goes before the machine itself is asked for a connection.
    for (let i = 0; i < 20; i++) await Promise.resolve();
    wire.cut();
    expect(await sent).toBe('ISOLATED');
    expect(await send()).toBe('ISOLATED');
    await turns();
    expect(seen).toEqual({ connections: 0, requests: 0 });
  });

  it('gives up what is half told, and says why', async () => {
    const { wire, seen, send } = await setup();
    const sent = send('/half');
    await until(() => seen.requests === 1);
    await settled();
    wire.cut();
    expect(await sent).toBe('ISOLATED');
  });

  it('does not ask again over a new connection what it had asked over an old one', async () => {
    const { wire, seen, send, turns } = await setup();
    expect(await send()).toBe('whole');
    const again = send();
    wire.cut();
    expect(await again).toBe('ISOLATED');
    await turns();
    expect(seen).toEqual({ connections: 1, requests: 1 });
  });

  it('sends nothing whose turn comes only afterwards', async () => {
    const clock = createTestClock();
    const { wire, seen, send, turns } = await setup({ pace: createPace(1, clock, 500) });
    expect(await send()).toBe('whole');
    const later = send();
    wire.cut();
    await clock.advance(500);
    expect(await later).toBe('ISOLATED');
    await turns();
    expect(seen.requests).toBe(1);
  });

  it('is as before once it is mended', async () => {
    const { wire, seen, send } = await setup();
    wire.mend();
    expect(await send()).toBe('whole');
    wire.cut();
    wire.cut();
    wire.mend();
    expect(await send()).toBe('whole');
    expect(seen.connections).toBe(2);
  });
});
