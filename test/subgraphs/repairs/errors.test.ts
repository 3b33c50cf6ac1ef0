// Failures of the repairs system's two wires, in the words of the contract.
import { describe, expect, it } from 'vitest';
import type { Canned } from '../wire.ts';
import { answerOf, json, order, run, schedulerSaying, success } from './wire.ts';

describe('a work order', () => {
  it('is not absent because a web page says 404', async () => {
    const html = { status: 404, headers: { 'content-type': 'text/html' }, body: '<html>Not found</html>' };
    const { ask } = await run(() => html);
    const { data, errors } = await ask('{ workOrder(reference: "1") { reference description } }');
    expect(data.workOrder).toEqual({ reference: '1', description: null });
    expect(errors[0].extensions.code).toBe('SYSTEM_DOWN');
  });

  it.each<[string, Canned, string]>([
    ['cut in the middle', { body: json(order('1')), cut: true }, 'SYSTEM_GARBLED'],
    ['half a JSON', json(order('1')).slice(0, 40), 'SYSTEM_GARBLED'],
    ['no work order', json({ reference: '' }), 'SYSTEM_GARBLED'],
    ['a work order with a date that is none', json(order('1', { target: 'soon' })), 'SYSTEM_GARBLED'],
    ['its own failure', { status: 500, body: 'java.lang.NullPointerException at 10.0.0.3' }, 'SYSTEM_DOWN'],
    ['a refusal', { status: 400, body: 'bad key key-1' }, 'SYSTEM_REFUSED'],
    ['a plea for patience', { status: 429, headers: { 'retry-after': '7' } }, 'SYSTEM_OVERLOADED'],
  ])('that answers with %s is an error, and repeats nothing of it', async (_what, answer, code) => {
    const { error } = await run(() => answer);
    const failed = await error('workOrder', '1');
    expect(failed.extensions.code).toBe(code);
    expect(json([failed, String(failed)])).not.toMatch(/Exception|10\.0\.0\.3|key-1/);
  });

  it('is not asked for again with a key that was refused', async () => {
    const { error, orders } = await run(() => ({ status: 401 }));
    for (const refused of [
      await error('workOrder', '1'),
      await error('workOrder', '2'),
      await error('repairsOfProperty', { propertyReference: '17', includeClosed: false }),
    ]) {
      expect(refused.extensions).toMatchObject({ code: 'SYSTEM_DOWN', retryable: false });
    }
    expect(orders.asked).toHaveLength(1);
  });
});

describe('an appointment', () => {
  it.each<[string, Canned, string]>([
    [
      'an error',
      answerOf('selectOrder', '<debugStackTrace>at com.secret.Db</debugStackTrace><status>error</status>'),
      'SYSTEM_DOWN',
    ],
    [
      'a refusal',
      answerOf('selectOrder', '<status>failure</status><errorMsg>Contract C1 not allowed</errorMsg>'),
      'SYSTEM_REFUSED',
    ],
    ['no status', answerOf('selectOrder', ''), 'SYSTEM_GARBLED'],
    ['a document type', `<!DOCTYPE a [<!ENTITY b "c">]>${answerOf('selectOrder', success)}`, 'SYSTEM_GARBLED'],
    ['half of it', answerOf('selectOrder', success).slice(0, 200), 'SYSTEM_GARBLED'],
    ['a web page', '<html><body>Welcome</body></html>', 'SYSTEM_GARBLED'],
    ['maintenance', { status: 503, headers: { 'retry-after': '60' }, body: '<html/>' }, 'SYSTEM_DOWN'],
  ])('that is answered with %s is an error, and repeats nothing of it', async (_what, answer, code) => {
    const { error } = await run(undefined, schedulerSaying(answer));
    const failed = await error('appointment', '1');
    expect(failed.extensions.code).toBe(code);
    expect(json([failed, String(failed)])).not.toMatch(/secret|C1/);
  });
});
