import { Button } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { queryOf } from '../../shared/queries.ts'
import { useMay } from '../../shared/session.ts'
import { Confirm } from '../../shared/ui/confirm.tsx'
import { ErrorFace, RowsSkeleton } from '../../shared/ui/faces.tsx'
import classes from './checks.module.css'
import { type Group, GroupEditor } from './group-editor.tsx'

/** The phrases that agents' texts are checked for. */
export function PhraseGroups() {
  const t = useT()
  const may = useMay()
  const [edited, setEdited] = useState<Group | 'new' | null>(null)
  const [removed, setRemoved] = useState<Group | null>(null)
  const groups = useQuery(queryOf('phrase_group.list', {}))
  const remove = useCommand('phrase_group.delete', {
    announce: false,
    changes: [['phrase_group.list']],
    onDone: () => setRemoved(null),
  })
  return (
    <section className={classes.section}>
      <h2>{t('replies.groups')}</h2>
      {groups.isPending && <RowsSkeleton rows={2} />}
      {groups.isError && !groups.data && (
        <ErrorFace error={groups.error} retry={() => void groups.refetch()} />
      )}
      {groups.data?.items.length === 0 && <p>{t('replies.groupsEmpty')}</p>}
      <ul className={classes.list}>
        {groups.data?.items.map(group => (
          <li key={group.id}>
            <div>
              <b>{group.name}</b> <small>{t(`replies.action.${group.action}`)}</small>
              <p dir="auto">{group.rules.map(rule => rule.pattern).join(' · ')}</p>
            </div>
            {may('phrase_group.update') && (
              <Button size="compact-xs" variant="default" onClick={() => setEdited(group)}>
                {t('replies.edit')}
              </Button>
            )}
            {may('phrase_group.delete') && (
              <Button size="compact-xs" variant="subtle" color="gray" onClick={() => setRemoved(group)}>
                {t('replies.remove')}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {may('phrase_group.create') && (
        <Button size="xs" leftSection={<IconPlus size={15} aria-hidden />} onClick={() => setEdited('new')}>
          {t('replies.addGroup')}
        </Button>
      )}
      {edited && <GroupEditor group={edited === 'new' ? null : edited} onClose={() => setEdited(null)} />}
      {removed && (
        <Confirm
          title={t('replies.removeTitle', { name: removed.name })}
          goes={t('replies.groupGoes')}
          stays={t('replies.stays')}
          confirm={t('replies.remove')}
          isBusy={remove.isPending}
          error={remove.error}
          onConfirm={() => remove.mutate({ phraseGroupId: removed.id })}
          onClose={() => setRemoved(null)}
        />
      )}
    </section>
  )
}
