// Fetches of entities by what is known of them: collected along paths, told apart, asked for once each, and joined to
// every place where they stand. Compiled once; knows transports by their seam alone.
import type {
  BatchFetchNode,
  FetchNode,
  FetchRewrite,
  FlattenNodePathSegment,
  RequiresSelection,
} from '@graphql-hive/router-query-planner';
import { doubtOf } from './doubt.ts';
import { type Entity, isEntity, typenameOf } from './entity.ts';
import { asked, requestOf, type Surroundings, selectedOf } from './fetch.ts';
import type { Group, Targets } from './group.ts';
import { merge } from './merge.ts';
import { operationOf, selectedJson } from './operation.ts';
import { representerOf } from './represent.ts';
import { type Rewrite, renamed, rewriteOf } from './rewrite.ts';
import type { Run, Step, Unfilled, Values } from './run.ts';
import { settle } from './settle.ts';
import { fieldsOfEntity, unfilledOf } from './unfilled.ts';
import { walkOf } from './walk.ts';

/** What one variable is given: each representation once. */
interface Listing {
  texts: string[];
  values: Entity[];
  /** Where each stands, by its text. */
  known: Map<string, number>;
  /** The same by type and mark, which are at hand without the text. */
  marked: Map<string, Map<string | number, number>>;
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
      const short = data && groups.find(({ key, variable }) => !holds(data[key], listings.get(variable)));
      const errors = result.errors?.length || !short ? result.errors : [{ message: unequal, path: [short.key] }];
      if (errors?.length) settle(groups, targets, { data, errors }, run);
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

const unequal = 'A subgraph gave fewer entities than it was asked for.';

/** Whether an answer has as many entities as were asked for: null is one, nothing is none. */
function holds(given: unknown, listing: Listing | undefined): boolean {
  return Array.isArray(given) && given.length >= (listing?.texts.length ?? 0);
}

/** Finds a group's entities and lists what the subgraph is told of each. */
function gather<Asker>(group: Group, listings: Map<string, Listing>, run: Run<Asker>, asText: boolean): Targets {
  const { representer } = group;
  let listing = listings.get(group.variable);
  if (!listing) {
    listing = { texts: [], values: [], known: new Map(), marked: new Map() };
    listings.set(group.variable, listing);
  }
  const { texts, values, known, marked } = listing;
  const targets: Targets = { entities: [], order: [], doubted: new Map() };
  const careful = run.losses.length > 0;
  for (const walk of group.walks) {
    walk(run.data, [], (entity, path) => {
      const mark = careful ? undefined : representer.mark(entity);
      let marks: Map<string | number, number> | undefined;
      if (mark !== undefined) {
        const typename = typenameOf(entity) as string;
        marks = marked.get(typename);
        if (!marks) {
          marks = new Map();
          marked.set(typename, marks);
        }
        const at = marks.get(mark);
        if (at !== undefined) {
          targets.entities.push(entity);
          targets.order.push(at);
          return;
        }
      }
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
      let at = marks ? undefined : known.get(text);
      if (at === undefined) {
        at = texts.length;
        if (marks) marks.set(mark as string | number, at);
        else known.set(text, at);
        texts.push(text);
        if (value) values.push(value);
      }
      targets.entities.push(entity);
      targets.order.push(at);
    });
  }
  return targets;
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
