import type {
  DuePlanItem,
  LoggedDecision,
  NewWeek,
  RecordedSend,
  ScheduleStore,
  StoredItem,
  StoredWeek,
  TemplateStatus,
  Transaction,
  UnknownSend,
  WeekHead,
} from '@eros/domain';
import { isSendable } from '@eros/domain';
import type { MemoryDatabase, MemorySession } from './memory-database.js';

const weeksOf = (session: MemorySession) => session.table<WeekHead>('weeks');
const itemsOf = (session: MemorySession) => session.table<DuePlanItem>('items');
const inOrder = (a: DuePlanItem, b: DuePlanItem): number => a.scheduledAtMs - b.scheduledAtMs || a.itemId - b.itemId;

export class MemoryScheduleStore implements ScheduleStore {
  constructor(private readonly database: MemoryDatabase) {}

  async find(creatorId: string, weekStart: string, tx?: Transaction): Promise<StoredWeek | undefined> {
    const session = this.database.on(tx);
    const head = weeksOf(session)
      .values()
      .find((week) => week.creatorId === creatorId && week.weekStart === weekStart);
    if (!head) return undefined;
    const items = itemsOf(session)
      .values()
      .filter(({ templateId }) => templateId === head.templateId)
      .sort(inOrder);
    return {
      ...head,
      items: items.map(({ creatorId: _creatorId, templateId: _templateId, weekStart: _weekStart, ...item }) => item),
    };
  }

  async head(templateId: number, tx?: Transaction): Promise<WeekHead | undefined> {
    return weeksOf(this.database.on(tx)).get(String(templateId));
  }

  async lastWeek(creatorId: string, tx?: Transaction): Promise<WeekHead | undefined> {
    return weeksOf(this.database.on(tx))
      .values()
      .filter((week) => week.creatorId === creatorId)
      .sort((a, b) => (a.weekStart < b.weekStart ? 1 : -1))[0];
  }

  async insert(week: NewWeek, tx: Transaction): Promise<{ templateId: number; itemIds: number[] }> {
    if (await this.find(week.creatorId, week.weekStart, tx)) {
      throw new Error(`a week of ${week.weekStart} for "${week.creatorId}" is stored already`);
    }
    const session = this.database.on(tx);
    const templateId = weeksOf(session).nextId();
    weeksOf(session).set(String(templateId), headOf(templateId, week, 0));
    return { templateId, itemIds: insertItems(session, templateId, week) };
  }

  async replace(templateId: number, week: NewWeek, tx: Transaction): Promise<{ itemIds: number[] }> {
    const session = this.database.on(tx);
    removeItems(session, templateId);
    const replacedCount = (weeksOf(session).get(String(templateId))?.replacedCount ?? 0) + 1;
    weeksOf(session).set(String(templateId), headOf(templateId, week, replacedCount));
    return { itemIds: insertItems(session, templateId, week) };
  }

  async withdraw(templateId: number, tx: Transaction): Promise<void> {
    const session = this.database.on(tx);
    removeItems(session, templateId);
    weeksOf(session).delete(String(templateId));
    const log = session.table<LoggedDecision>('volume_log');
    for (const entry of log.values()) {
      if (entry.templateId === templateId) log.set(String(entry.logId), { ...entry, templateId: undefined });
    }
  }

  async linkCalculation(templateId: number, calculationLogId: number, tx: Transaction): Promise<void> {
    this.change(templateId, { calculationLogId }, tx);
  }

  async setStatus(templateId: number, status: TemplateStatus, tx: Transaction): Promise<void> {
    this.change(templateId, { status }, tx);
  }

  private change(templateId: number, changes: Partial<WeekHead>, tx: Transaction): void {
    const weeks = weeksOf(this.database.on(tx));
    const head = weeks.get(String(templateId));
    if (head) weeks.set(String(templateId), { ...head, ...changes });
  }

  async itemsBetween(
    {
      creatorId,
      fromMs,
      untilMs,
      exceptWeek,
    }: { creatorId: string; fromMs: number; untilMs: number; exceptWeek?: string },
    tx?: Transaction,
  ): Promise<StoredItem[]> {
    const session = this.database.on(tx);
    const isRetrospective = ({ templateId, scheduledAtMs, send }: DuePlanItem): boolean =>
      (weeksOf(session).get(String(templateId))?.generatedAtMs ?? 0) > scheduledAtMs &&
      send?.status !== 'sent' &&
      send?.status !== 'unknown';
    return itemsOf(session)
      .values()
      .filter((item) => item.creatorId === creatorId && !item.isCancelled && item.weekStart !== exceptWeek)
      .filter(({ scheduledAtMs }) => scheduledAtMs >= fromMs && scheduledAtMs < untilMs)
      .sort(inOrder)
      .map((item) => {
        const { itemType, scheduledAtMs, structure, captionId } = item;
        const stored = { itemType, scheduledAtMs, structure, captionId };
        return isRetrospective(item) ? { ...stored, isRetrospective: true } : stored;
      });
  }

  async item(itemId: number, tx?: Transaction): Promise<DuePlanItem | undefined> {
    return itemsOf(this.database.on(tx)).get(String(itemId));
  }

  async itemOfMessage(creatorId: string, messageId: string, tx?: Transaction): Promise<DuePlanItem | undefined> {
    return itemsOf(this.database.on(tx))
      .values()
      .find((item) => item.creatorId === creatorId && item.send?.messageId === messageId);
  }

  async due({
    beforeMs,
    creatorId,
    limit,
  }: {
    beforeMs: number;
    creatorId?: string;
    limit: number;
  }): Promise<DuePlanItem[]> {
    const session = this.database.on();
    const items = itemsOf(session);
    const isDue = (item: DuePlanItem): boolean => {
      const head = weeksOf(session).get(String(item.templateId));
      const parent = item.parentItemId === undefined ? undefined : items.get(String(item.parentItemId));
      return (
        item.scheduledAtMs < beforeMs &&
        item.send === undefined &&
        !item.isCancelled &&
        head !== undefined &&
        isSendable(head.status) &&
        (item.parentItemId === undefined || parent?.send?.status === 'sent') &&
        (creatorId === undefined || item.creatorId === creatorId)
      );
    };
    return items.values().filter(isDue).sort(inOrder).slice(0, limit);
  }

  async saveSend(itemId: number, send: RecordedSend, tx: Transaction): Promise<void> {
    const items = itemsOf(this.database.on(tx));
    const item = items.get(String(itemId));
    if (item) items.set(String(itemId), { ...item, send, isCancelled: false });
  }

  async unknownSends(creatorIds: readonly string[], tx?: Transaction): Promise<UnknownSend[]> {
    return itemsOf(this.database.on(tx))
      .values()
      .flatMap(({ itemId, creatorId, captionId, send }) =>
        send?.status === 'unknown' && creatorIds.includes(creatorId)
          ? [{ itemId, creatorId, captionId, atMs: send.atMs, messageId: send.messageId }]
          : [],
      );
  }

  async cancelItems(itemIds: readonly number[], tx: Transaction): Promise<void> {
    const items = itemsOf(this.database.on(tx));
    for (const itemId of itemIds) {
      const item = items.get(String(itemId));
      if (item && item.send === undefined) items.set(String(itemId), { ...item, isCancelled: true });
    }
  }
}

function headOf(templateId: number, week: NewWeek, replacedCount: number): WeekHead {
  const { items: _items, ...head } = week;
  return { ...head, templateId, status: 'generated', calculationLogId: undefined, replacedCount };
}

function removeItems(session: MemorySession, templateId: number): void {
  const items = itemsOf(session);
  for (const item of items.values()) if (item.templateId === templateId) items.delete(String(item.itemId));
}

function insertItems(session: MemorySession, templateId: number, week: NewWeek): number[] {
  const items = itemsOf(session);
  const ids = week.items.map(() => items.nextId());
  week.items.forEach(({ parent, ...item }, index) => {
    const itemId = ids[index] ?? 0;
    const parentItemId = parent === undefined ? undefined : ids[parent];
    const { creatorId, weekStart } = week;
    items.set(String(itemId), {
      ...item,
      itemId,
      parentItemId,
      send: undefined,
      isCancelled: false,
      creatorId,
      templateId,
      weekStart,
    });
  });
  return ids;
}
