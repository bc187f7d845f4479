import { useQuery } from '@tanstack/react-query'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { KeptList } from '../../shared/kept-list.tsx'
import { queryOf } from '../../shared/queries.ts'
import { useMay } from '../../shared/session.ts'
import { GroupEditor } from './group-editor.tsx'

/** The phrases that agents' texts are checked for. */
export function PhraseGroups() {
  const t = useT()
  const may = useMay()
  const found = useQuery(queryOf('phrase_group.list', {}))
  const remove = useCommand('phrase_group.delete', { announce: false, changes: [['phrase_group.list']] })
  return (
    <KeptList
      title={t('replies.groups')}
      empty={t('replies.groupsEmpty')}
      found={found}
      nameOf={group => group.name}
      row={group => (
        <>
          <b>{group.name}</b> <small>{t(`replies.action.${group.action}`)}</small>
          <p dir="auto">{group.rules.map(rule => rule.pattern).join(' · ')}</p>
        </>
      )}
      add={may('phrase_group.create') ? t('replies.addGroup') : undefined}
      editor={
        may('phrase_group.update')
          ? (group, close) => <GroupEditor group={group} onClose={close} />
          : undefined
      }
      removal={
        may('phrase_group.delete')
          ? {
              goes: t('replies.groupGoes'),
              isBusy: remove.isPending,
              error: remove.error,
              run: ({ id }, done) => remove.mutate({ phraseGroupId: id }, done),
            }
          : undefined
      }
    />
  )
}
