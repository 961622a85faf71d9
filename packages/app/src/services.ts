import { loadRe2Engine, type SqlDatabase } from '@eros/adapters';
import { planFollowup, reviverOf, type FollowupParent, type FollowupTime } from '@eros/domain';
import * as domain from '@eros/domain';
import type { Container } from 'inversify';
import { leaseMsOf, sagaSettingsOf, transactionTimeoutMsOf } from './assert-options.js';
import { bindings } from './bindings.js';
import { Captions } from './captions.js';
import { CircuitBreakers } from './circuit-breakers.js';
import { DataImports } from './data/data-imports.js';
import { Followups } from './followups.js';
import { Idempotency } from './idempotency.js';
import { Learning } from './learning/learning.js';
import type { ErosOptions } from './options.js';
import { PlanCaptions } from './plan-captions.js';
import { Reports } from './reports.js';
import { Rotations } from './rotations.js';
import { LastingFailures, nodeKeepAlive, Sagas } from './sagas/index.js';
import { Schedules } from './schedules/schedules.js';
import { WeekMaterialReader } from './schedules/week-material.js';
import { Volumes } from './volumes.js';

/** The parts of a running engine. */
export interface Services {
  readonly captions: Captions;
  readonly breakers: CircuitBreakers;
  readonly idempotency: Idempotency;
  readonly sagas: Sagas;
  readonly rotations: Rotations;
  readonly followups: Followups;
  readonly schedules: Schedules;
  readonly learning: Learning;
  readonly volumes: Volumes;
  readonly data: DataImports;
  readonly reports: Reports;
}

/** Builds every service on the ports that the container holds. */
export async function assembleServices(
  container: Container,
  database: SqlDatabase,
  options: ErosOptions & { readonly node: string; readonly databaseName: string },
): Promise<Services> {
  const { node, databaseName } = options;
  const leaseMs = leaseMsOf(options);
  const transactionTimeoutMs = transactionTimeoutMsOf(options);
  const ports = {
    clock: container.get(bindings.clock),
    logger: container.get(bindings.logger),
    ids: container.get(bindings.ids),
    sha256: container.get(bindings.sha256),
    schedule: container.get(bindings.schedule),
    unitOfWork: container.get(bindings.unitOfWork),
    history: container.get(bindings.messageHistory),
    captionSource: container.get(bindings.captionSource),
    creators: container.get(bindings.creatorStore),
    captionStore: container.get(bindings.captionStore),
    sends: container.get(bindings.sendStore),
    rotations: container.get(bindings.rotationStore),
    followups: container.get(bindings.followupStore),
    schedules: container.get(bindings.scheduleStore),
    volumeLog: container.get(bindings.volumeLog),
    predictions: container.get(bindings.predictionStore),
    outcomes: container.get(bindings.outcomeStore),
    learning: container.get(bindings.learningStore),
    operations: container.get(bindings.operationLog),
  };
  const settings = container.get(bindings.planSettings);
  const captions = await Captions.open(options.captions ?? {}, {
    sha256: ports.sha256,
    loadPatternEngine: loadRe2Engine,
  });
  const breakers = new CircuitBreakers(
    {
      ...ports,
      clock: container.get(bindings.processClock),
      store: container.get(bindings.breakerStore),
      changes: database.changes,
      random: Math.random,
      node,
      isInsideTransaction: () => database.isInsideTransaction(),
    },
    options.breakers ? { policies: options.breakers } : {},
  );
  const idempotency = new Idempotency(
    {
      ...ports,
      store: container.get(bindings.idempotencyStore),
      database,
      databaseName,
      node,
      keepAlive: nodeKeepAlive,
      revive: reviverOf({ ...domain }),
    },
    { leaseMs, transactionTimeoutMs },
  );
  const sagaStore = container.get(bindings.sagaStore);
  const dispatch = container.get(bindings.sagaDispatch);
  const sagaSettings = sagaSettingsOf(options);
  const failures = new LastingFailures(sagaSettings);
  const sagas = new Sagas(
    {
      ...{ ...ports, store: sagaStore, dispatch, failures },
      ...{ random: Math.random, node, databaseName, keepAlive: nodeKeepAlive },
    },
    sagaSettings,
  );
  const reader = new WeekMaterialReader({
    ...ports,
    breakers,
    planCaptions: new PlanCaptions(captions),
    settings,
    planFollowup: (timeZone, parent) => followupTime(timeZone, parent, settings.quietHours),
  });
  const learning = new Learning({ ...ports, breakers });
  return {
    captions,
    breakers,
    idempotency,
    sagas,
    learning,
    rotations: new Rotations(ports),
    followups: new Followups({ ...ports, settings }),
    schedules: new Schedules({ ...ports, reader, idempotency, sagas, sagaStore, failures, keepAlive: nodeKeepAlive }),
    volumes: new Volumes({ ...ports, reader, learning }),
    data: new DataImports({ ...ports, captions: ports.captionStore }),
    reports: new Reports({ ...ports, breakers }),
  };
}

/** A planned PPV has no id yet: its creator and instant name it for good. */
function followupTime(timeZone: string, parent: FollowupParent, quietHours: domain.QuietStretch): FollowupTime {
  const { creatorId, scheduledAtMs: parentMs } = parent;
  return planFollowup({ creatorId, parentKey: `planned ${parentMs}`, parentMs, timeZone, quietHours });
}
