/** A choice of a workspace's list. The log keeps the code; the words may change. */
export interface Reason {
  readonly code: string
  readonly words: string
}

export const TRANSFER_REASONS = [
  'skill=Needs other knowledge',
  'language=Other language',
  'escalation=Escalation',
  'shift_end=End of shift',
  'other=Other',
].join('; ')
export const AWAY_REASONS = ['break=Break', 'lunch=Lunch', 'meeting=Meeting', 'training=Training'].join('; ')

const REASON = /^([a-z0-9_]{1,40})=(\S.{0,79})$/u

/** Takes a list apart, `code=words` each, apart by semicolons or line ends; null when one is something else or there twice. */
export function parseReasons(text: string): Reason[] | null {
  const lines = text.split(/[;\n]/).filter(line => line.trim() !== '')
  const reasons = lines.map(line => {
    const [, code, words] = REASON.exec(line.trim()) ?? []
    return code && words ? { code, words } : null
  })
  const known = reasons.filter(reason => reason !== null)
  if (known.length !== lines.length || known.length === 0) return null
  return new Set(known.map(reason => reason.code)).size === known.length ? known : null
}

export const isReasonList = (text: string): boolean => parseReasons(text) !== null
