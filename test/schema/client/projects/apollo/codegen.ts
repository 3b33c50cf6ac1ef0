// Codegen's client preset as its own documentation has it, for a strict project of ES modules.
import type { CodegenConfig } from '@graphql-codegen/cli';

const config: CodegenConfig = {
  schema: 'api.graphql',
  documents: ['src/**/*.ts', '!src/gql/**'],
  generates: {
    'src/gql/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        useTypeImports: true,
        importExtension: '.js',
        strictScalars: true,
        scalars: { ID: 'string', Date: 'string', DateTime: 'string', PhoneNumber: 'string', UPRN: 'string' },
      },
    },
  },
};

export default config;
