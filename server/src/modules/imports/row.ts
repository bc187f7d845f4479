import type { RejectCause } from './line.ts'

/** One row of another system: its number in the file, and its values by column; or why it cannot be read. */
export type Row =
  | { readonly number: number; readonly values: ReadonlyMap<string, string> }
  | { readonly number: number; readonly cause: RejectCause; readonly detail: string }
