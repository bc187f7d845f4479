import { Button } from '@mantine/core'
import { useT } from '../../i18n/index.ts'
import type { ApiError } from '../../shared/api.ts'
import { useCommand } from '../../shared/command.ts'
import classes from './held-back.module.css'
import { flagsOf } from './moderation-flags.ts'

interface HeldBackProps {
  conversationId: string
  text: string
  error: ApiError
  onConfirm: (flagIds: string[]) => void
  onGiveUp: () => void
}

/** Why a text was held back, and what can be done: send it all the same where that is allowed, or change it. */
export function HeldBack({ conversationId, text, error, onConfirm, onGiveUp }: HeldBackProps) {
  const t = useT()
  const cancel = useCommand('moderation.cancel', { onDone: onGiveUp })
  const flags = flagsOf(error)
  const canConfirm = error.code === 'moderation.confirm_needed' && flags.length > 0
  // the contract brands ids; this one is the conversation's own
  const giveUp = () =>
    canConfirm ? cancel.mutate({ conversationId: conversationId as never, text }) : onGiveUp()
  return (
    <section className={classes.held} aria-label={t('thread.held.title')}>
      <b>{t('thread.held.title')}</b>
      <ul>
        {flags.map(({ id, found, group }) => (
          <li key={id}>
            <bdi className={classes.found}>{found}</bdi>{' '}
            <span>{group === null ? t('thread.held.wallet') : t('thread.held.group', { name: group })}</span>
          </li>
        ))}
      </ul>
      <p>{t('thread.held.recorded')}</p>
      <div className={classes.buttons}>
        <Button size="compact-sm" variant="default" loading={cancel.isPending} onClick={giveUp}>
          {t('thread.held.change')}
        </Button>
        {canConfirm && (
          <Button
            size="compact-sm"
            disabled={cancel.isPending}
            onClick={() => onConfirm(flags.map(flag => flag.id))}
          >
            {t('thread.held.confirm')}
          </Button>
        )}
      </div>
    </section>
  )
}
