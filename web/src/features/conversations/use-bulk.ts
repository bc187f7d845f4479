import { useQueryClient } from '@tanstack/react-query'
import type { CommandInput, CommandName, Conversation } from '@tracedesk/contracts'
import { useRef, useState } from 'react'
import { api, codeOf, type ScreenErrorCode } from '../../shared/api.ts'

/** So many commands are on their way at once. */
const AT_ONCE = 4

export interface BulkRun {
  total: number
  done: number
  /** What was refused or failed, each with its conversation and code. */
  refused: { conversation: Conversation; code: ScreenErrorCode }[]
  isOver: boolean
  isStopped: boolean
}

/** One command for each of several conversations; each is decided, and recorded, by itself. */
export function useBulk() {
  const client = useQueryClient()
  const [run, setRun] = useState<BulkRun | null>(null)
  const isStopped = useRef(false)

  async function start<N extends CommandName>(
    name: N,
    chosen: readonly Conversation[],
    inputOf: (conversation: Conversation) => CommandInput<N>,
  ): Promise<void> {
    const waiting = [...chosen]
    const state: BulkRun = { total: chosen.length, done: 0, refused: [], isOver: false, isStopped: false }
    isStopped.current = false
    setRun({ ...state })
    const work = async () => {
      for (let each = waiting.shift(); each && !isStopped.current; each = waiting.shift()) {
        try {
          await api.command(name, inputOf(each))
          state.done++
        } catch (error) {
          state.refused.push({ conversation: each, code: codeOf(error) })
        }
        setRun({ ...state, refused: [...state.refused] })
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
    setRun({ ...state, isOver: true, isStopped: isStopped.current })
    for (const queryKey of [['conversation.list'], ['conversation.get'], ['inbox.counts']])
      void client.invalidateQueries({ queryKey })
  }
  return {
    run,
    start,
    /** What is on its way still arrives; nothing more is begun. */
    stop: () => {
      isStopped.current = true
    },
    close: () => setRun(null),
  }
}
