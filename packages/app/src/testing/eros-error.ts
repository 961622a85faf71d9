/** What a test looks at in an error of ours. */
export interface ErosError extends Error {
  readonly code: string;
}
