// Requests byte by byte, as no HTTP library would send them, and what comes back.
import { connect, type NetConnectOpts } from 'node:net';

/** All that came back until the other side ended; `status` 0: nothing that begins like an answer. */
export interface RawReply {
  status: number;
  text: string;
  body: string;
}

/** Sends text as it is, and waits for the other side to end: ask for `connection: close`. */
export function raw(to: NetConnectOpts, text: string): Promise<RawReply> {
  return new Promise((resolve, reject) => {
    const socket = connect(to, () => socket.write(text, 'latin1'));
    let came = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk) => {
      came += chunk;
    });
    socket.once('error', reject);
    socket.once('close', () => {
      const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(came)?.[1] ?? 0);
      resolve({ status, text: came, body: bodyOf(came) });
    });
  });
}

function bodyOf(reply: string): string {
  const [head = ''] = reply.split('\r\n\r\n', 1);
  const body = reply.slice(head.length + 4);
  // Small answers in pieces come in one piece, and an empty one after it.
  return /^transfer-encoding: chunked/im.test(head) ? body.replace(/^[\da-f]+\r\n|\r\n0\r\n\r\n$/g, '') : body;
}

/** A request without a body. @param hosts as many `Host` headers. */
export function lines(
  target: string,
  hosts: readonly string[] = ['127.0.0.1'],
  { method = 'GET', version = '1.1', headers = [] as string[] } = {},
): string {
  const all = [...hosts.map((host) => `Host: ${host}`), 'Connection: close', ...headers];
  return `${method} ${target} HTTP/${version}\r\n${all.join('\r\n')}\r\n\r\n`;
}
