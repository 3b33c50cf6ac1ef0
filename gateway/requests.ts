// What /metrics tells of requests, and of calls to subgraphs over HTTP, whatever the graph. No personal data: no query, no
// address, no name but of subgraphs and of the codes of the error contract.
import { Counter, Histogram, Registry } from 'prom-client';
import { contract } from './errors.ts';
import type { Route } from './pages/page.ts';

/** One GraphQL request has been answered: how long it took, and the code of each error in it. */
export type Answered = (tookMs: number, codes: readonly string[]) => void;

/** One call to a subgraph has ended: how long it took, and the code of what went wrong with it, if anything. */
export type Called = (subgraph: string, tookMs: number, code: string | null) => void;

/** Metrics of a gateway over subgraphs of others. */
export interface GatewayMetrics {
  answered: Answered;
  called: Called;
  /** Serves the numbers. */
  route: Route;
}

/** From "nobody notices" to the longest that a page waits. Seconds, as Prometheus has it. */
const secondsBuckets = [0.01, 0.025, 0.05, 0.1, 0.3, 0.5, 1, 2, 5];

/** A gateway over subgraphs of others: how its requests fare, and its calls. */
export function createGatewayMetrics(): GatewayMetrics {
  const registry = new Registry();
  return { answered: measureRequests([registry]), called: measureCalls([registry]), route: metricsRoute(registry) };
}

/** Codes that are counted by themselves: others' subgraphs may have any number of their own. */
const known = new Set([...contract, 'INTERNAL_SERVER_ERROR']);

/** How requests fare. */
export function measureRequests(registers: Registry[]): Answered {
  const requests = new Histogram({
    name: 'lintel_request_seconds',
    help: 'How long GraphQL requests took.',
    buckets: secondsBuckets,
    registers,
  });
  const errors = new Counter({
    name: 'lintel_errors_total',
    help: 'Errors told to clients, by the code of the error contract.',
    labelNames: ['code'],
    registers,
  });
  return (tookMs, codes) => {
    requests.observe(tookMs / 1000);
    for (const code of codes) errors.inc({ code: known.has(code) ? code : 'OTHER' });
  };
}

function measureCalls(registers: Registry[]): Called {
  const calls = new Histogram({
    name: 'lintel_subgraph_seconds',
    help: 'How long calls to subgraphs took.',
    labelNames: ['subgraph'],
    buckets: secondsBuckets,
    registers,
  });
  const failures = new Counter({
    name: 'lintel_subgraph_failures_total',
    help: 'Calls to subgraphs that gave no result, by the code of the error contract.',
    labelNames: ['subgraph', 'code'],
    registers,
  });
  return (subgraph, tookMs, code) => {
    calls.observe({ subgraph }, tookMs / 1000);
    if (code) failures.inc({ subgraph, code });
  };
}

/** Serves a registry in Prometheus' text format. */
export function metricsRoute(registry: Registry): Route {
  return async (_request, response) => {
    const text = await registry.metrics();
    response.writeHead(200, { 'content-type': registry.contentType, 'cache-control': 'no-store' }).end(text);
  };
}
