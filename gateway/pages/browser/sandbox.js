// Puts the IDE on the page: its tabs, where its workers are, and what it may keep. Knows GraphiQL's global alone.

/** @type {{ tabs: { query: string, variables: string }[], workers: Record<string, string> }} */
const { tabs, workers } = JSON.parse(document.querySelector('#settings')?.textContent ?? '');

/** @type {any} The page's own globals: the IDE's entry, and where its editor looks for its workers. */
const page = globalThis;
page.MonacoEnvironment = {
  globalAPI: false,
  /** @type {(module: string, label: string) => string | undefined} */
  getWorkerUrl: (_module, label) => workers[label] ?? workers.editorWorkerService,
};

page.YogaGraphiQL.renderYogaGraphiQL(document.querySelector('#ide'), {
  endpoint: '/graphql',
  // As it comes, it would subscribe by GET, with variables in the address.
  method: 'POST',
  title: 'Lintel',
  logo: '<span></span>',
  // The first tab's variables are asked for apart from it.
  defaultTabs: tabs,
  variables: tabs[0]?.variables,
  // A token that is typed in is gone with the page.
  shouldPersistHeaders: false,
  // As it comes, the IDE writes every query into the address, where references of people would be logged and shared.
  onEditQuery: () => {},
});

// The IDE keeps its tabs from visit to visit. This is the way back, for instance when the made-up estate has changed.
document.querySelector('#afresh')?.addEventListener('click', () => {
  for (const key of Object.keys(localStorage)) if (key.startsWith('graphiql:')) localStorage.removeItem(key);
  // The IDE saves its tabs a moment after each change: a new page that starts at once is before that.
  location.assign('/sandbox');
});
