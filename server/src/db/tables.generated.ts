// Generated from the migrations by `npm run generate`. Do not edit.
import type { Generated } from 'kysely'

export interface Tables {
  access_review: {
    workspace_id: string
    agent_id: string
    reviewed_by: string
    reviewed_at: string
    entry_id: string
  }
  agent: {
    workspace_id: string
    agent_id: string
    name: string
    email: string
    role: string
    state: string
    named_by: string
    created_at: string
    bots: string[] | null
  }
  agent_bell: {
    workspace_id: string
    agent_id: string
    seen_to: string
  }
  agent_credential: {
    workspace_id: string
    agent_id: string
    password_hash: string
    failures: Generated<number>
    locked_until: string | null
  }
  agent_desk: {
    workspace_id: string
    agent_id: string
    presence: Generated<string>
    reason_code: string | null
    changed_by: string | null
    since: string | null
    capacity: number | null
    languages: Generated<string[]>
    routed_at: string | null
    serves: boolean | null
  }
  agent_identity: {
    workspace_id: string
    agent_id: string
    issuer: string
    subject: string
    linked_at: string
  }
  agent_switch: {
    workspace_id: string
    agent_id: string
    switch: string
    granted: boolean
  }
  agent_telegram: {
    workspace_id: string
    agent_id: string
    bot_id: string
    chat_id: number | null
    code_sha256: Buffer | null
    code_until: string | null
    linked_at: string | null
    on_assigned: Generated<boolean>
    on_waiting: Generated<boolean>
    waiting_minutes: Generated<number>
    quiet_when_online: Generated<boolean>
    language: Generated<string>
  }
  agent_two_factor: {
    workspace_id: string
    agent_id: string
    sealed: Buffer
    enabled_at: string
    last_step: number
  }
  alert_acknowledgement: {
    workspace_id: string
    alert_entry_id: string
    agent_id: string
    at: string
  }
  alert_cursor: {
    workspace_id: string
    position: number
  }
  alert_delivery: {
    workspace_id: string
    alert_entry_id: string
    channel: string
    attempts: Generated<number>
    next_at: Generated<string>
  }
  alert_fired: {
    workspace_id: string
    alert: string
    about: string
    at: string
  }
  anchor_state: {
    workspace_id: string
    kind: string
    name: string
    epoch: number
    size: number | null
    anchored_at: string | null
    failing_since: string | null
    failure: string | null
  }
  api_token: {
    workspace_id: string
    api_token_id: string
    name: string
    role: string
    token_sha256: Buffer
    created_by: string | null
    created_at: string
    expires_at: string | null
    revoked_at: string | null
    permissions: string[] | null
  }
  api_token_use: {
    workspace_id: string
    api_token_id: string
    used_at: string
  }
  archive: {
    workspace_id: string
    archive_id: string
    month: string
    state: string
    since: number
    size: number
    with_parts: boolean
    lock_days: number | null
    requested_by: string | null
    requested_at: string
    ended_at: string | null
    entries: number | null
    parts: number | null
    files: number | null
    bytes: number | null
    from_position: number | null
    to_position: number | null
    manifest: string | null
    manifest_bytes: number | null
    sha256: string | null
    locked_until: string | null
    code: string | null
    verified_at: string | null
    verdict: string | null
  }
  archive_policy: {
    workspace_id: string
    enabled: boolean
    after_days: number
    required: boolean
    with_parts: boolean
    lock_days: number | null
  }
  archive_progress: {
    workspace_id: string
    archive_id: string
    holder: string
    held_until: string
    attempts: Generated<number>
    plan: unknown | null
    files: Generated<unknown>
  }
  bot: {
    workspace_id: string
    bot_id: string
    telegram_id: number
    username: string
    name: string
    state: string
    delivery: string
    token_fingerprint: string
    connected_at: string
    groups: Generated<boolean>
  }
  bot_change: {
    workspace_id: string
    change_id: string
    bot_id: string
    kind: string
    scope: string | null
    language: string
    value: string
    state: string
    error_code: number | null
    description: string | null
    entry_id: string
    at: string
    chat_customer_id: string | null
    member_customer_id: string | null
  }
  bot_change_outbox: {
    workspace_id: string
    change_id: string
    bot_id: string
    attempts: Generated<number>
    next_at: Generated<string>
    queued_at: Generated<string>
  }
  bot_line: {
    workspace_id: string
    bot_id: string
    last_update_id: number | null
    health: Generated<string>
    since: Generated<string>
    cause: string | null
    webhook_failed_at: number | null
  }
  bot_routing: {
    workspace_id: string
    bot_id: string
    mode: string
    department_id: string | null
    fallback_department_id: string | null
  }
  bot_token: {
    workspace_id: string
    bot_id: string
    sealed: Buffer
  }
  canned_reply: {
    workspace_id: string
    canned_reply_id: string
    title: string
    folder: string | null
    shortcut: string | null
    department_id: string | null
    body: string
    version: number
  }
  canned_reply_file: {
    workspace_id: string
    file_id: string
    canned_reply_id: string
    name: string
    sha256: Buffer
    size: number
    type: string
    store_key: string
    sealed_key: Buffer
    added_at: string
  }
  consent: {
    workspace_id: string
    customer_id: string
    purpose: string
    state: string
    at: string
  }
  conversation: {
    workspace_id: string
    conversation_id: string
    bot_id: string
    customer_id: string
    chat_id: number | null
    topic_id: Generated<number>
    business: Generated<string>
    status: string
    assignee_id: string | null
    department_id: string | null
    opened_at: string
    resolved_at: string | null
    waiting_since: string | null
    last_message_id: string | null
    last_message_at: string
    snoozed_until: string | null
    priority: Generated<string>
    pinned: Generated<boolean>
    merged_into: string | null
    offered_agent_id: string | null
    offered_department_id: string | null
    offer_entry_id: string | null
    returned_by: string | null
    waiting_before: string | null
  }
  conversation_pin: {
    workspace_id: string
    agent_id: string
    conversation_id: string
  }
  customer: {
    workspace_id: string
    customer_id: string
    telegram_id: number | null
    name: string
    username: string | null
    language: string | null
    named_by: string
    created_at: string
    nickname: string | null
    remark: string | null
    blocked_at: string | null
    merged_into: string | null
    restricted_at: string | null
    erased_at: string | null
  }
  customer_block: {
    workspace_id: string
    customer_id: string
    bot_id: string
  }
  customer_field: {
    workspace_id: string
    customer_id: string
    field_id: string
    value: string
  }
  customer_label: {
    workspace_id: string
    customer_id: string
    label_id: string
  }
  department: {
    workspace_id: string
    department_id: string
    name: string
    created_at: string
    deleted_at: string | null
  }
  department_lead_period: {
    workspace_id: string
    department_id: string
    agent_id: string
    from_at: string
    to_at: string | null
  }
  department_member: {
    workspace_id: string
    department_id: string
    agent_id: string
    lead: Generated<boolean>
  }
  dispute: {
    workspace_id: string
    dispute_id: string
    kind: string
    customer_id: string | null
    conversation_id: string | null
    from_at: string | null
    to_at: string | null
    state: string
    outcome: string | null
    department_ids: string[]
    hold_id: string
    entry_id: string
    opened_at: string
    opened_by: string | null
  }
  dispute_item: {
    workspace_id: string
    dispute_id: string
    entry_id: string
    event: string
    about_entry_id: string | null
    at: string
  }
  dispute_participant: {
    workspace_id: string
    dispute_id: string
    agent_id: string
    role: string
  }
  export: {
    workspace_id: string
    export_id: string
    format: string
    parts: string
    filter: unknown
    query: Buffer | null
    options: unknown
    caller: unknown
    requested_by: string | null
    requested_at: string
    size: number
    schedule_id: string | null
    state: string
    rows: number | null
    bytes: number | null
    sha256: string | null
    first_position: number | null
    last_position: number | null
    truncated: Generated<boolean>
    code: string | null
    completed_at: string | null
    expires_at: string | null
    has_words: Generated<boolean | null>
  }
  export_progress: {
    workspace_id: string
    export_id: string
    holder: string
    held_until: string
    rows: Generated<number>
    bytes: Generated<number>
    at: string | null
    entry_id: string | null
    first_position: number | null
    last_position: number | null
    conversation_id: string | null
  }
  export_schedule: {
    workspace_id: string
    schedule_id: string
    name: string
    every: string
    format: string
    parts: string
    filter: unknown
    query: Buffer | null
    options: unknown
    caller: unknown
    created_by: string | null
    next_at: string
    has_words: Generated<boolean | null>
  }
  field: {
    workspace_id: string
    field_id: string
    key: string
    name: string
    kind: string
    options: string[]
    created_at: string
  }
  file: {
    workspace_id: string
    file_id: string
    conversation_id: string
    message_id: string | null
    version: Generated<number>
    ordinal: Generated<number>
    kind: string
    state: string
    problem: string | null
    sha256: Buffer | null
    size: number | null
    type: string | null
    store_key: string | null
    sealed_key: Buffer | null
    uploaded_by: string | null
    entry_id: string | null
    telegram_message_id: number | null
    created_at: string
  }
  file_fetch: {
    workspace_id: string
    file_id: string
    bot_id: string
    telegram_file_id: string
    attempts: Generated<number>
    queued_at: Generated<string>
    next_at: Generated<string>
  }
  file_removal: {
    workspace_id: string
    store_key: string
    queued_at: Generated<string>
  }
  hold: {
    workspace_id: string
    hold_id: string
    kind: string
    customer_id: string | null
    conversation_id: string | null
    from_at: string | null
    to_at: string | null
    cause: string
    entry_id: string
    placed_by: string | null
    placed_at: string
    released_at: string | null
    released_entry_id: string | null
  }
  idempotency: {
    workspace_id: string
    actor: string
    key: string
    command: string
    input_sha256: Buffer
    answer: Buffer | null
    created_at: Generated<string>
  }
  impersonation: {
    workspace_id: string
    impersonation_id: string
    session_id: string
    agent_id: string
    in_name_of: string
    started_at: string
    expires_at: string
    ended_at: string | null
  }
  import_mapping: {
    workspace_id: string
    mapping_id: string
    name: string
    mapping: unknown
  }
  import_run: {
    workspace_id: string
    import_id: string
    file_sha256: Buffer
    format: string
    state: string
    done_lines: Generated<number>
    imported: Generated<number>
    repeated: Generated<number>
    rejected: Generated<number>
    started_at: string
    mapping: unknown | null
    upload_id: string | null
    file_name: string | null
    bytes: number | null
  }
  inbox_view: {
    workspace_id: string
    inbox_view_id: string
    owner_id: string
    name: string
    filter: unknown
    shared: Generated<boolean>
    created_at: string
  }
  invitation: {
    workspace_id: string
    invitation_id: string
    agent_id: string
    kind: string
    token_sha256: Buffer
    expires_at: string
    used_at: string | null
  }
  label: {
    workspace_id: string
    label_id: string
    name: string
    colour: string
  }
  label_set: {
    workspace_id: string
    label_set_id: string
    name: string
    label_ids: string[]
    created_at: string
  }
  lease: {
    name: string
    holder: string
    term: number
    expires_at: string
  }
  log_anchor: {
    workspace_id: string
    epoch: number
    size: number
    kind: string
    name: string
    proof: Buffer
    anchored_at: string
  }
  log_checkpoint: {
    workspace_id: string
    epoch: number
    size: number
    note: string
    vkey: string
    signed_at: Generated<string>
  }
  log_counter: {
    workspace_id: string
    chain_id: string
    count: number
    last_at: string | null
  }
  log_entry: {
    workspace_id: string
    entry_id: string
    position: number
    at: string
    recorded_at: string
    event: string
    version: number
    outcome: string
    reach: string
    actor_kind: string
    actor_id: string | null
    subject_kind: string
    subject_id: string
    conversation_id: string | null
    customer_id: string | null
    bot_id: string | null
    agent_ids: string[]
    department_ids: string[]
    source: string
    leaf: Buffer
  }
  log_head: {
    workspace_id: string
    epoch: number
    origin: string
    size: number
    root: Buffer
    updated_at: string
  }
  log_part: {
    workspace_id: string
    entry_id: string
    name: string
    at: string
    owner: string
    sealed: Buffer
  }
  log_pending: {
    workspace_id: string
    entry_id: string
    ordinal: Generated<number>
    xact: Generated<string>
    at: string
    recorded_at: string
    event: string
    version: number
    outcome: string
    reach: string
    actor_kind: string
    actor_id: string | null
    subject_kind: string
    subject_id: string
    conversation_id: string | null
    customer_id: string | null
    bot_id: string | null
    agent_ids: string[]
    department_ids: string[]
    source: string
    leaf: Buffer
    mac: Buffer
  }
  log_purge: {
    workspace_id: string
    chunk: number
    part: string
    entry_id: string
    month: string
    positions: Buffer
  }
  log_rejected: {
    workspace_id: string
    entry_id: string
    cause: string
    leaf: Buffer
    mac: Buffer
    rejected_at: Generated<string>
  }
  log_reveal: {
    workspace_id: string
    reveal_id: string
    agent_id: string
    kind: string
    target_id: string
    state: string
    requested_at: string
    expires_at: string | null
    decided_by: string | null
    entry_id: string
  }
  log_rollup: {
    workspace_id: string
    unit: string
    start: string
    combination: string
    event: string
    outcome: string
    reach: string
    source: string
    actor_kind: string
    actor_id: string
    bot_id: string
    agent_ids: string[]
    department_ids: string[]
    n: number
  }
  log_rollup_cursor: {
    workspace_id: string
    position: number
  }
  log_rollup_hour: {
    workspace_id: string
    start: string
    event: string
    outcome: string
    reach: string
    source: string
    actor_kind: string
    n: number
  }
  log_rollup_plain: {
    workspace_id: string
    unit: string
    start: string
    event: string
    outcome: string
    reach: string
    source: string
    actor_kind: string
    n: number
  }
  log_signer: {
    workspace_id: string
    epoch: number
    vkey: string
    since: Generated<string>
    from_size: Generated<number>
  }
  log_text: {
    workspace_id: string
    entry_id: string
    at: string
    owner: string
    only_for: string | null
    tokens: string[]
  }
  log_text_cursor: {
    workspace_id: string
    position: number
  }
  log_tile: {
    workspace_id: string
    level: number
    index: number
    hashes: Buffer
  }
  log_view: {
    workspace_id: string
    log_view_id: string
    owner_id: string
    shared: boolean
    sealed: Buffer
    changed_at: string
  }
  log_watch: {
    workspace_id: string
    watch_id: string
    sealed: Buffer
    told_at: string
    seen_at: string
    count: number
    first_position: number | null
    last_position: number | null
  }
  mention_search: {
    workspace_id: string
    entry_id: string
    customer_id: string
    known: Buffer
    event: Generated<string>
    at: Generated<string>
    after_id: Generated<string>
    held: Generated<number>
    holds: string[] | null
  }
  message: {
    workspace_id: string
    message_id: string
    conversation_id: string
    at: string
    direction: string
    author_kind: string
    author_id: string | null
    kind: string
    state: string
    entry_id: string
    text_entry_id: string | null
    version: Generated<number>
    telegram_message_id: number | null
    reply_to: string | null
    delivered_at: string | null
    problem: unknown | null
    deleted_by_customer: Generated<boolean>
    content_entry_id: string | null
    recalled_at: string | null
    change: unknown | null
    own_reaction: string | null
    reaction_entry_id: string | null
    written_by: string | null
  }
  message_version: {
    workspace_id: string
    message_id: string
    version: number
    at: string
    author_kind: string
    author_id: string | null
    entry_id: string
    has_text: boolean
    state: string
    written_by: string | null
  }
  moderation_hit: {
    workspace_id: string
    actor: string
    entry_id: string
    at: string
  }
  note: {
    workspace_id: string
    note_id: string
    conversation_id: string
    author_id: string
    scope: string
    at: string
    entry_id: string
    version: Generated<number>
    mentions: Generated<string[]>
    written_by: string | null
  }
  oidc_provider: {
    workspace_id: string
    issuer: string
    client_id: string
    label: string
    sealed_secret: Buffer | null
  }
  phrase_group: {
    workspace_id: string
    phrase_group_id: string
    name: string
    bot_id: string | null
    languages: string[]
    action: string
    version: number
    rules: unknown
  }
  presence_beat: {
    workspace_id: string
    agent_id: string
    seen_at: string
  }
  privacy_cursor: {
    workspace_id: string
    position: number
  }
  privacy_request: {
    workspace_id: string
    privacy_request_id: string
    customer_id: string
    kind: string
    channel: string
    state: string
    outcome: string | null
    opened_at: string
    opened_by: string
    due_at: string
    closed_at: string | null
    erasure_requested_by: string | null
    warned: string | null
    package_id: string | null
    package_by: string | null
    package_sha256: string | null
  }
  read_mark: {
    workspace_id: string
    agent_id: string
    conversation_id: string
    message_id: string
    at: string
  }
  recovery_code: {
    workspace_id: string
    agent_id: string
    code_sha256: Buffer
    used_at: string | null
  }
  restore_run: {
    workspace_id: string
    restore_id: string
    cause: string
    manifest_sha256: string | null
    taken_at: string | null
    epoch_before: number
    sessions_ended: number
    unsent: number
    erased: unknown
    begun_at: Generated<string>
    finished_at: string | null
  }
  retention_rule: {
    workspace_id: string
    rule_id: string
    what: string
    event: string
    bot_id: string | null
    part: string | null
    days: number | null
  }
  retention_run: {
    workspace_id: string
    run_id: string
    state: string
    rules: unknown
    as_of: string
    requested_by: string
    requested_at: string
    approved_by: string | null
    ended_at: string | null
    entries: number
    parts: number
    entries_gone: Generated<number>
    parts_gone: Generated<number>
    steps: Generated<number>
  }
  role: {
    workspace_id: string
    role: string
    name: string
    scope: string
    permissions: string[]
    withheld: boolean
    takes_conversations: boolean
    created_at: string
    deleted_at: string | null
  }
  session: {
    workspace_id: string
    session_id: string
    agent_id: string
    token_sha256: Buffer
    address_sha256: Buffer
    origin_entry_id: string
    created_at: string
    expires_at: string
    ended_at: string | null
    method: Generated<string>
  }
  setting: {
    workspace_id: string
    key: string
    value: unknown
  }
  stream: {
    workspace_id: string
    stream_id: string
    name: string
    kind: string
    target: string
    sealed: Buffer
    envelope: string
    payload: string
    parts: string
    filter: unknown
    query: Buffer | null
    has_words: Generated<boolean | null>
    batch: number
    has_authorization: boolean
    ca_fingerprint: string | null
    state: string
    paused_because: string | null
    created_by: string | null
    created_at: string
  }
  stream_cursor: {
    workspace_id: string
    stream_id: string
    position: number
    sent: Generated<number>
    sent_at: string | null
    failures: Generated<number>
    refusals: Generated<number>
    problem: string | null
    status: number | null
    failed_at: string | null
    next_at: Generated<string>
    refused_in_row: Generated<number>
  }
  stream_letter: {
    workspace_id: string
    stream_id: string
    position: number
    entry_id: string
    attempts: number
    status: number | null
    at: string
    waiting: Generated<boolean>
  }
  subject_key: {
    workspace_id: string
    owner: string
    wrapped: Buffer | null
    created_at: Generated<string>
    erased_at: string | null
    erased_by: string | null
  }
  telegram_notice: {
    workspace_id: string
    notice_id: string
    bot_id: string
    agent_id: string
    conversation_id: string | null
    kind: string
    cause: string
    state: string
    attempts: Generated<number>
    next_at: Generated<string>
    queued_at: Generated<string>
  }
  telegram_notice_cursor: {
    workspace_id: string
    position: number
  }
  telegram_outbox: {
    workspace_id: string
    message_id: string
    bot_id: string
    chat_id: number
    ordinal: Generated<number>
    state: Generated<string>
    attempts: Generated<number>
    queued_at: Generated<string>
    next_at: Generated<string>
    operation: Generated<string>
    operation_id: string
    entry_id: string | null
  }
  telegram_update: {
    workspace_id: string
    bot_id: string
    update_id: number
    kind: string
    chat_id: number | null
    body: Buffer | null
    received_at: Generated<string>
    done_at: string | null
    attempts: Generated<number>
  }
  wallet: {
    workspace_id: string
    wallet_id: string
    network: string
    address: string
    canonical: string
    name: string
    created_at: string
  }
  workspace: {
    workspace_id: string
    name: string
    created_at: string
  }
}
