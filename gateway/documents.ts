// Documents that are known by a name: those of a manifest, which are trusted, and those that clients have sent before
// (Apollo's automatic persisted queries). Knows neither sockets nor what a document asks.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Parameters } from './http/parameters.ts';
import { Refusal } from './http/refusal.ts';

/** How requests come by their documents. */
export interface Documents {
  /** A request with its text, or with a name that the server may have seen. Throws a Refusal: it says nothing, or not what is allowed. */
  resolve(parameters: Parameters): Parameters;
  /** The texts of all trusted documents. */
  trusted: readonly string[];
}

/** Texts by their names. */
export type Manifest = ReadonlyMap<string, string>;

/**
 * Documents.
 * @param manifest those that are trusted.
 * @param only whether nothing else is taken, but for `pages`: what our own pages ask, which have no manifest.
 */
export function createDocuments(
  manifest: Manifest = new Map(),
  only = false,
  pages: readonly string[] = [],
): Documents {
  const trusted = new Set([...manifest.values(), ...pages]);
  return {
    trusted: [...trusted],
    resolve(parameters) {
      const { documentId, query, extensions } = parameters;
      if (documentId === undefined && !extensions?.persistedQuery) {
        if (!query) throw new Refusal(400, 'A request has the text of what it asks as its parameter query.');
        if (only && !trusted.has(query)) throw untrusted();
        return parameters;
      }
      const { persistedQuery, ...others } = extensions ?? {};
      const { documentId: _id, ...rest } = parameters;
      const name = documentId?.replace(/^sha256:/, '') ?? hashIn(persistedQuery);
      const text = manifest.get(name);
      if (text !== undefined) {
        if (query && query !== text) throw new Refusal(400, 'The document is not the one that it is said to be.');
        return { ...rest, query: text, extensions: others };
      }
      if (only) throw untrusted();
      // Whether it has been sent before, and is what it is said to be, the server looks itself.
      return documentId === undefined
        ? parameters
        : { ...rest, extensions: { ...others, persistedQuery: { version: 1, sha256Hash: name } } };
    },
  };
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hashIn(persistedQuery: unknown): string {
  const hash = (persistedQuery as { sha256Hash?: unknown } | null)?.sha256Hash;
  if (typeof hash === 'string') return hash;
  throw new Refusal(400, 'The extension persistedQuery names a document by its sha256Hash.');
}

function untrusted(): Refusal {
  return new Refusal(403, 'Only documents that are registered here are answered, and this is none.', {}, 'FORBIDDEN');
}

/** Apollo's format, which schema/client has its operations in. */
const apolloManifest = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  version: z.literal(1),
  operations: z.array(z.object({ id: z.string(), body: z.string() })),
});

/** What the client preset of codegen writes as persisted-documents.json: text by hash. */
const presetManifest = z.record(z.string(), z.string());

/** The client's own operations, known wherever the whole of Lintel runs. */
export const clientManifest = new URL('../schema/client/generated/operations.json', import.meta.url);

/**
 * Reads manifests: each document by the name that it has there, and by its SHA-256. Throws an error that names the file
 * which cannot be read or is none.
 */
export function readManifests(files: readonly (string | URL)[]): Manifest {
  const manifest = new Map<string, string>();
  for (const file of files) {
    for (const [name, text] of entriesOf(file)) manifest.set(name, text).set(hashOf(text), text);
  }
  return manifest;
}

function entriesOf(file: string | URL): [string, string][] {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`The manifest ${file} cannot be read: ${(error as Error).message}.`, { cause: error });
  }
  const apollo = apolloManifest.safeParse(content);
  if (apollo.success) return apollo.data.operations.map(({ id, body }) => [id, body]);
  const preset = presetManifest.safeParse(content);
  if (preset.success) return Object.entries(preset.data);
  throw new Error(`The manifest ${file} is neither Apollo's format nor text by hash.`);
}
