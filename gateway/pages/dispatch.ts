// The dispatch list as a page, for the screen and for paper, and as text: emergencies that people see to while there is no
// repairs system, made anew for each request. Where Lintel's own store cannot be read, of what the emergency journal has.
import { dispatchStyle, icon, liveScript, liveStyle, look } from './assets.ts';
import {
  dispatchChanges,
  dispatchQuestion,
  type EmergencyFacts,
  type EmergencySaid,
  emergenciesSaid,
  emergenciesSummary,
  type HomeFacts,
  homesQuestion,
} from './emergencies.ts';
import { html, type Page, pageRoute, policy, type Route, wantsPage } from './page.ts';
import { part, sign, wrap } from './parts.ts';
import { instant } from './times.ts';

/** An emergency that only the journal has. */
export interface Journalled {
  id: string;
  /** When it was told, or its letter received: its time limit runs from here. Ms since 1970. */
  receivedAtMs: number;
  channel: string;
  propertyReference: string;
  description: string;
  accessNotes: string | null;
  reportedBy: string | null;
}

/** What the page asks and looks at. */
export interface DispatchOptions {
  /** Asks this Lintel's own API, in the process. Gives its data; null where a field could not be given. */
  ask(query: string, variables?: Record<string, unknown>): Promise<Record<string, unknown>>;
  /** What the journal has and the store does not. */
  journal(): readonly Journalled[];
  /** Ms since 1970. */
  now(): number;
}

/** The list, and whether all of it could be read. */
export interface Dispatch {
  emergencies: readonly EmergencySaid[];
  /** Lintel's own store could not be read: these are the journal's alone. */
  partial: boolean;
}

const dispatchPolicy = policy({
  'style-src': "'self'",
  'img-src': "'self'",
  'script-src': "'self'",
  'connect-src': "'self'",
});

/** What is said where the list is not whole. */
export const partialSentence =
  'Lintel cannot read its own records just now. Only what was reported since then stands here; what was reported before is on the last list that was printed.';

/** An emergency is to be seen to within a day, where nobody knows of another limit. */
const dueMs = 24 * 3_600_000;

/** The page for a browser, the text for anybody else. */
export function dispatch(options: DispatchOptions): Route {
  const made = (type: string, render: typeof dispatchPage): Page => ({
    type,
    policy: dispatchPolicy,
    live: true,
    text: async () => render(await dispatchOf(options), options.now()),
  });
  const asPage = pageRoute(made('text/html', dispatchPage));
  const asText = pageRoute(made('text/plain', dispatchText));
  return (request, response) => (wantsPage(request) ? asPage : asText)(request, response);
}

/** What there is to see to. */
export async function dispatchOf({ ask, journal, now }: DispatchOptions): Promise<Dispatch> {
  const { dispatchList } = (await ask(dispatchQuestion)) as { dispatchList: { items: EmergencyFacts[] } | null };
  if (dispatchList) return { emergencies: emergenciesSaid(dispatchList.items, now()), partial: false };
  const waiting = journal();
  const references = [...new Set(waiting.map(({ propertyReference }) => propertyReference))];
  const { properties } = (references.length ? await ask(homesQuestion, { references }) : {}) as {
    properties?: (HomeFacts | null)[] | null;
  };
  const facts = waiting.map((one): EmergencyFacts => {
    const home = properties?.find((each) => each?.propertyReference === one.propertyReference);
    const bare = { propertyReference: one.propertyReference, address: null, postcode: null, provenance: null };
    return {
      receipt: { id: one.id, message: '' },
      state: 'NOT_RAISED',
      description: one.description,
      accessNotes: one.accessNotes,
      reportedAt: new Date(one.receivedAtMs).toISOString(),
      channel: one.channel || null,
      dueAt: new Date(one.receivedAtMs + dueMs).toISOString(),
      property: home ?? bare,
      reportedBy:
        one.reportedBy === null ? null : { personReference: one.reportedBy, name: null, telephoneNumbers: null },
      hazard: null,
      taken: null,
      workOrder: null,
    };
  });
  return { emergencies: emergenciesSaid(facts, now()), partial: true };
}

/** Room on paper for what was done. */
const ticks = `<p class="ticks">${['Attended', 'Made safe', 'Done'].map((what) => `<span>${what}</span>`).join(' ')} <span class="line">Who, when</span></p>`;

function article(one: EmergencySaid): string {
  const id = html(one.id);
  const facts = [one.reported, one.address, one.access && `Getting in: ${one.access}`, one.raised, one.taken];
  return `<article id="${id}" aria-labelledby="${id}-title" data-sign="${one.sign}" data-said="${html(one.spoken)}" data-gone="${html(`${one.title}: no longer on the list.`)}">
<h2 id="${id}-title">${html(one.title)}</h2>
${part(`${one.id}-due`, `<p class="state">${sign(one.sign)}<span><strong>${html(one.due)}</strong> <span class="left">${html(one.left)}.</span> ${html(one.rule)}.</span></p>`)}
<blockquote>${html(one.description)}</blockquote>
${part(`${one.id}-facts`, `<ul>${facts.map((fact) => (fact ? `<li>${html(fact)}</li>` : '')).join('\n')}</ul>`)}
${ticks}
<p class="receipt">Receipt ${id}</p>
</article>`;
}

/** The page. */
export function dispatchPage({ emergencies, partial }: Dispatch, nowMs: number): string {
  const sentence = emergenciesSummary(emergencies, partial);
  return `<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${html(sentence.replace(/\.$/, ''))} – Lintel</title>
<link rel="icon" href="${icon.path}">
<link rel="stylesheet" href="${look.path}">
<link rel="stylesheet" href="${liveStyle.path}">
<link rel="stylesheet" href="${dispatchStyle.path}">
<script type="module" src="${liveScript.path}"></script>
</head>
<body data-stream="${dispatchChanges}">
<header>
<p><img src="${icon.path}" alt="" width="20" height="20"> <a href="/">Lintel</a></p>
<nav aria-label="Lintel"><a href="/status">What works</a> <a href="/docs">Documentation</a></nav>
</header>
<main>
<h1>Emergencies to see to</h1>
${part('summary', `<p class="summary">${html(sentence)}</p>${partial ? `<p class="partial">${html(partialSentence)}</p>` : ''}`)}
<div class="instant">${part('instant', `<p>As of <time datetime="${new Date(nowMs).toISOString()}">${html(instant(nowMs))}</time>, London time.</p>`)}
<p class="again"><a href="/dispatch">Look again</a></p></div>
<p id="live" role="status"></p>
<div class="list" id="list">
${emergencies.map(article).join('\n')}
</div>
<p class="after">What was done on paper is entered afterwards, with the number of its receipt. Nothing is raised twice.</p>
</main>
</body>
</html>
`;
}

/** The same as text, for a terminal and for a printer that takes nothing else. */
export function dispatchText({ emergencies, partial }: Dispatch, nowMs: number): string {
  const opening = [
    `Emergencies to see to, as of ${instant(nowMs)}, London time.`,
    wrap(emergenciesSummary(emergencies, partial), ''),
    ...(partial ? [wrap(partialSentence, '')] : []),
  ];
  const blocks = emergencies.map((one) => [
    wrap(one.title, ''),
    ...[
      `${one.due}. ${one.left}. ${one.rule}.`,
      `"${one.description}"`,
      one.reported,
      one.address,
      one.access && `Getting in: ${one.access}`,
      one.raised,
      one.taken,
    ].flatMap((line) => (line ? [wrap(line, '    ')] : [])),
    `    [ ] attended  [ ] made safe  [ ] done    receipt ${one.id}`,
  ]);
  return `${[opening, ...blocks].map((lines) => lines.join('\n')).join('\n\n')}\n`;
}
