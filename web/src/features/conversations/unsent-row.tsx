import { Button } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useEffect } from 'react'
import { useT } from '../../i18n/index.ts'
import { codeOf } from '../../shared/api.ts'
import { CustomerText } from './customer-text.tsx'
import { readDraft, returnDraft } from './drafts.ts'
import { HeldBack } from './held-back.tsx'
import classes from './inbox.module.css'
import { isHeldBack } from './moderation-flags.ts'
import { type Unsent, useSend } from './sending.ts'
import { renewed } from './unsent-store.ts'

/** What a page was closed upon goes on by itself so soon after; what is older, its writer looks at first. */
const RESUME_MS = 10 * 60_000

interface UnsentRowProps {
  conversationId: string
  unsent: Unsent
  onDiscard: (unsent: Unsent) => void
}

/** A text our own server has not accepted: on its way there, or kept with the reason why not. */
export function UnsentRow({ conversationId, unsent, onDiscard }: UnsentRowProps) {
  const t = useT()
  const send = useSend(conversationId)
  const retry = () => {
    onDiscard(unsent)
    send.mutate(renewed(unsent.variables))
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the page has come back
  useEffect(() => {
    if (unsent.mutationId === null && Date.now() - unsent.variables.at < RESUME_MS) retry()
  }, [])
  return (
    <article className={classes.message} data-direction="out" data-first>
      <div className={classes.bubble} data-pending={unsent.status === 'pending' || undefined}>
        {unsent.variables.attachments && (
          <span className={classes.kind}>
            {t('media.files', { count: unsent.variables.attachments.length })}
          </span>
        )}
        <CustomerText text={unsent.variables.text} />
        <span className={classes.meta}>
          {t(
            unsent.isRetried
              ? 'thread.retrying'
              : unsent.status === 'pending'
                ? 'thread.sending'
                : 'thread.unsent',
          )}
        </span>
      </div>
      {unsent.status === 'error' && (
        <div className={classes.problem} role="alert">
          <IconAlertTriangle size={16} stroke={1.8} aria-hidden />
          <div>
            <b>{t('thread.unsent')}</b>
            <span>
              {t(`error.${codeOf(unsent.error)}`)} <small>{codeOf(unsent.error)}</small>
            </span>
          </div>
          {!isHeldBack(unsent.error) && (
            <>
              <Button size="compact-xs" variant="default" onClick={retry}>
                {t('action.retry')}
              </Button>
              <Button size="compact-xs" variant="subtle" color="gray" onClick={() => onDiscard(unsent)}>
                {t('action.discard')}
              </Button>
            </>
          )}
        </div>
      )}
      {isHeldBack(unsent.error) && (
        <HeldBack
          conversationId={conversationId}
          text={unsent.variables.text}
          error={unsent.error}
          onConfirm={confirm => {
            onDiscard(unsent)
            send.mutate({ ...renewed(unsent.variables), confirm })
          }}
          onGiveUp={() => {
            // what was not sent goes back to where it was written, if nothing else is there
            if (readDraft(conversationId) === '') returnDraft(conversationId, unsent.variables.text)
            onDiscard(unsent)
          }}
        />
      )}
    </article>
  )
}
