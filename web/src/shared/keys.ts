import { useEffect, useRef } from 'react'

/** A key as it is written: 'j', '?', 'Enter', 'mod+k', or two in a row: 'g i'. */
export type KeyMap = Record<string, (event: KeyboardEvent) => void>

const SEQUENCE_MS = 900
const LEADER = 'g'
const isMac = typeof navigator !== 'undefined' && /mac|iphone|ipad/i.test(navigator.platform)
export const MOD_LABEL = isMac ? '⌘' : 'Ctrl'

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))

/** Closed lists may stay in the document, hidden: only what is seen counts. */
const isInDialog = () =>
  [...document.querySelectorAll('[role="dialog"], [role="menu"], [role="listbox"]')].some(each =>
    each.checkVisibility(),
  )

function nameOf(event: KeyboardEvent): string {
  const mod = isMac ? event.metaKey : event.ctrlKey
  return mod ? `mod+${event.key.toLowerCase()}` : event.key
}

let lastKey = { name: '', at: 0 }
/** Whether something lay over the page when the key went down: Escape may have closed it before our turn comes. */
let wasInDialog = false
if (typeof window !== 'undefined') {
  window.addEventListener('keydown', () => (wasInDialog = isInDialog()), { capture: true })
  // Runs after every handler below has seen the key (bubbling ends here).
  window.addEventListener('keydown', event => {
    if (isTyping(event.target) || event.key === 'Shift') return
    lastKey = { name: nameOf(event), at: event.timeStamp }
  })
}

function keyOf(keys: KeyMap, event: KeyboardEvent): string | undefined {
  const name = nameOf(event)
  // After the leader a key belongs to the sequence alone: `g l` must not also press `l`.
  const key =
    lastKey.name === LEADER && event.timeStamp - lastKey.at < SEQUENCE_MS ? `${LEADER} ${name}` : name
  return keys[key] ? key : undefined
}

/**
 * Page-wide keys while the component lives. Keys without `mod` are ignored in fields, dialogs and menus, and with
 * any other modifier, so that nothing the reader types or the browser owns is taken away.
 */
export function useKeys(keys: KeyMap): void {
  const current = useRef(keys)
  useEffect(() => {
    current.current = keys
  })
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return
      const key = keyOf(current.current, event)
      if (key === undefined) return
      if (!key.startsWith('mod+')) {
        if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || wasInDialog) return
        // Pressing a button with Enter must press the button.
        if (event.key === 'Enter' && event.target !== document.body) return
      }
      event.preventDefault()
      current.current[key]?.(event)
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
}
