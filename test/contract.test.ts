// What clients rely on: the two generated files are up to date, nothing breaks silently, everything is documented,
// and one system's silence can never empty a page.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { CriticalityLevel, diff } from '@graphql-inspector/core';
import {
  buildSchema,
  type GraphQLField,
  type GraphQLObjectType,
  isEnumType,
  isNonNullType,
  isObjectType,
  isSpecifiedScalarType,
  parse,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { parts } from '../gateway/lintel.ts';
import { compose } from '../gateway/supergraph.ts';

const { apiSdl, supergraphSdl } = compose(parts());
const api = buildSchema(apiSdl);
const committed = (file: string) => readFileSync(file, 'utf8').trimEnd();

/** Fields that hold the key of an entity, by type. */
const keys = new Map<string, Set<string>>();
for (const { sdl } of parts()) {
  for (const definition of parse(sdl).definitions) {
    if (definition.kind !== 'ObjectTypeDefinition') continue;
    for (const directive of definition.directives ?? []) {
      const fields = directive.arguments?.find(({ name }) => name.value === 'fields')?.value;
      if (directive.name.value !== 'key' || fields?.kind !== 'StringValue') continue;
      keys.set(
        definition.name.value,
        new Set([...(keys.get(definition.name.value) ?? []), ...fields.value.split(/\s+/)]),
      );
    }
  }
}

const objects = Object.values(api.getTypeMap()).filter(
  (type): type is GraphQLObjectType => isObjectType(type) && !type.name.startsWith('__'),
);
const fieldsOf = (type: GraphQLObjectType): GraphQLField<unknown, unknown>[] => Object.values(type.getFields());

describe('the generated files', () => {
  it.each([
    ['schema/api.graphql', apiSdl],
    ['schema/supergraph.graphql', supergraphSdl],
  ])('%s is what the subgraphs compose to (else: npm run codegen, and commit it)', (file, text) => {
    expect(committed(file)).toBe(text.trimEnd());
  });
});

describe('the API', () => {
  it('does not break against the one committed before, unless CHANGELOG.md says so', async ({ skip }) => {
    const before = previousApi();
    if (before === null)
      return skip('no earlier schema/api.graphql in the git history here: clone with history to check');
    const breaking = (await diff(buildSchema(before), api))
      .filter(({ criticality }) => criticality.level === CriticalityLevel.Breaking)
      .filter(({ path, message }) => !breaksNamed().some((name) => name === path || message.includes(`'${name}'`)));
    expect(
      breaking.map(
        ({ path, message }) =>
          `${path}: ${message} (a change that breaks clients needs a line "- Breaking: \`${path}\`" in CHANGELOG.md)`,
      ),
    ).toEqual([]);
  });

  it('says of every type, field, argument and value what it is', () => {
    const undescribed = Object.values(api.getTypeMap())
      .filter((type) => !type.name.startsWith('__') && !isSpecifiedScalarType(type) && type.name !== 'Query')
      .filter((type) => !type.description)
      .map(({ name }) => name);
    for (const type of objects) {
      for (const { name, description, args } of fieldsOf(type)) {
        if (!description) undescribed.push(`${type.name}.${name}`);
        for (const argument of args)
          if (!argument.description) undescribed.push(`${type.name}.${name}(${argument.name})`);
      }
    }
    for (const type of Object.values(api.getTypeMap()).filter(isEnumType)) {
      if (type.name.startsWith('__')) continue;
      for (const { name, description } of type.getValues()) if (!description) undescribed.push(`${type.name}.${name}`);
    }
    expect(undescribed).toEqual([]);
  });

  it('lets every root field be null', () => {
    const query = api.getQueryType();
    expect(fieldsOf(query as GraphQLObjectType).filter(({ type }) => isNonNullType(type))).toEqual([]);
  });

  it('lets every field of an entity be null but its key', () => {
    const wrong = objects.flatMap((type) => {
      const key = keys.get(type.name);
      if (!key) return [];
      return fieldsOf(type)
        .filter(({ name, type: fieldType }) => isNonNullType(fieldType) && !key.has(name))
        .map(({ name }) => `${type.name}.${name}`);
    });
    expect(keys.size).toBeGreaterThan(5);
    expect(wrong).toEqual([]);
  });

  it('gives every list that a read fills its provenance', () => {
    const lists = objects.filter((type) => 'items' in type.getFields() || 'edges' in type.getFields());
    expect(lists.length).toBeGreaterThan(10);
    expect(lists.filter((type) => !('provenance' in type.getFields())).map(({ name }) => name)).toEqual([]);
  });
});

/** The api.graphql that was committed before this one, or null where git does not know one. */
function previousApi(): string | null {
  const git = (...args: string[]) =>
    execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    const head = git('show', 'HEAD:schema/api.graphql');
    if (head.trimEnd() !== apiSdl.trimEnd()) return head;
    const [, before] = git('log', '-2', '--format=%H', '--', 'schema/api.graphql').trim().split('\n');
    return before ? git('show', `${before}:schema/api.graphql`) : head;
  } catch {
    return null; // No git here, or no commit of it yet: the test says that it was skipped.
  }
}

/** What the newest entry of CHANGELOG.md admits to breaking: lines `- Breaking: \`Type.field\` ...`. */
function breaksNamed(): string[] {
  const newest = committed('CHANGELOG.md').split(/^## /m)[1] ?? '';
  return [...newest.matchAll(/^- Breaking: `([^`]+)`/gm)].map(([, name]) => name ?? '');
}
