import type { ConversationId } from '@tracedesk/contracts'
import { api } from '../shared/api.ts'

/** So many conversations are asked about at once. */
const AT_ONCE = 50

/** The names under which this browser keeps texts, of whoever signed in here, by conversation. */
function keptTexts(): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (let at = 0; at < localStorage.length; at++) {
    const name = localStorage.key(at) ?? ''
    const id = /^tracedesk[.].*[.](?:draft|note|unsent)[.]([0-9a-f-]{36})$/.exec(name)?.[1]
    if (id) found.set(id, [...(found.get(id) ?? []), name])
  }
  return found
}

/**
 * Takes drafts, notes and unsent texts out of this browser that belong to conversations of people who were erased, of
 * everybody who ever signed in here. `open`: a conversation on screen, to be asked about as well. Returns whether the
 * page has anything of such a conversation. Rejects when the server cannot be asked: then nothing may be shown.
 */
export async function forgetErased(open?: string): Promise<boolean> {
  const kept = keptTexts()
  const ids = [...new Set([...kept.keys(), ...(open ? [open] : [])])]
  let isConcerned = false
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    // ids that this browser wrote down: the server checks them
    const asked = ids.slice(at, at + AT_ONCE) as ConversationId[]
    for (const id of (await api.query('conversation.forgotten', { ids: asked })).ids) {
      isConcerned = true
      for (const name of kept.get(id) ?? []) localStorage.removeItem(name)
    }
  }
  return isConcerned
}

/** Somebody was erased: what this page holds of them goes, from storage at once and from memory by loading it anew. */
export async function forgetNow(refetch: () => void): Promise<void> {
  const open = /^[/]inbox[/]([0-9a-f-]{36})/.exec(location.pathname)?.[1]
  const isConcerned = await forgetErased(open).catch(() => true) // when in doubt, ask again before anything is shown
  if (isConcerned) location.reload()
  else refetch()
}
