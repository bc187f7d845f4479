import { NumberInput } from '@mantine/core'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { EditorDialog } from '../../shared/editor-dialog.tsx'
import { useFormat } from '../../shared/format.ts'
import { STREAMS_CHANGED, type Stream } from './stream.ts'

/** Has everything from a position on sent again. */
export function Replay({ stream, onClose }: { stream: Stream; onClose: () => void }) {
  const t = useT()
  const format = useFormat()
  const [from, setFrom] = useState<number | string>(0)
  const replay = useCommand('stream.replay', {
    announce: false,
    changes: STREAMS_CHANGED,
    onDone: onClose,
  })
  return (
    <EditorDialog
      title={t('streams.replayTitle')}
      submit={t('streams.replayTitle')}
      isReady={typeof from === 'number'}
      isBusy={replay.isPending}
      error={replay.error}
      onSave={() => {
        if (typeof from === 'number') replay.mutate({ id: stream.id, from })
      }}
      onClose={onClose}
    >
      <span>{t('streams.replayText', { position: format.number(stream.position) })}</span>
      <NumberInput
        label={t('streams.replayFrom')}
        required
        data-autofocus
        min={0}
        allowDecimal={false}
        value={from}
        onChange={setFrom}
      />
    </EditorDialog>
  )
}
