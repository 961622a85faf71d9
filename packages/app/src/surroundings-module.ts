import { createHash, randomUUID } from 'node:crypto';
import { assertPlanSettings, DEFAULT_PLAN_SETTINGS, type Clock, type Logger, type PlanSettings } from '@eros/domain';
import { ContainerModule } from 'inversify';
import { bindings } from './bindings.js';
import { unrefTimers } from './breaker/schedule.js';

const silent = (): void => undefined;
/** Says nothing. */
export const silentLogger: Logger = { debug: silent, info: silent, warn: silent, error: silent };

/** Time, chance, ids and settings: what the domain is given by this process. */
export function surroundingsModule(options: {
  clock?: Clock;
  logger?: Logger;
  planning?: Partial<PlanSettings>;
}): ContainerModule {
  const settings = { ...DEFAULT_PLAN_SETTINGS, ...options.planning };
  assertPlanSettings(settings);
  return new ContainerModule(({ bind }) => {
    bind(bindings.clock).toConstantValue(options.clock ?? { nowMs: Date.now });
    bind(bindings.logger).toConstantValue(options.logger ?? silentLogger);
    bind(bindings.ids).toConstantValue({ next: randomUUID });
    bind(bindings.sha256).toConstantValue((text) => createHash('sha256').update(text, 'utf8').digest('hex'));
    bind(bindings.schedule).toConstantValue(unrefTimers);
    bind(bindings.planSettings).toConstantValue(settings);
  });
}
