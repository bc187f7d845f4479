import { ActionIcon, Button, NativeSelect, Textarea } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { CommandInput, QueryOutput } from '@tracedesk/contracts'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { queryOf } from '../../shared/queries.ts'
import { useMay } from '../../shared/session.ts'
import { Failure } from '../../shared/ui/failure.tsx'
import { Face } from '../../shared/ui/person.tsx'
import classes from './disputes.module.css'
import { StoryRow } from './story-row.tsx'

type Found = QueryOutput<'dispute.get'>
const ROLES = ['concerned', 'witness', 'reviewer'] as const
const CHANGES = { changes: [['dispute.get']] }

/** Who takes part in a case. */
export function Participants({ dispute }: { dispute: Found['dispute'] }) {
  const t = useT()
  const may = useMay()
  const [agentId, setAgentId] = useState('')
  const [role, setRole] = useState<(typeof ROLES)[number]>('concerned')
  const mayAsk = dispute.mayWork && may('dispute.add_participant')
  const team = useQuery({ ...queryOf('agent.list', {}), enabled: mayAsk })
  const add = useCommand('dispute.add_participant', { ...CHANGES, onDone: () => setAgentId('') })
  const remove = useCommand('dispute.remove_participant', CHANGES)
  const taken = new Set<string>(dispute.participants.map(({ id }) => id))
  return (
    <section className={classes.section}>
      <h2>{t('dispute.case.participants')}</h2>
      <ul className={classes.people}>
        {dispute.participants.map(({ id, name, role: as }) => (
          <li key={id}>
            <Face id={id} name={name} size={22} /> {name}{' '}
            <span className={classes.quiet}>{t(`value.${as}`)}</span>
            {mayAsk && (
              <ActionIcon
                size="xs"
                variant="subtle"
                className={classes.noPrint}
                aria-label={t('dispute.case.removePerson', { name })}
                onClick={() => remove.mutate({ disputeId: dispute.id, agentId: id })}
              >
                <IconX size={13} />
              </ActionIcon>
            )}
          </li>
        ))}
      </ul>
      {mayAsk && (
        <div className={classes.addPerson}>
          <NativeSelect
            size="xs"
            aria-label={t('dispute.case.addPerson')}
            value={agentId}
            onChange={event => setAgentId(event.currentTarget.value)}
            data={[
              { value: '', label: t('dispute.case.addPerson') },
              ...(team.data?.items ?? [])
                .filter(({ id }) => !taken.has(id))
                .map(({ id, name }) => ({ value: id as string, label: name })),
            ]}
          />
          <NativeSelect
            size="xs"
            aria-label={t('dispute.case.asRole')}
            value={role}
            onChange={event => setRole(event.currentTarget.value as typeof role)} // one of the values it was given
            data={ROLES.map(value => ({ value, label: t(`value.${value}`) }))}
          />
          <Button
            size="compact-xs"
            variant="default"
            disabled={!agentId}
            loading={add.isPending}
            onClick={() =>
              add.mutate({ disputeId: dispute.id, agentId, role } as CommandInput<'dispute.add_participant'>)
            } // branded id
          >
            {t('dispute.case.addNote')}
          </Button>
        </div>
      )}
    </section>
  )
}

/** Everything recorded of the case, what was laid to it, and a place to write. */
export function CaseFile({ found: { dispute, file, laid } }: { found: Found }) {
  const t = useT()
  const may = useMay()
  const [text, setText] = useState('')
  const annotate = useCommand('dispute.annotate', { ...CHANGES, announce: false, onDone: () => setText('') })
  const mayWrite = dispute.state !== 'closed' && may('dispute.annotate')
  const rows = (entries: Found['file']) =>
    entries.map((entry, index) => {
      const before = entries[index - 1]
      return (
        <StoryRow
          key={entry.id}
          item={{ part: 'operation', entry }}
          before={before && { part: 'operation', entry: before }}
        />
      )
    })
  return (
    <section className={classes.section}>
      {laid.length > 0 && (
        <>
          <h2>{t('dispute.case.laid')}</h2>
          {rows(laid)}
        </>
      )}
      <h2>{t('dispute.case.file')}</h2>
      {rows(file)}
      {mayWrite && (
        <form
          className={classes.note}
          onSubmit={event => {
            event.preventDefault()
            annotate.mutate({ disputeId: dispute.id, text })
          }}
        >
          <Textarea
            aria-label={t('dispute.case.note')}
            placeholder={t('dispute.case.note')}
            autosize
            maxLength={4096}
            value={text}
            onChange={event => setText(event.currentTarget.value)}
          />
          <Failure error={annotate.error} />
          <Button
            type="submit"
            size="xs"
            variant="default"
            loading={annotate.isPending}
            disabled={!text.trim()}
          >
            {t('dispute.case.addNote')}
          </Button>
        </form>
      )}
    </section>
  )
}
