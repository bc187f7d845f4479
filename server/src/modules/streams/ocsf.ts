import type { Entry, Part } from '@tracedesk/contracts'
import { millisOf } from '../../kernel/instant.ts'
import type { Origin } from './cloud-event.ts'

/** The version of the Open Cybersecurity Schema Framework whose classes are used. */
export const OCSF_VERSION = '1.3.0'

type Json = Record<string, unknown>
interface OcsfClass {
  readonly uid: number
  readonly category: 3 | 6
}
const ACCOUNT_CHANGE: OcsfClass = { uid: 3001, category: 3 }
const AUTHENTICATION: OcsfClass = { uid: 3002, category: 3 }
const USER_ACCESS: OcsfClass = { uid: 3005, category: 3 }
const API_ACTIVITY: OcsfClass = { uid: 6003, category: 6 }

/** Events that have a class of their own, with the activity they are in it. Everything else is API Activity. */
const CLASSES: Readonly<Record<string, readonly [OcsfClass, activity: number]>> = {
  'session.signed_in': [AUTHENTICATION, 1],
  'session.sign_in_failed': [AUTHENTICATION, 1],
  'session.signed_out': [AUTHENTICATION, 2],
  'session.revoked': [AUTHENTICATION, 2],
  'agent.invited': [ACCOUNT_CHANGE, 1],
  'agent.joined': [ACCOUNT_CHANGE, 2],
  'agent.reactivated': [ACCOUNT_CHANGE, 2],
  'agent.password_changed': [ACCOUNT_CHANGE, 3],
  'agent.password_reset': [ACCOUNT_CHANGE, 4],
  'agent.locked': [ACCOUNT_CHANGE, 9],
  'agent.deactivated': [ACCOUNT_CHANGE, 5],
  'agent.role_changed': [ACCOUNT_CHANGE, 99],
  'two_factor.enabled': [ACCOUNT_CHANGE, 10],
  'two_factor.disabled': [ACCOUNT_CHANGE, 11],
  'agent.granted': [USER_ACCESS, 1],
  'agent.revoked': [USER_ACCESS, 2],
}

/** What a verb of the catalogue is among the activities of API Activity: 1 create, 2 read, 3 update, 4 delete, 99 other. */
const VERBS: readonly (readonly [RegExp, number])[] = [
  [/\.(viewed|read|revealed|downloaded|requested|bundled)$/, 2],
  [/(created|added|opened|received|sent|uploaded|stored|defined|placed|connected|written|raised|drawn)$/, 1],
  [/(deleted|removed|discarded|recalled|erased|discarded|disconnected|destroyed|applied)$/, 4],
  [/(changed|updated|edited|renamed|set|assigned|transferred|accepted|merged|rotated|reopened|resolved)$/, 3],
]
const activityOf = (event: string): number => VERBS.find(([verb]) => verb.test(event))?.[1] ?? 99

const OUTCOMES = {
  done: { status_id: 1, status: 'Success', severity_id: 1, severity: 'Informational' },
  refused: { status_id: 2, status: 'Failure', severity_id: 2, severity: 'Low' },
  failed: { status_id: 2, status: 'Failure', severity_id: 3, severity: 'Medium' },
} as const

const open = (part: Part | null | undefined): string | undefined =>
  part?.state === 'open' ? part.value : undefined
const without = (object: Json): Json =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined && value !== null))

/** OCSF types of a user: 1 a person of the house, 3 what acts by itself, 99 anybody else. */
const USER_TYPES: Readonly<Record<string, number>> = { agent: 1, operator: 2, system: 3, rule: 3, flow: 3 }

function userOf(kind: string, id: string | null, name: Part | null, role: string | null = null): Json {
  return without({
    uid: id ?? kind,
    name: open(name),
    type_id: USER_TYPES[kind] ?? 99,
    type: kind,
    groups: role ? [{ name: role, type: 'role' }] : undefined,
  })
}

const actorOf = ({ actor, via }: Entry): Json =>
  without({
    user: userOf(actor.kind, actor.id, actor.name, actor.role),
    session: via.sessionId ? { uid: via.sessionId } : undefined,
    app_name: 'Tracedesk',
  })

const endpointOf = ({ via }: Entry): Json =>
  without({ svc_name: via.source, ip: open(via.ip), uid: via.nodeId })

/** The one whom an entry of identity and access is about: its subject where that is a person, else its actor. */
const personOf = ({ subject, actor }: Entry): Json =>
  subject.kind === 'agent' && subject.id
    ? userOf('agent', subject.id, subject.name)
    : userOf(actor.kind, actor.id, actor.name, actor.role)

/** What each class wants beside what all have. */
function ofClass(entry: Entry, { uid }: OcsfClass): Json {
  const { via, event, subject } = entry
  if (uid === AUTHENTICATION.uid)
    return without({
      user: personOf(entry),
      service: { name: 'Tracedesk' },
      src_endpoint: endpointOf(entry),
      session: via.sessionId ? { uid: via.sessionId } : undefined,
    })
  if (uid === ACCOUNT_CHANGE.uid) return { user: personOf(entry), src_endpoint: endpointOf(entry) }
  if (uid === USER_ACCESS.uid)
    return { user: personOf(entry), privileges: [String(entry.data.switch ?? entry.event)] }
  return {
    api: without({
      operation: event,
      service: { name: 'Tracedesk' },
      request: via.requestId ? { uid: via.requestId } : undefined,
    }),
    src_endpoint: endpointOf(entry),
    http_request: open(via.userAgent) ? { user_agent: open(via.userAgent) } : undefined,
    resources: subject.id
      ? [without({ uid: subject.id, type: subject.kind, name: open(subject.name) })]
      : undefined,
  }
}

/**
 * An entry as an OCSF event: Authentication, Account Change, User Access Management, or API Activity for everything
 * else. The entry itself goes along under `unmapped`, so that nothing is lost.
 */
export function ocsfEvent(entry: Entry, origin: Origin): Json {
  const [kind, activity] = CLASSES[entry.event] ?? [API_ACTIVITY, activityOf(entry.event)]
  return without({
    ...OUTCOMES[entry.outcome],
    activity_id: activity,
    ...(activity === 99 ? { activity_name: entry.event } : {}),
    category_uid: kind.category,
    class_uid: kind.uid,
    type_uid: kind.uid * 100 + activity,
    time: millisOf(entry.at),
    status_code: entry.outcome,
    status_detail: entry.reason?.code,
    message: entry.event,
    actor: actorOf(entry),
    ...ofClass(entry, kind),
    metadata: without({
      version: OCSF_VERSION,
      product: { name: 'Tracedesk', vendor_name: 'Tracedesk', version: origin.version },
      uid: entry.id,
      sequence: entry.position,
      event_code: entry.event,
      log_name: origin.log,
      tenant_uid: origin.workspaceId,
      logged_time: millisOf(entry.recordedAt),
      original_time: entry.at,
      correlation_uid: entry.conversationId,
    }),
    unmapped: { entry },
  })
}
