import { ActionIcon, Badge, Button, Menu, Table } from '@mantine/core'
import { IconDots } from '@tabler/icons-react'
import { useState } from 'react'
import { useT, useWords } from '../../i18n/index.ts'
import { useAnnounce, useCommand } from '../../shared/command.ts'
import { useFilterWords } from '../../shared/filter-words.ts'
import { useFormat } from '../../shared/format.ts'
import { useMay } from '../../shared/session.ts'
import { Confirm } from '../../shared/ui/confirm.tsx'
import { Time } from '../../shared/ui/time.tsx'
import { Replay } from './replay.tsx'
import { STREAMS_CHANGED, type Stream } from './stream.ts'
import classes from './streams.module.css'

interface RowProps {
  stream: Stream
  onEdit: (stream: Stream) => void
  onLetters: (stream: Stream) => void
  onSecret: (secret: string) => void
}

export function StreamRow(props: RowProps) {
  const t = useT()
  const format = useFormat()
  const { stream } = props
  const filter = useFilterWords()(stream.filter)
  return (
    <Table.Tr>
      <Table.Td>
        <bdi>{stream.name}</bdi>
        <small className={classes.quiet}>
          {filter || t('streams.everything')}
          {stream.words && ` ${t('streams.words')}`}
        </small>
      </Table.Td>
      <Table.Td className={classes.receiver}>
        {stream.receiver}
        <small className={classes.quiet}>
          {[
            t(`value.${stream.kind}`),
            ...(stream.kind === 'webhook' ? [t(`value.${stream.envelope}`)] : []),
            t(`value.${stream.payload}`),
            `${t('streams.parts')}: ${t(`streams.${stream.parts}`)}`,
          ].join(' · ')}
        </small>
      </Table.Td>
      <Table.Td>
        <StateOf stream={stream} />
      </Table.Td>
      <Table.Td className="tabular">
        {stream.lagEntries === 0 ? t('streams.none') : t('streams.lagEntries', { count: stream.lagEntries })}
        {stream.lagSeconds > 0 && (
          <small className={classes.quiet}>{format.span(stream.lagSeconds * 1000)}</small>
        )}
      </Table.Td>
      <Table.Td className="tabular">
        {format.number(stream.sent)}
        {stream.sentAt && (
          <small className={classes.quiet}>
            {t('streams.lastSent')} <Time at={stream.sentAt} show="brief" />
          </small>
        )}
      </Table.Td>
      <Table.Td>
        <Actions {...props} />
      </Table.Td>
    </Table.Tr>
  )
}

function StateOf({ stream }: { stream: Stream }) {
  const t = useT()
  const words = useWords()
  const { trouble, state, pausedBecause } = stream
  const shown = state === 'paused' ? 'paused' : trouble ? 'waiting' : 'running'
  const colour = { paused: 'gray', waiting: 'orange', running: 'green' }[shown]
  return (
    <>
      <Badge color={colour} variant="dot" className={classes.badge}>
        {t(`streams.${shown}`)}
      </Badge>
      {pausedBecause && (
        <small className={classes.quiet}>{words(`value.${pausedBecause}`, pausedBecause)}</small>
      )}
      {trouble && (
        <small className={classes.bad}>
          {words(`value.${trouble.problem}`, trouble.problem)}
          {trouble.status !== null && ` (${trouble.status})`} ·{' '}
          {t('streams.attempt', { count: trouble.attempts })} · <Time at={trouble.at} show="brief" />
        </small>
      )}
    </>
  )
}

function Actions({ stream, onEdit, onLetters, onSecret }: RowProps) {
  const t = useT()
  const may = useMay()
  const { id } = stream
  const [asked, setAsked] = useState<'rotate' | 'delete' | 'replay' | null>(null)
  const pause = useCommand('stream.pause', { changes: STREAMS_CHANGED })
  const resume = useCommand('stream.resume', { changes: STREAMS_CHANGED })
  return (
    <div className={classes.acts}>
      {stream.letters > 0 && (
        <Button size="compact-xs" variant="default" onClick={() => onLetters(stream)}>
          {t('streams.letters', { count: stream.letters })}
        </Button>
      )}
      {may('stream.test') && <TestButton id={id} />}
      {stream.state === 'running' && may('stream.pause') && (
        <Button
          size="compact-xs"
          variant="default"
          loading={pause.isPending}
          onClick={() => pause.mutate({ id })}
        >
          {t('streams.pause')}
        </Button>
      )}
      {stream.state === 'paused' && may('stream.resume') && (
        <Button size="compact-xs" loading={resume.isPending} onClick={() => resume.mutate({ id })}>
          {t('streams.resume')}
        </Button>
      )}
      {may('stream.update') && (
        <Menu position="bottom-end" withinPortal>
          <Menu.Target>
            <ActionIcon
              size="sm"
              variant="default"
              aria-label={t('streams.moreActions', { name: stream.name })}
            >
              <IconDots size={15} aria-hidden />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => onEdit(stream)}>{t('streams.edit')}</Menu.Item>
            {may('stream.replay') && (
              <Menu.Item onClick={() => setAsked('replay')}>{t('streams.replay')}</Menu.Item>
            )}
            {stream.kind === 'webhook' && may('stream.rotate_secret') && (
              <Menu.Item onClick={() => setAsked('rotate')}>{t('streams.rotate')}</Menu.Item>
            )}
            {may('stream.delete') && (
              <Menu.Item color="red" onClick={() => setAsked('delete')}>
                {t('streams.delete')}
              </Menu.Item>
            )}
          </Menu.Dropdown>
        </Menu>
      )}
      {asked === 'replay' && <Replay stream={stream} onClose={() => setAsked(null)} />}
      {asked === 'rotate' && <Rotate id={id} onClose={() => setAsked(null)} onSecret={onSecret} />}
      {asked === 'delete' && <Delete id={id} onClose={() => setAsked(null)} />}
    </div>
  )
}

function TestButton({ id }: { id: Stream['id'] }) {
  const t = useT()
  const words = useWords()
  const announce = useAnnounce()
  const test = useCommand('stream.test', {
    changes: STREAMS_CHANGED,
    onDone: ({ delivered, problem, status, milliseconds }) =>
      announce(
        delivered
          ? t('streams.testOk', { milliseconds })
          : t('streams.testFailed', {
              problem: `${words(`value.${problem}`, problem ?? '')}${status === null ? '' : ` (${status})`}`,
            }),
      ),
  })
  return (
    <Button size="compact-xs" variant="default" loading={test.isPending} onClick={() => test.mutate({ id })}>
      {t('streams.test')}
    </Button>
  )
}

function Rotate({
  id,
  onClose,
  onSecret,
}: {
  id: Stream['id']
  onClose: () => void
  onSecret: (secret: string) => void
}) {
  const t = useT()
  const rotate = useCommand('stream.rotate_secret', {
    announce: false,
    onDone: ({ secret }) => {
      onClose()
      onSecret(secret)
    },
  })
  return (
    <Confirm
      title={t('streams.rotate')}
      goes={t('streams.rotateGoes')}
      stays={t('streams.rotateStays')}
      confirm={t('streams.rotate')}
      isBusy={rotate.isPending}
      error={rotate.error}
      onConfirm={() => rotate.mutate({ id })}
      onClose={onClose}
    />
  )
}

function Delete({ id, onClose }: { id: Stream['id']; onClose: () => void }) {
  const t = useT()
  const remove = useCommand('stream.delete', {
    announce: false,
    changes: STREAMS_CHANGED,
    onDone: onClose,
  })
  return (
    <Confirm
      title={t('streams.delete')}
      goes={t('streams.deleteGoes')}
      stays={t('streams.deleteStays')}
      confirm={t('streams.delete')}
      isBusy={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate({ id })}
      onClose={onClose}
    />
  )
}
