// Which supergraphs the engine refuses because they need a feature that it does not support, and what stays hidden.
import { parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { createEngine } from '../../../gateway/engine/index.ts';
import type { SubgraphResult, Transport } from '../../../gateway/engine/transport.ts';
import { compose, gatewayOf } from '../../../gateway/supergraph.ts';

const spec = 'https://specs.apollo.dev';

/** A supergraph as the composer makes it of one subgraph. */
function composed(imports: string, body: string, version = '2.9'): string {
  const sdl = `extend schema @link(url: "${spec}/federation/v${version}", import: [${imports}])\n${body}`;
  return compose([{ name: 'one', sdl, url: 'http://127.0.0.1:1' }]).supergraphSdl;
}

const plain = composed('"@key"', 'type Query { open: Int } type Cat @key(fields: "id") { id: ID! name: String }');

/** The plain one with another link, and more on its field, as other composers write them. */
const linked = (link: string, onField = '', from = plain) =>
  from.replace('schema @link', `schema ${link} @link`).replace('open: Int', `open: Int ${onField}`);

/** What a subgraph is asked, and the reply that a test says. */
function engineOf(supergraphSdl: string, data: Record<string, unknown> = {}) {
  const transport: Transport<object> = {
    execute: async () => ({ data }),
    subscribe: async (): Promise<SubgraphResult> => ({ data: {} }),
    close: async () => {},
  };
  return createEngine({ supergraphSdl, transports: new Map([['one', transport]]), random: () => 0 });
}

describe('a supergraph', () => {
  it.each<[what: string, supergraphSdl: string, named: string[]]>([
    [
      '@authenticated',
      composed('"@authenticated"', 'type Query { open: Int secret: Int @authenticated other: Int @authenticated }'),
      [`@link(url: "${spec}/authenticated/v0.1", for: SECURITY)`, '@authenticated, on Query.secret and 1 other place'],
    ],
    [
      '@requiresScopes',
      composed('"@requiresScopes"', 'type Query { secret: Int @requiresScopes(scopes: [["x"]]) }'),
      [`@link(url: "${spec}/requiresScopes/v0.1", for: SECURITY)`, '@requiresScopes, on Query.secret'],
    ],
    [
      '@policy',
      composed('"@policy"', 'type Query { a: Secret } type Secret @policy(policies: [["p"]]) { b: Int }'),
      [`@link(url: "${spec}/policy/v0.1", for: SECURITY)`, '@policy, on Secret'],
    ],
    [
      '@context',
      composed(
        '"@key", "@context", "@fromContext"',
        `type Query { u: U } type U @key(fields: "id") @context(name: "c") { id: ID! p: String t: T }
         type T @key(fields: "id") { id: ID! f(x: String @fromContext(field: "$c { p }")): Int }`,
      ),
      [`@link(url: "${spec}/context/v0.1", for: SECURITY)`, '@context, on U', '@fromContext', 'on T.f'],
    ],
    [
      'a security feature that nobody knows',
      linked('@link(url: "https://acme.example/secret/v1.0", for: SECURITY)'),
      ['@link(url: "https://acme.example/secret/v1.0", for: SECURITY)'],
    ],
    [
      'an execution feature that nobody knows',
      linked(`@link(url: "${spec}/cacheTag/v0.1", for: EXECUTION)`),
      [`@link(url: "${spec}/cacheTag/v0.1", for: EXECUTION)`],
    ],
    [
      'a link of a purpose that nobody knows',
      linked('@link(url: "https://acme.example/own/v1.0", for: PRIVACY)'),
      ['for: PRIVACY'],
    ],
    [
      'a link in an extension of the schema',
      `${plain}\nextend schema @link(url: "https://acme.example/secret/v1.0", for: SECURITY)`,
      ['https://acme.example/secret/v1.0'],
    ],
    [
      '@authenticated under another name, imported',
      linked(
        `@link(url: "${spec}/authenticated/v0.1", for: SECURITY, import: [{ name: "@authenticated", as: "@login" }])`,
        '@login',
      ),
      ['authenticated/v0.1', '@login (@authenticated), on Query.open'],
    ],
    [
      '@authenticated under another name, without a purpose',
      linked(`@link(url: "${spec}/authenticated/v0.1", as: "login")`, '@login'),
      [`@link(url: "${spec}/authenticated/v0.1", as: "login")`, '@login (@authenticated), on Query.open'],
    ],
    [
      '@authenticated in the namespace of federation, renamed',
      linked(`@link(url: "${spec}/federation/v2.5", as: "fed")`, '@fed__authenticated'),
      ['@fed__authenticated (@authenticated), on Query.open'],
    ],
    ['@authenticated that nothing links to', linked('', '@authenticated'), ['@authenticated, on Query.open']],
    [
      'links under another name',
      plain
        .replace(
          '@link(url: "https://specs.apollo.dev/link/v1.0")',
          '@core(url: "https://specs.apollo.dev/link/v1.0", as: "core") @core(url: "https://acme.example/secret/v1.0", for: SECURITY)',
        )
        .replace('@link(url: "https://specs.apollo.dev/join', '@core(url: "https://specs.apollo.dev/join'),
      ['@core(url: "https://acme.example/secret/v1.0", for: SECURITY)'],
    ],
    [
      '@inaccessible under another name, which the planner does not hide',
      composed('"@inaccessible"', 'type Query { a: Int hidden: Int @inaccessible }')
        .replaceAll('@inaccessible', '@federation__inaccessible')
        .replace(
          'for: SECURITY',
          'for: SECURITY, import: [{ name: "@inaccessible", as: "@federation__inaccessible" }]',
        ),
      ['renames @inaccessible to @federation__inaccessible'],
    ],
    [
      '@inaccessible in a renamed namespace',
      composed('"@inaccessible"', 'type Query { a: Int hidden: Int @inaccessible }')
        .replaceAll('@inaccessible', '@hide')
        .replace('for: SECURITY', 'as: "hide", for: SECURITY'),
      ['renames inaccessible to hide'],
    ],
    ['an older join', plain.replace('join/v0.5', 'join/v0.2'), ['join/v0.2', 'supported are the versions v0.3']],
    ['a newer join', plain.replace('join/v0.5', 'join/v0.9'), ['join/v0.9']],
    [
      'Federation 1',
      linked(
        '@core(feature: "https://specs.apollo.dev/core/v0.1") @core(feature: "https://specs.apollo.dev/join/v0.1")',
      ),
      ['@core(url: "https://specs.apollo.dev/join/v0.1")'],
    ],
    [
      'connectors',
      linked(
        `@join__directive(graphs: [ONE], name: "link", args: {url: "${spec}/connect/v0.1", import: ["@connect"]})`,
        '@join__directive(graphs: [ONE], name: "connect", args: {http: {GET: "/x"}, selection: "$"})',
      ),
      [`@link(url: "${spec}/connect/v0.1")`, '@connect (in @join__directive), on Query.open'],
    ],
    [
      'an override that only another router can switch on',
      linked('', '@join__field(graph: ONE, overrideLabel: "ours")'),
      ['@override(label: "ours")', 'on Query.open'],
    ],
  ])('that needs %s is refused by name', (_what, supergraphSdl, named) => {
    const serve = () => engineOf(supergraphSdl);
    expect(serve).toThrow('features that Lintel does not support');
    for (const name of named) expect(serve).toThrow(name);
    // The same at the only door to Apollo Server, for our own graph and for others'.
    const transports = new Map([
      ['one', { execute: async () => ({}), subscribe: async () => ({}), close: async () => {} }],
    ]);
    expect(() => gatewayOf(supergraphSdl, transports)).toThrow('features that Lintel does not support');
  });

  it.each<[what: string, supergraphSdl: string]>([
    ['keys alone', plain],
    [
      '@tag, @cost, @listSize and @inaccessible',
      composed(
        '"@tag", "@cost", "@listSize", "@inaccessible"',
        'type Query { open: Int @tag(name: "x") @cost(weight: 2) list: [Int] @listSize(assumedSize: 3) hidden: Int @inaccessible }',
      ),
    ],
    ['join v0.3', composed('"@key"', 'type Query { open: Int }', '2.5')],
    ['join v0.4', composed('"@key"', 'type Query { open: Int }', '2.7')],
    ['a link without a purpose', linked('@link(url: "https://acme.example/own/v1.0", import: ["@own"])')],
    ['an imported @authenticated that is used nowhere', composed('"@authenticated"', 'type Query { open: Int }')],
    ['an override for a share of requests', linked('', '@join__field(graph: ONE, overrideLabel: "percent(12.5)")')],
    ['no links at all', plain.replace(/^schema .*\{/, 'schema {')],
  ])('that has %s is served', async (_what, supergraphSdl) => {
    const engine = engineOf(supergraphSdl, { open: 1 });
    const query = '{ open }';
    expect(await engine.execute({ document: parse(query), hash: query, asker: {} })).toEqual({ data: { open: 1 } });
  });
});

describe('what is @inaccessible', () => {
  const supergraphSdl = composed(
    '"@inaccessible"',
    `type Query { hidden: Int @inaccessible f(x: Int y: Int @inaccessible): Int in(i: In, e: E): Int e: E u: U n: N }
     enum E { A B @inaccessible }
     input In { a: Int b: Int @inaccessible }
     union U = T | V
     interface N { id: Int }
     interface H @inaccessible { h: Int }
     type T implements N @inaccessible { id: Int }
     type V implements N & H { id: Int h: Int }`,
  );

  it.each([
    '{ hidden }',
    '{ f(y: 1) }',
    '{ in(e: B) }',
    '{ in(i: { b: 1 }) }',
    '{ u { ... on T { id } } }',
    '{ n { ... on H { h } } }',
  ])('is refused where it is asked for: %s', (query) => {
    expect(validate(engineOf(supergraphSdl).schema, parse(query))).toHaveLength(1);
  });

  it('is not in the schema that clients see', async () => {
    const query = `{ __schema { types { name } } e: __type(name: "E") { enumValues { name } } u: __type(name: "U") { possibleTypes { name } }
      v: __type(name: "V") { interfaces { name } } }`;
    const { data } = await engineOf(supergraphSdl).execute({ document: parse(query), hash: query, asker: {} });
    expect(JSON.stringify(data)).not.toMatch(/"(T|H|B|hidden)"/);
    expect(data).toMatchObject({
      e: { enumValues: [{ name: 'A' }] },
      u: { possibleTypes: [{ name: 'V' }] },
      v: { interfaces: [{ name: 'N' }] },
    });
  });

  it.each([
    ['{ e }', { e: 'B' }],
    ['{ u { __typename } }', { u: { __typename: 'T' } }],
    ['{ n { id } }', { n: { __typename: 'T', id: 1 } }],
  ])('is not given either where a subgraph gives it: %s', async (query, reply) => {
    const { data, errors } = await engineOf(supergraphSdl, reply).execute({
      document: parse(query),
      hash: query,
      asker: {},
    });
    expect(Object.values(data ?? {})).toEqual([null]);
    expect(errors).toHaveLength(1);
  });
});
