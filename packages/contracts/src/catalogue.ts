import type { EventDefinition } from './event.ts'
import * as access from './events/access.ts'
import * as alert from './events/alert.ts'
import * as archive from './events/archive.ts'
import * as botProfile from './events/bot-profile.ts'
import * as bots from './events/bots.ts'
import * as cannedReply from './events/canned-reply.ts'
import * as conversation from './events/conversation.ts'
import * as credentials from './events/credentials.ts'
import * as customer from './events/customer.ts'
import * as customerProfile from './events/customer-profile.ts'
import * as desk from './events/desk.ts'
import * as dispute from './events/dispute.ts'
import * as evidence from './events/evidence.ts'
import * as exports from './events/export.ts'
import * as file from './events/file.ts'
import * as hold from './events/hold.ts'
import * as impersonation from './events/impersonation.ts'
import * as imports from './events/import.ts'
import * as inbox from './events/inbox.ts'
import * as ledger from './events/ledger.ts'
import * as logView from './events/log-view.ts'
import * as message from './events/message.ts'
import * as moderation from './events/moderation.ts'
import * as notifications from './events/notifications.ts'
import * as oidc from './events/oidc.ts'
import * as people from './events/people.ts'
import * as presence from './events/presence.ts'
import * as privacy from './events/privacy.ts'
import * as retention from './events/retention.ts'
import * as reveal from './events/reveal.ts'
import * as routing from './events/routing.ts'
import * as stream from './events/stream.ts'
import * as system from './events/system.ts'
import * as team from './events/team.ts'
import * as verification from './events/verification.ts'

const isEvent = (value: unknown): value is EventDefinition =>
  typeof value === 'object' && value !== null && 'reach' in value && 'outcome' in value

/** Every event that can be recorded, by name. A name missing here cannot be written. */
export const CATALOGUE: ReadonlyMap<string, EventDefinition> = new Map(
  [
    team,
    people,
    notifications,
    oidc,
    credentials,
    access,
    impersonation,
    bots,
    botProfile,
    conversation,
    message,
    moderation,
    cannedReply,
    customer,
    customerProfile,
    system,
    verification,
    evidence,
    hold,
    alert,
    reveal,
    logView,
    file,
    dispute,
    ledger,
    desk,
    presence,
    routing,
    inbox,
    privacy,
    exports,
    retention,
    archive,
    imports,
    stream,
  ]
    .flatMap(area => Object.values(area) as unknown[])
    .filter(isEvent)
    .map(event => [event.name, event]),
)

/** The area of an event: what stands before the dot (`conversation.assigned` → `conversation`). */
export const areaOf = (eventName: string) => eventName.slice(0, eventName.indexOf('.'))
