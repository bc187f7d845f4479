import { Button } from '@mantine/core'
import { IconFileCertificate } from '@tabler/icons-react'
import type { CommandInput } from '@tracedesk/contracts'
import i18next from 'i18next'
import { LANGUAGES, useT } from '../i18n/index.ts'
import { useAnnounce, useCommand } from './command.ts'
import { useMay } from './session.ts'

type Range = Pick<CommandInput<'evidence.bundle'>, 'conversationId' | 'fromPosition' | 'toPosition'>

/** Makes a file that proves a range of the log to an outsider, and hands it over. Both steps are recorded. */
export function EvidenceButton({ range, label }: { range: Range; label: string }) {
  const t = useT()
  const may = useMay()
  const announce = useAnnounce()
  const make = useCommand('evidence.bundle', {
    onDone: ({ bundle }) => {
      const link = document.createElement('a')
      link.href = `/api/evidence.download?id=${bundle.id}`
      link.download = ''
      link.click()
      announce(t('evidence.made'))
    },
  })
  if (!may('evidence.bundle')) return null
  const language = LANGUAGES.find(known => known === i18next.language) ?? 'en'
  return (
    <Button
      size="compact-sm"
      variant="default"
      leftSection={<IconFileCertificate size={15} aria-hidden />}
      loading={make.isPending}
      onClick={() => make.mutate({ ...range, language })}
    >
      {label}
    </Button>
  )
}
