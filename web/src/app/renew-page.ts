const NAME = 'tracedesk.renewed'
const PAUSE_MS = 60_000

/**
 * After an upgrade of the server a tab that was left open asks for files that are gone. Loading the page anew brings
 * the new ones; drafts and unsent texts are kept. Once a minute at most, so that a broken installation shows its
 * error instead of turning in circles, and only while the server answers: without a network the page that is there is
 * all the reader has.
 */
export function renewPageAfterUpgrade(): void {
  window.addEventListener('vite:preloadError', () => {
    const last = Number(sessionStorage.getItem(NAME) ?? 0)
    if (Date.now() - last < PAUSE_MS) return
    void answers().then(isThere => {
      if (!isThere) return
      sessionStorage.setItem(NAME, String(Date.now()))
      location.reload()
    })
  })
}

const answers = (): Promise<boolean> =>
  fetch('/healthz', { cache: 'no-store' }).then(
    ({ ok }) => ok,
    () => false,
  )
