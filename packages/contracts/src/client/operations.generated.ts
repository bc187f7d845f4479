// Generated from the OpenAPI document by `npm run generate`. Do not edit.

/** Codes the API can refuse with. */
export type ErrorCode =
  | 'agent.bot_not_served'
  | 'agent.email_taken'
  | 'agent.inactive'
  | 'agent.last_owner'
  | 'agent.not_found'
  | 'agent.not_invited'
  | 'agent.rank_too_low'
  | 'alert.already_acknowledged'
  | 'alert.not_found'
  | 'api_token.not_found'
  | 'archive.month_open'
  | 'archive.not_configured'
  | 'archive.not_found'
  | 'archive.not_stopped'
  | 'archive.not_verified'
  | 'archive.not_waiting'
  | 'archive.not_written'
  | 'archive.nothing_new'
  | 'archive.open'
  | 'archive.unreadable'
  | 'bot.already_connected'
  | 'bot.disconnected'
  | 'bot.not_found'
  | 'bot.other_bot'
  | 'bot.token_malformed'
  | 'bot.token_refused'
  | 'canned_reply.not_found'
  | 'canned_reply.shortcut_taken'
  | 'canned_reply.too_many_files'
  | 'canned_reply.variable_unknown'
  | 'caption.too_long'
  | 'consent.unchanged'
  | 'conversation.merged'
  | 'conversation.not_found'
  | 'conversation.not_offered'
  | 'conversation.not_same_customer'
  | 'conversation.resolved'
  | 'conversation.unchanged'
  | 'customer.already_blocked'
  | 'customer.blocked_bot'
  | 'customer.erased'
  | 'customer.merged'
  | 'customer.not_blocked'
  | 'customer.not_found'
  | 'customer.restricted'
  | 'database.full'
  | 'database.read_only'
  | 'database.unavailable'
  | 'department.already_member'
  | 'department.in_use'
  | 'department.name_taken'
  | 'department.not_found'
  | 'department.not_member'
  | 'dispute.already_participant'
  | 'dispute.closed'
  | 'dispute.entry_known'
  | 'dispute.not_found'
  | 'dispute.not_participant'
  | 'dispute.nothing_to_prove'
  | 'entry.not_found'
  | 'entry.too_large'
  | 'evidence.empty'
  | 'evidence.not_found'
  | 'evidence.not_signed'
  | 'evidence.too_large'
  | 'export.link_expired'
  | 'export.not_found'
  | 'export.not_ready'
  | 'export.over'
  | 'export.schedule_not_found'
  | 'export.too_many'
  | 'field.key_taken'
  | 'field.not_found'
  | 'field.too_many'
  | 'field.value_not_valid'
  | 'file.empty'
  | 'file.incomplete'
  | 'file.kind_not_fitting'
  | 'file.link_expired'
  | 'file.not_found'
  | 'file.not_mixable'
  | 'file.not_there'
  | 'file.sent_already'
  | 'file.too_large'
  | 'hold.already_released'
  | 'hold.not_found'
  | 'idempotency.in_progress'
  | 'idempotency.key_reused'
  | 'impersonation.none'
  | 'impersonation.private_note'
  | 'import.known'
  | 'import.mapping_differs'
  | 'import.mapping_not_found'
  | 'import.not_found'
  | 'import.not_readable'
  | 'import.not_running'
  | 'import.not_stopped'
  | 'import.rejects_not_found'
  | 'import.upload_not_found'
  | 'inbox_view.not_found'
  | 'inbox_view.too_many'
  | 'input.invalid'
  | 'input.too_large'
  | 'input.unknown_route'
  | 'internal'
  | 'invitation.not_valid'
  | 'label.already_there'
  | 'label.name_taken'
  | 'label.not_found'
  | 'label.not_there'
  | 'label_set.name_taken'
  | 'label_set.not_found'
  | 'ledger.entries_destroyed'
  | 'ledger.finding_acknowledged'
  | 'ledger.finding_not_found'
  | 'ledger.not_sequenced'
  | 'ledger.not_signed'
  | 'ledger.not_verifying'
  | 'ledger.size_unknown'
  | 'ledger.unchanged'
  | 'ledger.verifying'
  | 'log_view.not_found'
  | 'log_view.too_many'
  | 'message.not_delivered'
  | 'message.not_editable'
  | 'message.not_found'
  | 'message.not_yours'
  | 'message.reaction_not_allowed'
  | 'message.recalled'
  | 'message.too_old'
  | 'moderation.blocked'
  | 'moderation.confirm_needed'
  | 'moderation.nothing_found'
  | 'note.not_found'
  | 'note.not_yours'
  | 'notification.not_linked'
  | 'oidc.not_configured'
  | 'oidc.not_invited'
  | 'oidc.refused'
  | 'oidc.unreachable'
  | 'password.names_owner'
  | 'password.too_common'
  | 'password.too_short'
  | 'permission.denied'
  | 'phrase_group.not_found'
  | 'phrase_group.pattern_not_valid'
  | 'phrase_group.too_many'
  | 'presence.reason_unknown'
  | 'privacy.already_restricted'
  | 'privacy.erasure_not_requested'
  | 'privacy.held'
  | 'privacy.not_restricted'
  | 'privacy.package_not_found'
  | 'privacy.request_closed'
  | 'privacy.request_not_found'
  | 'privacy.second_person_needed'
  | 'privacy.wrong_kind'
  | 'rate.limited'
  | 'retention.class_kept'
  | 'retention.not_requested'
  | 'retention.not_running'
  | 'retention.nothing_due'
  | 'retention.rule_not_found'
  | 'retention.run_not_found'
  | 'retention.run_open'
  | 'retention.second_person_needed'
  | 'retention.too_many_rules'
  | 'reveal.not_found'
  | 'reveal.not_needed'
  | 'reveal.own'
  | 'role.in_use'
  | 'role.name_taken'
  | 'role.not_found'
  | 'session.code_required'
  | 'session.expired'
  | 'session.locked'
  | 'session.origin_refused'
  | 'session.required'
  | 'session.wrong_code'
  | 'session.wrong_credentials'
  | 'setting.not_valid'
  | 'setting.unknown'
  | 'setup.done'
  | 'setup.wrong_token'
  | 'snooze.not_in_future'
  | 'stream.address_not_valid'
  | 'stream.form_not_fitting'
  | 'stream.no_letters'
  | 'stream.no_secret'
  | 'stream.not_found'
  | 'stream.position_unknown'
  | 'stream.too_many'
  | 'stream.unchanged'
  | 'telegram.unreachable'
  | 'text.entity_outside'
  | 'transfer.reason_unknown'
  | 'two_factor.already_enabled'
  | 'two_factor.not_enabled'
  | 'two_factor.required'
  | 'version.outdated'
  | 'wallet.already_allowed'
  | 'wallet.not_found'
  | 'wallet.not_valid'

/** `GET /api/<name>`: what each takes as query parameters and answers. */
export interface Queries {
  /** One conversation with its notes */
  'conversation.get': {
    input: { id: string }
    output: { conversation: { id: string; status: "in_progress" | "pending" | "resolved"; customer: { id: string; name: string | null; username: string | null; language: string | null; blockedBot: boolean; blocked: boolean }; bot: { id: string; username: string; name: string }; topicId: number | null; business: boolean; inGroup: boolean; assignee: { id: string; name: string } | null; department: { id: string; name: string } | null; labels: Array<{ id: string; name: string; colour: string }>; lastMessage: { id: string; at: string; direction: "in" | "out"; kind: "text" | "photo" | "document" | "voice" | "audio" | "video" | "video_note" | "animation" | "sticker" | "location" | "venue" | "contact" | "poll" | "dice" | "button" | "service" | "other"; preview: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null } | null; openedAt: string; waitingSince: string | null; snoozedUntil: string | null; priority: "low" | "normal" | "high" | "urgent"; pinned: { own: boolean; shared: boolean }; offer: { agent: { id: string; name: string } | null; department: { id: string; name: string } | null; forMe: boolean } | null; mergedInto: string | null; unread: number }; notes: Array<{ id: string; at: string; scope: "private" | "team"; author: { id: string; name: string }; writtenBy: { id: string; name: string } | null; text: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" }; version: number; mentions: Array<string> }> }
  }
  /** Messages and entries of a conversation in one order, oldest first, as far as the caller’s scope reaches */
  'conversation.timeline': {
    input: { id: string; limit?: number | undefined; cursor?: string | undefined }
    output: { items: Array<{ type: "message"; at: string; message: { id: string; conversationId: string; at: string; direction: "in" | "out"; author: { kind: string; id: string | null; name: string | null }; writtenBy: { id: string; name: string } | null; kind: "text" | "photo" | "document" | "voice" | "audio" | "video" | "video_note" | "animation" | "sticker" | "location" | "venue" | "contact" | "poll" | "dice" | "button" | "service" | "other"; text: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; state: "received" | "queued" | "delivered" | "refused" | "unreachable"; problem: { code: string; errorCode: number | null; description: string | null } | null; deliveredAt: string | null; telegramMessageId: number | null; replyTo: string | null; version: number; deletedByCustomer: boolean; entities: Array<{ type: string; offset: number; length: number; url: string | null; language: string | null }>; content: { type: "location"; latitude: number; longitude: number; live: boolean } | { type: "venue"; latitude: number; longitude: number; title: string; address: string } | { type: "contact"; name: string; phone: string } | { type: "poll"; question: string; options: Array<{ text: string; votes: number }>; votes: number; closed: boolean; quiz: boolean } | { type: "dice"; emoji: string; value: number } | { type: "sticker"; emoji: string | null; set: string | null } | { type: "service"; what: string; detail: string | null } | { type: "other"; what: Array<string>; detail: string | null } | null; files: Array<{ id: string; kind: "photo" | "document" | "voice" | "audio" | "video" | "video_note" | "animation" | "sticker"; state: "waiting" | "stored" | "failed" | "removed" | "erased" | "withheld"; problem: string | null; name: string | null; type: string | null; size: number | null; width: number | null; height: number | null; duration: number | null; spoiler: boolean; link: string | null }>; album: string | null; forwardedFrom: string | null; quote: string | null; reactions: { own: string | null; customer: Array<string> }; change: { operation: "edit" | "recall" | "react"; state: "queued" | "refused" | "unreachable"; errorCode: number | null; description: string | null } | null; recalledAt: string | null; entryId: string } } | { type: "entry"; at: string; entry: { position: number | null; id: string; at: string; recordedAt: string; event: string; version: number; outcome: "done" | "refused" | "failed"; actor: { kind: "agent" | "customer" | "flow" | "rule" | "system" | "api_token" | "operator" | "import"; id: string | null; name: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; role: string | null; departments: Array<{ id: string; name: string | null }> }; onBehalfOf: string | null; causedBy: string | null; subject: { kind: string; id: string | null; name: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null }; conversationId: string | null; customerId: string | null; customerName: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; botId: string | null; data: Record<string, unknown>; parts: Record<string, { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" }>; reason: { code: string; text: string | null } | null; via: { source: "console" | "api" | "telegram" | "flow" | "rule" | "cli" | "import" | "system"; requestId: string | null; sessionId: string | null; ip: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; userAgent: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; nodeId: string | null } } }>; nextCursor: string | null }
  }
  /** Conversations the caller may see */
  'conversation.list': {
    input: { limit?: number | undefined; cursor?: string | undefined; status?: "in_progress" | "pending" | "resolved" | undefined; assignee?: string | "me" | "none" | undefined; department?: string | "mine" | undefined; bot?: string | undefined; label?: string | undefined; customer?: string | undefined; q?: string | undefined; order?: "recent" | "waiting" | undefined; pinned?: "own" | "shared" | "any" | undefined; snoozed?: "true" | "false" | undefined; offered?: "me" | undefined; unread?: "true" | undefined }
    output: { items: Array<{ id: string; status: "in_progress" | "pending" | "resolved"; customer: { id: string; name: string | null; username: string | null; language: string | null; blockedBot: boolean; blocked: boolean }; bot: { id: string; username: string; name: string }; topicId: number | null; business: boolean; inGroup: boolean; assignee: { id: string; name: string } | null; department: { id: string; name: string } | null; labels: Array<{ id: string; name: string; colour: string }>; lastMessage: { id: string; at: string; direction: "in" | "out"; kind: "text" | "photo" | "document" | "voice" | "audio" | "video" | "video_note" | "animation" | "sticker" | "location" | "venue" | "contact" | "poll" | "dice" | "button" | "service" | "other"; preview: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null } | null; openedAt: string; waitingSince: string | null; snoozedUntil: string | null; priority: "low" | "normal" | "high" | "urgent"; pinned: { own: boolean; shared: boolean }; offer: { agent: { id: string; name: string } | null; department: { id: string; name: string } | null; forMe: boolean } | null; mergedInto: string | null; unread: number }>; nextCursor: string | null }
  }
  /** All labels */
  'label.list': {
    input: Record<string, never>
    output: { items: Array<{ id: string; name: string; colour: string }> }
  }
  /** Messages of a conversation, newest page first (or those around one of them or around a moment, or from the first one on with direction newer), oldest first within a page; from a page on to older ones by nextCursor, to newer ones by prevCursor */
  'conversation.messages': {
    input: { id: string; around?: string | undefined; at?: string | undefined; direction?: "older" | "newer" | undefined; limit?: number | undefined; cursor?: string | undefined }
    output: { items: Array<{ id: string; conversationId: string; at: string; direction: "in" | "out"; author: { kind: string; id: string | null; name: string | null }; writtenBy: { id: string; name: string } | null; kind: "text" | "photo" | "document" | "voice" | "audio" | "video" | "video_note" | "animation" | "sticker" | "location" | "venue" | "contact" | "poll" | "dice" | "button" | "service" | "other"; text: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; state: "received" | "queued" | "delivered" | "refused" | "unreachable"; problem: { code: string; errorCode: number | null; description: string | null } | null; deliveredAt: string | null; telegramMessageId: number | null; replyTo: string | null; version: number; deletedByCustomer: boolean; entities: Array<{ type: string; offset: number; length: number; url: string | null; language: string | null }>; content: { type: "location"; latitude: number; longitude: number; live: boolean } | { type: "venue"; latitude: number; longitude: number; title: string; address: string } | { type: "contact"; name: string; phone: string } | { type: "poll"; question: string; options: Array<{ text: string; votes: number }>; votes: number; closed: boolean; quiz: boolean } | { type: "dice"; emoji: string; value: number } | { type: "sticker"; emoji: string | null; set: string | null } | { type: "service"; what: string; detail: string | null } | { type: "other"; what: Array<string>; detail: string | null } | null; files: Array<{ id: string; kind: "photo" | "document" | "voice" | "audio" | "video" | "video_note" | "animation" | "sticker"; state: "waiting" | "stored" | "failed" | "removed" | "erased" | "withheld"; problem: string | null; name: string | null; type: string | null; size: number | null; width: number | null; height: number | null; duration: number | null; spoiler: boolean; link: string | null }>; album: string | null; forwardedFrom: string | null; quote: string | null; reactions: { own: string | null; customer: Array<string> }; change: { operation: "edit" | "recall" | "react"; state: "queued" | "refused" | "unreachable"; errorCode: number | null; description: string | null } | null; recalledAt: string | null; entryId: string }>; nextCursor: string | null; prevCursor: string | null }
  }
  /** How many entries a filter finds in the caller’s scope; recorded as log.viewed */
  'log.count': {
    input: { from?: string | undefined; to?: string | undefined; event?: string | Array<string> | undefined; actor?: string | Array<string> | undefined; actorKind?: "agent" | "customer" | "flow" | "rule" | "system" | "api_token" | "operator" | "import" | Array<"agent" | "customer" | "flow" | "rule" | "system" | "api_token" | "operator" | "import"> | undefined; department?: string | Array<string> | undefined; conversation?: string | Array<string> | undefined; customer?: string | Array<string> | undefined; bot?: string | Array<string> | undefined; subject?: string | Array<string> | undefined; outcome?: "done" | "refused" | "failed" | Array<"done" | "refused" | "failed"> | undefined; source?: "console" | "api" | "telegram" | "flow" | "rule" | "cli" | "import" | "system" | Array<"console" | "api" | "telegram" | "flow" | "rule" | "cli" | "import" | "system"> | undefined; q?: string | undefined }
    output: { count: number }
  }
  /** How the entries a filter finds divide: each facet as if nothing of its own had been chosen; recorded as log.viewed */
  'log.facets': {
    input: { from?: string | undefined; to?: string | undefined; event?: string | Array<string> | undefined; actor?: string | Array<string> | undefined; actorKind?: "agent" | "customer" | "flow" | "rule" | "system" | "api_token" | "operator" | "import" | Array<"agent" | "customer" | "flow" | "rule" | "system" | "api_token" | "operator" | "import"> | undefined; department?: string | Array<string> | undefined; conversation?: string | Array<string> | undefined; customer?: string | Array<string> | undefined; bot?: string | Array<string> | undefined; subject?: string | Array<string> | undefined; outcome?: "done" | "refused" | "failed" | Array<"done" | "refused" | "failed"> | undefined; source?: "console" | "api" | "telegram" | "flow" | "rule" | "cli" | "import" | "system" | Array<"console" | "api" | "telegram" | "flow" | "rule" | "cli" | "import" | "system"> | undefined; q?: string | undefined }
    output: { total: number; capped: boolean; event: Array<{ value: string; count: number }>; actor: Array<{ value: string; count: number }>; actorKind: Array<{ value: string; count: number }>; department: Array<{ value: string; count: number }>; bot: Array<{ value: string; count: number }>; outcome: Array<{ value: string; count: number }>; source: Array<{ value: string; count: number }> }
  }
  /** What is recorded: every event, its reach, which parts are personal */
  'log.catalogue': {
    input: Record<string, never>
    output: { items: Array<{ name: string; version: number; area: string; subject: string; reach: "work" | "administration"; outcome: "done" | "refused" | "failed"; data: Record<string, unknown>; parts: Record<string, string> }> }
  }
  /** One entry with what proves it */
  'log.entry': {
    input: { id: string }
    output: { entry: { position: number | null; id: string; at: string; recordedAt: string; event: string; version: number; outcome: "done" | "refused" | "failed"; actor: { kind: "agent" | "customer" | "flow" | "rule" | "system" | "api_token" | "operator" | "import"; id: string | null; name: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; role: string | null; departments: Array<{ id: string; name: string | null }> }; onBehalfOf: string | null; causedBy: string | null; subject: { kind: string; id: string | null; name: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null }; conversationId: string | null; customerId: string | null; customerName: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; botId: string | null; data: Record<string, unknown>; parts: Record<string, { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" }>; reason: { code: string; text: string | null } | null; via: { source: "console" | "api" | "telegram" | "flow" | "rule" | "cli" | "import" | "system"; requestId: string | null; sessionId: string | null; ip: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; userAgent: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; nodeId: string | null } }; proof: { position: number; epoch: number; leafSha256: string; signedSize: number | null; signedAt: string | null; anchors: Array<{ kind: "witness" | "timestamp" | "telegram"; name: string; size: number; at: string }> } | null }
  }
  /** Size, last signed checkpoint and what is still on its way */
  'ledger.state': {
    input: Record<string, never>
    output: { epoch: number; origin: string; size: number; root: string; pending: number; rejected: number; signed: { size: number; at: string; vkey: string } | null; unsignedSeconds: number | null; signerProblem: string | null; verification: { last: { at: string; verdict: string; size: number; position: number | null } | null; running: { done: number; of: number } | null; overdue: boolean } }
  }
  /** How many entries a filter finds, over time; recorded as log.viewed */
  'log.histogram': {
    input: { from?: string | undefined; to?: string | undefined; event?: string | Array<string> | undefined; actor?: string | Array<string> | undefined; actorKind?: "agent" | "customer" | "flow" | "rule" | "system" | "api_token" | "operator" | "import" | Array<"agent" | "customer" | "flow" | "rule" | "system" | "api_token" | "operator" | "import"> | undefined; department?: string | Array<string> | undefined; conversation?: string | Array<string> | undefined; customer?: string | Array<string> | undefined; bot?: string | Array<string> | undefined; subject?: string | Array<string> | undefined; outcome?: "done" | "refused" | "failed" | Array<"done" | "refused" | "failed"> | undefined; source?: "console" | "api" | "telegram" | "flow" | "rule" | "cli" | "import" | "system" | Array<"console" | "api" | "telegram" | "flow" | "rule" | "cli" | "import" | "system"> | undefined; q?: string | undefined }
    output: { from: string | null; to: string | null; seconds: number | null; capped: boolean; bars: Array<{ at: string; count: number; notDone: number }> }
  }
  /** Entries in the caller’s scope, newest first by time of the event; recorded as log.viewed */
  'log.search': {
    input: { from?: string | undefined; to?: string | undefined; event?: string | Array<string> | undefined; actor?: string | Array<string> | undefined; actorKind?: "agent" | "customer" | "flow" | "rule" | "system" | "api_token" | "operator" | "import" | Array<"agent" | "customer" | "flow" | "rule" | "system" | "api_token" | "operator" | "import"> | undefined; department?: string | Array<string> | undefined; conversation?: string | Array<string> | undefined; customer?: string | Array<string> | undefined; bot?: string | Array<string> | undefined; subject?: string | Array<string> | undefined; outcome?: "done" | "refused" | "failed" | Array<"done" | "refused" | "failed"> | undefined; source?: "console" | "api" | "telegram" | "flow" | "rule" | "cli" | "import" | "system" | Array<"console" | "api" | "telegram" | "flow" | "rule" | "cli" | "import" | "system"> | undefined; q?: string | undefined; limit?: number | undefined; cursor?: string | undefined }
    output: { items: Array<{ position: number | null; id: string; at: string; recordedAt: string; event: string; version: number; outcome: "done" | "refused" | "failed"; actor: { kind: "agent" | "customer" | "flow" | "rule" | "system" | "api_token" | "operator" | "import"; id: string | null; name: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; role: string | null; departments: Array<{ id: string; name: string | null }> }; onBehalfOf: string | null; causedBy: string | null; subject: { kind: string; id: string | null; name: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null }; conversationId: string | null; customerId: string | null; customerName: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; botId: string | null; data: Record<string, unknown>; parts: Record<string, { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" }>; reason: { code: string; text: string | null } | null; via: { source: "console" | "api" | "telegram" | "flow" | "rule" | "cli" | "import" | "system"; requestId: string | null; sessionId: string | null; ip: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; userAgent: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; nodeId: string | null } }>; nextCursor: string | null }
  }
  /** Entries from a position on, in the order of the ledger, so that nothing is lost; ask again from `next`. Without `since`: from now. Recorded as log.viewed when it shows something */
  'log.tail': {
    input: { from?: string | undefined; to?: string | undefined; event?: string | Array<string> | undefined; actor?: string | Array<string> | undefined; actorKind?: "agent" | "customer" | "flow" | "rule" | "system" | "api_token" | "operator" | "import" | Array<"agent" | "customer" | "flow" | "rule" | "system" | "api_token" | "operator" | "import"> | undefined; department?: string | Array<string> | undefined; conversation?: string | Array<string> | undefined; customer?: string | Array<string> | undefined; bot?: string | Array<string> | undefined; subject?: string | Array<string> | undefined; outcome?: "done" | "refused" | "failed" | Array<"done" | "refused" | "failed"> | undefined; source?: "console" | "api" | "telegram" | "flow" | "rule" | "cli" | "import" | "system" | Array<"console" | "api" | "telegram" | "flow" | "rule" | "cli" | "import" | "system"> | undefined; q?: string | undefined; since?: number | undefined }
    output: { items: Array<{ position: number | null; id: string; at: string; recordedAt: string; event: string; version: number; outcome: "done" | "refused" | "failed"; actor: { kind: "agent" | "customer" | "flow" | "rule" | "system" | "api_token" | "operator" | "import"; id: string | null; name: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; role: string | null; departments: Array<{ id: string; name: string | null }> }; onBehalfOf: string | null; causedBy: string | null; subject: { kind: string; id: string | null; name: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null }; conversationId: string | null; customerId: string | null; customerName: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; botId: string | null; data: Record<string, unknown>; parts: Record<string, { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" }>; reason: { code: string; text: string | null } | null; via: { source: "console" | "api" | "telegram" | "flow" | "rule" | "cli" | "import" | "system"; requestId: string | null; sessionId: string | null; ip: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; userAgent: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; nodeId: string | null } }>; next: number; more: boolean }
  }
  /** Who outside confirmed the ledger, up to where, when, and whether one is overdue */
  'ledger.anchors': {
    input: Record<string, never>
    output: { intervalMinutes: number; signedSize: number; items: Array<{ kind: "witness" | "timestamp" | "telegram"; name: string; size: number | null; anchoredAt: string | null; ageSeconds: number | null; overdue: boolean; failure: { code: "unreachable" | "timed_out" | "private_address" | "http_error" | "answer_too_long" | "answer_malformed" | "unknown_log" | "refused" | "witness_ahead" | "other_key" | "bad_signature" | "wrong_time" | "wrong_nonce" | "wrong_imprint" | "untrusted_chain" | "expired_certificate" | "not_for_timestamps" | "no_bot" | "chat_refused" | "internal"; since: string } | null }>; keys: Array<{ vkey: string; fromSize: number; toSize: number | null }> }
  }
  /** Rows put aside because this installation did not write them, and who took note of each; the newest first */
  'ledger.findings': {
    input: Record<string, never>
    output: { open: number; acknowledged: number; items: Array<{ entryId: string; cause: "wrong_mac" | "malformed"; rejectedAt: string; leafSha256: string; pretendedEvent: string | null; acknowledgement: { entryId: string; at: string; by: { kind: string; id: string | null; name: string | null }; reason: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } } | null }> }
  }
  /** Legal holds, newest first; with `released=true` also those that have ended */
  'hold.list': {
    input: { released?: "true" | "false" | undefined }
    output: { items: Array<{ id: string; kind: "customer" | "conversation" | "range"; customerId: string | null; customerName: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; conversationId: string | null; from: string | null; to: string | null; cause: "dispute" | "legal" | "authority" | "inquiry"; reason: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; disputeId: string | null; placedBy: string | null; placedAt: string; releasedAt: string | null; entryId: string }> }
  }
  /** Alerts of the last 90 days in the caller’s scope, newest first; with `all=true` also those taken note of */
  'alert.list': {
    input: { all?: "true" | "false" | undefined }
    output: { items: Array<{ entryId: string; at: string; alert: "moderation_repeated" | "mass_reveal" | "mass_export" | "out_of_hours" | "deletion_burst" | "token_changed" | "transfer_unattended" | "anchor_overdue" | "verification_failed"; agentId: string | null; hits: number; minutes: number; entries: Array<string>; acknowledged: { by: string; at: string } | null }> }
  }
  /** One’s own reveals that wait or are in force; who may decide also sees everybody’s that wait */
  'log.reveals': {
    input: Record<string, never>
    output: { items: Array<{ id: string; agent: { id: string; name: string }; kind: "entry" | "conversation"; target: string; state: "waiting" | "open"; requestedAt: string; expiresAt: string | null; reason: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" }; mine: boolean }> }
  }
  /** The caller’s saved views of the log, and those of others that are for everybody */
  'log_view.list': {
    input: Record<string, never>
    output: { items: Array<{ id: string; name: string; filter: Record<string, Array<string>>; shared: boolean; owner: { id: string; name: string } }> }
  }
  /** The entries a check of a claim named, on each side, as far as the reader may see them; recorded as log.viewed */
  'dispute.check': {
    input: { id: string; check: string }
    output: { for: Array<{ position: number | null; id: string; at: string; recordedAt: string; event: string; version: number; outcome: "done" | "refused" | "failed"; actor: { kind: "agent" | "customer" | "flow" | "rule" | "system" | "api_token" | "operator" | "import"; id: string | null; name: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; role: string | null; departments: Array<{ id: string; name: string | null }> }; onBehalfOf: string | null; causedBy: string | null; subject: { kind: string; id: string | null; name: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null }; conversationId: string | null; customerId: string | null; customerName: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; botId: string | null; data: Record<string, unknown>; parts: Record<string, { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" }>; reason: { code: string; text: string | null } | null; via: { source: "console" | "api" | "telegram" | "flow" | "rule" | "cli" | "import" | "system"; requestId: string | null; sessionId: string | null; ip: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; userAgent: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; nodeId: string | null } }>; against: Array<{ position: number | null; id: string; at: string; recordedAt: string; event: string; version: number; outcome: "done" | "refused" | "failed"; actor: { kind: "agent" | "customer" | "flow" | "rule" | "system" | "api_token" | "operator" | "import"; id: string | null; name: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; role: string | null; departments: Array<{ id: string; name: string | null }> }; onBehalfOf: string | null; causedBy: string | null; subject: { kind: string; id: string | null; name: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null }; conversationId: string | null; customerId: string | null; customerName: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; botId: string | null; data: Record<string, unknown>; parts: Record<string, { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" }>; reason: { code: string; text: string | null } | null; via: { source: "console" | "api" | "telegram" | "flow" | "rule" | "cli" | "import" | "system"; requestId: string | null; sessionId: string | null; ip: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; userAgent: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; nodeId: string | null } }>; said: Array<{ position: number | null; id: string; at: string; recordedAt: string; event: string; version: number; outcome: "done" | "refused" | "failed"; actor: { kind: "agent" | "customer" | "flow" | "rule" | "system" | "api_token" | "operator" | "import"; id: string | null; name: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; role: string | null; departments: Array<{ id: string; name: string | null }> }; onBehalfOf: string | null; causedBy: string | null; subject: { kind: string; id: string | null; name: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null }; conversationId: string | null; customerId: string | null; customerName: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; botId: string | null; data: Record<string, unknown>; parts: Record<string, { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" }>; reason: { code: string; text: string | null } | null; via: { source: "console" | "api" | "telegram" | "flow" | "rule" | "cli" | "import" | "system"; requestId: string | null; sessionId: string | null; ip: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; userAgent: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; nodeId: string | null } }> }
  }
  /** A case with its participants and its file, oldest first; recorded as log.viewed */
  'dispute.get': {
    input: { id: string }
    output: { dispute: { id: string; kind: "customer" | "conversation" | "range"; customerId: string | null; customerName: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; conversationId: string | null; from: string | null; to: string | null; title: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" }; state: "open" | "decided" | "closed"; outcome: "upheld" | "partly_upheld" | "dismissed" | "unproven" | null; openedAt: string; openedBy: { id: string; name: string } | null; text: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; hold: { id: string; inForce: boolean }; mayWork: boolean; participants: Array<{ id: string; name: string; role: "concerned" | "witness" | "reviewer" }>; people: Array<{ id: string; name: string }> }; file: Array<{ position: number | null; id: string; at: string; recordedAt: string; event: string; version: number; outcome: "done" | "refused" | "failed"; actor: { kind: "agent" | "customer" | "flow" | "rule" | "system" | "api_token" | "operator" | "import"; id: string | null; name: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; role: string | null; departments: Array<{ id: string; name: string | null }> }; onBehalfOf: string | null; causedBy: string | null; subject: { kind: string; id: string | null; name: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null }; conversationId: string | null; customerId: string | null; customerName: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; botId: string | null; data: Record<string, unknown>; parts: Record<string, { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" }>; reason: { code: string; text: string | null } | null; via: { source: "console" | "api" | "telegram" | "flow" | "rule" | "cli" | "import" | "system"; requestId: string | null; sessionId: string | null; ip: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; userAgent: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; nodeId: string | null } }>; laid: Array<{ position: number | null; id: string; at: string; recordedAt: string; event: string; version: number; outcome: "done" | "refused" | "failed"; actor: { kind: "agent" | "customer" | "flow" | "rule" | "system" | "api_token" | "operator" | "import"; id: string | null; name: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; role: string | null; departments: Array<{ id: string; name: string | null }> }; onBehalfOf: string | null; causedBy: string | null; subject: { kind: string; id: string | null; name: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null }; conversationId: string | null; customerId: string | null; customerName: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; botId: string | null; data: Record<string, unknown>; parts: Record<string, { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" }>; reason: { code: string; text: string | null } | null; via: { source: "console" | "api" | "telegram" | "flow" | "rule" | "cli" | "import" | "system"; requestId: string | null; sessionId: string | null; ip: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; userAgent: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; nodeId: string | null } }> }
  }
  /** What happened, in one order, oldest first: messages in each version, what became of them, operations, presence of the people concerned, who looked; as far as the reader may see it. Recorded as log.viewed */
  'dispute.story': {
    input: { id: string; part?: "message" | "delivery" | "operation" | "presence" | "looking" | Array<"message" | "delivery" | "operation" | "presence" | "looking"> | undefined; from?: string | undefined; to?: string | undefined; limit?: number | undefined; cursor?: string | undefined }
    output: { items: Array<{ part: "message" | "delivery" | "operation" | "presence" | "looking"; entry: { position: number | null; id: string; at: string; recordedAt: string; event: string; version: number; outcome: "done" | "refused" | "failed"; actor: { kind: "agent" | "customer" | "flow" | "rule" | "system" | "api_token" | "operator" | "import"; id: string | null; name: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; role: string | null; departments: Array<{ id: string; name: string | null }> }; onBehalfOf: string | null; causedBy: string | null; subject: { kind: string; id: string | null; name: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null }; conversationId: string | null; customerId: string | null; customerName: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; botId: string | null; data: Record<string, unknown>; parts: Record<string, { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" }>; reason: { code: string; text: string | null } | null; via: { source: "console" | "api" | "telegram" | "flow" | "rule" | "cli" | "import" | "system"; requestId: string | null; sessionId: string | null; ip: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; userAgent: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; nodeId: string | null } } }>; nextCursor: string | null }
  }
  /** Cases the caller may see, newest first */
  'dispute.list': {
    input: { state?: "open" | "decided" | "closed" | undefined; customer?: string | undefined; conversation?: string | undefined; limit?: number | undefined; cursor?: string | undefined }
    output: { items: Array<{ id: string; kind: "customer" | "conversation" | "range"; customerId: string | null; customerName: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; conversationId: string | null; from: string | null; to: string | null; title: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" }; state: "open" | "decided" | "closed"; outcome: "upheld" | "partly_upheld" | "dismissed" | "unproven" | null; openedAt: string; openedBy: { id: string; name: string } | null }>; nextCursor: string | null }
  }
  /** Whom an invitation link is for */
  'invitation.get': {
    input: { token: string }
    output: { name: string; email: string; workspace: string; kind: "invitation" | "reset" }
  }
  /** Who is signed in and what they may do */
  'session.me': {
    input: Record<string, never>
    output: { agent: { id: string; name: string; email: string; role: "owner" | "admin" | "supervisor" | "agent" | "auditor" | string }; workspace: { id: string; name: string }; session: { id: string; expiresAt: string } | null; departments: Array<{ id: string; name: string; lead: boolean }>; permissions: Array<string>; scope: "own" | "departments" | "all"; rank: number; bots: Array<string> | null; serving: boolean | null; impersonation: { by: { id: string; name: string }; until: string } | null; mustEnrol: boolean; targets: { firstResponseSeconds: number }; position: number }
  }
  /** Whether the installation still waits for its owner */
  'setup.state': {
    input: Record<string, never>
    output: { needed: boolean; version: string }
  }
  /** Everyone with a seat */
  'agent.list': {
    input: Record<string, never>
    output: { items: Array<{ id: string; name: string; email: string | null; role: "owner" | "admin" | "supervisor" | "agent" | "auditor" | string; rank: number; state: "invited" | "active" | "deactivated"; departments: Array<{ id: string; lead: boolean }> }> }
  }
  /** Tokens of programs (never their secret) */
  'api_token.list': {
    input: Record<string, never>
    output: { items: Array<{ id: string; name: string; role: "owner" | "admin" | "supervisor" | "agent" | "auditor" | string; createdAt: string; expiresAt: string | null; revokedAt: string | null; lastUsedAt: string | null; permissions: Array<string> | null; createdBy: string | null }> }
  }
  /** Connected and once-connected bots */
  'bot.list': {
    input: Record<string, never>
    output: { items: Array<{ id: string; username: string; name: string; state: "connected" | "disconnected"; connectedAt: string; health: { state: "fine" | "starting" | "lost"; since: string | null; cause: string | null }; tokenFingerprint: string; groups: boolean }> }
  }
  /** All departments; on request also those that were deleted, which history still names */
  'department.list': {
    input: { deleted?: "with" | undefined }
    output: { items: Array<{ id: string; name: string; members: number; leads: Array<string>; deletedAt: string | null }> }
  }
  /** Living sessions: one’s own, or (who may review access) somebody’s */
  'session.list': {
    input: { agentId?: string | undefined }
    output: { items: Array<{ id: string; createdAt: string; expiresAt: string; current: boolean; method: string; ip: string | null; userAgent: string | null }> }
  }
  /** All settings with their values and limits */
  'setting.list': {
    input: Record<string, never>
    output: { items: Array<{ key: string; value: boolean | number | string | null; default: boolean | number | string | null; kind: "boolean" | "integer" | "text" | "secret"; min: number | null; max: number | null }> }
  }
  /** What Telegram shows of a bot in a language, asked of Telegram this moment */
  'bot.profile': {
    input: { botId: string; language?: string | undefined }
    output: { name: string; description: string; shortDescription: string; photo: string | null; commands: Array<{ scope: "default" | "all_private_chats" | "all_group_chats" | "all_chat_administrators"; commands: Array<{ command: string; description: string }> }> }
  }
  /** The commands Telegram offers in one chat of a bot in a language, asked of Telegram this moment */
  'bot.chat_commands': {
    input: { botId: string; language?: string | undefined; scope: "chat" | "chat_administrators" | "chat_member"; chat?: string | undefined; member?: string | undefined }
    output: { commands: Array<{ command: string; description: string }> }
  }
  /** What was last set for a bot at Telegram and what Telegram said to it, newest first */
  'bot.changes': {
    input: { botId: string }
    output: { items: Array<{ id: string; at: string; kind: "commands" | "name" | "description" | "short_description" | "photo"; scope: "default" | "all_private_chats" | "all_group_chats" | "all_chat_administrators" | "chat" | "chat_administrators" | "chat_member" | null; language: string; state: "queued" | "accepted" | "refused" | "unreachable"; errorCode: number | null; description: string | null }> }
  }
  /** Who has lately written in a group of a bot, to choose a member from; 200 at most, by name */
  'bot.group_members': {
    input: { botId: string; chat: string }
    output: { items: Array<{ id: string; name: string }> }
  }
  /** Entries about signing in, newest first: one’s own, or (who may review access) somebody’s or everybody’s */
  'session.history': {
    input: { agentId?: string | undefined; all?: string | undefined; limit?: number | undefined; cursor?: string | undefined }
    output: { items: Array<{ position: number | null; id: string; at: string; recordedAt: string; event: string; version: number; outcome: "done" | "refused" | "failed"; actor: { kind: "agent" | "customer" | "flow" | "rule" | "system" | "api_token" | "operator" | "import"; id: string | null; name: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; role: string | null; departments: Array<{ id: string; name: string | null }> }; onBehalfOf: string | null; causedBy: string | null; subject: { kind: string; id: string | null; name: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null }; conversationId: string | null; customerId: string | null; customerName: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; botId: string | null; data: Record<string, unknown>; parts: Record<string, { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" }>; reason: { code: string; text: string | null } | null; via: { source: "console" | "api" | "telegram" | "flow" | "rule" | "cli" | "import" | "system"; requestId: string | null; sessionId: string | null; ip: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; userAgent: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; nodeId: string | null } }>; nextCursor: string | null }
  }
  /** Whether one’s own sign-in asks for a second factor */
  'two_factor.state': {
    input: Record<string, never>
    output: { enabledAt: string | null; codesLeft: number; isRequired: boolean }
  }
  /** Seats that were offered and not taken yet, and until when their links are good */
  'invitation.list': {
    input: Record<string, never>
    output: { items: Array<{ agentId: string; name: string; email: string; role: "owner" | "admin" | "supervisor" | "agent" | "auditor" | string; expiresAt: string | null }> }
  }
  /** Built-in roles and those of the workspace, with what each may */
  'role.list': {
    input: Record<string, never>
    output: { items: Array<{ role: "owner" | "admin" | "supervisor" | "agent" | "auditor" | string; name: string | null; scope: "own" | "departments" | "all"; rank: number; permissions: Array<string>; withheld: boolean; takesConversations: boolean; agents: number }>; permissions: Array<string> }
  }
  /** A new secret for one’s second factor, stored nowhere until two_factor.enable */
  'two_factor.propose': {
    input: Record<string, never>
    output: { secret: string; uri: string }
  }
  /** Who may what, since when and by which entry, when they last signed in, and who last looked it over */
  'access.review': {
    input: Record<string, never>
    output: { items: Array<{ id: string; name: string; role: "owner" | "admin" | "supervisor" | "agent" | "auditor" | string; state: "invited" | "active" | "deactivated"; departments: Array<{ name: string; lead: boolean }>; permissionCount: number; switches: Array<{ switch: "transfer" | "recall" | "delete_note" | "reopen" | "broadcast" | "translate"; granted: boolean }>; bots: Array<string> | null; serving: boolean | null; twoFactor: boolean; livingSessions: number; lastSignInAt: string | null; lastChange: { entryId: string; event: string; at: string; actorId: string | null } | null; reviewed: { at: string; by: string; entryId: string } | null; changedSince: boolean }> }
  }
  /** Whether one’s own Telegram account is linked, through which bot, and what is told there */
  'notification.state': {
    input: Record<string, never>
    output: { linkedAt: string | null; codeUntil: string | null; botId: string | null; choice: { onAssigned: boolean; onWaiting: boolean; waitingMinutes: number; quietWhenOnline: boolean }; bots: Array<{ id: string; name: string; username: string }> }
  }
  /** The OpenID Connect provider at which people may sign in */
  'oidc.get': {
    input: Record<string, never>
    output: { provider: { issuer: string; clientId: string; label: string; hasSecret: boolean } | null }
  }
  /** What the sign-in page offers beside a password */
  'oidc.offer': {
    input: Record<string, never>
    output: { label: string | null }
  }
  /** Groups of phrases that agents’ messages are checked for */
  'phrase_group.list': {
    input: Record<string, never>
    output: { items: Array<{ id: string; name: string; botId: string | null; languages: Array<string>; action: "block" | "confirm"; version: number; rules: Array<{ id: string; kind: "plain" | "wildcard" | "regex"; pattern: string }> }> }
  }
  /** Wallet addresses that messages may name */
  'wallet.list': {
    input: Record<string, never>
    output: { items: Array<{ id: string; network: "tron" | "evm" | "bitcoin" | "ton"; address: string; name: string }> }
  }
  /** How often canned replies were sent, counted from the entries the caller may see; 30 days at first */
  'canned_reply.usage': {
    input: { from?: string | undefined; to?: string | undefined }
    output: { items: Array<{ id: string; sent: number; edited: number }> }
  }
  /** Canned replies for the caller’s departments; with a conversation, as they would read there */
  'canned_reply.list': {
    input: { conversationId?: string | undefined }
    output: { items: Array<{ id: string; title: string; folder: string | null; shortcut: string | null; departmentId: string | null; text: string; version: number; files: Array<{ id: string; name: string; size: number; type: string }>; rendered: string | null }> }
  }
  /** The desk as it is now, as far as the caller’s departments go: people, queues, longest waits */
  'desk.board': {
    input: Record<string, never>
    output: { at: string; people: Array<{ id: string; name: string; state: "online" | "away" | "offline"; reasonCode: string | null; since: string | null; load: number; capacity: number; languages: Array<string>; departmentIds: Array<string> }>; queues: Array<{ id: string | null; name: string | null; online: number; members: number; queueLength: number; waitingSince: string | null }>; waits: Array<{ id: string; customerName: string | null; assignee: { id: string; name: string } | null; departmentId: string | null; priority: "low" | "normal" | "high" | "urgent"; waitingSince: string }>; open: number; waiting: number; late: number; snoozed: number; offered: number }
  }
  /** The entries a number of the board counts at this moment, one for each thing counted, oldest first; `of`: the department (absent: everybody’s queue) or the person. Recorded as log.viewed */
  'desk.board_entries': {
    input: { figure: "online" | "open" | "waiting" | "late" | "snoozed" | "offered" | "queue" | "present" | "held"; of?: string | undefined; limit?: number | undefined; cursor?: string | undefined }
    output: { items: Array<{ conversation: { id: string; name: string | null } | null; agent: { id: string; name: string } | null; entry: { position: number | null; id: string; at: string; recordedAt: string; event: string; version: number; outcome: "done" | "refused" | "failed"; actor: { kind: "agent" | "customer" | "flow" | "rule" | "system" | "api_token" | "operator" | "import"; id: string | null; name: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; role: string | null; departments: Array<{ id: string; name: string | null }> }; onBehalfOf: string | null; causedBy: string | null; subject: { kind: string; id: string | null; name: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null }; conversationId: string | null; customerId: string | null; customerName: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; botId: string | null; data: Record<string, unknown>; parts: Record<string, { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" }>; reason: { code: string; text: string | null } | null; via: { source: "console" | "api" | "telegram" | "flow" | "rule" | "cli" | "import" | "system"; requestId: string | null; sessionId: string | null; ip: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; userAgent: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; nodeId: string | null } } | null }>; nextCursor: string | null }
  }
  /** How the conversations of each bot find somebody */
  'bot.routing': {
    input: Record<string, never>
    output: { items: Array<{ botId: string; mode: "manual" | "round_robin" | "online_first" | "least_busy" | "language" | "sticky"; departmentId: string | null; fallbackDepartmentId: string | null }> }
  }
  /** Who is there: everybody with a desk, their load, and the reasons for being away */
  'presence.list': {
    input: Record<string, never>
    output: { items: Array<{ id: string; name: string; state: "online" | "away" | "offline"; reasonCode: string | null; since: string | null; load: number; capacity: number; languages: Array<string>; departmentIds: Array<string> }>; awayReasons: Array<{ code: string; words: string }> }
  }
  /** To whom a conversation can be handed, who of them is online, and the reasons to choose from; with `bot` only people who serve it */
  'conversation.transfer_targets': {
    input: { bot?: string | undefined }
    output: { agents: Array<{ id: string; name: string; state: "online" | "away" | "offline"; reasonCode: string | null; since: string | null; load: number; capacity: number; languages: Array<string>; departmentIds: Array<string> }>; departments: Array<{ id: string; name: string; online: number; members: number; queueLength: number; waitingSince: string | null }>; reasons: Array<{ code: string; words: string }> }
  }
  /** A customer with their fields, labels and those of their conversations the caller may see, in every bot */
  'customer.get': {
    input: { id: string }
    output: { customer: { id: string; name: string | null; username: string | null; language: string | null; nickname: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; remark: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; blockedSince: string | null; labels: Array<{ id: string; name: string; colour: string }>; fields: Array<{ id: string; key: string; name: string; kind: "text" | "number" | "date" | "choice" | "link"; options: Array<string>; value: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null }> }; conversations: Array<{ id: string; accountId: string; bot: { id: string; name: string; username: string }; status: "in_progress" | "pending" | "resolved"; assignee: { id: string; name: string } | null; openedAt: string; lastMessageAt: string }> }
  }
  /** The fields that customers have */
  'field.list': {
    input: Record<string, never>
    output: { items: Array<{ id: string; key: string; name: string; kind: "text" | "number" | "date" | "choice" | "link"; options: Array<string> }> }
  }
  /** How many conversations are in progress in each place of the caller’s inbox */
  'inbox.counts': {
    input: Record<string, never>
    output: { mine: number; queue: number; departments: number; all: number; pinned: number; snoozed: number; offered: number; unread: number; waitingSince: string | null }
  }
  /** Of these conversations, those of which a browser must keep no text: their customer was erased */
  'conversation.forgotten': {
    input: { ids: string | Array<string> }
    output: { ids: Array<string> }
  }
  /** The caller’s saved views, and those of others that are for everybody */
  'inbox_view.list': {
    input: Record<string, never>
    output: { items: Array<{ id: string; name: string; filter: { place: "mine" | "queue" | "departments" | "all" | "pinned" | "snoozed" | "offered"; status: "in_progress" | "pending" | "resolved" | "any"; botId: string | null; labelId: string | null; departmentId: string | null; unread: boolean }; shared: boolean; owner: { id: string; name: string } }> }
  }
  /** Sets of labels of which one is required before a conversation ends */
  'label_set.list': {
    input: Record<string, never>
    output: { items: Array<{ id: string; name: string; labelIds: Array<string> }> }
  }
  /** Team notes in which colleagues call the caller, newest first, 50 at most */
  'note.mentions': {
    input: Record<string, never>
    output: { items: Array<{ noteId: string; conversationId: string; customerName: string | null; isVisible: boolean; author: { id: string; name: string }; writtenBy: { id: string; name: string } | null; at: string; text: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } }>; seenTo: string | null }
  }
  /** Messages and notes that hold all the words, in conversations on the caller’s desk; newest first, in any script */
  'conversation.search': {
    input: { q: string; limit?: number | undefined }
    output: { items: Array<{ kind: "message" | "note"; id: string; at: string; direction: "in" | "out" | null; agentName: string | null; writtenBy: { id: string; name: string } | null; text: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" }; conversation: { id: string; status: "in_progress" | "pending" | "resolved"; customerName: string | null; bot: { id: string; username: string }; assignee: { id: string; name: string } | null } }>; isCut: boolean }
  }
  /** Records of processing, from the catalogue: which personal parts, whose, why, how long, where they lie */
  'privacy.data_map': {
    input: Record<string, never>
    output: { parts: Array<{ name: string; owner: "customer" | "actor" | "subject" | "visitor"; events: Array<string>; erasable: boolean; kept: { shortest: number | null; longest: number | null } }>; places: Array<{ code: "parts" | "search" | "customer" | "profile" | "conversation" | "queues" | "answers" | "files" | "exports" | "typed" | "archives" | "streams" | "telegram"; tables: Array<string>; what: string; protection: string; erasure: string }> }
  }
  /** What is held about a customer, in numbers, and what an erasure would leave */
  'privacy.subject': {
    input: { id: string }
    output: { customerId: string; name: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; language: string | null; restrictedSince: string | null; erasedAt: string | null; erasedBy: string | null; accounts: number; conversations: number; messages: number; entries: number; consents: Array<{ purpose: "support" | "marketing" | "analytics"; state: "given" | "withdrawn"; at: string }>; holds: Array<{ id: string; reason: string | null }>; secondPerson: boolean }
  }
  /** What customers asked about their data, the most urgent first */
  'privacy.requests': {
    input: { state?: "open" | "closed" | undefined; limit?: number | undefined; cursor?: string | undefined }
    output: { items: Array<{ id: string; customerId: string; customerName: string | null; customerLanguage: string | null; conversationId: string | null; erasedAt: string | null; kind: "access" | "rectification" | "restriction" | "erasure"; channel: "telegram" | "email" | "letter" | "other"; state: "open" | "closed"; outcome: "fulfilled" | "refused" | "withdrawn" | null; openedAt: string; dueAt: string; closedAt: string | null; due: "fine" | "soon" | "overdue"; erasureRequestedBy: { id: string; name: string } | null; packageId: string | null }>; nextCursor: string | null }
  }
  /** How far an export is; once it is done, its manifest and a link to it for ten minutes */
  'export.get': {
    input: { id: string }
    output: { export: { id: string; format: "csv" | "ndjson" | "parquet" | "xlsx" | "xes"; parts: "open" | "withheld"; filter: Record<string, Array<string>>; words: boolean; state: "waiting" | "running" | "done" | "failed" | "cancelled" | "removed"; rows: number; bytes: number; requestedBy: string | null; requestedAt: string; completedAt: string | null; expiresAt: string | null; scheduleName: string | null; sha256: string | null; truncated: boolean; code: string | null; own: boolean }; manifest: Record<string, unknown> | null; link: string | null }
  }
  /** Exports that are made again and again */
  'export.schedules': {
    input: Record<string, never>
    output: { items: Array<{ id: string; name: string; every: "daily" | "weekly" | "monthly"; format: "csv" | "ndjson" | "parquet" | "xlsx" | "xes"; parts: "open" | "withheld"; filter: Record<string, Array<string>>; words: boolean; createdBy: string | null; nextAt: string }> }
  }
  /** Exports of the workspace, newest first */
  'export.list': {
    input: { limit?: number | undefined; cursor?: string | undefined }
    output: { items: Array<{ id: string; format: "csv" | "ndjson" | "parquet" | "xlsx" | "xes"; parts: "open" | "withheld"; filter: Record<string, Array<string>>; words: boolean; state: "waiting" | "running" | "done" | "failed" | "cancelled" | "removed"; rows: number; bytes: number; requestedBy: string | null; requestedAt: string; completedAt: string | null; expiresAt: string | null; scheduleName: string | null; sha256: string | null; truncated: boolean; code: string | null; own: boolean }>; nextCursor: string | null }
  }
  /** Every version of a message, the original first */
  'message.versions': {
    input: { messageId: string }
    output: { items: Array<{ version: number; at: string; author: { kind: string; id: string | null; name: string | null }; writtenBy: { id: string; name: string } | null; text: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; entities: Array<{ type: string; offset: number; length: number; url: string | null; language: string | null }>; files: Array<{ id: string; kind: "photo" | "document" | "voice" | "audio" | "video" | "video_note" | "animation" | "sticker"; state: "waiting" | "stored" | "failed" | "removed" | "erased" | "withheld"; problem: string | null; name: string | null; type: string | null; size: number | null; width: number | null; height: number | null; duration: number | null; spoiler: boolean; link: string | null }>; state: "received" | "queued" | "delivered" | "refused" | "unreachable"; entryId: string }> }
  }
  /** How long what is kept: the rules in force, the most specific first, and the classes there are */
  'retention.rules': {
    input: Record<string, never>
    output: { items: Array<{ id: string; what: "entries" | "parts"; event: string; botId: string | null; part: string | null; days: number | null }>; classes: Array<{ area: string; events: Array<{ event: string; parts: Array<string> }> }> }
  }
  /** Destructions asked for, under way and done, newest first */
  'retention.runs': {
    input: Record<string, never>
    output: { items: Array<{ id: string; state: "requested" | "running" | "done" | "stopped" | "declined"; asOf: string; requestedBy: string; requestedAt: string; approvedBy: string | null; endedAt: string | null; entries: number; parts: number; entriesGone: number; partsGone: number; steps: number; rules: Array<{ id: string; what: "entries" | "parts"; event: string; botId: string | null; part: string | null; days: number | null }>; byRhythm: boolean; mayApprove: boolean }> }
  }
  /** What would go now under the rules in force, by month and class, and what holds keep of it */
  'retention.preview': {
    input: Record<string, never>
    output: { asOf: string; items: Array<{ what: "entries" | "parts"; month: string; area: string; ruleId: string; count: number }>; entries: number; parts: number; unarchived: number; held: Array<{ holdId: string; kind: "customer" | "conversation" | "range"; cause: "dispute" | "legal" | "authority" | "inquiry"; entries: number; parts: number }> }
  }
  /** Entries of an archived month in the reader’s scope, oldest first, each with what is proven of it */
  'archive.entries': {
    input: { month: string; event?: string | undefined; conversation?: string | undefined; actor?: string | undefined; limit?: number | undefined; cursor?: string | undefined }
    output: { items: Array<{ entry: { position: number | null; id: string; at: string; recordedAt: string; event: string; version: number; outcome: "done" | "refused" | "failed"; actor: { kind: "agent" | "customer" | "flow" | "rule" | "system" | "api_token" | "operator" | "import"; id: string | null; name: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; role: string | null; departments: Array<{ id: string; name: string | null }> }; onBehalfOf: string | null; causedBy: string | null; subject: { kind: string; id: string | null; name: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null }; conversationId: string | null; customerId: string | null; customerName: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; botId: string | null; data: Record<string, unknown>; parts: Record<string, { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" }>; reason: { code: string; text: string | null } | null; via: { source: "console" | "api" | "telegram" | "flow" | "rule" | "cli" | "import" | "system"; requestId: string | null; sessionId: string | null; ip: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; userAgent: { state: "open"; value: string } | { state: "withheld" } | { state: "erased"; by: string | null } | { state: "missing" } | null; nodeId: string | null } }; proof: "proven" | "changed" }>; nextCursor: string | null }
  }
  /** The months of the log and what the archive holds of them, newest first; the policy */
  'archive.list': {
    input: Record<string, never>
    output: { store: { kind: "folder" | "s3"; place: string } | null; policy: { enabled: boolean; afterDays: number; required: boolean; withParts: boolean; lockDays: number | null }; open: Array<{ month: string; isNew: boolean }>; items: Array<{ id: string; month: string; state: "waiting" | "running" | "stopped" | "done" | "failed"; requestedBy: string | null; requestedAt: string; endedAt: string | null; progress: number; entries: number | null; parts: number | null; bytes: number | null; files: number | null; fromPosition: number | null; toPosition: number | null; sha256: string | null; lockedUntil: string | null; code: string | null; verifiedAt: string | null; verdict: string | null }> }
  }
  /** What an uploaded file would become by a mapping (as JSON), counted without changing anything */
  'import.dry_run': {
    input: { uploadId: string; mapping?: string | undefined }
    output: { isWhole: boolean; lines: number; good: number; rejected: number; conversations: number; customers: number; agents: number; from: string | null; to: string | null; events: Array<{ event: string; count: number }>; causes: Array<{ cause: string; count: number; firstLine: number }>; rejects: Array<{ line: number; cause: string; detail: string }> }
  }
  /** Kept mappings, by name */
  'import.mappings': {
    input: Record<string, never>
    output: { items: Array<{ id: string; name: string; mapping: { format: "csv" | "xes"; csv?: { delimiter: "," | ";" | "\t" | "|"; encoding: "utf-8" | "utf-16le" | "windows-1251" | "windows-1252" | "gb18030" | "shift_jis" } | undefined; at: { column: string; format: string; zone: string }; event: { column: string; values?: Record<string, string> | undefined; ifEmpty?: string | undefined } | { value: string }; eventPrefix: string; conversation: { column: string; values?: Record<string, string> | undefined; ifEmpty?: string | undefined } | { value: string }; customer?: { column: string; values?: Record<string, string> | undefined; ifEmpty?: string | undefined } | { value: string } | undefined; actorKind: { column: string; values?: Record<string, string> | undefined; ifEmpty?: string | undefined } | { value: string }; actorKey: { column: string; values?: Record<string, string> | undefined; ifEmpty?: string | undefined } | { value: string }; actorName?: { column: string; values?: Record<string, string> | undefined; ifEmpty?: string | undefined } | { value: string } | undefined; text?: { column: string; values?: Record<string, string> | undefined; ifEmpty?: string | undefined } | { value: string } | undefined; department?: { column: string; values?: Record<string, string> | undefined; ifEmpty?: string | undefined } | { value: string } | undefined; reason?: { column: string; values?: Record<string, string> | undefined; ifEmpty?: string | undefined } | { value: string } | undefined; data: Record<string, { column: string; values?: Record<string, string> | undefined; ifEmpty?: string | undefined } | { value: string }> } }> }
  }
  /** The first lines that an import did not take, with their cause */
  'import.rejects': {
    input: { id: string }
    output: { items: Array<{ line: number; cause: string; detail: string }>; more: boolean }
  }
  /** Imports of the workspace, newest first */
  'import.list': {
    input: Record<string, never>
    output: { items: Array<{ id: string; format: string; fileName: string | null; state: "running" | "stopped" | "completed"; hasFile: boolean; lines: number; imported: number; rejected: number; startedAt: string }> }
  }
  /** The first rows of an uploaded file, and what a mapping (as JSON) would make of them */
  'import.preview': {
    input: { uploadId: string; format: "csv" | "xes" | "tracedesk-ndjson"; delimiter?: "," | ";" | "\t" | "|" | undefined; mapping?: string | undefined }
    output: { columns: Array<string>; rows: Array<{ line: number; values: Record<string, string>; becomes: Record<string, unknown> | null; reject: { line: number; cause: string; detail: string } | null }>; problem: string | null }
  }
  /** Entries that a receiver refused and that were laid aside, oldest first */
  'stream.letters': {
    input: { id: string; limit?: number | undefined; cursor?: string | undefined }
    output: { items: Array<{ position: number; entryId: string; attempts: number; status: number | null; at: string; waiting: boolean }>; nextCursor: string | null }
  }
  /** Where entries are sent to, how far each stream is behind, and what troubles it */
  'stream.list': {
    input: Record<string, never>
    output: { items: Array<{ id: string; name: string; kind: "webhook" | "syslog"; receiver: string; envelope: "plain" | "cloudevents" | "cloudevents_binary"; payload: "entry" | "ocsf" | "cef"; parts: "open" | "withheld"; filter: Record<string, Array<string>>; words: boolean; batch: number; authorization: boolean; ca: string | null; state: "running" | "paused"; pausedBecause: "person" | "refusals" | "gone" | null; position: number; lagEntries: number; lagSeconds: number; sent: number; sentAt: string | null; trouble: { problem: "not_taken" | "unreachable" | "timed_out" | "private_address" | "certificate" | "broken_off" | "answer_too_long"; status: number | null; at: string; attempts: number; nextAt: string } | null; letters: number; createdBy: string | null; createdAt: string }> }
  }
  /** Whom a verifier of this log has to believe: origin, keys with their sizes, witnesses, earlier epochs */
  'ledger.trust': {
    input: Record<string, never>
    output: Record<string, unknown>
  }
  /** The exact bytes of a leaf */
  'ledger.leaf': {
    input: { position: number }
    output: Record<string, unknown>
  }
}

/** `POST /api/<name>`: what each takes as JSON and answers. */
export interface Commands {
  /** Choose a password with an invitation or reset link, and sign in */
  'agent.accept_invitation': {
    input: { token: string; password: string }
    output: { token: string; expiresAt: string; agent: { id: string; name: string; role: "owner" | "admin" | "supervisor" | "agent" | "auditor" | string } }
  }
  /** Add an agent to a department */
  'department.add_member': {
    input: { departmentId: string; agentId: string }
    output: Record<string, never>
  }
  /** Give an agent another role */
  'agent.change_role': {
    input: { agentId: string; role: "owner" | "admin" | "supervisor" | "agent" | "auditor" | string }
    output: Record<string, never>
  }
  /** Create the workspace and its owner with the one-time set-up link */
  'setup.complete': {
    input: { token: string; workspace: string; name: string; email: string; password: string }
    output: { token: string; expiresAt: string; agent: { id: string; name: string; role: "owner" | "admin" | "supervisor" | "agent" | "auditor" | string } }
  }
  /** Create a token for programs; it is shown once */
  'api_token.create': {
    input: { name: string; role: "owner" | "admin" | "supervisor" | "agent" | "auditor" | string; permissions?: Array<string> | undefined; expiresAt?: string | undefined }
    output: { apiToken: { id: string; token: string } }
  }
  /** Create a department */
  'department.create': {
    input: { name: string }
    output: { department: { id: string } }
  }
  /** Close a seat: sessions end and open conversations return to the queue */
  'agent.deactivate': {
    input: { agentId: string }
    output: Record<string, never>
  }
  /** Offer a seat; the answer holds a link to pass on, valid for 7 days or as many as said */
  'agent.invite': {
    input: { name: string; email: string; role: "owner" | "admin" | "supervisor" | "agent" | "auditor" | string; departmentIds?: Array<string> | undefined; validDays?: number | undefined }
    output: { agent: { id: string }; invitation: { token: string; expiresAt: string } }
  }
  /** Open a closed seat again */
  'agent.reactivate': {
    input: { agentId: string }
    output: Record<string, never>
  }
  /** Take an agent out of a department */
  'department.remove_member': {
    input: { departmentId: string; agentId: string }
    output: Record<string, never>
  }
  /** Make a one-time link with which an agent chooses a new password; sessions end */
  'agent.reset_password': {
    input: { agentId: string }
    output: { invitation: { token: string; expiresAt: string } }
  }
  /** End a token */
  'api_token.revoke': {
    input: { apiTokenId: string }
    output: Record<string, never>
  }
  /** End another session, one’s own or (administrators) anybody’s */
  'session.revoke': {
    input: { sessionId: string }
    output: Record<string, never>
  }
  /** Let a member lead a department, or no longer */
  'department.set_lead': {
    input: { departmentId: string; agentId: string; lead: boolean }
    output: Record<string, never>
  }
  /** Sign in with e-mail address and password */
  'session.sign_in': {
    input: { email: string; password: string; code?: string | undefined }
    output: { token: string; expiresAt: string; agent: { id: string; name: string; role: "owner" | "admin" | "supervisor" | "agent" | "auditor" | string } }
  }
  /** End the session in use */
  'session.sign_out': {
    input: Record<string, never>
    output: Record<string, never>
  }
  /** Choose a new password, knowing the old one; all other sessions end */
  'agent.change_password': {
    input: { current: string; password: string }
    output: Record<string, never>
  }
  /** Make a role of some permissions and a scope; nobody can give more than they have */
  'role.create': {
    input: { name: string; scope: "own" | "departments" | "all"; permissions: Array<string>; withheld?: boolean | undefined; takesConversations?: boolean | undefined }
    output: { role: "owner" | "admin" | "supervisor" | "agent" | "auditor" | string }
  }
  /** Take away a department that nothing leads to any more; its people keep their seats */
  'department.delete': {
    input: { departmentId: string }
    output: Record<string, never>
  }
  /** Take away a role that nobody has any more */
  'role.delete': {
    input: { role: "owner" | "admin" | "supervisor" | "agent" | "auditor" | string }
    output: Record<string, never>
  }
  /** Do without the second factor again, with password and a code */
  'two_factor.disable': {
    input: { password: string; code: string }
    output: Record<string, never>
  }
  /** Take a secret of two_factor.propose into use by a code made with it; recovery codes are shown once */
  'two_factor.enable': {
    input: { secret: string; code: string }
    output: { recoveryCodes: Array<string> }
  }
  /** Let one person do what a switch stands for, whatever their role says */
  'agent.grant': {
    input: { agentId: string; switch: "transfer" | "recall" | "delete_note" | "reopen" | "broadcast" | "translate" }
    output: Record<string, never>
  }
  /** Record that one looked over what these people may, and found it right */
  'access.mark_reviewed': {
    input: { agentIds: Array<string>; text?: string | undefined }
    output: Record<string, never>
  }
  /** Rename a department */
  'department.update': {
    input: { departmentId: string; name: string }
    output: Record<string, never>
  }
  /** Make new recovery codes with a code; the old ones end */
  'two_factor.renew_codes': {
    input: { code: string }
    output: { recoveryCodes: Array<string> }
  }
  /** Draw up what somebody held, did and may; that it was drawn up is recorded */
  'agent.report_offboarding': {
    input: { agentId: string }
    output: { report: { at: string; agent: { id: string; name: string; email: string; role: "owner" | "admin" | "supervisor" | "agent" | "auditor" | string; state: "invited" | "active" | "deactivated"; createdAt: string }; held: { openConversations: number; conversationsEver: number; livingSessions: number; tokens: Array<{ id: string; name: string }>; departments: Array<{ name: string; lead: boolean }> }; did: { entries: number; firstAt: string | null; lastAt: string | null; byEvent: Array<{ name: string; count: number }> }; may: { permissions: Array<string>; switches: Array<{ switch: "transfer" | "recall" | "delete_note" | "reopen" | "broadcast" | "translate"; granted: boolean }>; bots: Array<string> | null; twoFactor: boolean; lastSignInAt: string | null } }; sha256: string; entryId: string }
  }
  /** Take somebody’s second factor off because they lost it; their sessions end */
  'two_factor.reset': {
    input: { agentId: string; reasonText: string }
    output: Record<string, never>
  }
  /** Take back an invitation that nobody has taken up */
  'agent.revoke_invitation': {
    input: { agentId: string }
    output: Record<string, never>
  }
  /** Keep one person from what a switch stands for, whatever their role says */
  'agent.revoke': {
    input: { agentId: string; switch: "transfer" | "recall" | "delete_note" | "reopen" | "broadcast" | "translate" }
    output: Record<string, never>
  }
  /** Say which bots an agent serves (null: all); conversations of others they hold return to the queue */
  'agent.set_bots': {
    input: { agentId: string; botIds: Array<string> | null }
    output: Record<string, never>
  }
  /** Say whether the rules give somebody conversations; null: as their role has it */
  'agent.set_serving': {
    input: { agentId: string; serving: boolean | null }
    output: Record<string, never>
  }
  /** Change a role of the workspace; it holds at once for everybody who has it */
  'role.update': {
    input: { role: "owner" | "admin" | "supervisor" | "agent" | "auditor" | string; name: string; scope: "own" | "departments" | "all"; permissions: Array<string>; withheld?: boolean | undefined; takesConversations?: boolean | undefined }
    output: Record<string, never>
  }
  /** Choose which notices one gets in Telegram */
  'notification.configure': {
    input: { onAssigned: boolean; onWaiting: boolean; waitingMinutes: number; quietWhenOnline: boolean }
    output: Record<string, never>
  }
  /** Make a one-time code with which one’s own Telegram account is linked: /start <code> to the bot */
  'notification.link': {
    input: { botId: string; language?: "en" | "zh" | "ru" | undefined }
    output: { code: string; url: string; until: string }
  }
  /** Get no more notices in Telegram */
  'notification.unlink': {
    input: Record<string, never>
    output: Record<string, never>
  }
  /** Let people sign in at an OpenID Connect provider; it is asked for its configuration first */
  'oidc.configure': {
    input: { issuer: string; clientId: string; clientSecret?: string | null | undefined; label: string }
    output: Record<string, never>
  }
  /** Let nobody sign in at the provider any more */
  'oidc.remove': {
    input: Record<string, never>
    output: Record<string, never>
  }
  /** Act in one’s own name again */
  'impersonation.end': {
    input: Record<string, never>
    output: Record<string, never>
  }
  /** Act in the name of a colleague of a lower rank, for up to an hour, in this session */
  'impersonation.start': {
    input: { agentId: string; reasonText: string }
    output: { impersonation: { id: string; until: string } }
  }
  /** Change one setting of the workspace */
  'setting.change': {
    input: { key: string; value: boolean | number | string | null }
    output: Record<string, never>
  }
  /** Connect a Telegram bot; the token is checked with Telegram first and kept encrypted */
  'bot.connect': {
    input: { token: string; name?: string | undefined }
    output: { bot: { id: string; username: string } }
  }
  /** Stop receiving and sending through a bot, and forget its token */
  'bot.disconnect': {
    input: { botId: string }
    output: Record<string, never>
  }
  /** Use a new token for the same bot */
  'bot.rotate_token': {
    input: { botId: string; token: string }
    output: Record<string, never>
  }
  /** Set the commands Telegram offers in the menu of a bot; an empty list takes them away */
  'bot.set_commands': {
    input: { botId: string; scope?: "default" | "all_private_chats" | "all_group_chats" | "all_chat_administrators" | "chat" | "chat_administrators" | "chat_member" | undefined; chat?: string | undefined; member?: string | undefined; language?: string | undefined; commands: Array<{ command: string; description: string }> }
    output: { changes: Array<{ id: string }> }
  }
  /** Set what customers read of a bot at Telegram; an empty text takes the one of that language away */
  'bot.set_profile': {
    input: { botId: string; language?: string | undefined; name?: "" | string | undefined; description?: string | undefined; shortDescription?: string | undefined; photo?: string | null | undefined }
    output: { changes: Array<{ id: string }> }
  }
  /** Label a customer */
  'customer.add_label': {
    input: { customerId: string; labelId: string }
    output: Record<string, never>
  }
  /** Write a note beside a conversation; the customer never sees it */
  'note.add': {
    input: { conversationId: string; text: string; scope?: "private" | "team" | undefined; mentions?: Array<string> | undefined }
    output: { note: { id: string } }
  }
  /** Take a conversation, give it to an agent, or return it to the queue (null) */
  'conversation.assign': {
    input: { conversationId: string; agentId: string | null }
    output: Record<string, never>
  }
  /** Give a label another colour */
  'label.change_colour': {
    input: { labelId: string; colour: string }
    output: Record<string, never>
  }
  /** Set in_progress, pending or resolved */
  'conversation.change_status': {
    input: { conversationId: string; status: "in_progress" | "pending" | "resolved" }
    output: Record<string, never>
  }
  /** Create a label */
  'label.create': {
    input: { name: string; colour?: string | undefined }
    output: { label: { id: string } }
  }
  /** Remove a label, also from every customer who has it */
  'label.delete': {
    input: { labelId: string }
    output: Record<string, never>
  }
  /** Take a note away: one’s own, or a team note as a supervisor; it stays in the log */
  'note.delete': {
    input: { noteId: string }
    output: Record<string, never>
  }
  /** Write one’s own note anew; earlier versions stay in the log */
  'note.edit': {
    input: { noteId: string; text: string; mentions?: Array<string> | undefined }
    output: { note: { id: string; version: number } }
  }
  /** Take a label off a customer */
  'customer.remove_label': {
    input: { customerId: string; labelId: string }
    output: Record<string, never>
  }
  /** Give a label another name */
  'label.rename': {
    input: { labelId: string; name: string }
    output: Record<string, never>
  }
  /** Try a message again that Telegram refused or did not answer */
  'message.retry': {
    input: { messageId: string }
    output: Record<string, never>
  }
  /** Queue a text, files, a sticker, a place or a contact for the customer; delivery arrives as an entry */
  'message.send': {
    input: { conversationId: string; text?: string | undefined; entities?: Array<{ type: "bold" | "italic" | "underline" | "strikethrough" | "spoiler" | "code" | "pre" | "text_link" | "blockquote"; offset: number; length: number; url?: string | undefined; language?: string | undefined }> | undefined; replyTo?: string | undefined; attachments?: Array<{ fileId: string; as: "photo" | "document" | "voice" | "audio" | "video" | "video_note" | "animation" }> | undefined; stickerOf?: string | undefined; location?: { latitude: number; longitude: number } | undefined; contact?: { phone: string; name: string } | undefined; confirm?: Array<string> | undefined; cannedReplyId?: string | undefined; offered?: Array<string> | undefined }
    output: { message: { id: string; state: "queued"; at: string } }
  }
  /** Take note of forged rows that were put aside, with a reason; the seal goes back to what the rest deserves */
  'ledger.acknowledge_finding': {
    input: { findings: Array<{ entryId: string; rejectedAt: string }>; reason: string }
    output: { acknowledged: number }
  }
  /** Stop the verification that runs on this server; nothing is decided then */
  'ledger.stop_verification': {
    input: Record<string, never>
    output: Record<string, never>
  }
  /** Verify the whole ledger on the server now; the result arrives as an entry and in ledger.state */
  'ledger.verify': {
    input: Record<string, never>
    output: Record<string, never>
  }
  /** Make a file that proves a range of the log to anybody, offline; with a conversation, everything else in the range is closed */
  'evidence.bundle': {
    input: { from?: string | undefined; to?: string | undefined; conversationId?: string | undefined; fromPosition?: number | undefined; toPosition?: number | undefined; language?: "en" | "zh" | "ru" | undefined }
    output: { bundle: { id: string; sha256: string; bytes: number } }
  }
  /** Let another key sign the ledger from now on; the present head is signed by both */
  'ledger.rotate_key': {
    input: Record<string, never>
    output: { fromVkey: string; toVkey: string; size: number }
  }
  /** Keep a customer, a conversation, or everything within a span of time from being destroyed; name exactly one */
  'hold.place': {
    input: { customerId?: string | undefined; conversationId?: string | undefined; from?: string | undefined; to?: string | undefined; cause: "dispute" | "legal" | "authority" | "inquiry"; reason: string }
    output: { hold: { id: string } }
  }
  /** End a hold; what nothing else holds may be destroyed again */
  'hold.release': {
    input: { holdId: string; reason: string }
    output: Record<string, never>
  }
  /** Take note of an alert; it no longer waits for anybody */
  'alert.acknowledge': {
    input: { entryId: string }
    output: Record<string, never>
  }
  /** Agree that somebody else sees what is withheld from them, or decline */
  'log.decide_reveal': {
    input: { revealId: string; agree: boolean }
    output: Record<string, never>
  }
  /** Open what is withheld of an entry or a whole conversation, for oneself and a limited time; with the setting `reveal.second_person` once somebody else agrees. Name exactly one */
  'log.reveal': {
    input: { entryId?: string | undefined; conversationId?: string | undefined; reason: string }
    output: { reveal: { id: string; state: "waiting" | "open"; expiresAt: string | null } }
  }
  /** Keep a filter of the log under a name, for oneself or for everybody */
  'log_view.create': {
    input: { name: string; filter: { from?: string | undefined; to?: string | undefined; event?: string | Array<string> | undefined; actor?: string | Array<string> | undefined; actorKind?: "agent" | "customer" | "flow" | "rule" | "system" | "api_token" | "operator" | "import" | Array<"agent" | "customer" | "flow" | "rule" | "system" | "api_token" | "operator" | "import"> | undefined; department?: string | Array<string> | undefined; conversation?: string | Array<string> | undefined; customer?: string | Array<string> | undefined; bot?: string | Array<string> | undefined; subject?: string | Array<string> | undefined; outcome?: "done" | "refused" | "failed" | Array<"done" | "refused" | "failed"> | undefined; source?: "console" | "api" | "telegram" | "flow" | "rule" | "cli" | "import" | "system" | Array<"console" | "api" | "telegram" | "flow" | "rule" | "cli" | "import" | "system"> | undefined; q?: string | undefined; range?: "h1" | "today" | "yesterday" | "d1" | "d7" | "d30" | undefined; zone?: string | undefined }; shared?: boolean | undefined }
    output: { logView: { id: string } }
  }
  /** Remove one’s own view of the log */
  'log_view.delete': {
    input: { logViewId: string }
    output: Record<string, never>
  }
  /** Give one’s own view of the log another name, filter or audience */
  'log_view.update': {
    input: { logViewId: string; name: string; filter: { from?: string | undefined; to?: string | undefined; event?: string | Array<string> | undefined; actor?: string | Array<string> | undefined; actorKind?: "agent" | "customer" | "flow" | "rule" | "system" | "api_token" | "operator" | "import" | Array<"agent" | "customer" | "flow" | "rule" | "system" | "api_token" | "operator" | "import"> | undefined; department?: string | Array<string> | undefined; conversation?: string | Array<string> | undefined; customer?: string | Array<string> | undefined; bot?: string | Array<string> | undefined; subject?: string | Array<string> | undefined; outcome?: "done" | "refused" | "failed" | Array<"done" | "refused" | "failed"> | undefined; source?: "console" | "api" | "telegram" | "flow" | "rule" | "cli" | "import" | "system" | Array<"console" | "api" | "telegram" | "flow" | "rule" | "cli" | "import" | "system"> | undefined; q?: string | undefined; range?: "h1" | "today" | "yesterday" | "d1" | "d7" | "d30" | undefined; zone?: string | undefined }; shared?: boolean | undefined }
    output: Record<string, never>
  }
  /** Lay an entry of the log to the case file */
  'dispute.add_entry': {
    input: { disputeId: string; entryId: string; side: "for" | "against" | "context"; text?: string | undefined }
    output: Record<string, never>
  }
  /** Ask somebody to take part in a case; from then on they see its file */
  'dispute.add_participant': {
    input: { disputeId: string; agentId: string; role: "concerned" | "witness" | "reviewer" }
    output: Record<string, never>
  }
  /** Write into the case file, about an entry or about the whole */
  'dispute.annotate': {
    input: { disputeId: string; entryId?: string | undefined; text: string }
    output: Record<string, never>
  }
  /** Make a file that proves the case to anybody, offline: the range of the log it lies in, everything else in it closed */
  'dispute.bundle': {
    input: { disputeId: string; language?: "en" | "zh" | "ru" | undefined }
    output: { bundle: { id: string; sha256: string; bytes: number } }
  }
  /** Check a claim against the log: entries for it, entries against it, and how complete the search was */
  'dispute.check_claim': {
    input: { disputeId: string; claim: { kind: "never_replied" } | { kind: "replied_late"; seconds: number } | { kind: "wording"; phraseGroupIds?: Array<string> | undefined; words?: Array<string> | undefined } | { kind: "unattended_transfer" } | { kind: "wrong_label"; labelIds?: Array<string> | undefined } | { kind: "data_changed" } | { kind: "promised"; words: Array<string> } | { kind: "data_seen" }; agentId?: string | undefined }
    output: { check: { id: string; verdict: "supported" | "contradicted" | "mixed" | "not_found" | "inconclusive" } }
  }
  /** Close a case; with `releaseHold` what it was about is no longer held by it */
  'dispute.close': {
    input: { disputeId: string; reason: string; releaseHold: boolean }
    output: Record<string, never>
  }
  /** Decide a case, with the reason; an earlier decision stays in the log */
  'dispute.decide': {
    input: { disputeId: string; outcome: "upheld" | "partly_upheld" | "dismissed" | "unproven"; reason: string }
    output: Record<string, never>
  }
  /** Open a case about a customer, a conversation, or a span of time; name exactly one. What it is about is held from then on */
  'dispute.open': {
    input: { customerId?: string | undefined; conversationId?: string | undefined; from?: string | undefined; to?: string | undefined; title: string; text?: string | undefined }
    output: { dispute: { id: string } }
  }
  /** Somebody no longer takes part in a case */
  'dispute.remove_participant': {
    input: { disputeId: string; agentId: string }
    output: Record<string, never>
  }
  /** Let messages name a wallet address */
  'wallet.allow': {
    input: { address: string; name: string }
    output: { wallet: { id: string; network: "tron" | "evm" | "bitcoin" | "ton"; address: string } }
  }
  /** Say that a text which needs confirming will not be sent */
  'moderation.cancel': {
    input: { conversationId: string; text: string }
    output: Record<string, never>
  }
  /** Add a group of phrases that agents’ messages are checked for */
  'phrase_group.create': {
    input: { name: string; botId: string | null; languages: Array<string>; action: "block" | "confirm"; rules: Array<{ id?: string | undefined; kind: "plain" | "wildcard" | "regex"; pattern: string }> }
    output: { phraseGroup: { id: string; version: number } }
  }
  /** Remove a phrase group; what it caught stays in the log */
  'phrase_group.delete': {
    input: { phraseGroupId: string }
    output: Record<string, never>
  }
  /** Let messages name a wallet address no longer */
  'wallet.disallow': {
    input: { walletId: string }
    output: Record<string, never>
  }
  /** Give a phrase group its next version; `version` is the one the change was made from */
  'phrase_group.update': {
    input: { phraseGroupId: string; version: number; name: string; botId: string | null; languages: Array<string>; action: "block" | "confirm"; rules: Array<{ id?: string | undefined; kind: "plain" | "wildcard" | "regex"; pattern: string }> }
    output: { phraseGroup: { id: string; version: number } }
  }
  /** Add a canned reply */
  'canned_reply.create': {
    input: { title: string; folder: string | null; shortcut: string | null; departmentId: string | null; text: string }
    output: { cannedReply: { id: string; version: number } }
  }
  /** Remove a canned reply with its files; messages sent from it keep naming it */
  'canned_reply.delete': {
    input: { cannedReplyId: string }
    output: Record<string, never>
  }
  /** Let a file go with a canned reply no longer, as its next version */
  'canned_reply.remove_file': {
    input: { cannedReplyId: string; fileId: string }
    output: { version: number }
  }
  /** Copy the files of a canned reply into a conversation, ready to be sent like uploads; what nobody sends is discarded after a day */
  'canned_reply.take_files': {
    input: { cannedReplyId: string; conversationId: string }
    output: { files: Array<{ id: string; name: string; size: number; type: string; sha256: string }> }
  }
  /** Give a canned reply its next version; `version` is the one the change was made from */
  'canned_reply.update': {
    input: { cannedReplyId: string; version: number; title: string; folder: string | null; shortcut: string | null; departmentId: string | null; text: string }
    output: { cannedReply: { id: string; version: number } }
  }
  /** Take a conversation that was offered to oneself or one’s department */
  'conversation.accept': {
    input: { conversationId: string }
    output: Record<string, never>
  }
  /** Set how many conversations the rules may give an agent at once, and in which languages */
  'agent.change_desk': {
    input: { agentId: string; capacity: number | null; languages: Array<string> }
    output: Record<string, never>
  }
  /** Say that one is online, away or offline; administrators also for others */
  'presence.change': {
    input: { state: "online" | "away" | "offline"; reasonCode?: string | undefined; agentId?: string | undefined }
    output: Record<string, never>
  }
  /** Refuse an offered conversation, or take one’s own offer back */
  'conversation.decline': {
    input: { conversationId: string; reasonText?: string | undefined }
    output: Record<string, never>
  }
  /** Continue one conversation in another of the same customer and bot */
  'conversation.merge': {
    input: { conversationId: string; intoConversationId: string }
    output: Record<string, never>
  }
  /** Keep a conversation at hand, for oneself or for everybody who sees it */
  'conversation.pin': {
    input: { conversationId: string; scope?: "mine" | "shared" | undefined }
    output: Record<string, never>
  }
  /** Set how conversations of a bot find somebody */
  'bot.set_routing': {
    input: { botId: string; mode: "manual" | "round_robin" | "online_first" | "least_busy" | "language" | "sticky"; departmentId: string | null; fallbackDepartmentId: string | null }
    output: Record<string, never>
  }
  /** Say how urgent a conversation is */
  'conversation.set_priority': {
    input: { conversationId: string; priority: "low" | "normal" | "high" | "urgent" }
    output: Record<string, never>
  }
  /** Put a conversation aside until a time or the customer’s next message; null wakes it now */
  'conversation.snooze': {
    input: { conversationId: string; until: string | null }
    output: Record<string, never>
  }
  /** Hand a conversation to an agent or a department, with a reason of the workspace’s list */
  'conversation.transfer': {
    input: { conversationId: string; toAgentId?: string | undefined; toDepartmentId?: string | undefined; reasonCode: string; reasonText?: string | undefined }
    output: { state: "done" | "offered" }
  }
  /** Take a pin off */
  'conversation.unpin': {
    input: { conversationId: string; scope?: "mine" | "shared" | undefined }
    output: Record<string, never>
  }
  /** Stop to be asked to answer a customer; what they write is still kept */
  'customer.block': {
    input: { customerId: string }
    output: Record<string, never>
  }
  /** Rename a field, or offer other choices; values that were chosen stay */
  'field.change': {
    input: { fieldId: string; name: string; options?: Array<string> | undefined }
    output: Record<string, never>
  }
  /** Add a field that every customer has */
  'field.define': {
    input: { key: string; name: string; kind: "text" | "number" | "date" | "choice" | "link"; options?: Array<string> | undefined }
    output: { field: { id: string } }
  }
  /** Remove a field with its values; the log keeps them */
  'field.delete': {
    input: { fieldId: string }
    output: Record<string, never>
  }
  /** Fill in a field of a customer; `null` empties it */
  'customer.set_field': {
    input: { customerId: string; fieldId: string; value: string | null }
    output: Record<string, never>
  }
  /** Answer a customer again */
  'customer.unblock': {
    input: { customerId: string }
    output: Record<string, never>
  }
  /** Say what colleagues call a customer, and remark something of them; `null` takes it away */
  'customer.update_profile': {
    input: { customerId: string; nickname?: string | null | undefined; remark?: string | null | undefined }
    output: Record<string, never>
  }
  /** Give one’s own view another name or filter */
  'inbox_view.change': {
    input: { inboxViewId: string; name: string; filter: { place: "mine" | "queue" | "departments" | "all" | "pinned" | "snoozed" | "offered"; status: "in_progress" | "pending" | "resolved" | "any"; botId: string | null; labelId: string | null; departmentId: string | null; unread: boolean } }
    output: Record<string, never>
  }
  /** Change the name or the labels of a required set */
  'label_set.change': {
    input: { labelSetId: string; name: string; labelIds: Array<string> }
    output: Record<string, never>
  }
  /** Keep a view of the inbox under a name, for oneself */
  'inbox_view.create': {
    input: { name: string; filter: { place: "mine" | "queue" | "departments" | "all" | "pinned" | "snoozed" | "offered"; status: "in_progress" | "pending" | "resolved" | "any"; botId: string | null; labelId: string | null; departmentId: string | null; unread: boolean } }
    output: { inboxView: { id: string } }
  }
  /** Ask for one of these labels before a conversation ends */
  'label_set.create': {
    input: { name: string; labelIds: Array<string> }
    output: { labelSet: { id: string } }
  }
  /** Remove one’s own view */
  'inbox_view.delete': {
    input: { inboxViewId: string }
    output: Record<string, never>
  }
  /** Ask for these labels no longer */
  'label_set.delete': {
    input: { labelSetId: string }
    output: Record<string, never>
  }
  /** Show one account as another from now on, because they are the same person */
  'customer.merge': {
    input: { customerId: string; intoCustomerId: string }
    output: Record<string, never>
  }
  /** Say that the caller has looked at the notes that call them, up to a moment */
  'note.see_mentions': {
    input: { to: string }
    output: Record<string, never>
  }
  /** Offer one’s own view to everybody, or to nobody else any longer */
  'inbox_view.share': {
    input: { inboxViewId: string; shared: boolean }
    output: Record<string, never>
  }
  /** End a request: fulfilled, refused or withdrawn */
  'privacy.close_request': {
    input: { requestId: string; outcome: "fulfilled" | "refused" | "withdrawn"; reason?: string | undefined }
    output: Record<string, never>
  }
  /** Destroy a customer’s key and everything personal; a second person does it, where there are two */
  'privacy.erase_subject': {
    input: { requestId: string }
    output: { erased: { entryId: string; parts: number } }
  }
  /** Put everything held about the customer of a request into one package for them */
  'privacy.export_subject': {
    input: { requestId: string; language?: "en" | "zh" | "ru" | undefined }
    output: { file: { id: string; sha256: string; bytes: number } }
  }
  /** Note that a customer agreed to a purpose, under the notice in force */
  'consent.give': {
    input: { customerId: string; purpose: "support" | "marketing" | "analytics"; channel: "telegram" | "email" | "letter" | "other" }
    output: Record<string, never>
  }
  /** Work with a customer’s data again */
  'privacy.lift_restriction': {
    input: { customerId: string }
    output: Record<string, never>
  }
  /** Note what a customer asks about their data; it is due within the days of the setting */
  'privacy.open_request': {
    input: { customerId: string; kind: "access" | "rectification" | "restriction" | "erasure"; channel: "telegram" | "email" | "letter" | "other"; text?: string | undefined }
    output: { request: { id: string; dueAt: string } }
  }
  /** Keep what a customer says is wrong, and correct what the desk itself knows of them */
  'privacy.rectify': {
    input: { requestId: string; text: string; name?: string | undefined; nickname?: string | null | undefined; remark?: string | null | undefined }
    output: Record<string, never>
  }
  /** As the first of two persons, ask that the customer of a request be erased */
  'privacy.request_erasure': {
    input: { requestId: string; reason?: string | undefined }
    output: Record<string, never>
  }
  /** Only store a customer’s data: nothing is sent, changed, exported or shown at work */
  'privacy.restrict': {
    input: { customerId: string; reason?: string | undefined }
    output: Record<string, never>
  }
  /** Note that a customer no longer agrees to a purpose */
  'consent.withdraw': {
    input: { customerId: string; purpose: "support" | "marketing" | "analytics"; channel: "telegram" | "email" | "letter" | "other" }
    output: Record<string, never>
  }
  /** Stop an export that is not finished; what it wrote is removed */
  'export.cancel': {
    input: { id: string }
    output: Record<string, never>
  }
  /** Write the entries that a filter finds in the caller’s scope into a file */
  'export.request': {
    input: { format: "csv" | "ndjson" | "parquet" | "xlsx" | "xes"; filter?: { from?: string | undefined; to?: string | undefined; event?: string | Array<string> | undefined; actor?: string | Array<string> | undefined; actorKind?: "agent" | "customer" | "flow" | "rule" | "system" | "api_token" | "operator" | "import" | Array<"agent" | "customer" | "flow" | "rule" | "system" | "api_token" | "operator" | "import"> | undefined; department?: string | Array<string> | undefined; conversation?: string | Array<string> | undefined; customer?: string | Array<string> | undefined; bot?: string | Array<string> | undefined; subject?: string | Array<string> | undefined; outcome?: "done" | "refused" | "failed" | Array<"done" | "refused" | "failed"> | undefined; source?: "console" | "api" | "telegram" | "flow" | "rule" | "cli" | "import" | "system" | Array<"console" | "api" | "telegram" | "flow" | "rule" | "cli" | "import" | "system"> | undefined; q?: string | undefined } | undefined; parts?: "open" | "withheld" | undefined; bom?: boolean | undefined; language?: "en" | "zh" | "ru" | undefined }
    output: { export: { id: string } }
  }
  /** Export the day, week or month before, again and again; filters on time are left to it */
  'export.schedule': {
    input: { format: "csv" | "ndjson" | "parquet" | "xlsx" | "xes"; filter?: { from?: string | undefined; to?: string | undefined; event?: string | Array<string> | undefined; actor?: string | Array<string> | undefined; actorKind?: "agent" | "customer" | "flow" | "rule" | "system" | "api_token" | "operator" | "import" | Array<"agent" | "customer" | "flow" | "rule" | "system" | "api_token" | "operator" | "import"> | undefined; department?: string | Array<string> | undefined; conversation?: string | Array<string> | undefined; customer?: string | Array<string> | undefined; bot?: string | Array<string> | undefined; subject?: string | Array<string> | undefined; outcome?: "done" | "refused" | "failed" | Array<"done" | "refused" | "failed"> | undefined; source?: "console" | "api" | "telegram" | "flow" | "rule" | "cli" | "import" | "system" | Array<"console" | "api" | "telegram" | "flow" | "rule" | "cli" | "import" | "system"> | undefined; q?: string | undefined } | undefined; parts?: "open" | "withheld" | undefined; bom?: boolean | undefined; language?: "en" | "zh" | "ru" | undefined; name: string; every: "daily" | "weekly" | "monthly" }
    output: { schedule: { id: string } }
  }
  /** End a repeated export; its files stay until they expire */
  'export.unschedule': {
    input: { id: string }
    output: Record<string, never>
  }
  /** Take an upload away that has not been sent */
  'file.discard': {
    input: { fileId: string }
    output: Record<string, never>
  }
  /** Write a delivered message (or its caption) anew; every version stays in the log */
  'message.edit': {
    input: { messageId: string; text: string; entities?: Array<{ type: "bold" | "italic" | "underline" | "strikethrough" | "spoiler" | "code" | "pre" | "text_link" | "blockquote"; offset: number; length: number; url?: string | undefined; language?: string | undefined }> | undefined; confirm?: Array<string> | undefined }
    output: { version: number }
  }
  /** Put an emoji on a message, or take it away (null) */
  'message.react': {
    input: { messageId: string; emoji: string | null }
    output: Record<string, never>
  }
  /** Take a delivered message back at Telegram; here it stays as evidence */
  'message.recall': {
    input: { messageId: string }
    output: Record<string, never>
  }
  /** Take messages from the groups a bot is in, or leave them alone */
  'bot.set_groups': {
    input: { botId: string; enabled: boolean }
    output: Record<string, never>
  }
  /** As the second person, have what was asked for destroyed, month by month */
  'retention.approve': {
    input: { runId: string }
    output: Record<string, never>
  }
  /** Say no to a destruction that was asked for, or take it back */
  'retention.decline': {
    input: { runId: string }
    output: Record<string, never>
  }
  /** Take a rule away; the next less specific one decides */
  'retention.delete_rule': {
    input: { ruleId: string }
    output: Record<string, never>
  }
  /** As the first of two persons, ask that what is due under the rules in force be destroyed */
  'retention.request': {
    input: { reason?: string | undefined }
    output: { run: { id: string; entries: number; parts: number } }
  }
  /** Say how many days a class of entries, or only their parts, is kept; null: for ever. The most specific rule decides */
  'retention.set_rule': {
    input: { what: "entries" | "parts"; event: string; botId?: string | null | undefined; part?: string | null | undefined; days: number | null }
    output: { rule: { id: string } }
  }
  /** Stop a destruction under way; what went stays gone */
  'retention.stop': {
    input: { runId: string }
    output: Record<string, never>
  }
  /** Write a closed month of the log into the archive now; of one that is there, what came later */
  'archive.request': {
    input: { month: string }
    output: { archive: { id: string } }
  }
  /** Go on with a month that was stopped, or that failed */
  'archive.resume': {
    input: { archiveId: string }
    output: Record<string, never>
  }
  /** Say when closed months are archived, and whether retention must wait for that */
  'archive.set_policy': {
    input: { enabled: boolean; afterDays: number; required: boolean; withParts: boolean; lockDays: number | null }
    output: Record<string, never>
  }
  /** Stop writing a month; the files that are there stay */
  'archive.stop': {
    input: { archiveId: string }
    output: Record<string, never>
  }
  /** Read every file of an archived month again and verify it */
  'archive.verify': {
    input: { archiveId: string }
    output: { verdict: string; file: string | null; detail: string; files: number; entries: number }
  }
  /** Forget a kept mapping */
  'import.delete_mapping': {
    input: { id: string }
    output: Record<string, never>
  }
  /** Go on with an import that was stopped */
  'import.resume': {
    input: { id: string }
    output: Record<string, never>
  }
  /** Take an uploaded file into ledger and desk; the same file again adds nothing, one that did not come to its end goes on */
  'import.run': {
    input: { uploadId: string; mapping?: { format: "csv" | "xes"; csv?: { delimiter?: "," | ";" | "\t" | "|" | undefined; encoding?: "utf-8" | "utf-16le" | "windows-1251" | "windows-1252" | "gb18030" | "shift_jis" | undefined } | undefined; at: { column: string; format?: string | undefined; zone?: string | undefined }; event: { column: string; values?: Record<string, string> | undefined; ifEmpty?: string | undefined } | { value: string }; eventPrefix?: string | undefined; conversation: { column: string; values?: Record<string, string> | undefined; ifEmpty?: string | undefined } | { value: string }; customer?: { column: string; values?: Record<string, string> | undefined; ifEmpty?: string | undefined } | { value: string } | undefined; actorKind?: { column: string; values?: Record<string, string> | undefined; ifEmpty?: string | undefined } | { value: string } | undefined; actorKey: { column: string; values?: Record<string, string> | undefined; ifEmpty?: string | undefined } | { value: string }; actorName?: { column: string; values?: Record<string, string> | undefined; ifEmpty?: string | undefined } | { value: string } | undefined; text?: { column: string; values?: Record<string, string> | undefined; ifEmpty?: string | undefined } | { value: string } | undefined; department?: { column: string; values?: Record<string, string> | undefined; ifEmpty?: string | undefined } | { value: string } | undefined; reason?: { column: string; values?: Record<string, string> | undefined; ifEmpty?: string | undefined } | { value: string } | undefined; data?: Record<string, { column: string; values?: Record<string, string> | undefined; ifEmpty?: string | undefined } | { value: string }> | undefined } | null | undefined }
    output: { import: { id: string } }
  }
  /** Keep under a name how rows of another system become entries; the same name again replaces it */
  'import.save_mapping': {
    input: { name: string; mapping: { format: "csv" | "xes"; csv?: { delimiter?: "," | ";" | "\t" | "|" | undefined; encoding?: "utf-8" | "utf-16le" | "windows-1251" | "windows-1252" | "gb18030" | "shift_jis" | undefined } | undefined; at: { column: string; format?: string | undefined; zone?: string | undefined }; event: { column: string; values?: Record<string, string> | undefined; ifEmpty?: string | undefined } | { value: string }; eventPrefix?: string | undefined; conversation: { column: string; values?: Record<string, string> | undefined; ifEmpty?: string | undefined } | { value: string }; customer?: { column: string; values?: Record<string, string> | undefined; ifEmpty?: string | undefined } | { value: string } | undefined; actorKind?: { column: string; values?: Record<string, string> | undefined; ifEmpty?: string | undefined } | { value: string } | undefined; actorKey: { column: string; values?: Record<string, string> | undefined; ifEmpty?: string | undefined } | { value: string }; actorName?: { column: string; values?: Record<string, string> | undefined; ifEmpty?: string | undefined } | { value: string } | undefined; text?: { column: string; values?: Record<string, string> | undefined; ifEmpty?: string | undefined } | { value: string } | undefined; department?: { column: string; values?: Record<string, string> | undefined; ifEmpty?: string | undefined } | { value: string } | undefined; reason?: { column: string; values?: Record<string, string> | undefined; ifEmpty?: string | undefined } | { value: string } | undefined; data?: Record<string, { column: string; values?: Record<string, string> | undefined; ifEmpty?: string | undefined } | { value: string }> | undefined } }
    output: { mapping: { id: string } }
  }
  /** Stop an import; what is in stays in, and it can be gone on with */
  'import.stop': {
    input: { id: string }
    output: Record<string, never>
  }
  /** Send entries of the log to a receiver outside, from now on or from a position */
  'stream.create': {
    input: { name: string; address: string; envelope?: "plain" | "cloudevents" | "cloudevents_binary" | undefined; payload?: "entry" | "ocsf" | "cef" | undefined; parts?: "withheld" | "open" | undefined; filter?: { from?: string | undefined; to?: string | undefined; event?: string | Array<string> | undefined; actor?: string | Array<string> | undefined; actorKind?: "agent" | "customer" | "flow" | "rule" | "system" | "api_token" | "operator" | "import" | Array<"agent" | "customer" | "flow" | "rule" | "system" | "api_token" | "operator" | "import"> | undefined; department?: string | Array<string> | undefined; conversation?: string | Array<string> | undefined; customer?: string | Array<string> | undefined; bot?: string | Array<string> | undefined; subject?: string | Array<string> | undefined; outcome?: "done" | "refused" | "failed" | Array<"done" | "refused" | "failed"> | undefined; source?: "console" | "api" | "telegram" | "flow" | "rule" | "cli" | "import" | "system" | Array<"console" | "api" | "telegram" | "flow" | "rule" | "cli" | "import" | "system"> | undefined; q?: string | undefined } | undefined; batch?: number | undefined; kind: "webhook" | "syslog"; authorization?: string | undefined; ca?: string | undefined; from?: number | undefined }
    output: { stream: { id: string }; secret: string | null }
  }
  /** End a stream; what it laid aside goes with it */
  'stream.delete': {
    input: { id: string }
    output: Record<string, never>
  }
  /** Give up what a receiver refused; the entries stay in the log */
  'stream.discard_letters': {
    input: { id: string; positions?: Array<number> | undefined }
    output: { count: number }
  }
  /** Send nothing until the stream is resumed; nothing is lost meanwhile */
  'stream.pause': {
    input: { id: string }
    output: Record<string, never>
  }
  /** Send everything from a position on, again where it was sent before */
  'stream.replay': {
    input: { id: string; from: number }
    output: Record<string, never>
  }
  /** Go on sending where a stream was paused */
  'stream.resume': {
    input: { id: string }
    output: Record<string, never>
  }
  /** Send once more what a receiver refused */
  'stream.retry_letters': {
    input: { id: string; positions?: Array<number> | undefined }
    output: { count: number }
  }
  /** Sign a webhook’s calls with a new secret, and for a day with the one before as well */
  'stream.rotate_secret': {
    input: { id: string }
    output: { secret: string }
  }
  /** Send a made-up entry now, and say what came of it */
  'stream.test': {
    input: { id: string }
    output: { delivered: boolean; problem: "not_taken" | "unreachable" | "timed_out" | "private_address" | "certificate" | "broken_off" | "answer_too_long" | null; status: number | null; milliseconds: number }
  }
  /** Change where and how a stream sends; null takes authorization or certificates away */
  'stream.update': {
    input: { name?: string | undefined; address?: string | undefined; envelope?: "plain" | "cloudevents" | "cloudevents_binary" | undefined; payload?: "entry" | "ocsf" | "cef" | undefined; parts?: "withheld" | "open" | undefined; filter?: { from?: string | undefined; to?: string | undefined; event?: string | Array<string> | undefined; actor?: string | Array<string> | undefined; actorKind?: "agent" | "customer" | "flow" | "rule" | "system" | "api_token" | "operator" | "import" | Array<"agent" | "customer" | "flow" | "rule" | "system" | "api_token" | "operator" | "import"> | undefined; department?: string | Array<string> | undefined; conversation?: string | Array<string> | undefined; customer?: string | Array<string> | undefined; bot?: string | Array<string> | undefined; subject?: string | Array<string> | undefined; outcome?: "done" | "refused" | "failed" | Array<"done" | "refused" | "failed"> | undefined; source?: "console" | "api" | "telegram" | "flow" | "rule" | "cli" | "import" | "system" | Array<"console" | "api" | "telegram" | "flow" | "rule" | "cli" | "import" | "system"> | undefined; q?: string | undefined } | undefined; batch?: number | undefined; id: string; authorization?: string | null | undefined; ca?: string | null | undefined; keepWords?: boolean | undefined }
    output: Record<string, never>
  }
}
