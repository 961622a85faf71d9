import type { UnitOfWork } from '../storage/index.js';
import { addDays, DAY_MS, MINUTE_MS } from '../time/index.js';
import type { NewWeek, ScheduleStore } from './schedule-store.js';
import type { NewPlanItem } from './week-plan.js';

const MONDAY_MS = Date.UTC(2026, 10, 23);
const ppv = (n: number, changes: Partial<NewPlanItem> = {}): NewPlanItem => ({
  itemType: 'ppv',
  channel: 'mass_message',
  scheduledAtMs: MONDAY_MS + n * 100 * MINUTE_MS,
  date: '2026-11-23',
  time: '10:07',
  captionId: 11,
  captionText: 'just for you',
  priceUsd: 19.69,
  contentType: 'solo',
  structure: 'winner',
  slotPosition: n,
  parent: undefined,
  ...changes,
});
const followup = (parent: number, scheduledAtMs: number): NewPlanItem =>
  ppv(0, {
    itemType: 'ppv_followup',
    scheduledAtMs,
    captionId: undefined,
    captionText: undefined,
    priceUsd: undefined,
    slotPosition: undefined,
    parent,
  });
const week = (changes: Partial<NewWeek> = {}): NewWeek => ({
  creatorId: 'c-1',
  weekStart: '2026-11-23',
  weekEnd: '2026-11-29',
  generatedAtMs: MONDAY_MS - DAY_MS,
  asOfMs: MONDAY_MS - DAY_MS,
  algorithmVersion: '1.0',
  projectedRevenueUsd: 1234.5,
  slots: { from: 3, to: 5 },
  patternStartMs: MONDAY_MS - 7 * DAY_MS,
  notes: ['Tuesday has no room'],
  sagaId: undefined,
  items: [ppv(0), followup(0, MONDAY_MS + 30 * MINUTE_MS), ppv(1, { structure: 'wall', channel: 'wall_post' })],
  ...changes,
});
const sent = (atMs: number) => ({ status: 'sent', atMs, messageId: undefined }) as const;

/** What every store of planned weeks promises. The creators `c-1`, `c-2` and the caption 11 exist. */
export function scheduleStoreContract(
  open: () => Promise<{ store: ScheduleStore; unitOfWork: UnitOfWork; close(): Promise<void> }>,
): void {
  describe('schedule store', () => {
    let store: ScheduleStore;
    let unitOfWork: UnitOfWork;
    let close: () => Promise<void>;
    beforeEach(async () => ({ store, unitOfWork, close } = await open()));
    afterEach(() => close());
    const insert = (changes?: Partial<NewWeek>) => unitOfWork.transaction((tx) => store.insert(week(changes), tx));
    const far = { beforeMs: MONDAY_MS + 30 * DAY_MS, limit: 100 };
    const dueIds = async (query: Parameters<ScheduleStore['due']>[0] = far) =>
      (await store.due(query)).map(({ itemId }) => itemId);

    it('gives back every field of a week and of its items', async () => {
      const { templateId, itemIds } = await insert();
      const stored = await store.find('c-1', '2026-11-23');
      const { items, ...head } = week();
      expect(stored).toEqual({
        ...head,
        templateId,
        status: 'generated',
        calculationLogId: undefined,
        replacedCount: 0,
        items: items
          .map(({ parent, ...item }, index) => ({
            ...item,
            itemId: itemIds[index],
            parentItemId: parent === undefined ? undefined : itemIds[parent],
            send: undefined,
            isCancelled: false,
          }))
          .sort((a, b) => a.scheduledAtMs - b.scheduledAtMs),
      });
      const { items: _items, ...rest } = stored ?? { items: [] };
      expect(await store.head(templateId)).toEqual(rest);
      expect(await store.find('c-1', '2026-11-30')).toBeUndefined();
      expect(await store.find('c-2', '2026-11-23')).toBeUndefined();
    });

    it('keeps one week for a creator and Monday', async () => {
      await insert();
      await expect(insert()).rejects.toThrow();
      expect((await store.find('c-1', '2026-11-23'))?.items).toHaveLength(3);
      await insert({ creatorId: 'c-2', items: [] });
      expect((await store.find('c-2', '2026-11-23'))?.items).toEqual([]);
    });

    it('replaces the items of a week under the same template', async () => {
      const { templateId, itemIds } = await insert();
      await unitOfWork.transaction((tx) =>
        store.replace(templateId, week({ items: [ppv(2)], slots: { from: 3, to: 4 } }), tx),
      );
      const stored = await store.find('c-1', '2026-11-23');
      expect(stored).toMatchObject({ templateId, replacedCount: 1, slots: { from: 3, to: 4 } });
      expect(stored?.items).toHaveLength(1);
      expect(itemIds).not.toContain(stored?.items[0]?.itemId);
    });

    it('withdraws a week as if it had never been planned, and leaves the others', async () => {
      const { templateId, itemIds } = await insert({ sagaId: 'plan:1' });
      const other = await insert({ weekStart: '2026-11-30', sagaId: 'plan:2' });
      expect((await store.find('c-1', '2026-11-23'))?.sagaId).toBe('plan:1');
      await unitOfWork.transaction((tx) => store.withdraw(templateId, tx));
      expect(await store.find('c-1', '2026-11-23')).toBeUndefined();
      expect(await store.head(templateId)).toBeUndefined();
      for (const itemId of itemIds) expect(await store.item(itemId)).toBeUndefined();
      expect((await store.lastWeek('c-1'))?.templateId).toBe(other.templateId);
      const again = await insert();
      expect(again.templateId).not.toBe(templateId);
    });

    it('knows the last planned week, its status and its calculation', async () => {
      expect(await store.lastWeek('c-1')).toBeUndefined();
      await insert({ weekStart: '2026-11-30', weekEnd: '2026-12-06' });
      const { templateId } = await insert();
      expect(await store.lastWeek('c-1')).toMatchObject({ weekStart: '2026-11-30' });
      await unitOfWork.transaction(async (tx) => {
        await store.setStatus(templateId, 'approved', tx);
        await store.linkCalculation(templateId, 42, tx);
      });
      expect(await store.head(templateId)).toMatchObject({ status: 'approved', calculationLogId: 42 });
    });

    it('shows the items around a week, but not cancelled ones', async () => {
      const { itemIds } = await insert();
      const between = { creatorId: 'c-1', fromMs: MONDAY_MS, untilMs: MONDAY_MS + 100 * MINUTE_MS };
      expect(await store.itemsBetween(between)).toEqual([
        { itemType: 'ppv', scheduledAtMs: MONDAY_MS, structure: 'winner', captionId: 11 },
        {
          itemType: 'ppv_followup',
          scheduledAtMs: MONDAY_MS + 30 * MINUTE_MS,
          structure: 'winner',
          captionId: undefined,
        },
      ]);
      await unitOfWork.transaction((tx) => store.cancelItems([itemIds[1] ?? 0], tx));
      expect(await store.itemsBetween(between)).toHaveLength(1);
      expect(await store.itemsBetween({ ...between, creatorId: 'c-2' })).toEqual([]);
      expect(await store.itemsBetween({ ...between, exceptWeek: '2026-11-23' })).toEqual([]);
      expect(await store.itemsBetween({ ...between, exceptWeek: '2026-11-30' })).toHaveLength(1);
    });

    it('marks items that were planned for the past, until they are reported as sent', async () => {
      const { itemIds } = await insert({ generatedAtMs: MONDAY_MS + 7 * DAY_MS });
      const between = { creatorId: 'c-1', fromMs: MONDAY_MS, untilMs: MONDAY_MS + 1 };
      const mark = async () => (await store.itemsBetween(between))[0]?.isRetrospective;
      expect(await mark()).toBe(true);
      for (const [status, marked] of [
        ['failed', true],
        ['unknown', undefined],
        ['sent', undefined],
      ] as const) {
        const send = { status, atMs: MONDAY_MS, messageId: undefined };
        await unitOfWork.transaction((tx) => store.saveSend(itemIds[0] ?? 0, send, tx));
        expect(await mark()).toBe(marked);
      }
    });

    it('has due what lies before, of which nothing was reported, follow-ups after their parent was sent', async () => {
      const { itemIds } = await insert();
      const [first = 0, second = 0, third = 0] = itemIds;
      expect(await dueIds()).toEqual([first, third]);
      expect(await dueIds({ ...far, beforeMs: MONDAY_MS })).toEqual([]);
      expect(await dueIds({ ...far, beforeMs: MONDAY_MS + 1 })).toEqual([first]);
      expect(await dueIds({ ...far, limit: 1 })).toEqual([first]);
      expect(await dueIds({ ...far, creatorId: 'c-2' })).toEqual([]);
      await unitOfWork.transaction((tx) => store.saveSend(first, sent(MONDAY_MS), tx));
      expect(await dueIds()).toEqual([second, third]);
      await unitOfWork.transaction((tx) => store.cancelItems([second], tx));
      expect(await dueIds()).toEqual([third]);
    });

    it.each(['failed', 'unknown'] as const)(
      'has nothing due after a PPV is %s: neither it nor its follow-up',
      async (status) => {
        const { itemIds } = await insert();
        await unitOfWork.transaction((tx) =>
          store.saveSend(itemIds[0] ?? 0, { status, atMs: MONDAY_MS + 1, messageId: 'm-7' }, tx),
        );
        expect(await dueIds()).toEqual([itemIds[2]]);
        expect(await store.item(itemIds[0] ?? 0)).toMatchObject({
          creatorId: 'c-1',
          weekStart: '2026-11-23',
          send: { status, atMs: MONDAY_MS + 1, messageId: 'm-7' },
        });
      },
    );

    it('finds an item by the message id that it was reported under', async () => {
      const { itemIds } = await insert();
      const report = { status: 'sent', atMs: MONDAY_MS, messageId: 'm-7' } as const;
      await unitOfWork.transaction((tx) => store.saveSend(itemIds[0] ?? 0, report, tx));
      expect(await store.itemOfMessage('c-1', 'm-7')).toMatchObject({ itemId: itemIds[0], send: report });
      expect(await store.itemOfMessage('c-2', 'm-7')).toBeUndefined();
      expect(await store.itemOfMessage('c-1', 'm-8')).toBeUndefined();
    });

    it('has nothing due of a draft or a completed week', async () => {
      const { templateId } = await insert();
      for (const [status, count] of [
        ['draft', 0],
        ['approved', 2],
        ['queued', 2],
        ['completed', 0],
      ] as const) {
        await unitOfWork.transaction((tx) => store.setStatus(templateId, status, tx));
        expect({ status, count: (await dueIds()).length }).toEqual({ status, count });
      }
    });

    it('lists the unknown sends of some creators', async () => {
      const { itemIds } = await insert();
      await insert({ creatorId: 'c-2' });
      await unitOfWork.transaction((tx) =>
        store.saveSend(itemIds[0] ?? 0, { status: 'unknown', atMs: MONDAY_MS + 5, messageId: undefined }, tx),
      );
      expect(await store.unknownSends(['c-2'])).toEqual([]);
      expect(await store.unknownSends([])).toEqual([]);
      expect(await store.unknownSends(['c-2', 'c-1'])).toEqual([
        { itemId: itemIds[0], creatorId: 'c-1', captionId: 11, atMs: MONDAY_MS + 5, messageId: undefined },
      ]);
    });

    it('knows no item that is not there, and writes nothing of a failed transaction', async () => {
      expect(await store.item(999)).toBeUndefined();
      const failing = unitOfWork.transaction(async (tx) => {
        await store.insert(week(), tx);
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect(await store.find('c-1', '2026-11-23')).toBeUndefined();
      expect(await store.find('c-1', addDays('2026-11-23', 7))).toBeUndefined();
    });
  });
}
