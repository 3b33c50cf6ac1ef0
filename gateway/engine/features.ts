// Features that a supergraph needs of whoever executes it: `@link` with a purpose, and the directives behind it. Refuses a
// supergraph that needs one which the engine does not support. Knows the supergraph's text; plans and asks nothing.
import { type ASTNode, type DirectiveNode, type DocumentNode, Kind, visit } from 'graphql';
import { saidBy } from './requirements.ts';

/** A specification that a supergraph links to, as its schema definition says. */
interface Link {
  /** Without the version: `https://specs.apollo.dev/join`. */
  identity: string;
  /** `v0.3`; empty where the address has none. */
  version: string;
  /** The namespace of its names in this supergraph: `join`. */
  namespace: string;
  /** Names that stand without the namespace, from the specification's own (`@authenticated`) to the one used here. */
  imports: ReadonlyMap<string, string>;
  /** The link as it is written, for people. */
  text: string;
  /** `SECURITY`, `EXECUTION`; null where it has no purpose. */
  purpose: string | null;
}

const apollo = 'https://specs.apollo.dev/';

/**
 * The specifications that the engine carries out, in these versions and under their own names. Older versions of join do
 * not say which subgraph has which union member, without which the planner finds no way to unions.
 */
const supported: ReadonlyMap<string, readonly string[]> = new Map([
  [`${apollo}link`, ['v1.0']],
  [`${apollo}join`, ['v0.3', 'v0.4', 'v0.5']],
  [`${apollo}inaccessible`, ['v0.1', 'v0.2']],
]);

/** Directives that the engine does not carry out, and that would be served to everybody, or wrongly, without it. */
const unsupported = ['authenticated', 'requiresScopes', 'policy', 'context', 'fromContext'];

/** The only label of a progressive `@override` that the engine can switch on: a share of requests. */
const percentLabel = /^percent\(\d{1,3}(\.\d+)?\)$/;

/** Throws an error that names every feature of a supergraph that the engine does not support. Does nothing where there is none. */
export function checkFeatures(supergraph: DocumentNode): void {
  const links = linksOf(supergraph);
  const problems = [...links.flatMap(problemOf), ...problemsInUse(supergraph, namesOf(links))];
  if (!problems.length) return;
  const lines = problems.map((problem) => `- ${problem}`).join('\n');
  throw new Error(`The supergraph needs features that Lintel does not support:\n${lines}`);
}

/**
 * Every directive of the schema definition that has the form of a link, whatever it is called: `@link` can be renamed, and
 * Federation 1 has `@core`.
 */
function linksOf(supergraph: DocumentNode): Link[] {
  return supergraph.definitions
    .flatMap((each) =>
      each.kind === Kind.SCHEMA_DEFINITION || each.kind === Kind.SCHEMA_EXTENSION ? (each.directives ?? []) : [],
    )
    .flatMap((directive) => {
      const said = saidBy(directive);
      const url = said.url ?? said.feature;
      return typeof url === 'string' ? [linkOf(directive, said, url)] : [];
    });
}

function linkOf({ name }: DirectiveNode, said: Readonly<Record<string, unknown>>, url: string): Link {
  const [, identity = url, version = ''] = /^(.*?)\/(v\d[^/]*)\/*$/.exec(url) ?? [];
  const own = ownName(identity);
  const purpose = said.for == null ? null : String(said.for);
  const imports = [said.import ?? []].flat().map((given): [string, string] => {
    const { name = given, as = name } = Object(given);
    return [String(name), String(as)];
  });
  const arguments_ = [
    `url: "${url}"`,
    ...(said.as ? [`as: "${said.as}"`] : []),
    ...(purpose ? [`for: ${purpose}`] : []),
  ];
  return {
    identity,
    version,
    namespace: said.as ? String(said.as) : own,
    imports: new Map(imports),
    text: `@${name.value}(${arguments_.join(', ')})`,
    purpose,
  };
}

/** The name by which a specification's namespace goes where it is not renamed: the last part of its address. */
function ownName(identity: string): string {
  return identity.slice(identity.lastIndexOf('/') + 1);
}

/** The name that a specification's directive or type has where nothing is imported or renamed. */
function usualName(name: string, namespace: string): string {
  const bare = name.replace(/^@/, '');
  return bare === namespace ? namespace : `${namespace}__${bare}`;
}

function problemOf(link: Link): string[] {
  const { identity, version, namespace, imports, text, purpose } = link;
  const own = ownName(identity);
  const versions = supported.get(identity);
  if (!versions) {
    const refused = purpose !== null || (identity.startsWith(apollo) && unsupported.includes(own));
    return refused ? [text] : [];
  }
  if (!versions.includes(version)) return [`${text}: supported are the versions ${versions.join(', ')}`];
  // The planner knows their directives by their usual names, and does not see them under others.
  const renamed = [...imports].filter(([from, as]) => as.replace(/^@/, '') !== usualName(from, own));
  if (namespace === own && !renamed.length) return [];
  const [[from, as] = [own, namespace]] = renamed;
  return [`${text}: it renames ${from} to ${as}; supported are its usual names`];
}

/** The names by which unsupported directives go in a supergraph with these links, to what they are. */
function namesOf(links: readonly Link[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const spaces = new Set(['federation', 'context']);
  for (const { identity, namespace, imports } of links) {
    if (!identity.startsWith(apollo)) continue;
    spaces.add(namespace);
    if (unsupported.includes(ownName(identity))) names.set(namespace, ownName(identity));
    for (const [from, as] of imports) {
      if (unsupported.includes(from.replace(/^@/, ''))) names.set(as.replace(/^@/, ''), from.replace(/^@/, ''));
    }
  }
  for (const directive of unsupported) {
    names.set(directive, directive);
    for (const space of spaces) names.set(`${space}__${directive}`, directive);
  }
  return names;
}

/** What is used and not supported, each with the first place where it stands and how many more there are. */
function problemsInUse(supergraph: DocumentNode, names: ReadonlyMap<string, string>): string[] {
  const places = new Map<string, string[]>();
  visit(supergraph, {
    [Kind.DIRECTIVE]: (node, _key, _parent, _path, ancestors) => {
      const problem = problemWith(node, names);
      if (!problem) return;
      const found = places.get(problem);
      if (found) found.push(placeOf(ancestors));
      else places.set(problem, [placeOf(ancestors)]);
    },
  });
  return [...places].map(([problem, [first, ...more]]) => {
    const others = more.length === 1 ? ' and 1 other place' : more.length ? ` and ${more.length} other places` : '';
    return `${problem}, on ${first}${others}`;
  });
}

function problemWith(node: DirectiveNode, names: ReadonlyMap<string, string>): string | null {
  const name = node.name.value;
  const known = names.get(name);
  if (known) return known === name ? `@${name}` : `@${name} (@${known})`;
  // What only a router of its composer's kind can execute, and what it is by name: connectors, for one.
  if (name === 'join__directive') {
    const { name: encoded, args } = saidBy(node);
    const url = Object(args).url;
    return `@${encoded}${typeof url === 'string' ? `(url: "${url}")` : ''} (in @join__directive)`;
  }
  if (name !== 'join__field') return null;
  const { contextArguments, overrideLabel } = saidBy(node);
  if (contextArguments != null) return '@fromContext (contextArguments of @join__field)';
  if (overrideLabel == null || percentLabel.test(String(overrideLabel))) return null;
  return `@override(label: "${overrideLabel}") (supported are labels like "percent(5)")`;
}

/** Where a directive stands, as `Query.field` or `Query.field.argument`. */
function placeOf(ancestors: readonly (ASTNode | readonly ASTNode[])[]): string {
  const names = ancestors.flatMap((each) => ('kind' in each && 'name' in each && each.name ? [each.name.value] : []));
  return names.join('.') || 'schema';
}
