// What Lintel is measured against, installed when it is first needed, in a folder of its own and in no tree of Lintel's.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { project } from '../process.ts';

/**
 * Installs what a folder's package.json names, where that has not been done. Where it cannot be done it says what to do, and
 * ends the process.
 * @param alone a command that measures Lintel alone.
 */
export function installPeers(folder: string, alone: string): void {
  if (existsSync(join(folder, 'node_modules/@apollo/gateway'))) return;
  const shown = relative(project, folder);
  console.error(`Installing what Lintel is measured against (${join(shown, 'package.json')}), once ...`);
  try {
    const install = ['install', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    execFileSync('npm', install, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  } catch {
    console.error(
      `That failed. With a registry at hand, run: npm install --prefix ${shown} --no-package-lock\n` +
        `Without one, measure Lintel alone: ${alone}`,
    );
    process.exit(1);
  }
}
