import { type InfiniteData, useMutation, useMutationState, useQueryClient } from '@tanstack/react-query'
import type { Message, MessageId, QueryOutput } from '@tracedesk/contracts'
import { api } from '../../shared/api.ts'
import { pagesOf } from '../../shared/queries.ts'
import { useMe } from '../../shared/session.ts'

/** A text on its way to our own server. The key stays the same however often it is tried. */
export interface Outgoing {
  key: string
  text: string
  replyTo: MessageId | null
}
export interface Unsent {
  mutationId: number
  status: 'pending' | 'error'
  variables: Outgoing
  error: Error | null
  at: number
}
type Pages = InfiniteData<QueryOutput<'conversation.messages'>, string | null>

const DAY_MS = 86_400_000

/** The newest messages first, a page at a time. */
export const threadPages = (id: string) => pagesOf('conversation.messages', { id, limit: 50 })

/**
 * Sends texts of one conversation one after the other, so that they arrive as they were written. What the server has
 * accepted moves into the thread as queued; what it has not stays in `useUnsent`.
 */
export function useSend(conversationId: string) {
  const client = useQueryClient()
  const me = useMe()
  return useMutation({
    mutationKey: ['message.send', conversationId],
    scope: { id: `message.send ${conversationId}` },
    gcTime: DAY_MS,
    mutationFn: ({ key, text, replyTo }: Outgoing) =>
      api.command('message.send', { conversationId, text, ...(replyTo && { replyTo }) }, { key }),
    onSuccess: ({ message: { id, at } }, { text, replyTo }) => {
      const message: Message = {
        id,
        at,
        // The id came from this very conversation.
        conversationId: conversationId as Message['conversationId'],
        direction: 'out',
        author: { kind: 'agent', id: me.agent.id, name: me.agent.name },
        kind: 'text',
        text: { state: 'open', value: text },
        state: 'queued',
        problem: null,
        deliveredAt: null,
        telegramMessageId: null,
        replyTo,
        version: 1,
        deletedByCustomer: false,
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

/** Texts of a conversation that the server has not accepted, oldest first. */
export function useUnsent(conversationId: string): Unsent[] {
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
      at: state.submittedAt,
    }),
  })
}

/** Forgets a text that was not accepted. */
export function useDiscard(): (unsent: Unsent) => void {
  const client = useQueryClient()
  return ({ mutationId }) => {
    const cache = client.getMutationCache()
    const mutation = cache.getAll().find(each => each.mutationId === mutationId)
    if (mutation) cache.remove(mutation)
  }
}
