// Which licences are in the tree: read off what is installed, package by package. What Lintel is measured against in
// test/bench/outage is in a package file of its own and no part of the tree, whatever its licence.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

interface Locked {
  dev?: boolean;
  optional?: boolean;
}

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, Locked> };

/** A package's licence as it declares it, or undefined where it is not installed (another platform's binary). */
function licenceOf(folder: string): string | undefined {
  try {
    const manifest = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
    return JSON.stringify(manifest.license ?? manifest.licenses ?? null);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

const permissive = /\b(MIT|ISC|BSD|0BSD|Apache|BlueOak|CC0|CC-BY|Python|Unlicense|WTFPL|Zlib)\b/i;
const refused = /\b(A?GPL|LGPL|SSPL|Elastic|BUSL|Commons-Clause)/i;
/** Weak copyleft by file, in tools that are never shipped. */
const inToolsOnly = /\bMPL\b/;

it('has no package under a licence that we may not use', () => {
  const wrong: string[] = [];
  let read = 0;
  for (const [folder, { dev, optional }] of Object.entries(packages)) {
    if (!folder) continue;
    const licence = licenceOf(folder);
    if (licence === undefined) {
      if (!optional) wrong.push(`${folder} is not installed: run npm ci`);
      continue;
    }
    read += 1;
    const tool = dev && inToolsOnly.test(licence);
    if (refused.test(licence) || !(permissive.test(licence) || tool)) wrong.push(`${folder}: ${licence}`);
  }
  expect(wrong).toEqual([]);
  expect(read).toBeGreaterThan(100);
});
