import { IconEye, IconPencil } from '@tabler/icons-react'
import { useEffect } from 'react'
import { useT } from '../../i18n/index.ts'
import { useDirectory } from '../../shared/directory.ts'
import { useFormat } from '../../shared/format.ts'
import { sayWriting, useLook, useLookers } from '../../shared/lookers.ts'
import { onDraftChanged } from './drafts.ts'
import classes from './inbox.module.css'

/** Whoever has not typed for so long writes no longer. */
const STILL_MS = 5_000

/** Says which colleagues have the conversation before them too, and who of them is writing. */
export function Lookers({ conversationId }: { conversationId: string }) {
  const t = useT()
  const format = useFormat()
  const { agent } = useDirectory()
  useLook(conversationId)
  useWriting(conversationId)
  const people = useLookers(conversationId)
  const namesOf = (isWriting: boolean) =>
    people
      .filter(each => each.isWriting === isWriting)
      .map(({ agentId }) => agent(agentId) ?? t('chip.someone'))
  const [writing, looking] = [namesOf(true), namesOf(false)]
  return (
    <div className={classes.lookers} role="status" aria-live="polite">
      {writing.length > 0 && (
        <span data-writing>
          <IconPencil size={14} stroke={1.8} aria-hidden />
          <bdi>{t('thread.writing', { names: format.list(writing), count: writing.length })}</bdi>
        </span>
      )}
      {looking.length > 0 && (
        <span>
          <IconEye size={14} stroke={1.8} aria-hidden />
          <bdi>{t('thread.looking', { names: format.list(looking), count: looking.length })}</bdi>
        </span>
      )}
    </div>
  )
}

/** Tells colleagues while a reply is being typed. */
function useWriting(conversationId: string): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const stop = onDraftChanged((id, text) => {
      if (id !== conversationId) return
      clearTimeout(timer)
      sayWriting(conversationId, text !== '')
      timer = setTimeout(() => sayWriting(conversationId, false), STILL_MS)
    })
    return () => {
      clearTimeout(timer)
      stop()
    }
  }, [conversationId])
}
