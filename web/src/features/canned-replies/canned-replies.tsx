import { Button } from '@mantine/core'
import { IconPaperclip, IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { QueryOutput } from '@tracedesk/contracts'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { useDirectory } from '../../shared/directory.ts'
import { queryOf } from '../../shared/queries.ts'
import { useMay } from '../../shared/session.ts'
import { Confirm } from '../../shared/ui/confirm.tsx'
import { ErrorFace, RowsSkeleton } from '../../shared/ui/faces.tsx'
import classes from './canned-replies.module.css'
import { ReplyEditor } from './reply-editor.tsx'

type Reply = QueryOutput<'canned_reply.list'>['items'][number]

/** The texts a team answers with: shown to all who may use them, changed by those who may. */
export function CannedReplies() {
  const t = useT()
  const may = useMay()
  const [edited, setEdited] = useState<Reply | 'new' | null>(null)
  const [removed, setRemoved] = useState<Reply | null>(null)
  const replies = useQuery(queryOf('canned_reply.list', {}))
  const usage = useQuery({ ...queryOf('canned_reply.usage', {}), enabled: may('log.view') })
  const remove = useCommand('canned_reply.delete', {
    announce: false,
    changes: [['canned_reply.list']],
    onDone: () => setRemoved(null),
  })
  const directory = useDirectory()
  const departmentOf = (id: string | null) => id && directory.department(id)
  const sentOf = (id: string) => usage.data?.items.find(item => item.id === id)?.sent ?? 0
  return (
    <section className={classes.section}>
      <h2>{t('replies.canned')}</h2>
      {replies.isPending && <RowsSkeleton rows={3} />}
      {replies.isError && !replies.data && (
        <ErrorFace error={replies.error} retry={() => void replies.refetch()} />
      )}
      {replies.data?.items.length === 0 && <p>{t('replies.cannedEmpty')}</p>}
      <ul className={classes.list}>
        {replies.data?.items.map(reply => (
          <li key={reply.id}>
            <div>
              <b>{reply.title}</b> {reply.shortcut && <code>/{reply.shortcut}</code>}{' '}
              {reply.folder && <small>{reply.folder}</small>}
              <p dir="auto">{reply.text}</p>
              {reply.files.length > 0 && (
                <small>
                  <IconPaperclip size={13} aria-hidden />{' '}
                  <bdi>{reply.files.map(({ name }) => name).join(' · ')}</bdi>{' '}
                </small>
              )}
              {departmentOf(reply.departmentId) && (
                <small>
                  <bdi>{departmentOf(reply.departmentId)}</bdi> ·{' '}
                </small>
              )}
              {usage.data && <small>{t('replies.sent', { count: sentOf(reply.id) })}</small>}
            </div>
            {may('canned_reply.update') && (
              <Button size="compact-xs" variant="default" onClick={() => setEdited(reply)}>
                {t('replies.edit')}
              </Button>
            )}
            {may('canned_reply.delete') && (
              <Button size="compact-xs" variant="subtle" color="gray" onClick={() => setRemoved(reply)}>
                {t('replies.remove')}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {may('canned_reply.create') && (
        <Button size="xs" leftSection={<IconPlus size={15} aria-hidden />} onClick={() => setEdited('new')}>
          {t('replies.addCanned')}
        </Button>
      )}
      {edited && <ReplyEditor reply={edited === 'new' ? null : edited} onClose={() => setEdited(null)} />}
      {removed && (
        <Confirm
          title={t('replies.removeTitle', { name: removed.title })}
          goes={t('replies.cannedGoes')}
          stays={t('replies.stays')}
          confirm={t('replies.remove')}
          isBusy={remove.isPending}
          error={remove.error}
          onConfirm={() => remove.mutate({ cannedReplyId: removed.id })}
          onClose={() => setRemoved(null)}
        />
      )}
    </section>
  )
}
