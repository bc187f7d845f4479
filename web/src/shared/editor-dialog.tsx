import { Button, Group, Modal, Stack } from '@mantine/core'
import type { ReactNode } from 'react'
import { useT } from '../i18n/index.ts'
import { Failure } from './ui/failure.tsx'

interface EditorDialogProps {
  title: string
  isBusy: boolean
  error: unknown
  /** absent: whatever the fields themselves demand */
  isReady?: boolean
  onSave: () => void
  onClose: () => void
  /** the fields */
  children: ReactNode
}

/** A form over the page: fields, what the server said against them, and the way out with or without saving. */
export function EditorDialog(props: EditorDialogProps) {
  const { isReady = true, onSave, onClose } = props
  const t = useT()
  return (
    <Modal
      opened
      onClose={onClose}
      title={props.title}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <form
        onSubmit={event => {
          event.preventDefault()
          onSave()
        }}
      >
        <Stack gap="sm">{props.children}</Stack>
        <Failure error={props.error} />
        <Group mt="md" justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('action.cancel')}
          </Button>
          <Button type="submit" disabled={!isReady} loading={props.isBusy}>
            {t('action.save')}
          </Button>
        </Group>
      </form>
    </Modal>
  )
}
