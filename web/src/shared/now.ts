import { useSyncExternalStore } from 'react'

// One clock for every "waiting since" on the page, and none while nobody looks.
const listeners = new Set<() => void>()
let now = Date.now()
let timer: ReturnType<typeof setInterval> | undefined

function tick() {
  now = Date.now()
  for (const listener of listeners) listener()
}

function schedule() {
  const wanted = listeners.size > 0 && document.visibilityState === 'visible'
  if (wanted && timer === undefined) {
    tick()
    timer = setInterval(tick, 1000)
  } else if (!wanted && timer !== undefined) {
    clearInterval(timer)
    timer = undefined
  }
}

if (typeof document !== 'undefined') document.addEventListener('visibilitychange', schedule)

function subscribe(listener: () => void) {
  listeners.add(listener)
  // Not at once: subscribing happens while React commits, and a tick would render again in the middle of it.
  queueMicrotask(schedule)
  return () => {
    listeners.delete(listener)
    schedule()
  }
}

/** The time in milliseconds, renewed each second while the page is visible. */
export const useNow = () => useSyncExternalStore(subscribe, () => now)
