// The tenancies wire as strangers may build it: what its description leaves open, answered in another way than usual.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createSystem } from '../../../subgraphs/continuity/system.ts';
import { tenancies } from '../../../subgraphs/tenancies/index.ts';
import { alone } from '../../alone.ts';
import { createTestClock } from '../../clock.ts';
import type { Asked } from '../wire.ts';
import { answering, failing, home, homes, member, members, over, sent } from './wire.ts';

describe('a search on a wire that numbers its rows from 1 and refuses row 0', () => {
  const searching = (people: string[]) => (asked: Asked) => {
    const [start, most] = [Number(sent(asked, 'StartRow')[0]), Number(sent(asked, 'MaxRows')[0])];
    if (start < 1) return failing('210');
    return `${members(...people.slice(start - 1, start - 1 + most))}<TotalRows>${people.length}</TotalRows>`;
  };
  const search = { surname: 'Ngozi', postcode: '', startRow: 0, maxRows: 20 };

  it('finds nobody where there is nobody', async () => {
    const wired = await over(searching([]));
    expect(await wired.value('people', search)).toEqual({ items: [], totalCount: 0, hasMore: false });
  });

  it('finds everybody where there is somebody', async () => {
    const wired = await over(searching([member(), member({ person_no: '3' })]));
    expect(await wired.value('people', search)).toMatchObject({ items: { length: 2 }, totalCount: 2 });
  });

  it('that is itself refused is refused', async () => {
    const wired = await over(failing('210'));
    expect(await wired.value('people', search)).toBe('SYSTEM_REFUSED');
  });
});

describe('a server that closes each connection after its answer without a word', () => {
  it('is asked again over a new one, and never twice over a new one', async () => {
    let connections = 0;
    let answers = 0;
    // Closed before any answer where it was answered on once: what happens where a question crosses the closing.
    const server = createServer((request, response) => {
      if (answeredOn.has(request.socket)) request.socket.destroy();
      else {
        answeredOn.add(request.socket);
        answers += 1;
        const { headers, body } = answering(homes(home()), 'GetProperties');
        response.writeHead(200, headers).end(body);
      }
    }).on('connection', () => connections++);
    const answeredOn = new WeakSet<object>();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const connection = { url, user: 'lintel', password: 'sesame', apiKey: '' };
    const system = createSystem(tenancies, {
      ...alone(createTestClock()),
      clock: createTestClock(),
      random: () => 0,
      id: () => 'call',
      connections: { tenancies: connection },
    });
    onTestFinished(async () => {
      await system.close();
      server.closeAllConnections();
      server.close();
    });
    for (let i = 0; i < 5; i++) {
      const [given] = await system.read('property', ['00001017']);
      expect(given).toMatchObject({ value: { propertyReference: '00001017' } });
    }
    expect({ connections, answers }).toEqual({ connections: 5, answers: 5 });
  });

  it('that answers nothing at all is asked once for each question', async () => {
    let asked = 0;
    const wired = await over(() => {
      asked += 1;
      return '';
    });
    await wired.value('property', '1');
    expect(asked).toBe(1);
  });
});
