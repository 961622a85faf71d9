// node examples/saga-with-compensation.mjs
// Three steps, of which the last fails: what the first two did is undone, in reverse, and the journal tells it all.
import { createEros, isErosError } from '@eros/app';

const eros = await createEros({ database: { type: 'sqlite', path: ':memory:' } });
await eros.data.importCreators([
  { creator_id: 'c-1', page_name: 'one', page_type: 'paid', timezone: 'Europe/London', current_active_fans: 900 },
]);
await eros.transaction((tx) => tx.query('CREATE TABLE bundles (bundle_id TEXT PRIMARY KEY, folder_id TEXT)'));

/** Stands in for a vault of media. Making a folder that is there, or deleting one that is not, changes nothing. */
const folders = new Map();
const vault = {
  createFolder: async (folderId, title, _options) => folders.set(folderId, title),
  deleteFolder: async (folderId) => folders.delete(folderId),
};
/** Stands in for a platform that refuses for good: `terminal` says that trying again is pointless. */
const announce = async () => {
  throw Object.assign(new Error('the page is suspended'), { terminal: true });
};

// #region saga
const publishBundle = eros.sagas.define({
  name: 'publish_bundle',
  version: 1,
  timeoutMs: 60_000,
  steps: [
    {
      name: 'folder',
      retry: { attempts: 3, delayMs: 100 },
      execute: async ({ sagaId, input, signal }) => {
        await vault.createFolder(sagaId, input.title, { signal });
        return { folderId: sagaId }; // JSON: kept, and handed to later steps
      },
      // A try may have been cut off by a crash: the folder may be there although no result was kept.
      compensate: ({ sagaId }) => vault.deleteFolder(sagaId),
    },
    {
      name: 'row',
      kind: 'transaction', // commits with its journal entry: exactly once, and so is its undo
      execute: async ({ sagaId, results, tx }) => {
        await tx.query('INSERT INTO bundles VALUES (?, ?)', [sagaId, results.folder.folderId]);
      },
      compensate: ({ sagaId, tx }) => tx.query('DELETE FROM bundles WHERE bundle_id = ?', [sagaId]),
    },
    { name: 'announce', execute: ({ input, signal }) => announce(input.title, { signal }) },
  ],
});
// #endregion

try {
  await publishBundle.run({ sagaId: 'bundle-7', creatorId: 'c-1', input: { title: 'Autumn' } });
} catch (error) {
  if (!isErosError(error, 'saga_failed')) throw error;
  console.log(`${error.status} at step "${error.failedStep}": ${error.reason}`);
}
const { timeline } = await eros.sagas.get('bundle-7');
console.log(timeline.map(({ type, step }) => (step ? `${type} ${step}` : type)).join('\n'));
const rows = await eros.transaction((tx) => tx.query('SELECT * FROM bundles'));
console.log(`${folders.size} folders, ${rows.length} rows left`);
await eros.close();
