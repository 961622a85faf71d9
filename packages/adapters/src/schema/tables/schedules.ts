import type { Table } from '../table.js';

const added = true as const;
const creator = { table: 'creators', column: 'creator_id', onDelete: 'CASCADE' } as const;

/** One planned week. Columns: predecessor facts 1.2. */
export const scheduleTemplates: Table = {
  name: 'schedule_templates',
  columns: [
    { name: 'template_id', type: 'integer', key: 'identity' },
    { name: 'creator_id', type: 'text', notNull: true, references: creator },
    { name: 'week_start', type: 'date', notNull: true },
    { name: 'week_end', type: 'date', notNull: true },
    { name: 'generated_at', type: 'instant', default: { now: true } },
    { name: 'generated_by', type: 'text' },
    { name: 'algorithm_version', type: 'text' },
    { name: 'total_items', type: 'integer', default: 0 },
    { name: 'total_ppvs', type: 'integer', default: 0 },
    { name: 'total_bumps', type: 'integer', default: 0 },
    { name: 'projected_earnings', type: 'real' },
    {
      name: 'status',
      type: 'text',
      default: 'draft',
      check: "status IN ('draft', 'generated', 'approved', 'queued', 'completed')",
    },
    { name: 'scheduler_id', type: 'text' },
    { name: 'actual_earnings', type: 'real' },
    { name: 'completion_rate', type: 'real' },
    { name: 'notes', type: 'text' },
    { name: 'algorithm_params', type: 'json' },
    { name: 'agent_execution_log', type: 'json' },
    { name: 'quality_validation_score', type: 'real' },
    { name: 'as_of', type: 'instant', added },
    { name: 'slots_from', type: 'integer', added },
    { name: 'slots_to', type: 'integer', added },
    { name: 'pattern_start', type: 'instant', added },
    { name: 'calculation_log_id', type: 'integer', added },
    { name: 'saga_id', type: 'text', added },
    { name: 'replaced_count', type: 'integer', default: 0, added },
  ],
  uniques: [['creator_id', 'week_start']],
  indexes: [
    { name: 'idx_st_creator', columns: 'creator_id' },
    { name: 'idx_st_week_start', columns: 'week_start' },
    { name: 'idx_st_status', columns: 'status' },
  ],
};

/** The digits of a part of `scheduled_date`, on PostgreSQL. */
const digitsOf = (part: 'year' | 'month' | 'day', count: number): string =>
  `lpad(CAST(EXTRACT(${part} FROM scheduled_date) AS text), ${count}, '0')`;

/** One planned send. Columns: predecessor facts 1.3; `scheduled_at` is the instant, date and time are its local rendering. */
export const scheduleItems: Table = {
  name: 'schedule_items',
  columns: [
    { name: 'item_id', type: 'integer', key: 'identity' },
    {
      name: 'template_id',
      type: 'integer',
      notNull: true,
      references: { table: 'schedule_templates', column: 'template_id', onDelete: 'CASCADE' },
    },
    { name: 'creator_id', type: 'text', notNull: true, references: creator },
    { name: 'scheduled_date', type: 'date', notNull: true },
    { name: 'scheduled_time', type: 'time', notNull: true },
    {
      name: 'scheduled_datetime',
      type: 'text',
      generated: {
        sqlite: "scheduled_date || ' ' || scheduled_time",
        // A date as text depends on a setting, so it may not be stored: it is put together from its numbers.
        postgres: `${digitsOf('year', 4)} || '-' || ${digitsOf('month', 2)} || '-' || ${digitsOf('day', 2)} || ' ' || scheduled_time`,
      },
    },
    {
      name: 'day_of_week',
      type: 'integer',
      generated: {
        sqlite: "CAST(strftime('%w', scheduled_date) AS INTEGER)",
        postgres: 'CAST(EXTRACT(DOW FROM scheduled_date) AS bigint)',
      },
    },
    { name: 'item_type', type: 'text', notNull: true },
    {
      name: 'channel',
      type: 'text',
      notNull: true,
      check: "channel IN ('mass_message', 'wall_post', 'targeted_message', 'story', 'live')",
    },
    { name: 'caption_id', type: 'integer', references: { table: 'caption_bank', column: 'caption_id' } },
    { name: 'caption_text', type: 'text' },
    { name: 'suggested_price', type: 'real' },
    { name: 'content_type_id', type: 'integer' },
    { name: 'flyer_required', type: 'flag', default: 0 },
    {
      name: 'parent_item_id',
      type: 'integer',
      references: { table: 'schedule_items', column: 'item_id', onDelete: 'CASCADE' },
    },
    { name: 'is_follow_up', type: 'flag', default: 0 },
    { name: 'drip_set_id', type: 'text' },
    { name: 'drip_position', type: 'integer' },
    { name: 'status', type: 'text', default: 'pending', check: "status IN ('pending', 'queued', 'sent', 'skipped')" },
    { name: 'actual_earnings', type: 'real' },
    { name: 'priority', type: 'integer', default: 5 },
    { name: 'notes', type: 'text' },
    { name: 'expires_at', type: 'instant' },
    { name: 'followup_delay_minutes', type: 'integer' },
    { name: 'media_type', type: 'text', check: "media_type IN ('none', 'picture', 'gif', 'video', 'flyer')" },
    { name: 'campaign_goal', type: 'real' },
    { name: 'scheduled_at', type: 'instant', added },
    { name: 'content_type', type: 'text', added },
    { name: 'structure', type: 'text', added },
    { name: 'slot_position', type: 'integer', added },
    { name: 'send_status', type: 'text', check: "send_status IN ('sent', 'failed', 'unknown')", added },
    { name: 'sent_at', type: 'instant', added },
    { name: 'message_id', type: 'text', added },
  ],
  indexes: [
    { name: 'idx_si_template', columns: 'template_id' },
    { name: 'idx_si_status_date', columns: 'status, scheduled_date' },
    { name: 'idx_si_creator_date_status', columns: 'creator_id, scheduled_date, status' },
    { name: 'idx_si_expires', columns: 'expires_at', where: 'expires_at IS NOT NULL' },
    { name: 'idx_si_parent', columns: 'parent_item_id', where: 'parent_item_id IS NOT NULL' },
    { name: 'idx_si_due', columns: 'scheduled_at', where: "status IN ('pending', 'queued')" },
    { name: 'idx_si_message', columns: 'message_id', where: 'message_id IS NOT NULL' },
    { name: 'idx_si_unknown', columns: 'creator_id', where: "send_status = 'unknown'" },
  ],
};

export const scheduleTables: readonly Table[] = [scheduleTemplates, scheduleItems];
