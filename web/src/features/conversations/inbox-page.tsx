import { useMediaQuery } from '@mantine/hooks'
import { useParams } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { ConversationList } from './conversation-list.tsx'
import { ConversationPane } from './conversation-pane.tsx'
import classes from './inbox.module.css'
import { Chooser } from './longest-waiting.tsx'
import { useArrived } from './use-arrived.ts'

/** List, thread and details beside each other; on a phone one after the other. */
export function InboxPage() {
  const t = useT()
  const { conversationId } = useParams({ strict: false })
  const isWide = useMediaQuery('(min-width: 1240px)', true, { getInitialValueInEffect: false })
  const [wantsDetails, setWantsDetails] = useState<boolean | null>(null)
  const isShown = wantsDetails ?? isWide
  const details = useMemo(
    () => ({ isShown, isBeside: isWide, toggle: (shown: boolean) => setWantsDetails(shown) }),
    [isShown, isWide],
  )
  const drawnId = useArrived(conversationId)
  const isLeaving = drawnId !== conversationId
  return (
    <div className={classes.inbox} data-open={conversationId !== undefined || undefined}>
      <h1 className="visually-hidden">{t('nav.inbox')}</h1>
      <ConversationList openId={conversationId} />
      {drawnId === undefined ? (
        <div className={classes.chooser}>
          <Chooser />
        </div>
      ) : (
        <div
          className={classes.pane}
          inert={isLeaving}
          {...(isLeaving && { role: 'group', 'aria-disabled': true })}
        >
          <ConversationPane key={drawnId} id={drawnId} details={details} />
        </div>
      )}
    </div>
  )
}
