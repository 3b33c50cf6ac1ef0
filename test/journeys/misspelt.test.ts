// References that cannot be any, as people and word processors write them: told as wrong input at every root field, whether the
// system is up or down, and never as "not there".
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Keeper, startKeeper } from '../keeper.ts';

/** Root fields, what they are asked with, and how such a reference begins in the sentence that says what one looks like. */
const asked: [field: string, wrong: string, like: string][] = [
  ['person(personReference: $it) { name }', '1221', "a person's reference: the household's, a hyphen and a number"],
  ['person(personReference: $it) { name }', '0000122–1', 'It has a dash that is no hyphen'],
  ['property(propertyReference: $it) { address }', '0000 1017', 'a property reference of at most 12 characters'],
  ['property(propertyReference: $it) { repairs { items { reference } } }', '0000101700001017', 'a property reference'],
  ['tenancy(tenancyReference: $it) { tenure }', '000017—01', 'the reference of a tenancy'],
  ['workOrder(reference: $it) { description }', '1003 4321', 'the reference of a work order'],
  ['workOrders(contractorReference: $it) { edges { cursor } }', 'H 09', 'the reference of a contractor'],
  ['offer(offerNumber: $it) { status }', '–', 'the number of an offer'],
  ['application(applicationReference: $it) { band }', 'APP 0012345', 'the reference of an application'],
  ['mutualExchange(exchangeReference: $it) { status }', 'MEX–2022–00071', 'the reference of an exchange'],
  ['receipt(id: $it) { state }', 'R0 1', 'the id of a receipt'],
  ['hazard(id: $it) { open }', 'R–1', 'an id that Lintel gave'],
  ['moveEnquiry(id: $it) { question }', ' ', 'an id that Lintel gave'],
  ['welfareCampaign(id: $it) { name }', 'R/1', 'an id that Lintel gave'],
];

describe('a reference that cannot be one', { timeout: 60_000 }, () => {
  let keeper: Keeper;
  beforeAll(async () => {
    keeper = await startKeeper();
  });
  afterAll(() => keeper.close());

  const refused = async () => {
    for (const [field, it, like] of asked) {
      const { data, errors } = await keeper.ask(`query($it: ID!) { found: ${field} }`, { it });
      expect(data, field).toEqual({ found: null });
      expect(errors, field).toMatchObject([{ path: ['found'], extensions: { code: 'BAD_USER_INPUT' } }]);
      expect(errors[0]?.message, field).toContain(like);
      if (it.trim().length > 4) expect(errors[0]?.message.replace(/e\.g\. `[^`]*`/, ''), field).not.toContain(it);
    }
  };

  it('is wrong input, in a sentence that says what one looks like', refused);

  it('is wrong input among others, which come', async () => {
    const [good = ''] = keeper.mocks.world.cast.properties;
    const { data, errors } = await keeper.ask(
      'query($all: [ID!]!) { properties(propertyReferences: $all) { propertyReference address } }',
      { all: ['0000–1017', good, 'NONE'] },
    );
    expect(data.properties).toEqual([null, { propertyReference: good, address: expect.any(String) }, null]);
    expect(errors).toMatchObject([{ path: ['properties', 0], extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  it('is not what has spaces around it, or is well made and not there', async () => {
    const { personReference } = keeper.mocks.world.cast.katy;
    const { data, errors } = await keeper.ask(
      `{ katy: person(personReference: " ${personReference} ") { name } nobody: person(personReference: "9999999-1") { name } }`,
    );
    expect(errors).toEqual([]);
    expect(data).toEqual({ katy: { name: expect.any(String) }, nobody: null });
  });

  it('is wrong input while nothing can be asked', async () => {
    await keeper.fall('tenancies', 'lettings', 'repairs', 'telephony');
    await refused();
  });
});
