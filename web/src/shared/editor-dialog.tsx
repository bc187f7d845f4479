import { Button, Group, type MantineSize, Stack } from '@mantine/core'
import type { ReactNode } from 'react'
import { useT } from '../i18n/index.ts'
import { Dialog } from './ui/dialog.tsx'
import { Failure } from './ui/failure.tsx'

export interface EditorDialogProps {
  title: string
  size?: MantineSize
  isBusy: boolean
  error: unknown
  /** absent: whatever the fields themselves demand */
  isReady?: boolean
  /** what the button that does it says; absent: "save" */
  submit?: string
  /** what is done takes something away */
  isDangerous?: boolean
  onSave: () => void
  onClose: () => void
  /** the fields */
  children: ReactNode
}

/** A form over the page: fields, what the server said against them, and the way out with or without doing it. */
export function EditorDialog(props: EditorDialogProps) {
  const { isReady = true, isDangerous = false, size = 'md', onSave, onClose } = props
  const t = useT()
  return (
    <Dialog size={size} onClose={onClose} title={props.title}>
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
          <Button
            type="submit"
            disabled={!isReady}
            loading={props.isBusy}
            {...(isDangerous ? { color: 'red.8' } : {})}
          >
            {props.submit ?? t('action.save')}
          </Button>
        </Group>
      </form>
    </Dialog>
  )
}
