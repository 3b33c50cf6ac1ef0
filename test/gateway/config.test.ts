import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readConfig, readConnections } from '../../gateway/config.ts';
import { demo } from '../../gateway/demo.ts';
import { unread, unreadInWords } from '../../gateway/misspelt.ts';
import { startMocks } from '../../mocks/index.ts';
import { systems } from '../../subgraphs/index.ts';
import { freePorts } from '../process.ts';

const telephony = systems.find(({ name }) => name === 'telephony');
if (!telephony) throw new Error('there is no telephony');

describe('configuration', () => {
  it('has a default for everything that is not about a legacy system', () => {
    expect(readConfig({})).toMatchObject({
      port: 4000,
      host: '127.0.0.1',
      mocksPort: 4010,
      logLevel: 'info',
      subgraphTimeoutMs: 5_000,
      storeKeys: null,
      keepWarm: { on: true, pace: 1 },
      hosts: new Set(),
      origins: new Set(),
      documents: { files: [], only: false },
    });
    expect(readConfig({ PORT: '5000', LOG_LEVEL: '' })).toMatchObject({
      port: 5000,
      mocksPort: 5010,
      logLevel: 'info',
    });
  });

  it.each([
    ['PORT', '0', 'a port, 1 to 65535'],
    ['LOG_LEVEL', 'loud', 'fatal, error, warn, info, debug, trace or silent'],
    ['SUBGRAPH_TIMEOUT_MS', '1e9', 'milliseconds, 10 to 120000'],
    ['KEEP_WARM', 'sometimes', 'on or off'],
    ['CORS_ORIGINS', '*', 'origins parted by commas, like https://app.example,http://localhost:3000'],
    [
      'CORS_ORIGINS',
      'https://app.example/',
      'origins parted by commas, like https://app.example,http://localhost:3000',
    ],
    ['LINTEL_HOSTS', '*', 'hosts parted by commas, like lintel.example,repairs:4103'],
    ['LINTEL_HOSTS', 'http://lintel.example', 'hosts parted by commas, like lintel.example,repairs:4103'],
    ['TRUSTED_ONLY', 'yes', 'on or off'],
    ['KEEP_WARM_PACE', '0', 'a number, 0.05 to 10: how many times as fast as usual'],
  ])('refuses %s=%s by name, with what is allowed', (name, value, allowed) => {
    expect(() => readConfig({ [name]: value })).toThrow(`${name} is "${value}". It must be ${allowed}.`);
  });

  it('reads for which hosts it answers', () => {
    const { hosts } = readConfig({ LINTEL_HOSTS: 'Lintel.example , repairs:4103,[2001:DB8::1]' });
    expect(hosts).toEqual(new Set(['lintel.example', 'repairs:4103', '[2001:db8::1]']));
  });

  it('reads whose pages may ask, and which documents are trusted', () => {
    const env = { CORS_ORIGINS: 'https://app.example, http://localhost:3000', TRUSTED_DOCUMENTS: 'a.json,b.json' };
    expect(readConfig({ ...env, TRUSTED_ONLY: 'on' })).toMatchObject({
      origins: new Set(['https://app.example', 'http://localhost:3000']),
      documents: { files: ['a.json', 'b.json'], only: true },
    });
  });

  it('refuses a database that is not PostgreSQL, and does not repeat an address that may hold a password', () => {
    expect(() => readConfig({ DATABASE_URL: 'mysql://lintel:secret@x' })).toThrow(
      /^DATABASE_URL is not what it must be\. It must be a URL that begins with postgresql:\/\/\.$/,
    );
  });

  it('reads keys for what is kept, the newest first, and repeats no wrong one', () => {
    const key = Buffer.alloc(32, 7).toString('base64');
    expect([...(readConfig({ STORE_KEYS: `b:${key},a:${key}` }).storeKeys ?? [])]).toEqual([
      ['b', Buffer.alloc(32, 7)],
      ['a', Buffer.alloc(32, 7)],
    ]);
    expect(() => readConfig({ STORE_KEYS: 'a:secret' })).toThrow(
      /^STORE_KEYS is not what it must be\. It must be id:key/,
    );
  });

  it('keeps what was read for ninety days, or as many as are set', () => {
    const days = (KEEP_DAYS?: string) => readConfig({ KEEP_DAYS }).keepMs / (24 * 3_600_000);
    expect([days(), days('1'), days('3650')]).toEqual([90, 1, 3_650]);
    for (const wrong of ['0', '3651', '1.5', 'for ever']) expect(() => days(wrong)).toThrow('days, 1 to 3650');
  });

  it('keeps it in a database, in a file that is set, or where it is nobody else’s', () => {
    const kept = (env: Record<string, string>) => {
      const { store, storeSet } = readConfig(env);
      return [store, storeSet];
    };
    const url = 'postgresql://localhost/lintel';
    expect(kept({ DATABASE_URL: url, STORE_FILE: 'a' })).toEqual([{ url }, true]);
    expect(kept({ STORE_FILE: ' a ', DATABASE_URL: ' ' })).toEqual([{ file: 'a' }, true]);
    expect(kept({ TENANCIES_URL: 'http://x' })).toEqual([{ file: '.lintel/store.sqlite' }, false]);
    // Of a made-up landlord, and of each apart: what was read of it is never taken for the real one's.
    expect(kept({})).toEqual([{ file: '.lintel/demo-4000/store.sqlite' }, false]);
    expect(kept({ PORT: '5000', TENANCIES_URL: ' ' })).toEqual([{ file: '.lintel/demo-5000/store.sqlite' }, false]);
  });

  it('keeps everything warm unless told otherwise, at the pace that is set', () => {
    const warm = (env: Record<string, string>) => readConfig(env).keepWarm;
    expect(warm({ KEEP_WARM: 'off', KEEP_WARM_PACE: '0.05' })).toEqual({ on: false, pace: 0.05 });
    expect(warm({ KEEP_WARM_PACE: '10' })).toEqual({ on: true, pace: 10 });
    expect(() => warm({ KEEP_WARM_PACE: '11' })).toThrow('0.05 to 10');
  });

  it('puts the emergency journal beside the store; with a database, where the process runs, by port', () => {
    const place = (env: Record<string, string>) => readConfig(env).emergencyFile;
    expect(place({ STORE_FILE: '/srv/lintel/store.sqlite' })).toBe('/srv/lintel/emergencies');
    expect(place({ DATABASE_URL: 'postgresql://localhost/lintel', PORT: '5000' })).toBe(
      resolve('.lintel/5000.emergencies'),
    );
    expect(place({ STORE_FILE: 'a', EMERGENCY_FILE: '/mnt/other/emergencies' })).toBe('/mnt/other/emergencies');
  });

  it('reads where each backend is and how to get in', () => {
    const env = {
      TELEPHONY_URL: 'http://pbx.example/',
      TELEPHONY_USER: 'u',
      TELEPHONY_PASSWORD: 'p',
      TELEPHONY_RECORDS_URL: 'http://r.example',
      TELEPHONY_DIAL: 'PJSIP/{number}@trunk',
    };
    const called = { DIAL: 'PJSIP/{number}@trunk', CONTEXT: 'default', EXTENSIONS: '', CALLER_ID: 'Lintel' };
    const usual = { ALLOWED_NUMBERS: '+441,+442,+443,+447,!+4470,!+4476', CALLBACKS_AN_HOUR: '60' };
    const settings = { ...called, ...usual };
    expect(readConnections(telephony, env)).toEqual({
      switchboard: { url: 'http://pbx.example', user: 'u', password: 'p', apiKey: '', settings },
      records: { url: 'http://r.example', user: '', password: '', apiKey: '' },
    });
    expect(() => readConnections(telephony, { ...env, TELEPHONY_RECORDS_URL: 'pbx' })).toThrow(
      'TELEPHONY_RECORDS_URL is "pbx"',
    );
  });

  it('knows which settings a backend has', () => {
    const env = { TELEPHONY_DIAL: 'Local/{number}@out', TELEPHONY_DAIL: 'x', TELEPHONY_RECORDS_DIAL: 'x' };
    expect(unread([telephony], env)).toEqual(['TELEPHONY_DAIL', 'TELEPHONY_RECORDS_DIAL']);
  });

  it.each([
    ['REPAIRS_URl', 'REPAIRS_URL'],
    ['repairs_url', 'REPAIRS_URL'],
    ['REPAIR_URL', 'REPAIRS_URL'],
    ['TENANCY_URL', 'TENANCIES_URL'],
    ['port', 'PORT'],
    ['LOGLEVEL', 'LOG_LEVEL'],
    ['DATABASE_URI', 'DATABASE_URL'],
    ['LINTEL_STORE', null],
    ['LETTINGS_TOKEN', null],
  ])('names %s, which nothing reads, with what may be meant: %s', (name, meant) => {
    const sentence = `${name} is set, and nothing reads it. ${meant ? `Is ${meant} meant?` : 'Is it misspelt?'}`;
    expect(unreadInWords(systems, { [name]: 'http://hidden' })).toEqual([sentence]);
  });

  it('says nothing of what is read, nor of what others have set', () => {
    const read = {
      PORT: '1',
      STORE_KEYS: 'x',
      TENANCIES_URL: 'x',
      REPAIRS_SOR_EMERGENCY: 'x',
      TELEPHONY_RECORDS_USER: 'x',
    };
    const others = {
      PATH: 'x',
      HOME: 'x',
      HOST: 'x',
      LOGNAME: 'x',
      TERM: 'x',
      PORTS: 'x',
      NODE_ENV: 'x',
      npm_package_name: 'x',
    };
    expect(unreadInWords(systems, { ...read, ...others, PGDATABASE: 'x', KUBERNETES_PORT: 'x', MAIL: 'x' })).toEqual(
      [],
    );
  });

  it("lets mocks stand in for what is not configured, and gives no mock a real login nor a real system a mock's", async () => {
    const mocks = await startMocks({ homes: 100, seed: 7, port: await freePorts(10) });
    try {
      const config = { ...readConfig({}), mocksPort: Number(new URL(mocks.controlUrl).port) };
      const env = { TELEPHONY_USER: 'real', TELEPHONY_RECORDS_URL: 'http://r.example' };
      const found = await demo([telephony], env, config, { played: new Set(['TELEPHONY_URL']), flags: null });
      expect(found.mocked).toEqual(['TELEPHONY_URL']);
      expect(readConnections(telephony, found.env)).toMatchObject({
        switchboard: { url: mocks.urls.TELEPHONY_URL, user: mocks.urls.TELEPHONY_USER },
        records: { url: 'http://r.example', user: '', password: '' },
      });
    } finally {
      await mocks.close();
    }
  });
});
