/** Whoever has waited this long has gone on to something else. */
const PATIENCE_MS = 5_000

/**
 * Puts the caret into the field with this id, or presses the button, as soon as it is there: what stands beside the
 * thread comes after it. Keys pressed meanwhile are meant for the field and act on nothing else; Escape or a click
 * elsewhere gives it up.
 */
export function focusWhenThere(id: string): void {
  const end = performance.now() + PATIENCE_MS
  let typed = ''
  const keep = (event: KeyboardEvent) => {
    if (event.key === 'Tab' || event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key === 'Escape') stop()
    if (event.key.length === 1) typed += event.key
    event.preventDefault()
    event.stopImmediatePropagation()
  }
  const stop = () => {
    cancelAnimationFrame(next)
    window.removeEventListener('keydown', keep, { capture: true })
    window.removeEventListener('pointerdown', stop, { capture: true })
  }
  const look = () => {
    const target = document.getElementById(id)
    if (!target && performance.now() < end) {
      next = requestAnimationFrame(look)
      return
    }
    stop()
    if (target instanceof HTMLButtonElement) target.click()
    else target?.focus()
    // as if typed, so that the field hears of it
    if (typed && document.activeElement === target) document.execCommand('insertText', false, typed)
  }
  window.addEventListener('keydown', keep, { capture: true })
  window.addEventListener('pointerdown', stop, { capture: true })
  // what the key opens is drawn first
  let next = requestAnimationFrame(() => {
    next = requestAnimationFrame(look)
  })
}
