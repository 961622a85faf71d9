import { randomUUID } from 'node:crypto';
import type { Clock, Logger, PlanSettings } from '@eros/domain';
import { ContainerModule } from 'inversify';
import { planSettingsOf, sha256 } from './assert-options.js';
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
  const settings = planSettingsOf(options);
  return new ContainerModule(({ bind }) => {
    bind(bindings.clock).toConstantValue(options.clock ?? { nowMs: Date.now });
    bind(bindings.processClock).toConstantValue({ nowMs: Date.now });
    bind(bindings.logger).toConstantValue(options.logger ?? silentLogger);
    bind(bindings.ids).toConstantValue({ next: randomUUID });
    bind(bindings.sha256).toConstantValue(sha256);
    bind(bindings.schedule).toConstantValue(unrefTimers);
    bind(bindings.planSettings).toConstantValue(settings);
  });
}
