import { Button, Textarea } from '@mantine/core'
import { IconEye } from '@tabler/icons-react'
import type { Part } from '@tracedesk/contracts'
import { useState } from 'react'
import { useT } from '../i18n/index.ts'
import { useAnnounce, useCommand } from './command.ts'
import { useMay } from './session.ts'
import { Dialog } from './ui/dialog.tsx'
import { Failure } from './ui/failure.tsx'

const FOR = ['entry', 'conversation'] as const

/** What shows a case. */
const CASES = [['dispute.get'], ['dispute.list'], ['dispute.story'], ['dispute.check']] as const

interface RevealProps {
  entryId: string
  /** What the entry is called in the choice; "this entry" by itself. */
  entryWords?: string
  conversationId: string | null
  /** What the reader is shown there: the button stands only where some of it is withheld. */
  parts: readonly (Part | null | undefined)[]
}

/** What is withheld can be opened for a reason; both are recorded, and the words say so before. */
export function RevealButton({ entryId, entryWords, conversationId, parts }: RevealProps) {
  const t = useT()
  const may = useMay()
  const announce = useAnnounce()
  const [isOpen, setOpen] = useState(false)
  const [reason, setReason] = useState('')
  const reveal = useCommand('log.reveal', {
    announce: false,
    changes: [['log.entry'], ['log.search'], ['conversation.messages'], ['conversation.timeline'], ...CASES],
    onDone: ({ reveal: { state } }) => {
      setOpen(false)
      announce(t(`log.reveal.${state}`))
    },
  })
  const isWithheld = parts.some(part => part?.state === 'withheld')
  if (!isWithheld || !may('log.reveal')) return null
  return (
    <>
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<IconEye size={15} aria-hidden />}
        onClick={() => setOpen(true)}
      >
        {t('log.reveal.word')}
      </Button>
      <Dialog opened={isOpen} onClose={() => setOpen(false)} title={t('log.reveal.title')}>
        <p>{t('log.reveal.text')}</p>
        <Textarea
          label={t('log.detail.reason')}
          autosize
          minRows={2}
          maxLength={1000}
          data-autofocus
          value={reason}
          onChange={event => setReason(event.currentTarget.value)}
        />
        {FOR.map(
          kind =>
            (kind === 'entry' || conversationId) && (
              <Button
                key={kind}
                mt="sm"
                mr="sm"
                size="xs"
                disabled={reason.trim() === ''}
                loading={reveal.isPending}
                variant={kind === 'entry' ? 'filled' : 'default'}
                onClick={() =>
                  // branded ids, as the server gave them
                  reveal.mutate(
                    (kind === 'entry' ? { entryId, reason } : { conversationId, reason }) as never,
                  )
                }
              >
                {(kind === 'entry' && entryWords) || t(`log.reveal.for.${kind}`)}
              </Button>
            ),
        )}
        {reveal.error && <Failure error={reveal.error} />}
      </Dialog>
    </>
  )
}
