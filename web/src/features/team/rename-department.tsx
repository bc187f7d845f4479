import { ActionIcon, TextInput } from '@mantine/core'
import { IconPencil } from '@tabler/icons-react'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { useMay } from '../../shared/session.ts'
import type { Department } from './team.ts'

/** A department's name, and beside it the pencil that changes it. Enter saves, Escape leaves it. */
export function DepartmentName({ department }: { department: Department }) {
  const t = useT()
  const may = useMay()
  const [name, setName] = useState<string | null>(null)
  const rename = useCommand('department.update', {
    changes: [['department.list']],
    onDone: () => setName(null),
  })
  if (name === null)
    return (
      <h3>
        <bdi>{department.name}</bdi>
        {may('department.update') && (
          <ActionIcon
            size="sm"
            ml={4}
            aria-label={t('team.renameDepartment', { name: department.name })}
            onClick={() => setName(department.name)}
          >
            <IconPencil size={14} aria-hidden />
          </ActionIcon>
        )}
      </h3>
    )
  return (
    <form
      onSubmit={event => {
        event.preventDefault()
        if (name.trim() && name.trim() !== department.name)
          rename.mutate({ departmentId: department.id, name: name.trim() })
        else setName(null)
      }}
    >
      <TextInput
        size="xs"
        autoFocus
        maxLength={80}
        aria-label={t('team.departmentName')}
        value={name}
        onChange={event => setName(event.currentTarget.value)}
        onKeyDown={event => event.key === 'Escape' && setName(null)}
      />
    </form>
  )
}
