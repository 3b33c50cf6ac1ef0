// A record of what is kept on its way to the disk and back: its name, its content's name, its terms, and itself sealed.
// Knows the cipher and what is bound to what; knows no table.
import type { Cipher } from './cipher.ts';

/** Which record: of a system, of a kind. */
export interface Whose {
  system: string;
  kind: string;
}

/** A record's key and value as one text, and the names that follow from it. */
export interface Named {
  name: string;
  text: string;
  /** The same content has the same name, under any key that seals. */
  content: string;
}

/** Names and seals records. */
export interface Sealing {
  keyId: string;
  nameOf(whose: Whose, key: string): string;
  /** A name for a text of the blind index. */
  termOf(text: string): string;
  /** Throws where the value is nothing that JSON can say. */
  named(whose: Whose, key: string, value: unknown): Named;
  seal(whose: Whose, named: Named): Buffer;
  open(whose: Whose, row: { name: string; key_id: string; sealed: Uint8Array }): { key: string; value: unknown };
}

/** Names and seals under a cipher's keys. */
export function createSealing(cipher: Cipher): Sealing {
  // Bound to its place: a record that somebody moves to another name cannot be read there.
  const placeOf = ({ system, kind }: Whose, name: string) => `${system}/${kind}/${name}`;
  const nameOf = ({ system, kind }: Whose, key: string) => cipher.name(`${system}\n${kind}\n${key}`);
  return {
    keyId: cipher.keyId,
    nameOf,
    termOf: (text) => cipher.name(`term\n${text}`),
    named(whose, key, value) {
      const text = JSON.stringify({ key, value });
      return { name: nameOf(whose, key), text, content: cipher.name(text) };
    },
    seal: (whose, { name, text }) => cipher.seal(text, placeOf(whose, name)),
    open: (whose, { name, key_id, sealed }) =>
      JSON.parse(cipher.open(Buffer.from(sealed), placeOf(whose, name), key_id)),
  };
}

/** Whether there is nothing in an answer: null, or an empty list. */
export function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || (Array.isArray(value) && value.length === 0);
}
