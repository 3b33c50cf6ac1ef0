// The sandbox and the documentation as a person meets them: in a browser, with the internet cut off.
import { existsSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systems } from '../../../subgraphs/index.ts';
import { barriers, executable, howToGetIt, launch, visit } from '../../browser.ts';
import { type Estate, eventually, startEstate } from '../../estate.ts';

/** A browser takes seconds to come up on a busy machine; nothing here asserts how many. */
const patientMs = 90_000;

it('has a browser to be tested in', ({ skip }) => {
  if (executable) return expect(existsSync(executable)).toBe(true);
  if (process.env.CI) throw new Error(howToGetIt);
  process.stderr.write(`\n${howToGetIt}\n\n`);
  skip(howToGetIt);
});

describe.runIf(executable)('in a browser that reaches nothing but Lintel', { timeout: patientMs }, () => {
  let browser: Browser;
  let estate: Estate;
  beforeAll(async () => {
    [browser, estate] = await Promise.all([launch(), startEstate()]);
  }, patientMs);
  afterAll(async () => {
    await browser?.close();
    await estate?.close();
  });

  const at = (path: string) => `${estate.lintel.url}${path}`;
  /** Asks until the answer is as wanted. (The browser's own waiting evaluates text in the page, which our policy forbids.) */
  const soon = <T>(asked: () => Promise<T>) => expect.poll(asked, { timeout: patientMs });
  /** What the IDE shows as the answer. Its editor writes spaces that do not break. */
  const answer = async (page: Page) => (await page.locator('.graphiql-response').innerText()).replaceAll('\u00a0', ' ');
  /** Runs the query in the open tab from the panel, and gives the answer as it came. */
  const runAgain = async (page: Page) => {
    const reply = page.waitForResponse((one) => one.request().postData()?.includes('KatyWaits') ?? false);
    await page.getByRole('button', { name: 'Run the query again' }).click();
    return (await reply).json();
  };
  const open = async (path = '/sandbox', options = {}) => {
    const visited = await visit(browser, at(path), options);
    await visited.page.locator('.graphiql-execute-button').waitFor();
    return visited;
  };

  describe('the sandbox', () => {
    it('opens at /graphql too, with a tab for each journey, and asks nobody else for anything', async () => {
      const { page, outside, complaints } = await open('/graphql');
      expect(await page.title()).toBe('Sandbox – Lintel');
      expect(await page.getByRole('tab').allInnerTexts()).toEqual([
        'KatyWaits',
        'DavidsExchange',
        'CeilingDown',
        'SchedulerDown',
        'WhoToRing',
        'BackupRestored',
        'ContractorsJobs',
        'EverythingDown',
      ]);
      await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
      await page.getByRole('link', { name: 'HousingApplication', exact: true }).waitFor();
      expect(outside).toEqual([]);
      expect(complaints).toEqual([]);
      await page.context().close();
    });

    it('runs a journey, shows what is left of it when a system is broken, and is whole again when that is mended', async () => {
      const { page, outside, complaints } = await open();
      const whole = await runAgain(page);
      expect(whole.errors).toBeUndefined();
      expect(whole.data.person.applications.items[0].offers.items[0].plannedMoveDate).toMatch(/^\d{4}-\d{2}-\d{2}$/);
      await soon(() => answer(page)).toContain('"name": "Ms Katy Alderton"');

      // With the keyboard alone, as the panel must be usable.
      const said = page.getByRole('status');
      await page.getByRole('combobox', { name: 'What' }).focus();
      await page.keyboard.type('lettings');
      await page.keyboard.press('Tab');
      await page.keyboard.type('down');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await soon(() => said.innerText()).toBe('lettings is broken: down.');
      expect(estate.mocks.faults()).toMatchObject([{ target: 'lettings', fault: 'down' }]);

      const rest = await runAgain(page);
      expect(rest.errors).toMatchObject([
        { path: ['person', 'applications'], extensions: { code: 'SYSTEM_DOWN', system: 'lettings' } },
      ]);
      expect(rest.data.person).toEqual({
        ...whole.data.person,
        applications: null,
        // The same, read anew: its time has moved.
        tenancies: rest.data.person.tenancies,
        calls: rest.data.person.calls,
      });
      expect(rest.data.person.tenancies.items).toHaveLength(whole.data.person.tenancies.items.length);
      await soon(() => answer(page)).toContain('"code": "SYSTEM_DOWN"');
      await soon(() => answer(page)).toContain('"applications": null');

      await page.getByRole('button', { name: 'Mend lettings' }).press('Enter');
      await soon(() => said.innerText()).toMatch(/^lettings is mended/);
      expect(await page.getByText('Nothing is broken.').isVisible()).toBe(true);
      expect(await page.evaluate('document.activeElement.id')).toBe('target');
      await eventually(
        () => estate.ask('{ systems { state } adverts { totalCount } }'),
        ({ errors }) => errors.length === 0,
      );
      expect((await runAgain(page)).data.person.applications).toEqual(
        expect.objectContaining({ items: expect.any(Array) }),
      );
      expect(outside).toEqual([]);
      expect(complaints).toEqual([]);
      await page.context().close();
    });

    it('says what Lintel has noticed, and in words when the mocks refuse', async () => {
      const { page } = await open();
      await expect.poll(() => page.locator('#states dt').allInnerTexts()).toEqual(systems.map(({ name }) => name));
      await page.evaluate(`document.querySelector('#kind').append(new Option('eaten', 'eaten'))`);
      await page.getByRole('combobox', { name: 'How' }).selectOption('eaten');
      await page.getByRole('button', { name: 'Break it' }).click();
      await soon(() => page.getByRole('status').innerText()).toMatch(/^There is no fault "eaten"\. Allowed: /);
      await page.context().close();
    });

    it('keeps queries out of the address, and gives the examples back', async () => {
      const { page } = await open();
      await page.getByRole('tab', { name: 'EverythingDown' }).click();
      await page.locator('.graphiql-query-editor').click();
      await page.keyboard.type('# mine');
      await soon(() => page.evaluate(`localStorage.getItem('graphiql:tabState')`)).toContain('# mine');
      expect(page.url()).toBe(at('/sandbox'));
      await Promise.all([page.waitForEvent('load'), page.getByRole('button', { name: 'Reset the tabs' }).click()]);
      await page.locator('.graphiql-execute-button').waitFor();
      await soon(() => page.locator('.graphiql-query-editor').innerText()).toMatch(/KatyWaits/);
      expect(await page.getByRole('tab', { name: 'EverythingDown' }).count()).toBe(1);
      expect(await page.evaluate(`localStorage.getItem('graphiql:tabState') ?? ''`)).not.toContain('# mine');
      await page.context().close();
    });

    it.each(['light', 'dark'] as const)(
      'has no barrier in what is ours (%s); in the IDE those that are known',
      async (colorScheme) => {
        const { page } = await open('/sandbox', { colorScheme });
        await page.getByRole('combobox', { name: 'What' }).selectOption('telephony.records');
        await page.getByRole('combobox', { name: 'How' }).selectOption('slow');
        await page.getByRole('button', { name: 'Break it' }).click();
        await page.getByRole('button', { name: 'Mend telephony.records' }).waitFor();
        await page.locator('#states dd').first().waitFor();
        expect(await barriers(page, { include: ['html'], exclude: ['#ide'] })).toEqual([]);
        await page.getByRole('button', { name: 'Mend everything' }).click();
        // GraphiQL's own: a close button inside each tab, and small; line numbers too faint in the dark.
        const known = ['color-contrast', 'nested-interactive', 'target-size'];
        const found = (await barriers(page, { include: ['#ide'] })).map((barrier) => barrier.split(':')[0]);
        expect(found.filter((rule) => !known.includes(rule ?? ''))).toEqual([]);
        await page.context().close();
      },
    );

    it('puts the panel away and back, on a phone at first', async () => {
      const { page } = await open('/sandbox', { viewport: { width: 390, height: 800 } });
      const toggle = page.getByRole('button', { name: 'Faults' });
      const panel = page.getByRole('complementary', { name: 'Break a system' });
      expect(await toggle.getAttribute('aria-expanded')).toBe('false');
      expect(await panel.isVisible()).toBe(false);
      await toggle.press('Enter');
      expect(await toggle.getAttribute('aria-expanded')).toBe('true');
      expect(await panel.isVisible()).toBe(true);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
      expect(await barriers(page, { include: ['#faults'] })).toEqual([]);
      await page.context().close();
    });
  });

  describe('the documentation', () => {
    it('leads from contents to type to field, without any script', async () => {
      const { page, outside, complaints } = await visit(browser, at('/docs'), { javaScriptEnabled: false });
      await page.getByText('Tenancies: types', { exact: true }).first().click();
      await page.getByRole('navigation').getByRole('link', { name: 'Person', exact: true }).click();
      expect(page.url()).toBe(at('/docs#Person'));
      const heading = page.getByRole('heading', { name: 'Person', exact: true });
      expect((await heading.boundingBox())?.y).toBeLessThan(200);
      await page.locator('[id="Person.calls"]').getByRole('link', { name: 'Calls', exact: true }).click();
      expect(page.url()).toBe(at('/docs#Calls'));
      await page.getByRole('navigation').getByRole('link', { name: 'Index' }).click();
      await page.locator('#index').getByRole('link', { name: 'workOrder', exact: true }).click();
      expect(page.url()).toBe(at('/docs#Query.workOrder'));
      expect(outside).toEqual([]);
      expect(complaints).toEqual([]);
      await page.context().close();
    });

    it.each([
      ['light', 1280],
      ['dark', 1280],
      ['light', 390],
      ['dark', 390],
    ] as const)('has no barrier and nothing that sticks out (%s, %i pixels wide)', async (colorScheme, width) => {
      const { page } = await visit(browser, at('/docs'), { colorScheme, viewport: { width, height: 800 } });
      await page.evaluate(`for (const one of document.querySelectorAll('details')) one.open = true`);
      expect(await barriers(page, { include: ['html'] })).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      await page.goto(at('/'));
      expect(await barriers(page, { include: ['html'] })).toEqual([]);
      await page.context().close();
    });

    it('prints as text alone', async () => {
      const { page } = await visit(browser, at('/docs'), { colorScheme: 'dark' });
      await page.emulateMedia({ media: 'print' });
      expect(await page.getByRole('navigation').isVisible()).toBe(false);
      expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
      await page.context().close();
    });
  });
});
