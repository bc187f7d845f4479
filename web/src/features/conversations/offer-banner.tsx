import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { Conversation } from '@tracedesk/contracts'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { useFormat } from '../../shared/format.ts'
import { useMay, useMe } from '../../shared/session.ts'
import classes from './handover.module.css'
import { LineBanner } from './line-banner.tsx'

/** What stands between a conversation and its next step: an offer to answer, a sleep, or that it went on elsewhere. */
export function Banners({ conversation }: { conversation: Conversation }) {
  const t = useT()
  const format = useFormat()
  const { offer, snoozedUntil, mergedInto } = conversation
  return (
    <>
      <LineBanner bot={conversation.bot} inGroup={conversation.inGroup} />
      {offer && <OfferBanner conversation={conversation} offer={offer} />}
      {snoozedUntil && (
        <div className={classes.banner} role="status">
          <p>{t('handover.snoozed', { at: format.exact(snoozedUntil) })}</p>
        </div>
      )}
      {mergedInto && (
        <div className={classes.banner} role="status">
          <p>{t('handover.merged')}</p>
          <Link to="/inbox/$conversationId" params={{ conversationId: mergedInto }} search={before => before}>
            {t('handover.continue')}
          </Link>
        </div>
      )}
    </>
  )
}

interface OfferProps {
  conversation: Conversation
  offer: NonNullable<Conversation['offer']>
}

function OfferBanner({ conversation: { id, assignee }, offer }: OfferProps) {
  const t = useT()
  const me = useMe()
  const may = useMay()
  const changes = [['conversation.get', { id }], ['conversation.list']]
  const accept = useCommand('conversation.accept', { changes })
  const decline = useCommand('conversation.decline', { changes })
  const isBusy = accept.isPending || decline.isPending
  const target = offer.agent?.name ?? offer.department?.name ?? ''
  const giver = assignee?.name ?? t('side.unassigned')
  const isMine = assignee?.id === me.agent.id
  return (
    <div className={classes.banner} role="status">
      <p>{offer.forMe ? t('handover.forMe', { giver }) : t('handover.waiting', { target })}</p>
      {offer.forMe && may('conversation.accept') && (
        <Button size="xs" loading={isBusy} onClick={() => accept.mutate({ conversationId: id })}>
          {t('handover.accept')}
        </Button>
      )}
      {(offer.forMe || isMine) && may('conversation.decline') && (
        <Button
          size="xs"
          variant="default"
          loading={isBusy}
          onClick={() => decline.mutate({ conversationId: id })}
        >
          {t(offer.forMe ? 'handover.decline' : 'handover.takeBack')}
        </Button>
      )}
    </div>
  )
}
