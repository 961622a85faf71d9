import type { Table } from '../table.js';

const added = true as const;
const UNNAMED = 'content_type IS NULL AND content_type_id IS NOT NULL';

/** Creators, as exported. Columns: predecessor facts 1.1. */
export const creators: Table = {
  name: 'creators',
  columns: [
    { name: 'creator_id', type: 'text', key: 'key' },
    { name: 'page_name', type: 'text', notNull: true, unique: true },
    { name: 'display_name', type: 'text', notNull: true },
    { name: 'page_type', type: 'text', notNull: true, check: "page_type IN ('paid', 'free')" },
    { name: 'subscription_price', type: 'real', default: 0 },
    { name: 'is_active', type: 'flag', default: 1 },
    { name: 'timezone', type: 'text', default: 'America/Los_Angeles' },
    { name: 'creator_group', type: 'text' },
    { name: 'current_active_fans', type: 'integer', default: 0 },
    { name: 'current_total_earnings', type: 'real', default: 0 },
    { name: 'performance_tier', type: 'integer' },
    { name: 'persona_type', type: 'text' },
    {
      name: 'content_category',
      type: 'text',
      default: 'softcore',
      check: "content_category IN ('lifestyle', 'softcore', 'amateur', 'explicit')",
    },
    { name: 'vault_notes', type: 'text' },
    { name: 'created_at', type: 'instant', default: { now: true } },
    { name: 'updated_at', type: 'instant', default: { now: true } },
  ],
  indexes: [
    { name: 'idx_creators_active', columns: 'is_active' },
    { name: 'idx_creators_tier', columns: 'performance_tier' },
  ],
};

/** What was sent, as exported. Columns: predecessor facts 1.4. */
export const massMessages: Table = {
  name: 'mass_messages',
  columns: [
    { name: 'message_id', type: 'text', key: 'key' },
    { name: 'creator_id', type: 'text' },
    { name: 'page_name', type: 'text' },
    { name: 'message_type', type: 'text', check: "message_type IN ('ppv', 'free')" },
    { name: 'message_content', type: 'text' },
    { name: 'caption_id', type: 'text' },
    { name: 'content_type_id', type: 'integer' },
    { name: 'sending_time', type: 'instant' },
    { name: 'sending_hour', type: 'integer' },
    { name: 'sending_day_of_week', type: 'integer' },
    { name: 'price', type: 'real' },
    { name: 'sent_count', type: 'integer' },
    { name: 'viewed_count', type: 'integer' },
    { name: 'purchased_count', type: 'integer' },
    { name: 'earnings', type: 'real' },
    { name: 'view_rate', type: 'real' },
    { name: 'purchase_rate', type: 'real' },
    { name: 'revenue_per_send', type: 'real' },
    { name: 'content_type', type: 'text', added },
    { name: 'category', type: 'text', added },
    { name: 'revised_at', type: 'instant', added },
  ],
  indexes: [
    // Rows of others hold the instant with a blank, ours with a T: both are compared in one form.
    { name: 'idx_mm_creator_time', columns: 'creator_id, sending_time', instantOfOthers: 'sending_time' },
    { name: 'idx_mm_time', columns: 'sending_time', instantOfOthers: 'sending_time' },
    { name: 'idx_mm_page_unmapped', columns: 'page_name', where: 'creator_id IS NULL' },
    { name: 'idx_mm_caption', columns: 'caption_id, earnings', where: 'caption_id IS NOT NULL' },
    // Empty but for rows of others that are still to be named, so that looking for them costs nothing.
    { name: 'idx_mm_unnamed', columns: 'content_type_id', where: UNNAMED },
  ],
};

/** The caption bank. Columns: predecessor facts 1.5 (v2), and from v1 what a plan needs. */
export const captionBank: Table = {
  name: 'caption_bank',
  columns: [
    { name: 'caption_id', type: 'integer', key: 'key' },
    { name: 'caption_text', type: 'text', notNull: true },
    { name: 'caption_hash', type: 'text' },
    { name: 'caption_type', type: 'text', notNull: true },
    { name: 'content_type_id', type: 'integer' },
    { name: 'schedulable_type', type: 'text', check: "schedulable_type IN ('ppv', 'ppv_bump', 'wall')" },
    { name: 'is_paid_page_only', type: 'flag', default: 0 },
    { name: 'is_active', type: 'flag', default: 1 },
    { name: 'performance_tier', type: 'integer', default: 3 },
    { name: 'suggested_price', type: 'real' },
    { name: 'global_times_used', type: 'integer', default: 0 },
    { name: 'global_last_used_date', type: 'date' },
    { name: 'created_at', type: 'instant', default: { now: true } },
    { name: 'updated_at', type: 'instant', default: { now: true } },
    { name: 'creator_id', type: 'text', added },
    { name: 'content_type', type: 'text', added },
    { name: 'last_used_date', type: 'date', added },
  ],
  indexes: [
    { name: 'idx_caption_creator', columns: 'creator_id, is_active' },
    { name: 'idx_caption_unnamed', columns: 'content_type_id', where: UNNAMED },
  ],
};

/** The last instant that any process has stored, so that a clock set back cannot revive a lease. */
export const erosClock: Table = {
  name: 'eros_clock',
  columns: [
    { name: 'id', type: 'integer', key: 'key' },
    { name: 'at_ms', type: 'integer', notNull: true },
  ],
};

export const coreTables: readonly Table[] = [creators, massMessages, captionBank, erosClock];
