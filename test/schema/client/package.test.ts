// Clients as partners have them, over the running endpoint: ours out of its archive, Apollo Client and urql; each with
// everything up, and with a system down. Each project is strict, and its type checker refuses what it should.
import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StartedMocks } from '../../../mocks/index.ts';
import { createClient } from '../../../schema/client/client.ts';
import type { TypedDocument } from '../../../schema/client/document.ts';
import * as operations from '../../../schema/client/generated/operations.ts';
import { type Estate, eventually, startEstate } from '../../estate.ts';
import { type Keeper, startKeeper } from '../../keeper.ts';
import { complaints, type Project, packed, project, refused, workplace } from './project.ts';

/** Compiling, generating and mending take seconds, more on a busy machine. */
const longMs = 60_000;

/** The README's examples, by the file name in their first line. */
const examples = Object.fromEntries(
  [...readFileSync('schema/client/README.md', 'utf8').matchAll(/^```ts\n\/\/ (\S+)\n([\s\S]*?)^```$/gm)].map(
    ([, file, text]) => [file, text],
  ),
);
const example = (file: string) => {
  const text = examples[file];
  if (!text) throw new Error(`The README has no example ${file}.`);
  // The README's endpoint is that of `npm start`; here it is wherever the test's is.
  return text.replaceAll('http://127.0.0.1:4000', estate.lintel.url);
};

/** Packages of ours that other projects have too, for development as for work. */
const ours = (...names: string[]) => names.map((name) => `node_modules/${name}`);
const generator = ours('@graphql-codegen', '@graphql-typed-document-node', 'graphql');

/** Those of the client alone. */
const ofClient = ['page.ts', 'say.ts', 'report.ts'];

let estate: Estate;
let work: Awaited<ReturnType<typeof workplace>>;
let empty: Project;
beforeAll(async () => {
  [estate, work] = await Promise.all([startEstate(), workplace()]);
  const archive = await packed(work.folder);
  empty = await project(work.folder, 'empty', Object.fromEntries(ofClient.map((file) => [file, example(file)])), []);
  // A package that needs another would fail here: nothing can be fetched.
  await empty.must('npm', 'install', '--offline', '--no-audit', '--no-fund', archive);
}, longMs);
afterAll(async () => {
  await estate.close();
  await work.clear();
});

/** Runs something while a system is down; it is back afterwards. `query` needs that system. */
async function without<T>(system: string, query: string, run: () => Promise<T>): Promise<T> {
  await estate.mocks.setFault({ target: system, fault: 'down' });
  const result = await run();
  await estate.mocks.clearFaults();
  await eventually(
    () => estate.ask(query),
    ({ errors }) => errors.length === 0,
  );
  return result;
}

const asksLettings = '{ offer(offerNumber: "0") { status } }';
const asksRepairs = '{ workOrder(reference: "0") { description } }';

describe('the ready operations', () => {
  // One that keeps: nothing can be written elsewhere.
  let keeper: Keeper;
  beforeAll(async () => {
    keeper = await startKeeper(200);
  }, longMs);
  afterAll(() => keeper.close());

  /** What the operations ask for, by the names of their variables. */
  async function references(): Promise<Record<string, string>> {
    const { katy, david } = keeper.mocks.world.cast;
    const query = `{ property(propertyReference: "${katy.propertyReference}") { repairs { items { reference } } } }`;
    const { data } = await keeper.ask(query);
    const { id } = await reported();
    return { ...david, ...katy, contractorReference: 'H09', reference: data.property.repairs.items[0].reference, id };
  }

  async function reported(): Promise<{ id: string }> {
    const input = { ...inputs(keeper.mocks.world.cast).ReportRepairDocument, idempotencyKey: 'one', channel: 'WEB' };
    const report = 'mutation($input: ReportRepairInput!) { reportRepair(input: $input) { receipt { id } } }';
    return (await keeper.ask(report, { input })).data.reportRepair.receipt;
  }

  it.each(Object.entries(operations))('%s is answered whole', async (name, document) => {
    const known = { ...(await references()), input: await inputOf(name) };
    const wanted = Object.entries(known).filter(([variable]) => document.includes(`$${variable}:`));
    const client = createClient({ url: `${keeper.lintel().url}/graphql` });
    const untyped: TypedDocument<object, Record<string, unknown>> = { toString: () => document };
    const { data, errors } = await client.request(untyped, Object.fromEntries(wanted));
    expect(errors).toEqual([]);
    expect(Object.values(data ?? {})).toEqual([expect.anything()]);
  });

  /** What is written, where the operation writes. */
  async function inputOf(name: string): Promise<object> {
    const { id: receipt } = await reported();
    const found = inputs(keeper.mocks.world.cast)[name];
    return { ...found, ...(found && 'receipt' in found && { receipt }), channel: 'WEB', idempotencyKey: name };
  }
});

/** Something to write, by the operation that writes it. */
function inputs({ katy, david, properties }: StartedMocks['world']['cast']): Record<string, object> {
  const [, , other] = properties;
  const hour = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
  const leg = (personReference: string, from: string | undefined, to: string | undefined) => ({
    ...{ personReference, fromPropertyReference: from, toPropertyReference: to, agreed: true },
  });
  return {
    ReportRepairDocument: { propertyReference: other, description: 'The tap drips.', urgency: 'ROUTINE' },
    BookAppointmentDocument: { receipt: '', window: { start: hour(48), end: hour(50) } },
    CompleteWorkOrderDocument: { receipt: '' },
    UpdateContactDetailsDocument: { personReference: katy.personReference, telephone: '01632 960123' },
    AcceptOfferDocument: { offerNumber: katy.offerNumber },
    ApplyForExchangeDocument: {
      legs: [
        leg(katy.personReference, katy.propertyReference, david.propertyReference),
        leg(david.personReference, david.propertyReference, katy.propertyReference),
      ],
    },
    EnquireAboutMoveDocument: { personReference: katy.personReference },
    RequestCallbackDocument: { telephone: '01632 960123', line: 'repairs' },
  };
}

describe('the packed client in an empty strict project', () => {
  it('installs by itself and alone, with all that partners without TypeScript need', { timeout: longMs }, async () => {
    const list = JSON.parse(await empty.must('npm', 'ls', '--all', '--json'));
    expect(Object.keys(list.dependencies)).toEqual(['lintel-client']);
    expect(list.dependencies['lintel-client'].dependencies).toBeUndefined();
    const inPackage = (file: string) => readFile(join(empty.folder, 'node_modules/lintel-client', file), 'utf8');
    expect(await inPackage('api.graphql')).toBe(readFileSync('schema/api.graphql', 'utf8'));
    expect(await inPackage('LICENSE')).toBe(readFileSync('LICENSE', 'utf8'));
    expect(JSON.parse(await inPackage('generated/operations.json')).operations.length).toBeGreaterThan(5);
  });

  it("compiles the README's examples, and is refused where it is used wrongly", { timeout: longMs }, async () => {
    const wrong = await refused(empty, 'wrong.ts');
    expect(wrong.length).toBeGreaterThan(10);
    expect(await complaints(empty, true)).toEqual(wrong);
  });

  it('gives all that was asked for, and with lettings down the rest, and why', { timeout: longMs }, async () => {
    const whole = await empty.must('node', 'page.ts');
    expect(whole).toMatch(/^Ms Katy Alderton\nPlans to move on \d{4}-\d{2}-\d{2}\.\n$/);
    const rest = await without('lettings', asksLettings, () => empty.must('node', 'page.ts'));
    expect(rest).toMatch(/^Ms Katy Alderton\nHer move date could not be asked: The lettings system .+\.\n$/);
  });
});

describe('operations of a partner, generated as the README says', () => {
  let partner: Project;
  beforeAll(async () => {
    const files = { 'codegen.ts': example('codegen.ts'), 'src/repairs.ts': example('src/repairs.ts') };
    const client = join(empty.folder, 'node_modules/lintel-client');
    partner = await project(work.folder, 'partner', files, [client, ...generator]);
  }, longMs);

  it('are typed by what they ask for, and answered', { timeout: longMs }, async () => {
    await partner.must('graphql-codegen');
    expect(await complaints(partner, false)).toEqual(await refused(partner, 'src/wrong.ts'));
    const run = () => partner.must('node', 'dist/src/repairs.js');
    expect(await run()).toMatch(/^(\d{8} .+\n)+$/);
    expect(await without('repairs', asksRepairs, run)).toMatch(/^The repairs system .+\.\n$/);
  });

  it('are refused when the schema cannot answer them', { timeout: longMs }, async () => {
    await writeFile(join(partner.folder, 'src/misspelt.ts'), misspelt);
    const { code, errors } = await partner.run('graphql-codegen');
    expect(code).not.toBe(0);
    expect(errors).toContain('Cannot query field "plannedMoveDay" on type "Offer"');
    expect(await complaints(partner, false)).toContain('src/misspelt.ts:4');
  });
});

/** A partner's operation that no schema of ours has ever answered. */
const misspelt = `import { createClient } from 'lintel-client';
import { graphql } from './gql/index.js';
const wrong = graphql(\`query Wrong { offer(offerNumber: "1") { plannedMoveDay } }\`);
await createClient({ url: 'http://127.0.0.1/graphql' }).request(wrong);
`;

describe.each([
  ['Apollo Client', 'apollo', ours('@apollo', 'rxjs')],
  ['urql', 'urql', ours('@urql')],
])("%s with codegen's client preset", (_title, name, packages) => {
  let theirs: Project;
  beforeAll(async () => {
    const files = { 'api.graphql': readFileSync('schema/api.graphql', 'utf8') };
    theirs = await project(work.folder, name, files, [...packages, ...generator]);
    await theirs.must('graphql-codegen');
  }, longMs);

  it('has typed data, and with repairs down the rest of the page and the error in the words of the contract', {
    timeout: longMs,
  }, async () => {
    const wrong = await refused(theirs, 'src/wrong.ts');
    expect(wrong.length).toBeGreaterThan(1);
    expect(await complaints(theirs, false)).toEqual(wrong);
    const { katy } = estate.mocks.world.cast;
    const asked = [`${estate.lintel.url}/graphql`, katy.personReference, katy.propertyReference];
    const run = async () => JSON.parse(await theirs.must('node', 'dist/src/page.js', ...asked));
    const page = { name: 'Ms Katy Alderton', address: expect.stringMatching(/^\d+ /) };
    expect(await run()).toEqual({ ...page, repairs: expect.any(Number), source: 'LIVE', errors: [], other: null });
    expect(await without('repairs', asksRepairs, run)).toEqual({
      ...page,
      repairs: null,
      source: null,
      errors: [['property.repairs', 'SYSTEM_DOWN', 'repairs']],
      other: null,
    });
  });
});
