// What is written from schema/: each subgraph's types (git-ignored), and what others read (committed, since its diff is
// the review): schema/api.graphql for clients, schema/supergraph.graphql for routers, schema/client/generated for partners.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { CodegenConfig } from '@graphql-codegen/cli';
import { parse, print } from 'graphql';
import { parts } from './gateway/lintel.ts';
import { compose } from './gateway/supergraph.ts';

const { apiSdl, supergraphSdl } = compose(parts());

const text = { input: 'string', output: 'string' };
const scalars = { Date: text, DateTime: text, UPRN: text, PhoneNumber: text, ID: text };

/** Resolver types of one subgraph. Parents are what a resolver knows of an object: keys always, the rest perhaps. */
function types(name: string): CodegenConfig['generates'][string] {
  return {
    schema: ['schema/common.graphql', `schema/${name}.graphql`],
    plugins: ['typescript', 'typescript-resolvers'],
    config: {
      federation: true,
      useTypeImports: true,
      enumsAsTypes: true,
      skipTypename: true,
      scalars,
      avoidOptionals: { field: true, object: true, inputValue: false, defaultValue: true, resolvers: false },
      defaultMapper: '../../subgraphs/continuity/fields.ts#Known<{T}>',
    },
  };
}

const operationsFolder = 'schema/client/operations';

/** The client's ready operations: one a file, which opens with a comment that says what it is for. */
const operations = readdirSync(operationsFolder)
  .sort()
  .map((file) => {
    const source = readFileSync(`${operationsFolder}/${file}`, 'utf8');
    const [definition, ...others] = parse(source).definitions;
    if (definition?.kind !== 'OperationDefinition' || !definition.name || others.length) {
      throw new Error(`${operationsFolder}/${file} must hold one operation with a name, and nothing else.`);
    }
    const about = [...source.matchAll(/^# (.*)$/gm)].map(([, line]) => line).join(' ');
    return { name: definition.name.value, type: definition.operation, body: print(definition), about };
  });

/** An operation as partners import it. */
function typedDocument({ name, type, body, about }: (typeof operations)[number]): string {
  const kind = `${type.charAt(0).toUpperCase()}${type.slice(1)}`;
  const typed = `TypedDocumentString<${name}${kind}, ${name}${kind}Variables>`;
  return `/** ${about} */\nexport const ${name}Document = ${JSON.stringify(body)} as ${typed};`;
}

/** Every operation by its hash, in the format that the field reads (Apollo's persisted query manifest). */
const manifest = {
  format: 'apollo-persisted-query-manifest',
  version: 1,
  operations: operations.map(({ name, type, body }) => ({
    id: createHash('sha256').update(body).digest('hex'),
    name,
    type,
    body,
  })),
};

const config: CodegenConfig = {
  schema: apiSdl,
  generates: {
    ...Object.fromEntries(parts().map(({ name }) => [`schema/generated/${name}.ts`, types(name)])),
    'schema/api.graphql': { plugins: [{ add: { content: apiSdl } }] },
    'schema/supergraph.graphql': { plugins: [{ add: { content: supergraphSdl } }] },
    'schema/client/generated/operations.ts': {
      documents: `${operationsFolder}/*.graphql`,
      plugins: [
        {
          add: {
            content:
              '// The ready operations and their types. Written by `npm run codegen`: change operations/ instead.',
          },
        },
        { add: { content: "import type { TypedDocumentString } from '../document.ts';\n" } },
        'typescript-operations',
        { add: { placement: 'append', content: operations.map(typedDocument).join('\n\n') } },
      ],
      config: { scalars, strictScalars: true, skipTypename: true },
    },
    'schema/client/generated/operations.json': { plugins: [{ add: { content: JSON.stringify(manifest, null, 2) } }] },
  },
};

export default config;
