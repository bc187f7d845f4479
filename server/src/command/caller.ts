import type { RecordedActor, RecordedVia } from '../ledger/draft.ts'

/** How far somebody reaches, beside what they may do. */
export interface Standing {
  /** Whose work they see. */
  readonly scope: 'own' | 'departments' | 'all'
  /** The bots they serve; null: all. */
  readonly bots: readonly string[] | null
  /** Personal parts of entries are withheld from them. */
  readonly withheld: boolean
  /** Nobody changes who stands above them. */
  readonly rank: number
  /** They must set up a second factor before they may do anything else. */
  readonly mustEnrol: boolean
}

/** Whoever wants something: an agent in a browser, a program with a token, the gateway, the system itself. */
export interface Caller {
  readonly workspaceId: string
  readonly actor: RecordedActor
  /** Who really acts, when that is somebody in the name of `actor`. */
  readonly impersonator?: RecordedActor
  /** Permissions in force now. `all` is for the system's own internal commands. */
  readonly permissions: ReadonlySet<string> | 'all'
  readonly via: RecordedVia
  /** How far a seat or token reaches; absent for whatever acts by itself, which reaches everything. */
  readonly standing?: Standing
  /** Where the request comes from; null outside HTTP. */
  readonly address: { ip: string; userAgent: string } | null
}

/** May this caller do or see what needs `permission`? The one place that answers. */
export const may = (caller: Caller, permission: string | null): boolean =>
  permission === null || caller.permissions === 'all' || caller.permissions.has(permission)

/** Whose work this caller sees. What acts by itself sees everything; a caller of unknown standing only their own. */
export const scopeKindOf = (caller: Caller): Standing['scope'] =>
  caller.permissions === 'all' ? 'all' : (caller.standing?.scope ?? 'own')

/** Are personal parts withheld from this caller? */
export const isWithheldFrom = (caller: Caller): boolean => caller.standing?.withheld ?? false

/** Who is really there, in whoever's name they act. */
export const personOf = ({ actor, impersonator }: Caller): RecordedActor => impersonator ?? actor

/** Who writes in the name of `actor`; null: `actor` themself. */
export const writerFor = ({ impersonator }: Caller): string | null => impersonator?.id ?? null

/** Whose private notes this caller reads and writes: nobody's while they act in another's name. */
export const confidantOf = ({ actor, impersonator }: Caller): string | null =>
  actor.kind === 'agent' && !impersonator ? actor.id : null

const SYSTEM_VIA: RecordedVia = { source: 'system', requestId: null, sessionId: null, origin: null }

/** The system acting by itself: starting, migrating, sequencing. */
export const systemCaller = (workspaceId: string): Caller => ({
  workspaceId,
  actor: { kind: 'system', id: null, role: null, departments: [], named: null },
  permissions: 'all',
  via: SYSTEM_VIA,
  address: null,
})

/** A rule acting by itself: `ruleId` is what the log knows it by (RULE_IDS in the contracts). */
export const ruleCaller = (workspaceId: string, ruleId: string): Caller => ({
  ...systemCaller(workspaceId),
  actor: { kind: 'rule', id: ruleId, role: null, departments: [], named: null },
  via: { ...SYSTEM_VIA, source: 'rule' },
})

/** Somebody at the operator's command line. */
export const operatorCaller = (workspaceId: string): Caller => ({
  ...systemCaller(workspaceId),
  actor: { kind: 'operator', id: null, role: null, departments: [], named: null },
  via: { ...SYSTEM_VIA, source: 'cli' },
})

/** Telegram telling us what a customer did. */
export const customerCaller = (
  workspaceId: string,
  customer: { id: string; named: string } | null,
): Caller => ({
  workspaceId,
  actor: customer
    ? { kind: 'customer', id: customer.id, role: null, departments: [], named: customer.named }
    : { kind: 'system', id: null, role: null, departments: [], named: null },
  permissions: 'all',
  via: { ...SYSTEM_VIA, source: 'telegram' },
  address: null,
})
