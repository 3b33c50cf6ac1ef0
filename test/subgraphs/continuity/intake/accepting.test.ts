// What is accepted, and what is said of it.
import { afterEach, expect, it } from 'vitest';
import { InputRefused, KeyReused } from '../../../../subgraphs/continuity/intake.ts';
import { onBothEngines } from '../../../stores.ts';
import { type Desk, openDesk } from './office.ts';

onBothEngines('accepting writes', (place) => {
  const opened: Desk[] = [];
  afterEach(async () => {
    for (const desk of opened.splice(0)) await desk.close();
  });
  async function open(...options: Parameters<typeof openDesk> extends [unknown, ...infer Rest] ? Rest : never) {
    const desk = await openDesk(await place(), ...options);
    opened.push(desk);
    return desk;
  }

  it('gives a receipt that says what was done, where the system takes writes', async () => {
    const { note, office, intake } = await open();
    const receipt = await note('note', { about: 'P1', text: 'a tap' });
    expect(receipt).toMatchObject({
      state: 'APPLIED',
      message: 'It is done: a tap.',
      channel: 'WEB',
      client: 'form',
      lane: 'ORDINARY',
      says: { text: 'a tap' },
      steps: [{ title: 'note it', backend: 'desk', state: 'APPLIED', attempts: 1, message: null }],
    });
    const [step] = receipt.steps;
    expect(step?.reference).toMatch(/^L[0-9A-Z]{19}$/);
    expect(receipt.made).toEqual([{ id: `#${step?.reference}`, description: 'note' }]);
    expect(office.effects).toHaveLength(1);
    expect(await intake.receipt(receipt.id)).toEqual(receipt);
  });
});
