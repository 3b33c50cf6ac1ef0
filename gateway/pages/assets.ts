// What our pages are made of: styles and scripts of our own from the folder browser/, and the GraphQL IDE out of its
// package. Each has an address that changes with it. Knows files and addresses; knows no page.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import manifest from '@graphql-yoga/render-graphiql/package.json' with { type: 'json' };
import { type Page, policy } from './page.ts';

/** A file with its address. */
export interface Asset {
  path: string;
  page: Page;
}

const types = { css: 'text/css', js: 'text/javascript', svg: 'image/svg+xml' };

// An asset loads nothing itself. For the workers, which live under their own script's policy, that means no network.
const assetPolicy = policy();

/** A file of the folder browser/. Small, so read and hashed at the start. */
function own(name: string): Asset {
  const text = readFileSync(new URL(`browser/${name}`, import.meta.url), 'utf8');
  const [noun = '', extension = ''] = name.split('.');
  const hash = createHash('sha256').update(text).digest('base64url').slice(0, 12);
  return {
    path: `/assets/${noun}-${hash}.${extension}`,
    page: { type: types[extension as keyof typeof types], policy: assetPolicy, immutable: true, text: () => text },
  };
}

export const look = own('look.css');
export const docsStyle = own('docs.css');
export const sandboxStyle = own('sandbox.css');
export const sandboxScript = own('sandbox.js');
export const faultsScript = own('faults.js');
export const liveStyle = own('live.css');
export const dispatchStyle = own('dispatch.css');
export const liveScript = own('live.js');
export const icon = own('icon.svg');

// The IDE: GraphiQL 5 as @graphql-yoga/render-graphiql has built it. Of what was tried it alone is one package (18 MB;
// its peer graphql-yoga is in the tree already) that ships script, style and workers ready to be served as files, so
// that `script-src 'self'` is enough; 2.4 MB over the wire, once. It has tabs, a docs explorer and dark mode.
// - graphiql 5 itself ships modules for a bundler, with monaco-editor 217 MB: we would need a build step.
// - ruru 2 (GraphiQL too) has static files, but 272 MB of packages, workers from blob: addresses, an advertisement.
// - render-laboratory is one 22 MB script over 241 MB of packages, dark whatever the reader prefers, with buttons that
//   have no name.

/** The IDE is megabytes: read when a browser first asks for it. Its version is in the address, as a hash would be. */
function ide(name: string, type: string, part: 'js' | 'css' | 'editorWorkerService' | 'jsonWorker' | 'graphqlWorker') {
  const text = async () => (await import('@graphql-yoga/render-graphiql/graphiql'))[part];
  return {
    path: `/assets/graphiql-${manifest.version}/${name}`,
    page: { type, policy: assetPolicy, immutable: true, text },
  };
}

export const ideStyle = ide('graphiql.css', types.css, 'css');
export const ideScript = ide('graphiql.js', types.js, 'js');
/** The IDE's workers, by the labels that its editor asks for them with. */
export const ideWorkers: Readonly<Record<string, Asset>> = {
  editorWorkerService: ide('editor.js', types.js, 'editorWorkerService'),
  json: ide('json.js', types.js, 'jsonWorker'),
  graphql: ide('graphql.js', types.js, 'graphqlWorker'),
};

/** All of them. */
export const assets: readonly Asset[] = [
  look,
  docsStyle,
  sandboxStyle,
  sandboxScript,
  faultsScript,
  liveStyle,
  dispatchStyle,
  liveScript,
  icon,
  ideStyle,
  ideScript,
  ...Object.values(ideWorkers),
];
