import { ApiError } from '../../shared/api.ts'

/** What was found in a text: the excerpt, and the phrase group or, without one, a wallet address. */
export interface FoundFlag {
  id: string
  found: string
  group: string | null
}

const isFlag = (value: unknown): value is FoundFlag =>
  typeof value === 'object' &&
  value !== null &&
  'id' in value &&
  'found' in value &&
  'group' in value &&
  typeof value.id === 'string' &&
  typeof value.found === 'string' &&
  (value.group === null || typeof value.group === 'string')

/** Was a text held back by a rule about what may be sent? */
export const isHeldBack = (error: unknown): error is ApiError =>
  error instanceof ApiError &&
  (error.code === 'moderation.blocked' || error.code === 'moderation.confirm_needed')

/** What the server says it found. */
export function flagsOf({ details }: ApiError): FoundFlag[] {
  if (typeof details !== 'object' || details === null || !('flags' in details)) return []
  return Array.isArray(details.flags) ? details.flags.filter(isFlag) : []
}
