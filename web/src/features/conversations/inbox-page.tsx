import { useMediaQuery } from '@mantine/hooks'
import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { ConversationList } from './conversation-list.tsx'
import { ConversationPane } from './conversation-pane.tsx'
import classes from './inbox.module.css'
import { Chooser } from './longest-waiting.tsx'

/** List, thread and details beside each other; on a phone one after the other. */
export function InboxPage() {
  const t = useT()
  const { conversationId } = useParams({ strict: false })
  const isWide = useMediaQuery('(min-width: 1240px)', true, { getInitialValueInEffect: false })
  const [wantsDetails, setWantsDetails] = useState<boolean | null>(null)
  const showsDetails = wantsDetails ?? isWide
  return (
    <div className={classes.inbox} data-open={conversationId !== undefined || undefined}>
      <h1 className="visually-hidden">{t('nav.inbox')}</h1>
      <ConversationList openId={conversationId} />
      {conversationId === undefined ? (
        <div className={classes.chooser}>
          <Chooser />
        </div>
      ) : (
        <ConversationPane
          key={conversationId}
          id={conversationId}
          details={{ isShown: showsDetails, isBeside: isWide, toggle: shown => setWantsDetails(shown) }}
        />
      )}
    </div>
  )
}
