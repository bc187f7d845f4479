import { Button, SegmentedControl, Select } from '@mantine/core'
import { IconHistory, IconUserCheck } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { Conversation, ConversationStatus, Note } from '@tracedesk/contracts'
import { useLanguage, useT } from '../../i18n/index.ts'
import { queryOf } from '../../shared/queries.ts'
import { useMay, useMe } from '../../shared/session.ts'
import { Face } from '../../shared/ui/person.tsx'
import { Time } from '../../shared/ui/time.tsx'
import { useChatPlace } from './chat-place.ts'
import { CustomerDetails } from './customer-details.tsx'
import classes from './inbox.module.css'
import { STATUSES } from './inbox-search.ts'
import { Labels } from './labels.tsx'
import { Notes } from './notes.tsx'
import { useConversationCommands } from './use-conversation-commands.ts'

/** Who it is, whose it is, how it stands, and what colleagues noted. */
export function SidePanel({ conversation, notes }: { conversation: Conversation; notes: Note[] }) {
  return (
    <div className={classes.side}>
      <CustomerCard conversation={conversation} />
      <Status conversation={conversation} />
      <Assignee conversation={conversation} />
      <Labels conversation={conversation} />
      <Notes conversationId={conversation.id} notes={notes} />
      <CustomerDetails conversation={conversation} />
    </div>
  )
}

function CustomerCard({ conversation }: { conversation: Conversation }) {
  const t = useT()
  const may = useMay()
  const language = useLanguage()
  const { customer, bot, openedAt } = conversation
  const place = useChatPlace()(conversation)
  const spoken = customer.language && languageName(language, customer.language)
  return (
    <section>
      <div className={classes.card}>
        <Face id={customer.id} name={customer.name ?? t('chip.customer')} size={44} />
        <div>
          <b>
            <bdi>{customer.name ?? t('chip.customer')}</bdi>
          </b>
          {customer.username && <span>@{customer.username}</span>}
        </div>
      </div>
      <dl className={classes.facts}>
        <dt>{t('side.bot')}</dt>
        <dd>
          <bdi>{bot.name}</bdi> <span className={classes.quiet}>@{bot.username}</span>
        </dd>
        {place && (
          <>
            <dt>{t('side.where')}</dt>
            <dd>{place}</dd>
          </>
        )}
        {spoken && (
          <>
            <dt>{t('side.language')}</dt>
            <dd>{spoken}</dd>
          </>
        )}
        <dt>{t('side.opened')}</dt>
        <dd>
          <Time at={openedAt} show="exact" />
        </dd>
      </dl>
      {may('log.view') && (
        <Link to="/log" search={{ customer: customer.id }} className={classes.toLog}>
          <IconHistory size={15} stroke={1.8} aria-hidden />
          {t('side.log')}
        </Link>
      )}
    </section>
  )
}

/** A language's name in the reader's language; Telegram's codes are not always ones `Intl` knows. */
function languageName(reader: string, code: string): string {
  try {
    return new Intl.DisplayNames(reader, { type: 'language' }).of(code) ?? code
  } catch {
    return code
  }
}

function Status({ conversation }: { conversation: Conversation }) {
  const t = useT()
  const may = useMay()
  const { setStatus, isBusy } = useConversationCommands(conversation)
  return (
    <section>
      <h3 className={classes.heading}>{t('side.status')}</h3>
      <SegmentedControl
        fullWidth
        size="xs"
        aria-label={t('side.status')}
        value={conversation.status}
        disabled={isBusy || !may('conversation.change_status')}
        data={STATUSES.map(value => ({ value, label: t(`status.${value}`) }))}
        onChange={status => setStatus(status as ConversationStatus)}
      />
    </section>
  )
}

const QUEUE = 'queue'

function Assignee({ conversation }: { conversation: Conversation }) {
  const t = useT()
  const me = useMe()
  const may = useMay()
  const agents = useQuery({ ...queryOf('agent.list', {}), enabled: may('team.view') })
  const { assignTo, assignToMe, isBusy } = useConversationCommands(conversation)
  const { assignee } = conversation
  const people = (agents.data?.items ?? []).filter(
    ({ id, state, role }) => (state === 'active' && role !== 'auditor') || id === assignee?.id,
  )
  const isMine = assignee?.id === me.agent.id
  return (
    <section>
      <h3 className={classes.heading}>{t('side.assignee')}</h3>
      <Select
        size="xs"
        searchable
        aria-label={t('side.assignee')}
        nothingFoundMessage={t('palette.nothing')}
        allowDeselect={false}
        disabled={isBusy || !may('conversation.assign')}
        value={assignee?.id ?? QUEUE}
        data={[
          { value: QUEUE, label: t('side.unassigned') },
          ...(assignee && !people.some(({ id }) => id === assignee.id)
            ? [{ value: assignee.id as string, label: assignee.name }]
            : []),
          ...people.map(({ id, name }) => ({ value: id as string, label: name })),
        ]}
        onChange={value => value && assignTo(value === QUEUE ? null : value)}
      />
      {may('conversation.assign') && !isMine && (
        <Button
          mt={8}
          size="xs"
          fullWidth
          variant="light"
          loading={isBusy}
          leftSection={<IconUserCheck size={15} aria-hidden />}
          onClick={assignToMe}
        >
          {t('side.assignMe')}
        </Button>
      )}
    </section>
  )
}
