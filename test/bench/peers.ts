// What Lintel is measured against, installed when it is first needed, in a folder of its own and in no tree of Lintel's.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { project } from '../process.ts';

const manifest = (folder: string): { version: string; dependencies: Record<string, string> } =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

function installed(folder: string, name: string): string | null {
  const own = join(folder, 'node_modules', name);
  return existsSync(own) ? manifest(own).version : null;
}

/**
 * Installs what a folder's package.json names, each at its own version, where that has not been done. Where it cannot be done it says what to do, and
 * ends the process.
 * @param alone a command that measures Lintel alone.
 */
export function installPeers(folder: string, alone: string): void {
  const { dependencies } = manifest(folder);
  if (Object.entries(dependencies).every(([name, version]) => installed(folder, name) === version)) return;
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
