import { keepTimetable, type FleetTimetablePorts } from './fleet-timetable.js';

/** What was planned and taken back, and what the work did. */
function bench(nowMs = Date.parse('2026-11-01T23:30:00Z')) {
  const planned = new Map<string, { cron: string; timeZone: string; work: () => Promise<void> }>();
  const cancelled: string[] = [];
  const logged: [object, string][] = [];
  const asked: string[] = [];
  const log = (facts: object, message: string) => void logged.push([facts, message]);
  const ports: FleetTimetablePorts = {
    timetable: {
      plan: async (name, cron, timeZone, work) => void planned.set(name, { cron, timeZone, work }),
      cancel: async (name) => void cancelled.push(name),
    },
    services: {
      schedules: {
        startFleet: async ({ weekStart }) => {
          asked.push(weekStart);
          const none = { enqueued: 2, underWay: 0, already: [] };
          return { weekStart, total: 3, ...none, wait: () => Promise.reject(new Error('nobody waits')) };
        },
      },
      learning: {
        measure: () => Promise.reject(new Error('no history')),
        apply: async () => {
          asked.push('apply');
          return { applied: [], skipped: [] } as never;
        },
      },
    },
    clock: { nowMs: () => nowMs },
    logger: { debug: log, info: log, warn: log, error: log },
  };
  return { ports, planned, cancelled, logged, asked };
}

describe('the timetable of a fleet', () => {
  it('puts next week in line, which is the next by the time zone that was given', async () => {
    const inLondon = bench();
    await keepTimetable({ planFleet: '0 4 * * 0', timeZone: 'Europe/London' }, inLondon.ports);
    expect(inLondon.planned.get('plan_fleet')).toMatchObject({ cron: '0 4 * * 0', timeZone: 'Europe/London' });
    await inLondon.planned.get('plan_fleet')?.work();
    const inTokyo = bench();
    await keepTimetable({ planFleet: '0 4 * * 0', timeZone: 'Asia/Tokyo' }, inTokyo.ports);
    await inTokyo.planned.get('plan_fleet')?.work();
    // Sunday evening in London is Monday morning in Tokyo.
    expect([inLondon.asked, inTokyo.asked]).toEqual([['2026-11-02'], ['2026-11-09']]);
    const told = [{ weekStart: '2026-11-02', total: 3, enqueued: 2 }, 'put the planning of the fleet in line'];
    expect(inLondon.logged).toEqual([told]);
  });

  it('takes back what is not asked for', async () => {
    const { ports, planned, cancelled } = bench();
    await keepTimetable({ measure: '0 5 * * *' }, ports);
    expect([...planned.keys(), ...cancelled]).toEqual(['measure', 'plan_fleet']);
    expect(planned.get('measure')).toMatchObject({ timeZone: 'UTC' });
  });

  it('tells of work that failed, and lets it be tried again', async () => {
    const { ports, planned, logged, asked } = bench();
    await keepTimetable({ measure: '0 5 * * *' }, ports);
    await expect(planned.get('measure')?.work()).rejects.toThrow('no history');
    expect(logged).toEqual([[{ work: 'measure', error: new Error('no history') }, 'work of the timetable failed']]);
    expect(asked).toEqual([]);
  });
});
