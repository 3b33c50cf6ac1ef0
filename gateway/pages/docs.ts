// The schema as a person wants to read it: one page, by system, every type with what leads to it, and what an answer
// means beside it. Works without script, offline, on a phone and on paper. Knows GraphQL and HTML; knows no system.
//
// Written here since no tool does: SpectaQL 3 needs 384 packages (80 MB) to write one alphabet of types without their
// systems, without dark mode, with 915 texts of too little contrast by axe. Magidoc 6 fetches its templates from the
// network. graphql-markdown (145 packages) writes pages for yet another site generator. One file of the schema's own
// library gives types in context, whose field it is, and a page that this server's strictest policy allows.
import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  type GraphQLType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isIntrospectionType,
  isListType,
  isNonNullType,
  isObjectType,
  isSpecifiedScalarType,
} from 'graphql';
import { docsStyle, icon, look } from './assets.ts';
import { guide, type Section } from './guide.ts';
import type { Origins } from './origins.ts';
import { html, type Page, policy } from './page.ts';

/** No script at all. */
export const docsPolicy = policy({ 'style-src': "'self'", 'img-src': "'self'" });

/**
 * The documentation of a schema.
 * @param keeps whether this Lintel keeps answers.
 */
export function docs(schema: GraphQLSchema, origins: Origins, keeps: boolean): Page {
  return { type: 'text/html', policy: docsPolicy, text: () => render(schema, origins, guide(keeps)) };
}

function render(schema: GraphQLSchema, origins: Origins, guide: readonly Section[]): string {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].filter(
    (type) => !!type,
  );
  const types = Object.values(schema.getTypeMap())
    .filter(
      (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type) && !roots.some((root) => root === type),
    )
    .sort((one, other) => one.name.localeCompare(other.name));
  const uses = usesIn(schema);
  const groups = origins.groups
    .map((name) => ({ name, title: titleOf(name), types: types.filter((type) => origins.ofType(type.name) === name) }))
    .filter((group) => group.types.length);
  const rootFields = roots.flatMap((root) => Object.values(root.getFields()).map((field) => ({ root, field })));
  const index = [
    ...types.map(({ name }) => ({ id: name, text: name })),
    ...rootFields.map(({ root, field }) => ({ id: `${root.name}.${field.name}`, text: field.name })),
  ].sort((one, other) => one.text.localeCompare(other.text));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Schema documentation – Lintel</title>
<link rel="icon" href="${icon.path}">
<link rel="stylesheet" href="${look.path}">
<link rel="stylesheet" href="${docsStyle.path}">
</head>
<body>
<a class="skip" href="#text">Skip to the text</a>
<div class="page">
<nav class="contents" aria-label="Contents">
<p class="title"><a href="/"><img src="${icon.path}" alt="" width="20" height="20">Lintel</a></p>
<ul>
${guide.map(({ id, title }) => `<li><a href="#${id}">${title}</a></li>`).join('\n')}
${roots.map(({ name }) => `<li><a href="#${name}">${titleOf(name)}</a></li>`).join('\n')}
${groups.map(({ title, types }) => `<li><details><summary>${title}</summary>${list(types)}</details></li>`).join('\n')}
<li><a href="#index">Index</a></li>
</ul>
</nav>
<main id="text" tabindex="-1">
<h1>Schema documentation</h1>
<p class="links"><a href="/sandbox">Try it in the sandbox</a> · <a href="/docs/api.graphql">The schema as a file</a></p>
${guide.map(({ id, title, text }) => section(id, title, text)).join('\n')}
${roots.map((root) => rootSection(root.name, Object.values(root.getFields()), origins)).join('\n')}
${groups.map(({ name, title, types }) => section(`of-${name}`, title, types.map((type) => article(type, origins, uses)).join('\n'))).join('\n')}
${section('index', 'Index', `<ul class="index">${index.map(({ id, text }) => `<li><a href="#${id}">${text}</a></li>`).join('')}</ul>`)}
</main>
</div>
</body>
</html>
`;
}

function section(id: string, title: string, body: string): string {
  return `<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>\n${body}</section>`;
}

/** A heading for a system or a root type. */
function titleOf(name: string): string {
  const known: Record<string, string> = {
    Query: 'What can be asked',
    Mutation: 'What can be done',
    Subscription: 'What can be followed',
    shared: 'Shared by all systems',
    status: 'Status: types of Lintel itself',
  };
  return known[name] ?? `${name[0]?.toUpperCase()}${name.slice(1)}: types`;
}

function list(types: readonly GraphQLNamedType[]): string {
  return `<ul>${types.map(({ name }) => `<li><a href="#${name}">${name}</a></li>`).join('')}</ul>`;
}

/** Root fields, by the system that is asked. */
function rootSection(name: string, fields: GraphQLField<unknown, unknown>[], origins: Origins): string {
  const groups = origins.groups.map((system) => {
    const own = fields.filter((field) => origins.ofField(name, field.name) === system);
    return own.length ? `<h3>${system[0]?.toUpperCase()}${system.slice(1)}</h3>${fieldList(name, own)}` : '';
  });
  return section(name, titleOf(name), groups.join('\n'));
}

/** One type with its fields, arguments or values, and what leads to it. */
function article(type: GraphQLNamedType, origins: Origins, uses: ReadonlyMap<string, string[]>): string {
  const kind = isEnumType(type) ? 'one of' : isInputObjectType(type) ? 'input' : isObjectType(type) ? '' : 'scalar';
  const owner = origins.ofType(type.name);
  let body = '';
  if (isEnumType(type)) {
    body = `<dl>${type
      .getValues()
      .map((value) => entry(`${type.name}.${value.name}`, value.name, '', value.description))
      .join('')}</dl>`;
  } else if (isObjectType(type)) {
    body = fieldList(type.name, Object.values(type.getFields()), (field) => {
      const system = origins.ofField(type.name, field);
      return system === owner ? '' : ` <span class="from">asks ${system}</span>`;
    });
  } else if (isInputObjectType(type)) {
    body = `<dl>${Object.values(type.getFields())
      .map((field) => entry(`${type.name}.${field.name}`, field.name, `: ${linked(field.type)}`, field.description))
      .join('')}</dl>`;
  }
  const used = uses.get(type.name) ?? [];
  const leads = used.length
    ? `<p class="used">Found at ${used.map((place) => `<a href="#${place}"><code>${place}</code></a>`).join(', ')}</p>`
    : '';
  return `<h3 id="${type.name}"><a href="#${type.name}">${type.name}</a>${kind && ` <small>${kind}</small>`}</h3>\n${prose(type.description)}${body}${leads}`;
}

function fieldList(
  type: string,
  fields: GraphQLField<unknown, unknown>[],
  note: (field: string) => string = () => '',
): string {
  const entries = fields.map(({ name, args, type: result, description, deprecationReason }) => {
    const old = deprecationReason ? `${prose(`Deprecated: ${deprecationReason}`)}` : '';
    return entry(`${type}.${name}`, name, `: ${linked(result)}${note(name)}`, description, old + argumentList(args));
  });
  return `<dl>${entries.join('\n')}</dl>`;
}

function argumentList(args: readonly GraphQLArgument[]): string {
  const entries = args.map(({ name, type, description, defaultValue }) => {
    const otherwise = defaultValue === undefined ? '' : ` = ${html(JSON.stringify(defaultValue))}`;
    return `<dt><code><span class="name">${name}</span>: ${linked(type)}${otherwise}</code></dt><dd>${prose(description)}</dd>`;
  });
  return entries.length ? `<dl>${entries.join('')}</dl>` : '';
}

function entry(id: string, name: string, rest: string, description?: string | null, more = ''): string {
  return `<dt id="${id}"><code><a href="#${id}"><span class="name">${name}</span></a>${rest}</code></dt><dd>${prose(description)}${more}</dd>`;
}

/** A type as written, its name a link to it where it is ours. */
function linked(type: GraphQLType): string {
  if (isNonNullType(type)) return `${linked(type.ofType)}!`;
  if (isListType(type)) return `[${linked(type.ofType)}]`;
  return isSpecifiedScalarType(type) ? type.name : `<a href="#${type.name}">${type.name}</a>`;
}

/** A description: paragraphs, and `code`. */
function prose(text?: string | null): string {
  const paragraphs = (text ?? '').split(/\n\s*\n/).filter(Boolean);
  return paragraphs.map((one) => `<p>${html(one).replace(/`([^`]+)`/g, '<code>$1</code>')}</p>`).join('');
}

function nameOf(type: GraphQLType): string {
  return getNamedType(type).name;
}

/** Where each type is used, as `Type.field`. */
function usesIn(schema: GraphQLSchema): Map<string, string[]> {
  const uses = new Map<string, string[]>();
  for (const type of Object.values(schema.getTypeMap())) {
    if (isIntrospectionType(type) || !(isObjectType(type) || isInputObjectType(type))) continue;
    for (const field of Object.values(type.getFields())) {
      const args: readonly GraphQLArgument[] = 'args' in field ? field.args : [];
      for (const name of new Set([field.type, ...args.map((one) => one.type)].map(nameOf))) {
        uses.set(name, [...(uses.get(name) ?? []), `${type.name}.${field.name}`]);
      }
    }
  }
  return uses;
}
