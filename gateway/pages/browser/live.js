// Keeps a page as it would be if it were opened anew: told of each change by the server, it asks for the page again and
// replaces what differs. What it listens to is in `data-stream` of the body, what comes and goes in the element `list`, and
// what is to be said of it in `data-said` (`data-gone` when it is gone). Makes no words itself but of whether it still follows.

/** How often the page is looked at without a change, in ms: it says for how long something has lasted, to the minute. */
const againMs = 60_000;
/** How soon a lost connection is tried again where the browser does not do so itself, in ms. */
const retryMs = 10_000;

const stream = `/graphql/stream?${new URLSearchParams({ query: document.body.dataset.stream ?? '' })}`;
const following = 'This page follows changes by itself.';

/** @type {EventSource | undefined} */
let source;
let lost = false;
/** @type {Promise<void> | undefined} */
let looking;
let again = false;

/** @param {string} id */
function element(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/**
 * What is said is read out by who listens to the page, so only what is news is said.
 * @param {string} sentence
 */
function say(sentence) {
  const live = element('live');
  live.classList.toggle('lost', lost);
  if (live.textContent !== sentence) live.textContent = sentence;
}

/**
 * Brings the list to what it is now, each in its place, and gives what is news of it.
 * @param {HTMLElement} list
 * @param {HTMLElement} fresh
 */
function change(list, fresh) {
  const news = [];
  const now = /** @type {HTMLElement[]} */ ([...fresh.children]);
  for (const shown of /** @type {HTMLElement[]} */ ([...list.children])) {
    if (now.some(({ id }) => id === shown.id)) continue;
    news.push(shown.dataset.gone);
    shown.remove();
  }
  for (const [place, one] of now.entries()) {
    const shown = document.getElementById(one.id) ?? /** @type {HTMLElement} */ (one.cloneNode(true));
    if (!shown.isConnected || shown.dataset.said !== one.dataset.said) news.push(one.dataset.said);
    Object.assign(shown.dataset, one.dataset);
    // Only what is elsewhere is moved: what moves loses the reader's place.
    if (list.children[place] !== shown) list.insertBefore(shown, list.children[place] ?? null);
  }
  return news;
}

/** Replaces what differs, and says what is otherwise than it was. Nothing else of the page is touched.
 * @param {Document} fresh */
function show(fresh) {
  const news = change(element('list'), /** @type {HTMLElement} */ (fresh.getElementById('list')));
  for (const part of fresh.querySelectorAll('[data-part]')) {
    const shown = element(part.id);
    if (shown.innerHTML !== part.innerHTML) shown.replaceChildren(...part.childNodes);
  }
  document.title = fresh.title;
  if (news.length) say(news.join(' '));
}

/** Looks at the page as it is now. Changes that come while it looks make it look once more. */
async function look() {
  again = true;
  looking ??= (async () => {
    try {
      while (again) {
        again = false;
        const reply = await fetch(location.pathname, { headers: { accept: 'text/html' }, cache: 'no-store' });
        if (!reply.ok) throw new Error(`The page answered ${reply.status}.`);
        const fresh = new DOMParser().parseFromString(await reply.text(), 'text/html');
        if (lost) {
          lost = false;
          say(`Lintel can be reached again. ${following}`);
        }
        show(fresh);
      }
    } catch {
      lose();
    } finally {
      looking = undefined;
    }
  })();
  await looking;
}

function lose() {
  if (lost) return;
  lost = true;
  say(`Lintel cannot be reached. What stands here is no longer kept up to date: see the time above.`);
}

function follow() {
  source?.close();
  source = new EventSource(stream);
  source.addEventListener('next', look);
  source.addEventListener('error', () => {
    // Ended, or never begun. The browser tries again by itself, but for an answer that it takes as final.
    look();
    if (source?.readyState === EventSource.CLOSED) setTimeout(() => document.hidden || follow(), retryMs);
  });
}

// A page that nobody sees needs no connection: a browser has few for one server, and a server few for all.
document.addEventListener('visibilitychange', () => (document.hidden ? source?.close() : follow()));
setInterval(() => document.hidden || look(), againMs);
say(following);
if (!document.hidden) follow();
