const NAME = 'tracedesk.renewed'
const PAUSE_MS = 60_000

/**
 * After an upgrade of the server a tab that was left open asks for files that are gone. Loading the page anew brings
 * the new ones; drafts and unsent texts are kept. Once a minute at most, so that a broken installation shows its
 * error instead of turning in circles.
 */
export function renewPageAfterUpgrade(): void {
  window.addEventListener('vite:preloadError', event => {
    const last = Number(sessionStorage.getItem(NAME) ?? 0)
    if (Date.now() - last < PAUSE_MS) return
    sessionStorage.setItem(NAME, String(Date.now()))
    event.preventDefault()
    location.reload()
  })
}
