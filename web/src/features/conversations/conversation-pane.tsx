import { ActionIcon, Drawer, Skeleton, Tooltip } from '@mantine/core'
import { IconArrowLeft, IconLayoutSidebarRight, IconMapQuestion } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import type { Conversation } from '@tracedesk/contracts'
import { lazy, memo, Suspense, useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useActions } from '../../shared/actions.ts'
import { codeOf } from '../../shared/api.ts'
import { type KeyMap, useKeys } from '../../shared/keys.ts'
import { queryOf } from '../../shared/queries.ts'
import { useMay } from '../../shared/session.ts'
import { EmptyFace, ErrorFace, RowsSkeleton } from '../../shared/ui/faces.tsx'
import { Face } from '../../shared/ui/person.tsx'
import { Waiting } from '../../shared/ui/waiting.tsx'
import { useChatPlace } from './chat-place.ts'
import { Composer } from './composer.tsx'
import { ConversationMenu } from './conversation-menu.tsx'
import { LABEL_FIELD, NOTE_FIELD, REPLY_FIELD } from './fields.ts'
import { focusWhenThere } from './focus-when-there.ts'
import classes from './inbox.module.css'
import { STATUSES } from './inbox-search.ts'
import { Lookers } from './lookers.tsx'
import { Banners } from './offer-banner.tsx'
import { Thread } from './thread.tsx'
import { useConversationCommands } from './use-conversation-commands.ts'

const SidePanel = lazy(async () => ({ default: (await import('./side-panel.tsx')).SidePanel }))
const Activity = lazy(async () => ({ default: (await import('./activity.tsx')).Activity }))

interface Details {
  isShown: boolean
  isBeside: boolean
  toggle: (isShown: boolean) => void
}

/** One conversation: its thread or activity, the composer, and the details beside it. */
export const ConversationPane = memo(function ConversationPane({
  id,
  details,
}: {
  id: string
  details: Details
}) {
  const t = useT()
  const { tab, message, at } = useSearch({ from: '/shell/inbox' })
  const found = useQuery(queryOf('conversation.get', { id }))
  const conversation = found.data?.conversation
  // the words come first: what stands beside them is drawn once they are on the screen
  const [isThreadShown, setThreadShown] = useState(false)
  const isSideDue = isThreadShown || tab === 'activity'
  usePaneKeys(conversation, details)
  // handed over, say: what is no longer the reader's to see is not shown any longer
  // an address that was cut short or mistyped
  const isNowhere = found.isError && codeOf(found.error) === 'input.invalid'
  if (isNowhere) {
    return (
      <div className={classes.chooser}>
        <EmptyFace
          icon={<IconMapQuestion size={26} stroke={1.6} />}
          title={t('face.notFound.title')}
          text={t('face.notFound.text')}
        />
      </div>
    )
  }
  const isGone = found.isError && codeOf(found.error) === 'conversation.not_found'
  if (isGone || (found.isError && !found.data)) {
    return (
      <div className={classes.chooser}>
        <ErrorFace error={found.error} retry={() => void found.refetch()} />
      </div>
    )
  }
  const side = isSideDue && found.data && (
    <Suspense fallback={<RowsSkeleton rows={6} height={44} />}>
      <SidePanel conversation={found.data.conversation} notes={found.data.notes} />
    </Suspense>
  )
  return (
    <>
      <section className={classes.threadPane} aria-label={t('thread.messages')}>
        <PaneHeader conversation={conversation} details={details} />
        {conversation && <Banners conversation={conversation} />}
        {tab === 'activity' ? (
          <Suspense fallback={<RowsSkeleton rows={9} height={44} />}>
            <Activity id={id} />
          </Suspense>
        ) : (
          <Thread key={message ?? at} id={id} around={message} at={at} onShown={() => setThreadShown(true)} />
        )}
        {conversation && <Lookers conversationId={id} />}
        {conversation && tab !== 'activity' && <Composer conversation={conversation} />}
      </section>
      {details.isBeside && details.isShown && (
        <aside className={classes.sidePane} aria-label={t('side.title')}>
          {side}
        </aside>
      )}
      {!details.isBeside && (
        <Drawer
          opened={details.isShown}
          onClose={() => details.toggle(false)}
          position="right"
          size={340}
          title={t('side.title')}
          closeButtonProps={{ 'aria-label': t('action.close') }}
        >
          {side}
        </Drawer>
      )}
    </>
  )
})

function PaneHeader({ conversation, details }: { conversation: Conversation | undefined; details: Details }) {
  const t = useT()
  const placeOf = useChatPlace()
  const standing = conversation
    ? [
        t(`status.${conversation.status}`),
        conversation.assignee?.name,
        placeOf(conversation),
        `@${conversation.bot.username}`,
      ]
        .filter(Boolean)
        .join(' · ')
    : ''
  return (
    <header className={classes.header}>
      <ActionIcon
        component={Link}
        to="/inbox"
        search
        className={classes.back}
        aria-label={t('thread.back')}
        size="lg"
      >
        <IconArrowLeft size={19} className="mirrored" />
      </ActionIcon>
      {conversation ? (
        <>
          <Face
            id={conversation.customer.id}
            name={conversation.customer.name ?? t('chip.customer')}
            size={30}
          />
          <div className={classes.headerName}>
            <h2>
              <bdi>{conversation.customer.name ?? t('chip.customer')}</bdi>
            </h2>
            <div>
              {conversation.waitingSince && <Waiting since={conversation.waitingSince} />}
              <span title={standing}>{standing}</span>
            </div>
          </div>
          <ConversationMenu conversation={conversation} />
        </>
      ) : (
        <Skeleton height={30} width={180} me="auto" />
      )}
      <Tabs />
      <Tooltip label={t('thread.details')}>
        <ActionIcon
          size="lg"
          aria-label={t('thread.details')}
          aria-expanded={details.isShown}
          onClick={() => details.toggle(!details.isShown)}
        >
          <IconLayoutSidebarRight size={19} stroke={1.7} />
        </ActionIcon>
      </Tooltip>
    </header>
  )
}

function Tabs() {
  const t = useT()
  const may = useMay()
  const { tab } = useSearch({ from: '/shell/inbox' })
  const navigate = useNavigate()
  if (!may('log.view')) return null
  const show = (next: 'activity' | undefined) =>
    void navigate({
      to: '.',
      search: ({ tab: _, ...rest }) => (next ? { ...rest, tab: next } : rest),
      replace: true,
    })
  return (
    <fieldset className={classes.views} aria-label={t('thread.tabs')}>
      <button type="button" aria-pressed={tab !== 'activity'} onClick={() => show(undefined)}>
        {t('thread.messages')}
      </button>
      <button type="button" aria-pressed={tab === 'activity'} onClick={() => show('activity')}>
        {t('thread.activity')}
      </button>
    </fieldset>
  )
}

function usePaneKeys(conversation: Conversation | undefined, details: Details) {
  const t = useT()
  const may = useMay()
  const navigate = useNavigate()
  const commands = useConversationCommands(conversation)
  /** What the key is for may first have to be opened. */
  const focusDetail = (id: string) => {
    details.toggle(true)
    focusWhenThere(id)
  }
  const addNote = () => may('note.add') && focusDetail(NOTE_FIELD)
  const addLabel = () => may('customer.add_label') && focusDetail(LABEL_FIELD)
  const keys: KeyMap = {
    r: () => document.getElementById(REPLY_FIELD)?.focus(),
    n: addNote,
    l: addLabel,
    a: commands.assignToMe,
    e: commands.resolve,
    // biome-ignore lint/correctness/noComponentHookFactories: the name of a key, not of a component
    Escape: () => void navigate({ to: '/inbox', search: before => before }),
  }
  useKeys(keys)
  const statuses = conversation && may('conversation.change_status') ? STATUSES : []
  useActions([
    {
      id: 'reply',
      label: t('keys.reply'),
      key: 'r',
      run: () => document.getElementById(REPLY_FIELD)?.focus(),
    },
    ...(may('note.add') ? [{ id: 'note', label: t('keys.note'), key: 'n', run: addNote }] : []),
    ...(may('customer.add_label') ? [{ id: 'label', label: t('keys.label'), key: 'l', run: addLabel }] : []),
    ...(may('conversation.assign')
      ? [
          { id: 'assign', label: t('side.assignMe'), key: 'a', run: commands.assignToMe },
          { id: 'return', label: t('side.return'), run: () => commands.assignTo(null) },
        ]
      : []),
    ...statuses
      .filter(status => status !== conversation?.status)
      .map(status => ({
        id: `status ${status}`,
        label: t('side.setStatus', { status: t(`status.${status}`) }),
        ...(status === 'resolved' && { key: 'e' }),
        run: () => commands.setStatus(status),
      })),
  ])
}
