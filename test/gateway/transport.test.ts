import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { remote } from '../../gateway/transport.ts';
import { createTestClock } from '../clock.ts';
import { type Canned, serveWire, until } from '../subgraphs/wire.ts';

const document = parse(`query ($representations: [_Any!]!) {
  _entities(representations: $representations) { ... on Cat { name owner } ... on Dog { age } }
}`);
const variables = { representations: [{ __typename: 'Cat' }, { __typename: 'Dog' }] };

async function over(answer: () => Canned | Promise<Canned>) {
  const wire = await serveWire(answer);
  const clock = createTestClock();
  const transport = remote('pets', wire.url, { timeoutMs: 5_000, clock, id: () => 'one' });
  return { wire, clock, ask: (signal?: AbortSignal) => transport.execute({ document, variables, asker: { signal } }) };
}

const json = { 'content-type': 'application/json' };
const codes = (errors: readonly { extensions: Record<string, unknown> }[] = []) => [
  ...new Set(errors.map(({ extensions }) => extensions.code)),
];

describe('a subgraph over HTTP', () => {
  it.each([
    ['a page of HTML', { status: 500, body: '<html>ORA-600 at db7.internal</html>' }, 'SYSTEM_GARBLED'],
    ['another JSON with 500', { status: 500, headers: json, body: '{"oops":"db7.internal"}' }, 'SYSTEM_DOWN'],
    ['no GraphQL', { headers: json, body: '[1]' }, 'SYSTEM_GARBLED'],
    ['neither data nor errors', { headers: json, body: '{"data":null}' }, 'SYSTEM_GARBLED'],
    ['half an answer', { headers: json, body: '{"data":{"_entities":[]}}', cut: true }, 'SYSTEM_GARBLED'],
  ])('that gives %s loses its own fields, each named, of one failed call', async (_what, canned, code) => {
    const { ask } = await over(() => canned);
    const { data, errors } = await ask();
    expect(data).toBeUndefined();
    expect(errors?.map(({ path }) => path)).toEqual([
      ['_entities', 0, 'name'],
      ['_entities', 0, 'owner'],
      ['_entities', 1, 'age'],
    ]);
    expect(codes(errors)).toEqual([code]);
    expect(new Set(errors?.map(({ extensions }) => extensions.failedCall))).toEqual(new Set(['one']));
    expect(JSON.stringify(errors)).not.toMatch(/ORA|db7|html|127\.0\.0\.1/);
  });

  it('that hangs is waited for as long as is configured, and no longer', async () => {
    const { ask, wire, clock } = await over(() => new Promise(() => {}));
    const asked = ask();
    await until(() => wire.asked.length > 0);
    await clock.advance(5_000);
    expect(codes((await asked).errors)).toEqual(['SYSTEM_TIMEOUT']);
  });

  it('is left when the client hangs up', async () => {
    const { ask, wire } = await over(() => new Promise(() => {}));
    const hungUp = new AbortController();
    const asked = ask(hungUp.signal);
    await until(() => wire.asked.length > 0);
    hungUp.abort();
    expect((await asked).errors).toHaveLength(3);
  });
});
