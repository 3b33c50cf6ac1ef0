// Letters and e-mails that were received before anybody wrote them here, while systems are down: clocks run from their receipt,
// their place among other writes is that of their acceptance, and the systems are told of the receipt.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Keeper, startKeeper } from '../keeper.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const receipt =
  '{ receipt { id state acceptedAt receivedAt deadlines { rule name source step startsAt dueAt } made { id } } }';
const report = `mutation($input: ReportRepairInput!) { reportRepair(input: $input) ${receipt} }`;
const apply = `mutation($input: ApplyForExchangeInput!) { applyForExchange(input: $input) ${receipt} }`;
const list =
  '{ dispatchList { items { receipt { id } reportedAt dueAt hazard { awareAt tenancy nextDeadline { dueAt } } } } }';

/** The midnight in London with which a day ends, so many days after an instant. */
function endOfDay(iso: string, days: number): number {
  const day = Temporal.Instant.from(iso).toZonedDateTimeISO('Europe/London').toPlainDate();
  return day.add({ days: days + 1 }).toZonedDateTime('Europe/London').epochMilliseconds;
}

describe('what is received by letter or e-mail', { timeout: 60_000 }, () => {
  let keeper: Keeper;
  let properties: string[];
  /** So long ago; a client's clock, which is ours. */
  const ago = (ms: number) => new Date(Date.now() - ms).toISOString();

  beforeAll(async () => {
    keeper = await startKeeper();
    properties = [...keeper.mocks.world.cast.properties];
    await keeper.fall('repairs', 'lettings', 'tenancies');
  });
  afterAll(() => keeper.close());

  const repair = (key: string, more: object) => ({
    input: {
      ...{ propertyReference: properties[0], description: `Told by letter ${key}`, urgency: 'EMERGENCY' },
      ...{ channel: 'LETTER', idempotencyKey: key, ...more },
    },
  });

  it('starts the 42 days of an exchange with the day of its receipt, whenever it is typed in', async () => {
    const { cast } = keeper.mocks.world;
    const [here, there] = properties;
    const legs = [
      {
        personReference: cast.katy.personReference,
        fromPropertyReference: here,
        toPropertyReference: there,
        agreed: true,
      },
      {
        personReference: cast.david.personReference,
        fromPropertyReference: there,
        toPropertyReference: here,
        agreed: true,
      },
    ];
    const receivedAt = ago(5 * dayMs);
    const input = { legs, channel: 'LETTER', receivedAt, idempotencyKey: 'exchange by letter' };
    const { data, errors } = await keeper.ask(apply, { input });
    expect(errors).toEqual([]);
    const { acceptedAt, deadlines, ...told } = data.applyForExchange.receipt;
    expect(told).toMatchObject({ receivedAt });
    expect(Date.parse(acceptedAt)).toBeGreaterThan(Date.parse(receivedAt) + 4 * dayMs);
    expect(deadlines).toMatchObject([{ rule: 'MUTUAL_EXCHANGE', source: expect.stringContaining('159(3)') }]);
    expect(Date.parse(deadlines[0].startsAt)).toBe(Math.floor(Date.parse(receivedAt) / 1000) * 1000);
    expect(Date.parse(deadlines[0].dueAt)).toBe(endOfDay(receivedAt, 41));
  });

  it('starts the clock of an emergency with its receipt, and leaves it its place behind what was accepted before', async () => {
    const phone = await keeper.ask(report, repair('phone', { channel: 'PHONE' }));
    const receivedAt = ago(3 * hourMs);
    const hazard = { type: 'GAS', severity: 'EMERGENCY', tenancy: 'SOCIAL' };
    const mail = await keeper.ask(report, repair('mail', { channel: 'EMAIL', receivedAt, hazard }));
    const ids = [phone, mail].map(({ data }) => data.reportRepair.receipt.id);
    const { data } = await keeper.ask(list);
    expect(data.dispatchList.items.map((each: { receipt: { id: string } }) => each.receipt.id)).toEqual(ids);
    const dueMs = Date.parse(receivedAt) + dayMs;
    const [first, second] = data.dispatchList.items;
    expect(first.reportedAt).toBe(phone.data.reportRepair.receipt.acceptedAt);
    expect(second).toMatchObject({ reportedAt: receivedAt, hazard: { awareAt: receivedAt, tenancy: 'SOCIAL' } });
    expect(Date.parse(second.dueAt)).toBe(dueMs);
    expect(Math.abs(Date.parse(second.hazard.nextDeadline.dueAt) - dueMs)).toBeLessThan(1_000);
  });

  it('names the rule of each hazard: the law for damp of social tenancies, and else the own standard', async () => {
    const told = async (key: string, hazard: object) => {
      const { data } = await keeper.ask(report, repair(key, { hazard, urgency: 'ROUTINE' }));
      const [{ rule, name, source }] = data.reportRepair.receipt.deadlines;
      return { rule, name, source };
    };
    const damp = await told('damp', { type: 'DAMP_AND_MOULD', severity: 'SIGNIFICANT' });
    expect(damp).toMatchObject({
      rule: 'SIGNIFICANT_HAZARD',
      source: expect.stringContaining('SI 2025/1042, for social'),
    });
    const own = expect.stringContaining("the landlord's own standard");
    const fall = await told('fall', { type: 'FALLS', severity: 'SIGNIFICANT', tenancy: 'SOCIAL' });
    expect(fall).toMatchObject({ rule: 'SIGNIFICANT_HAZARD_OWN_STANDARD', name: own });
    const leased = await told('leased', { type: 'DAMP_AND_MOULD', severity: 'SIGNIFICANT', tenancy: 'OTHER' });
    expect(leased).toMatchObject({ rule: 'SIGNIFICANT_HAZARD_OWN_STANDARD', name: own });
  });

  it('is refused where it is still to come, or more than a year ago, and names the field', async () => {
    for (const receivedAt of [ago(-hourMs), ago(400 * dayMs)]) {
      const { errors } = await keeper.ask(report, repair('wrong', { receivedAt }));
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', fields: [{ field: 'receivedAt' }] } }]);
    }
  });

  it('is one with the same key, another where it says another time of receipt, and the same after a restart', async () => {
    const receivedAt = ago(2 * dayMs);
    const first = await keeper.ask(report, repair('twice', { receivedAt }));
    const again = await keeper.ask(report, repair('twice', { receivedAt }));
    expect(again.data.reportRepair.receipt).toMatchObject({ id: first.data.reportRepair.receipt.id, receivedAt });
    const other = await keeper.ask(report, repair('twice', { receivedAt: ago(dayMs) }));
    expect(other.errors).toMatchObject([{ extensions: { code: 'IDEMPOTENCY_KEY_REUSED' } }]);
    await keeper.restart();
    const { id } = first.data.reportRepair.receipt;
    const { data } = await keeper.ask('query($id: ID!) { receipt(id: $id) { receivedAt acceptedAt } }', { id });
    expect(data.receipt).toEqual({ receivedAt, acceptedAt: first.data.reportRepair.receipt.acceptedAt });
  });

  it('is raised, once repairs is back, with the time at which it was received', async () => {
    await keeper.comeBack('repairs', 'lettings', 'tenancies');
    const orders = `{ property(propertyReference: "${properties[0]}") { repairs { items { description raisedAt } } } }`;
    type Order = { description: string; raisedAt: string };
    const found = ({ data }: { data: { property: { repairs: { items: Order[] } | null } | null } }) =>
      data.property?.repairs?.items.find(({ description }) => description === 'Told by letter mail');
    const reply = await keeper.until(orders, {}, (each) => found(each) !== undefined);
    const raisedMs = Date.parse(found(reply)?.raisedAt ?? '');
    expect(Date.now() - raisedMs).toBeGreaterThan(2.9 * hourMs);
  });
});
