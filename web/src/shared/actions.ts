import { useEffect, useRef } from 'react'

/** Something that can be done with what is on screen, offered by the palette beside its key. */
export interface PageAction {
  id: string
  label: string
  /** the key that does the same, where there is one */
  key?: string
  run: () => void
}

const offered = new Set<{ current: readonly PageAction[] }>()

/** Offers actions for as long as the component lives. */
export function useActions(actions: readonly PageAction[]): void {
  const current = useRef(actions)
  useEffect(() => {
    current.current = actions
  })
  useEffect(() => {
    offered.add(current)
    return () => void offered.delete(current)
  }, [])
}

/** What can be done at this moment. */
export const currentActions = (): PageAction[] => [...offered].flatMap(each => each.current)
