// What works and what does not, for residents and staff, as a page and as text, made anew for each request out of what the API
// itself answers. Asks no legacy system. With script the page follows changes (browser/live.js); without, it has a link to look again.
//
// It does not reload by itself without script: a page that does takes the place from under whoever reads or listens to
// it (WCAG 2.2.1, failure F41).
import { icon, liveScript, liveStyle, look } from './assets.ts';
import { type Facts, question, systemChanges } from './facts.ts';
import { html, type Page, pageRoute, policy, type Route, wantsPage } from './page.ts';
import { paragraphs, part, sign, wrap } from './parts.ts';
import { instant } from './times.ts';
import { type Said, type SaidOfAll, saidOfAll, summary } from './words.ts';

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
      return render(saidOfAll(systems, nowMs), nowMs);
    },
  });
  const asPage = pageRoute(made('text/html', page));
  const asText = pageRoute(made('text/plain', text));
  return (request, response) => (wantsPage(request) ? asPage : asText)(request, response);
}

function article(one: Said): string {
  const { name, title, headline, since, sinceAt, back, notice } = one;
  const told = notice.join(' ') || null;
  const time = since && ` <time datetime="${html(sinceAt)}">${html(since)}</time>`;
  return `<article id="${html(name)}" aria-labelledby="${html(name)}-title" data-sign="${one.sign}" data-said="${html([one.sentence, told].filter(Boolean).join(' '))}">
<h2 id="${html(name)}-title">${html(title)}</h2>
${part(`${name}-state`, `<p class="state">${sign(one.sign)}<span><strong>${html(headline)}</strong>${time ?? ''}</span></p>`)}
${part(`${name}-notice`, paragraphs([told], 'notice'))}
${part(`${name}-facts`, paragraphs([back]))}
</article>`;
}

/** The page. */
export function page({ systems, shared }: SaidOfAll, nowMs: number): string {
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
${part('summary', `<p class="summary">${html(sentence)}</p>${paragraphs([shared.join(' ') || null], 'shared')}`)}
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
export function text({ systems, shared }: SaidOfAll, nowMs: number): string {
  const blocks = systems.map(({ title, headline, since, back, notice }) => [
    `${title}: ${[`${headline.charAt(0).toLowerCase()}${headline.slice(1)}`, since].filter(Boolean).join(', ')}.`,
    ...[notice.join(' '), back].filter((one) => one),
  ]);
  const wrapped = blocks.map(([first, ...rest]) => [
    wrap(first ?? '', ''),
    ...rest.map((one) => wrap(one ?? '', '    ')),
  ]);
  const opening = [
    `Lintel, as of ${instant(nowMs)}, London time.`,
    ...[summary(systems), shared.join(' ')].flatMap((said) => (said ? [wrap(said, '')] : [])),
  ];
  return `${[opening, ...wrapped].map((lines) => lines.join('\n')).join('\n\n')}\n`;
}
