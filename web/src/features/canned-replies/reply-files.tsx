import { ActionIcon, Button, FileButton } from '@mantine/core'
import { IconFile, IconPaperclip, IconX } from '@tabler/icons-react'
import { useT } from '../../i18n/index.ts'
import { useFormat } from '../../shared/format.ts'
import { UPLOAD_MAX } from '../../shared/upload.ts'
import classes from './reply-files.module.css'
import type { useSaveReply } from './use-save-reply.ts'

/** One album. */
const FILES_MAX = 10

/** The files that go with a reply: added and taken away here, done when the reply is saved. */
export function ReplyFiles({ saving }: { saving: ReturnType<typeof useSaveReply> }) {
  const t = useT()
  const { kept, added } = saving.files
  const isTooLarge = added.some(({ size }) => size > UPLOAD_MAX)
  return (
    <fieldset className={classes.files}>
      <legend>{t('replies.files')}</legend>
      <ul>
        {kept.map(file => (
          <FileRow key={file.id} name={file.name} size={file.size} onRemove={() => saving.remove(file)} />
        ))}
        {added.map(file => (
          <FileRow
            key={`${file.name} ${file.size} ${file.lastModified}`}
            name={file.name}
            size={file.size}
            onRemove={() => saving.forget(file)}
          />
        ))}
      </ul>
      {isTooLarge && <small role="alert">{t('error.file.too_large')}</small>}
      <FileButton multiple onChange={saving.add}>
        {props => (
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconPaperclip size={15} aria-hidden />}
            disabled={kept.length + added.length >= FILES_MAX}
            {...props}
          >
            {t('replies.addFile')}
          </Button>
        )}
      </FileButton>
    </fieldset>
  )
}

function FileRow({ name, size, onRemove }: { name: string; size: number; onRemove: () => void }) {
  const t = useT()
  const format = useFormat()
  return (
    <li>
      <IconFile size={18} stroke={1.6} aria-hidden />
      <bdi>{name}</bdi>
      <small>{format.bytes(size)}</small>
      <ActionIcon size="sm" aria-label={t('media.remove', { name })} onClick={onRemove}>
        <IconX size={15} />
      </ActionIcon>
    </li>
  )
}
