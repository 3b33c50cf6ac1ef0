// Puts the pages together: which path is answered by what. Knows no system and no mock; what it shows, it is given.
import { buildSchema } from 'graphql';
import type { Part } from '../supergraph.ts';
import { assets } from './assets.ts';
import { type DispatchOptions, dispatch } from './dispatch.ts';
import { docs, docsPolicy } from './docs.ts';
import { dispatchChanges } from './emergencies.ts';
import { blank, type Cast, examples } from './examples.ts';
import { systemChanges } from './facts.ts';
import { type Breakable, faultsRoute } from './faults.ts';
import { landing, type Place } from './landing.ts';
import { originsOf } from './origins.ts';
import { pageRoute, type Route } from './page.ts';
import { sandbox } from './sandbox.ts';
import { type StatusOptions, status } from './status.ts';

/** What the demo shows besides: the people of its estate, and what can be broken there. */
export interface DemoFacts {
  cast: Cast;
  breakable: Breakable;
}

/** What pages are made for: our own graph, documented, with examples; or one that we know nothing of. */
export interface Graph {
  /** What clients see, in SDL. */
  apiSdl: string;
  /** The subgraphs that it is made of. */
  parts: readonly Part[];
  /** Whether answers are kept, or live ones given alone. */
  keeps: boolean;
  /** What the status page asks, and what the dispatch list does. */
  status: StatusOptions;
  dispatch: DispatchOptions;
  /** Where the systems are made up. */
  demo: DemoFacts | null;
}

/** What pages that follow changes subscribe to: answered also where only trusted documents are. */
export const live: readonly string[] = [systemChanges, dispatchChanges];

const always: readonly Place[] = [
  ['/graphql', 'the endpoint: POST; a browser gets the sandbox'],
  ['/graphql/stream', 'subscriptions, as server-sent events'],
  ['/health', 'whether this process lives'],
  ['/ready', 'whether it takes requests, and which systems it can ask'],
  ['/metrics', 'figures, for Prometheus'],
];

/** Every page by its path. `graph` null: of a graph that others made, the sandbox alone. */
export function pages(graph: Graph | null): ReadonlyMap<string, Route> {
  const breakable = graph?.demo?.breakable ?? null;
  const tabs = graph ? examples(graph.demo?.cast ?? null) : [blank];
  const sandboxPage = pageRoute(sandbox({ tabs, docs: graph !== null, breakable }));
  const routes = new Map<string, Route>([
    ...assets.map(({ path, page }): [string, Route] => [path, pageRoute(page)]),
    ['/sandbox', sandboxPage],
  ]);
  const places: Place[] = [
    ...always,
    ['/sandbox', graph ? 'ask, read the schema, try the journeys' : 'ask, and read the schema'],
  ];
  if (graph) {
    const { apiSdl, parts, keeps } = graph;
    routes.set('/status', status(graph.status));
    routes.set('/dispatch', dispatch(graph.dispatch));
    routes.set('/docs', pageRoute(docs(buildSchema(apiSdl), originsOf(parts), keeps)));
    routes.set('/docs/api.graphql', pageRoute({ type: 'text/plain', policy: docsPolicy, text: () => apiSdl }));
    places.push(['/status', 'what works, what does not, and since when; follows changes']);
    places.push(['/dispatch', 'emergencies to see to, for the screen and for paper']);
    places.push(['/docs', 'every type, what an answer means, every error code']);
  }
  if (breakable) routes.set('/sandbox/faults', faultsRoute(breakable));
  return routes.set('/', landing(places));
}
