// Whom the exchange may be told to ring, and to which lines they are joined: everything else is refused when it is asked for. What
// whoever asked is told.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { startExchange, startGateway } from './exchange.ts';

const minute = 60_000;
const folder = mkdtempSync(join(tmpdir(), 'lintel-callbacks-'));
let count = 0;
const place = async () => ({ file: join(folder, `${++count}.sqlite`) });
afterAll(() => rmSync(folder, { recursive: true }));

describe('a call-back', () => {
  it('to a line that the exchange does not name is refused, with the lines that there are, and nobody is rung', async () => {
    const exchange = await startExchange();
    const { request } = await startGateway(exchange, await place());
    expect(await request({ line: 'nosuch' })).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: [{ field: 'line', message: expect.stringContaining('repairs, rents') }],
    });
    expect(exchange.rung).toEqual([]);
  });

  it.each(['09098790000', '999', '112', '*98', '+881612345678', '00881612345678', '7700900124', 'a@trunk', 'a,b'])(
    'to the line %s rings nobody, whether the exchange is up or down',
    async (line) => {
      const exchange = await startExchange();
      const { request } = await startGateway(exchange, await place());
      exchange.down = true;
      expect(await request({ line })).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ field: 'line' }] });
      exchange.down = false;
      expect(await request({ line })).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ field: 'line' }] });
      expect(exchange.rung).toEqual([]);
    },
  );

  it('to a line with spaces and & in its name is made, to the extension of that name or of its own', async () => {
    const exchange = await startExchange({ 'Repairs & Voids': 5, 'Rent  desk': 5 });
    const settings = { EXTENSIONS: 'Rent  desk=101' };
    const { request } = await startGateway(exchange, await place(), { settings });
    expect(await request({ line: 'Repairs & Voids' })).toMatchObject({ state: 'APPLIED' });
    expect(await request({ line: 'Rent desk', telephone: '07700 900124' })).toMatchObject({ state: 'APPLIED' });
    expect(exchange.rung.map(({ extension }) => extension)).toEqual(['Repairs & Voids', '101']);
  });

  it('while the telephones are down is accepted for a line that was named before, and for no other', async () => {
    const exchange = await startExchange();
    const gateway = await startGateway(exchange, await place());
    await gateway.ask('{ lines { items { name } } }');
    exchange.down = true;
    expect(await gateway.request({ line: 'nosuch' })).toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(await gateway.request({ line: 'rents' })).toMatchObject({ state: 'QUEUED' });
  });

  it.each([
    ['a premium number', '0909 879 0000'],
    ['a personal number', '070 0000 0000'],
    ['a pager', '07600 000000'],
    ['a mobile of the Isle of Man', '07624 000000'],
    ['a business rate', '0870 000 0000'],
    ['freephone', '0800 000 0000'],
    ['999', '999'],
    ['112', '112'],
    ['directory enquiries', '118 118'],
    ['the police', '101'],
    ['a satellite', '+881 6 1234 5678'],
    ['another country', '+33 1 23 45 67 89'],
  ])('to %s is refused with what is allowed, and nobody is rung', async (_what, telephone) => {
    const exchange = await startExchange();
    const { request } = await startGateway(exchange, await place());
    expect(await request({ telephone })).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ field: 'telephone' }] });
    expect(exchange.rung).toEqual([]);
  });

  it('is made to the numbers that a site allows', async () => {
    const exchange = await startExchange();
    const settings = { ALLOWED_NUMBERS: '+44, !+449, +447624, +353' };
    const { request } = await startGateway(exchange, await place(), { settings });
    expect(await request({ telephone: '07624 000000' })).toMatchObject({ state: 'APPLIED' });
    expect(await request({ telephone: '+353 1 234 5678' })).toMatchObject({ state: 'APPLIED' });
    expect(await request({ telephone: '0909 879 0000' })).toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(await request({ telephone: '999' })).toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(exchange.rung.map(({ number }) => number)).toEqual(['+447624000000', '+35312345678']);
  });

  it('says what is true: on the list, being rung now, and afterwards when it was rung', async () => {
    const exchange = await startExchange();
    const gateway = await startGateway(exchange, await place());
    const { id, state, message } = await gateway.request({});
    expect(state).toBe('APPLIED');
    expect(message).toMatch(/^We are ringing you now\./);
    await gateway.passes(minute);
    expect((await gateway.receipt(id))?.message).toMatch(/^We rang you at .*9 ?am.*If you missed it/);
  });
});

describe('a welfare call', () => {
  async function handedOut(free: Record<string, number>, telephoneNumbers: string[], line = 'repairs') {
    const exchange = await startExchange(free);
    const gateway = await startGateway(exchange, await place());
    const started = await gateway.ask(
      `mutation { startWelfareCampaign(input: { name: "Week one", line: "${line}", idempotencyKey: "start" }) { receipt { id } } }`,
    );
    const campaign: string = started.data.startWelfareCampaign.receipt.id;
    const content = { campaign, personReference: '0000122-1', name: null, telephoneNumbers, reasons: ['MOBILITY'] };
    const more = { need: 5, asOfMs: gateway.clock.now(), taken: null, tries: [] };
    await gateway.own.add('call', [{ id: `${campaign}.1`, content: { ...content, ...more } }]);
    const listed = await gateway.own.find<object>('campaign', campaign);
    const whole = { ...listed?.content, listed: true };
    await gateway.own.together((drawer) => drawer.put('campaign', campaign, whole));
    const { data } = await gateway.ask(
      `mutation { nextWelfareCalls(input: { campaign: "${campaign}", count: 1, takenBy: "Anna", idempotencyKey: "next" }) { freeAgents calls { id } } }`,
    );
    const ring = async (key: string) => {
      const answer = await gateway.ask(
        `mutation { ringWelfareCall(input: { call: "${campaign}.1", idempotencyKey: "${key}" }) { receipt { id state message } } }`,
      );
      return answer.data?.ringWelfareCall?.receipt ?? answer.errors[0].extensions;
    };
    return { exchange, gateway, ring, handed: data.nextWelfareCalls };
  }

  it('is made to the first number that may be rung, and says what is true', async () => {
    const { exchange, gateway, ring } = await handedOut({ repairs: 5 }, ['+449098790000', '+447700900123']);
    const { id, state, message } = await ring('one');
    expect({ state, message }).toEqual({ state: 'APPLIED', message: 'The resident is being rung now.' });
    expect(exchange.rung.map(({ number }) => number)).toEqual(['+447700900123']);
    await gateway.passes(minute);
    expect((await gateway.receipt(id))?.message).toMatch(/^The resident was rung\./);
  });

  it('to a number that may not be rung is refused', async () => {
    const { exchange, ring } = await handedOut({ repairs: 5 }, ['+449098790000']);
    expect(await ring('one')).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ field: 'call' }] });
    expect(exchange.rung).toEqual([]);
  });

  it('is refused with the reason where no agent is free, and does not wait', async () => {
    const { exchange, ring } = await handedOut({ repairs: 1 }, ['+447700900123']);
    exchange.free.repairs = 0;
    expect(await ring('one')).toMatchObject({ state: 'REFUSED', message: expect.stringContaining('No agent is free') });
    expect(exchange.rung).toEqual([]);
  });

  it('is limited by its number, and not by how many call-backs there were', async () => {
    const { exchange, gateway, ring } = await handedOut({ repairs: 50 }, ['+447700900123']);
    for (let time = 0; time < 3; time += 1) expect(await ring(`${time}`)).toMatchObject({ state: 'APPLIED' });
    expect(await ring('fourth')).toMatchObject({
      state: 'REFUSED',
      message: expect.stringContaining('as often as we may'),
    });
    expect(exchange.rung).toHaveLength(3);
    // Nor are these of the call-backs that an hour has.
    expect(await gateway.request({ telephone: '07700 900124' })).toMatchObject({ state: 'APPLIED' });
  });

  it('is of a campaign for a line that there is', async () => {
    const gateway = await startGateway(await startExchange(), await place());
    const { errors } = await gateway.ask(
      'mutation { startWelfareCampaign(input: { name: "Week one", line: "nosuch", idempotencyKey: "start" }) { receipt { id } } }',
    );
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', fields: [{ field: 'line' }] } }]);
  });
});
