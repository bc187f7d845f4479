import { useQueryClient } from '@tanstack/react-query'
import type { CommandInput, CommandName, Conversation } from '@tracedesk/contracts'
import { useRef, useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { api, codeOf, type ScreenErrorCode } from '../../shared/api.ts'
import { useAnnounce } from '../../shared/command.ts'
import { useAnnounceUndo } from '../../shared/undo.tsx'

/** So many commands are on their way at once. */
const AT_ONCE = 4

export interface BulkRun {
  total: number
  done: number
  /** What was refused or failed, each with its conversation and code. */
  refused: { conversation: Conversation; code: ScreenErrorCode }[]
  isOver: boolean
  isStopped: boolean
  /** Takes back what was done, one command for each; null where that cannot be. */
  undo: (() => void) | null
}

/**
 * One command for each of several conversations; each is decided, and recorded, by itself. `onAllDone`: nothing was
 * refused; there is nothing to read, only something to take back.
 */
export function useBulk(onAllDone: () => void) {
  const t = useT()
  const client = useQueryClient()
  const announce = useAnnounce()
  const announceUndo = useAnnounceUndo()
  const [run, setRun] = useState<BulkRun | null>(null)
  const isStopped = useRef(false)

  async function start<N extends CommandName>(
    name: N,
    chosen: readonly Conversation[],
    inputOf: (conversation: Conversation) => CommandInput<N>,
    backOf?: (before: Conversation) => CommandInput<N>,
  ): Promise<void> {
    const waiting = [...chosen]
    const changed: Conversation[] = []
    const state: BulkRun = {
      total: chosen.length,
      done: 0,
      refused: [],
      isOver: false,
      isStopped: false,
      undo: backOf ? () => void start(name, changed, backOf) : null,
    }
    isStopped.current = false
    setRun({ ...state })
    const work = async () => {
      for (let each = waiting.shift(); each && !isStopped.current; each = waiting.shift()) {
        try {
          await api.command(name, inputOf(each))
          state.done++
          changed.push(each)
        } catch (error) {
          state.refused.push({ conversation: each, code: codeOf(error) })
        }
        setRun({ ...state, refused: [...state.refused] })
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
    const isFine = state.refused.length === 0 && !isStopped.current
    setRun(isFine ? null : { ...state, isOver: true, isStopped: isStopped.current })
    if (isFine) {
      const said = t('inbox.bulk.done', { count: state.done })
      if (state.undo) announceUndo(said, state.undo)
      else announce(said)
      onAllDone()
    }
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

export type Bulk = ReturnType<typeof useBulk>
