// How much one document may ask, however small it is written: fragments can stand in for each other until a few hundred
// bytes are millions of fields. Counted once for each fragment, so that to count costs no more than to read.
import {
  type ASTVisitor,
  type FragmentDefinitionNode,
  GraphQLError,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql';

/** The most that is taken. */
export const limits = {
  /** Words and signs of a document: our pages have up to 140, and one that asks for fifty homes by name some thousands. */
  tokens: 10_000,
  /** Fields within fields: our pages have up to 9, a schema's introspection has 15. */
  depth: 30,
  /** Fields in all, fragments spread out: our pages have up to 80, introspection has 230. */
  fields: 10_000,
  /** Fields that are given another name, which is how one request asks the same thing many times. */
  aliases: 1_000,
};

interface Measure {
  depth: number;
  fields: number;
  aliases: number;
}

/** A rule of validation: refuses a document that asks for more than is taken. */
export function withinLimits(context: ValidationContext): ASTVisitor {
  const measured = new Map<string, Measure>();

  function ofFragment(fragment: FragmentDefinitionNode | null | undefined): Measure {
    if (!fragment) return { depth: 0, fields: 0, aliases: 0 };
    const name = fragment.name.value;
    const known = measured.get(name);
    if (known) return known;
    // One that holds itself is refused by another rule: here it ends.
    measured.set(name, { depth: 0, fields: 0, aliases: 0 });
    const measure = of(fragment.selectionSet);
    measured.set(name, measure);
    return measure;
  }

  function of(set: SelectionSetNode | undefined): Measure {
    const sum: Measure = { depth: 0, fields: 0, aliases: 0 };
    for (const selection of set?.selections ?? []) {
      const isField = selection.kind === 'Field';
      const inner =
        selection.kind === 'FragmentSpread'
          ? ofFragment(context.getFragment(selection.name.value))
          : of(selection.selectionSet);
      sum.depth = Math.max(sum.depth, inner.depth + (isField ? 1 : 0));
      sum.fields += inner.fields + (isField ? 1 : 0);
      sum.aliases += inner.aliases + (isField && selection.alias ? 1 : 0);
    }
    return sum;
  }

  return {
    OperationDefinition(node) {
      const measure = of(node.selectionSet);
      for (const what of ['depth', 'fields', 'aliases'] as const) {
        if (measure[what] <= limits[what]) continue;
        const message = `This asks for too much at once: ${what} ${measure[what]}, and ${limits[what]} is the most.`;
        context.reportError(new GraphQLError(message, { nodes: node }));
      }
    },
  };
}
