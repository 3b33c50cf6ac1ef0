// What is written for partners: up to date, and the same in every form that it has.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { generate } from '@graphql-codegen/cli';
import { describe, expect, it } from 'vitest';
import codegen from '../../../codegen.ts';
import * as operations from '../../../schema/client/generated/operations.ts';

const client = 'schema/client';
const read = (file: string) => readFileSync(file, 'utf8');
const manifest = JSON.parse(read(`${client}/generated/operations.json`));
const documents = new Map<string, string>(Object.entries(operations));

describe("the client's generated files", () => {
  it('are what codegen writes (else: npm run codegen, and commit them)', { timeout: 30_000 }, async () => {
    const ours = Object.entries(codegen.generates).filter(([file]) => file.startsWith(`${client}/generated/`));
    const written = await generate({ ...codegen, silent: true, generates: Object.fromEntries(ours) }, false);
    expect(written.map(({ filename }: { filename: string }) => filename).sort()).toEqual(
      readdirSync(`${client}/generated`)
        .map((file) => `${client}/generated/${file}`)
        .sort(),
    );
    for (const { filename, content } of written) expect(read(filename)).toBe(content);
  });

  it('have every operation, each under one name', () => {
    expect(documents.size).toBe(readdirSync(`${client}/operations`).length);
    expect(manifest.operations.map(({ name }: { name: string }) => `${name}Document`)).toEqual([...documents.keys()]);
  });

  it('have in the manifest what the client sends, under its hash', () => {
    expect(manifest).toMatchObject({ format: 'apollo-persisted-query-manifest', version: 1 });
    for (const { id, name, body } of manifest.operations) {
      expect(body).toBe(documents.get(`${name}Document`));
      expect(id).toBe(createHash('sha256').update(body).digest('hex'));
    }
  });
});

it("has the version of the changelog's newest entry", () => {
  const newest = /^## (\d+\.\d+\.\d+)/m.exec(read('CHANGELOG.md'))?.[1];
  expect(JSON.parse(read(`${client}/package.json`)).version).toBe(newest);
});
