import { addDays, mondayOf, type Clock, type Logger, type Timetable } from '@eros/domain';
import type { WorkersOption } from './options.js';
import type { Services } from './services.js';

export interface FleetTimetablePorts {
  readonly timetable: Timetable;
  readonly services: Pick<Services, 'schedules' | 'learning'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Plans what the fleet does by itself. Every process asks for the same; each occurrence is done by one of them. What is no longer
 * asked for is taken back.
 */
export async function keepTimetable(
  { planFleet, measure, timeZone = 'UTC' }: NonNullable<WorkersOption['timetable']>,
  { timetable, services, clock, logger }: FleetTimetablePorts,
): Promise<void> {
  const set = (name: string, cron: string | undefined, work: () => Promise<void>): Promise<void> =>
    cron === undefined ? timetable.cancel(name) : timetable.plan(name, cron, timeZone, work);
  await set('plan_fleet', planFleet, async () => {
    const weekStart = addDays(mondayOf(timeZone, clock.nowMs()), 7);
    const { total, enqueued } = await services.schedules.startFleet({ weekStart });
    logger.info({ weekStart, total, enqueued }, 'put the planning of the fleet in line');
  });
  await set('measure', measure, async () => {
    const { measured } = await services.learning.measure();
    const { applied } = await services.learning.apply();
    logger.info({ measured: measured.length, applied: applied.length }, 'measured and learnt');
  });
}
