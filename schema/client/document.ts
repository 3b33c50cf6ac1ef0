// An operation as text that knows its types, and what kind of operation a text is. Knows neither server nor schema.

/**
 * Anything that reads as GraphQL text and carries its types: the operations of this package, the `TypedDocumentString`
 * of codegen's client preset, or plain text (whose data is then `unknown`).
 */
export interface TypedDocument<Data, Variables> {
  toString(): string;
  /** For the type checker alone: never there at run time. */
  readonly __apiType?: ((variables: Variables) => Data) | undefined;
}

/** An operation's text: a string, whose data and variables the type checker knows. */
export type TypedDocumentString<Data, Variables> = string & TypedDocument<Data, Variables>;

/** What a document asks for. */
export interface Operation {
  kind: 'query' | 'mutation' | 'subscription';
  name: string | undefined;
}

/** Strings and comments as wholes, so that no brace or word inside them counts; then names and brackets. */
const tokens = /"""(?:\\"""|[\s\S])*?"""|"(?:\\.|[^"\\\n])*"|#[^\n]*|[{}()]|[A-Za-z_]\w*/g;

/** The operations of a document, in its order: what is asked for decides whether it may be sent a second time. */
export function operationsOf(text: string): Operation[] {
  const found: Operation[] = [];
  let depth = 0;
  /** The names of the definition that is being read, up to its body. */
  let heading: string[] = [];
  for (const [token] of text.matchAll(tokens)) {
    if (token === '{' && depth === 0) {
      const [kind = 'query', name] = heading;
      if (kind === 'query' || kind === 'mutation' || kind === 'subscription') found.push({ kind, name });
    }
    if (token === '{' || token === '(') depth += 1;
    else if (token === '}' || token === ')') depth -= 1;
    else if (depth === 0 && /^\w/.test(token)) heading.push(token);
    if (token === '}' && depth === 0) heading = [];
  }
  return found;
}
