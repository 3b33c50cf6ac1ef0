// Whether this Node can run Lintel. Loads nothing, so that it can be asked first.

/**
 * What is wrong with a Node, in sentences for people; null: nothing.
 * @param version as `process.versions.node` has it.
 * @param engines as package.json has them: `>=26`.
 */
export function nodeProblem(version: string, engines: string): string | null {
  const least = Number(/\d+/.exec(engines)?.[0]);
  if (Number.parseInt(version, 10) >= least) return null;
  return (
    `Lintel needs Node ${least} or newer; this is Node ${version}. ` +
    'It brings its own: in its folder, run npm ci once, and then npx lintel (or npm start) instead of node.'
  );
}
