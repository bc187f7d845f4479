import { hashKey, type Query, type QueryClient, type QueryKey, useQueryClient } from '@tanstack/react-query'
import type { SocketPush } from '@tracedesk/contracts'
import { useEffect } from 'react'
import { announceEntries } from '../shared/live-entries.ts'
import { showLookers } from '../shared/lookers.ts'
import { meQuery } from '../shared/queries.ts'
import { openConnection } from './connection.ts'

export type ChangedItem = Extract<SocketPush, { type: 'changed' }>['items'][number]

const thread = ({ conversationId: id }: ChangedItem): QueryKey[] =>
  id === null
    ? []
    : [
        ['conversation.messages', { id }],
        ['conversation.timeline', { id }],
      ]
const activity = ({ conversationId: id }: ChangedItem): QueryKey[] =>
  id === null ? [] : [['conversation.timeline', { id }]]
const conversation = ({ conversationId: id }: ChangedItem): QueryKey[] => [
  ['conversation.list'],
  ['inbox.counts'],
  ...(id === null
    ? []
    : [
        ['conversation.get', { id }],
        ['conversation.timeline', { id }],
      ]),
]
/** Who is there, and what they hold. */
const DESK: QueryKey[] = [
  ['presence.list'],
  ['conversation.transfer_targets'],
  ['desk.board'],
  ['desk.board_entries'],
]
const customer = (): QueryKey[] => [
  ['conversation.list'],
  ['conversation.get'],
  ['conversation.timeline'],
  ['customer.get'],
]
const privacy = (item: ChangedItem): QueryKey[] => [
  ['privacy.requests'],
  ['privacy.subject'],
  ...customer(),
  ...thread(item),
]
const VIEWS: QueryKey[] = [['log_view.list'], ['export.schedules'], ['inbox_view.list']]
const ACCESS: QueryKey[] = [['access.review'], ['invitation.list'], ['session.history']]
const TEAM: QueryKey[] = [['agent.list'], ['department.list']]

/**
 * The one table from event to refetch. The first row whose pattern fits decides; an event that fits none changes
 * nothing that is shown outside the log.
 */
const EFFECTS: readonly (readonly [pattern: string, keys: (item: ChangedItem) => QueryKey[]])[] = [
  // who has read something moves counts; nothing that is written changes
  ['message.read', item => [['conversation.list'], ['inbox.counts'], ...activity(item)]],
  [
    'message.*',
    item => [...thread(item), ...conversation(item), ['message.versions', { messageId: item.subjectId }]],
  ],
  ['file.*', thread],
  ['conversation.*', item => [...conversation(item), ...DESK]],
  ['presence.*', () => DESK],
  ['agent.desk_changed', () => DESK],
  ['agent.serving_set', () => [...DESK, ['access.review'], ['session.me']]],
  ['bot.routing_changed', () => [['bot.routing']]],
  ['note.*', item => [...conversation(item), ['note.mentions']]],
  ['moderation.*', conversation],
  ['alert.*', item => [...conversation(item), ['alert.list']]],
  // whoever asked sees it now; for everybody else it is as it was
  [
    'log.revealed',
    () => [
      ['log.reveals'],
      ['log.entry'],
      ['log.search'],
      ['conversation.messages'],
      ['conversation.timeline'],
      ['dispute.get'],
      ['dispute.list'],
      ['dispute.story'],
      ['dispute.check'],
    ],
  ],
  ['log.reveal_requested', () => [['log.reveals']]],
  ['log.reveal_declined', () => [['log.reveals']]],
  ['customer.*', customer],
  ['log_view.*', () => [['log_view.list']]],
  ['inbox_view.*', () => [['inbox_view.list']]],
  ['label_set.*', () => [['label_set.list']]],
  ['label.*', () => [['label.list'], ['conversation.list'], ['conversation.get']]],
  ['canned_reply.*', () => [['canned_reply.list']]],
  ['moderation.*', conversation],
  ['phrase_group.*', () => [['phrase_group.list']]],
  ['field.*', () => [['field.list'], ['customer.get']]],
  ['wallet.*', () => [['wallet.list']]],
  ['bot.blocked_by_customer', customer],
  ['bot.commands_set', () => [['bot.changes']]],
  ['bot.profile_set', () => [['bot.changes']]],
  ['bot.photo_set', () => [['bot.changes']]],
  ['bot.change_accepted', () => [['bot.changes'], ['bot.profile'], ['bot.chat_commands']]],
  ['bot.change_refused', () => [['bot.changes']]],
  ['bot.change_unreachable', () => [['bot.changes']]],
  ['bot.*', () => [['bot.list']]],
  // Roles, seats and leadership decide what the reader themselves may see.
  ['agent.*', () => [...TEAM, ['session.me'], ...ACCESS]],
  ['department.*', () => [...TEAM, ...DESK, ['session.me'], ['access.review']]],
  ['role.*', () => [...TEAM, ['session.me'], ['role.list'], ['access.review']]],
  ['impersonation.*', () => [['session.me']]],
  ['two_factor.*', () => [['two_factor.state'], ['session.me'], ...ACCESS]],
  ['oidc.*', () => [['oidc.get']]],
  ['notification.*', () => [['notification.state']]],
  ['access.*', () => [['access.review']]],
  ['setting.*', () => [['setting.list'], ['session.me'], ...DESK]],
  ['api_token.*', () => [['api_token.list']]],
  ['session.*', () => [['session.list'], ['session.history']]],
  ['ledger.finding_acknowledged', () => [['ledger.findings']]],
  ['ledger.anchored', () => [['ledger.anchors'], ['log.entry']]],
  ['ledger.anchor_failed', () => [['ledger.anchors']]],
  ['dispute.*', () => [['dispute.list'], ['dispute.get']]],
  ['hold.*', () => [['hold.list'], ['dispute.get']]],
  ['archive.*', () => [['archive.list'], ['retention.preview']]],
  ['retention.*', () => [['retention.rules'], ['retention.preview'], ['retention.runs']]],
  // views and schedules that named somebody go with them
  ['privacy.subject_erased', item => [...VIEWS, ...privacy(item)]],
  // what colleagues wrote goes a little later
  [
    'privacy.mentions_erased',
    () => [['conversation.get'], ['customer.get'], ['dispute.get'], ['log.entry'], ['export.list']],
  ],
  ['privacy.*', privacy],
  ['export.*', () => [['export.list'], ['export.get'], ['export.schedules']]],
  ['stream.*', () => [['stream.list'], ['stream.letters']]],
  ['consent.*', () => [['privacy.subject']]],
  ['import.activity', conversation],
  ['import.mapping_*', () => [['import.mappings']]],
  ['import.*', () => [['conversation.list'], ['import.list']]],
]

const fits = (pattern: string, event: string) =>
  pattern.endsWith('.*') ? event.startsWith(pattern.slice(0, -1)) : pattern === event

/** What must be fetched anew after a change. Every entry moves the ledger. */
export function refetchFor(item: ChangedItem): QueryKey[] {
  const effect = EFFECTS.find(([pattern]) => fits(pattern, item.event))
  return [...(effect ? effect[1](item) : []), ['ledger.state']]
}

/** A list is asked for at most this often while many things happen; the first change is not delayed. */
const REST_MS = 150
/** Signing follows sequencing: the ledger's state is worth reading a moment later. */
const LEDGER_REST_MS = 1200

/**
 * Collects keys and refetches each no sooner than its rest after the last answer came: under load the screen stays
 * at most one round behind, and requests neither pile up nor cancel each other for ever. While nobody looks at the
 * page it only collects; call the returned `look` when they do again.
 */
export function createRefetcher(client: QueryClient, isWatched: () => boolean) {
  const waiting = new Map<string, QueryKey>()
  const busy = new Set<string>()

  async function run(hash: string, key: QueryKey) {
    const isLedger = key[0] === 'ledger.state'
    busy.add(hash)
    if (isLedger) await rest(LEDGER_REST_MS)
    waiting.delete(hash)
    await refetch(client, key)
    if (!isLedger) await rest(REST_MS)
    busy.delete(hash)
    start(hash)
  }
  function start(hash: string) {
    const key = waiting.get(hash)
    if (key && !busy.has(hash) && isWatched()) void run(hash, key)
  }

  return {
    add(keys: QueryKey[]) {
      for (const key of keys) {
        const hash = hashKey(key)
        waiting.set(hash, key)
        start(hash)
      }
    },
    look() {
      for (const hash of waiting.keys()) start(hash)
    },
  }
}

async function refetch(client: QueryClient, queryKey: QueryKey) {
  const isUnderWay = ({ state }: Query) => state.fetchStatus === 'fetching'
  // A first load and one that nobody looks at yet (prefetched) are not cancelled, and their answers may be older than
  // the change: they are waited for, and asked once more.
  const kept = client
    .getQueryCache()
    .findAll({ queryKey })
    .filter(query => isUnderWay(query) && (query.state.data === undefined || !query.isActive()))
    .map(query => query.promise)
  // A failed refetch shows in the query that failed.
  await client.invalidateQueries({ queryKey })
  if (kept.length === 0) return
  await Promise.allSettled(kept)
  await client.invalidateQueries({ queryKey })
}

const rest = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

/** Keeps everything on screen current for as long as the signed-in shell is shown. */
export function useRealtime(since: number): void {
  const client = useQueryClient()
  // biome-ignore lint/correctness/useExhaustiveDependencies: `since` is where to begin, not a reason to begin anew
  useEffect(() => {
    const refetcher = createRefetcher(client, () => document.visibilityState === 'visible')
    document.addEventListener('visibilitychange', refetcher.look)
    const close = openConnection(since, {
      onLooking: showLookers,
      onChanged: items => {
        refetcher.add(items.flatMap(refetchFor))
        announceEntries(items)
      },
      onForget: () => void forgetNow(client),
      onStale: () => void forgetNow(client), // it may have been among what was missed
      onTrouble: () => void client.invalidateQueries({ queryKey: meQuery.queryKey }),
    })
    return () => {
      document.removeEventListener('visibilitychange', refetcher.look)
      close()
    }
  }, [client])
}

/** What nobody looks at any more goes from memory, what is on screen is asked for anew. */
async function forgetNow(client: QueryClient): Promise<void> {
  const kept = await import('./kept-texts.ts')
  await kept.forgetNow(() => {
    client.removeQueries({ type: 'inactive' })
    void client.invalidateQueries()
  })
}
