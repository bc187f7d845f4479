import {
  type InfiniteData,
  infiniteQueryOptions,
  useMutation,
  useMutationState,
  useQueryClient,
} from '@tanstack/react-query'
import type { Message, QueryOutput } from '@tracedesk/contracts'
import { useState } from 'react'
import { ApiError, api, codeOf } from '../../shared/api.ts'

import { useMe } from '../../shared/session.ts'
import { forgetUnsent, keepUnsent, type Outgoing, readUnsent } from './unsent-store.ts'

export interface Unsent {
  /** `null`: left over from an earlier visit */
  mutationId: number | null
  status: 'pending' | 'error'
  variables: Outgoing
  error: Error | null
  /** The server did not answer; it is asked again by itself. */
  isRetried: boolean
}
type Page = QueryOutput<'conversation.messages'>
/** Where a page begins: null for the newest one (or the one around a message). */
type PageParam = { cursor: string; direction: 'older' | 'newer' } | null
type Pages = InfiniteData<Page, PageParam>

const DAY_MS = 86_400_000
/** So often, for ten minutes, a text whose answer did not come is tried again by itself; then its writer decides. */
const RETRIES = 300
const RETRY_WAIT_MS = 2_000
/** No decision was made: the same key makes trying again harmless. */
const PASSING = new Set<string>(['client.unreachable', 'database.unavailable', 'idempotency.in_progress'])

/** The newest messages first, a page at a time; or those around one message or moment, and from there on both ways. */
export const threadPages = (id: string, around?: string, at?: string) => {
  const input = { id, limit: 50, ...(around && { around }), ...(at && { at }) }
  return infiniteQueryOptions({
    queryKey: ['conversation.messages', input, 'pages'] as const,
    initialPageParam: null as PageParam,
    queryFn: ({ signal, pageParam }) =>
      // branded: the conversation's own id, and a message's from an address, which the server looks up
      api.query('conversation.messages', { ...input, ...pageParam } as never, { signal }),
    getNextPageParam: ({ nextCursor }: Page): PageParam =>
      nextCursor === null ? null : { cursor: nextCursor, direction: 'older' },
    getPreviousPageParam: ({ prevCursor }: Page): PageParam =>
      prevCursor === null ? null : { cursor: prevCursor, direction: 'newer' },
  })
}

/**
 * Sends texts of one conversation one after the other, so that they arrive as they were written. What the server has
 * accepted moves into the thread as queued; what it has not stays in `useUnsent`. A server that does not answer is asked
 * again for ten minutes, and what was written after waits its turn: one story in one order.
 */
export function useSend(conversationId: string) {
  const client = useQueryClient()
  const me = useMe()
  return useMutation({
    mutationKey: ['message.send', conversationId],
    scope: { id: `message.send ${conversationId}` },
    gcTime: DAY_MS,
    retry: (failures, error) => PASSING.has(codeOf(error)) && failures < RETRIES,
    retryDelay: RETRY_WAIT_MS,
    onMutate: outgoing => keepUnsent(conversationId, outgoing),
    mutationFn: ({ key, text, replyTo, confirm, canned, entities, attachments }: Outgoing) =>
      api.command(
        'message.send',
        {
          conversationId,
          ...(text !== '' && { text }),
          ...(entities && { entities }),
          // ids come from the server's own answers to the uploads
          ...(attachments && { attachments: attachments as never }),
          ...(replyTo && { replyTo }),
          ...(confirm && { confirm }),
          ...(canned && { cannedReplyId: canned.id, offered: canned.offered }),
        },
        { key },
      ),
    onSuccess: ({ message: { id, at } }, { key, text, replyTo, entities, attachments }) => {
      forgetUnsent(conversationId, key)
      // what files look like, only the server knows
      if (attachments)
        void client.invalidateQueries({ queryKey: ['conversation.messages', { id: conversationId }] })
      const message: Message = {
        id,
        at,
        // The id came from this very conversation.
        conversationId: conversationId as Message['conversationId'],
        direction: 'out',
        author: { kind: 'agent', id: me.agent.id, name: me.agent.name },
        writtenBy: me.impersonation?.by ?? null,
        kind: attachments?.[0]?.as ?? 'text',
        text: text === '' ? null : { state: 'open', value: text },
        state: 'queued',
        problem: null,
        deliveredAt: null,
        telegramMessageId: null,
        replyTo,
        version: 1,
        deletedByCustomer: false,
        entities: (entities ?? []).map(each => ({ ...each, url: each.url ?? null, language: null })),
        content: null,
        files: [],
        album: null,
        forwardedFrom: null,
        quote: null,
        reactions: { own: null, customer: [] },
        change: null,
        recalledAt: null,
        entryId: '',
      }
      client.setQueryData<Pages>(threadPages(conversationId).queryKey, pages => append(pages, message))
      void client.invalidateQueries({ queryKey: ['conversation.list'] })
    },
  })
}

/** Adds a message to the newest page, unless a refetch was faster. */
function append(data: Pages | undefined, message: Message): Pages | undefined {
  const [newest, ...older] = data?.pages ?? []
  if (!data || !newest || newest.items.some(({ id }) => id === message.id)) return data
  return { ...data, pages: [{ ...newest, items: [...newest.items, message] }, ...older] }
}

/** Texts of a conversation that the server has not accepted, oldest first; those of an earlier visit included. */
export function useUnsent(conversationId: string): Unsent[] {
  const ofThisVisit = useSending(conversationId)
  const [kept] = useState(() => readUnsent(conversationId))
  const tried = new Set(ofThisVisit.map(({ variables }) => variables.key))
  // What was accepted or discarded since is kept no longer.
  const stillKept = new Set(readUnsent(conversationId).map(({ key }) => key))
  const ofEarlier = kept.filter(({ key }) => !tried.has(key) && stillKept.has(key))
  return [
    ...ofEarlier.map(variables => ({
      mutationId: null,
      status: 'error' as const,
      variables,
      error: INTERRUPTED,
      isRetried: false,
    })),
    ...ofThisVisit,
  ]
}

/** The page was closed before the answer came. Trying again with the same key cannot send it twice. */
const INTERRUPTED = new ApiError({ code: 'client.unreachable', status: 0, message: 'interrupted' })

function useSending(conversationId: string): Unsent[] {
  return useMutationState({
    filters: {
      mutationKey: ['message.send', conversationId],
      exact: true,
      predicate: ({ state }) => state.status === 'pending' || state.status === 'error',
    },
    select: ({ mutationId, state }): Unsent => ({
      mutationId,
      status: state.status === 'error' ? 'error' : 'pending',
      // Only useSend makes mutations under this key.
      variables: state.variables as Outgoing,
      error: state.error,
      isRetried: state.status === 'pending' && state.failureCount > 0,
    }),
  })
}

/** Forgets a text that was not accepted. */
export function useDiscard(conversationId: string): (unsent: Unsent) => void {
  const client = useQueryClient()
  const [, renew] = useState(0)
  return ({ mutationId, variables }) => {
    forgetUnsent(conversationId, variables.key)
    renew(count => count + 1)
    const cache = client.getMutationCache()
    const mutation = cache.getAll().find(each => each.mutationId === mutationId)
    if (mutation) cache.remove(mutation)
  }
}
