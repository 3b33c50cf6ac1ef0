// The sandbox: a GraphQL IDE with the journeys as its tabs and, in the demo, a panel to break and mend systems.
// Knows the page's markup; what it does in the browser is in browser/sandbox.js and browser/faults.js.
import { faultsScript, icon, ideScript, ideStyle, ideWorkers, look, sandboxScript, sandboxStyle } from './assets.ts';
import type { Example } from './examples.ts';
import type { Breakable } from './faults.ts';
import { html, type Page, policy } from './page.ts';

/** What the sandbox shows. */
export interface SandboxOptions {
  tabs: readonly Example[];
  /** Whether /docs is served. */
  docs: boolean;
  /** What can be broken; null where nothing is made up. */
  breakable: Breakable | null;
}

/**
 * Scripts, workers and requests: this server's own, as files; nothing inline, nothing evaluated. The IDE's editor
 * (monaco) writes style elements for its themes and style attributes for the place of every line (tried: the browser
 * refuses both otherwise), hence 'unsafe-inline' for styles alone: with nothing loaded from elsewhere, a style can tell
 * nobody anything. Its style sheet has its fonts and some icons within it, hence `data:` for those two.
 */
const sandboxPolicy = policy({
  'script-src': "'self'",
  'worker-src': "'self'",
  'connect-src': "'self'",
  'style-src': "'self' 'unsafe-inline'",
  'font-src': "'self' data:",
  'img-src': "'self' data:",
});

/** The page. */
export function sandbox({ tabs, docs, breakable }: SandboxOptions): Page {
  const workers = Object.fromEntries(Object.entries(ideWorkers).map(([label, { path }]) => [label, path]));
  // Data, not a script: no browser runs it. `<` is written so that nothing in it can end the element.
  const settings = JSON.stringify({ tabs, workers }).replaceAll('<', '\\u003c');
  const text = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sandbox – Lintel</title>
<link rel="icon" href="${icon.path}">
<link rel="stylesheet" href="${ideStyle.path}">
<link rel="stylesheet" href="${look.path}">
<link rel="stylesheet" href="${sandboxStyle.path}">
<script type="application/json" id="settings">${settings}</script>
<script defer src="${ideScript.path}"></script>
<script type="module" src="${sandboxScript.path}"></script>
${breakable ? `<script type="module" src="${faultsScript.path}"></script>` : ''}
</head>
<body class="sandbox">
<header class="bar">
<h1><img src="${icon.path}" alt="" width="20" height="20"> Lintel sandbox</h1>
<nav aria-label="Lintel">${docs ? '<a href="/docs">Documentation</a> <a href="/status">Status</a>' : ''}</nav>
<button type="button" id="afresh">Reset the tabs</button>
${breakable ? '<button type="button" id="toggle" aria-expanded="true" aria-controls="faults">Faults</button>' : ''}
</header>
<div class="stage">
<main id="ide" aria-label="GraphQL editor"><noscript><p>The sandbox needs JavaScript.${docs ? ' The <a href="/docs">schema documentation</a> does not.' : ''}</p></noscript></main>
${breakable ? panel(breakable) : ''}
</div>
</body>
</html>
`;
  return { type: 'text/html', policy: sandboxPolicy, text: () => text };
}

function panel({ targets, kinds }: Breakable): string {
  const option = (value: string, what = '') => `<option value="${html(value)}"${what}>${html(value)}</option>`;
  return `<aside id="faults" aria-labelledby="faults-title">
<h2 id="faults-title">Break a system</h2>
<p>The legacy systems here are made up. What you break stays broken, for everyone who uses this Lintel, until it is mended.</p>
<form id="break">
<label for="target">What</label>
<select id="target">${targets.map((target) => option(target)).join('')}</select>
<label for="kind">How</label>
<select id="kind" aria-describedby="kind-what">${Object.entries(kinds)
    .map(([kind, what]) => option(kind, ` data-what="${html(what)}"`))
    .join('')}</select>
<p id="kind-what" class="hint"></p>
<button type="submit">Break it</button>
</form>
<h3>Broken now</h3>
<ul id="broken" class="broken"></ul>
<p id="none">Nothing is broken.</p>
<div class="row">
<button type="button" id="again" class="main">Run the query again</button>
<button type="button" id="mend">Mend everything</button>
</div>
<p id="said" role="status"></p>
<h3>What Lintel has noticed</h3>
<dl id="states" class="states"></dl>
<p class="hint">After three failures in a row it stops asking a system, and looks by itself whether it is back.</p>
</aside>`;
}
