// What stands at /: where things are. For a browser a small page with links, for anything else the same as text.
import { docsStyle, icon, look } from './assets.ts';
import { docsPolicy } from './docs.ts';
import { html, type Page, pageRoute, type Route, wantsPage } from './page.ts';

/** A place of this server and what is there. */
export type Place = readonly [path: string, what: string];

/** The page and the text. */
export function landing(places: readonly Place[]): Route {
  const width = Math.max(...places.map(([path]) => path.length));
  const text = `Lintel.\n\n${places.map(([path, what]) => `  ${path.padEnd(width)} ${what}`).join('\n')}\n`;
  const links = places.map(([path, what]) => `<dt><a href="${path}">${path}</a></dt><dd>${html(what)}</dd>`);
  const markup = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Lintel</title>
<link rel="icon" href="${icon.path}">
<link rel="stylesheet" href="${look.path}">
<link rel="stylesheet" href="${docsStyle.path}">
</head>
<body>
<main class="landing">
<h1><img src="${icon.path}" alt="" width="28" height="28"> Lintel</h1>
<p>One GraphQL endpoint over a landlord’s separate legacy systems, that keeps standing when one of them falls.</p>
<dl>${links.join('\n')}</dl>
</main>
</body>
</html>
`;
  const page = (type: string, body: string): Page => ({ type, policy: docsPolicy, text: () => body });
  const asPage = pageRoute(page('text/html', markup));
  const asText = pageRoute(page('text/plain', text));
  return (request, response) => (wantsPage(request) ? asPage : asText)(request, response);
}
