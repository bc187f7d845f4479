import { useCallback, useLayoutEffect, useRef } from 'react'

/** Marks the field that what is typed early is meant for. */
export const MEANT_FIELD = 'data-early-keys'

/**
 * While `isDue`, keys that are pressed before the field they are meant for has the focus are kept for it, instead of
 * acting on the page; Escape gives the field up. Returns how the field takes them, once.
 */
export function useEarlyKeys(isDue: boolean, onGiveUp: () => void): () => string {
  const typed = useRef('')
  const giveUp = useRef(onGiveUp)
  useLayoutEffect(() => {
    if (!isDue) return
    typed.current = ''
    const keep = (event: KeyboardEvent) => {
      if (document.activeElement?.hasAttribute(MEANT_FIELD)) return
      if (event.key === 'Tab' || event.ctrlKey || event.metaKey || event.altKey) return
      if (event.key === 'Escape') giveUp.current()
      if (event.key.length === 1) typed.current += event.key
      event.preventDefault()
      event.stopImmediatePropagation()
    }
    window.addEventListener('keydown', keep, { capture: true })
    return () => window.removeEventListener('keydown', keep, { capture: true })
  }, [isDue])
  return useCallback(() => {
    const kept = typed.current
    typed.current = ''
    return kept
  }, [])
}
