// `@skip` and `@include`: what a document is once they are settled. Plans and shapes are made of settled documents, so
// that nothing after this knows of conditions.
import { type DirectiveNode, type DocumentNode, type FieldNode, Kind, type SelectionSetNode, visit } from 'graphql';
import type { Values } from './run.ts';

const conditional = ({ name }: DirectiveNode) => name.value === 'skip' || name.value === 'include';

const known = new WeakMap<DocumentNode, readonly string[]>();

/** The variables that decide what of a document is selected. */
export function conditionsOf(document: DocumentNode): readonly string[] {
  let names = known.get(document);
  if (!names) {
    const found = new Set<string>();
    visit(document, {
      [Kind.DIRECTIVE]: (directive) => {
        if (!conditional(directive)) return;
        for (const { value } of directive.arguments ?? [])
          if (value.kind === Kind.VARIABLE) found.add(value.name.value);
      },
    });
    names = [...found];
    known.set(document, names);
  }
  return names;
}

/**
 * Takes the place of selections of which nothing is left: what is around them is there all the same. Subgraphs are asked
 * for it, clients are not given it: known by being this very node.
 */
export const placeholder: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

const nothing: SelectionSetNode = { kind: Kind.SELECTION_SET, selections: [placeholder] };

/** No empty selection, which would be no GraphQL. For visitors of selection sets. */
export const neverEmpty = {
  leave: ({ selections }: SelectionSetNode) => (selections.length ? undefined : nothing),
};

/** A document without its conditions. */
export function settled(document: DocumentNode, values: Values): DocumentNode {
  const settle = <Node extends { directives?: readonly DirectiveNode[] | undefined }>(node: Node) => {
    const { directives } = node;
    if (!directives?.some(conditional)) return undefined;
    if (directives.some((directive) => conditional(directive) && !met(directive, values))) return null;
    return { ...node, directives: directives.filter((directive) => !conditional(directive)) };
  };
  return visit(document, {
    [Kind.FIELD]: settle,
    [Kind.INLINE_FRAGMENT]: settle,
    [Kind.FRAGMENT_SPREAD]: settle,
    [Kind.SELECTION_SET]: neverEmpty,
  });
}

function met({ name, arguments: given }: DirectiveNode, values: Values): boolean {
  const condition = given?.find((argument) => argument.name.value === 'if')?.value;
  const value =
    condition?.kind === Kind.VARIABLE
      ? values[condition.name.value] === true
      : condition?.kind === Kind.BOOLEAN && condition.value;
  return value === (name.value === 'include');
}
