// One of the landlord's subgraphs as a process: executes what it has not been asked before, and gives the same bytes again
// for the same body. No HTTP server: one would cost more than it answers. Arguments: its name, its port.
import { createServer } from 'node:net';
import { graphql } from 'graphql';
import { type Name, root, subgraphSchema, subgraphs } from './estate.ts';

const [name, port] = [process.argv[2] as Name, Number(process.argv[3])];
const schema = subgraphSchema(name);
const known = new Map<string, Buffer>();

async function answer(body: string): Promise<Buffer> {
  const { query, variables } = JSON.parse(body);
  const { data, errors } = await graphql({ schema, source: query, rootValue: root, variableValues: variables });
  const service = data?._service as { sdl: string } | undefined;
  // In Federation 1 it is asked for what it was made of.
  if (service?.sdl !== undefined) service.sdl = subgraphs[name];
  const text = JSON.stringify({ data, ...(errors && { errors }) });
  const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n`;
  const bytes = Buffer.from(head + text);
  known.set(body, bytes);
  return bytes;
}

/** One whole request at the beginning of a text: its body, and what follows; null where there is none yet. */
function first(text: string): { body: string; rest: string } | null {
  const head = text.indexOf('\r\n\r\n');
  if (head < 0) return null;
  const length = /\r\ncontent-length: *(\d+)/i.exec(text.slice(0, head));
  if (length) {
    const end = head + 4 + Number(length[1]);
    return text.length < end ? null : { body: text.slice(head + 4, end), rest: text.slice(end) };
  }
  // In chunks: a length in hexadecimal before each, and none at the end.
  let body = '';
  for (let at = head + 4; ; ) {
    const line = text.indexOf('\r\n', at);
    const size = line < 0 ? Number.NaN : Number.parseInt(text.slice(at, line), 16);
    if (Number.isNaN(size) || text.length < line + 4 + size) return null;
    if (size === 0) return { body, rest: text.slice(line + 4) };
    body += text.slice(line + 2, line + 2 + size);
    at = line + 4 + size;
  }
}

createServer({ noDelay: true }, (socket) => {
  let text = '';
  let before: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  socket.on('error', () => socket.destroy());
  socket.setEncoding('latin1');
  socket.on('data', (chunk) => {
    text += chunk;
    for (let request = first(text); request; request = first(text)) {
      const { body, rest } = request;
      text = rest;
      const bytes = known.get(body);
      if (bytes && waiting === 0) {
        socket.write(bytes);
        continue;
      }
      waiting += 1;
      before = before.then(async () => {
        socket.write(bytes ?? (await answer(body)));
        waiting -= 1;
      });
    }
  });
}).listen(port, '127.0.0.1', 1024, () => console.log(`ready ${name}`));
