// Faults: the plain data first, then each kind as a caller meets it on a real socket.
import { Agent, request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  clearFaults,
  FAULTS,
  type Faults,
  faultOf,
  makeFault,
  parseTarget,
  setFault,
  spendFault,
  targetName,
} from '../../mocks/faults.ts';
import { type ServedMocks, serveMocks } from '../../mocks/serve.ts';
import { call, failureOf, type Tally, tally } from './tally.ts';

const breakable = [
  { system: 'tenancies', backend: 'tenancies' },
  { system: 'repairs', backend: 'workOrders' },
  { system: 'repairs', backend: 'scheduler' },
];
const standing = (...wishes: [target: string, fault: string, options?: Record<string, number>][]): Faults =>
  wishes.reduce<Faults>(
    (faults, [target, fault, options]) => setFault(faults, makeFault({ target, fault, options }, breakable)),
    [],
  );

describe('a target', () => {
  it('is a system, a backend, or an operation; one backend needs no word', () => {
    expect(parseTarget('repairs', breakable)).toEqual({ system: 'repairs' });
    expect(parseTarget('repairs.scheduler', breakable)).toEqual({ system: 'repairs', backend: 'scheduler' });
    const operation = { system: 'tenancies', backend: 'tenancies', operation: 'GetProperties' };
    expect(parseTarget('tenancies.GetProperties', breakable)).toEqual(operation);
    expect(parseTarget('tenancies.tenancies.GetProperties', breakable)).toEqual(operation);
    expect(targetName(operation)).toBe('tenancies.GetProperties');
  });

  it.each(['', 'rent', 'repairs.', 'repairs.selectOrder', 'repairs.scheduler.', 'tenancies.a.b', 'a.b.c.d'])(
    'is not "%s"',
    (word) => {
      expect(() => parseTarget(word, breakable)).toThrow(/^There is no target .* Allowed: tenancies, repairs,/);
    },
  );
});

describe('faults', () => {
  it('are met by the most specific target', () => {
    const faults = standing(['repairs', 'slow'], ['repairs.scheduler', 'hung'], ['repairs.scheduler.login', 'garbled']);
    const met = (backend: string, operation: string) =>
      faultOf(faults, { system: 'repairs', backend, operation })?.fault;
    expect(met('scheduler', 'login')).toBe('garbled');
    expect(met('scheduler', 'other')).toBe('hung');
    expect(met('workOrders', 'login')).toBe('slow');
    expect(faultOf(faults, { system: 'tenancies', backend: 'tenancies', operation: 'x' })).toBeUndefined();
  });

  it('stand one a target, and change nothing that was there before', () => {
    const before = standing(['repairs', 'slow']);
    const after = setFault(before, makeFault({ target: 'repairs', fault: 'down' }, breakable));
    expect(after.map((one) => one.fault)).toEqual(['down']);
    expect(before.map((one) => one.fault)).toEqual(['slow']);
  });

  it('are lifted with all that lies beneath their target, and nothing beside it', () => {
    const faults = standing(['repairs.scheduler', 'hung'], ['repairs.scheduler.login', 'slow'], ['tenancies', 'down']);
    expect(clearFaults(faults, 'repairs').map((one) => one.target)).toEqual(['tenancies']);
    expect(clearFaults(faults, 'repairs.scheduler.login').map((one) => one.target)).toEqual([
      'repairs.scheduler',
      'tenancies',
    ]);
    expect(clearFaults(faults)).toEqual([]);
  });

  it('wear off after so many calls where told to', () => {
    let faults = standing(['repairs', 'slow', { times: 2 }]);
    const spend = () => {
      const [fault] = faults;
      if (fault) faults = spendFault(faults, fault);
    };
    spend();
    expect(faults[0]?.options.times).toBe(1);
    spend();
    expect(faults).toEqual([]);
    const lasting = standing(['repairs', 'slow']);
    expect(spendFault(lasting, lasting[0] as Faults[number])).toBe(lasting);
  });

  it('take their options from a list, whole and not too small', () => {
    const make = (fault: string, options: Record<string, unknown>) => () =>
      makeFault({ target: 'repairs', fault, options }, breakable);
    expect(make('slow', {})().options).toEqual({ ms: 5_000, times: 0 });
    expect(make('slow', { ms: 1.5 })).toThrow(/"ms: 1.5" is no option of slow/);
    expect(make('flapping', { every: 0 })).toThrow(/Allowed: every/);
    expect(make('session-lost', { every: 3 })).toThrow(/4 or more/);
    expect(make('session-lost', { every: 4 })().options.every).toBe(4);
    expect(make('toString', {})).toThrow(/There is no fault "toString"/);
  });
});

describe('on the socket, a backend', () => {
  let scheduler: Tally;
  let served: ServedMocks;
  let url: string;
  const post = { method: 'POST' };

  beforeEach(async () => {
    scheduler = tally('repairs', 'scheduler');
    served = await serveMocks([tally('repairs', 'workOrders'), scheduler]);
    url = served.backends[1]?.url ?? '';
  });
  afterEach(() => served.close());

  const set = (fault: string, options?: Record<string, number>, target = 'repairs.scheduler') =>
    served.setFault({ target, fault, ...(options && { options }) });
  /** Whether a call is still without an answer after another one has gone all the way there and back. */
  async function stillWaits(pending: Promise<unknown>): Promise<boolean> {
    await call(`${served.backends[0]?.url}/total`);
    return Promise.race([pending.then(() => false), Promise.resolve().then(() => true)]);
  }

  it('that is down refuses connections, cuts those it had, and comes back on the same port', async () => {
    const agent = new Agent({ keepAlive: true });
    await call(`${url}/total`, { agent });
    const idle = Object.values(agent.freeSockets).flat()[0];
    const cut = new Promise((resolve) => idle?.once('close', resolve));
    await set('down');
    await cut;
    expect(await failureOf(call(`${url}/total`, { agent }))).toBe('ECONNREFUSED');
    expect((await call(`${served.backends[0]?.url}/total`)).status).toBe(200);
    await served.clearFaults();
    expect((await call(`${url}/total`, { agent })).status).toBe(200);
    agent.destroy();
  });

  it('goes down with its system, unless it has a fault of its own', async () => {
    await set('down', {}, 'repairs');
    await set('garbled');
    expect(await failureOf(call(`${served.backends[0]?.url}/total`))).toBe('ECONNREFUSED');
    expect((await call(`${url}/total`)).body).toContain('%PDF');
  });

  it('resets a single operation that is down, and does not do it', async () => {
    await set('down', {}, 'repairs.scheduler.add');
    expect(await failureOf(call(`${url}/add`, post))).toBe('ECONNRESET');
    expect((await call(`${url}/total`)).body).toBe('{"total":0}');
  });

  it('that hangs takes the request, answers nothing, and cuts it off once lifted', async () => {
    await set('hung', {}, 'repairs.scheduler.add');
    const arrived = scheduler.arrival('add');
    const hanging = failureOf(call(`${url}/add`, post));
    await arrived;
    expect(await stillWaits(hanging)).toBe(true);
    await served.clearFaults();
    expect(await hanging).toBe('ECONNRESET');
    expect(scheduler.total()).toBe(0);
  });

  it('that hangs may carry out late what its caller gave up on', async () => {
    await set('hung', { late: 1 });
    const arrived = [scheduler.arrival('add'), scheduler.arrival('total')];
    const gone = new AbortController();
    const abandoned = failureOf(call(`${url}/add`, { ...post, signal: gone.signal }));
    const patient = call(`${url}/total`);
    await Promise.all(arrived);
    gone.abort();
    expect(await abandoned).toBe('ABORT_ERR');
    expect(scheduler.total()).toBe(0);
    await served.clearFaults('repairs');
    expect((await patient).body).toBe('{"total":1}');
  });

  it('that is slow answers in the end, right, and leaves other operations alone', async () => {
    await set('slow', { ms: 3_600_000 }, 'repairs.scheduler.total');
    const arrived = scheduler.arrival('total');
    const leave = new AbortController();
    const waiting = failureOf(call(`${url}/total`, { signal: leave.signal }));
    await arrived;
    expect(JSON.parse((await call(`${url}/add`, post)).body).total).toBe(1);
    expect(await stillWaits(waiting)).toBe(true);
    leave.abort();
    await waiting;
    await set('slow', { ms: 1 }, 'repairs.scheduler.total');
    expect((await call(`${url}/total`)).body).toBe('{"total":1}');
  });

  it('that is garbled answers 200 with its own content type and bytes that are no JSON', async () => {
    await set('garbled');
    const { status, headers, body } = await call(`${url}/total`);
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/json');
    expect(() => JSON.parse(body)).toThrow();
    expect(Number(headers['content-length'])).toBe(body.length);
  });

  it('that truncates promises the whole body and cuts it half way, with the effect done', async () => {
    const whole = await call(`${url}/add`, post);
    await set('truncated');
    const parts: Buffer[] = [];
    const promised = await new Promise<number>((resolve, reject) => {
      const outgoing = request(`${url}/add`, { ...post, agent: false }, (incoming) => {
        incoming.on('data', (part: Buffer) => parts.push(part));
        incoming.on('error', () => resolve(Number(incoming.headers['content-length'])));
        incoming.on('end', () => reject(new Error('the body came whole')));
      });
      outgoing.on('error', reject);
      outgoing.end();
    });
    expect(promised).toBe(whole.body.length);
    const got = Buffer.concat(parts).toString();
    expect(got.length).toBe(Math.floor(promised / 2));
    expect(got).toBe(whole.body.replace('"total":1', '"total":2').slice(0, got.length));
    expect(scheduler.total()).toBe(2);
    expect(await failureOf(call(`${url}/total`))).toBe('ECONNRESET');
  });

  it('that flaps resets every other call, by turns', async () => {
    await set('flapping');
    const outcomes: string[] = [];
    for (let turn = 0; turn < 6; turn += 1) outcomes.push(await failureOf(call(`${url}/add`, post)));
    expect(outcomes).toEqual(['ECONNRESET', 'none', 'ECONNRESET', 'none', 'ECONNRESET', 'none']);
    expect(scheduler.total()).toBe(3);
  });

  it('that drips sends its head at once and its body longer than anyone waits', async () => {
    await set('drip');
    await new Promise<void>((resolve, reject) => {
      const outgoing = request(`${url}/total`, { agent: false }, (incoming) => {
        expect(incoming.headers['content-length']).toBe('11');
        incoming.on('end', () => reject(new Error('the body came whole')));
        incoming.on('error', () => resolve());
        stillWaits(new Promise((done) => incoming.once('end', done))).then((waits) => {
          expect(waits).toBe(true);
          outgoing.destroy();
        }, reject);
      });
      outgoing.on('error', reject);
      outgoing.end();
    });
    await set('drip', { ms: 5 });
    expect((await call(`${url}/total`)).body).toBe('{"total":0}');
    expect((await call(`${url}/nothing`)).status).toBe(204);
  });

  it('that loses acknowledgements does the work and resets before the reply', async () => {
    await set('lost-acknowledgement', { times: 1 });
    expect(await failureOf(call(`${url}/add`, post))).toBe('ECONNRESET');
    expect(scheduler.total()).toBe(1);
    expect(JSON.parse((await call(`${url}/add`, post)).body).total).toBe(2);
    expect(served.faults()).toEqual([]);
  });

  it('that lost its sessions takes a new one, and that one works', async () => {
    await set('session-lost');
    expect((await call(`${url}/member`)).status).toBe(401);
    await call(`${url}/login`, post);
    for (let turn = 0; turn < 20; turn += 1) expect((await call(`${url}/member`)).status).toBe(200);
    expect(scheduler.sessionsLost()).toBe(1);
  });

  it('loses its sessions again on every so many calls where told to', async () => {
    await set('session-lost', { every: 4 });
    const seen: number[] = [];
    for (let turn = 0; turn < 8; turn += 1) {
      const { status } = await call(`${url}/member`);
      seen.push(status);
      if (status === 401) await call(`${url}/login`, post);
    }
    // Refused, (login), in, lost on the fourth call, (login) and so on: a renewed session always works once.
    expect(seen).toEqual([401, 200, 401, 200, 200, 401, 200, 200]);
  });

  it('runs its overnight batch', async () => {
    await set('overnight-batch');
    expect(await call(`${url}/add`, post)).toMatchObject({ status: 503, body: 'overnight batch' });
    expect(scheduler.total()).toBe(0);
  });

  it('meets WebSockets with the same faults', async () => {
    const connect = () =>
      new Promise<string>((resolve) => {
        const outgoing = request(`${url}/events`, {
          agent: false,
          headers: { connection: 'Upgrade', upgrade: 'tally' },
        });
        outgoing.on('upgrade', (_, socket) => {
          socket.destroy();
          resolve('open');
        });
        outgoing.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? String(error)));
        outgoing.end();
      });
    expect(await connect()).toBe('open');
    await set('flapping');
    expect([await connect(), await connect()]).toEqual(['ECONNRESET', 'open']);
    await set('garbled');
    expect(await connect()).toMatch(/^HPE_/);
    await set('hung', {}, 'repairs.scheduler.events');
    const arrived = scheduler.arrival('events');
    const hanging = connect();
    await arrived;
    expect(await stillWaits(hanging)).toBe(true);
    await served.clearFaults('repairs.scheduler.events');
    expect(await hanging).toBe('ECONNRESET');
    expect(served.calls()['repairs.scheduler']?.operations.events).toBe(5);
  });

  it.each(Object.keys(FAULTS))('is well again after %s', async (fault) => {
    await set(fault);
    await served.clearFaults();
    if (fault === 'session-lost') await call(`${url}/login`, post);
    expect((await call(`${url}/member`)).status).toBe(200);
    expect((await call(`${url}/total`)).body).toBe('{"total":0}');
  });
});
