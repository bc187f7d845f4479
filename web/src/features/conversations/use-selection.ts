import type { Conversation } from '@tracedesk/contracts'
import { useState } from 'react'

/** Which conversations of a list are chosen, in the order of the list; those that left it are chosen no longer. */
export function useSelection(items: readonly Conversation[]) {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set())
  const [last, setLast] = useState<string | null>(null)
  /** Chooses one or lets go of it; `upTo`: with everything between it and the one before. */
  const toggle = (id: string, upTo: boolean) => {
    const next = new Set(ids)
    const [from, to] = [items.findIndex(each => each.id === last), items.findIndex(each => each.id === id)]
    if (upTo && from >= 0 && to >= 0)
      for (const { id: between } of items.slice(Math.min(from, to), Math.max(from, to) + 1)) next.add(between)
    else if (!next.delete(id)) next.add(id)
    setIds(next)
    setLast(id)
  }
  return {
    ids,
    chosen: ids.size === 0 ? [] : items.filter(({ id }) => ids.has(id)),
    toggle,
    selectAll: () => setIds(new Set(items.map(({ id }) => id))),
    clear: () => setIds(new Set()),
  }
}
