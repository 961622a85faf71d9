import type { Eros } from '../eros.js';
import { query } from './query.js';

interface ItemRow {
  item_id: number;
  template_id: number;
  week_start: string;
  item_type: string;
  channel: string;
  scheduled_at: string;
  scheduled_date: string;
  scheduled_time: string;
  caption_id: number | null;
  content_type: string | null;
  structure: string | null;
  slot_position: number | null;
  parent_item_id: number | null;
  pattern_start: string;
  bank_text: string | null;
  bank_type: string | null;
  bank_content_type: string | null;
}

interface Item extends ItemRow {
  readonly atMs: number;
  readonly name: string;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * What of all stored weeks of a creator breaks a rule of the spec, section 10. An onlooker with the file in hand: it shares no
 * code with the planner, not even the clock.
 */
export async function storedWeekViolations(eros: Eros, creatorId: string, timeZone: string): Promise<string[]> {
  const rows = await query<ItemRow>(
    eros,
    `SELECT i.*, t.week_start, t.pattern_start, c.caption_text AS bank_text, c.caption_type AS bank_type,
       c.content_type AS bank_content_type
     FROM schedule_items i JOIN schedule_templates t USING (template_id) LEFT JOIN caption_bank c USING (caption_id)
     WHERE i.creator_id = ? ORDER BY i.scheduled_at`,
    [creatorId],
  );
  const items = rows.map((row) => ({
    ...row,
    atMs: Date.parse(row.scheduled_at),
    name: `${row.item_type} of ${row.scheduled_date} ${row.scheduled_time}`,
  }));
  return [
    ...clockViolations(items, timeZone),
    ...spacingViolations(items),
    ...structureViolations(items),
    ...captionViolations(eros, items),
    ...(await restViolations(eros, items, creatorId)),
    ...slotViolations(items),
    ...followupViolations(items),
    ...(await countViolations(eros, items, creatorId)),
  ];
}

function* clockViolations(items: readonly Item[], timeZone: string): Generator<string> {
  const wallClock = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  for (const { atMs, name, item_type, scheduled_date, scheduled_time, week_start } of items) {
    if (wallClock.format(atMs) !== `${scheduled_date} ${scheduled_time}`)
      yield `${name} is not what the wall clock shows`;
    const [hour = 0, minute = 0] = scheduled_time.split(':').map(Number);
    if (hour >= 3 && hour < 7) yield `${name} is in quiet hours`;
    if (minute % 15 === 0) yield `${name} is at a round minute`;
    if (item_type === 'ppv_followup') continue;
    const day = (Date.parse(scheduled_date) - Date.parse(week_start)) / DAY_MS;
    if (day < 0 || day > 6) yield `${name} is not in the week of ${week_start}`;
  }
}

function* spacingViolations(items: readonly Item[]): Generator<string> {
  for (const [index, item] of items.entries()) {
    for (const other of items.slice(index + 1, index + 9)) {
      const minutes = (other.atMs - item.atMs) / MINUTE_MS;
      const isFollowup = item.item_type === 'ppv_followup' || other.item_type === 'ppv_followup';
      const areBothPpv = item.item_type === 'ppv' && other.item_type === 'ppv';
      const least = isFollowup ? 5 : areBothPpv ? 90 : 45;
      if (minutes < least) yield `${item.name} is ${minutes} minutes before ${other.name}`;
    }
  }
}

function* structureViolations(items: readonly Item[]): Generator<string> {
  const ppvs = items.filter(({ item_type }) => item_type === 'ppv');
  for (const [index, item] of ppvs.entries()) {
    if (index > 0 && ppvs[index - 1]?.structure === item.structure)
      yield `${item.name} has the structure of the one before`;
    const channel = item.structure === 'wall' ? 'wall_post' : 'mass_message';
    if (item.channel !== channel) yield `${item.name} is a ${item.channel}`;
  }
}

function* captionViolations(eros: Eros, items: readonly Item[]): Generator<string> {
  for (const {
    item_type,
    name,
    caption_id,
    bank_text,
    bank_type,
    bank_content_type,
    structure,
    content_type,
  } of items) {
    if (item_type === 'ppv') {
      if (bank_text === null) yield `${name} has no caption of the bank`;
      else if (bank_type !== structure || bank_content_type !== content_type)
        yield `${name} has the caption of another slot`;
      else if (!eros.captions.score(bank_text, bank_type as 'winner').isValid) yield `${name} has an invalid caption`;
    } else if (caption_id !== null && bank_type !== 'free') yield `${name} has a caption that is not free`;
  }
}

async function restViolations(eros: Eros, items: readonly Item[], creatorId: string): Promise<string[]> {
  const sends = await query<{ caption_id: string; sending_time: string }>(
    eros,
    'SELECT caption_id, sending_time FROM mass_messages WHERE creator_id = ? AND caption_id IS NOT NULL',
    [creatorId],
  );
  const uses = [
    ...sends.map((send) => ({ caption: Number(send.caption_id), atMs: Date.parse(send.sending_time), item: 'a send' })),
    ...items.flatMap(({ caption_id, atMs, name }) =>
      caption_id === null ? [] : [{ caption: caption_id, atMs, item: name }],
    ),
  ].sort((a, b) => a.caption - b.caption || a.atMs - b.atMs);
  return uses.flatMap((use, index) => {
    const before = uses[index - 1];
    const isTired = before?.caption === use.caption && use.atMs - before.atMs < 30 * DAY_MS;
    return isTired && use.item !== 'a send' ? [`${use.item} repeats caption ${use.caption} of ${before.item}`] : [];
  });
}

/** Content types follow the rotation: none twice in two slots running, in order of drawing. */
function* slotViolations(items: readonly Item[]): Generator<string> {
  const drawn = new Map<string, Item>();
  for (const item of items.filter(({ item_type }) => item_type === 'ppv')) {
    if (item.slot_position === null) {
      yield `${item.name} has no slot`;
      continue;
    }
    const key = (position: number) => `${item.pattern_start} ${position}`;
    if (drawn.has(key(item.slot_position))) yield `${item.name} has the slot of another`;
    drawn.set(key(item.slot_position), item);
  }
  for (const { slot_position, pattern_start, content_type, name } of drawn.values()) {
    const before = drawn.get(`${pattern_start} ${(slot_position ?? 0) - 1}`);
    if (before?.content_type === content_type) yield `${name} repeats the content type of the slot before`;
  }
}

function* followupViolations(items: readonly Item[]): Generator<string> {
  const byId = new Map(items.map((item) => [item.item_id, item]));
  const perDay = new Map<string, number>();
  for (const item of items.filter(({ item_type }) => item_type === 'ppv_followup')) {
    const parent = byId.get(item.parent_item_id ?? 0);
    if (parent?.item_type !== 'ppv') {
      yield `${item.name} has no PPV`;
      continue;
    }
    const gapMinutes = (item.atMs - parent.atMs) / MINUTE_MS;
    if (gapMinutes < 15 || gapMinutes > 45) yield `${item.name} is ${gapMinutes} minutes behind its PPV`;
    perDay.set(parent.scheduled_date, (perDay.get(parent.scheduled_date) ?? 0) + 1);
  }
  for (const [date, count] of perDay) if (count > 4) yield `${date} has ${count} follow-ups`;
}

/** Every day has what the decision gave it, but for what the log says was left out; the template's totals are its items'. */
async function countViolations(eros: Eros, items: readonly Item[], creatorId: string): Promise<string[]> {
  const templates = await query<{
    template_id: number;
    week_start: string;
    total_items: number;
    total_ppvs: number;
    total_bumps: number;
    decision: string;
    details: string;
  }>(
    eros,
    `SELECT t.*, d.decision, (SELECT event_details FROM timing_operation_log o
       WHERE o.creator_id = t.creator_id AND o.event_type IN ('week_planned', 'week_replanned')
         AND replace(CAST(o.event_details AS TEXT), ' ', '') LIKE '%"weekStart":"' || t.week_start || '"%'
         ORDER BY o.id DESC LIMIT 1) AS details
     FROM schedule_templates t JOIN volume_calculation_log d ON d.log_id = t.calculation_log_id WHERE t.creator_id = ?`,
    [creatorId],
  );
  const found: string[] = [];
  for (const template of templates) {
    const own = items.filter(({ template_id }) => template_id === template.template_id);
    const of = (type: string) => own.filter(({ item_type }) => item_type === type);
    const totals = [own.length, of('ppv').length, of('engagement').length].join();
    if (totals !== [template.total_items, template.total_ppvs, template.total_bumps].join())
      found.push(`${template.week_start} has totals of its own`);
    const { week } = JSON.parse(template.decision) as { week: Record<string, number[]> };
    const { lowered } = JSON.parse(template.details) as {
      lowered: { dayOfWeek: number; category: string; by: number }[];
    };
    for (const [category, type] of [
      ['revenue', 'ppv'],
      ['engagement', 'engagement'],
      ['retention', 'retention'],
    ] as const) {
      for (let day = 0; day < 7; day += 1) {
        const date = new Date(Date.parse(template.week_start) + day * DAY_MS).toISOString().slice(0, 10);
        const has = of(type).filter(({ scheduled_date }) => scheduled_date === date).length;
        const less = lowered.find((each) => each.dayOfWeek === day && each.category === category)?.by ?? 0;
        if (has + less !== week[category]?.[day])
          found.push(`${date} has ${has} of ${week[category]?.[day]} ${category}`);
      }
    }
  }
  return found;
}
