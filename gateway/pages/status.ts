// What works and what does not, as a page and as text, made anew for each request out of what the API itself answers.
// Asks no legacy system. With script the page follows changes (browser/live.js); without, it has a link to look again.
//
// It does not reload by itself without script: a page that does takes the place from under whoever reads or listens to
// it (WCAG 2.2.1, failure F41).
import { icon, liveScript, liveStyle, look } from './assets.ts';
import { type Facts, question, systemChanges } from './facts.ts';
import { html, type Page, pageRoute, policy, type Route, wantsPage } from './page.ts';
import { paragraphs, part, sign, wrap } from './parts.ts';
import { instant } from './times.ts';
import { type Said, said, summary } from './words.ts';

/** What the page asks and looks at. */
export interface StatusOptions {
  /** Asks this Lintel's own API, in the process. Gives its data. */
  ask(query: string): Promise<Record<string, unknown>>;
  /** Ms since 1970. */
  now(): number;
}

const statusPolicy = policy({
  'style-src': "'self'",
  'img-src': "'self'",
  'script-src': "'self'",
  'connect-src': "'self'",
});

/** The page for a browser, the text for anybody else. */
export function status({ ask, now }: StatusOptions): Route {
  const made = (type: string, render: typeof page): Page => ({
    type,
    policy: statusPolicy,
    live: true,
    async text() {
      const { systems } = (await ask(question)) as { systems: readonly Facts[] };
      const nowMs = now();
      return render(
        systems.map((facts) => said(facts, nowMs)),
        nowMs,
      );
    },
  });
  const asPage = pageRoute(made('text/html', page));
  const asText = pageRoute(made('text/plain', text));
  return (request, response) => (wantsPage(request) ? asPage : asText)(request, response);
}

const items = (sentences: readonly string[]) =>
  `<ul>${sentences.map((one) => `<li>${html(one)}</li>`).join('\n')}</ul>`;

function article(one: Said): string {
  const { name, title, headline, since, sinceAt, back, notice, kept, alarms, servers, kinds } = one;
  const spoken = [one.sentence, notice, ...alarms].filter(Boolean).join(' ');
  return `<article id="${html(name)}" aria-labelledby="${html(name)}-title" data-sign="${one.sign}" data-said="${html(spoken)}">
<h2 id="${html(name)}-title">${html(title)}</h2>
${part(`${name}-state`, `<p class="state">${sign(one.sign)}<span><strong>${html(headline)}</strong> <time datetime="${html(sinceAt)}">${html(since)}</time></span></p>`)}
${part(`${name}-notice`, paragraphs([notice], 'notice'))}
${part(`${name}-facts`, paragraphs([back, kept]))}
${part(`${name}-alarm`, alarms.length ? `<div class="alarm"><h3>For operators: decide</h3>${paragraphs(alarms)}<p>What can be done: <code>npx lintel system ${html(name)}</code></p></div>` : '')}
<details>
<summary>More about ${html(name)}</summary>
${part(`${name}-more`, `<h3>Servers</h3>${items(servers)}${kinds.length ? `<h3>Kept, by kind of record</h3>${items(kinds)}` : ''}`)}
</details>
</article>`;
}

/** The page. */
export function page(systems: readonly Said[], nowMs: number): string {
  const sentence = summary(systems);
  return `<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${html(sentence.replace(/\.$/, ''))} – Lintel</title>
<link rel="icon" href="${icon.path}">
<link rel="stylesheet" href="${look.path}">
<link rel="stylesheet" href="${liveStyle.path}">
<script type="module" src="${liveScript.path}"></script>
</head>
<body data-stream="${systemChanges}">
<header>
<p><img src="${icon.path}" alt="" width="20" height="20"> <a href="/">Lintel</a></p>
<nav aria-label="Lintel"><a href="/docs">Documentation</a> <a href="/sandbox">Sandbox</a></nav>
</header>
<main>
<h1>What works</h1>
${part('summary', `<p class="summary">${html(sentence)}</p>`)}
<div class="instant">${part('instant', `<p>As of <time datetime="${new Date(nowMs).toISOString()}">${html(instant(nowMs))}</time>, London time.</p>`)}
<p class="again"><a href="/status">Look again</a></p></div>
<p id="live" role="status"></p>
<div class="list" id="list">
${systems.map(article).join('\n')}
</div>
</main>
</body>
</html>
`;
}

/** The same as text, for a terminal. */
export function text(systems: readonly Said[], nowMs: number): string {
  const blocks = systems.map(({ name, title, headline, since, back, notice, kept, alarms, servers }) => [
    `${title}: ${headline.charAt(0).toLowerCase()}${headline.slice(1)}, ${since}.`,
    ...[notice, back, kept].filter((one) => one !== null),
    ...alarms.map((alarm) => `FOR OPERATORS: ${alarm} What can be done: npx lintel system ${name}`),
    ...(servers.length > 1 ? servers.map((one) => `- ${one}`) : []),
  ]);
  const wrapped = blocks.map(([first = '', ...rest]) => [wrap(first, ''), ...rest.map((one) => wrap(one, '    '))]);
  const opening = [`Lintel, as of ${instant(nowMs)}, London time.`, wrap(summary(systems), '')];
  return `${[opening, ...wrapped].map((lines) => lines.join('\n')).join('\n\n')}\n`;
}
