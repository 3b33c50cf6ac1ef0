// A legacy system that comes back from an old backup, as its callers see it: what was written since is gone, sessions are
// lost, and references are given out again, to others.
import { afterEach, describe, expect, it } from 'vitest';
import type { WorldOptions } from '../../mocks/world.ts';
import { startLegacy } from './legacy.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
let running: Awaited<ReturnType<typeof startLegacy>> | undefined;
afterEach(() => running?.close());

async function start(options?: WorldOptions) {
  running = await startLegacy(options);
  await running.login();
  return { ...running, cast: running.mocks.world.cast, world: running.mocks.world };
}
type Legacy = Awaited<ReturnType<typeof start>>;

const offer = async (legacy: Legacy, offerNo: string) =>
  (await legacy.lettings(`/offers?refs=${offerNo}`)).body.results;
const workOrder = (legacy: Legacy, reference: string) => legacy.repairs(`/workOrders/${reference}`);
const details = async (legacy: Legacy, personRef: string) => {
  const [house] = personRef.split('-');
  const { Members } = await legacy.housing('GetHousehold', `<HouseRefs><HouseRef>${house}</HouseRef></HouseRefs>`);
  return Members.Member.find((one: { person_no: string }) => `${house}-${one.person_no}` === personRef);
};
const changedPeople = async (legacy: Legacy, since: string) => {
  const wish = `<Entity>MEMBER</Entity><Since>${since}</Since><AfterKey/><MaxRows>1000</MaxRows>`;
  return ((await legacy.housing('ChangedSince', wish)).Keys.Changed ?? []) as { key: string; tstamp: string }[];
};

describe('a restored backup', () => {
  it('of lettings has lost acceptances, exchanges and sessions, and numbers the next exchange alike', async () => {
    const legacy = await start();
    const { david, katy } = legacy.cast;
    const [leg] = legacy.world.exchanges.find((one) => one.exchRef === david.exchangeReference)?.legs ?? [];
    const legs = [leg, { ...leg, personRef: katy.personReference }];
    const standing = legacy.world.offers.find((one) => one.status === 20)?.offerNo ?? '';
    const feed = async () => (await legacy.lettings('/changes?since=23/11/2026%2000:00')).body.results;
    const [before, quiet] = [await offer(legacy, standing), await feed()];

    legacy.mocks.backup('lettings');
    legacy.pass(HOUR / 6);
    await legacy.lettings(`/offers/${standing}/acceptance`, { clientRef: 'L-1' });
    const made = (await legacy.lettings('/exchanges', { clientRef: 'L-2', legs })).body.exchRef;
    expect(await offer(legacy, standing)).not.toEqual(before);
    expect(await feed()).toContainEqual({ kind: 'exchange', ref: made });

    await legacy.mocks.restore('lettings');
    expect((await legacy.lettings('/adverts')).body.code).toBe('SESSION_EXPIRED');
    await legacy.login();
    expect(await offer(legacy, standing)).toEqual(before);
    expect((await legacy.lettings(`/exchanges?refs=${made}`)).body.results).toEqual([]);
    expect(await feed()).toEqual(quiet);
    // Not a repeat of what was lost: the system knows nothing of it any more.
    const again = await legacy.lettings('/exchanges', { clientRef: 'L-3', legs: legs.toReversed() });
    expect([again.status, again.body.exchRef]).toEqual([201, made]);
    expect((await legacy.lettings('/exchanges', { clientRef: 'L-2', legs })).status).toBe(201);
  });

  it('of work orders has lost a repair, and gives its number to another', async () => {
    const legacy = await start();
    const { katy, david } = legacy.cast;
    const kept = await legacy.raise(katy.propertyReference, 'Tap drips', 'LNT-1');
    legacy.mocks.backup('repairs.workOrders');
    legacy.pass(HOUR);
    const lost = await legacy.raise(katy.propertyReference, 'Ceiling down', 'LNT-2');
    await legacy.repairs('/workOrderComplete', { workOrderReference: { id: kept } });
    await legacy.mocks.restore('repairs.workOrders');
    expect((await workOrder(legacy, lost)).status).toBe(404);
    expect((await workOrder(legacy, kept)).body).toMatchObject({ statusCode: 10, externalReference: 'LNT-1' });
    expect((await legacy.repairs('/workOrders?externalReference=LNT-2')).body).toEqual([]);
    const changes = (await legacy.repairs('/changes?since=2026-11-23T00:00:00')).body;
    expect(changes.map((one: { reference: string }) => one.reference)).toEqual([kept]);
    const reissued = await legacy.raise(david.propertyReference, 'No heating', 'LNT-3');
    expect(reissued).toBe(lost);
    expect((await workOrder(legacy, lost)).body).toMatchObject({
      description: 'No heating',
      externalReference: 'LNT-3',
    });
  });

  it('of the scheduler has lost a visit that the work orders still show, and its session', async () => {
    const legacy = await start();
    const open = async () => {
      const login = `<login>${legacy.mocks.urls.REPAIRS_SCHEDULER_USER}</login>`;
      const password = `<password>${legacy.mocks.urls.REPAIRS_SCHEDULER_PASSWORD}</password>`;
      return `<sessionId>${(await legacy.scheduler('openSession', login + password)).sessionId}</sessionId>`;
    };
    const [katys] = (await legacy.repairs(`/workOrders?propertyReference=${legacy.cast.katy.propertyReference}`)).body;
    const number = `<primaryOrderNumber>${katys.reference}</primaryOrderNumber>`;
    let session = await open();
    const window = async () => {
      const { theOrders } = await legacy.scheduler('selectOrder', session + number);
      return theOrders[0].theBookings[0].planningWindowStart;
    };
    const before = await window();
    legacy.mocks.backup('repairs.scheduler');
    const [from, to] = ['2026-12-09T08:00:00', '2026-12-09T12:00:00'];
    const window2 = `<planningWindowEnd>${to}</planningWindowEnd><planningWindowStart>${from}</planningWindowStart>`;
    const wish = `<theBooking><bookingId>0</bookingId>${window2}${number}</theBooking><force>true</force>`;
    expect((await legacy.scheduler('scheduleBooking', session + wish)).status).toBe('success');
    expect(await window()).toBe(from);

    await legacy.mocks.restore('repairs.scheduler');
    expect((await legacy.scheduler('selectOrder', session + number)).errorMsg).toBe('session expired');
    session = await open();
    expect(await window()).toBe(before);
    expect((await workOrder(legacy, katys.reference)).body.appointment.date).toBe('2026-12-09');
    // The whole of repairs: neither of the two knows of it.
    legacy.mocks.backup('repairs');
    await legacy.scheduler('scheduleBooking', session + wish.replaceAll('2026-12-09', '2026-12-10'));
    await legacy.mocks.restore('repairs');
    expect((await workOrder(legacy, katys.reference)).body.appointment.date).toBe('2026-12-09');
  });

  it('of the work orders leaves the scheduler an order of the number that is given out again', async () => {
    const legacy = await start();
    const { katy, david } = legacy.cast;
    const login = `<login>${legacy.mocks.urls.REPAIRS_SCHEDULER_USER}</login>`;
    const password = `<password>${legacy.mocks.urls.REPAIRS_SCHEDULER_PASSWORD}</password>`;
    const session = `<sessionId>${(await legacy.scheduler('openSession', login + password)).sessionId}</sessionId>`;
    const create = (number: string) =>
      legacy.scheduler(
        'createOrder',
        `${session}<theOrder><contract>H01</contract><locationID>1</locationID><primaryOrderNumber>${number}</primaryOrderNumber><priority>N</priority><targetDate>2026-12-22T09:00:00</targetDate></theOrder>`,
      );
    legacy.mocks.backup('repairs.workOrders');
    expect((await create(await legacy.raise(katy.propertyReference, 'Tap drips', 'LNT-1'))).status).toBe('success');
    await legacy.mocks.restore('repairs.workOrders');
    const reissued = await legacy.raise(david.propertyReference, 'No heating', 'LNT-2');
    expect((await create(reissued)).errorMsg).toBe('order already exists');
  });

  it('of tenancies has the old contact details, and nothing in the contact log', async () => {
    const legacy = await start();
    const { personReference } = legacy.cast.katy;
    const before = await details(legacy, personReference);
    const log = async () => legacy.housing('GetContactLog', `<PersonRef>${personReference}</PersonRef>`);
    const silent = await log();
    legacy.mocks.backup('tenancies');
    const update = `<PersonRef>${personReference}</PersonRef><Telephone>07700 900018</Telephone><UserField1>LNT-1</UserField1>`;
    expect((await legacy.housing('UpdateContactDetails', update)).Success).toBe('true');
    expect((await details(legacy, personReference)).telephone).toBe('07700 900018');
    await legacy.mocks.restore('tenancies');
    expect(await details(legacy, personReference)).toEqual(before);
    expect(await log()).toEqual(silent);
    expect(await changedPeople(legacy, '2026-11-23T00:00:00')).toEqual([]);
  });

  it('of the call records has none of the calls between backup and restore, and those after', async () => {
    const legacy = await start();
    const before = await legacy.records('Master.csv');
    legacy.mocks.backup('telephony');
    legacy.pass(HOUR);
    const [lost] = legacy.mocks.change({ target: 'telephony', count: 1 });
    expect((await legacy.records('Master.csv')).some((line) => line.includes(`"${lost?.reference}"`))).toBe(true);
    await legacy.mocks.restore('telephony');
    expect(await legacy.records('Master.csv')).toEqual(before);
    legacy.pass(HOUR);
    const after = await legacy.records('Master.csv');
    expect(after.length).toBeGreaterThan(before.length);
    expect(after.some((line) => line.includes(`"${lost?.reference}"`))).toBe(false);
  });

  it('may be put back more than once, and is the last one taken', async () => {
    const legacy = await start();
    const raise = (words: string) => legacy.raise(legacy.cast.katy.propertyReference, words, words);
    legacy.mocks.backup();
    const first = await raise('one');
    legacy.mocks.backup('repairs');
    for (const words of ['two', 'three']) {
      const second = await raise(words);
      await legacy.mocks.restore();
      expect((await workOrder(legacy, second)).status).toBe(404);
      expect((await workOrder(legacy, first)).body.description).toBe('one');
      await legacy.login();
    }
  });
});

describe('the state of so many days ago', () => {
  it('of lettings lacks the date fixed for Katy this week, and offers and exchanges made since', async () => {
    const legacy = await start({ homes: 2_000 });
    const { katy } = legacy.cast;
    const all = async (path: string) => (await legacy.lettings(path)).body;
    const count = async () => (await all('/changes?since=01/01/1900%2000:00')).metadata.resultset.count;
    const since = async () => (await all('/changes?since=19/11/2026%2012:01')).results;
    const [before, [today]] = [await count(), await offer(legacy, katy.offerNumber)];
    expect(today.plannedStart).not.toMatch(/1900/);
    expect(await since()).toContainEqual({ kind: 'offer', ref: katy.offerNumber });

    await legacy.mocks.restore('lettings', { days: 4 });
    await legacy.login();
    const [then] = await offer(legacy, katy.offerNumber);
    expect(then.plannedStart).toMatch(/1900/);
    expect(then).toMatchObject({ status: 30, contractStatus: 'D', viewDate: today.viewDate });
    expect(await since()).toEqual([]);
    const { exchanges, adverts } = legacy.world;
    const later = exchanges.filter((one) => one.applied > '2026-11-19').map((one) => one.exchRef);
    expect(later.length).toBeGreaterThan(0);
    expect((await all(`/exchanges?refs=${later.slice(0, 40).join()}`)).results).toEqual([]);
    expect((await all('/adverts')).metadata.resultset.count).toBeLessThan(adverts.length);
    expect(await count()).toBeLessThan(before);

    // The numbers of what is lost are given out again.
    const legs = exchanges.find((one) => one.exchRef === legacy.cast.david.exchangeReference)?.legs;
    const made = await legacy.lettings('/exchanges', { clientRef: 'L-1', legs });
    expect(made.body.exchRef).toBe(later.toSorted()[0]);
    await legacy.mocks.restore('lettings', { days: 0 });
    await legacy.login();
    expect(await offer(legacy, katy.offerNumber)).toEqual([today]);
  });

  it('of tenancies has the contact details and rent accounts of that day, and nobody who came since', async () => {
    const legacy = await start({ homes: 2_000 });
    const { david } = legacy.cast;
    const account = async () => {
      const { Tenancies } = await legacy.housing(
        'GetTenancies',
        `<TagRefs><TagRef>${david.tenancyReference}</TagRef></TagRefs>`,
      );
      const statement = `<TagRef>${david.tenancyReference}</TagRef><From>01/09/2026</From><To>23/11/2026</To>`;
      const { Transactions } = await legacy.housing('GetRentStatement', statement);
      return { balance: Number(Tenancies.Tenancy[0].cur_bal), lines: Transactions.Transaction };
    };
    const [present, now] = [await details(legacy, david.personReference), await account()];
    await legacy.mocks.restore('tenancies', { days: 14 });
    expect((await details(legacy, david.personReference)).email).toBe('d.osei@example.org');
    expect(present.email).toBe('david.osei@example.org');
    const then = await account();
    expect(then.lines).toEqual(now.lines.filter((line: { post_date: string }) => line.post_date < '2026-11-10'));
    expect(then.balance).toBe(Number(then.lines.at(-1).balance));
    expect(then.lines.length).toBeLessThan(now.lines.length);
    expect(await changedPeople(legacy, '2026-11-09T12:00:01')).toEqual([]);
    const since = legacy.world.tenancies.filter((one) => one.start > '2026-11-09');
    expect(since.length).toBeGreaterThan(0);
    for (const { tagRef, houseRef } of since.slice(0, 5)) {
      expect((await legacy.housing('GetTenancies', `<TagRefs><TagRef>${tagRef}</TagRef></TagRefs>`)).Tenancies).toBe(
        '',
      );
      const others = legacy.world.tenanciesByHouse.get(houseRef)?.some((one) => one.start <= '2026-11-09');
      const { Members } = await legacy.housing(
        'GetHousehold',
        `<HouseRefs><HouseRef>${houseRef}</HouseRef></HouseRefs>`,
      );
      expect(Members !== '').toBe(others);
    }
  });

  it('of work orders has no job raised since, none changed since, and gives their numbers out again', async () => {
    const legacy = await start();
    const properties = legacy.cast.properties.slice(0, 25).map((one) => `propertyReference=${one}`);
    const jobs = async () =>
      (await legacy.repairs(`/workOrders?includeClosed=true&pageSize=500&${properties.join('&')}`)).body as {
        reference: string;
        dateRaised: string;
        lastUpdated: string;
        statusCode: number;
      }[];
    const present = await jobs();
    const lost = present.filter((job) => job.dateRaised > '2026-11-19T12:00:00').map((job) => job.reference);
    const since = '/changes?since=2026-11-19T12:00:01';
    expect((await legacy.repairs(since)).body.length).toBeGreaterThan(10);

    await legacy.mocks.restore('repairs', { days: 4 });
    const then = await jobs();
    expect(lost.length).toBeGreaterThan(0);
    expect(then.map((job) => job.reference)).toEqual(
      present.map((job) => job.reference).filter((reference) => !lost.includes(reference)),
    );
    for (const job of then) {
      expect(job.lastUpdated <= '2026-11-19T12:00:00').toBe(true);
      const today = present.find((one) => one.reference === job.reference);
      if (today && today.lastUpdated > '2026-11-19T12:00:00') expect(job.statusCode).toBe(10);
      else expect(job).toEqual(today);
    }
    expect((await legacy.repairs(since)).body).toEqual([]);
    const { katy } = legacy.cast;
    const first = await legacy.raise(katy.propertyReference, 'Tap drips', 'LNT-1');
    expect((await legacy.repairs(since)).body).toEqual([{ reference: first, lastUpdated: '2026-11-23T12:00:00' }]);
    await legacy.mocks.restore('repairs', { days: 0 });
    // It was the number of a job that is there again.
    expect((await workOrder(legacy, first)).body.externalReference).toBe('LNT-1');
    expect(Number(first)).toBeLessThan(10_000_000 + legacy.world.homes.length * 16);
  });

  it('is the present again with the days gone by, and undone by a backup taken before', async () => {
    const legacy = await start();
    const before = await offer(legacy, legacy.cast.katy.offerNumber);
    legacy.mocks.backup();
    await legacy.mocks.restore(undefined, { days: 30 });
    await legacy.login();
    expect(await offer(legacy, legacy.cast.katy.offerNumber)).not.toEqual(before);
    await legacy.mocks.restore();
    await legacy.login();
    expect(await offer(legacy, legacy.cast.katy.offerNumber)).toEqual(before);
  });
});

describe('the staff of a system', () => {
  it('change as many records as asked, and the feeds tell of them with their time', async () => {
    const legacy = await start();
    const changed = legacy.mocks.change({ target: 'tenancies', count: 20 }).map((one) => one.reference);
    expect(new Set(changed).size).toBe(20);
    const people = await changedPeople(legacy, '2026-11-23T12:00:00');
    expect(people.length).toBeGreaterThan(0);
    for (const { key, tstamp } of people) {
      expect(changed).toContain(key);
      expect(tstamp).toBe('2026-11-23T12:00:00');
    }
    const orders = legacy.mocks.change({ target: 'repairs.workOrders', count: 30 }).map((one) => one.reference);
    const feed = (await legacy.repairs('/changes?since=2026-11-23T12:00:00')).body;
    expect(feed.map((one: { reference: string }) => one.reference).sort()).toEqual(orders.toSorted());
    const moved = legacy.mocks.change({ target: 'lettings', count: 12 }).map((one) => one.reference);
    const told = (await legacy.lettings('/changes?since=23/11/2026%2012:00&limit=100')).body.results;
    const refs = told.map((one: { ref: string }) => one.ref);
    for (const reference of moved) expect(refs).toContain(reference);
  });

  it('do the same for the same seed, and other things for another', async () => {
    const legacy = await start();
    const wish = (seed: number) => ({ target: 'lettings', count: 15, seed });
    legacy.mocks.backup('lettings');
    const first = legacy.mocks.change(wish(1));
    const offered = (changes: typeof first) => changes.filter((one) => one.what.startsWith('offered'));
    await legacy.mocks.restore('lettings');
    expect(legacy.mocks.change(wish(1))).toEqual(first);
    await legacy.mocks.restore('lettings');
    const other = legacy.mocks.change(wish(2));
    expect(other).not.toEqual(first);
    // The number that one household's offer had is another household's now.
    const [mine, theirs] = [offered(first)[0], offered(other)[0]];
    expect(theirs?.reference).toBe(mine?.reference);
    expect(theirs?.what).not.toBe(mine?.what);
  });

  it('share out the work where a target has several backends', async () => {
    const { mocks } = await start();
    const changed = mocks.change({ count: 11 });
    expect(changed).toHaveLength(11);
    expect(new Set(changed.map((one) => one.target))).toEqual(
      new Set(['tenancies', 'lettings', 'repairs.workOrders', 'repairs.scheduler', 'telephony.records']),
    );
  });
});

describe('the control port', () => {
  it('takes backups with their age, puts them back, and sets staff to work', async () => {
    const { control, pass, login, lettings } = await start();
    const taken = [{ target: 'lettings', takenAt: '2026-11-23T12:00:00.100Z' }];
    expect(await control('/backups', { target: 'lettings' })).toEqual({ status: 200, body: taken });
    pass(4 * DAY);
    await login();
    const changed = (await control('/changes', { target: 'lettings', count: 3, seed: 5 })).body;
    expect(changed).toHaveLength(3);
    expect(changed[0]).toEqual({ target: 'lettings', reference: expect.any(String), what: expect.any(String) });
    expect((await control('/backups')).body).toEqual(taken);
    expect((await control('/restores', { target: 'lettings' })).body).toEqual(taken);
    expect((await lettings('/adverts')).status).toBe(401);
    expect((await control('/restores', { target: 'repairs', days: 2 })).body).toEqual([
      { target: 'repairs.workOrders', takenAt: '2026-11-25T12:00:00.300Z' },
      { target: 'repairs.scheduler', takenAt: '2026-11-25T12:00:00.300Z' },
    ]);
  });

  it('refuses what cannot be done, in a sentence', async () => {
    const { control } = await start();
    const said = async (path: string, wish: unknown) => {
      const { status, body } = await control(path, wish);
      expect(status).toBe(400);
      return body.error;
    };
    expect(await said('/backups', { target: 'rents' })).toMatch(
      /^There is nothing kept at "rents"\. Allowed: tenancies, lettings, repairs, repairs\.workOrders, repairs\.scheduler, telephony, telephony\.records, or/,
    );
    expect(await said('/backups', { target: 'telephony.switchboard' })).toMatch(/^There is nothing kept at/);
    expect(await said('/backups', { target: 7 })).toMatch(/^A wish is JSON such as/);
    expect(await said('/restores', {})).toMatch(/^No backup of anything was taken/);
    await control('/backups', { target: 'repairs.scheduler' });
    expect(await said('/restores', { target: 'repairs' })).toMatch(/^No backup of repairs\.workOrders was taken/);
    expect(await said('/restores', { target: 'repairs', days: -1 })).toBe(
      'days is a whole number from 0 to 3650, not -1.',
    );
    expect(await said('/changes', { count: 1_000 })).toBe('count is a whole number from 1 to 400, not 1000.');
    expect(await said('/changes', { seed: 'x' })).toMatch(/^seed is a whole number/);
  });
});
