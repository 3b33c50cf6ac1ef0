// Headless Chromium for tests, with the network cut: whatever is asked of anyone but the server under test is refused
// and told. Debian has it as the package chromium; CHROMIUM names another.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const usual = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Where Chromium is, or null. */
export const executable = (process.env.CHROMIUM ? [process.env.CHROMIUM] : usual).find(existsSync) ?? null;

/** What to say where there is none. */
export const howToGetIt =
  'NOT TESTED: sandbox and documentation in a browser, since there is no Chromium. Install it (Debian: apt-get install chromium), or say where it is: CHROMIUM=/path/to/chromium npm test';

/** Nothing of its own over the network, and no sandbox of its own: tests run as root in containers. */
const quiet = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--disable-quic',
];

/** Starts a browser with an empty profile of its own. */
export function launch(): Promise<Browser> {
  return chromium.launch({ ...(executable && { executablePath: executable }), args: quiet });
}

/** A page, and what went on around it. */
export interface Visit {
  page: Page;
  /** Every address outside of the server that was asked for, in vain. */
  outside: string[];
  /** What the browser complained of: scripts that failed, rules that were broken. */
  complaints: string[];
}

/** Opens an address with all but its own server cut off. */
export async function visit(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const outside: string[] = [];
  const complaints: string[] = [];
  await context.route('**/*', (route) => {
    if (new URL(route.request().url()).origin === new URL(url).origin) return route.continue();
    outside.push(route.request().url());
    return route.abort();
  });
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(url);
  return { page, outside, complaints };
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe holds against a part of a page, by WCAG 2.2 A and AA: `rule: where`. */
export async function barriers(page: Page, part: { include: string[]; exclude?: string[] }): Promise<string[]> {
  await page.evaluate(axe);
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa'];
  const run = `axe.run(${JSON.stringify(part)}, { runOnly: ${JSON.stringify(tags)} })`;
  const { violations, passes } = (await page.evaluate(run)) as {
    violations: { id: string; nodes: { target: string[] }[] }[];
    passes: unknown[];
  };
  if (!passes.length) throw new Error(`axe found nothing to check in ${part.include}.`);
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
}
