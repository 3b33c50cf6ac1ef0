// Mocks on real sockets: requests, counters, ports and the control port. What faults do is faults.test.ts.
import { Agent } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { startMocks } from '../../mocks/index.ts';
import { type ServedMocks, serveMocks } from '../../mocks/serve.ts';
import { systems } from '../../subgraphs/index.ts';
import { call, failureOf, type Tally, tally } from './tally.ts';

const running: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of running.splice(0)) await one.close();
});

async function serve(...mocks: Tally[]): Promise<ServedMocks> {
  const served = await serveMocks(mocks);
  running.push(served);
  return served;
}
const urlOf = (served: ServedMocks, name: string) => served.backends.find((one) => one.name === name)?.url ?? '';

/** Takes a port, so that it is in use. */
async function occupy(port = 0): Promise<number> {
  const server: Server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  running.push({ close: () => new Promise((resolve) => server.close(resolve)) });
  return (server.address() as AddressInfo).port;
}

describe('mocks on sockets', () => {
  it('hand a request over whole and give the answer back whole', async () => {
    const served = await serve(tally('tenancies'));
    const headers = { 'x-word': 'hello' };
    const reply = await call(`${urlOf(served, 'tenancies')}/echo`, { method: 'POST', body: 'wörld', headers });
    expect(reply.status).toBe(200);
    expect(reply.headers).toMatchObject({ 'content-type': 'text/plain', 'x-method': 'POST', 'content-length': '12' });
    expect(Buffer.from(reply.body, 'latin1').toString()).toBe('hello wörld');
  });

  it('answer 404 in plain text where there is nothing', async () => {
    const served = await serve(tally('tenancies'));
    const reply = await call(`${urlOf(served, 'tenancies')}/elsewhere?surname=Smith`);
    expect(reply.status).toBe(404);
    expect(reply.headers['content-type']).toMatch(/^text\/plain/);
    expect(reply.body).toContain('/api/elsewhere');
  });

  it('are not broken by a form of a web page, which needs no name of its own for that', async () => {
    const served = await serve(tally('tenancies'));
    const headers = { origin: 'http://elsewhere.example', 'content-type': 'text/plain' };
    const body = '{"target":"tenancies","fault":"down"}';
    const reply = await call(`${served.controlUrl}/faults`, { method: 'POST', headers, body });
    expect([reply.status, reply.body]).toEqual([403, '{"error":"No web page may control the mocks."}\n']);
    expect(served.faults()).toEqual([]);
  });

  it('say so when a handler itself breaks', async () => {
    const served = await serve(tally('tenancies'));
    const reply = await call(`${urlOf(served, 'tenancies')}/broken`);
    expect(reply.status).toBe(500);
    expect(reply.body).toContain('a bug in a handler');
  });

  it('keep a connection open for the next call, and count connections and calls apart', async () => {
    const served = await serve(tally('tenancies'), tally('repairs', 'scheduler'));
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    running.push({ close: async () => agent.destroy() });
    const url = urlOf(served, 'tenancies');
    await call(`${url}/total`, { agent });
    await call(`${url}/total`, { agent });
    await call(`${url}/nothing`, { agent });
    expect(served.calls()).toEqual({
      tenancies: { connections: 1, operations: { total: 2, nothing: 1 } },
      'repairs.scheduler': { connections: 0, operations: {} },
    });
    served.resetCalls();
    expect(served.calls().tenancies).toEqual({ connections: 0, operations: {} });
  });

  it('listen on the ports after the base port, in their order, or say which one is taken', async () => {
    let served: ServedMocks | undefined;
    // Neighbouring ports may be in use by others: look for a free run, below the ports that outgoing calls are given.
    for (let tries = 0; tries < 20 && !served; tries += 1) {
      const base = await occupy(20_000 + ((process.pid * 7 + tries * 97) % 10_000)).catch(() => null);
      if (base === null) continue;
      const mocks = [tally('tenancies'), tally('lettings')];
      const refused = await serveMocks(mocks, { port: base }).catch((error: Error) => error.message);
      expect(refused).toBe(`Port ${base} on 127.0.0.1 is in use: end what listens there, or choose another base port.`);
      await running.pop()?.close();
      served = await serveMocks(mocks, { port: base }).catch(() => undefined);
      if (served) expect(served.backends.map((one) => one.port - base)).toEqual([1, 2]);
      if (served) expect(served.controlUrl).toBe(`http://127.0.0.1:${base}`);
    }
    expect(served).toBeDefined();
    await served?.close();
  });

  it('leave nothing listening when one of their ports is taken', async () => {
    const taken = await occupy();
    const error = await serveMocks([tally('tenancies')], { port: taken - 1 }).catch((reason: Error) => reason);
    expect(error).toBeInstanceOf(Error);
    expect(await failureOf(call(`http://127.0.0.1:${taken - 1}/faults`))).toBe('ECONNREFUSED');
  });

  it('end at once, also with a call that hangs', async () => {
    const mock = tally('tenancies');
    const served = await serve(mock);
    await served.setFault({ target: 'tenancies', fault: 'hung' });
    const arrived = mock.arrival('total');
    const hanging = failureOf(call(`${urlOf(served, 'tenancies')}/total`));
    await arrived;
    await served.close();
    expect(await hanging).toBe('ECONNRESET');
    expect(await failureOf(call(`${urlOf(served, 'tenancies')}/total`))).toBe('ECONNREFUSED');
    expect(await failureOf(call(`${served.controlUrl}/faults`))).toBe('ECONNREFUSED');
  });
});

describe('the control port', () => {
  const wish = (target: string, fault: string, options?: object) => ({
    method: 'POST',
    body: JSON.stringify({ target, fault, options }),
  });

  it('sets, lists and lifts faults', async () => {
    const served = await serve(tally('tenancies'), tally('repairs', 'workOrders'), tally('repairs', 'scheduler'));
    const faults = `${served.controlUrl}/faults`;
    await call(faults, wish('repairs.scheduler', 'slow', { ms: 7 }));
    await call(faults, wish('tenancies.total', 'garbled'));
    const standing = JSON.parse((await call(faults)).body);
    expect(standing).toEqual([
      { target: 'repairs.scheduler', fault: 'slow', options: { ms: 7, times: 0 } },
      { target: 'tenancies.total', fault: 'garbled', options: { times: 0 } },
    ]);
    const left = JSON.parse((await call(`${faults}?target=repairs`, { method: 'DELETE' })).body);
    expect(left).toEqual([standing[1]]);
    expect((await call(faults, { method: 'DELETE' })).body.trim()).toBe('[]');
    expect(served.faults()).toEqual([]);
  });

  it('refuses what it does not know with a sentence that lists what it does', async () => {
    const served = await serve(tally('tenancies'), tally('repairs', 'workOrders'), tally('repairs', 'scheduler'));
    const faults = `${served.controlUrl}/faults`;
    const said = async (pending: ReturnType<typeof call>) => {
      const { status, body } = await pending;
      expect(status).toBe(400);
      return (JSON.parse(body) as { error: string }).error;
    };
    expect(await said(call(faults, wish('repair', 'down')))).toBe(
      'There is no target "repair". Allowed: tenancies, repairs, repairs.workOrders, repairs.scheduler, each with .OPERATION.',
    );
    expect(await said(call(faults, wish('repairs', 'Down')))).toMatch(/no fault "Down"\. Allowed: down, hung, slow,/);
    expect(await said(call(faults, wish('repairs', 'slow', { seconds: 1 })))).toMatch(/"seconds: 1".*Allowed: ms \(/);
    expect(await said(call(faults, { method: 'POST', body: '{' }))).toBe('The body is not JSON.');
    expect(await said(call(faults, { method: 'POST', body: 'null' }))).toMatch(/^A fault is JSON such as/);
    expect(await said(call(`${faults}?target=repair`, { method: 'DELETE' }))).toMatch(/no target "repair"/);
    expect(served.faults()).toEqual([]);
    expect((await call(`${served.controlUrl}/fault`)).status).toBe(404);
  });

  it('shows the counters and sets them back', async () => {
    const served = await serve(tally('tenancies'));
    await call(`${urlOf(served, 'tenancies')}/total`);
    const counted = JSON.parse((await call(`${served.controlUrl}/calls`)).body);
    expect(counted).toEqual({ tenancies: { connections: 1, operations: { total: 1 } } });
    const after = JSON.parse((await call(`${served.controlUrl}/calls/reset`, { method: 'POST' })).body);
    expect(after).toEqual({ tenancies: { connections: 0, operations: {} } });
  });
});

describe('a whole landlord', () => {
  it('plays every backend that Lintel knows, and says which variables point at it', async () => {
    const mocks = await startMocks({ homes: 100, seed: 7, today: '2026-11-23' });
    running.push(mocks);
    const known = systems.flatMap(({ name, backends }) =>
      Object.keys(backends).map((backend) => (backend === name ? name : `${name}.${backend}`)),
    );
    expect(known).toEqual(expect.arrayContaining(['tenancies', 'repairs.workOrders', 'telephony.records']));
    expect(mocks.backends.map((one) => one.name)).toEqual(known);
    for (const { mock, url } of mocks.backends) expect(mocks.urls[mock.urlVariable]).toBe(url);
    const { REPAIRS_URL, REPAIRS_API_KEY = '' } = mocks.urls;
    const katy = mocks.world.cast.katy.propertyReference;
    const headers = { 'x-api-key': REPAIRS_API_KEY };
    const { body } = await call(`${REPAIRS_URL}/workOrders?propertyReference=${katy}`, { headers });
    expect(JSON.parse(body)).toHaveLength(1);
    expect(mocks.calls()['repairs.workOrders']).toEqual({ connections: 1, operations: { workOrders: 1 } });
  });
});
