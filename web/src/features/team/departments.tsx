import { Button, TextInput } from '@mantine/core'
import { IconUsersGroup } from '@tabler/icons-react'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { useMay } from '../../shared/session.ts'
import { EmptyFace } from '../../shared/ui/faces.tsx'
import { Failure } from '../../shared/ui/failure.tsx'
import { DepartmentCard } from './department-card.tsx'
import classes from './team.module.css'
import type { Agent, Department } from './team.ts'

export function Departments({
  agents,
  departments,
}: {
  agents: readonly Agent[]
  departments: readonly Department[]
}) {
  const t = useT()
  const may = useMay()
  return (
    <section className={classes.section}>
      <h2>{t('team.departments')}</h2>
      {departments.length === 0 && (
        <EmptyFace
          icon={<IconUsersGroup size={26} stroke={1.6} />}
          title={t('team.departmentsEmpty.title')}
          text={t('team.departmentsEmpty.text')}
        />
      )}
      <div className={classes.departments}>
        {departments.map(department => (
          <DepartmentCard key={department.id} department={department} agents={agents} />
        ))}
      </div>
      {may('department.create') && <CreateDepartment />}
    </section>
  )
}

function CreateDepartment() {
  const t = useT()
  const [name, setName] = useState('')
  const create = useCommand('department.create', {
    announce: false,
    changes: [['department.list']],
    onDone: () => setName(''),
  })
  return (
    <form
      className={classes.create}
      onSubmit={event => {
        event.preventDefault()
        if (name.trim()) create.mutate({ name: name.trim() })
      }}
    >
      <TextInput
        size="xs"
        aria-label={t('team.departmentName')}
        placeholder={t('team.departmentName')}
        maxLength={80}
        value={name}
        onChange={event => setName(event.currentTarget.value)}
      />
      <Button size="xs" type="submit" variant="default" disabled={!name.trim()} loading={create.isPending}>
        {t('team.createDepartment')}
      </Button>
      <Failure error={create.error} />
    </form>
  )
}
