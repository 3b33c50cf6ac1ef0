// What is kept is kept encrypted (AES-256-GCM), under keys that have names, so that a key can be changed while what was
// written under the old one is still read. And names for records that tell nobody what they name (HMAC).
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

/** Keys for what is kept. */
export interface Cipher {
  /** The key that new records are written under. */
  keyId: string;
  /** Whether what was sealed under that key can be opened. */
  has(keyId: string): boolean;
  /** Encrypts. `place` is bound to the record: moved elsewhere, it cannot be read. */
  seal(text: string, place: string): Buffer;
  /** Decrypts what was sealed under `keyId`. Throws where the key is not known, or the record is not as it was sealed. */
  open(sealed: Buffer, place: string, keyId: string): string;
  /** A name of 32 hexadecimal digits for a text, the same each time, that does not tell the text. */
  name(text: string): string;
  /** A key of 32 bytes for a purpose of its own, of the key of that id. Throws where that is not known. */
  derive(keyId: string, purpose: string, salt: Buffer): Buffer;
}

/** 96 bits: what GCM is made for. */
const nonceBytes = 12;
/** 128 bits, the full tag. */
const tagBytes = 16;

/**
 * A cipher under keys of 32 bytes each, by their ids; the first is for writing. Names are derived from the last, the
 * oldest: they must stay the same when keys change, so the oldest key is kept as long as the store.
 */
export function createCipher(keys: ReadonlyMap<string, Buffer>): Cipher {
  const [first] = keys.entries();
  const oldest = [...keys.values()].at(-1);
  if (!first || !oldest) throw new Error('There is no key for what is kept.');
  for (const [id, key] of keys) {
    if (key.length !== 32) throw new Error(`The key ${id} has ${key.length} bytes; it must have 32.`);
  }
  const [keyId, writing] = first;
  const naming = Buffer.from(hkdfSync('sha256', oldest, '', 'lintel names', 32));
  return {
    keyId,
    has: (id) => keys.has(id),
    seal(text, place) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', writing, nonce).setAAD(Buffer.from(place));
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), body]);
    },
    open(sealed, place, id) {
      const key = keys.get(id);
      if (!key) throw new Error(`A record was kept under the key ${id}, which is not configured.`);
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, nonceBytes))
        .setAAD(Buffer.from(place))
        .setAuthTag(sealed.subarray(nonceBytes, nonceBytes + tagBytes));
      return decipher.update(sealed.subarray(nonceBytes + tagBytes), undefined, 'utf8') + decipher.final('utf8');
    },
    derive(id, purpose, salt) {
      const key = keys.get(id);
      if (!key) throw new Error(`The key ${id} is not configured.`);
      return Buffer.from(hkdfSync('sha256', key, salt, `lintel ${purpose}`, 32));
    },
    name: (text) => createHmac('sha256', naming).update(text).digest('hex').slice(0, 32),
  };
}
