import { contentTypeNames } from '../migrations/content-type-names.js';
import { legacyRotations } from '../migrations/legacy-rotations.js';
import type { DeclaredSchema } from '../migrations/migration.js';
import { tables } from './tables/index.js';
import { views } from './views.js';

/** What a database of this release looks like. */
export const declaredSchema: DeclaredSchema = {
  version: 1,
  tables,
  views,
  translations: [legacyRotations, contentTypeNames('caption_bank'), contentTypeNames('mass_messages')],
};
