import Database from 'better-sqlite3';
import { referenceTables, referenceViews } from './reference-document.js';

/** The surrounding tables as the predecessor had them: predecessor facts 1.1-1.8. Names of its extra columns included. */
const SURROUNDING = `
CREATE TABLE schema_migrations (version TEXT PRIMARY KEY, applied_at TEXT DEFAULT (datetime('now')));
CREATE TABLE content_categories (category_key TEXT PRIMARY KEY, display_name TEXT, bump_multiplier REAL, description TEXT);
CREATE TABLE content_types (content_type_id INTEGER PRIMARY KEY, type_name TEXT NOT NULL UNIQUE, type_category TEXT);
CREATE TABLE Creators (
    creator_id TEXT PRIMARY KEY,
    page_name TEXT NOT NULL UNIQUE,
    display_name TEXT NOT NULL,
    page_type TEXT NOT NULL CHECK (page_type IN ('paid', 'free')),
    subscription_price REAL DEFAULT 0,
    is_active INTEGER DEFAULT 1,
    timezone TEXT DEFAULT 'America/Los_Angeles',
    creator_group TEXT,
    current_active_fans INTEGER DEFAULT 0,
    current_total_earnings REAL DEFAULT 0,
    performance_tier INTEGER,
    persona_type TEXT,
    base_price_note TEXT, -- known to nobody else
    created_at TEXT DEFAULT (datetime('now')),
    updated_at TEXT DEFAULT (datetime('now')),
    content_category TEXT CHECK (content_category IN ('lifestyle', 'softcore', 'amateur', 'explicit')) DEFAULT 'softcore',
    vault_notes TEXT
);
CREATE INDEX idx_creators_page ON Creators (page_name);
CREATE TABLE schedule_templates (
    template_id INTEGER PRIMARY KEY AUTOINCREMENT,
    creator_id TEXT NOT NULL REFERENCES creators(creator_id),
    week_start TEXT NOT NULL,
    week_end TEXT NOT NULL,
    generated_at TEXT DEFAULT (datetime('now')),
    generated_by TEXT,
    algorithm_version TEXT,
    total_items INTEGER,
    total_ppvs INTEGER,
    total_bumps INTEGER,
    projected_earnings REAL,
    status TEXT DEFAULT 'draft',
    scheduler_id TEXT,
    actual_earnings REAL,
    completion_rate REAL,
    notes TEXT,
    algorithm_params TEXT,
    agent_execution_log TEXT,
    quality_validation_score REAL,
    UNIQUE (creator_id, week_start)
);
CREATE TABLE caption_bank (
    caption_id INTEGER PRIMARY KEY,
    caption_text TEXT NOT NULL,
    caption_hash TEXT NOT NULL UNIQUE,
    caption_type TEXT NOT NULL,
    content_type_id INTEGER NOT NULL REFERENCES content_types(content_type_id),
    schedulable_type TEXT CHECK (schedulable_type IN ('ppv', 'ppv_bump', 'wall')),
    is_paid_page_only INTEGER DEFAULT 0,
    is_active INTEGER DEFAULT 1,
    performance_tier INTEGER DEFAULT 3 CHECK (performance_tier BETWEEN 1 AND 4),
    suggested_price REAL,
    price_range_min REAL,
    price_range_max REAL,
    char_length INTEGER GENERATED ALWAYS AS (length(caption_text)) STORED,
    classification_confidence REAL DEFAULT 0.5,
    classification_method TEXT,
    global_times_used INTEGER DEFAULT 0,
    global_last_used_date TEXT,
    total_earnings REAL DEFAULT 0,
    total_sends INTEGER DEFAULT 0,
    avg_view_rate REAL,
    avg_purchase_rate REAL,
    source TEXT,
    created_at TEXT DEFAULT (datetime('now')),
    updated_at TEXT DEFAULT (datetime('now'))
);
CREATE TABLE caption_uses (caption_id INTEGER, used_at TEXT);
CREATE TRIGGER trg_caption_used AFTER UPDATE OF global_last_used_date ON caption_bank
BEGIN
    INSERT INTO caption_uses (caption_id, used_at) VALUES (NEW.caption_id, NEW.global_last_used_date);
END;
CREATE TABLE schedule_items (
    item_id INTEGER PRIMARY KEY AUTOINCREMENT,
    template_id INTEGER NOT NULL,
    creator_id TEXT NOT NULL,
    scheduled_date TEXT NOT NULL,
    scheduled_time TEXT NOT NULL,
    scheduled_datetime TEXT GENERATED ALWAYS AS (scheduled_date || ' ' || scheduled_time) STORED,
    day_of_week INTEGER GENERATED ALWAYS AS (CAST(strftime('%w', scheduled_date) AS INTEGER)) STORED,
    item_type TEXT NOT NULL,
    channel TEXT NOT NULL CHECK (channel IN ('mass_message', 'wall_post', 'targeted_message', 'story', 'live')),
    caption_id INTEGER,
    caption_text TEXT,
    suggested_price REAL,
    content_type_id INTEGER,
    flyer_required INTEGER DEFAULT 0,
    parent_item_id INTEGER,
    is_follow_up INTEGER DEFAULT 0,
    drip_set_id TEXT,
    drip_position INTEGER,
    status TEXT DEFAULT 'pending' CHECK (status IN ('pending', 'queued', 'sent', 'skipped')),
    actual_earnings REAL,
    priority INTEGER DEFAULT 5,
    notes TEXT,
    send_type_id INTEGER,
    channel_id INTEGER,
    linked_post_url TEXT,
    expires_at TEXT,
    followup_delay_minutes INTEGER,
    media_type TEXT CHECK (media_type IN ('none', 'picture', 'gif', 'video', 'flyer')),
    campaign_goal REAL,
    tip_goal_mode TEXT CHECK (tip_goal_mode IN ('goal_based', 'individual', 'competitive')),
    goal_amount REAL,
    FOREIGN KEY (template_id) REFERENCES schedule_templates(template_id) ON DELETE CASCADE,
    FOREIGN KEY (creator_id) REFERENCES creators(creator_id),
    FOREIGN KEY (parent_item_id) REFERENCES schedule_items(item_id)
);
CREATE TABLE mass_messages (
    message_id INTEGER PRIMARY KEY,
    creator_id TEXT,
    page_name TEXT,
    message_type TEXT CHECK (message_type IN ('ppv', 'free')),
    message_content TEXT,
    caption_id TEXT,
    content_type_id INTEGER,
    sending_time TEXT,
    sending_hour INTEGER,
    sending_day_of_week INTEGER,
    price REAL,
    sent_count INTEGER,
    viewed_count INTEGER,
    purchased_count INTEGER,
    earnings REAL,
    view_rate REAL,
    purchase_rate REAL,
    revenue_per_send REAL
);
CREATE TABLE volume_performance_tracking (
    tracking_id INTEGER PRIMARY KEY AUTOINCREMENT,
    creator_id TEXT NOT NULL,
    tracking_date TEXT NOT NULL,
    tracking_period TEXT NOT NULL CHECK (tracking_period IN ('7d', '14d', '30d')),
    avg_daily_volume REAL,
    total_messages_sent INTEGER,
    avg_revenue_per_send REAL,
    avg_view_rate REAL,
    avg_purchase_rate REAL,
    total_earnings REAL,
    revenue_per_send_trend REAL,
    view_rate_trend REAL,
    purchase_rate_trend REAL,
    earnings_volatility REAL,
    saturation_score REAL CHECK (saturation_score BETWEEN 0 AND 100),
    opportunity_score REAL CHECK (opportunity_score BETWEEN 0 AND 100),
    recommended_volume_delta INTEGER,
    calculated_at TEXT DEFAULT (datetime('now')),
    UNIQUE (creator_id, tracking_date, tracking_period),
    FOREIGN KEY (creator_id) REFERENCES creators(creator_id) ON DELETE CASCADE
);
CREATE TABLE timing_operation_log (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    event_type TEXT NOT NULL,
    creator_id TEXT,
    event_timestamp TEXT NOT NULL,
    event_details TEXT,
    duration_ms REAL,
    created_at TEXT DEFAULT (datetime('now'))
);
CREATE TABLE creator_pinned_posts (creator_id TEXT, post_id TEXT, pin_start TEXT, pin_end TEXT, UNIQUE (creator_id, post_id));
CREATE INDEX idx_followup_creator ON ppv_followup_tracking (creator_id);
CREATE INDEX idx_saga_creator ON saga_execution_log (creator_id);
CREATE INDEX idx_timing_idempotency_expires ON timing_idempotency (expires_at);
CREATE VIEW v_prediction_accuracy AS SELECT creator_id, count(*) AS predictions FROM volume_predictions GROUP BY creator_id;
CREATE VIEW v_creator_names AS SELECT creator_id, display_name FROM creators;
CREATE VIEW v_active_rotation_states AS SELECT creator_id, current_state FROM creator_rotation_state WHERE current_state <> 'ERROR';
-- Broken since one of its own migrations dropped the column: predecessor facts 9.B8.
CREATE VIEW v_fresh_captions AS SELECT caption_id, freshness_score FROM caption_bank;
`;

const ROWS = `
INSERT INTO schema_migrations VALUES ('012', '2025-12-16 10:00:00');
INSERT INTO content_types VALUES (1, 'solo', 'explicit'), (2, 'b_g', 'explicit');
INSERT INTO creators (creator_id, page_name, display_name, page_type, timezone, current_active_fans, base_price_note, created_at, updated_at)
VALUES ('c-1', 'mia', 'Mia ☀', 'paid', 'America/New_York', 11000, x'00ff', '2025-01-01 00:00:00', '2025-12-01 00:00:00'),
       ('c-2', 'zoe', 'Zoe', 'free', NULL, NULL, NULL, '2025-01-01 00:00:00', '2025-12-01 00:00:00');
INSERT INTO schedule_templates (creator_id, week_start, week_end, generated_at, status, total_items)
VALUES ('c-1', '2025-12-15', '2025-12-21', '2025-12-14 09:00:00', 'approved', 1);
INSERT INTO caption_bank (caption_id, caption_text, caption_hash, caption_type, content_type_id, created_at, updated_at)
VALUES (1, 'just for you 💌', 'h-1', 'ppv_unlock', 1, '2025-11-01 00:00:00', '2025-11-01 00:00:00');
UPDATE caption_bank SET global_last_used_date = '2025-12-01' WHERE caption_id = 1;
INSERT INTO schedule_items (template_id, creator_id, scheduled_date, scheduled_time, item_type, channel, caption_id)
VALUES (1, 'c-1', '2025-12-15', '19:07', 'ppv_unlock', 'mass_message', 1);
INSERT INTO mass_messages (message_id, creator_id, page_name, message_type, caption_id, content_type_id, sending_time, price, sent_count, viewed_count, purchased_count, earnings, revenue_per_send)
VALUES (1, 'c-1', 'mia', 'ppv', '0a9f6a34-6f0c-4d5e-9f1a-8f4f0c0b1d2e', 2, '2025-12-10 19:07:03', 15, 9000, 2000, 12, 180, 0.02),
       (2, NULL, 'mia', 'ppv', NULL, 99, '2025-12-11 19:07:03', 20, 9000, 2100, 9, 180, 0.02),
       (3, NULL, 'nan', 'free', NULL, NULL, '2025-12-11 20:00:00', 0, 100, 120, 0, 0, 0),
       (4, NULL, 'mia', 'free', NULL, NULL, '2025-12-12 20:00:00', NULL, -1, NULL, NULL, NULL, NULL),
       (5, 'c-1', 'mia', NULL, NULL, NULL, 'unknown', NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO volume_performance_tracking (creator_id, tracking_date, tracking_period, total_messages_sent, saturation_score, opportunity_score, revenue_per_send_trend)
VALUES ('c-1', '2025-12-14', '7d', 30, 65, 50, -4.5), ('c-1', '2025-12-14', '14d', 61, 55, 52, 1);
INSERT INTO ppv_followup_tracking (creator_id, parent_ppv_id, parent_time, followup_time, gap_minutes, ppv_type, is_optimal_window, created_at)
VALUES ('c-1', '17', '2025-12-10 19:00:00', '2025-12-10 19:28:00', 28, 'winner', 1, '2025-12-10 19:28:00'),
       ('c-1', '17', '2025-12-10 19:00:00', '2025-12-10 19:28:00', 28, 'winner', 1, '2025-12-10 19:28:00');
INSERT INTO creator_rotation_state (creator_id, rotation_pattern, pattern_start_date, days_on_pattern, current_state, updated_at)
VALUES ('c-1', '{"pattern_index": 2, "position": 7}', '2025-12-14', 3, 'PATTERN_ACTIVE', '2025-12-17 08:00:00'),
       ('c-2', '{"pattern_index":0,"position":1}', '2025-12-14T08:00:00', 1, 'ERROR', '2025-12-17 08:00:00'),
       ('c-3', '{"content_types":["b_g","solo","toy"],"sequence_type":"weighted_random","weights":{"b_g":0.5,"solo":0.3,"toy":0.2},"cycle_length_days":7,"avoid_repeat_within":2}', '2025-12-14T08:00:00', 1, 'active', '2025-12-17 08:00:00'),
       ('c-4', '{"pattern_index": 1, "position": 3}', '2025-12-14', 0, 'SLEEPING', NULL);
INSERT INTO circuit_breaker_state (name, state, failure_count, success_count, last_failure_time, last_state_change, updated_at)
VALUES ('caption_fetch', 'open', 5, 0, '2025-12-17 08:00:00', '2025-12-17 08:00:00', '2025-12-17 08:00:00');
INSERT INTO volume_calculation_log (creator_id, calculated_at, fan_count, page_type, saturation_score, tier, revenue_per_day, notes)
VALUES ('c-1', '2025-12-14 09:00:00', 11000, 'paid', 55.5, 'high', 5, 'by hand');
INSERT INTO volume_predictions (creator_id, predicted_at, predicted_weekly_revenue, schedule_template_id, week_start_date, actual_total_revenue, outcome_measured, revenue_prediction_error_pct)
VALUES ('c-1', '2025-12-14 09:00:00', 3.5, 1, '2025-12-15', 4826, 1, 137785.7), ('c-1', '2025-12-07 09:00:00', 3.5, NULL, '2025-12-08', NULL, 0, NULL);
INSERT INTO volume_adjustment_outcomes (log_id, creator_id, measured_at, outcome_classification, learning_signal)
VALUES (1, 'c-1', '2025-12-22 09:00:00', 'neutral', 0.1);
INSERT INTO saga_execution_log (saga_id, creator_id, status, steps_completed, failed_step, started_at, completed_at, created_at)
VALUES ('s-1', 'c-1', 'completed', '["rotation_update"]', NULL, '2025-12-14 09:00:00', '2025-12-14 09:00:01', '2025-12-14 09:00:01'),
       ('s-1', 'c-1', 'in_progress', NULL, NULL, '2025-12-14 09:05:00', NULL, '2025-12-14 09:05:00');
INSERT INTO timing_idempotency VALUES ('0123456789abcdef0123456789abcdef', 'generate_schedule', 'abc', '{"ok": true}', '2025-12-14 09:00:00', '2025-12-14 10:00:00');
INSERT INTO timing_operation_log (event_type, creator_id, event_timestamp, event_details, duration_ms, created_at)
VALUES ('rotation', 'c-1', '2025-12-14 09:00:00', '{"from": 1}', 3.5, '2025-12-14 09:00:00');
INSERT INTO creator_pinned_posts VALUES ('c-1', 'p-1', '2025-12-14 09:00:00', '2025-12-17 09:00:00');
`;

export interface PredecessorOptions {
  /**
   * Leaves DEFAULT and CHECK out of every table, as if built by hand, and in the documented ones demands a value where the
   * DEFAULT stood.
   */
  readonly isBare?: boolean;
  /** Without rows. */
  readonly isEmpty?: boolean;
}

/** Makes a database as the predecessor left it: its own spellings, times, defects and objects. */
export function buildPredecessorDatabase(file: string, { isBare, isEmpty }: PredecessorOptions = {}): void {
  const database = new Database(file);
  try {
    // Children may come before their parents.
    const documented = [...referenceTables, ...referenceViews].join('\n');
    database.exec(isBare ? bare(documented, ' NOT NULL') : documented);
    // Where messages are numbered, only numbers can be written: the bare one takes texts.
    const byText = SURROUNDING.replace('message_id INTEGER', 'message_id TEXT');
    database.exec(isBare ? bare(byText, '') : SURROUNDING);
    if (!isEmpty) database.exec(ROWS);
  } finally {
    database.close();
  }
}

const bare = (ddl: string, insteadOfDefault: string): string =>
  ddl
    .replace(/ CHECK ?\((?:[^()]|\([^()]*\))*\)/g, '')
    .replace(/ NOT NULL DEFAULT (\([^()]*\([^()]*\)\)|'[^']*'|[\d.]+)/g, ' NOT NULL')
    .replace(/ DEFAULT (\([^()]*\([^()]*\)\)|'[^']*'|[\d.]+)/g, insteadOfDefault);
