import { useQuery } from '@tanstack/react-query'
import type { Message } from '@tracedesk/contracts'
import { useT } from '../../i18n/index.ts'
import { queryOf } from '../../shared/queries.ts'
import { useAuthor } from '../../shared/ui/author.ts'
import { Dialog } from '../../shared/ui/dialog.tsx'
import { ErrorFace, RowsSkeleton } from '../../shared/ui/faces.tsx'
import { PartFace } from '../../shared/ui/part.tsx'
import { Time } from '../../shared/ui/time.tsx'
import { FormattedText } from './formatted-text.tsx'
import media from './media.module.css'
import { MessageFiles } from './message-files.tsx'

/** Every version of a message, the original first: what was said when, and by whom. */
export function VersionsDialog({ message, onClose }: { message: Message; onClose: () => void }) {
  const t = useT()
  const authorOf = useAuthor()
  const found = useQuery(queryOf('message.versions', { messageId: message.id }))
  return (
    <Dialog onClose={onClose} title={t('media.versions')}>
      {found.isPending && <RowsSkeleton rows={2} height={60} />}
      {found.isError && <ErrorFace error={found.error} retry={() => void found.refetch()} />}
      <ol className={media.versions}>
        {found.data?.items.map(version => (
          <li key={version.version}>
            <header>
              <b>{t('media.version', { version: version.version })}</b>
              <bdi>{authorOf(version)}</bdi>
              <Time at={version.at} />
              {version.state !== 'received' && version.state !== 'delivered' && (
                <span>{t(`media.change.edit.${version.state}`)}</span>
              )}
            </header>
            <MessageFiles files={version.files} />
            {version.text && (
              <PartFace part={version.text}>
                {value => <FormattedText text={value} entities={version.entities} />}
              </PartFace>
            )}
          </li>
        ))}
      </ol>
    </Dialog>
  )
}
