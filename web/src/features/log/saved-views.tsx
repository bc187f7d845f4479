import { ActionIcon, Button, Checkbox, Menu, TextInput, Tooltip } from '@mantine/core'
import { IconBookmark, IconBookmarkPlus, IconDeviceFloppy, IconLink, IconTrash } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useRouter } from '@tanstack/react-router'
import type { QueryOutput } from '@tracedesk/contracts'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useAnnounce, useCommand } from '../../shared/command.ts'
import { queryOf } from '../../shared/queries.ts'
import { useMay, useMe } from '../../shared/session.ts'
import { Dialog } from '../../shared/ui/dialog.tsx'
import { ErrorFace, RowsSkeleton } from '../../shared/ui/faces.tsx'
import { Failure } from '../../shared/ui/failure.tsx'
import classes from './explorer.module.css'
import { filterOfView, searchOfView } from './log-view.ts'
import { useFilter } from './use-filter.ts'

type View = QueryOutput<'log_view.list'>['items'][number]
const CHANGES = [['log_view.list']]

/** The views of the log under a name: one click away; a window beside them keeps, renews and removes. */
export function SavedViews() {
  const t = useT()
  const navigate = useNavigate()
  const [isOpen, setOpen] = useState(false)
  const views = useQuery(queryOf('log_view.list', {}))
  return (
    <>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <Button size="compact-sm" variant="default" leftSection={<IconBookmark size={15} aria-hidden />}>
            {t('log.views.title')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {views.data?.items.map(({ id, name, filter }) => (
            <Menu.Item key={id} onClick={() => void navigate({ to: '/log', search: searchOfView(filter) })}>
              <bdi>{name}</bdi>
            </Menu.Item>
          ))}
          {views.data && views.data.items.length > 0 && <Menu.Divider />}
          <Menu.Item leftSection={<IconBookmarkPlus size={15} aria-hidden />} onClick={() => setOpen(true)}>
            {t('log.views.manage')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {isOpen && (
        <Dialog onClose={() => setOpen(false)} title={t('log.views.title')}>
          <KeepView />
          {views.isPending && <RowsSkeleton rows={2} />}
          {views.isError && !views.data && (
            <ErrorFace error={views.error} retry={() => void views.refetch()} />
          )}
          <ul className={classes.views}>
            {views.data?.items.map(view => (
              <KeptView key={view.id} view={view} />
            ))}
          </ul>
          {views.data?.items.length === 0 && <p className={classes.quiet}>{t('log.views.none')}</p>}
        </Dialog>
      )}
    </>
  )
}

function KeepView() {
  const t = useT()
  const may = useMay()
  const { search } = useFilter()
  const [name, setName] = useState('')
  const [shared, setShared] = useState(false)
  const create = useCommand('log_view.create', {
    announce: false,
    changes: CHANGES,
    onDone: () => setName(''),
  })
  if (!may('log_view.create')) return null
  return (
    <form
      className={classes.keepView}
      onSubmit={event => {
        event.preventDefault()
        create.mutate({ name: name.trim(), filter: filterOfView(search), shared })
      }}
    >
      <TextInput
        size="xs"
        required
        data-autofocus
        maxLength={60}
        label={t('log.views.saveAs')}
        value={name}
        onChange={event => setName(event.currentTarget.value)}
      />
      <Checkbox
        size="xs"
        label={t('log.views.shared')}
        checked={shared}
        onChange={event => setShared(event.currentTarget.checked)}
      />
      <Button size="xs" type="submit" loading={create.isPending}>
        {t('action.save')}
      </Button>
      <Failure error={create.error} />
    </form>
  )
}

function KeptView({ view: { id, name, filter, shared, owner } }: { view: View }) {
  const t = useT()
  const me = useMe()
  const router = useRouter()
  const announce = useAnnounce()
  const { search } = useFilter()
  const isMine = owner.id === me.agent.id
  const update = useCommand('log_view.update', { changes: CHANGES })
  const remove = useCommand('log_view.delete', { changes: CHANGES })
  const address = router.buildLocation({ to: '/log', search: searchOfView(filter) }).href
  const copy = () =>
    void navigator.clipboard
      .writeText(new URL(address, location.href).href)
      .then(() => announce(t('action.copied')))
  return (
    <li>
      <bdi>{name}</bdi>
      {!isMine && <small className={classes.quiet}>{owner.name}</small>}
      {isMine && (
        <Checkbox
          size="xs"
          label={t('log.views.shared')}
          checked={shared}
          disabled={update.isPending}
          onChange={event =>
            update.mutate({
              logViewId: id,
              name,
              filter: filterOfView(searchOfView(filter)),
              shared: event.currentTarget.checked,
            })
          }
        />
      )}
      <Act label={t('log.views.copy', { name })} icon={IconLink} onClick={copy} />
      {isMine && (
        <>
          <Act
            label={t('log.views.renew', { name })}
            icon={IconDeviceFloppy}
            onClick={() => update.mutate({ logViewId: id, name, filter: filterOfView(search), shared })}
          />
          <Act
            label={t('log.views.remove', { name })}
            icon={IconTrash}
            onClick={() => remove.mutate({ logViewId: id })}
          />
        </>
      )}
    </li>
  )
}

function Act(props: { label: string; icon: typeof IconLink; onClick: () => void }) {
  return (
    <Tooltip label={props.label}>
      <ActionIcon variant="subtle" color="gray" aria-label={props.label} onClick={props.onClick}>
        <props.icon size={16} stroke={1.7} aria-hidden />
      </ActionIcon>
    </Tooltip>
  )
}
