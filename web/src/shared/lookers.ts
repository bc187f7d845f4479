import type { SocketLooking, SocketPush } from '@tracedesk/contracts'
import { useEffect, useSyncExternalStore } from 'react'

type Push = Extract<SocketPush, { type: 'looking' }>
export type Looker = Push['people'][number]

/** The server forgets whoever was not heard of for a while. */
const REPEAT_MS = 20_000
const NOBODY: Looker[] = []

let send: (text: string) => unknown = () => false
let said: SocketLooking = { type: 'looking', conversationId: null, isWriting: false }
const known = new Map<string, Looker[]>()
const listeners = new Set<() => void>()

const tell = () => send(JSON.stringify(said))

/** The line to the server is (newly) open: from here on it hears through `line` what is looked at. */
export function speakThrough(line: (text: string) => unknown): void {
  send = line
  if (said.conversationId !== null) tell()
}

/** Takes what the server says of who looks at a conversation. */
export function showLookers({ conversationId, people }: Push): void {
  known.set(conversationId, people)
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void) {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Says that a conversation is before the reader, for as long as the component lives and the page is looked at. */
export function useLook(conversationId: string): void {
  useEffect(() => {
    const look = () => {
      const isSeen = document.visibilityState === 'visible'
      // branded: the id of a conversation that is shown
      said = { type: 'looking', conversationId: isSeen ? (conversationId as never) : null, isWriting: false }
      tell()
    }
    look()
    const timer = setInterval(tell, REPEAT_MS)
    document.addEventListener('visibilitychange', look)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', look)
      known.delete(conversationId)
      said = { type: 'looking', conversationId: null, isWriting: false }
      tell()
    }
  }, [conversationId])
}

/** Says whether the reader writes; only a change is said. */
export function sayWriting(conversationId: string, isWriting: boolean): void {
  if (said.conversationId !== conversationId || said.isWriting === isWriting) return
  said = { ...said, isWriting }
  tell()
}

/** Who else has the conversation before them now. */
export const useLookers = (conversationId: string): Looker[] =>
  useSyncExternalStore(subscribe, () => known.get(conversationId) ?? NOBODY)
