import { Button, Modal, NumberInput } from '@mantine/core'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { useFormat } from '../../shared/format.ts'
import { Failure } from '../../shared/ui/failure.tsx'
import { STREAMS_CHANGED, type Stream } from './stream.ts'
import classes from './streams.module.css'

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
    <Modal
      opened
      onClose={onClose}
      title={t('streams.replayTitle')}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <form
        className={classes.form}
        onSubmit={event => {
          event.preventDefault()
          if (typeof from === 'number') replay.mutate({ id: stream.id, from })
        }}
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
        <Failure error={replay.error} />
        <Button type="submit" disabled={typeof from !== 'number'} loading={replay.isPending}>
          {t('streams.replayTitle')}
        </Button>
      </form>
    </Modal>
  )
}
