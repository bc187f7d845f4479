import type { SocketPush } from '@tracedesk/contracts'
import { useSyncExternalStore } from 'react'
import { speakThrough } from '../shared/lookers.ts'

export type ConnectionState = 'connecting' | 'live' | 'lost'
type Changed = Extract<SocketPush, { type: 'changed' }>
type Looking = Extract<SocketPush, { type: 'looking' }>

export interface ConnectionHandlers {
  /** What changed, each position once and in order. */
  onChanged: (items: Changed['items']) => void
  /** Who else has a conversation before them changed. */
  onLooking: (push: Looking) => void
  /** Somebody was erased: what is kept of them here has to go. */
  onForget: () => void
  /** Too much happened meanwhile: nothing on screen can be trusted to be current. */
  onStale: () => void
  /** Several attempts failed: perhaps the session is over. */
  onTrouble: () => void
}

const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 15_000

let state: ConnectionState = 'connecting'
const listeners = new Set<() => void>()

function enter(next: ConnectionState) {
  if (state === next) return
  state = next
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void) {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Whether changes arrive by themselves at this moment. */
export const useConnection = () => useSyncExternalStore(subscribe, () => state)

/**
 * Keeps one socket to the server open, from ledger position `since` on, and asks for what was missed after each
 * reconnect. Waits longer after each failure (with jitter, so that a restarted server is not stormed).
 * Returns how to close it.
 */
export function openConnection(since: number, handlers: ConnectionHandlers): () => void {
  let position = since
  let failures = 0
  let socket: WebSocket | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let closed = false

  function receive(push: SocketPush) {
    // A greeting proves that the line works, not that what was missed has been pushed: that may still follow it.
    if (push.type === 'hello') return
    if (push.type === 'looking') return handlers.onLooking(push)
    if (push.type === 'forget') return handlers.onForget()
    if (push.type === 'stale') handlers.onStale()
    else {
      // A batch may reach back before what an earlier one brought; what was seen is not announced again.
      const fresh = push.items.filter(item => item.position >= position)
      if (fresh.length > 0) handlers.onChanged(fresh)
    }
    position = Math.max(position, push.position)
  }

  function connect() {
    clearTimeout(timer)
    const opened = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/api/socket`)
    socket = opened
    opened.onopen = () => {
      opened.send(JSON.stringify({ since: position }))
      speakThrough(text => opened.readyState === WebSocket.OPEN && opened.send(text))
    }
    opened.onmessage = ({ data }) => {
      failures = 0
      enter('live')
      // The server builds it from the same schema.
      receive(JSON.parse(String(data)) as SocketPush)
    }
    opened.onclose = () => {
      if (closed || socket !== opened) return
      enter('lost')
      failures++
      if (failures === 2) handlers.onTrouble()
      const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1))
      timer = setTimeout(connect, wait * (0.6 + Math.random() * 0.4))
    }
  }

  /** The network came back or the reader looks again: no reason to wait any longer. */
  function hurry() {
    const isGone = socket === undefined || socket.readyState > WebSocket.OPEN
    if (isGone && document.visibilityState === 'visible') connect()
  }

  /** A line that was cut may look open for minutes: the browser knows earlier. */
  function drop() {
    const cut = socket
    socket = undefined
    cut?.close()
    enter('lost')
  }

  connect()
  window.addEventListener('online', hurry)
  window.addEventListener('offline', drop)
  document.addEventListener('visibilitychange', hurry)
  return () => {
    closed = true
    clearTimeout(timer)
    window.removeEventListener('online', hurry)
    window.removeEventListener('offline', drop)
    document.removeEventListener('visibilitychange', hurry)
    socket?.close()
    enter('connecting')
  }
}
