// Call-backs that wait: for the exchange, for a free agent, for their turn; and those that join another. On both engines of the store,
// and over several gateways.
import { expect, it } from 'vitest';
import { telephony } from '../../../subgraphs/telephony/index.ts';
import { onBothEngines } from '../../stores.ts';
import { startExchange, startGateway } from './exchange.ts';

const minute = 60_000;
const hour = 60 * minute;

onBothEngines('A call-back', (place) => {
  it('while the telephones are down and no line is known waits; then a line that there is not is refused with the reason', async () => {
    const exchange = await startExchange();
    const gateway = await startGateway(exchange, await place());
    exchange.down = true;
    const wrong = await gateway.request({ line: 'nosuch' });
    const right = await gateway.request({ line: 'rents', telephone: '07700 900124' });
    expect([wrong.state, right.state]).toEqual(['QUEUED', 'QUEUED']);
    expect(right.message).toMatch(/^You are on the list to be called back/);
    exchange.down = false;
    await gateway.passes(2 * minute);
    expect(await gateway.receipt(wrong.id)).toMatchObject({
      state: 'REFUSED',
      message: expect.stringContaining('has no line called nosuch'),
    });
    expect(await gateway.receipt(right.id)).toMatchObject({ state: 'APPLIED' });
    expect(exchange.rung.map(({ extension }) => extension)).toEqual(['rents']);
  });

  it('waits while nobody is logged in, and says so; those who came first are rung first, as many as agents are free', async () => {
    const exchange = await startExchange({ repairs: 0, rents: 5 });
    const gateway = await startGateway(exchange, await place());
    const waiting = [];
    for (const digit of [1, 2, 3, 4]) {
      waiting.push(await gateway.request({ telephone: `0770090012${digit}` }));
      await gateway.passes(1_000);
    }
    for (const { state, message } of waiting) {
      expect(state).toBe('QUEUED');
      expect(message).toMatch(
        /^You are on the list to be called back, since .* as soon as somebody on this line is free/,
      );
    }
    await gateway.passes(minute);
    expect(exchange.rung).toEqual([]);
    // Another line does not wait for this one.
    expect(await gateway.request({ line: 'rents', telephone: '07700900129' })).toMatchObject({ state: 'APPLIED' });
    exchange.rung.length = 0;
    exchange.free.repairs = 2;
    // Somebody who asks only now is behind those.
    expect(await gateway.request({ telephone: '07700900125' })).toMatchObject({ state: 'QUEUED' });
    await gateway.passes(15_000);
    const rung = () => exchange.rung.map(({ number }) => number.slice(-1)).sort();
    expect(rung()).toEqual(['1', '2']);
    // Those are with the agents in a moment, or do not answer.
    await gateway.passes(15_000);
    expect(rung()).toEqual(['1', '2']);
    await gateway.passes(15_000);
    expect(rung()).toEqual(['1', '2', '3', '4']);
    await gateway.passes(30_000);
    expect(rung()).toEqual(['1', '2', '3', '4', '5']);
  });

  it('asked for again by the same person for the same line joins the first: one call, and each key has a receipt that says so', async () => {
    const exchange = await startExchange({ repairs: 0, rents: 0 });
    const gateway = await startGateway(exchange, await place());
    const katy = { personReference: '0000122-1' };
    const first = await gateway.request({ ...katy, about: 'The tap.' });
    await gateway.passes(5 * minute);
    const again = await gateway.request({ ...katy, about: 'The boiler.' }, 'again');
    expect(again.id).not.toBe(first.id);
    expect(again).toMatchObject({
      state: 'QUEUED',
      message: expect.stringMatching(/^You are on the list already, since /),
    });
    expect(await gateway.request({ ...katy, about: 'The boiler.' }, 'again')).toEqual(again);
    // By another number of hers: it is she who is rung, once.
    const other = await gateway.request({ ...katy, telephone: '07700 900124' });
    expect(other.message).toMatch(/^You are on the list already.* ends in 123\.$/);
    // Somebody else of her household, or another line, is another matter.
    expect((await gateway.request({ personReference: '0000122-2' })).message).not.toContain('already');
    expect((await gateway.request({ ...katy, line: 'rents' })).message).not.toContain('already');
    const { data } = await gateway.ask('{ callbackRequests { edges { node { id line about state } } totalCount } }');
    expect(data.callbackRequests.totalCount).toBe(3);
    expect(data.callbackRequests.edges[0].node).toEqual({
      ...{ id: first.id, line: 'repairs', state: 'QUEUED', about: 'The tap. / The boiler.' },
    });
    exchange.free = { repairs: 5, rents: 0 };
    await gateway.passes(2 * minute);
    // Hers, and that of the other person.
    expect(exchange.rung.map(({ number }) => number)).toEqual(['+447700900123', '+447700900123']);
    const states = await Promise.all([first, again, other].map(({ id }) => gateway.receipt(id)));
    expect(states.map((each) => each?.state)).toEqual(['APPLIED', 'APPLIED', 'APPLIED']);
    expect(new Set(states.map((each) => each?.made[0]?.id))).toEqual(new Set([exchange.rung[0]?.id]));
  });

  it('asked for twice at once, by two gateways, is one call', async () => {
    const exchange = await startExchange();
    const at = await place();
    const one = await startGateway(exchange, at);
    const other = await startGateway(exchange, at, { beside: one });
    const receipts = await Promise.all([one, other, one].map((gateway) => gateway.request({})));
    await one.passes(2 * minute);
    const states = await Promise.all(receipts.map(({ id }) => one.receipt(id)));
    expect(states.map((each) => each?.state)).toEqual(['APPLIED', 'APPLIED', 'APPLIED']);
    expect(exchange.rung).toHaveLength(1);
  });

  it('that joined one which was taken back is made by itself', async () => {
    const exchange = await startExchange({ repairs: 0 });
    const gateway = await startGateway(exchange, await place());
    const first = await gateway.request({});
    const again = await gateway.request({});
    await gateway.intake.cancel(first.id, 'Anna', 'asked to');
    exchange.free.repairs = 1;
    await gateway.passes(minute);
    expect(await gateway.receipt(again.id)).toMatchObject({ state: 'APPLIED' });
    expect(exchange.rung).toHaveLength(1);
  });

  it('to one number is made three times an hour and ten times a day; what is beyond waits and says until when', async () => {
    const exchange = await startExchange();
    const gateway = await startGateway(exchange, await place());
    for (let time = 0; time < 3; time += 1) {
      expect(await gateway.request({})).toMatchObject({ state: 'APPLIED' });
      await gateway.passes(minute, minute);
    }
    const fourth = await gateway.request({});
    expect(fourth).toMatchObject({
      state: 'QUEUED',
      message: expect.stringMatching(/^You are on the list.* 10(:00)? ?am/),
    });
    // Another number does not wait for that one.
    expect(await gateway.request({ telephone: '07700900124' })).toMatchObject({ state: 'APPLIED' });
    await gateway.passes(hour, 5 * minute);
    expect(await gateway.receipt(fourth.id)).toMatchObject({ state: 'APPLIED' });
    for (let time = 0; time < 6; time += 1) {
      await gateway.passes(40 * minute, 10 * minute);
      expect(await gateway.request({})).toMatchObject({ state: 'APPLIED' });
    }
    expect(exchange.rung.filter(({ number }) => number === '+447700900123')).toHaveLength(10);
    await gateway.passes(90 * minute, 10 * minute);
    expect(await gateway.request({})).toMatchObject({ state: 'QUEUED' });
    expect(exchange.rung.filter(({ number }) => number === '+447700900123')).toHaveLength(10);
  });

  it('is one of so many an hour in all, counted over gateways and restarts', async () => {
    const exchange = await startExchange();
    const at = await place();
    const settings = { CALLBACKS_AN_HOUR: '5' };
    const one = await startGateway(exchange, at, { settings });
    const other = await startGateway(exchange, at, { settings, beside: one });
    const receipts = await Promise.all(
      Array.from({ length: 8 }, (_, index) => (index % 2 ? one : other).request({ telephone: `0770090012${index}` })),
    );
    await one.passes(5 * minute, minute);
    expect(exchange.rung).toHaveLength(5);
    const waiting = await Promise.all(receipts.map(({ id }) => one.receipt(id)));
    expect(waiting.filter((each) => each?.state === 'QUEUED')).toHaveLength(3);
    await one.passes(hour, 5 * minute);
    expect(exchange.rung).toHaveLength(8);
  });

  it('accepted before there were these rules is not made to a line or a number that is not to be rung', async () => {
    const exchange = await startExchange();
    const at = await place();
    const gateway = await startGateway(exchange, at);
    const old = telephony.mutations?.requestCallback;
    if (!old) throw new Error('no such mutation');
    const inputs = [
      { number: '+447700900123', line: '999' },
      { number: '+447700900124', line: '09098790000' },
      { number: '+449098790000', line: 'repairs' },
      { number: '+447700900125', line: 'nosuch' },
      { number: '+447700900126', line: 'repairs' },
    ];
    // As that version accepted them: nothing was checked, and steps said no more than this.
    const end = gateway.intake.serve({
      system: 'telephony',
      mutations: {
        requestCallback: {
          ...old,
          check: (given) => given,
          steps: ({ telephone: number, line }) => [{ kind: 'originate', title: 'ring', input: { number, line } }],
        },
      },
      steps: {
        originate: { backend: 'switchboard', repeat: 'NEVER', apply: () => Promise.reject(new Error('not open')) },
      },
      patienceMs: 300,
      open: () => 'QUEUE',
      call: () => Promise.reject(new Error('not open')),
      onOpen: () => () => {},
    });
    const receipts = [];
    for (const { number, line } of inputs) {
      const input = { telephone: number, line, personReference: null, about: null };
      receipts.push(
        await gateway.intake.submit({
          ...{
            client: '',
            system: 'telephony',
            mutation: 'requestCallback',
            idempotencyKey: number,
            input,
            channel: '',
          },
        }),
      );
    }
    await end();
    const after = await startGateway(exchange, at, { beside: gateway });
    await after.passes(2 * minute);
    const states = await Promise.all(receipts.map(({ id }) => after.receipt(id)));
    expect(states.map((each) => each?.state)).toEqual(['REFUSED', 'REFUSED', 'REFUSED', 'REFUSED', 'APPLIED']);
    for (const each of states.slice(0, 4)) expect(each?.message).toMatch(/^We could not call you back\. The .*\.$/);
    expect(exchange.rung.map(({ number }) => number)).toEqual(['+447700900126']);
  });
});
