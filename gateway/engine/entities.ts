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
import { type Entity, isEntity, type Path, typenameOf } from './entity.ts';
import { asked, named, requestOf, type Surroundings, selectedOf } from './fetch.ts';
import { related } from './loss.ts';
import { merge } from './merge.ts';
import { operationOf, selectedJson } from './operation.ts';
import { type Representer, representerOf } from './represent.ts';
import { type Rewrite, renamed, rewriteOf } from './rewrite.ts';
import type { Place, Run, Step, Unfilled, Values } from './run.ts';
import type { SubgraphResult } from './transport.ts';
import { fieldsOfEntity, unfilledOf } from './unfilled.ts';
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
  /** The fields that are asked for of an entity, each with what it requires. */
  fields(typename: string): ReadonlyMap<string, ReadonlySet<string> | null>;
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
  /** Fields that are not to be believed, since what they require was lost; by the entity's place in the list. */
  doubted: Map<number, ReadonlySet<string>>;
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
  { kinds, transport, requirements }: Surroundings<Asker>,
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
      fields(typename) {
        const asked = fieldsOfEntity(operation, kinds, typename, alias.alias);
        return new Map(
          asked.map(({ key, name }) => [names.get(key) ?? key, requirements.of(node.serviceName, typename, name)]),
        );
      },
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

  function receive(given: readonly unknown[], { entities, order, doubted }: Targets): void {
    const taken = new Uint8Array(given.length);
    for (let index = 0; index < entities.length; index += 1) {
      const at = order[index] as number;
      const entity = given[at];
      if (!isEntity(entity)) continue;
      const without = doubted.size ? doubted.get(index) : undefined;
      const believed = without
        ? Object.fromEntries(Object.entries(entity).filter(([key]) => !without.has(key)))
        : entity;
      merge(entities[index] as Entity, believed, kinds, taken[at] === 1);
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
  const targets: Targets = { entities: [], order: [], doubted: new Map() };
  const careful = run.losses.length > 0;
  for (const walk of group.walks) {
    walk(run.data, [], (entity, path) => {
      let value = asText ? null : representer.value(entity);
      let text = asText ? representer.text(entity) : value && JSON.stringify(value);
      if (text === null || careful) {
        const doubt = doubtOf(group, { value: entity, path }, run);
        if (doubt) {
          const { unfilled } = group;
          const places = [{ value: entity, path: [...path] }];
          const { fields, without, needs } = doubt;
          const depth = path.length;
          const lost: Unfilled = (...at) => unfilled(...at).filter((each) => fields.has(String(each[depth])));
          run.losses.push({ kind: 'NEED', needs, places, unfilled: lost });
          if (!without) return;
          value = representer.value(without);
          text = value && JSON.stringify(value);
          targets.doubted.set(targets.entities.length, fields);
        }
        if (text === null) return;
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

/** What of an entity cannot be asked for. */
interface Doubt {
  /** Where what is needed for it should stand. */
  needs: Path[];
  fields: ReadonlySet<string>;
  /** The entity without what was lost: for the fields that do not need it, where there are any. */
  without: Entity | null;
}

/** What an entity lacks, or has as null only because it could not be had; null where it has all. */
function doubtOf<Asker>(group: Group, { value, path }: Place, { losses }: Run<Asker>): Doubt | null {
  const entity = value as Entity;
  const lost = group.representer
    .needs(entity)
    .map((need) => ({ ...need, at: [...path, ...need.path] }))
    .filter(
      ({ missing, at }) =>
        missing || losses.some((loss) => loss.kind === 'ERROR' && loss.path && related(loss.path, at)),
    );
  if (!lost.length) return null;
  const asked = [...group.fields(typenameOf(entity) ?? '')];
  const needing = asked.filter(([, required]) => lost.some(({ name }) => required?.has(name)));
  const keyLost = lost.some(({ name }) => !asked.some(([, required]) => required?.has(name)));
  const fields = new Set((keyLost ? asked : needing).map(([key]) => key));
  const needs = lost.map(({ at }) => at);
  if (fields.size === asked.length) return { needs, fields, without: null };
  const without = { ...entity };
  for (const { path: at } of lost) without[String(at[0])] = null;
  return { needs, fields, without };
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
      const found = placed[index]?.[at] ?? [];
      for (const { path } of found) run.losses.push({ kind: 'ERROR', error, path: [...path, ...tail] });
      // One field that may not be null has taken all the others of the entity along.
      const given = data?.[group.key];
      if (Array.isArray(given) && isEntity(given[at])) continue;
      const { unfilled } = group;
      const others: Unfilled = (value, path) => unfilled(value, path).filter((each) => each[path.length] !== tail[0]);
      lose({ ...group, unfilled: others }, found, error);
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
