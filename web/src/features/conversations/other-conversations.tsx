import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { Conversation, QueryOutput } from '@tracedesk/contracts'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { useMay } from '../../shared/session.ts'
import { Confirm } from '../../shared/ui/confirm.tsx'
import { Time } from '../../shared/ui/time.tsx'
import classes from './customer-details.module.css'
import inbox from './inbox.module.css'
import { withoutMessage } from './inbox-search.ts'

type Other = QueryOutput<'customer.get'>['conversations'][number]

/** Where else a customer writes; a conversation can be continued in another one of the same account that is open. */
export function OtherConversations({
  conversation,
  account,
  others,
}: {
  conversation: Conversation
  /** With which account of the person it is. */
  account: Other['accountId'] | undefined
  others: Other[]
}) {
  const t = useT()
  const may = useMay()
  const [into, setInto] = useState<Other | null>(null)
  const merge = useCommand('conversation.merge', {
    announce: false,
    changes: [['conversation.get'], ['conversation.list'], ['conversation.messages'], ['customer.get']],
    onDone: () => setInto(null),
  })
  const mayMerge = (other: Other) =>
    may('conversation.merge') &&
    conversation.mergedInto === null &&
    other.bot.id === conversation.bot.id &&
    other.accountId === account &&
    other.status !== 'resolved'
  if (others.length === 0) return null
  return (
    <section>
      <h3 className={inbox.heading}>{t('side.others')}</h3>
      <ul className={classes.others}>
        {others.map(other => (
          <li key={other.id}>
            <span>
              <Link
                to="/inbox/$conversationId"
                params={{ conversationId: other.id }}
                search={search => withoutMessage(search)}
              >
                <bdi>{other.bot.name}</bdi> · {t(`status.${other.status}`)}
              </Link>{' '}
              <Time at={other.lastMessageAt} />
            </span>
            {mayMerge(other) && (
              <Button size="compact-xs" variant="default" onClick={() => setInto(other)}>
                {t('join.open')}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {into && (
        <Confirm
          title={t('join.title')}
          goes={t('join.goes')}
          stays={t('join.stays')}
          confirm={t('join.confirm')}
          isBusy={merge.isPending}
          error={merge.error}
          onConfirm={() => merge.mutate({ conversationId: conversation.id, intoConversationId: into.id })}
          onClose={() => setInto(null)}
        />
      )}
    </section>
  )
}
