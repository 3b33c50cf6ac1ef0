// Which system each type and field of the graph is from, read off the subgraphs' own words. Knows SDL and the
// federation directives that say whose a field is; knows no system.
import { type FieldDefinitionNode, type ObjectTypeDefinitionNode, parse } from 'graphql';
import type { Part } from '../supergraph.ts';

/** Whose words are whose. */
export interface Origins {
  /** The systems in their order, then `shared`: what is in all of them. */
  groups: readonly string[];
  /** The system that a type is from: the one that knows most of it. */
  ofType(type: string): string;
  /** The system that is asked for a field. */
  ofField(type: string, field: string): string;
}

/** What every subgraph has, since it means the same everywhere. */
export const shared = 'shared';

/** Reads the subgraphs of one graph. */
export function originsOf(parts: readonly Part[]): Origins {
  const typesIn = new Map<string, Map<string, number>>();
  const fields = new Map<string, string[]>();
  for (const { name: system, sdl } of parts) {
    for (const definition of parse(sdl).definitions) {
      if (!('name' in definition) || !definition.name) continue;
      const own = definition.kind === 'ObjectTypeDefinition' ? ownFields(definition) : [];
      const type = definition.name.value;
      typesIn.set(type, (typesIn.get(type) ?? new Map()).set(system, own.length));
      for (const { name } of own) {
        const place = `${type}.${name.value}`;
        fields.set(place, [...(fields.get(place) ?? []), system]);
      }
    }
  }
  const ofType = (type: string) => {
    const known = [...(typesIn.get(type) ?? [])];
    if (known.length === parts.length || !known.length) return shared;
    return known.reduce((most, one) => (one[1] > most[1] ? one : most))[0];
  };
  return {
    groups: [...parts.map(({ name }) => name), shared],
    ofType,
    ofField(type, field) {
      const [only = shared, ...more] = fields.get(`${type}.${field}`) ?? [];
      // A key is in every subgraph that joins by it; it is its type's own.
      return more.length ? ofType(type) : only;
    },
  };
}

/** Fields that a subgraph itself can fill. */
function ownFields({ fields = [] }: ObjectTypeDefinitionNode): FieldDefinitionNode[] {
  return fields.filter(({ directives }) => !directives?.some(({ name }) => name.value === 'external'));
}
