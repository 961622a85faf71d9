import { addDays, mondayOf, type Clock, type Logger, type Timetable } from '@eros/domain';
import type { WorkersOption } from './options.js';
import type { Services } from './services.js';

export interface FleetTimetablePorts {
  readonly timetable: Timetable;
  readonly services: {
    readonly schedules: Pick<Services['schedules'], 'startFleet'>;
    readonly learning: Pick<Services['learning'], 'measure' | 'apply'>;
  };
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Plans what the fleet does by itself. Every process asks for the same; each occurrence is done by one of them. What is no longer
 * asked for is taken back. Work that fails is logged, and tried again by whoever keeps the time.
 */
export async function keepTimetable(
  { planFleet, measure, timeZone = 'UTC' }: NonNullable<WorkersOption['timetable']>,
  { timetable, services, clock, logger }: FleetTimetablePorts,
): Promise<void> {
  const set = (name: string, cron: string | undefined, work: () => Promise<void>): Promise<void> => {
    if (cron === undefined) return timetable.cancel(name);
    return timetable.plan(name, cron, timeZone, async () => {
      try {
        await work();
      } catch (error) {
        // Whoever keeps the time notes it in its own tables, where nobody looks.
        logger.error({ work: name, error }, 'work of the timetable failed');
        throw error;
      }
    });
  };
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
