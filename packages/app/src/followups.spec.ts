import {
  MemoryCreatorStore,
  MemoryDatabase,
  MemoryFollowupStore,
  MemoryOperationLog,
  MemoryScheduleStore,
} from '@eros/adapters';
import { DEFAULT_PLAN_SETTINGS, type NewPlanItem, type NewWeek } from '@eros/domain';
import { Followups } from './followups.js';

const MINUTE_MS = 60_000;
const NOON_MS = Date.UTC(2026, 5, 1, 19); // in Los Angeles
const at = (minutes: number) => new Date(NOON_MS + minutes * MINUTE_MS);

describe('follow-ups', () => {
  const clock = { nowMs: () => NOON_MS };
  let database: MemoryDatabase;
  let followups: Followups;
  let schedules: MemoryScheduleStore;
  let operations: MemoryOperationLog;
  beforeEach(async () => {
    database = new MemoryDatabase(clock);
    const creators = new MemoryCreatorStore(database);
    schedules = new MemoryScheduleStore(database);
    operations = new MemoryOperationLog(database);
    const store = new MemoryFollowupStore(database);
    const settings = DEFAULT_PLAN_SETTINGS;
    followups = new Followups({
      creators,
      followups: store,
      schedules,
      operations,
      unitOfWork: database,
      clock,
      settings,
    });
    const creator = {
      creatorId: 'c-1',
      pageName: 'amber',
      displayName: 'Amber',
      pageType: 'paid',
      fanCount: 9,
    } as const;
    await creators.save({ ...creator, timeZone: 'America/Los_Angeles', isActive: true }, NOON_MS);
  });
  afterEach(() => database.close());
  const ppv = (ppvId: string, sentAt = at(0)) => ({ creatorId: 'c-1', ppvId, sentAt, ppvType: 'winner' }) as const;
  const planned = async (ppvId: string, sentAt = at(0)) => {
    const outcome = await followups.plan(ppv(ppvId, sentAt));
    if (!outcome.planned) throw new Error(outcome.reason);
    return outcome.followup;
  };
  const logged = async () =>
    (await operations.list({})).map(({ type, details }) => [type, details['reason']]).reverse();

  it('are planned 15 to 45 minutes behind their parent, once', async () => {
    const followup = await planned('p-1');
    expect(followup).toMatchObject({ parentPpvId: 'p-1', status: 'planned', isOptimalWindow: true, parentTime: at(0) });
    expect(followup.gapMinutes).toBe((followup.followupTime.getTime() - NOON_MS) / MINUTE_MS);
    expect(await planned('p-1')).toEqual(followup);
    expect(await logged()).toEqual([['followup_scheduled', undefined]]);
  });

  it('take the first four places of the parent day, which ends at the midnight of its creator', async () => {
    const evening = at(11 * 60 + 50); // 23:50
    for (const ppvId of ['p-1', 'p-2', 'p-3', 'p-4']) await planned(ppvId, evening);
    expect(await followups.plan(ppv('p-5'))).toEqual({ planned: false, reason: 'day_full' });
    expect((await planned('p-6', at(12 * 60))).status).toBe('planned');
    await followups.recordResponse({ creatorId: 'c-1', ppvId: 'p-2', kind: 'reply', at: evening });
    expect((await planned('p-5')).status).toBe('planned');
    expect((await logged()).filter(([type]) => type === 'followup_refused')).toEqual([
      ['followup_refused', 'day_full'],
    ]);
  });

  it('are refused where the window lies in quiet hours, with the reason in the log', async () => {
    const at0245 = at(14 * 60 + 45);
    expect(await followups.plan(ppv('p-1', at0245))).toEqual({ planned: false, reason: 'quiet_hours' });
    expect(await logged()).toEqual([['followup_refused', 'quiet_hours']]);
  });

  it('are called off by a purchase or a reply before they are due, and not planned again', async () => {
    const followup = await planned('p-1');
    const dueMs = followup.followupTime.getTime();
    const respond = (atMs: number, ppvId = 'p-1') =>
      followups.recordResponse({ creatorId: 'c-1', ppvId, kind: 'purchase', at: new Date(atMs) });
    expect(await respond(dueMs)).toEqual({ cancelled: 0 });
    expect(await respond(dueMs - 1, 'p-2')).toEqual({ cancelled: 0 });
    expect(await respond(dueMs - 1)).toEqual({ cancelled: 1 });
    expect(await respond(dueMs - 1)).toEqual({ cancelled: 0 });
    expect(await followups.plan(ppv('p-1'))).toEqual({ planned: false, reason: 'already_cancelled' });
    expect((await logged())[1]).toEqual(['followup_cancelled', 'purchase before it was due']);
  });

  it('are called off by an operator, who says who and why', async () => {
    const { followupId } = await planned('p-1');
    const why = { by: 'ann', reason: 'sold out' };
    await expect(followups.cancel(followupId, { by: 'ann', reason: ' ' })).rejects.toMatchObject({
      code: 'invalid_settings',
    });
    await expect(followups.cancel(followupId + 1, why)).rejects.toMatchObject({
      code: 'unknown_followup',
      followupId: followupId + 1,
    });
    await followups.cancel(followupId, why);
    await expect(followups.cancel(followupId, why)).rejects.toMatchObject({
      code: 'invalid_transition',
      from: 'cancelled',
    });
    expect((await operations.list({}))[0]).toMatchObject({
      type: 'followup_cancelled',
      details: { followupId, ...why },
    });
  });

  it('are recorded as sent, in the window or not, the planned one becoming the sent one', async () => {
    const before = await planned('p-1');
    const sent = (followupTime: Date, parentPpvId = 'p-1') =>
      followups.record({ creatorId: 'c-1', parentPpvId, parentTime: at(1), followupTime, ppvType: 'winner' });
    const recorded = await sent(at(51));
    expect(recorded).toMatchObject({
      followupId: before.followupId,
      status: 'sent',
      gapMinutes: 50,
      isOptimalWindow: false,
    });
    expect(await sent(at(51))).toEqual(recorded);
    expect((await sent(at(61))).followupId).not.toBe(recorded.followupId);
    expect(await sent(at(16), 'p-2')).toMatchObject({ gapMinutes: 15, isOptimalWindow: true });
    await expect(sent(at(0))).rejects.toMatchObject({ code: 'invalid_settings', setting: 'followupTime' });
    expect(await followups.plan(ppv('p-1'))).toEqual({ planned: false, reason: 'already_sent' });
    const response = { creatorId: 'c-1', ppvId: 'p-1', kind: 'reply', at: at(2) } as const;
    expect(await followups.recordResponse(response)).toEqual({ cancelled: 0 });
    expect(await logged()).toEqual([
      ['followup_scheduled', undefined],
      ...Array(3).fill(['followup_recorded', undefined]),
      ['followup_refused', 'already_sent'],
    ]);
  });

  it('take their item of the planned week with them when they are called off', async () => {
    const facts = {
      channel: 'mass_message',
      date: '2026-06-01',
      captionId: 7,
      captionText: 'hi',
      priceUsd: 9,
    } as const;
    const more = { contentType: 'solo', structure: 'winner', slotPosition: undefined } as const;
    const item = (itemType: 'ppv' | 'ppv_followup', minutes: number, parent?: number): NewPlanItem => ({
      ...{ ...facts, ...more, itemType, time: '12:00', scheduledAtMs: NOON_MS + minutes * MINUTE_MS, parent },
    });
    const day = (due: number) => [item('ppv', 0), item('ppv_followup', due, 0), item('ppv', 100)];
    const head = {
      creatorId: 'c-1',
      weekStart: '2026-06-01',
      weekEnd: '2026-06-07',
      generatedAtMs: NOON_MS,
      asOfMs: NOON_MS,
    };
    const rest = {
      algorithmVersion: '1',
      projectedRevenueUsd: undefined,
      slots: { from: 0, to: 2 },
      patternStartMs: 0,
    };
    const probe = await planned('1');
    const dueMinutes = (probe.followupTime.getTime() - NOON_MS) / MINUTE_MS;
    const week: NewWeek = { ...head, ...rest, notes: [], sagaId: undefined, items: day(dueMinutes) };
    const { itemIds } = await database.transaction((tx) => schedules.insert(week, tx));
    expect(itemIds[0]).toBe(1);
    await followups.recordResponse({ creatorId: 'c-1', ppvId: '1', kind: 'purchase', at: at(5) });
    const stored = await schedules.find('c-1', '2026-06-01');
    expect(stored?.items.map(({ isCancelled }) => isCancelled)).toEqual([false, true, false]);
  });

  it('are refused for creators that nobody knows and for arguments that say nothing', async () => {
    const unknown = { code: 'unknown_creator' };
    await expect(followups.plan({ ...ppv('p-1'), creatorId: 'c-9' })).rejects.toMatchObject(unknown);
    const response = { creatorId: 'c-9', ppvId: 'p-1', kind: 'reply', at: at(0) } as const;
    await expect(followups.recordResponse(response)).rejects.toMatchObject(unknown);
    const record = {
      creatorId: 'c-9',
      parentPpvId: 'p',
      parentTime: at(0),
      followupTime: at(20),
      ppvType: 'wall',
    } as const;
    await expect(followups.record(record)).rejects.toMatchObject(unknown);
    const invalid = { code: 'invalid_settings' };
    await expect(followups.plan(ppv(' '))).rejects.toMatchObject(invalid);
    await expect(followups.plan(ppv('p-1', new Date(NaN)))).rejects.toMatchObject(invalid);
    await expect(followups.plan({ ...ppv('p-1'), ppvType: 'free' as 'wall' })).rejects.toMatchObject(invalid);
    await expect(followups.recordResponse({ ...response, kind: 'view' as 'reply' })).rejects.toMatchObject(invalid);
  });

  it('are not there when the log cannot be written', async () => {
    jest.spyOn(operations, 'append').mockRejectedValueOnce(new Error('log is full'));
    await expect(followups.plan(ppv('p-1'))).rejects.toThrow('log is full');
    expect((await planned('p-1')).followupId).toBe(1);
  });
});
