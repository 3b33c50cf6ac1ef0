// What a new system is made from: files that are themselves a system, called income, for either wire; which of them
// goes where; and the two lists that a system stands in. Writes nothing.
import { readFileSync } from 'node:fs';

/** What a new system may speak. */
export const wires = ['rest', 'soap'] as const;
export type WireKind = (typeof wires)[number];

/** A file of a new system, or a list with it added. Paths from the project's root. */
export interface Draft {
  path: string;
  /** What it is, for whoever it is written for. */
  what: string;
  text: string;
}

/** The six files, in the order in which one makes them one's own. */
export function drafts(name: string, wire: WireKind): Draft[] {
  const from: [template: string, path: string, what: string][] = [
    ['income.graphql', 'schema/income.graphql', 'its words, the source of truth'],
    [`${wire}/mock.ts`, 'mocks/income.ts', 'the wire, made up'],
    ['index.ts', 'subgraphs/income/index.ts', 'what it is'],
    [`${wire}/adapter.ts`, 'subgraphs/income/adapter.ts', 'its wire'],
    ['resolvers.ts', 'subgraphs/income/resolvers.ts', 'which field asks which read'],
    [`${wire}/test.ts`, 'test/subgraphs/income.test.ts', 'what it must do, like every system'],
  ];
  return from.map(([template, path, what]) => ({
    path: named(path, name),
    what,
    text: named(readFileSync(new URL(`templates/${template}`, import.meta.url), 'utf8'), name),
  }));
}

/** What a new system's schema calls its types and its root field: nobody else may. */
export function claims(name: string): string[] {
  return ['IncomeRecord', 'IncomeRecords', 'IncomeRecordStatus', 'incomeRecord'].map((word) => named(word, name));
}

function named(text: string, name: string): string {
  const capital = name.charAt(0).toUpperCase() + name.slice(1);
  return text.replaceAll('income', name).replaceAll('Income', capital).replaceAll('INCOME', name.toUpperCase());
}

/** The list of systems with another at its end; null where it is not as it used to be. */
export function withSystem(list: string, name: string): string | null {
  return added(list, `import { ${name} } from './${name}/index.ts';`, /(systems\b[^=]*= \[)([^\]]*)\]/, name);
}

/** The list of mocks with another at its end; null where it is not as it used to be. */
export function withMock(list: string, name: string): string | null {
  const mock = `${name}Mock`;
  return added(list, `import { ${mock} } from './${name}.ts';`, /(return \[)([^\]]*)\]/, `${mock}(world)`);
}

function added(list: string, importing: string, entries: RegExp, entry: string): string | null {
  const lastImport = list.lastIndexOf('\nimport ');
  if (lastImport < 0 || !entries.test(list)) return null;
  const end = list.indexOf(';\n', lastImport) + 2;
  const imports = `${list.slice(0, end)}${importing}\n`;
  const rest = list.slice(end);
  return (
    imports +
    rest.replace(entries, (_, head: string, inner: string) => `${head}${inner.replace(/,?\s*$/, '')}, ${entry}]`)
  );
}
