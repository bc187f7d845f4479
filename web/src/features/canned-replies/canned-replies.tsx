import { IconPaperclip } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { QueryOutput } from '@tracedesk/contracts'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { useDirectory } from '../../shared/directory.ts'
import { KeptList } from '../../shared/kept-list.tsx'
import { queryOf } from '../../shared/queries.ts'
import { useMay } from '../../shared/session.ts'
import { ReplyEditor } from './reply-editor.tsx'

type Reply = QueryOutput<'canned_reply.list'>['items'][number]

/** The texts a team answers with: shown to all who may use them, changed by those who may. */
export function CannedReplies() {
  const t = useT()
  const may = useMay()
  const found = useQuery(queryOf('canned_reply.list', {}))
  const usage = useQuery({ ...queryOf('canned_reply.usage', {}), enabled: may('log.view') })
  const remove = useCommand('canned_reply.delete', { announce: false, changes: [['canned_reply.list']] })
  const sentOf = (id: string) => usage.data && (usage.data.items.find(item => item.id === id)?.sent ?? 0)
  return (
    <KeptList
      title={t('replies.canned')}
      empty={t('replies.cannedEmpty')}
      found={found}
      nameOf={reply => reply.title}
      folderOf={reply => reply.folder}
      row={reply => <ReplyRow reply={reply} sent={sentOf(reply.id)} />}
      add={may('canned_reply.create') ? t('replies.addCanned') : undefined}
      editor={
        may('canned_reply.update')
          ? (reply, close) => <ReplyEditor reply={reply} onClose={close} />
          : undefined
      }
      removal={
        may('canned_reply.delete')
          ? {
              goes: t('replies.cannedGoes'),
              isBusy: remove.isPending,
              error: remove.error,
              run: ({ id }, done) => remove.mutate({ cannedReplyId: id }, done),
            }
          : undefined
      }
    />
  )
}

function ReplyRow({ reply, sent }: { reply: Reply; sent: number | undefined }) {
  const t = useT()
  const department = useDirectory().department(reply.departmentId ?? '')
  const facts = [
    reply.departmentId && department,
    sent !== undefined && t('replies.sent', { count: sent }),
  ].filter(Boolean)
  return (
    <>
      <b>{reply.title}</b> {reply.shortcut && <code>/{reply.shortcut}</code>}
      <p dir="auto">{reply.text}</p>
      {reply.files.length > 0 && (
        <p>
          <small>
            <IconPaperclip size={13} aria-hidden />{' '}
            <bdi>{reply.files.map(({ name }) => name).join(' · ')}</bdi>
          </small>
        </p>
      )}
      <small>
        <bdi>{facts.join(' · ')}</bdi>
      </small>
    </>
  )
}
