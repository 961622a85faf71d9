export interface Bug {
  readonly id: string;
  /** The list it stands in. */
  readonly list: string;
  readonly file: string;
  /** A passage that stands exactly once in the file. */
  readonly find: string;
  readonly replace: string;
  /** What must catch it: a spec file, or a proof with its flags. One of the two. */
  readonly spec?: string;
  readonly proof?: string;
  /** The promise that it breaks. */
  readonly breaks: string;
}

export const root: string;
export function readBugs(): Bug[];
export function plant(source: string, bug: Bug): string;
export function problemsOf(bugs: readonly { readonly [Field in keyof Bug]?: Bug[Field] | undefined }[]): string[];
