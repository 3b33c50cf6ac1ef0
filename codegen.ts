// What is written from schema/*.graphql: each subgraph's types (git-ignored), and the two files that clients and
// routers read (committed, since their diff is the review): schema/api.graphql and schema/supergraph.graphql.
import type { CodegenConfig } from '@graphql-codegen/cli';
import { parts } from './gateway/lintel.ts';
import { compose } from './gateway/supergraph.ts';

const { apiSdl, supergraphSdl } = compose(parts());

/** Resolver types of one subgraph. Parents are what a resolver knows of an object: keys always, the rest perhaps. */
function types(name: string): CodegenConfig['generates'][string] {
  const text = { input: 'string', output: 'string' };
  return {
    schema: ['schema/common.graphql', `schema/${name}.graphql`],
    plugins: ['typescript', 'typescript-resolvers'],
    config: {
      federation: true,
      useTypeImports: true,
      enumsAsTypes: true,
      skipTypename: true,
      scalars: { Date: text, DateTime: text, UPRN: text, PhoneNumber: text, ID: text },
      avoidOptionals: { field: true, object: true, inputValue: false, defaultValue: true, resolvers: false },
      defaultMapper: '../../subgraphs/continuity/fields.ts#Known<{T}>',
    },
  };
}

const config: CodegenConfig = {
  schema: apiSdl,
  generates: {
    ...Object.fromEntries(parts().map(({ name }) => [`schema/generated/${name}.ts`, types(name)])),
    'schema/api.graphql': { plugins: [{ add: { content: apiSdl } }] },
    'schema/supergraph.graphql': { plugins: [{ add: { content: supergraphSdl } }] },
  },
};

export default config;
