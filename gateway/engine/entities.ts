// Fetches of entities by what is known of them: collected along paths, told apart, asked for once each, and joined to
// every place where they stand. Compiled once; knows transports by their seam alone.
import type {
  BatchFetchNode,
  FetchNode,
  FetchRewrite,
  FlattenNodePathSegment,
  RequiresSelection,
} from '@graphql-hive/router-query-planner';
import type { GraphQLFormattedError } from 'graphql';
import { type Entity, isEntity } from './entity.ts';
import { asked, named, requestOf, type Surroundings, selectedOf } from './fetch.ts';
import { related } from './loss.ts';
import { merge } from './merge.ts';
import { operationOf, selectedJson } from './operation.ts';
import { type Representer, representerOf } from './represent.ts';
import { type Rewrite, renamed, rewriteOf } from './rewrite.ts';
import type { Place, Run, Step, Unfilled, Values } from './run.ts';
import type { SubgraphResult } from './transport.ts';
import { unfilledOf } from './unfilled.ts';
import { type Walk, walkOf } from './walk.ts';

/** One `_entities` field of an operation. */
interface Group {
  /** Its response name. */
  key: string;
  variable: string;
  walks: readonly Walk[];
  representer: Representer;
  rewrite: Rewrite | null;
  names: ReadonlyMap<string, string>;
  unfilled: Unfilled;
}

/** What one variable is given: each representation once. */
interface Listing {
  texts: string[];
  values: Entity[];
  /** Where each stands, by its text. */
  known: Map<string, number>;
}

/** Where the entities of one group stand. */
interface Targets {
  entities: Entity[];
  /** For each, which of the representations is its own. */
  order: number[];
}

/** Compiles a fetch of the entities at the end of a path. */
export function entityFetch<Asker>(
  node: FetchNode,
  path: readonly FlattenNodePathSegment[],
  surroundings: Surroundings<Asker>,
): Step<Asker> {
  const { requires = [], inputRewrites, outputRewrites } = node;
  const whole = rewriteOf(outputRewrites, surroundings.kinds);
  const alias = { alias: '_entities', representationsVariableName: 'representations', paths: [path], requires };
  return compile(node, [{ ...alias, ...(inputRewrites && { inputRewrites }) }], whole, outputRewrites, surroundings);
}

/** Compiles a fetch of several kinds of entities in one call. */
export function batchFetch<Asker>(node: BatchFetchNode, surroundings: Surroundings<Asker>): Step<Asker> {
  return compile(node, node.entityBatch.aliases, null, [], surroundings);
}

interface Alias {
  alias: string;
  representationsVariableName: string;
  paths: readonly (readonly FlattenNodePathSegment[])[];
  requires: readonly RequiresSelection[];
  inputRewrites?: readonly FetchRewrite[];
  outputRewrites?: readonly FetchRewrite[];
}

function compile<Asker>(
  node: FetchNode | BatchFetchNode,
  aliases: readonly Alias[],
  whole: Rewrite | null,
  renames: readonly FetchRewrite[] | undefined,
  { kinds, transport }: Surroundings<Asker>,
): Step<Asker> {
  const operation = operationOf(node);
  const usages = node.variableUsages ?? [];
  const way = transport(node.serviceName);
  const groups = aliases.map((alias): Group => {
    const names = renamed([...(renames ?? []), ...(alias.outputRewrites ?? [])]);
    return {
      key: alias.alias,
      variable: alias.representationsVariableName,
      walks: alias.paths.map((path) => walkOf(path, kinds)),
      representer: representerOf(alias.requires, alias.inputRewrites, kinds),
      rewrite: rewriteOf(alias.outputRewrites, kinds),
      names,
      unfilled: unfilledOf(operation, kinds, names, alias.alias),
    };
  });
  const asText = way.takes === 'TEXT';
  return (run) => {
    const listings = new Map<string, Listing>();
    const targets = groups.map((group) => gather(group, listings, run, asText));
    if (![...listings.values()].some(({ texts }) => texts.length)) return undefined;
    const variables = asText
      ? textOf(selectedJson(usages, run.variables), listings)
      : listedValues(selectedOf(way, usages, run) as Values, listings);
    const request = requestOf(operation, run, variables);
    return asked(() => way.execute(request)).then((result) => {
      const { data } = result;
      if (result.errors?.length) settle(groups, targets, result, run);
      if (!data) return;
      whole?.(data);
      groups.forEach((group, index) => {
        const given = data[group.key];
        group.rewrite?.(given);
        if (Array.isArray(given)) receive(given, targets[index] as Targets);
      });
    });
  };

  function receive(given: readonly unknown[], { entities, order }: Targets): void {
    const taken = new Uint8Array(given.length);
    for (let index = 0; index < entities.length; index += 1) {
      const at = order[index] as number;
      const entity = given[at];
      if (!isEntity(entity)) continue;
      merge(entities[index] as Entity, entity, kinds, taken[at] === 1);
      taken[at] = 1;
    }
  }
}

/** Finds a group's entities and lists what the subgraph is told of each. */
function gather<Asker>(group: Group, listings: Map<string, Listing>, run: Run<Asker>, asText: boolean): Targets {
  const { representer } = group;
  let listing = listings.get(group.variable);
  if (!listing) {
    listing = { texts: [], values: [], known: new Map() };
    listings.set(group.variable, listing);
  }
  const { texts, values, known } = listing;
  const targets: Targets = { entities: [], order: [] };
  const careful = run.losses.length > 0;
  for (const walk of group.walks) {
    walk(run.data, [], (entity, path) => {
      const value = asText ? null : representer.value(entity);
      const text = asText ? representer.text(entity) : value && JSON.stringify(value);
      if (text === null || (careful && doubtful(representer, { value: entity, path }, run))) {
        const needs = representer.needs(entity).map((need) => [...path, ...need]);
        const places = [{ value: entity, path: [...path] }];
        if (needs.length) run.losses.push({ kind: 'NEED', needs, places, unfilled: group.unfilled });
        return;
      }
      let at = known.get(text);
      if (at === undefined) {
        at = texts.length;
        known.set(text, at);
        texts.push(text);
        if (value) values.push(value);
      }
      targets.entities.push(entity);
      targets.order.push(at);
    });
  }
  return targets;
}

/** Whether what is null in a representation is so only because it could not be had. */
function doubtful<Asker>(representer: Representer, { value, path }: Place, { losses }: Run<Asker>): boolean {
  const needs = representer.needs(value as Entity).map((need) => [...path, ...need]);
  return losses.some((loss) => loss.kind === 'ERROR' && needs.some((need) => loss.path && related(loss.path, need)));
}

function textOf(chosen: string, listings: ReadonlyMap<string, Listing>): string {
  let text = chosen;
  for (const [name, { texts }] of listings) text += `${text && ','}"${name}":[${texts.join(',')}]`;
  return text;
}

function listedValues(chosen: Values, listings: ReadonlyMap<string, Listing>): Record<string, unknown> {
  const variables: Record<string, unknown> = { ...chosen };
  for (const [name, { values }] of listings) variables[name] = values;
  return variables;
}

/** Says of each error of an answer where it stands in the data. */
function settle<Asker>(
  groups: readonly Group[],
  targets: readonly Targets[],
  { data, errors = [] }: SubgraphResult,
  run: Run<Asker>,
): void {
  const placed = groups.map((group, index) => places(group, targets[index] as Targets, run));
  for (const error of errors) {
    const [key, at, ...rest] = error.path ?? [];
    const index = groups.findIndex((group) => group.key === key);
    const group = groups[index];
    if (!error.path && data) {
      run.losses.push({ kind: 'ERROR', error, path: undefined });
    } else if (!group) {
      for (const [i, each] of groups.entries()) lose(each, placed[i]?.flat() ?? [], error);
    } else if (typeof at !== 'number') {
      lose(group, placed[index]?.flat() ?? [], error);
    } else if (!rest.length) {
      lose(group, placed[index]?.[at] ?? [], error);
    } else {
      const tail = named(rest, group.names);
      for (const { path } of placed[index]?.[at] ?? [])
        run.losses.push({ kind: 'ERROR', error, path: [...path, ...tail] });
    }
  }

  function lose({ unfilled }: Group, found: readonly Place[], error: GraphQLFormattedError): void {
    if (found.length) run.losses.push({ kind: 'CALL', error, places: found, unfilled });
  }
}

/** Where the entities of each representation stand. Walked again: on the way there nobody has to remember it. */
function places<Asker>({ walks }: Group, { entities, order }: Targets, run: Run<Asker>): Place[][] {
  const at = new Map(entities.map((entity, index) => [entity, order[index] as number]));
  const found: Place[][] = [];
  for (const walk of walks) {
    walk(run.data, [], (entity, path) => {
      const index = at.get(entity);
      if (index === undefined) return;
      found[index] ??= [];
      found[index].push({ value: entity, path: [...path] });
    });
  }
  return Array.from(found, (each) => each ?? []);
}
