// What callers have had done, as the control port tells it: by what took effect, not by what was answered.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Effect } from '../../mocks/effects.ts';
import { startLegacy } from './legacy.ts';

type Legacy = Awaited<ReturnType<typeof startLegacy>>;
let legacy: Legacy;
beforeAll(async () => {
  legacy = await startLegacy();
});
afterAll(() => legacy.close());

const effects = async (after = 0) => (await legacy.control(`/effects?after=${after}`)).body as Effect[];

describe('the effects of what callers do', () => {
  it('are told in their order, with what was said and what was made, those after a number', async () => {
    const [propRef = ''] = legacy.mocks.world.cast.properties;
    const first = await legacy.raise(propRef, 'Tap drips', 'L-1');
    const second = await legacy.raise(propRef, 'Tap drips', 'L-1');
    const told = await effects();
    expect(told).toMatchObject([
      { number: 1, operation: 'raise', about: propRef, reference: 'L-1', says: 'Tap drips', made: first },
      { number: 2, operation: 'raise', about: propRef, reference: 'L-1', says: 'Tap drips', made: second },
    ]);
    expect(await effects(1)).toEqual(told.slice(1));
  });

  it('are there although nobody was answered, and are not where it was refused', async () => {
    const { length: before } = await effects();
    await legacy.mocks.setFault({ target: 'repairs.workOrders.raise', fault: 'lost-acknowledgement' });
    const [propRef = ''] = legacy.mocks.world.cast.properties;
    await legacy.raise(propRef, 'Never acknowledged', 'L-2').catch(() => {});
    await legacy.mocks.clearFaults();
    await legacy.raise('nowhere', 'Of no property', 'L-3');
    expect((await effects(before)).map(({ says }) => says)).toEqual(['Never acknowledged']);
  });

  it('of what a system recognises as a repeat are one', async () => {
    const { length: before } = await effects();
    await legacy.login();
    const [one, other] = legacy.mocks.world.exchanges[0]?.legs ?? [];
    const body = { clientRef: 'L-4', legs: [one, other] };
    expect((await legacy.lettings('/exchanges', body)).status).toBe(201);
    expect((await legacy.lettings('/exchanges', body)).status).toBe(409);
    expect(await effects(before)).toMatchObject([{ target: 'lettings', operation: 'exchanges', reference: 'L-4' }]);
  });
});
