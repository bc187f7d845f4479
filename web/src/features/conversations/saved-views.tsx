import { ActionIcon, Button, Group, Switch, TextInput, Tooltip } from '@mantine/core'
import { IconReplace, IconTrash } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import type { QueryOutput } from '@tracedesk/contracts'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { queryOf } from '../../shared/queries.ts'
import { useMay, useMe } from '../../shared/session.ts'
import { Dialog } from '../../shared/ui/dialog.tsx'
import { Failure } from '../../shared/ui/failure.tsx'
import { useUndoable } from '../../shared/undo.tsx'
import classes from './inbox.module.css'
import { filterOf, type InboxSearch, isSameFilter, searchOf } from './inbox-search.ts'

type View = QueryOutput<'inbox_view.list'>['items'][number]
const CHANGES = [['inbox_view.list']]

/** Keeps what the inbox shows now under a name, and lists what is kept. */
export function SavedViews({
  onClose,
  onShow,
}: {
  onClose: () => void
  onShow: (search: InboxSearch) => void
}) {
  const t = useT()
  const [name, setName] = useState('')
  const filter = filterOf(useSearch({ from: '/shell/inbox' }))
  const views = useQuery(queryOf('inbox_view.list', {}))
  const create = useCommand('inbox_view.create', {
    announce: false,
    changes: CHANGES,
    onDone: () => setName(''),
  })
  return (
    <Dialog onClose={onClose} title={t('inbox.view.saved')}>
      <form
        className={classes.saveView}
        onSubmit={event => {
          event.preventDefault()
          create.mutate({ name: name.trim(), filter })
        }}
      >
        <TextInput
          size="xs"
          required
          data-autofocus
          maxLength={60}
          label={t('inbox.view.saveAs')}
          value={name}
          onChange={event => setName(event.currentTarget.value)}
        />
        <Button size="xs" type="submit" loading={create.isPending}>
          {t('action.save')}
        </Button>
      </form>
      <Failure error={create.error} />
      <ul className={classes.savedViews}>
        {views.data?.items.map(view => (
          <SavedView
            key={view.id}
            view={view}
            filter={filter}
            onShow={() => {
              onShow(searchOf(view.filter))
              onClose()
            }}
          />
        ))}
      </ul>
      {views.data?.items.length === 0 && <p className={classes.quiet}>{t('inbox.view.noneSaved')}</p>}
    </Dialog>
  )
}

interface SavedViewProps {
  view: View
  /** what the list shows now */
  filter: View['filter']
  onShow: () => void
}

function SavedView({ view, filter, onShow }: SavedViewProps) {
  const t = useT()
  const me = useMe()
  const may = useMay()
  const isMine = view.owner.id === me.agent.id
  const share = useCommand('inbox_view.share', { changes: CHANGES })
  const remove = useCommand('inbox_view.delete', { changes: CHANGES })
  const change = useUndoable('inbox_view.change', { changes: CHANGES })
  const about = { inboxViewId: view.id, name: view.name }
  const replace = () =>
    change.run({ ...about, filter }, t('inbox.view.replaced', { name: view.name }), () =>
      change.mutate({ ...about, filter: view.filter }),
    )
  return (
    <li>
      <Button size="compact-sm" variant="subtle" onClick={onShow}>
        <bdi>{view.name}</bdi>
      </Button>
      <Group gap={10}>
        {isMine && may('inbox_view.share') && (
          <Switch
            size="xs"
            label={t('replies.everybody')}
            checked={view.shared}
            disabled={share.isPending}
            onChange={event => share.mutate({ inboxViewId: view.id, shared: event.currentTarget.checked })}
          />
        )}
        {!isMine && <small className={classes.quiet}>{view.owner.name}</small>}
        {isMine && !isSameFilter(filter, view.filter) && (
          <Tooltip label={t('inbox.view.replace', { name: view.name })}>
            <ActionIcon
              aria-label={t('inbox.view.replace', { name: view.name })}
              disabled={change.isPending}
              onClick={replace}
            >
              <IconReplace size={16} stroke={1.7} aria-hidden />
            </ActionIcon>
          </Tooltip>
        )}
        {isMine && (
          <ActionIcon
            aria-label={t('inbox.view.remove', { name: view.name })}
            disabled={remove.isPending}
            onClick={() => remove.mutate({ inboxViewId: view.id })}
          >
            <IconTrash size={16} stroke={1.7} aria-hidden />
          </ActionIcon>
        )}
      </Group>
    </li>
  )
}
