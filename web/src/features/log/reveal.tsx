import { Button, Textarea } from '@mantine/core'
import { IconEye } from '@tabler/icons-react'
import type { Entry } from '@tracedesk/contracts'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useAnnounce, useCommand } from '../../shared/command.ts'
import { useMay } from '../../shared/session.ts'
import { Dialog } from '../../shared/ui/dialog.tsx'
import { Failure } from '../../shared/ui/failure.tsx'

const FOR = ['entry', 'conversation'] as const

/** What is withheld can be opened for a reason; both are recorded, and the words say so before. */
export function RevealButton({ entry }: { entry: Entry }) {
  const t = useT()
  const may = useMay()
  const announce = useAnnounce()
  const [isOpen, setOpen] = useState(false)
  const [reason, setReason] = useState('')
  const reveal = useCommand('log.reveal', {
    announce: false,
    changes: [['log.entry'], ['log.search'], ['conversation.messages'], ['conversation.timeline']],
    onDone: ({ reveal: { state } }) => {
      setOpen(false)
      announce(t(`log.reveal.${state}`))
    },
  })
  const isWithheld = [...Object.values(entry.parts), entry.customerName].some(
    part => part?.state === 'withheld',
  )
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
            (kind === 'entry' || entry.conversationId) && (
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
                    (kind === 'entry'
                      ? { entryId: entry.id, reason }
                      : { conversationId: entry.conversationId, reason }) as never,
                  )
                }
              >
                {t(`log.reveal.for.${kind}`)}
              </Button>
            ),
        )}
        {reveal.error && <Failure error={reveal.error} />}
      </Dialog>
    </>
  )
}
