// Where Lintel's time goes under each question. Knows how Lintel is started and driven.
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts } from '../../process.ts';
import { lintel, start, stop } from './candidates.ts';
import { load } from './machine.ts';
import { readProfile } from './profile.ts';
import { questions } from './questions.ts';
import { aligned } from './report.ts';

/** Half of it, at the most, until all is compiled: that is left out. */
const seconds = 8;
const fromMs = 4_000;
/** What comes after is of less than a hundredth each. */
const rowsShown = 20;

/** Where Lintel's time goes, question by question: profiles in a folder, the largest shares here. */
export async function profile(
  supergraph: string,
  folder: string,
  scripts: ReadonlyMap<string, string>,
  connections: number,
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const { name, what } of questions) {
    const own = join(folder, name);
    rmSync(own, { recursive: true, force: true });
    const port = await freePorts(1);
    // In microseconds: a few thousand samples a second are enough for functions of a hundredth part.
    const flag = ['--cpu-prof', '--cpu-prof-interval', '250', '--cpu-prof-dir', own];
    const one = await start('Lintel', port, lintel(supergraph, port, flag));
    await load(one.url, scripts.get(name) ?? '', connections, seconds);
    await stop(one.process);
    const [file = ''] = readdirSync(own);
    const { functions, owners } = readProfile(join(own, file), fromMs);
    const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
    const rows = Array.from({ length: rowsShown }, (_, index) =>
      [functions[index], owners[index]].flatMap((each) => (each ? [percent(each.share), each.name] : ['', ''])),
    );
    const head = ['', 'function', '', 'whose'];
    console.log(`\n${name}: ${what} (${join(own, file)})\n\n${aligned([head, head.map(() => '---'), ...rows])}`);
  }
}
