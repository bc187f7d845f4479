import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { EditorDialog } from '../../shared/editor-dialog.tsx'
import { STREAMS_CHANGED, type Stream } from './stream.ts'
import { type Draft, draftOf, filterOf, isOtherFilter } from './stream-draft.ts'
import { More, What, Where } from './stream-fields.tsx'

interface FormProps {
  /** Null: a new one. */
  stream: Stream | null
  onClose: () => void
  /** The signing secret of a new webhook; null for syslog. */
  onMade: (secret: string | null) => void
}

/** Sets a stream up, or changes one. */
export function StreamForm({ stream, onClose, onMade }: FormProps) {
  const t = useT()
  const [draft, setDraft] = useState(() => draftOf(stream))
  const create = useCommand('stream.create', {
    announce: false,
    changes: STREAMS_CHANGED,
    onDone: ({ secret }) => onMade(secret),
  })
  const update = useCommand('stream.update', {
    announce: false,
    changes: STREAMS_CHANGED,
    onDone: onClose,
  })
  const change = (part: Partial<Draft>) => setDraft({ ...draft, ...part })
  const submit = () => {
    const { kind, name, address, envelope, payload, parts, batch, authorization, ca } = draft
    const secrets = {
      ...(authorization.trim() ? { authorization: authorization.trim() } : {}),
      ...(ca.trim() ? { ca } : {}),
    }
    const form = { name, envelope, payload, parts, batch, ...secrets }
    if (stream === null) create.mutate({ ...form, kind, address, filter: filterOf(null, draft) })
    else
      update.mutate({
        ...form,
        id: stream.id,
        ...(address.trim() ? { address } : {}),
        ...(isOtherFilter(stream, draft)
          ? { filter: filterOf(stream, draft), keepWords: !draft.dropsWords }
          : {}),
      })
  }
  return (
    <EditorDialog
      size="lg"
      title={t(stream ? 'streams.editTitle' : 'streams.addTitle')}
      submit={t(stream ? 'streams.save' : 'streams.add')}
      isBusy={create.isPending || update.isPending}
      error={create.error ?? update.error}
      onSave={submit}
      onClose={onClose}
    >
      <Where stream={stream} draft={draft} change={change} />
      <What stream={stream} draft={draft} change={change} />
      <More stream={stream} draft={draft} change={change} />
    </EditorDialog>
  )
}
