/**
 * Areas of the catalogue that retention may destroy: work with customers, reads and access. Every other area (the
 * ledger's own entries, what says that something was erased or held, settings, roles, bots and whatever is added later)
 * is kept for ever: verification or the desk needs it.
 */
export const DISPOSABLE_AREAS = [
  'message',
  'conversation',
  'note',
  'customer',
  'moderation',
  'update',
  'presence',
  'session',
  'permission',
  'command',
  'log',
  'alert',
  'inbox_view',
  'import',
] as const

/** Everything, an area (`message.*`) or one event (`message.sent`). */
export const EVENT_CLASS = /^(\*|[a-z_]+\.(\*|[a-z_]+))$/

const AREAS: ReadonlySet<string> = new Set(DISPOSABLE_AREAS)

/** May a rule name this class? */
export const isDisposable = (eventClass: string): boolean =>
  eventClass === '*' || AREAS.has(eventClass.slice(0, eventClass.indexOf('.')))
