import type { ErosOptions } from '../options.js';
import { exportedCaptions, exportedCreators, exportedMessages } from './export-rows.js';
import { openEngine, testClock } from './open-engine.js';

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

/** An engine of a host that has imported some creators of the export, up to an instant that its clock then shows. */
export async function openHost({
  creatorIds = ['c-013'],
  now = '2026-11-01T12:00:00Z',
  history = now,
  ...options
}: ErosOptions & { creatorIds?: readonly string[]; now?: string; history?: string } = {}) {
  const clock = testClock(now);
  const opened = await openEngine({ clock, ...options });
  const rows = exportOf(creatorIds, history.slice(0, 19).replace('T', ' '));
  const { eros } = opened;
  await eros.data.importCreators(rows.creators);
  await eros.data.importCaptions(rows.captions);
  await eros.data.importMessages(rows.messages);
  return { ...opened, clock, rows };
}
