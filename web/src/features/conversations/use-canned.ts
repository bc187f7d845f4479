import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../../shared/api.ts'
import { queryOf } from '../../shared/queries.ts'
import { useMay } from '../../shared/session.ts'
import { type CannedReply, chooseReplies, readSlash } from './canned-choice.ts'
import type { CannedUse } from './unsent-store.ts'
import type { Copied } from './use-attachments.ts'

/** The files of a reply, copied into the conversation by one command however many they are. */
function copiesOf({ id, files }: CannedReply, conversationId: string): Copied[] {
  const take = () =>
    // branded: the conversation's own id
    api.command('canned_reply.take_files', { cannedReplyId: id, conversationId: conversationId as never })
  let taken: ReturnType<typeof take> | null = null
  return files.map(({ name, size }, index) => ({
    name,
    size,
    copy: async () => {
      taken ??= take()
      const copies = await taken.catch(error => {
        taken = null // trying again asks again
        throw error
      })
      const copy = copies.files[index]
      if (!copy) throw new Error(`no copy of ${name} came`)
      return copy
    },
  }))
}

/** The `/` menu of a text field: what it offers, which one is marked, and the keys that move and choose. */
export function useCanned(
  conversationId: string,
  text: string,
  { onText, onFiles }: { onText: (text: string) => void; onFiles: (files: Copied[]) => void },
) {
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
    if (reply.files.length > 0) onFiles(copiesOf(reply, conversationId))
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
