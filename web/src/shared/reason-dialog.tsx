import { Textarea } from '@mantine/core'
import { useState } from 'react'
import { EditorDialog, type EditorDialogProps } from './editor-dialog.tsx'

interface ReasonDialogProps extends Omit<EditorDialogProps, 'onSave' | 'children' | 'submit'> {
  submit: string
  /** what will happen, a paragraph each */
  text?: readonly string[]
  /** what the reason is called here */
  label: string
  maxLength?: number
  /** line breaks become spaces */
  isOneLine?: boolean
  /** what else is to be chosen, above the reason */
  children?: React.ReactNode
  onConfirm: (reason: string) => void
}

/** Says what will happen, asks why, and does it: nothing goes without a reason. */
export function ReasonDialog(props: ReasonDialogProps) {
  const { text = [], label, maxLength = 4096, isOneLine = false, isReady = true } = props
  const { children, onConfirm, ...dialog } = props
  const [reason, setReason] = useState('')
  return (
    <EditorDialog
      {...dialog}
      isReady={isReady && reason.trim() !== ''}
      onSave={() => onConfirm(reason.trim())}
    >
      {text.map(each => (
        <span key={each}>{each}</span>
      ))}
      {children}
      <Textarea
        data-autofocus
        required
        label={label}
        autosize
        minRows={2}
        maxRows={8}
        maxLength={maxLength}
        value={reason}
        onChange={event => {
          const { value } = event.currentTarget
          setReason(isOneLine ? value.replaceAll('\n', ' ') : value)
        }}
      />
    </EditorDialog>
  )
}
