import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { queryOf } from '../../shared/queries.ts'
import { useMay } from '../../shared/session.ts'
import { type CannedReply, chooseReplies, readSlash } from './canned-choice.ts'
import type { CannedUse } from './unsent-store.ts'

/** The `/` menu of a text field: what it offers, which one is marked, and the keys that move and choose. */
export function useCanned(conversationId: string, text: string, onText: (text: string) => void) {
  const may = useMay()
  const [index, setIndex] = useState(0)
  const [closedFor, setClosedFor] = useState<string | null>(null)
  const [use, setUse] = useState<CannedUse | null>(null)
  const typed = may('canned_reply.view') ? readSlash(text) : null
  const isOpen = typed !== null && closedFor !== text
  const known = useQuery({
    // branded: the conversation's own id
    ...queryOf('canned_reply.list', { conversationId: conversationId as never }),
    enabled: isOpen,
  })
  const replies = isOpen ? chooseReplies(known.data?.items ?? [], typed) : []
  const active = replies[Math.min(index, replies.length - 1)]
  const choose = (reply: CannedReply) => {
    setUse({ id: reply.id, offered: replies.map(each => each.id) })
    setIndex(0)
    onText(reply.rendered ?? reply.text)
  }
  /** True when the key was for the menu. */
  const onKey = (event: React.KeyboardEvent): boolean => {
    if (!isOpen || event.nativeEvent.isComposing) return false
    if (event.key === 'Escape') setClosedFor(text)
    else if (event.key === 'ArrowDown') setIndex((index + 1) % Math.max(replies.length, 1))
    else if (event.key === 'ArrowUp') setIndex((index + replies.length - 1) % Math.max(replies.length, 1))
    else if ((event.key === 'Enter' || event.key === 'Tab') && active) choose(active)
    else return false
    event.preventDefault()
    return true
  }
  /** Where the text began, once: what is written next begins anew. */
  const takeUse = (): CannedUse | null => {
    setUse(null)
    return use
  }
  return {
    isOpen: isOpen && !known.isPending,
    replies,
    active,
    choose,
    onKey,
    takeUse,
    forget: () => setUse(null),
  }
}
