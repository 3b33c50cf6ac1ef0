// What a client asks, out of a body or an address, as GraphQL over HTTP has it. Knows whether it is well-formed, not
// whether it is GraphQL.
import { Refusal } from './refusal.ts';

/** A GraphQL request. `query` is left out where its document is named instead. */
export interface Parameters {
  query?: string;
  /** Names a document: `sha256:...`, or a name that a manifest gives it. */
  documentId?: string;
  operationName?: string;
  variables?: Record<string, unknown>;
  extensions?: Record<string, unknown>;
}

const texts = ['query', 'documentId', 'operationName'] as const;
const maps = ['variables', 'extensions'] as const;

/** The parameters in a JSON body. Throws a Refusal (400); what has other names is not looked at. */
export function parametersOfBody(body: string): Parameters {
  return checked(parsed(body, 'The body'));
}

/** The parameters in the query of an address. Throws a Refusal (400). An empty one is as good as none. */
export function parametersOfSearch(search: URLSearchParams): Parameters {
  const given: Record<string, unknown> = {};
  for (const name of [...texts, ...maps]) {
    const [value, ...more] = search.getAll(name);
    if (more.length) throw new Refusal(400, `The parameter ${name} is there more than once.`);
    if (value)
      given[name] = (maps as readonly string[]).includes(name) ? parsed(value, `The parameter ${name}`) : value;
  }
  return checked(given);
}

function parsed(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, `${what} is no JSON.`);
  }
}

function checked(given: unknown): Parameters {
  if (Array.isArray(given)) throw new Refusal(400, 'One request asks one thing: a list of them is not taken.');
  if (!isMap(given)) throw new Refusal(400, 'A request is a JSON object.');
  const parameters: Parameters = {};
  for (const name of texts) {
    const value = given[name] ?? undefined;
    if (value === undefined) continue;
    if (typeof value !== 'string') throw new Refusal(400, `The parameter ${name} must be a string.`);
    parameters[name] = value;
  }
  for (const name of maps) {
    const value = given[name] ?? undefined;
    if (value === undefined) continue;
    if (!isMap(value)) throw new Refusal(400, `The parameter ${name} must be an object.`);
    parameters[name] = value;
  }
  return parameters;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
