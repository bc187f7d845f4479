import { ActionIcon, Button, Checkbox, Progress } from '@mantine/core'
import { IconFile, IconMicrophone, IconX } from '@tabler/icons-react'
import { useT } from '../../i18n/index.ts'
import { useFormat } from '../../shared/format.ts'
import media from './media.module.css'
import type { Attachment, Attachments } from './use-attachments.ts'

interface AttachmentTrayProps {
  attachments: Attachments
  asFiles: boolean
  onAsFiles: (asFiles: boolean) => void
}

/** The files that go with the text: how far each is, and what can be done about it. */
export function AttachmentTray({ attachments, asFiles, onAsFiles }: AttachmentTrayProps) {
  const t = useT()
  if (attachments.items.length === 0) return null
  return (
    <>
      <ul className={media.tray} aria-label={t('media.attached')}>
        {attachments.items.map(item => (
          <TrayRow key={item.key} item={item} attachments={attachments} />
        ))}
      </ul>
      {attachments.items.some(({ wantsVoice }) => !wantsVoice) && (
        <Checkbox
          className={media.tools}
          size="xs"
          label={t('media.asFiles')}
          checked={asFiles}
          onChange={event => onAsFiles(event.currentTarget.checked)}
        />
      )}
    </>
  )
}

function TrayRow({ item, attachments }: { item: Attachment; attachments: Attachments }) {
  const t = useT()
  const format = useFormat()
  const canRetry = item.error !== null && item.error !== 'file.too_large' && item.error !== 'file.empty'
  return (
    <li>
      {item.preview ? (
        <img className={media.thumb} src={item.preview} alt="" />
      ) : item.wantsVoice ? (
        <IconMicrophone size={20} stroke={1.6} aria-hidden />
      ) : (
        <IconFile size={20} stroke={1.6} aria-hidden />
      )}
      <div>
        <bdi className={media.name}>{item.name}</bdi>
        {item.error ? (
          <small data-bad role="alert">
            {t(`error.${item.error}`)}
          </small>
        ) : (
          <small>{format.bytes(item.size)}</small>
        )}
        {!item.uploaded && !item.error && (
          <Progress
            size="xs"
            value={item.progress * 100}
            aria-label={t('media.uploading', { name: item.name })}
          />
        )}
      </div>
      {canRetry && (
        <Button size="compact-xs" variant="default" onClick={() => attachments.retry(item.key)}>
          {t('action.retry')}
        </Button>
      )}
      <ActionIcon
        size="sm"
        aria-label={t('media.remove', { name: item.name })}
        onClick={() => attachments.remove(item.key)}
      >
        <IconX size={15} />
      </ActionIcon>
    </li>
  )
}
