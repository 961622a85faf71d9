export { createEros } from './create-eros.js';
export type { Eros } from './eros.js';
export type { DatabaseOption, ErosOptions, WorkersOption } from './options.js';
export { bindings } from './bindings.js';
export { silentLogger } from './surroundings-module.js';
export * from './errors.js';
export type * from './api.js';

export {
  describeChange,
  fileProblems,
  openMigrations,
  POSTGRES_URL_ADVICE,
  postgresUrlProblem,
  shownPostgresUrl,
} from '@eros/adapters';
export type {
  AppliedMigration,
  Migrations,
  SchemaChange,
  SchemaDifference,
  SchemaStatus,
  SqliteDriver,
} from '@eros/adapters';

export type { Followup, FollowupRefusal } from './followups.js';
export type { Rotation } from './rotations.js';
export type { CaptionsOptions, CaptionToScore } from './captions.js';
export type { RunOptions } from './breaker/run-options.js';
export type { HeardTransition, TransitionListener } from './breaker/transition-feed.js';
export type { IdempotentContext, IdempotentResult, IdempotentRunOptions, IdempotentWork } from './idempotency.js';
export type {
  CompletedSaga,
  EffectStep,
  ParallelSteps,
  Saga,
  SagaDefinition,
  SagaDetailView,
  SagaStuckAt,
  SagaHandle,
  SagaStep,
  SagaView,
  SagaViewPage,
  UnreadableSaga,
  StartSaga,
  StepContext,
  TimelineEntry,
  TransactionContext,
  TransactionStep,
  UnclaimedSagas,
} from './sagas/index.js';

export {
  CATEGORIES,
  CLASSIC_PACK,
  DEFAULT_BREAKER_POLICY,
  DEFAULT_PLAN_SETTINGS,
  STRUCTURES,
  TEMPLATE_STATUSES,
} from '@eros/domain';
export type { FleetWait, FleetWork } from './schedules/fleet-sagas.js';
export type { AsOf } from './schedules/schedules.js';
export type {
  AccuracyPeriod,
  BreakerPolicy,
  BreakerState,
  BreakerTransition,
  ReadableBreakers,
  Caption,
  CaptionFacts,
  CaptionScore,
  CaptionSource,
  CaptionWarning,
  Category,
  Channel,
  ClaimRules,
  Clock,
  CompiledPattern,
  Creator,
  CurvePoint,
  DailyVolume,
  Elasticity,
  ElementRules,
  ElementScore,
  Evidence,
  ForecastAccuracy,
  HorizonDays,
  HorizonScores,
  IdempotencyRecord,
  ItemType,
  LearningState,
  Logger,
  MessageHistory,
  NotReversible,
  OffsetGuard,
  OperationKey,
  OutcomeClassification,
  OutcomeEvidence,
  PackIdentity,
  PageType,
  ParkReason,
  PatternAdjustment,
  PatternEngine,
  PatternMatch,
  PatternRule,
  PlanSettings,
  Posterior,
  QuietStretch,
  RetryPolicy,
  RevenueCurve,
  RotationPattern,
  RotationState,
  RulePack,
  SagaCause,
  SagaEvent,
  SagaFilter,
  SagaProblem,
  SagaStatus,
  Scope,
  Send,
  SendStatus,
  SequenceType,
  StoredError,
  StoreDownMode,
  Structure,
  StructureRules,
  TemplateStatus,
  Transaction,
  UndoRequest,
  VolumeDataSource,
  VolumeDecision,
  VolumeFlags,
  VolumeLevel,
  VolumeStep,
  VolumeTier,
  WeeklyVolume,
  Why,
  Hold,
  RateRule,
  SlowCallRule,
  TransitionCause,
  WindowLength,
} from '@eros/domain';
