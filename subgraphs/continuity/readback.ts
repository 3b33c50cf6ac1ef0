// Reads a backup to its end, and believes none of it before it is seen to be as it was written. Knows the format; what
// is done with the rows is with whoever reads.
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { type BackupContent, format, type Head, type OnProgress } from './backup.ts';
import type { Cipher } from './cipher.ts';
import { openStream } from './envelope.ts';
import { namingMark } from './mark.ts';
import { migrations } from './migrations.ts';
import { type Cell, cellsOf, createTally, differing, type TableTally } from './rows.ts';
import type { TableName } from './tables.ts';

/** What is done with a backup as it is read. */
export interface BackupReader {
  head(head: Head): Promise<void>;
  rows(table: TableName, columns: readonly string[], rows: Cell[][]): Promise<void>;
}

/** Rows handed on at once: a statement of a thousand parameters or so. */
const rowsAtOnce = 100;

/**
 * Reads a backup to its end, and sees that all of it is there and as it was written. Without a reader that is all.
 * Throws an error that says what is wrong: no backup, another key, changed, cut off, of a newer Lintel.
 */
export async function readBackup(
  readable: AsyncIterable<Buffer>,
  cipher: Cipher,
  reader?: BackupReader,
  onProgress: OnProgress = () => {},
): Promise<BackupContent> {
  const { title, keyId, salt, rest } = await opened(readable);
  const broken = (number: number) =>
    new Error(
      number === 0
        ? `The backup cannot be opened: the key ${keyId} here is another than the one it was made under, or the file has been changed.`
        : 'The backup is not as it was written: it has been changed, or cut off.',
    );
  let key: Buffer;
  try {
    key = cipher.derive(keyId, 'backup', salt);
  } catch {
    throw new Error(`The backup was made under the key ${keyId}, which is not among those in STORE_KEYS.`);
  }
  const tally = createTally();
  let head: Head | null = null;
  let end: Record<string, TableTally> | null = null;
  await pipeline(rest, openStream(key, title, broken), createGunzip(), async (text: AsyncIterable<Buffer>) => {
    let table: TableName | null = null;
    let columns: string[] = [];
    let waiting: Cell[][] = [];
    let done = 0;
    const handOn = async () => {
      if (table && waiting.length > 0) await reader?.rows(table, columns, waiting);
      waiting = [];
    };
    for await (const line of linesOf(text)) {
      if (line.startsWith('[') && table && head) {
        tally.add(table, columns, line);
        if (reader) waiting.push(cellsOf(line));
        if (waiting.length === rowsAtOnce) await handOn();
        done += 1;
        if (done % 500 === 0 || done === head.rows) onProgress(done, head.rows);
        continue;
      }
      await handOn();
      const said = JSON.parse(line);
      if (!head) {
        head = checkedHead(said, cipher);
        await reader?.head(head);
      } else if (said.end) end = said.end;
      else ({ table, columns } = said);
    }
    await handOn();
  });
  const content = tally.totals();
  const wrong = end === null ? ['its end'] : differing(end, content);
  if (!head || wrong.length > 0) throw new Error(`The backup is not whole: ${wrong.join(', ')} cannot be trusted.`);
  return { takenAt: (head as Head).takenAt, tables: content };
}

function checkedHead(head: Head, cipher: Cipher): Head {
  const newer = head.steps.find((step) => !(step in migrations));
  if (newer) throw new Error(`The backup was made by a newer Lintel (its store has the step ${newer}). Use that one.`);
  if (head.naming !== namingMark(cipher)) {
    throw new Error(
      "The backup's records are named under another key. The last of STORE_KEYS must be the one it was made with.",
    );
  }
  return head;
}

/** The title, and what comes after it. */
async function opened(readable: AsyncIterable<Buffer>) {
  const chunks = readable[Symbol.asyncIterator]();
  let begin = Buffer.alloc(0);
  // A title has a hundred bytes; a file without a line's end in its first kilobyte is something else.
  while (!begin.includes(10) && begin.length < 1_024) {
    const { value, done } = await chunks.next();
    if (done) break;
    begin = Buffer.concat([begin, value]);
  }
  const length = begin.indexOf(10) + 1;
  const title = begin.subarray(0, length);
  const said = titleOf(title.toString());
  if (!said) throw new Error('This is no backup of Lintel.');
  if (said['lintel backup'] !== format) throw new Error('The backup was made by a newer Lintel. Use that one.');
  async function* rest(): AsyncGenerator<Buffer> {
    yield begin.subarray(length);
    yield* { [Symbol.asyncIterator]: () => chunks };
  }
  return { title, keyId: said.key, salt: Buffer.from(said.salt, 'base64'), rest };
}

function titleOf(text: string): { 'lintel backup': number; key: string; salt: string } | null {
  try {
    const said = JSON.parse(text);
    return typeof said === 'object' && said !== null && 'lintel backup' in said ? said : null;
  } catch {
    return null;
  }
}

async function* linesOf(text: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let waiting: Buffer[] = [];
  for await (const chunk of text) {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      yield Buffer.concat([...waiting, chunk.subarray(start, end)]).toString();
      waiting = [];
      start = end + 1;
    }
    waiting.push(chunk.subarray(start));
  }
}
