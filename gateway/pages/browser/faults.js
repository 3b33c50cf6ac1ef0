// The fault panel: breaks and mends through the gateway, says what happened, runs the query again. What a fault is, the
// mocks know; what became of the systems, Lintel says.

/**
 * @template {Element} T
 * @param {string} id
 * @param {new () => T} kind
 */
function element(id, kind) {
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new Error(`The page has no #${id}.`);
}

const target = element('target', HTMLSelectElement);
const kind = element('kind', HTMLSelectElement);
const broken = element('broken', HTMLUListElement);
const states = element('states', HTMLDListElement);
const panel = element('faults', HTMLElement);
const toggle = element('toggle', HTMLButtonElement);

/** How often the systems' states are looked at while the panel is open, in ms: Lintel itself looks every second. */
const lookMs = 1_000;

/** @param {string} sentence */
function say(sentence) {
  element('said', HTMLParagraphElement).textContent = sentence;
}

/**
 * @param {string} method
 * @param {{ query?: string, body?: { target: string, fault: string } }} [what]
 */
async function change(method, { query = '', body } = {}) {
  const headers = { 'content-type': 'application/json' };
  const reply = await fetch(`/sandbox/faults${query}`, { method, headers, body: body ? JSON.stringify(body) : null });
  const answer = await reply.json();
  if (!reply.ok) throw new Error(answer.error);
  show(answer);
}

/** @param {{ target: string, fault: string }[]} faults */
function show(faults) {
  const items = faults.map((fault) => {
    const mend = document.createElement('button');
    mend.type = 'button';
    mend.textContent = 'Mend';
    mend.setAttribute('aria-label', `Mend ${fault.target}`);
    mend.addEventListener('click', () =>
      act(`${fault.target} is mended. Lintel finds that by itself.`, async () => {
        await change('DELETE', { query: `?target=${encodeURIComponent(fault.target)}` });
        // The button that was pressed is gone: without this, so would be the place on the page.
        target.focus();
      }),
    );
    const item = document.createElement('li');
    item.append(`${fault.target}: ${fault.fault} `, mend);
    return item;
  });
  broken.replaceChildren(...items);
  element('none', HTMLParagraphElement).hidden = faults.length > 0;
}

/**
 * @param {string} done what to say afterwards
 * @param {() => Promise<void>} work
 */
async function act(done, work) {
  try {
    await work();
    say(done);
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
  }
}

function describe() {
  element('kind-what', HTMLParagraphElement).textContent = `It ${kind.selectedOptions[0]?.dataset.what ?? ''}.`;
}

/** Which systems Lintel can ask: a question that it answers by itself. */
async function look() {
  if (panel.hidden || document.hidden) return;
  const query = '{ systems { name state } }';
  const headers = { 'content-type': 'application/json' };
  try {
    const reply = await fetch('/graphql', { method: 'POST', headers, body: JSON.stringify({ query }) });
    const { data } = await reply.json();
    states.replaceChildren(...data.systems.flatMap(state));
  } catch {
    states.replaceChildren(...state({ name: 'Lintel', state: 'cannot be reached' }));
  }
}

/** @param {{ name: string, state: string }} system */
function state({ name, state: word }) {
  const term = document.createElement('dt');
  const value = document.createElement('dd');
  term.textContent = name;
  value.textContent = word.toLowerCase();
  value.dataset.state = word;
  return [term, value];
}

element('break', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  const wish = { target: target.value, fault: kind.value };
  act(`${wish.target} is broken: ${wish.fault}.`, () => change('POST', { body: wish }));
});
element('mend', HTMLButtonElement).addEventListener('click', () =>
  act('Everything is mended. Lintel finds that by itself in a few seconds.', () => change('DELETE')),
);
element('again', HTMLButtonElement).addEventListener('click', () => {
  const run = document.querySelector('.graphiql-execute-button');
  if (!(run instanceof HTMLButtonElement)) return say('The editor is not ready yet.');
  run.click();
  say('The query is run again: see the editor.');
});
kind.addEventListener('change', describe);
toggle.addEventListener('click', () => {
  panel.hidden = !panel.hidden;
  toggle.setAttribute('aria-expanded', String(!panel.hidden));
  look();
});

describe();
// On a small screen the editor comes first.
if (matchMedia('(max-width: 60rem)').matches) toggle.click();
act('', () => change('GET'));
look();
setInterval(look, lookMs);
