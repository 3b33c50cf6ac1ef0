// The status page as a person meets it: read, followed while things change, and lost; and a subscription in the sandbox.

import { pino } from 'pino';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Listening, listen } from '../../../gateway/http.ts';
import { startLintel } from '../../../gateway/lintel.ts';
import { assets } from '../../../gateway/pages/assets.ts';
import type { Facts } from '../../../gateway/pages/facts.ts';
import { pageRoute, type Route } from '../../../gateway/pages/page.ts';
import { status } from '../../../gateway/pages/status.ts';
import { barriers, executable, launch, visit } from '../../browser.ts';
import { type Estate, eventually, startEstate } from '../../estate.ts';
import { badWeek, nowMs, system } from './told.ts';

/** A browser takes seconds to come up on a busy machine; nothing here asserts how many. */
const patientMs = 90_000;
const soon = <T>(asked: () => Promise<T>) => expect.poll(asked, { timeout: patientMs });

describe.runIf(executable)('the status page in a browser', { timeout: patientMs }, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  }, patientMs);
  afterAll(() => browser?.close());

  describe('of a week that has gone wrong', () => {
    let shown: Listening;
    let facts: readonly Facts[] = badWeek;
    beforeAll(async () => {
      const pages = new Map<string, Route>(assets.map(({ path, page }) => [path, pageRoute(page)]));
      pages.set('/status', status({ ask: async () => ({ systems: facts }), now: () => nowMs }));
      const context = () => ({});
      shown = await listen({ server: {} as never, context, pages }, 0, '127.0.0.1');
    });
    afterAll(() => shown?.close());
    const open = async (options: BrowserContextOptions = {}) => visit(browser, `${shown.url}/status`, options);

    it('is read without script', async () => {
      const { page, outside, complaints } = await open({ javaScriptEnabled: false });
      expect(await page.title()).toMatch(/^Lettings is back, but not relied on yet\. Repairs does not answer\./);
      const repairs = page.getByRole('article', { name: 'Repairs' });
      expect(await repairs.innerText()).toMatch(
        /Does not answer\nsince 12:05pm today.*Emergencies are always taken.*Expected back by 4:05pm tomorrow\./s,
      );
      expect(await page.getByRole('status').innerText()).toBe('');
      await page.getByRole('link', { name: 'Look again' }).click();
      expect(page.url()).toBe(`${shown.url}/status`);
      expect([outside, complaints]).toEqual([[], []]);
      await page.context().close();
    });

    it.each([
      ['light', 1280],
      ['dark', 1280],
      ['light', 320],
      ['dark', 320],
    ] as const)('has no barrier and nothing that sticks out (%s, %i pixels wide)', async (colorScheme, width) => {
      const { page, complaints } = await open({
        colorScheme,
        viewport: { width, height: 800 },
        javaScriptEnabled: true,
      });
      expect(await barriers(page, { include: ['html'] })).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      // This server has no stream: the page says that it is on its own, and goes on to be read.
      expect(complaints.every((one) => one.includes('404'))).toBe(true);
      await page.context().close();
    });

    it('prints what residents and staff need, black on white', async () => {
      const { page } = await open({ colorScheme: 'dark' });
      await page.emulateMedia({ media: 'print' });
      expect(await page.getByRole('navigation').isVisible()).toBe(false);
      expect(await page.getByText('Expected back by 4:05pm tomorrow.').isVisible()).toBe(true);
      const colours = `['body', '.state strong', '.soft, time'].map((one) => getComputedStyle(document.querySelector(one)).color)`;
      expect(new Set(await page.evaluate<string[]>(colours))).toEqual(new Set(['rgb(0, 0, 0)']));
      await page.context().close();
    });

    it('replaces only what differs when it looks again, and keeps where one is', async () => {
      const { page } = await open();
      const again = page.getByRole('link', { name: 'Look again' });
      await again.focus();
      await page.evaluate(`document.querySelector('#tenancies-state p').mine = 'untouched'`);
      facts = badWeek.map((one) => (one.name === 'repairs' ? system('repairs') : one));
      await page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`);
      const repairs = page.getByRole('article', { name: 'Repairs' });
      await soon(() => repairs.locator('strong').innerText()).toBe('Works');
      expect(await page.evaluate(`document.activeElement.textContent`)).toBe('Look again');
      expect(await page.evaluate(`document.querySelector('#tenancies-state p').mine`)).toBe('untouched');
      expect(await page.title()).toMatch(/The other 2 work/);
      facts = badWeek;
      await page.context().close();
    });
  });

  describe('of a Lintel that runs', () => {
    let estate: Estate;
    beforeAll(async () => {
      estate = await startEstate();
    }, patientMs);
    afterAll(() => estate?.close());

    const state = (page: Page, name: string) => page.getByRole('article', { name }).locator('strong').innerText();

    it('follows a fall and a return without being loaded again, and says each once', async () => {
      const { page, outside, complaints } = await visit(browser, `${estate.lintel.url}/status`);
      const said = page.getByRole('status');
      await soon(() => said.innerText()).toBe('This page follows changes by itself.');
      await page.evaluate(`document.body.dataset.mine = 'not loaded again'`);
      await estate.mocks.setFault({ target: 'lettings', fault: 'down' });
      await eventually(
        () => estate.ask('{ adverts { totalCount } systems { name state } }'),
        ({ data }) => data.systems.some(({ state }: { state: string }) => state === 'DOWN'),
      );
      await soon(() => state(page, 'Lettings')).toBe('Does not answer');
      expect(await said.innerText()).toMatch(/^Lettings does not answer\./);
      expect(await page.title()).toMatch(/^Lettings does not answer\. The other 3 work/);
      expect(await state(page, 'Repairs')).toBe('Works');
      await estate.mocks.clearFaults();
      await soon(() => state(page, 'Lettings')).toBe('Works');
      await soon(() => said.innerText()).toBe('Lettings works.');
      expect(await page.evaluate('document.body.dataset.mine')).toBe('not loaded again');
      expect([outside, complaints]).toEqual([[], []]);
      await page.context().close();
    });

    it('says when Lintel itself is gone, and follows again when it is back', async () => {
      const options = { env: estate.mocks.urls, host: '127.0.0.1', log: pino({ level: 'silent' }) };
      let lintel = await startLintel({ ...options, port: 0 });
      const { page } = await visit(browser, `${lintel.url}/status`);
      const said = page.getByRole('status');
      await soon(() => said.innerText()).toBe('This page follows changes by itself.');
      await lintel.close();
      await soon(() => said.innerText()).toMatch(/^Lintel cannot be reached\./);
      expect(await barriers(page, { include: ['html'] })).toEqual([]);
      lintel = await startLintel({ ...options, port: Number(new URL(lintel.url).port) });
      await soon(() => said.innerText()).toMatch(/^Lintel can be reached again\./);
      await page.context().close();
      await lintel.close();
    });

    it('is what the sandbox can subscribe to', async () => {
      const { page, complaints } = await visit(browser, `${estate.lintel.url}/sandbox`);
      const run = page.locator('.graphiql-execute-button');
      await run.waitFor();
      await page.locator('.graphiql-query-editor').click();
      await page.keyboard.press('ControlOrMeta+A');
      await page.keyboard.insertText('subscription Changes { systemChanged { name state } }');
      // The IDE takes a moment to see what the text holds.
      await page.getByRole('tab', { name: 'Changes' }).waitFor();
      const asked = page.waitForRequest((one) => one.postData()?.includes('systemChanged') ?? false);
      await run.click();
      // Not by GET: what a tab has for variables may be references of people, and those belong in no address.
      expect((await asked).method()).toBe('POST');
      const answer = async () => (await page.locator('.graphiql-response').innerText()).replaceAll('\u00a0', ' ');
      await soon(answer).toContain('"name": "telephony"');
      await estate.mocks.setFault({ target: 'tenancies', fault: 'down' });
      await eventually(
        () => estate.ask('{ people(surname: "Alderton") { totalCount } systems { name state } }'),
        ({ data }) => data.systems.some(({ state }: { state: string }) => state === 'DOWN'),
      );
      await soon(answer).toContain('"state": "DOWN"');
      expect(complaints).toEqual([]);
      await page.context().close();
      await estate.mocks.clearFaults();
    });
  });
});
