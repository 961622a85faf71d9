export { createEros } from './create-eros.js';
export type { Eros } from './eros.js';
export type { DatabaseOption, ErosOptions } from './options.js';
export { bindings } from './bindings.js';
export { silentLogger } from './surroundings-module.js';
export * from './errors.js';
export type * from './api.js';

export { describeChange, openMigrations } from '@eros/adapters';
export type { AppliedMigration, SchemaChange, SchemaDifference, SchemaStatus } from '@eros/adapters';

export type { Followup, FollowupRefusal } from './followups.js';
export type { Rotation } from './rotations.js';
export type { CaptionsOptions, CaptionToScore } from './captions.js';
export type { RunOptions } from './breaker/run-options.js';
export type { IdempotentContext, IdempotentResult, IdempotentRunOptions, IdempotentWork } from './idempotency.js';
export type {
  CompletedSaga,
  EffectStep,
  Saga,
  SagaDefinition,
  SagaDetailView,
  SagaHandle,
  SagaStep,
  SagaView,
  SagaViewPage,
  StartSaga,
  StepContext,
  TimelineEntry,
  TransactionContext,
  TransactionStep,
} from './sagas/index.js';

export {
  CATEGORIES,
  CLASSIC_PACK,
  DEFAULT_BREAKER_POLICY,
  DEFAULT_PLAN_SETTINGS,
  STRUCTURES,
  TEMPLATE_STATUSES,
} from '@eros/domain';
export type {
  AccuracyPeriod,
  BreakerPolicy,
  BreakerState,
  Caption,
  CaptionFacts,
  CaptionScore,
  CaptionSource,
  CaptionWarning,
  Category,
  Channel,
  Clock,
  Creator,
  ElementScore,
  Evidence,
  IdempotencyRecord,
  ItemType,
  LearningState,
  Logger,
  MessageHistory,
  OffsetGuard,
  OutcomeClassification,
  OutcomeEvidence,
  PageType,
  PatternEngine,
  PlanSettings,
  Posterior,
  RetryPolicy,
  RotationPattern,
  RotationState,
  RulePack,
  SagaFilter,
  SagaStatus,
  Send,
  SendStatus,
  Structure,
  TemplateStatus,
  Transaction,
  VolumeDecision,
  VolumeFlags,
  VolumeStep,
  VolumeTier,
  Why,
} from '@eros/domain';
