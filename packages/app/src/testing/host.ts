import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createEros } from '../create-eros.js';
import { exportedCaptions, exportedCreators, exportedMessages } from './export-rows.js';
import type { DatabaseOption } from '../options.js';
import { openEngine, testClock, type OpenOptions } from './open-engine.js';
import { isOnPostgres, templateDatabase } from './postgres.js';

/** The rows of the export that tell of some creators. The captions are all of them: most are shared. */
export function exportOf(creatorIds: readonly string[], until = '2026-12-01') {
  const creators = exportedCreators().filter(({ creator_id }) => creatorIds.includes(creator_id));
  const pages = creators.map(({ page_name }) => page_name);
  const isTheirs = (id: string | null | undefined, page: string | null | undefined) =>
    id ? creatorIds.includes(id) : pages.includes(page ?? '');
  const messages = exportedMessages().filter(
    (row) => row.sending_time < until && isTheirs(row.creator_id, row.page_name),
  );
  const captions = exportedCaptions().filter((row) => !row.creator_id || creatorIds.includes(row.creator_id));
  return { creators, captions, messages };
}

type HostOptions = OpenOptions & {
  creatorIds?: readonly string[];
  now?: string;
  history?: string;
};

/** Databases with an import done, which tests of one file begin with copies of. */
const imported = new Map<string, Promise<string>>();
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** An engine of a host that has imported some creators of the export, up to an instant that its clock then shows. */
export async function openHost({
  creatorIds = ['c-013'],
  now = '2026-11-01T12:00:00Z',
  history = now,
  ...options
}: HostOptions = {}) {
  const key = `${creatorIds.join()} ${history}`;
  const file = imported.get(key) ?? importInto(creatorIds, history);
  imported.set(key, file);
  const clock = testClock(now);
  return { ...(await openEngine({ clock, ...options, copyOf: await file })), clock };
}

/** What the copies are made of: a file, or the name of a template. */
async function importInto(creatorIds: readonly string[], history: string): Promise<string> {
  if (isOnPostgres()) {
    return templateDatabase((url) => fill({ type: 'postgres', url, poolSize: 2 }, creatorIds, history));
  }
  const folder = mkdtempSync(path.join(tmpdir(), 'eros-host-'));
  folders.push(folder);
  const file = path.join(folder, 'eros.db');
  await fill({ type: 'sqlite', path: file }, creatorIds, history);
  return file;
}

async function fill(database: DatabaseOption, creatorIds: readonly string[], history: string): Promise<void> {
  const { creators, captions, messages } = exportOf(creatorIds, history.slice(0, 19).replace('T', ' '));
  await using eros = await createEros({ database, migrate: 'auto' });
  await eros.data.importCreators(creators);
  await eros.data.importCaptions(captions);
  await eros.data.importMessages(messages);
}
