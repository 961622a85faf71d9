import type {
  CaptionStore,
  Clock,
  CreatorStore,
  FollowupStore,
  OperationLog,
  PredictionStore,
  RotationStore,
  SagaStore,
  ScheduleStore,
  VolumeLog,
} from '@eros/domain';
import type { WeekMaterialReader } from './week-material.js';

export interface WeekPlanningPorts {
  readonly reader: WeekMaterialReader;
  readonly creators: CreatorStore;
  readonly schedules: ScheduleStore;
  readonly rotations: RotationStore;
  readonly followups: FollowupStore;
  readonly volumeLog: VolumeLog;
  readonly predictions: PredictionStore;
  readonly captionStore: CaptionStore;
  readonly operations: OperationLog;
  readonly sagaStore: Pick<SagaStore, 'find'>;
  readonly clock: Clock;
}
